"""Tests for local days, and for the labels of dates and moments."""

import datetime as dt
from zoneinfo import ZoneInfo

from wxbot.local_time import BEIJING, chinese_date, moment_label, start_of_day, start_of_month

MOMENT = dt.datetime(2026, 12, 1, 1, 0, tzinfo=dt.UTC)


def test_moment_label_uses_the_given_time_zone() -> None:
    """The label shows local date, day of the week and time; None has an empty label."""
    assert "2026-12-01 周二 09:00" == moment_label(MOMENT, ZoneInfo("Asia/Shanghai"))
    assert "" == moment_label(None, BEIJING)


def test_chinese_date_has_no_leading_zeros() -> None:
    """A date is written as people write it; None is an empty text."""
    assert "2024年3月8日" == chinese_date(dt.date(2024, 3, 8))
    assert "" == chinese_date(None)


def test_day_and_month_begin_at_midnight_in_beijing() -> None:
    """At 17:00 UTC the next day, here the first of a month, has already begun in Beijing."""
    evening = dt.datetime(2026, 11, 30, 17, 0, tzinfo=dt.UTC)
    midnight = dt.datetime(2026, 12, 1, tzinfo=BEIJING)
    assert midnight == start_of_day(evening) == start_of_month(evening)
    assert dt.datetime(2026, 11, 1, tzinfo=dt.UTC) == start_of_month(evening, dt.UTC)
