"""Fate of each file of the watched folder, as the worker saw it last; the console shows it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment, Session, insert_into
from wxbot.library.decision import Outcome
from wxbot.library.ingest_result import IngestResult

__all__ = ["FileReport", "file_reports", "record_reports"]

_LABELS = {
    "new": "新上架",
    "same": "已在书架上",
    "revised": "已更新",
    "held": "先留着",
    "refused": "没有收下",
}


class FileReport(Base):
    """Fate of one file of the watched folder; `source` is its name below the folder."""

    __tablename__ = "file_report"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(40))
    says: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime] = mapped_column(Moment)

    @property
    def label(self) -> str:
        """The fate in Chinese."""
        return _LABELS.get(self.outcome, self.outcome)


def file_reports(session: Session, outcomes: Iterable[str] = ()) -> list[FileReport]:
    """Return the reports, sorted by file; only those with one of `outcomes` where some are given."""
    statement = select(FileReport).order_by(FileReport.source)
    wanted = list(outcomes)
    if wanted:
        statement = statement.where(FileReport.outcome.in_(wanted))
    return list(session.scalars(statement))


def record_reports(
    session: Session, results: Iterable[IngestResult], present: Iterable[str], now: dt.datetime
) -> None:
    """Store what became of files, and forget the files that are no longer in the folder.

    A report that says what is stored already writes nothing: after a restart each file is reported again.
    """
    known = {row.source: row for row in session.scalars(select(FileReport))}
    gone = known.keys() - set(present)
    if gone:
        session.execute(delete(FileReport).where(FileReport.source.in_(gone)))
    for result in results:
        row = known.get(result.source)
        values: dict[str, Any] = {
            "source": result.source,
            "outcome": str(Outcome.HELD if result.waits else result.outcome),
            "number": result.key or result.parsed.number,
            "says": result.says.replace(result.file, result.source),
            "remedy": result.remedy,
        }
        if row is None or any(getattr(row, name) != value for name, value in values.items()):
            values["at"] = now
            statement = insert_into(session, FileReport).values(**values)
            session.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))
