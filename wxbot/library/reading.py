"""Read files ahead, several at once, while the caller stores those before them."""

from collections import deque
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from wxbot import bulletin
from wxbot.bulletin import FoundFile, ParsedIssue, ReaderPool, Source
from wxbot.bulletin.fix_file import read_fixes
from wxbot.errors import BulletinError, ReaderStopped
from wxbot.library.reader_failures import KnownFailure, content_digest

__all__ = ["FileReading", "read_ahead"]

_MANY = 12  # from so many files on, starting processes for plain text pays


@dataclass(frozen=True)
class FileReading:
    """A file that was read: its issue, or the error that refuses it; neither for an archive, which is read later.

    `source` is there for a file that a process of its own read, `failed_before` if it once ended such a process.
    """

    found: FoundFile
    issue: ParsedIssue | None = None
    error: BulletinError | None = None
    source: Source | None = None
    failed_before: bool = False


def read_ahead(
    readers: ReaderPool,
    files: Iterable[FoundFile],
    failures: Mapping[str, KnownFailure],
    options: Mapping[str, Any] | None = None,
) -> Generator[FileReading]:
    """Yield files in their order as soon as they are read, at most two a process ahead.

    `failures` are files that ended the process which read them, `options` go to the parser.
    Raises Busy if the pool is closed meanwhile.
    """
    listed = list(files)
    apart = len(listed) >= _MANY
    pending = deque[Future[FileReading]]()
    with ThreadPoolExecutor(readers.size, thread_name_prefix="reading") as threads:
        try:
            for found in listed:
                pending.append(threads.submit(_read, readers, found, failures, options or {}, apart=apart))
                if len(pending) > 2 * readers.size:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            # The caller stops early: what is being read is of no use to anybody.
            if any(not future.cancel() and not future.done() for future in pending):
                readers.interrupt()


def _read(
    readers: ReaderPool,
    found: FoundFile,
    failures: Mapping[str, KnownFailure],
    options: Mapping[str, Any],
    *,
    apart: bool,
) -> FileReading:
    """Read and parse one file with its fix file; every refusal is a value."""
    if found.problem:
        return FileReading(
            found, error=BulletinError(found.problem, file=str(found.path), remedy=found.remedy)
        )
    if found.path.suffix.lower() == bulletin.ARCHIVE:
        return FileReading(found)
    source: Source | None = None
    known: KnownFailure | None = None
    try:
        opened = bulletin.open_source(found.path, follow_links=not found.in_folder)
        if apart or bulletin.needs_process(opened):
            source = opened
            known = failures.get(content_digest(source)) if failures else None
        if known is not None and known.final:
            return FileReading(found, error=known.error(str(found.path)))
        fixes = read_fixes(found.fix, follow_links=not found.in_folder)
        issue = readers.load(opened, apart=apart, fixes=fixes, **options)
    except BulletinError as error:
        kept = source if isinstance(error, ReaderStopped) else None
        return FileReading(found, error=error, source=kept)
    return FileReading(found, issue, source=source if known else None, failed_before=known is not None)
