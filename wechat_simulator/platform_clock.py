"""The platform's clock: real time, or a virtual time that changes only when it is moved.

Times are seconds since 1970, as in the platform's own fields. Quotas are counted by days and months in Beijing.
"""

__all__ = [
    "BEIJING",
    "PlatformClock",
    "day",
    "hour",
    "iso",
    "midnight_after",
    "minute",
    "month",
    "parse_time",
    "to_beijing",
]

import time
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


END_OF_TIME = 221_845_392_000.0  # the year 9000; datetime ends with 9999


class PlatformClock:
    """Real clock, or a virtual one that starts at `start` and is moved by `move`."""

    def __init__(self, virtual: bool = False, start: float | None = None) -> None:
        self.virtual = virtual
        self.start = time.time() if start is None else start
        self._at = self.start

    def now(self) -> float:
        return self._at if self.virtual else time.time()

    def check(self, to: float) -> None:
        """Raise ValueError if `to` is in the past or beyond the calendar, or if the clock is real."""
        if not self.virtual:
            raise ValueError("only a virtual clock can be moved (--clock virtual)")
        if not self._at <= to < END_OF_TIME:
            raise ValueError("the clock can only move forward, to the year 9000 at most; reset sets it back")

    def move(self, to: float) -> None:
        """Set a virtual clock to `to`."""
        self.check(to)
        self._at = to

    def restart(self, at: float | None = None) -> None:
        """Set a virtual clock to `at`, or to its start time; used by reset and restore."""
        self._at = self.start if at is None else min(max(at, 0.0), END_OF_TIME)


def to_beijing(at: float) -> datetime:
    return datetime.fromtimestamp(at, BEIJING)


def iso(at: float) -> str:
    return to_beijing(at).isoformat(timespec="milliseconds")


def day(at: float) -> str:
    return to_beijing(at).strftime("%Y-%m-%d")


def hour(at: float) -> str:
    return to_beijing(at).strftime("%Y-%m-%d %H")


def month(at: float) -> str:
    return to_beijing(at).strftime("%Y-%m")


def minute(at: float) -> int:
    return int(at // 60)


def midnight_after(at: float) -> float:
    """Return the next 00:00 in Beijing, when the daily quota counters start again (section 0)."""
    today = to_beijing(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=1)).timestamp()


def parse_time(value: object) -> float:
    """Parse a time from a request: ISO 8601 (Beijing if it names no zone) or seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a time: use ISO 8601 or seconds since 1970") from None
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).timestamp()
