"""From a file to the shelf: read, understand, save_issue. What came of each file is a value, never an exception."""

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
from wxbot.library.store import Outcome, outcome_of, save_archive, save_issue

__all__ = ["IngestResult", "ingest"]

_FOREIGN = re.compile("[\udc80-\udcff]")  # how Python carries the bytes of a file's name that are no UTF-8


@dataclass(frozen=True)
class IngestResult:
    """What became of one file. `outcome` is what happened, `would` what a dry run would have done."""

    file: str
    outcome: Outcome
    parsed: ParsedIssue = field(default_factory=ParsedIssue)
    problems: tuple[Problem, ...] = ()
    would: Outcome | None = None
    counts: dict[Outcome, int] | None = None  # of an archive
    says: str = ""  # why it was refused
    remedy: str = ""

    @property
    def exit(self) -> Exit:
        """What the shell is told of this file."""
        if self.outcome is Outcome.REFUSED:
            return Exit.REFUSED
        return Exit.PROBLEMS if self.problems else Exit.DONE

    def as_json(self) -> dict[str, Any]:
        """The contract's line (design, 4.3)."""
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
    """Put files, and the files of folders, onto the shelf; one result a file, as it is done.

    A file that cannot be read is a result, not an end: the others still come.
    """
    for path in paths:
        try:
            for file in bulletin.find_files([path]):
                yield _one(db, file, now, dry_run=dry_run, to_plan=to_plan)
        except BulletinError as wrong:
            yield _refused(path, wrong)


def _one(db: Database, file: Path, now: dt.datetime, *, dry_run: bool, to_plan: bool) -> IngestResult:
    try:
        if file.suffix.lower() == ".jsonl":
            return _archive(db, file, dry_run=dry_run)
        return _issue(db, file, now, dry_run=dry_run, to_plan=to_plan)
    except BulletinError as wrong:
        return _refused(file, wrong)


def _issue(db: Database, file: Path, now: dt.datetime, *, dry_run: bool, to_plan: bool) -> IngestResult:
    parsed = bulletin.load(file)
    if dry_run:
        with db.read() as session:
            would = outcome_of(session, parsed)
        return IngestResult(_legible(file), Outcome.DRY_RUN, parsed, parsed.problems, would=would)
    with db.begin() as session:
        outcome = save_issue(session, parsed, _legible(Path(file.name)), now, to_plan=to_plan)
    return IngestResult(_legible(file), outcome, parsed, parsed.problems)


def _archive(db: Database, file: Path, *, dry_run: bool) -> IngestResult:
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
            _legible(file), Outcome.DRY_RUN, problems=tuple(problems), counts={Outcome.NEW: count}
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
    return IngestResult(_legible(file), changed, problems=tuple(problems), counts=counts)


def _refused(file: Path, wrong: BulletinError) -> IngestResult:
    where = f"第 {wrong.line} 行：" if wrong.line else ""
    said = wrong.message.replace(str(file), _legible(file)).replace(file.name, _legible(Path(file.name)))
    return IngestResult(_legible(file), Outcome.REFUSED, says=f"{where}{said}", remedy=wrong.remedy)


def _legible(file: Path) -> str:
    """A path as text: a name that came out of an archive of an older Chinese system is GBK, and no UTF-8."""
    parts = (
        os.fsencode(part).decode("gb18030", "replace") if _FOREIGN.search(part) else part
        for part in file.parts
    )
    return str(Path(*parts))
