"""Service times: office hours of the association's staff (客服), and the schedule of new issues."""

import datetime as dt
from dataclasses import dataclass, field

from wxbot.local_time import BEIJING, WEEKDAY_NAMES
from wxbot.push import ScheduleRule
from wxbot.push.timing import is_workday

__all__ = ["EVERY_DAY", "OfficeHours", "ServiceTimes"]

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class OfficeHours:
    """Hours of the day in `tz`, from `start` to `end` (excluded); none at all where both are None.

    weekdays : days of the week, 0 is Monday
    workdays : only on workdays, by the State Council's plan of holidays and of weekends worked instead
    account : the member of staff (kf_account) who takes all conversations; "" leaves it to the platform
    """

    start: dt.time | None = None
    end: dt.time | None = None
    weekdays: frozenset[int] = EVERY_DAY
    workdays: bool = True
    account: str = ""
    tz: dt.tzinfo = BEIJING

    @property
    def exist(self) -> bool:
        """Tell if the association has staff who answer."""
        return self.start is not None and self.end is not None

    def include(self, moment: dt.datetime) -> bool:
        """Tell if staff answer at this moment."""
        if self.start is None or self.end is None:
            return False
        local = moment.astimezone(self.tz)
        is_working = not self.workdays or is_workday(local.date())
        # With workdays a weekend that is worked instead counts although its weekday is not named.
        is_named = local.weekday() in self.weekdays or (self.workdays and local.weekday() >= 5)
        return is_named and is_working and self.start <= local.time() < self.end

    @property
    def label(self) -> str:
        """The hours in words, such as 工作日 09:00—18:00."""
        if self.start is None or self.end is None:
            return ""
        days = "、".join(WEEKDAY_NAMES[day] for day in sorted(self.weekdays))
        named = f"周{days}" if self.weekdays != EVERY_DAY else ""
        on = (
            f"{named}（工作日）"
            if named and self.workdays
            else named or ("工作日" if self.workdays else "每天")
        )
        end = "24:00" if self.end == dt.time.max else f"{self.end:%H:%M}"
        return f"{on} {self.start:%H:%M}—{end}"


@dataclass(frozen=True)
class ServiceTimes:
    """Times about which members ask.

    office : when conversations are handed over to the association's staff
    schedule : the rule by which new issues are pushed; None where there is none
    """

    office: OfficeHours = field(default_factory=OfficeHours)
    schedule: ScheduleRule | None = None
