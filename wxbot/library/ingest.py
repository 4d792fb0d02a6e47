"""Ingest files into the library: read, parse, store; watch the folder in which editors put files.

The outcome of each file is a value, never an exception.
"""

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wxbot import bulletin
from wxbot.bulletin import ArchivedArticle, ParsedIssue, Problem
from wxbot.db import Database
from wxbot.errors import BulletinError, Exit
from wxbot.library.pictures import convert_pictures, known_pictures, shown_pictures
from wxbot.library.store import Outcome, outcome_of, save_archive, save_issue

__all__ = ["IngestResult", "WatchedFolder", "ingest"]

_UNDECODED = re.compile(
    "[\udc80-\udcff]"
)  # bytes of a file name that are not UTF-8, as Python represents them


@dataclass(frozen=True)
class IngestResult:
    """Result of one file.

    `outcome` is what happened, `would` the outcome that a dry run predicts, `counts` the number of articles of an
    archive by outcome, `says` and `remedy` the reason for a refusal in Chinese.
    """

    file: str
    outcome: Outcome
    parsed: ParsedIssue = field(default_factory=ParsedIssue)
    problems: tuple[Problem, ...] = ()
    would: Outcome | None = None
    counts: dict[Outcome, int] | None = None
    says: str = ""
    remedy: str = ""

    @property
    def exit(self) -> Exit:
        """Exit code of the command for this file."""
        if self.outcome is Outcome.REFUSED:
            return Exit.REFUSED
        return Exit.PROBLEMS if self.problems else Exit.DONE

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object that `wxbot ingest --json` prints for this file."""
        line = bulletin.to_json(self.file, self.parsed, str(self.outcome))
        if self.would is not None:
            line["would"] = str(self.would)
        if self.counts is not None:
            line["articles"] = {str(outcome): n for outcome, n in self.counts.items()}
            line["problems"] = [{"line": p.line, "says": p.says} for p in self.problems]
        if self.outcome is Outcome.REFUSED:
            line["problems"] = [*line["problems"], {"line": 0, "says": self.says}]
            line["remedy"] = self.remedy
        return line


def ingest(
    db: Database, paths: Iterable[Path], now: dt.datetime, *, dry_run: bool = False, to_plan: bool = False
) -> Iterator[IngestResult]:
    """Store files, and the files of folders, in the library; yield one result after each file.

    A file that cannot be read yields a refused result, and the next files are still ingested. Each file is stored
    in a transaction of its own. `to_plan` marks new issues for the worker's planning.
    """
    for path in paths:
        try:
            for file in bulletin.find_files([path]):
                yield _ingest_file(db, file, now, dry_run=dry_run, to_plan=to_plan)
        except BulletinError as error:
            yield _refusal(path, error)


def _ingest_file(db: Database, file: Path, now: dt.datetime, *, dry_run: bool, to_plan: bool) -> IngestResult:
    """Ingest one file by its kind: an archive of articles, or a bulletin."""
    try:
        if file.suffix.lower() == ".jsonl":
            return _ingest_archive(db, file, dry_run=dry_run)
        return _ingest_issue(db, file, now, dry_run=dry_run, to_plan=to_plan)
    except BulletinError as error:
        return _refusal(file, error)


def _ingest_issue(
    db: Database, file: Path, now: dt.datetime, *, dry_run: bool, to_plan: bool
) -> IngestResult:
    """Parse and store one bulletin; with `dry_run` only predict the outcome."""
    loaded = bulletin.load(file)
    with db.read() as session:
        known = known_pictures(session, shown_pictures(loaded))
    to_store = convert_pictures(loaded, known)
    parsed = to_store.parsed
    if dry_run:
        with db.read() as session:
            would = outcome_of(session, parsed)
        return IngestResult(_readable_path(file), Outcome.DRY_RUN, parsed, parsed.problems, would=would)
    with db.begin() as session:
        outcome = save_issue(session, to_store, _readable_path(Path(file.name)), now, to_plan=to_plan)
    return IngestResult(_readable_path(file), outcome, parsed, parsed.problems)


def _ingest_archive(db: Database, file: Path, *, dry_run: bool) -> IngestResult:
    """Store the articles of an archive in one transaction; raise BulletinError if it has no valid line."""
    problems: list[Problem] = []

    def articles() -> Iterator[ArchivedArticle]:
        for found in bulletin.read_archive(file):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                yield found

    if dry_run:
        count = sum(1 for _ in articles())
        return IngestResult(
            _readable_path(file), Outcome.DRY_RUN, problems=tuple(problems), counts={Outcome.NEW: count}
        )
    with db.begin() as session:
        counts = save_archive(session, articles())
    if not sum(counts.values()):
        raise BulletinError(
            "没有一行是文章",
            file=str(file),
            remedy="每行一个 JSON 对象：id、title、section、date、body、url。",
        )
    changed = next((o for o in (Outcome.NEW, Outcome.REVISED) if counts[o]), Outcome.SAME)
    return IngestResult(_readable_path(file), changed, problems=tuple(problems), counts=counts)


def _refusal(file: Path, error: BulletinError) -> IngestResult:
    """Return the result of a file that raised an error, with readable file names in the message."""
    where = f"第 {error.line} 行：" if error.line else ""
    message = error.message.replace(str(file), _readable_path(file)).replace(
        file.name, _readable_path(Path(file.name))
    )
    return IngestResult(_readable_path(file), Outcome.REFUSED, says=f"{where}{message}", remedy=error.remedy)


def _readable_path(file: Path) -> str:
    """Return a path as text; a name that is not UTF-8, as in archives of older Chinese systems, is read as GBK."""
    parts = (
        os.fsencode(part).decode("gb18030", "replace") if _UNDECODED.search(part) else part
        for part in file.parts
    )
    return str(Path(*parts))


_Stamp = tuple[int, int]
"""Modification time in nanoseconds and size in bytes: a file is new or changed if they differ."""


class WatchedFolder:
    """Files of one folder, and the state in which each was last reported; held in memory only.

    After a restart every file is reported again, which is harmless: ingesting an unchanged file writes nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reported: dict[Path, _Stamp] = {}
        self._seen: dict[Path, _Stamp] = {}

    def changed_files(self, *, settled: bool) -> Iterator[Path]:
        """Yield the readable files that are new or changed since they were last yielded.

        With `settled`, a file is yielded only if its size and time are those of the previous call: a file that
        is still being copied waits for the next call.
        """
        if not self._folder.is_dir():
            return
        for file in bulletin.find_files([self._folder]):
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if self._reported.get(file) == stamp:
                continue
            if settled and self._seen.get(file) != stamp:
                self._seen[file] = stamp
                continue
            # Recorded before the caller reads the file: a file that breaks its reader is not tried at every call.
            self._reported[file] = stamp
            yield file

    def report_again(self, file: Path) -> None:
        """Yield a file again at the next call, because it could not be ingested yet."""
        self._reported.pop(file, None)
