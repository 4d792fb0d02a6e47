"""Tests for local days, and for the labels of dates and moments."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.local_time import BEIJING, chinese_date, moment_label, read_moment, start_of_day, start_of_month

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


NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=BEIJING)  # a Tuesday


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("明天 9:00", "2026-11-25 周三 09:00"),
        ("后天18:30", "2026-11-26 周四 18:30"),
        ("周五 9:00", "2026-11-27 周五 09:00"),
        ("周二 9:00", "2026-12-01 周二 09:00"),
        ("下周二 9点", "2026-12-01 周二 09:00"),
        ("本周日晚上8点半", "2026-11-29 周日 20:30"),
        ("2026/12/1 9:00", "2026-12-01 周二 09:00"),
        ("１月３日　下午３点", "2027-01-03 周日 15:00"),
        ("2月29日 9:00", "2028-02-29 周二 09:00"),
        ("9:00", "2026-11-25 周三 09:00"),
        ("13：00", "2026-11-24 周二 13:00"),
        ("2026-12-01T09:00Z", "2026-12-01 周二 17:00"),
        ("今天 9:00", "2026-11-24 周二 09:00"),
        ("2026-12-01 周三 9:00", ""),
        ("2026-02-31 9:00", ""),
        ("明天", ""),
        ("25:00", ""),
        ("", ""),
    ],
)
def test_moments_are_read_as_people_write_them(words: str, expected: str) -> None:
    """Days and times in Chinese stand for the next such moment; what makes no sense is None."""
    assert expected == moment_label(read_moment(words, NOW, BEIJING), BEIJING)


@given(st.dates(dt.date(1000, 1, 2), dt.date(9999, 12, 30)), st.times(), st.timezones())
def test_every_label_of_a_moment_is_read_again(day: dt.date, time: dt.time, tz: ZoneInfo) -> None:
    """Forms of browsers and of people are read as the same minute, in every zone."""
    moment = dt.datetime.combine(day, time.replace(second=0, microsecond=0), tz)
    for written in (
        f"{moment:%Y-%m-%dT%H:%M}",
        f"{moment.year}/{moment.month}/{moment.day} {moment:%H:%M}",
    ):
        assert moment == read_moment(written, NOW, tz)


@given(st.text("今明后天下周一五日月年点半上午 0123456789:/-T.", max_size=20))
def test_any_words_are_read_or_refused(words: str) -> None:
    """Any text gives a moment with a zone or None, and never an exception; a time alone is still to come."""
    read = read_moment(words, NOW, BEIJING)
    assert read is None or read.tzinfo is not None
    if read is not None and re.fullmatch(r"\d{1,2}:\d{2}", words.strip()):
        assert NOW < read <= NOW + dt.timedelta(days=1)
