"""Fate of each file of the watched folder, as the worker or a command saw it last.

A file that is no longer there is asked about, not obeyed: its issue stays as it is until an editor withdraws it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import String, Text, delete, false, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot import bulletin
from wxbot.bulletin import FoundFile
from wxbot.db import Base, Database, Moment, Session, insert_into
from wxbot.errors import BulletinError, Forbidden
from wxbot.library.identity import IncomingFile
from wxbot.library.ingest_result import DROPPED_NOTE, Fate, IngestResult
from wxbot.library.tables import Issue, IssueState
from wxbot.library.unread_files import DroppedFile, drop_content

__all__ = [
    "FileReport",
    "drop_file",
    "file_reports",
    "keep_issue",
    "record_missing",
    "record_results",
    "settle_reports",
]

_ON_SHELF = (Fate.NEW, Fate.SAME, Fate.REVISED)

_LABELS = {
    Fate.NEW: "新上架",
    Fate.SAME: "已在书架上",
    Fate.REVISED: "已更新",
    Fate.HELD: "先留着",
    Fate.REFUSED: "没有收下",
    Fate.OLDER: "早先的一版",
    Fate.DROPPED: "放在一边",
    Fate.GONE: "不在了",
}


class FileReport(Base):
    """Fate of a file of the watched folder; `source` is its name below it, `number` the key of its issue if known.

    `is_version` tells that the issue has its content; another file that claims the number has other content.
    """

    __tablename__ = "file_report"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[Fate] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(40))
    says: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    is_version: Mapped[bool] = mapped_column(default=False, server_default=false())
    at: Mapped[dt.datetime] = mapped_column(Moment)

    @property
    def label(self) -> str:
        """The fate in Chinese."""
        return _LABELS[Fate(self.outcome)]


def file_reports(session: Session, outcomes: Iterable[str] = ()) -> list[FileReport]:
    """Return the reports, sorted by file; only those with one of `outcomes` where some are given."""
    statement = select(FileReport).order_by(FileReport.source)
    wanted = list(outcomes)
    if wanted:
        statement = statement.where(FileReport.outcome.in_(wanted))
    return list(session.scalars(statement))


def record_results(session: Session, results: Iterable[IngestResult], now: dt.datetime) -> list[FileReport]:
    """Store what became of files; return the reports that say something new.

    Of several workers that report the same, one gets the report as new; after a restart nothing is new.
    """
    return [
        report
        for result in results
        if (
            report := _record(
                session,
                source=result.source,
                outcome=result.fate,
                number=result.key or _dropped_number(session, result),
                says=(result.says or result.note).replace(result.file, result.source),
                remedy=result.remedy,
                is_version=result.is_version,
                at=now,
            )
        )
    ]


def drop_file(
    db: Database,
    found: FoundFile,
    by: str,
    now: dt.datetime,
    *,
    dry_run: bool = False,
    record: Callable[[Session, str | None], None] = lambda _session, _key: None,
) -> str | None:
    """Drop a file of the watched folder: it is skipped until its content changes; return the key that it claimed.

    `record` is called with that key in the transaction that drops the file.
    Raises Forbidden for the source of an issue that is not withdrawn, and BulletinError for a file that cannot be read.
    """
    if found.problem or found.path.suffix.lower() == bulletin.ARCHIVE:
        says = found.problem or f"{found.path.name} 是文章存档，不能放在一边"
        raise BulletinError(says, file=str(found.path), remedy=found.remedy or "不想要它，请把它移出文件夹。")
    opened = bulletin.open_source(found.path, follow_links=not found.in_folder)
    with db.begin() if not dry_run else db.read() as session:
        shown = (Issue.source == found.source) & (Issue.state != IssueState.WITHDRAWN)
        issue = session.scalar(select(Issue).where(shown).limit(1))
        if issue is not None:
            raise Forbidden(
                f"{found.source} 是 {issue.key} 的原文，不能放在一边",
                remedy=f"要撤下这一期：wxbot withdraw {issue.key} --reason 原因；"
                "要以另一个文件为准：wxbot ingest 那个文件 --as-correction",
            )
        report = session.get(FileReport, found.source)
        number = report.number if report is not None else None
        if not dry_run:
            drop_content(session, opened, found.source, by, now)
            remedy = f"要收下它：wxbot ingest {IncomingFile(found.source, path=str(found.path)).argument}"
            fate = {"outcome": Fate.DROPPED, "number": number, "says": DROPPED_NOTE, "remedy": remedy}
            _record(session, source=found.source, at=now, **fate)
            record(session, number)
    return number


def record_missing(session: Session, present: Collection[str], now: dt.datetime) -> list[FileReport]:
    """Store which files are not among those `present` in the folder; return the reports that are new.

    A file whose content another file brings by now was renamed: its issue, also a withdrawn one, goes on with that one.
    Any other file that brought no issue, or only withdrawn ones, is forgotten.
    """
    missing = [row for row in session.scalars(select(FileReport)) if row.source not in present]
    return [found for row in missing if (found := _record_missing_file(session, row, present, now))]


def keep_issue(session: Session, key: str) -> bool:
    """Forget that the file of an issue is no longer in the folder; False if nothing was to be forgotten."""
    gone = delete(FileReport).where(FileReport.number == key, FileReport.outcome == Fate.GONE)
    return session.connection().execute(gone).rowcount > 0


def settle_reports(session: Session, issue: Issue) -> None:
    """Update the report on the file of an issue that was published or withdrawn by hand.

    A file that was dropped while its issue was withdrawn is read again.
    """
    mine = (FileReport.source == issue.source) & (FileReport.number == issue.key)
    session.execute(delete(FileReport).where(mine, FileReport.outcome == Fate.GONE))
    settled = {"outcome": Fate.SAME, "says": "", "remedy": ""}
    waits = FileReport.outcome.in_((Fate.HELD, Fate.DROPPED))
    session.execute(update(FileReport).where(mine, waits).values(**settled))
    session.execute(delete(DroppedFile).where(DroppedFile.source == issue.source))


def _dropped_number(session: Session, result: IngestResult) -> str | None:
    """Return the key that a dropped file claimed when it was read last."""
    report = session.get(FileReport, result.source) if result.dropped else None
    return report.number if report is not None else None


def _record(session: Session, **values: Any) -> FileReport | None:
    """Store one report; return it if it differs from what was stored, else write nothing."""
    statement = insert_into(session, FileReport).values(**values)
    told = ("outcome", "number", "says", "remedy")
    differs = or_(*(getattr(FileReport, name).is_distinct_from(values[name]) for name in told))
    statement = statement.on_conflict_do_update(index_elements=["source"], set_=values, where=differs)
    # Not by the row count, which PostgreSQL's driver does not tell for an insert.
    written = session.connection().execute(statement.returning(FileReport.source)).first()
    return session.get(FileReport, values["source"], populate_existing=True) if written else None


def _record_missing_file(
    session: Session, row: FileReport, present: Collection[str], now: dt.datetime
) -> FileReport | None:
    """Store that a file is missing; return its report if that is new and there is something to ask."""
    issues = session.scalars(select(Issue).where(Issue.source == row.source).order_by(Issue.key)).all()
    missed = [issue for issue in issues if not _adopt_other_file(session, issue, present)]
    left = [issue.key for issue in missed if issue.state != IssueState.WITHDRAWN]
    if not left:
        session.execute(delete(FileReport).where(FileReport.source == row.source))
        return None
    keys = "、".join(left)
    withdraw = "；".join(f"wxbot withdraw {key} --reason 原因" for key in left)
    says = f"{row.source} 不在文件夹里了，{keys} 照旧留在书架上"
    remedy = f"要撤下它：{withdraw}；不撤就不用管，不想再看到这一行：wxbot issues keep {left[0]}"
    return _record(
        session, source=row.source, outcome=Fate.GONE, number=left[0], says=says, remedy=remedy, at=now
    )


def _adopt_other_file(session: Session, issue: Issue, present: Collection[str]) -> bool:
    """Make a file that is present and brings the same content the source of an issue; False if there is none."""
    brings = or_(FileReport.outcome.in_(_ON_SHELF), (FileReport.outcome == Fate.HELD) & FileReport.is_version)
    same = select(FileReport.source).where(FileReport.number == issue.key, brings)
    other = next(
        (source for source in session.scalars(same.order_by(FileReport.source)) if source in present), ""
    )
    if other:
        issue.source = other
        session.flush()
    return bool(other)
