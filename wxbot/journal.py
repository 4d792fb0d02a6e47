"""The journal: what came in, once each, what was answered, what was not found, and what the platform reported.

One row a message or event, under its identity. The platform asks up to three times, perhaps at once and of different
workers: the row's unique key decides which answer is *the* answer, and every try gets that one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Integer, String, Text, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, BulkInsert, Moment, Session, insert_into

__all__ = [
    "JobEvent",
    "JournalEntry",
    "NewEntry",
    "answer_of",
    "answers_of",
    "count",
    "mark_matched",
    "prune",
    "questions",
    "record",
    "record_all",
    "record_job_event",
    "unanswered_questions",
    "unmatched_job_events",
]

Id = BigInteger().with_variant(Integer, "sqlite")


class JournalEntry(Base):
    """One message or event, and its answer."""

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    openid: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str] = mapped_column(Text, default="")
    hits: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text)
    received_at: Mapped[dt.datetime] = mapped_column(Moment, index=True)


class JobEvent(Base):
    """What the platform reported of a job (群发结果, 发布结果).

    It may come before we know the id that our own call returned, so it is kept until a job claims it.
    """

    __tablename__ = "job_event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    event: Mapped[str] = mapped_column(String(64))
    job: Mapped[str] = mapped_column(String(64), index=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[dt.datetime] = mapped_column(Moment)
    matched_at: Mapped[dt.datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is written of one message: `answer` is the reply as it goes out, before encryption."""

    key: str
    openid: str
    kind: str
    asked: str
    hits: int | None
    answer: str
    received_at: dt.datetime


_key = attrgetter("key")
_RECORD = BulkInsert(
    JournalEntry.__table__,
    ("key", "openid", "kind", "asked", "hits", "answer", "received_at"),
    returning="key",
)


def record(session: Session, entry: NewEntry) -> bool:
    """Write the entry; False when this message was journalled before (then `answer_of` has the answer)."""
    return entry.key in record_all(session, [entry])


def record_all(session: Session, entries: Sequence[NewEntry]) -> set[str]:
    """Write entries of different keys at once; gives the keys that were new: the others were journalled before."""
    rows = (
        (e.key, e.openid, e.kind, e.asked, e.hits, e.answer, e.received_at) for e in sorted(entries, key=_key)
    )
    return set(_RECORD.insert(session, list(rows)))


def answer_of(session: Session, key: str) -> str | None:
    """The stored answer to a message; None when it was never journalled."""
    return session.scalar(select(JournalEntry.answer).where(JournalEntry.key == key))


def answers_of(session: Session, openids: Mapping[str, str]) -> dict[str, str]:
    """The stored answers to several messages, by key, each for the member beside its key.

    What was never journalled is left out, and so is what somebody else sent under that key: the platform gives a number
    once, but nobody must be given another's answer where it does not, or a simulator begins to count anew.
    """
    found = select(JournalEntry.key, JournalEntry.openid, JournalEntry.answer)
    rows = session.execute(found.where(JournalEntry.key.in_(openids)))
    return {row.key: row.answer for row in rows if row.openid == openids[row.key]}


def record_job_event(
    session: Session, *, key: str, event: str, job: str, report: dict[str, Any], now: dt.datetime
) -> bool:
    """Keep a job's report; False when the platform reports it again."""
    given = {"key": key, "event": event, "job": job, "report": report, "received_at": now}
    row = insert_into(session, JobEvent).values(given)
    return session.execute(row.on_conflict_do_nothing().returning(JobEvent.id)).first() is not None


def unmatched_job_events(
    session: Session,
    event: str,
    jobs: Sequence[str] | None = None,
    *,
    after: int = 0,
    limit: int | None = None,
) -> list[JobEvent]:
    """Reports that no job has claimed yet, oldest first; of certain jobs only, when named.

    At most `limit` of them, those behind the report whose id is `after`.
    """
    found = select(JobEvent).where(
        JobEvent.event == event, JobEvent.matched_at.is_(None), JobEvent.id > after
    )
    if jobs is not None:
        found = found.where(JobEvent.job.in_(jobs))
    return list(session.scalars(found.order_by(JobEvent.id).limit(limit)))


def mark_matched(session: Session, job_event: JobEvent, now: dt.datetime) -> None:
    """Note that a job has taken this report in."""
    session.execute(update(JobEvent).where(JobEvent.id == job_event.id).values(matched_at=now))


def questions(session: Session, since: dt.datetime, limit: int = 20) -> list[tuple[str, int]]:
    """What was searched for, most asked first: (question, times). Who asked is not told."""
    return _most_frequent(session, JournalEntry.hits.is_not(None), since, limit)


def unanswered_questions(session: Session, since: dt.datetime, limit: int = 20) -> list[tuple[str, int]]:
    """What was searched for and not found, most asked first: (question, times)."""
    return _most_frequent(session, JournalEntry.hits == 0, since, limit)


def _most_frequent(
    session: Session, here: ColumnElement[bool], since: dt.datetime, limit: int
) -> list[tuple[str, int]]:
    times = func.count().label("times")
    asked = select(JournalEntry.asked, times).where(
        here, JournalEntry.kind == "text", JournalEntry.received_at >= since
    )
    rows = session.execute(
        asked.group_by(JournalEntry.asked).order_by(times.desc(), JournalEntry.asked).limit(limit)
    )
    return [(row.asked, row.times) for row in rows]


def count(session: Session) -> int:
    """How many entries the journal holds."""
    return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def prune(session: Session, before: dt.datetime) -> int:
    """Forget entries older than `before`; gives how many. Reports of jobs stay: a push may still need them."""
    gone = delete(JournalEntry).where(JournalEntry.received_at < before)
    return int(session.connection().execute(gone).rowcount)
