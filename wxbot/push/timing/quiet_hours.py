"""The account's quiet hours: in them nothing goes out that nobody asked for at just that hour."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

__all__ = ["QuietHours"]

PUNCTUAL = dt.timedelta(hours=1)  # later than this, an hour that was asked for has passed


@dataclass(frozen=True)
class QuietHours:
    """From one full hour of the association's clock to another, over midnight where the second is the smaller one."""

    start: int
    end: int
    tz: ZoneInfo

    def __str__(self) -> str:
        return f"{self.start}:00 到 {self.end}:00"

    def end_if_within(self, moment: dt.datetime) -> dt.datetime | None:
        """When the quiet hours in which a moment lies are over; None when it lies in none."""
        local = moment.astimezone(self.tz)
        hour, over_midnight = local.hour, self.start > self.end
        if not (self.start <= hour or hour < self.end if over_midnight else self.start <= hour < self.end):
            return None
        days = 1 if over_midnight and hour >= self.start else 0
        date = local.date() + dt.timedelta(days=days)
        end = dt.datetime.combine(date, dt.time(self.end), self.tz)
        return end.astimezone(dt.UTC).astimezone(self.tz)

    def postponed_until(
        self, now: dt.datetime, *, wished: dt.datetime | None, begun: bool
    ) -> dt.datetime | None:
        """Until when a push that is due has to wait; None when it may go out.

        `wished` is the hour for which a person asked, `begun` whether something of it is out. Who asked for an hour in
        these quiet hours is not held back, if it goes out then: not hours later, after an outage.
        """
        ends = self.end_if_within(now)
        if ends is None or wished is None or self.end_if_within(wished) != ends or now < wished:
            return ends
        return None if begun or now - wished < PUNCTUAL else ends
