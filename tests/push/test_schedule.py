"""Facts about the rule that says when the next pushes are due."""

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
from wxbot.push.timing.schedule import LONGEST, WEEKDAYS, next_slot, slots_after
from wxbot.push.timing.slots import next_free_slot

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
def test_the_next_moment_of_a_rule(rule: ScheduleRule, now: str, due: str) -> None:
    """The hour on the zone's clock, on the right day, strictly after now; holidays and swapped weekends counted."""
    found, warning = next_slot(rule, dt.datetime.fromisoformat(now).replace(tzinfo=BEIJING))
    assert (dt.datetime.fromisoformat(due).replace(tzinfo=BEIJING), "") == (found, warning)


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
def test_where_the_clock_is_moved(hour: str, now: str, due: str) -> None:
    """An hour that is left out comes an hour later, one that comes twice counts once."""
    zone = ZoneInfo("America/New_York")
    found, _ = next_slot(ScheduleRule(hour, zone), dt.datetime.fromisoformat(now).astimezone(zone))
    assert dt.datetime.fromisoformat(due) == found.astimezone(dt.UTC)


def test_beyond_the_announced_year_weekdays_count_and_it_is_said() -> None:
    """Nobody knows the holidays of 2040 yet: Monday to Friday count, with a warning."""
    now = dt.datetime(2040, 9, 29, 12, tzinfo=BEIJING)  # a Saturday
    found, warning = next_slot(ScheduleRule("09:00", BEIJING, workdays=True), now)
    assert dt.datetime(2040, 10, 1, 9, tzinfo=BEIJING) == found
    assert "还没有公布" in warning


def test_the_moments_to_come_say_which_days_they_leave_out() -> None:
    """Around National Day: the days that are skipped with their holiday, and why a Saturday is worked."""
    rule = ScheduleRule("09:00", BEIJING, "thu,sat", workdays=True)
    first, second, third = islice(slots_after(rule, dt.datetime(2026, 9, 30, 10, tzinfo=BEIJING)), 3)
    assert ["10-08", "10-10", "10-15"] == [f"{hour.at:%m-%d}" for hour in (first, second, third)]
    assert ("2026-10-01 国庆节放假", "2026-10-03 国庆节放假") == first.skipped
    assert ("国庆节调休上班", ()) == (second.note, second.skipped)


def _worked(date: dt.date) -> bool:
    """The State Council's word; Monday to Friday where it has not spoken."""
    try:
        return bool(chinese_calendar.is_workday(date))
    except NotImplementedError:
        return date.weekday() < 5


@given(now=MOMENTS, rule=RULES)
def test_the_next_moment_is_the_first_that_fits(now: dt.datetime, rule: ScheduleRule) -> None:
    """Strictly after now, on a day and at an hour that the rule names; and no earlier day would do."""
    found, warning = next_slot(rule, now)
    assert now < found
    if "没有合适的工作日" in warning:
        assert rule.workdays
        assert rule.on(found.date())
        return
    start = now.astimezone(rule.tz).date()
    days = [start + dt.timedelta(days=ahead) for ahead in range(LONGEST)]
    fitting = [day for day in days if rule.on(day) and (not rule.workdays or _worked(day))]
    moments = [rule.moment(day).astimezone(dt.UTC) for day in fitting]
    assert min(moment for moment in moments if moment > now) == found.astimezone(dt.UTC)


@given(now=MOMENTS, rule=RULES)
def test_the_moments_to_come_follow_each_other(now: dt.datetime, rule: ScheduleRule) -> None:
    """Each is the next after the one before; none comes twice, however the clock is moved."""
    found = list(islice(slots_after(rule, now), 4))
    moments = [hour.at.astimezone(dt.UTC) for hour in found]
    assert sorted(set(moments)) == moments
    assert [next_slot(rule, moment)[0].astimezone(dt.UTC) for moment in moments[:-1]] == moments[1:]


def test_two_issues_do_not_take_one_hour(harness: PushHarness) -> None:
    """A subscription account sends once a day: where one issue waits for Thursday, the next has the Thursday after."""
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


def test_a_day_on_which_something_went_out_is_taken(harness: PushHarness) -> None:
    """What was sent this morning by hand has used the day; a rule for the evening means tomorrow's."""
    harness.plan_and_approve()
    harness.run_worker()
    with harness.db.read() as session:
        hour = next_free_slot(session, ScheduleRule("18:00", BEIJING), "2021-03", harness.now())
    assert harness.now().astimezone(BEIJING).date() + dt.timedelta(days=1) == hour.at.date()


def test_a_plan_keeps_its_hour_when_the_rule_changes(harness: PushHarness) -> None:
    """The hour stands in the plan: what the rule says later is for later plans."""
    at, _ = next_slot(ScheduleRule("18:00", BEIJING), harness.now())
    campaign = harness.plan_and_approve(at)
    harness.advance((at - harness.now()).total_seconds() - 60)
    harness.run_worker()
    assert CampaignState.APPROVED == harness.state(campaign)
    harness.advance(60)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)
