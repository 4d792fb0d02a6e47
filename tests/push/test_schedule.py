"""Facts about the rule that says when the next push is due."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.push import Rule, next_hour
from wxbot.push.schedule import WEEKDAYS

BEIJING = ZoneInfo("Asia/Shanghai")
MOMENTS = st.integers(1_704_067_200, 1_893_456_000).map(
    lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)
)


@pytest.mark.parametrize(
    ("rule", "now", "due"),
    [
        (Rule("09:00", BEIJING), "2026-11-24T08:59", "2026-11-24T09:00"),
        (Rule("09:00", BEIJING), "2026-11-24T09:00", "2026-11-25T09:00"),
        (Rule("18:30", BEIJING, "fri"), "2026-11-24T12:00", "2026-11-27T18:30"),
        (Rule("18:30", BEIJING, "tue"), "2026-11-24T18:31", "2026-12-01T18:30"),
        # The National Day holiday of 2026, and the Saturday after it that is worked in exchange.
        (Rule("09:00", BEIJING, workdays=True), "2026-09-30T10:00", "2026-10-08T09:00"),
        (Rule("09:00", BEIJING, "sat", workdays=True), "2026-10-08T10:00", "2026-10-10T09:00"),
    ],
)
def test_the_next_moment_of_a_rule(rule: Rule, now: str, due: str) -> None:
    """The hour on the zone's clock, on the right day, strictly after now; holidays and swapped weekends counted."""
    found, warning = next_hour(rule, dt.datetime.fromisoformat(now).replace(tzinfo=BEIJING))
    assert (dt.datetime.fromisoformat(due).replace(tzinfo=BEIJING), "") == (found, warning)


def test_beyond_the_announced_year_weekdays_count_and_it_is_said() -> None:
    """Nobody knows the holidays of 2040 yet: Monday to Friday count, with a warning."""
    now = dt.datetime(2040, 9, 29, 12, tzinfo=BEIJING)  # a Saturday
    found, warning = next_hour(Rule("09:00", BEIJING, workdays=True), now)
    assert dt.datetime(2040, 10, 1, 9, tzinfo=BEIJING) == found
    assert "还没有公布" in warning


@given(
    now=MOMENTS,
    weekday=st.sampled_from(["", *WEEKDAYS]),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
    workdays=st.booleans(),
)
def test_a_rule_always_has_a_next_moment(
    now: dt.datetime, weekday: str, hour: int, minute: int, zone: str, workdays: bool
) -> None:
    """Whatever the rule and the moment, the next one lies ahead, on the wished weekday where one was wished."""
    rule = Rule(f"{hour:02d}:{minute:02d}", ZoneInfo(zone), weekday, workdays)
    found, _ = next_hour(rule, now)
    assert now < found < now + dt.timedelta(days=61)
    assert weekday in {"", WEEKDAYS[found.weekday()]}
