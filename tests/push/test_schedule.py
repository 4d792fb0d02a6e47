"""Tests of the schedule of new issues."""

import datetime as dt
from itertools import islice
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import PushHarness
from wxbot.local_time import BEIJING
from wxbot.push import CampaignState, ScheduleRule
from wxbot.push.timing import MAX_DAYS_AHEAD, WEEKDAYS, next_free_slot, next_slot, slots_after

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "UTC",
]
MOMENTS = st.integers(1_704_067_200, 1_893_456_000).map(
    lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)
)
DAYS = st.sets(st.sampled_from(WEEKDAYS)).map(lambda days: ",".join(day for day in WEEKDAYS if day in days))
RULES = st.builds(
    lambda hour, minute, zone, weekday, workdays: ScheduleRule(
        f"{hour:02d}:{minute:02d}", ZoneInfo(zone), weekday, workdays
    ),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(ZONES),
    DAYS,
    st.booleans(),
)


@pytest.mark.parametrize(
    ("rule", "now", "due"),
    [
        (ScheduleRule("09:00", BEIJING), "2026-11-24T08:59", "2026-11-24T09:00"),
        (ScheduleRule("09:00", BEIJING), "2026-11-24T09:00", "2026-11-25T09:00"),
        (ScheduleRule("18:30", BEIJING, "fri"), "2026-11-24T12:00", "2026-11-27T18:30"),
        (ScheduleRule("18:30", BEIJING, "tue"), "2026-11-24T18:31", "2026-12-01T18:30"),
        (ScheduleRule("18:30", BEIJING, "mon,thu"), "2026-11-24T12:00", "2026-11-26T18:30"),
        (ScheduleRule("18:30", BEIJING, "mon,thu"), "2026-11-26T18:30", "2026-11-30T18:30"),
        # The National Day holiday of 2026, and the Saturday after it that is worked in exchange.
        (ScheduleRule("09:00", BEIJING, workdays=True), "2026-09-30T10:00", "2026-10-08T09:00"),
        (ScheduleRule("09:00", BEIJING, "sat", workdays=True), "2026-10-08T10:00", "2026-10-10T09:00"),
    ],
)
def test_the_next_slot_of_a_rule(rule: ScheduleRule, now: str, due: str) -> None:
    """The next slot is strictly after now, on a day of the rule; holidays and swapped weekends count."""
    slot = next_slot(rule, dt.datetime.fromisoformat(now).replace(tzinfo=BEIJING))
    assert (dt.datetime.fromisoformat(due).replace(tzinfo=BEIJING), "") == (slot.at, slot.warning)


@pytest.mark.parametrize(
    ("hour", "now", "due"),
    [
        # In New York 2:30 does not exist on 8 March 2026; 1:30 comes twice on 1 November.
        ("02:30", "2026-03-08T00:00-05:00", "2026-03-08T03:30-04:00"),
        ("02:30", "2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00"),
        ("01:30", "2026-11-01T00:00-04:00", "2026-11-01T01:30-04:00"),
        ("01:30", "2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"),
        (
            "01:30",
            "2026-11-01T01:15-05:00",
            "2026-11-02T01:30-05:00",
        ),  # the second 1:15: the first 1:30 is over
    ],
)
def test_slots_around_daylight_saving(hour: str, now: str, due: str) -> None:
    """A skipped clock time is an hour later, and one that occurs twice counts once."""
    zone = ZoneInfo("America/New_York")
    slot = next_slot(ScheduleRule(hour, zone), dt.datetime.fromisoformat(now).astimezone(zone))
    assert dt.datetime.fromisoformat(due) == slot.at.astimezone(dt.UTC)


def test_beyond_the_announced_year_weekdays_count_with_a_warning() -> None:
    """The holidays of 2040 are not announced: Monday to Friday count as workdays, and the slot warns."""
    now = dt.datetime(2040, 9, 29, 12, tzinfo=BEIJING)  # a Saturday
    slot = next_slot(ScheduleRule("09:00", BEIJING, workdays=True), now)
    assert dt.datetime(2040, 10, 1, 9, tzinfo=BEIJING) == slot.at
    assert "还没有公布" in slot.warning


def test_slots_name_the_days_they_skip() -> None:
    """Around National Day slots name the skipped days with their holiday, and why a Saturday is a workday."""
    rule = ScheduleRule("09:00", BEIJING, "thu,sat", workdays=True)
    first, second, third = islice(slots_after(rule, dt.datetime(2026, 9, 30, 10, tzinfo=BEIJING)), 3)
    assert ["10-08", "10-10", "10-15"] == [f"{slot.at:%m-%d}" for slot in (first, second, third)]
    assert ("2026-10-01 国庆节放假", "2026-10-03 国庆节放假") == first.skipped
    assert ("国庆节调休上班", ()) == (second.note, second.skipped)


def _is_workday(date: dt.date) -> bool:
    """Return whether the State Council's plan makes the date a workday; Monday to Friday without a plan."""
    try:
        return bool(chinese_calendar.is_workday(date))
    except NotImplementedError:
        return date.weekday() < 5


@given(now=MOMENTS, rule=RULES)
def test_the_next_slot_is_the_first_that_fits(now: dt.datetime, rule: ScheduleRule) -> None:
    """The next slot is the earliest moment after now whose day and time the rule names."""
    slot = next_slot(rule, now)
    found = slot.at
    assert now < found
    if "没有合适的工作日" in slot.warning:
        assert rule.workdays
        assert rule.includes(found.date())
        return
    start = now.astimezone(rule.tz).date()
    days = [start + dt.timedelta(days=ahead) for ahead in range(MAX_DAYS_AHEAD)]
    fitting = [day for day in days if rule.includes(day) and (not rule.workdays or _is_workday(day))]
    moments = [rule.moment(day).astimezone(dt.UTC) for day in fitting]
    assert min(moment for moment in moments if moment > now) == found.astimezone(dt.UTC)


@given(now=MOMENTS, rule=RULES)
def test_slots_follow_each_other(now: dt.datetime, rule: ScheduleRule) -> None:
    """Each slot is the next after the one before, and none occurs twice, in every time zone."""
    moments = [slot.at.astimezone(dt.UTC) for slot in islice(slots_after(rule, now), 4)]
    assert sorted(set(moments)) == moments
    assert [next_slot(rule, moment).at.astimezone(dt.UTC) for moment in moments[:-1]] == moments[1:]


def test_two_issues_do_not_take_one_slot(harness: PushHarness) -> None:
    """A subscription account sends once a day: while one issue waits for Thursday, the next gets the one after."""
    rule = ScheduleRule("09:00", BEIJING, "thu")
    with harness.db.read() as session:
        first = next_free_slot(session, rule, harness.number, harness.now())
    campaign = harness.plan(first.at)
    with harness.db.read() as session:
        second = next_free_slot(session, rule, "2021-03", harness.now())
        again = next_free_slot(session, rule, harness.number, harness.now())
    assert (dt.timedelta(days=7), first.at) == (second.at - first.at, again.at)
    harness.pusher.cancel(campaign.id, by="editor")
    with harness.db.read() as session:
        assert first.at == next_free_slot(session, rule, "2021-03", harness.now()).at


def test_a_day_with_a_sent_campaign_is_occupied(harness: PushHarness) -> None:
    """A campaign sent this morning occupies the day: the evening's rule gives tomorrow."""
    harness.plan_and_approve()
    harness.run_worker()
    with harness.db.read() as session:
        slot = next_free_slot(session, ScheduleRule("18:00", BEIJING), "2021-03", harness.now())
    assert harness.now().astimezone(BEIJING).date() + dt.timedelta(days=1) == slot.at.date()


def test_a_plan_keeps_its_time_when_the_rule_changes(harness: PushHarness) -> None:
    """A campaign stores its time: a later change of the rule applies to later plans only."""
    at = next_slot(ScheduleRule("18:00", BEIJING), harness.now()).at
    campaign = harness.plan_and_approve(at)
    harness.advance((at - harness.now()).total_seconds() - 60)
    harness.run_worker()
    assert CampaignState.APPROVED == harness.state(campaign)
    harness.advance(60)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)
