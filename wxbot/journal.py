"""Journal of incoming messages, their answers, and the platform's job reports.

Each message or event has one row; its unique `key` is the idempotency key. The platform retries a message up to three
times, perhaps at the same time and at different processes. The first committed row decides the answer, and every retry
gets that answer.
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
    "last_answered",
    "last_received",
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
    """One incoming message or event, and its answer."""

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    openid: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str] = mapped_column(Text, default="")
    hits: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text)
    received_at: Mapped[dt.datetime] = mapped_column(Moment, index=True)
    # Articles (2021-02/5) and issues (2021-02) whose pages the answer links to; NULL where there is none.
    shown_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class JobEvent(Base):
    """The platform's report on a job: the result of a mass message (群发结果) or of publishing (发布结果).

    A report may arrive before our own call has returned the job's id, so it is stored until it is matched to a job.
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
    """The fields of one journal row to write; `answer` is the reply's XML before encryption."""

    key: str
    openid: str
    kind: str
    asked: str
    hits: int | None
    answer: str
    received_at: dt.datetime
    shown_ids: tuple[str, ...] = ()


_key = attrgetter("key")
_RECORD = BulkInsert(
    JournalEntry.__table__,
    ("key", "openid", "kind", "asked", "hits", "answer", "received_at", "shown_ids"),
    returning="key",
)


def record(session: Session, entry: NewEntry) -> bool:
    """Write an entry; return False if its key exists already (`answer_of` then returns the answer)."""
    return entry.key in record_all(session, [entry])


def record_all(session: Session, entries: Sequence[NewEntry]) -> set[str]:
    """Write entries with different keys in one statement; return the keys that were new."""
    rows = (
        (e.key, e.openid, e.kind, e.asked, e.hits, e.answer, e.received_at, e.shown_ids or None)
        for e in sorted(entries, key=_key)
    )
    return set(_RECORD.insert(session, list(rows)))


def answer_of(session: Session, key: str) -> str | None:
    """Return the stored answer to a message; None if the message is not in the journal."""
    return session.scalar(select(JournalEntry.answer).where(JournalEntry.key == key))


def answers_of(session: Session, openids: Mapping[str, str]) -> dict[str, str]:
    """Return the stored answers by key; `openids` maps each key to the member who sent the message.

    Messages that are not in the journal are left out, and so are messages of another member under the same key: message
    numbers should be unique, but no member may ever get another member's answer.
    """
    found = select(JournalEntry.key, JournalEntry.openid, JournalEntry.answer)
    rows = session.execute(found.where(JournalEntry.key.in_(openids)))
    return {row.key: row.answer for row in rows if row.openid == openids[row.key]}


def last_answered(session: Session) -> tuple[str, dt.datetime] | None:
    """Return the newest reply that a member saw, as it was rendered, and when; None before the first."""
    shown = JournalEntry.answer.startswith("<") | JournalEntry.answer.startswith("{")
    found = select(JournalEntry.answer, JournalEntry.received_at).where(shown)
    row = session.execute(found.order_by(JournalEntry.received_at.desc()).limit(1)).first()
    return None if row is None else (row.answer, row.received_at)


def last_received(session: Session) -> dt.datetime | None:
    """Return when the platform's last message or event arrived; None before the first."""
    return session.scalar(select(JournalEntry.received_at).order_by(JournalEntry.received_at.desc()).limit(1))


def record_job_event(
    session: Session, *, key: str, event: str, job: str, report: dict[str, Any], now: dt.datetime
) -> bool:
    """Store a job's report; return False if the platform sent it before."""
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
    """Return reports that are not matched to a job yet, oldest first, at most `limit`, with ids above `after`.

    `jobs` restricts them to the reports of certain jobs.
    """
    found = select(JobEvent).where(
        JobEvent.event == event, JobEvent.matched_at.is_(None), JobEvent.id > after
    )
    if jobs is not None:
        found = found.where(JobEvent.job.in_(jobs))
    return list(session.scalars(found.order_by(JobEvent.id).limit(limit)))


def mark_matched(session: Session, job_event: JobEvent, now: dt.datetime) -> None:
    """Record that a report was matched to a job."""
    session.execute(update(JobEvent).where(JobEvent.id == job_event.id).values(matched_at=now))


def questions(session: Session, since: dt.datetime, limit: int = 20) -> list[tuple[str, int]]:
    """Return (question, times) of searches since `since`, the most frequent first, without the askers."""
    return _most_frequent(session, JournalEntry.hits.is_not(None), since, limit)


def unanswered_questions(session: Session, since: dt.datetime, limit: int = 20) -> list[tuple[str, int]]:
    """Return (question, times) of searches without hits since `since`, the most frequent first."""
    return _most_frequent(session, JournalEntry.hits == 0, since, limit)


def _most_frequent(
    session: Session, here: ColumnElement[bool], since: dt.datetime, limit: int
) -> list[tuple[str, int]]:
    """Return (question, times) of the text messages that match a condition, the most frequent first."""
    times = func.count().label("times")
    asked = select(JournalEntry.asked, times).where(
        here, JournalEntry.kind == "text", JournalEntry.received_at >= since
    )
    rows = session.execute(
        asked.group_by(JournalEntry.asked).order_by(times.desc(), JournalEntry.asked).limit(limit)
    )
    return [(row.asked, row.times) for row in rows]


def count(session: Session) -> int:
    """Return the number of entries in the journal."""
    return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def prune(session: Session, before: dt.datetime) -> int:
    """Delete entries and job reports older than `before`; return how many. A push needs its report for days only."""
    rows = 0
    for table in (JournalEntry, JobEvent):
        gone = delete(table).where(table.received_at < before)
        rows += int(session.connection().execute(gone).rowcount)
    return rows
