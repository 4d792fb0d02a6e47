"""The rule of config/wxbot.toml: at which moments the issues go out, one after the other."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import chinese_calendar

__all__ = ["WEEKDAYS", "ScheduleRule", "Slot", "next_slot", "slots_after"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = 60  # days to look ahead: the longest holiday, and every weekday, lie well within


@dataclass(frozen=True)
class ScheduleRule:
    """A clock time ("09:00") in a zone, on weekdays ("mon,thu", "" for any), on workdays only if so wished."""

    hour: str
    tz: ZoneInfo
    weekday: str = ""
    workdays: bool = False

    def on(self, date: dt.date) -> bool:
        """Whether the rule names this day of the week."""
        return not self.weekday or WEEKDAYS[date.weekday()] in self.weekday.split(",")

    def moment(self, date: dt.date) -> dt.datetime:
        """The rule's clock time on a day.

        A time that daylight saving leaves out is an hour later, as the clock shows it; of one that comes twice, the
        first.
        """
        hour, minute = (int(part) for part in self.hour.split(":"))
        # Through UTC: two moments of one zone are compared by the clock's face, on which 1:30 comes twice.
        return (
            dt.datetime.combine(date, dt.time(hour, minute), self.tz).astimezone(dt.UTC).astimezone(self.tz)
        )


@dataclass(frozen=True)
class Slot:
    """A moment of the rule; the days before it that the rule would have, but for a holiday; what is worth knowing.

    `warning` is where the rule could not be kept to the letter, `note` why a weekend is worked.
    """

    at: dt.datetime
    skipped: tuple[str, ...] = ()
    note: str = ""
    warning: str = ""


def next_slot(rule: ScheduleRule, now: dt.datetime) -> tuple[dt.datetime, str]:
    """The next moment of the rule, strictly after `now`, and a warning ("" when there is none)."""
    hour = _next(rule, now)
    return hour.at, hour.warning


def slots_after(rule: ScheduleRule, now: dt.datetime) -> Iterator[Slot]:
    """The moments of the rule after `now`, each after the one before; without end."""
    while True:
        hour = _next(rule, now)
        yield hour
        now = hour.at


def _next(rule: ScheduleRule, now: dt.datetime) -> Slot:
    """The first moment after `now`.

    Workdays are those of the State Council's yearly plan, swapped weekends included. Its data end with the year that
    has been announced: beyond, Monday to Friday count, and the warning says so.
    """
    today, skipped = now.astimezone(rule.tz).date(), list[str]()
    for ahead in range(LONGEST):
        date = today + dt.timedelta(days=ahead)
        moment = rule.moment(date)
        if not rule.on(date) or moment.astimezone(dt.UTC) <= now.astimezone(dt.UTC):
            continue
        if not rule.workdays:
            return Slot(moment)
        day = _Day.of(date)
        if day.works:
            return Slot(moment, tuple(skipped), day.why, day.warning)
        skipped.append(f"{date:%Y-%m-%d} {day.why}")
    # Such as "Saturdays that are workdays": asked for what hardly ever comes, the weekday counts.
    plain = _next(replace(rule, workdays=False), now)
    return replace(plain, warning=f"{LONGEST} 天内没有合适的工作日，按星期几算")


@dataclass(frozen=True)
class _Day:
    """Whether a day is worked, and why where that is not plain from the day of the week."""

    works: bool
    why: str
    warning: str = ""

    @classmethod
    def of(cls, date: dt.date) -> "_Day":
        weekend = date.weekday() >= 5
        try:
            off, name = chinese_calendar.get_holiday_detail(date)
        except NotImplementedError:
            warning = f"{date.year} 年的放假安排还没有公布，按周一到周五算工作日"
            return cls(not weekend, "周末" if weekend else "", warning)
        holiday = chinese_calendar.Holiday(name).chinese if name else ""
        if off:
            return cls(False, f"{holiday}放假" if holiday else "周末")
        return cls(True, f"{holiday}调休上班" if weekend else "")
