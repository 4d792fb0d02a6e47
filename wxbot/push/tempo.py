"""How fast, and how patiently: calls a minute, waits after a refusal, the midnight at which quotas turn."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from wxbot.db import Session
from wxbot.errors import WeChatError
from wxbot.push.tables import Delivery

__all__ = ["BACK_OFF", "BEIJING", "next_midnight", "next_minute", "room", "said"]

BEIJING = ZoneInfo("Asia/Shanghai")  # whose midnight turns the platform's counters (reference, 0)
BACK_OFF = dt.timedelta(seconds=30)


def room(session: Session, most: int, per_minute: int, now: dt.datetime) -> int:
    """How many calls may be made now: at most `most`, and no more than `per_minute` (0: no limit) in this minute.

    Counted in the ledger, over all campaigns and workers: the platform counts by the account.
    """
    if not per_minute:
        return most
    minute = now.replace(second=0, microsecond=0)
    used = session.scalar(select(func.count()).where(Delivery.claimed_at >= minute)) or 0
    return max(0, min(most, per_minute - used))


def next_minute(now: dt.datetime) -> dt.datetime:
    """When the platform's counter of the minute turns."""
    return now.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)


def next_midnight(now: dt.datetime) -> dt.datetime:
    """A minute past the next midnight in Beijing: the hour of the reset is not documented to the minute."""
    tomorrow = now.astimezone(BEIJING).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(0, 1), BEIJING)


def said(no: WeChatError) -> str:
    """What went wrong and what to do, in one line."""
    return f"{no.message} {no.remedy}".strip()
