"""Times relative to today, on every day of many years."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from wxbot.bot.intent.issue_times import absolute_years, read_time

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
DAY = dt.timedelta(days=1)


@given(DAYS)
def test_times_before_today_end_before_it_begins(today: dt.date) -> None:
    """上个月, 上周 and 去年 name the whole month, week and year before this one, on the last days of any too."""
    month = read_time(absolute_years("上个月", today))
    week = read_time(absolute_years("上周", today))
    year = read_time(absolute_years("去年", today))
    assert month is not None
    assert week is not None
    assert year is not None
    assert week.days is not None

    before = today.replace(day=1) - DAY
    assert (month.year, month.month) == (before.year, before.month)
    assert week.days == (today - DAY * (today.weekday() + 7), today - DAY * (today.weekday() + 1))
    assert (year.year, year.month) == (today.year - 1, None)


@given(DAYS)
def test_short_years_of_issues_are_never_far_ahead(today: dt.date) -> None:
    """26-09期 and 26年9期 name the same issue, of next year at the latest."""
    by_dash, by_year = absolute_years("26-09期", today), absolute_years("26年9期", today)

    assert by_dash.replace("年0", "年") == by_year
    assert int(by_dash[:4]) <= today.year + 1
