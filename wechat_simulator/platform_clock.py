"""The platform's clock: the real one, or one that stands still until it is moved.

Every time in the simulator is a number of seconds since 1970, as in the platform's own fields; days and
months, by which quotas turn, are Beijing's.
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


END_OF_TIME = 221_845_392_000.0  # the year 9000: dates beyond 9999 cannot be written


class PlatformClock:
    """Tells the time; a virtual one is moved by `move`, the real one by nobody."""

    def __init__(self, virtual: bool = False, start: float | None = None) -> None:
        self.virtual = virtual
        self.start = time.time() if start is None else start
        self._at = self.start

    def now(self) -> float:
        return self._at if self.virtual else time.time()

    def check(self, to: float) -> None:
        """ValueError for a move of the real clock, and for a step into the past or beyond the calendar."""
        if not self.virtual:
            raise ValueError("only a virtual clock can be moved (--clock virtual)")
        if not self._at <= to < END_OF_TIME:
            raise ValueError("the clock goes forward only, to the year 9000 at most; reset begins anew")

    def move(self, to: float) -> None:
        """Set a virtual clock."""
        self.check(to)
        self._at = to

    def restart(self, at: float | None = None) -> None:
        """Put a virtual clock to `at`, or back to where it began: for reset and restore."""
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
    """The next 00:00 in Beijing, when the daily counters turn (section 0)."""
    today = to_beijing(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=1)).timestamp()


def parse_time(said: object) -> float:
    """A time as a request may say it: ISO 8601 (Beijing where no zone is named), or seconds since 1970."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return float(said)
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        raise ValueError(f"{said!r} is no time: ISO 8601, or seconds since 1970") from None
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).timestamp()
