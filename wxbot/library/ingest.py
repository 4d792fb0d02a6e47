"""Ingest files into the library: read and parse several at once, store one after another in the order of the files.

The outcome of each file is a value, never an exception.
"""

import contextlib
import datetime as dt
import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from wxbot import bulletin
from wxbot.bulletin import ArchivedArticle, FoundFile, ParsedIssue, Problem, ReaderPool
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.identity import Settled
from wxbot.db import Database, Session
from wxbot.errors import BulletinError, WxbotError
from wxbot.library.archive import save_archive
from wxbot.library.decision import Decision, IncomingIssue, Outcome, PublishPolicy, decide, predict_issue
from wxbot.library.habits import foresee_default, learn_habits
from wxbot.library.identity import IncomingFile, KnownIssue
from wxbot.library.ingest_result import (
    DROPPED_NOTE,
    Consequence,
    Fate,
    FollowContent,
    IngestResult,
    follow_nothing,
)
from wxbot.library.pictures import convert_pictures, stored_pictures
from wxbot.library.reading import FileReading, KnownFiles, read_ahead, record_reading
from wxbot.library.store import brings_push_form, decide_and_save
from wxbot.library.watched_folder import name_in_folder

__all__ = [
    "Consequence",
    "Fate",
    "FollowContent",
    "IngestResult",
    "ingest",
    "list_files",
    "readable_path",
    "refusal",
]

log = logging.getLogger(__name__)

_APPLIED = (Outcome.NEW, Outcome.REVISED, Outcome.SAME)
"""Outcomes after which the content that was read is that of the issue; else a look decides later."""

_UNDECODED = re.compile(
    "[\udc80-\udcff]"
)  # bytes of a file name that are not UTF-8, as Python represents them


def list_files(paths: Iterable[Path], folder: Path | None = None) -> list[FoundFile]:
    """Return the files that paths and folders name; a path that does not exist is one with its problem.

    A file in the watched `folder` has its name below that folder, however it is named, so that it is known again when
    the worker reads the folder.
    """
    found = list[FoundFile]()
    for path in paths:
        try:
            found += bulletin.scan_files([path])
        except BulletinError as error:
            found.append(FoundFile(path, path.name, problem=error.message, remedy=error.remedy))
    # A source and its fix file may both be named, as by `*`: both stand for the source.
    files = {file.path: file for file in found}.values()
    if folder is None:
        return list(files)
    return [replace(file, source=name_in_folder(file.path, folder) or file.source) for file in files]


@dataclass(frozen=True)
class _Ingestion:
    """One call of `ingest`: the database, the processes that read, and what to do with an issue.

    `predicted` are the issues that the files of a dry run would have stored so far, by key.
    """

    db: Database
    readers: ReaderPool
    now: dt.datetime
    dry_run: bool
    to_plan: bool
    policy: PublishPolicy
    by: str
    configured: Habits
    follow: FollowContent
    corrects: bool
    predicted: dict[str, KnownIssue] = field(default_factory=dict)

    def store(self, reading: FileReading) -> IngestResult:
        """Store one file that was read, in a transaction of its own; return its result."""
        found = reading.found
        try:
            if reading.has_news and not self.dry_run:
                with self.db.begin() as session:
                    record_reading(session, reading, self.readers.limits, self.now)
            if reading.error is not None:
                raise reading.error
            if reading.is_skipped:
                return _skip_dropped(found)
            if reading.issue is None:
                result = _ingest_archive(self.db, found.path, dry_run=self.dry_run)
            else:
                result = self._store_issue(found, reading.issue)
        except BulletinError as error:
            result = refusal(found.path, error)
        except (WxbotError, IntegrityError, OperationalError, InterfaceError):
            raise  # the database is away, or another process has just stored the same: the next call succeeds
        except Exception as error:
            # One file must not hold up those behind it; an editor reads which it is.
            log.exception("%s could not be stored", readable_path(found.path))
            result = refusal(found.path, _unforeseen(found.path, error))
        return replace(result, source=readable_path(Path(found.source)))

    def _store_issue(self, found: FoundFile, loaded: ParsedIssue) -> IngestResult:
        """Store one issue; in a dry run only predict the outcome."""
        with self.db.read() as session:
            known = stored_pictures(session, loaded)
            configured = self._publications_before(session, loaded)
        source, path = readable_path(Path(found.source)), readable_path(found.path)
        incoming = IncomingIssue(
            convert_pictures(loaded, known),
            IncomingFile(source, found.in_folder, path, self.corrects),
            self.policy,
            self.to_plan,
            self.by,
            configured,
        )
        with self.db.read() as session:
            decision = decide(session, incoming, self.predicted)
            new_form = decision.conflict is None and brings_push_form(session, decision.key, incoming)
        consequences = list[Consequence]()
        if self.dry_run:
            if decision.writes:
                self.predicted[decision.key] = predict_issue(decision.key, incoming)
                with self.db.read() as session:
                    consequences += self.follow(session, decision.key, dry_run=True)
        elif decision.writes or new_form:
            with self.db.begin() as session:
                # Another process may have stored this issue, or another file of it, since the look above.
                decision = decide_and_save(session, incoming, self.now)
                consequences += self.follow(session, decision.key, dry_run=decision.outcome not in _APPLIED)
        result = _result(found, incoming.content, decision, dry_run=self.dry_run)
        return replace(result, consequences=tuple(consequences), new_push_form=new_form)

    def _publications_before(self, session: Session, loaded: ParsedIssue) -> Habits:
        """Return the configured publications, with the one that the files before this one found in a dry run."""
        if not self.dry_run:
            return self.configured
        titles = (each.title for each in self.predicted.values() if each.title)
        return foresee_default(session, self.configured, next(titles, loaded.title))


def ingest(
    db: Database,
    files: Iterable[Path | FoundFile],
    now: dt.datetime,
    *,
    dry_run: bool = False,
    to_plan: bool = False,
    readers: ReaderPool | None = None,
    settled: Settled | None = None,
    habits: Habits | None = None,
    policy: PublishPolicy = PublishPolicy.ALWAYS,
    by: str = "",
    follow: FollowContent = follow_nothing,
    corrects: bool = False,
) -> Iterator[IngestResult]:
    """Store files, and the files of folders, in the library; yield one result a file, in the order of the files.

    Files are read ahead on all processor cores. A file that cannot be read yields a refused result, and the next ones
    are still ingested. Each file is stored in a transaction of its own: after a kill, another call goes on.
    `to_plan` marks new issues for the worker's planning. `readers` are processes to use; else some are started.
    `settled` holds what an editor gave by hand for a single file, `habits` what is known of the publications beside
    what the library tells. `policy` decides which issues are published without a look, `by` is who brings them, and
    `follow` applies new content to the campaigns of its issue, in the transaction that stores it. With `corrects` a
    file is a new version of the issue of its number, although another file brought that.
    """
    listed = [
        found for file in files for found in ([file] if isinstance(file, FoundFile) else list_files([file]))
    ]
    with contextlib.ExitStack() as closing:
        pool = readers or closing.enter_context(ReaderPool())
        with db.read() as session:
            known_files = KnownFiles.load(session, pool.limits)
            known = (habits or Habits()).merge(learn_habits(session))
        options = {"settled": settled, "habits": known}
        ingestion = _Ingestion(
            db, pool, now, dry_run, to_plan, policy, by, habits or Habits(), follow, corrects
        )
        for reading in closing.enter_context(
            contextlib.closing(read_ahead(pool, listed, known_files, options))
        ):
            yield ingestion.store(reading)


def _result(found: FoundFile, parsed: ParsedIssue, decision: Decision, *, dry_run: bool) -> IngestResult:
    """Return the result of an issue that was stored or held, or of what a dry run predicts."""
    result = IngestResult(
        readable_path(found.path),
        Outcome.DRY_RUN if dry_run else decision.outcome,
        parsed=parsed,
        problems=(*parsed.problems, *decision.doubts),
        would=decision.outcome if dry_run else None,
        key=decision.key,
        note=decision.note,
        is_version=decision.conflict is None and not decision.note,
    )
    if decision.conflict:
        return replace(result, says=decision.conflict.says, remedy=decision.conflict.remedy, is_question=True)
    if decision.outcome is Outcome.HELD or decision.holds:
        doubts = len(result.problems)
        why = f"有 {doubts} 处疑问" if doubts else "按要求等人看过"
        says = f"{decision.key} {why}，{'会' if dry_run else ''}先不公开"
        remedy = f"核对：wxbot show {decision.key}；没有问题就公开：wxbot publish {decision.key}"
        return replace(result, says=says, remedy=remedy)
    return result


def _unforeseen(path: Path, error: Exception) -> BulletinError:
    """Return the refusal of a file whose content could not be stored."""
    file = readable_path(path)
    says = f"收下 {file} 时出错（{type(error).__name__}），没有收下"
    return BulletinError(says, file=file, remedy="请运维看日志；改好或另存这个文件后会再读一次。")


def _skip_dropped(found: FoundFile) -> IngestResult:
    """Return the result of a file that an editor dropped."""
    file = readable_path(found.path)
    source = readable_path(Path(found.source))
    remedy = f"要收下它：wxbot ingest {IncomingFile(source, path=file).argument}"
    return IngestResult(file, Outcome.SAME, source=source, note=DROPPED_NOTE, remedy=remedy, dropped=True)


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
            readable_path(file), Outcome.DRY_RUN, problems=tuple(problems), counts={Outcome.NEW: count}
        )
    with db.begin() as session:
        counts = save_archive(session, articles())
    if refused := counts.get(Outcome.REFUSED):
        problems.append(Problem(0, f"有 {refused} 篇的 id 是书架上各期文章的编号，没有收下：请换一个 id"))
        if refused == sum(counts.values()):
            raise BulletinError(
                "每一篇的 id 都是书架上各期文章的编号，没有收下",
                file=str(file),
                remedy="请给它们别的 id。",
            )
    if not sum(counts.values()):
        raise BulletinError(
            "没有一行是文章",
            file=str(file),
            remedy="每行一个 JSON 对象：id、title、section、date、body、url。",
        )
    changed = next((o for o in (Outcome.NEW, Outcome.REVISED) if counts[o]), Outcome.SAME)
    return IngestResult(readable_path(file), changed, problems=tuple(problems), counts=counts)


def refusal(file: Path, error: BulletinError) -> IngestResult:
    """Return the result of a file that raised an error, with readable file names in the message."""
    where = f"第 {error.line} 行：" if error.line else ""
    message = error.message.replace(str(file), readable_path(file)).replace(
        file.name, readable_path(Path(file.name))
    )
    return IngestResult(readable_path(file), Outcome.REFUSED, says=f"{where}{message}", remedy=error.remedy)


def readable_path(file: Path) -> str:
    """Return a path as text; a name that is not UTF-8, as in archives of older Chinese systems, is read as GBK."""
    parts = (
        os.fsencode(part).decode("gb18030", "replace") if _UNDECODED.search(part) else part
        for part in file.parts
    )
    return str(Path(*parts))
