"""Local time: the day in Beijing that the platform counts by, and dates and moments as people read and write them."""

import contextlib
import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from zoneinfo import ZoneInfo

__all__ = [
    "BEIJING",
    "WEEKDAY_NAMES",
    "chinese_date",
    "moment_label",
    "read_moment",
    "start_of_day",
    "start_of_month",
]

BEIJING = ZoneInfo(
    "Asia/Shanghai"
)  # the platform's counters reset at midnight here (wechat-platform.md, section 0)
WEEKDAY_NAMES = "一二三四五六日"
_HOURS, _NOON, _MINUTES = 24, 12, 60
_LEAP_YEARS = 9  # a 29th of February comes within so many years
_FIXED_DAYS = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"""(?:(?P<fixed>今天|今日|明天|明日|大后天|后天)
      | (?P<week>下|本|这)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])
      | (?:(?P<year>[0-9]{4})\s*[-/.年]\s*)?(?P<month>[0-9]{1,2})\s*[-/.月]\s*(?P<day>[0-9]{1,2})\s*[日号]?
        (?:\s*(?:周|星期)(?P<named>[一二三四五六日天]))?
    )?[\sT,，]*
    (?P<part>早上|上午|中午|下午|傍晚|晚上)?\s*
    (?P<hour>[0-9]{1,2})\s*(?::\s*(?P<minute>[0-9]{2})(?::00)?|[点时](?:(?P<half>半)|\s*(?P<minutes>[0-9]{1,2})分?|整)?)""",
    re.VERBOSE | re.ASCII,
)


def start_of_day(moment: dt.datetime, tz: dt.tzinfo = BEIJING) -> dt.datetime:
    """Return the midnight with which the day of `moment` begins in `tz`."""
    return moment.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0)


def start_of_month(moment: dt.datetime, tz: dt.tzinfo = BEIJING) -> dt.datetime:
    """Return the midnight with which the month of `moment` begins in `tz`."""
    return start_of_day(moment, tz).replace(day=1)


def moment_label(moment: dt.datetime | None, tz: dt.tzinfo) -> str:
    """Return a moment as the clock in `tz` shows it, such as `2026-12-01 周二 09:00`; "" for None."""
    if moment is None:
        return ""
    local = moment.astimezone(tz)
    return f"{local:%Y-%m-%d} 周{WEEKDAY_NAMES[local.weekday()]} {local:%H:%M}"


def chinese_date(date: dt.date | None) -> str:
    """Return a date as people write it, such as `2021年1月15日`; "" for None."""
    return f"{date.year}年{date.month}月{date.day}日" if date else ""


def read_moment(text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
    """Return the moment that people write as a day and a time; None for what cannot be read, and for a day alone.

    A day is 今天, 明天, 后天, 周五, 下周一, `12月1日`, `2026/12/1` or `2026-12-01`; a time is `9:00`, 9点, 9点半 or
    下午3点. Days without a year, and times without a day, stand for the next one after `now`. Without a zone it is that
    of `tz`.
    """
    words = unicodedata.normalize("NFKC", text).strip()
    with contextlib.suppress(ValueError):
        if _ISO.match(words):
            read = dt.datetime.fromisoformat(words)
            return read if read.tzinfo is not None else read.replace(tzinfo=tz)
    found = _MOMENT.fullmatch(words)
    if found is None or (clock := _clock_time(found)) is None:
        return None
    local = now.astimezone(tz)
    days = _days(found, local.date())
    moments = (dt.datetime.combine(day, clock, tz) for day in days)
    if found["fixed"] or found["year"] or found["week"]:
        return next(moments, None)
    return next((each for each in moments if each > local), None)


def _clock_time(found: re.Match[str]) -> dt.time | None:
    """Return the time of day; None for one that the clock does not have."""
    hour = int(found["hour"])
    minute = 30 if found["half"] else int(found["minute"] or found["minutes"] or 0)
    if found["part"] in {"下午", "晚上", "傍晚"} and hour < _NOON:
        hour += _NOON
    if found["part"] == "中午" and hour < _NOON - 1:
        hour += _NOON
    return dt.time(hour, minute) if hour < _HOURS and minute < _MINUTES else None


def _days(found: re.Match[str], today: dt.date) -> Iterator[dt.date]:
    """Yield the days that are meant: one, or those of which the first that is not over counts."""
    with contextlib.suppress(ValueError, OverflowError):
        if found["fixed"]:
            yield today + dt.timedelta(days=_FIXED_DAYS[found["fixed"]])
        elif found["weekday"]:
            monday = today - dt.timedelta(days=today.weekday())
            day = monday + dt.timedelta(days=WEEKDAY_NAMES.index(found["weekday"].replace("天", "日")))
            weeks = {"下": (1,), "本": (0,), "这": (0,)}.get(found["week"] or "", (0, 1))
            yield from (day + dt.timedelta(weeks=each) for each in weeks)
        elif found["day"]:
            years = (int(found["year"]),) if found["year"] else range(today.year, today.year + _LEAP_YEARS)
            for year in years:
                with contextlib.suppress(ValueError):
                    yield _date_of(found, year)
        else:
            yield from (today, today + dt.timedelta(days=1))


def _date_of(found: re.Match[str], year: int) -> dt.date:
    """Return the date that is written; raises ValueError for one that the calendar lacks or of another weekday."""
    day = dt.date(year, int(found["month"]), int(found["day"]))
    if found["named"] and WEEKDAY_NAMES[day.weekday()] != found["named"].replace("天", "日"):
        raise ValueError(day)
    return day
