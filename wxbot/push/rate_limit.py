"""Rate limit of calls to single followers, backoff after a refusal, and the reset of the platform's daily quotas."""

import datetime as dt

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment, Session
from wxbot.errors import OutcomeUnknown, WeChatError
from wxbot.local_time import BEIJING

__all__ = [
    "BACKOFF",
    "CallCount",
    "calls_allowed",
    "error_text",
    "next_call_allowed_at",
    "next_quota_reset",
    "record_calls",
]

BACKOFF = dt.timedelta(seconds=30)
MINUTE = dt.timedelta(seconds=60)
ADVISORY_LOCK = 7_922_083  # an arbitrary key that nothing else in the database uses


class CallCount(Base):
    """Number of calls to single followers started in one second, by all workers and campaigns together."""

    __tablename__ = "tally"

    second: Mapped[dt.datetime] = mapped_column(Moment, primary_key=True)
    calls: Mapped[int]


def calls_allowed(session: Session, most: int, per_minute: int, now: dt.datetime) -> int:
    """Return how many of `most` calls may be made now without exceeding `per_minute` in any 60 seconds (0: no limit).

    The platform counts per account, in minutes of its own clock, so no 60 seconds may contain more. The count stays
    locked until the transaction ends, so a second worker sees what the first has taken.
    """
    if not per_minute:
        return most
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    used = (
        session.scalar(
            select(func.sum(CallCount.calls)).where(CallCount.second > _whole_second(now) - MINUTE)
        )
        or 0
    )
    return max(0, min(most, per_minute - used))


def record_calls(session: Session, calls: int, per_minute: int, now: dt.datetime) -> None:
    """Count calls that are about to be made, in the same transaction as `calls_allowed`."""
    if not per_minute or not calls:
        return
    second = _whole_second(now)
    session.execute(delete(CallCount).where(CallCount.second <= second - 2 * MINUTE))
    known = session.get(CallCount, second)
    if known is None:
        session.add(CallCount(second=second, calls=calls))
    else:
        known.calls += calls


def next_call_allowed_at(session: Session, now: dt.datetime) -> dt.datetime:
    """Return when the oldest call of the last 60 seconds stops counting."""
    oldest = session.scalar(
        select(func.min(CallCount.second)).where(CallCount.second > _whole_second(now) - MINUTE)
    )
    return now + dt.timedelta(seconds=1) if oldest is None else oldest + MINUTE


def _whole_second(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def next_quota_reset(now: dt.datetime) -> dt.datetime:
    """Return a minute past the next midnight in Beijing, since the reset is not documented to the minute."""
    tomorrow = now.astimezone(BEIJING).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(0, 1), BEIJING)


def error_text(error: WeChatError | OutcomeUnknown) -> str:
    """Return what went wrong and its remedy, in one line."""
    return f"{error.message} {error.remedy}".strip()
