"""When the next push is due by the rule in config/wxbot.toml."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import chinese_calendar

__all__ = ["WEEKDAYS", "Rule", "next_hour"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = 60  # days to look ahead: the longest holiday, and every weekday, lie well within


@dataclass(frozen=True)
class Rule:
    """A clock time ("09:00") in a zone, on a weekday ("mon" … "sun", "" for any), on workdays only if so wished."""

    hour: str
    tz: ZoneInfo
    weekday: str = ""
    workdays: bool = False


def next_hour(rule: Rule, now: dt.datetime) -> tuple[dt.datetime, str]:
    """The next moment of the rule, strictly after `now`, and a warning ("" when there is none).

    Workdays are those of the State Council's yearly plan, swapped weekends included. Its data end with the year that
    has been announced: beyond, Monday to Friday count, and the warning says so. An hour that daylight saving leaves
    out is an hour later, as the clock shows it.
    """
    hours, minutes = (int(part) for part in rule.hour.split(":"))
    day = now.astimezone(rule.tz).date()
    for ahead in range(LONGEST):
        date = day + dt.timedelta(days=ahead)
        moment = dt.datetime.combine(date, dt.time(hours, minutes), rule.tz)
        if moment <= now or rule.weekday not in {"", WEEKDAYS[date.weekday()]}:
            continue
        works, known = _workday(date)
        if works or not rule.workdays:
            return (
                moment,
                ""
                if known or not rule.workdays
                else f"{date.year} 年的放假安排还没有公布，按周一到周五算工作日",
            )
    # Such as "Saturdays that are workdays": asked for what hardly ever comes, the weekday counts.
    return next_hour(Rule(rule.hour, rule.tz, rule.weekday), now)[
        0
    ], f"{LONGEST} 天内没有合适的工作日，按星期几算"


def _workday(date: dt.date) -> tuple[bool, bool]:
    """Whether it is a workday, and whether that is known or guessed from the weekday."""
    try:
        return bool(chinese_calendar.is_workday(date)), True
    except NotImplementedError:
        return date.weekday() < 5, False
