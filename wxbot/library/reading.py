"""Read files ahead, several at once, while the caller stores those before them."""

import datetime as dt
from collections import deque
from collections.abc import Collection, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from wxbot import bulletin
from wxbot.bulletin import FoundFile, ParsedIssue, ReaderLimits, ReaderPool, Source
from wxbot.bulletin.fix_file import read_fixes
from wxbot.db import Session
from wxbot.errors import BulletinError, ReaderStopped
from wxbot.library.unread_files import (
    KnownFailure,
    content_digest,
    dropped_digests,
    forget_failure,
    known_failures,
    record_failure,
    take_up,
)

__all__ = ["FileReading", "KnownFiles", "read_ahead", "record_reading"]

_MANY = 12  # from so many files on, starting processes for plain text pays


@dataclass(frozen=True)
class FileReading:
    """A file that was read: its issue, or the error that refuses it; neither for an archive, which is read later.

    `source` is there for a file that a process of its own read, `failed_before` if it once ended such a process.
    `dropped` is the digest of a file that an editor dropped; it is read only where it is named itself.
    """

    found: FoundFile
    issue: ParsedIssue | None = None
    error: BulletinError | None = None
    source: Source | None = None
    failed_before: bool = False
    dropped: str = ""

    @property
    def is_skipped(self) -> bool:
        """True for a file that an editor dropped, found in a folder."""
        return bool(self.dropped) and self.found.in_folder

    @property
    def has_news(self) -> bool:
        """True if `record_reading` has something to write."""
        stopped = self.source is not None and isinstance(self.error, ReaderStopped)
        return stopped or (self.issue is not None and (self.failed_before or bool(self.dropped)))


@dataclass(frozen=True)
class KnownFiles:
    """Files that are left unread, by the digest of their content: earlier failures, and what editors dropped."""

    failures: Mapping[str, KnownFailure]
    dropped: Collection[str] = ()

    @classmethod
    def load(cls, session: Session, limits: ReaderLimits) -> "KnownFiles":
        """Return the files that are known now."""
        return cls(known_failures(session, limits), dropped_digests(session))


def record_reading(session: Session, reading: FileReading, limits: ReaderLimits, now: dt.datetime) -> None:
    """Remember a file that ended the process which read it; forget what was known of one that could be read."""
    if reading.source is not None and isinstance(reading.error, ReaderStopped):
        record_failure(session, reading.source, reading.error, limits, now)
    elif reading.issue is not None:
        if reading.failed_before and reading.source is not None:
            forget_failure(session, reading.source)
        if reading.dropped:
            take_up(session, reading.dropped)


def read_ahead(
    readers: ReaderPool,
    files: Iterable[FoundFile],
    known: KnownFiles,
    options: Mapping[str, Any] | None = None,
) -> Generator[FileReading]:
    """Yield files in their order as soon as they are read, at most two a process ahead.

    Those of `known` that are left alone are not read again, `options` go to the parser.
    Raises Busy if the pool is closed meanwhile.
    """
    listed = list(files)
    apart = len(listed) >= _MANY
    pending = deque[Future[FileReading]]()
    with ThreadPoolExecutor(readers.size, thread_name_prefix="reading") as threads:
        try:
            for found in listed:
                pending.append(threads.submit(_read, readers, found, known, options or {}, apart=apart))
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
    about: KnownFiles,
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
        dropped = _dropped_digest(opened, about.dropped)
        if dropped and found.in_folder:
            return FileReading(found, dropped=dropped)
        if apart or bulletin.needs_process(opened):
            source = opened
            known = about.failures.get(content_digest(source)) if about.failures else None
        if known is not None and known.final:
            return FileReading(found, error=known.error(str(found.path)))
        fixes = read_fixes(found.fix, follow_links=not found.in_folder)
        issue = readers.load(opened, apart=apart, fixes=fixes, **options)
    except BulletinError as error:
        kept = source if isinstance(error, ReaderStopped) else None
        return FileReading(found, error=error, source=kept)
    kept = source if known else None
    return FileReading(found, issue, source=kept, failed_before=known is not None, dropped=dropped)


def _dropped_digest(source: Source, dropped: Collection[str]) -> str:
    """Return the digest of a file that an editor dropped, "" for any other."""
    digest = content_digest(source) if dropped else ""
    return digest if digest in dropped else ""
