"""Local time: the day in Beijing that the platform counts by, and dates and moments as people read them."""

import datetime as dt
from zoneinfo import ZoneInfo

__all__ = ["BEIJING", "WEEKDAY_NAMES", "chinese_date", "moment_label", "start_of_day", "start_of_month"]

BEIJING = ZoneInfo(
    "Asia/Shanghai"
)  # the platform's counters reset at midnight here (wechat-platform.md, section 0)
WEEKDAY_NAMES = "一二三四五六日"


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
