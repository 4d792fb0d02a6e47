"""The platform's clock: real time, a virtual time that only moves by hand, or one that runs and can be moved as well.

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
from pathlib import Path

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


END_OF_TIME = 221_845_392_000.0  # the year 9000; datetime ends with 9999


class PlatformClock:
    """Real clock; a virtual one that starts at `start` and is moved by `move`; or a `movable` one that runs as well.

    A movable clock writes by how many seconds it is ahead of the machine's to the file `shared`, so that the account's
    server can use the same time. It never goes back, not even in a reset: the server would not follow.
    """

    def __init__(
        self,
        virtual: bool = False,
        start: float | None = None,
        *,
        movable: bool = False,
        shared: Path | None = None,
    ) -> None:
        self.virtual = virtual
        self.movable = movable and not virtual
        self.start = time.time() if start is None else start
        self._at = self.start
        self._ahead = 0.0  # seconds that a movable clock is ahead of the machine's
        self._announced = 0.0  # the same once the present move is done
        self._shared = shared
        self._share()

    @property
    def is_shared(self) -> bool:
        """True if the account's server can read this clock's time from a file."""
        return self._shared is not None

    def now(self) -> float:
        return self._at if self.virtual else time.time() + self._ahead

    def signing_time(self) -> float:
        """Return the time by which a server that follows this clock judges a signature, also during a move."""
        return self._at if self.virtual else time.time() + self._announced

    def check(self, to: float) -> None:
        """Raise ValueError if `to` is in the past or beyond the calendar, or if the clock is real."""
        if not (self.virtual or self.movable):
            raise ValueError(
                "only a virtual or movable clock can be moved (--clock virtual, --clock movable)"
            )
        if not (self._at if self.virtual else self.now() - 1) <= to < END_OF_TIME:
            raise ValueError("the clock can only move forward, to the year 9000 at most; reset sets it back")

    def announce(self, to: float) -> None:
        """Tell the account's server at once about a move to `to`, which ends later."""
        self.check(to)
        if self.movable:
            self._announced = max(self._ahead, to - time.time())
            self._share()

    def move(self, to: float) -> None:
        """Set a virtual or movable clock to `to`."""
        self.check(to)
        self._at = to
        if self.movable:
            self._ahead = max(self._ahead, to - time.time())

    def restart(self, at: float | None = None) -> None:
        """Set a virtual clock to `at`, or to its start time; used by reset and restore."""
        self._at = self.start if at is None else min(max(at, 0.0), END_OF_TIME)
        if self.movable and at is not None and at > self.now():
            self.announce(min(at, END_OF_TIME - 1))
            self._ahead = self._announced

    def _share(self) -> None:
        if self._shared is not None:
            beside = self._shared.with_name(self._shared.name + ".new")
            beside.write_text(f"{self._announced:.3f}")
            beside.replace(self._shared)


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
