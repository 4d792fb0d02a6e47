"""Tests of quiet hours: which campaigns wait, and until when."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import PushHarness, call_simulator
from wxbot import followers, push
from wxbot.local_time import BEIJING
from wxbot.push import Audience, CampaignState, PlanRequest, Route
from wxbot.push.audience.resolve import count_platform_audience, count_recipients
from wxbot.push.planning.plan import compose_plan
from wxbot.push.timing import QuietHours, watch_quiet_hours

NIGHT = QuietHours(22, 8, BEIJING)


def _at(clock: str, day: int = 24) -> dt.datetime:
    """Return a time of November 2026 in Beijing."""
    return dt.datetime.fromisoformat(f"2026-11-{day:02d}T{clock}").replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("quiet", "now", "ends"),
    [
        (NIGHT, _at("21:59"), None),
        (NIGHT, _at("22:00"), _at("08:00", 25)),
        (NIGHT, _at("00:01"), _at("08:00")),
        (NIGHT, _at("07:59"), _at("08:00")),
        (NIGHT, _at("08:00"), None),
        (QuietHours(12, 14, BEIJING), _at("13:00"), _at("14:00")),
        (QuietHours(12, 14, BEIJING), _at("14:00"), None),
        (QuietHours(22, 0, BEIJING), _at("23:30"), _at("00:00", 25)),
        (QuietHours(22, 0, BEIJING), _at("00:00"), None),
        (QuietHours(0, 6, BEIJING), _at("00:00"), _at("06:00")),
    ],
)
def test_the_end_of_quiet_hours(quiet: QuietHours, now: dt.datetime, ends: dt.datetime | None) -> None:
    """Quiet hours include their first hour and exclude their last; they may pass midnight."""
    assert ends == quiet.end_if_within(now)


@given(
    start=st.integers(0, 23),
    end=st.integers(0, 23),
    seconds=st.integers(1_704_067_200, 1_893_456_000),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kolkata"]),
)
def test_the_end_is_not_quiet(start: int, end: int, seconds: int, zone: str) -> None:
    """The end is less than 25 hours away and outside the quiet hours, in every time zone."""
    if start == end:
        return
    quiet, now = QuietHours(start, end, ZoneInfo(zone)), dt.datetime.fromtimestamp(seconds, dt.UTC)
    ends = quiet.end_if_within(now)
    if ends is None:
        return
    assert now < ends.astimezone(dt.UTC) < now + dt.timedelta(hours=25)
    assert quiet.end_if_within(ends) is None
    assert quiet.end_if_within(ends - dt.timedelta(seconds=1)) == ends


@pytest.mark.parametrize(
    ("now", "requested", "begun", "waits"),
    [
        (_at("23:00"), None, False, True),  # approved at night, without a time
        (_at("23:00"), _at("09:00"), False, True),  # late after an outage
        (_at("23:00"), _at("23:00"), False, False),  # the editor chose that very time
        (_at("23:59"), _at("23:00"), False, False),
        (_at("00:01", 25), _at("23:00"), False, True),  # an hour later it is no longer expected
        (_at("00:01", 25), _at("23:00"), True, False),  # … unless it has begun
        (_at("23:00"), _at("23:00", 23), True, True),  # the chosen time was the night before
        (_at("12:00"), None, False, False),
    ],
)
def test_a_campaign_is_postponed_unless_its_time_was_chosen(
    now: dt.datetime, requested: dt.datetime | None, begun: bool, waits: bool
) -> None:
    """Quiet hours postpone every campaign whose editor did not choose that very time."""
    ends = NIGHT.postponed_until(now, requested=requested, begun=begun)
    assert waits == (ends is not None)


@pytest.fixture
def at_night(harness: PushHarness) -> PushHarness:
    """Set quiet hours from 22 to 8, and advance the clock to half past eleven in the evening."""
    harness.settings = replace(harness.settings, quiet=NIGHT)
    harness.advance(11.5 * 3600)
    return harness


def _run_in_the_morning(harness: PushHarness) -> None:
    """Advance the clock to eight in the morning and run a worker."""
    harness.advance(8.5 * 3600)
    harness.run_worker()


def test_a_campaign_approved_at_night_is_sent_in_the_morning(at_night: PushHarness) -> None:
    """The campaign waits with the time as its reason, makes no call at night, and is sent at eight."""
    campaign = at_night.plan_and_approve()
    at_night.run_worker()
    assert CampaignState.WAITING == at_night.state(campaign)
    assert "11 月 25 日 08:00" in at_night.reason(campaign)
    at_night.advance(3600)
    at_night.run_worker()
    assert (0, 0) == (at_night.count_calls("/cgi-bin/draft/add"), len(at_night.inbox()))
    at_night.advance(7.5 * 3600)
    at_night.run_worker()
    assert {"sent": 1} == at_night.counts(campaign)


def test_a_chosen_time_at_night_is_kept(at_night: PushHarness) -> None:
    """A campaign that an editor planned for midnight is sent at midnight."""
    midnight = at_night.now() + dt.timedelta(minutes=30)
    campaign = at_night.plan_and_approve(midnight)
    at_night.advance(30 * 60)
    at_night.run_worker()
    assert {"sent": 1} == at_night.counts(campaign)


def test_a_campaign_late_after_an_outage_waits_for_the_morning(at_night: PushHarness) -> None:
    """A campaign planned for midnight that no worker delivered before three waits for the morning."""
    campaign = at_night.plan_and_approve(at_night.now() + dt.timedelta(minutes=30))
    at_night.advance(3.5 * 3600)
    at_night.run_worker()
    assert CampaignState.WAITING == at_night.state(campaign)
    at_night.advance(5 * 3600)
    at_night.run_worker()
    assert {"sent": 1} == at_night.counts(campaign)


def test_a_campaign_brought_forward_does_not_wait(at_night: PushHarness) -> None:
    """A campaign that waits for the morning is sent at night if an editor brings it forward."""
    campaign = at_night.plan_and_approve()
    at_night.run_worker()
    assert CampaignState.WAITING == at_night.state(campaign)
    at_night.pusher.bring_forward(campaign, by="editor")
    at_night.run_worker()
    assert {"sent": 1} == at_night.counts(campaign)


def test_a_quota_renewed_at_midnight_does_not_end_quiet_hours(harness: PushHarness) -> None:
    """A campaign that waited for its quota until midnight waits on until eight."""
    harness.settings = replace(harness.settings, quiet=NIGHT)
    campaign = harness.plan_and_approve()
    harness.inject_fault("/cgi-bin/message/mass/sendall", "errcode", errcode=45028)
    harness.run_worker()
    assert CampaignState.WAITING == harness.state(campaign)
    harness.advance(12 * 3600 + 120)  # 00:02
    harness.run_worker()
    assert ("免打扰" in harness.reason(campaign), harness.counts(campaign)) == (True, {"planned": 1})
    harness.advance(8 * 3600)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)


def test_a_lost_answer_is_reconciled_in_the_morning(harness: PushHarness) -> None:
    """Repeating a lost call could send the message, so it is repeated in the morning only."""
    harness.settings = replace(harness.settings, quiet=NIGHT)
    harness.use_short_timeouts()
    campaign = harness.plan_and_approve()
    harness.advance(9.99 * 3600)  # shortly before ten
    harness.inject_fault("/cgi-bin/message/mass/sendall", "cut_before")
    harness.run_worker()
    assert CampaignState.UNKNOWN == harness.state(campaign)
    harness.advance(3600)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, True) == (harness.state(campaign), "免打扰" in harness.reason(campaign))
    assert 1 == harness.count_calls("/cgi-bin/message/mass/sendall")
    harness.advance(9.1 * 3600)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)


def test_quiet_hours_stop_a_run_that_began_before_them() -> None:
    """A run that began by day stops at ten; a run that began at night, or without quiet hours, does not."""
    clock = iter([_at("21:58"), _at("21:59"), _at("22:00")])
    by_day = watch_quiet_hours(NIGHT, lambda: next(clock))
    assert [False, True] == [by_day(), by_day()]
    assert not watch_quiet_hours(NIGHT, lambda: _at("23:00"))()
    assert not watch_quiet_hours(None, lambda: _at("23:00"))()


def test_a_plan_warns_of_quiet_hours(at_night: PushHarness) -> None:
    """A plan without a time warns of the wait, one for the night that its time is kept, one for the day not at all."""
    audience = count_platform_audience(at_night.db, at_night.wechat, Audience.parse("all"))

    def quiet_hours_warnings(at: dt.datetime | None) -> list[str]:
        """Return the warnings about quiet hours of a plan for that time."""
        plan = compose_plan(
            at_night.db,
            PlanRequest(at_night.number, audience.audience, at),
            audience,
            at_night.settings,
            at_night.now(),
        )
        return [warning for warning in plan.warnings if "免打扰" in warning]

    assert "等到 11 月 25 日 08:00 才发" in quiet_hours_warnings(None)[0]
    assert "按您给的时刻发" in quiet_hours_warnings(_at("02:00", 25))[0]
    assert [] == quiet_hours_warnings(_at("09:00", 25))


def test_a_draft_is_not_postponed(at_night: PushHarness) -> None:
    """A draft notifies nobody and is added at any hour."""
    audience = count_platform_audience(at_night.db, at_night.wechat, Audience.parse("all"))
    plan = compose_plan(
        at_night.db,
        PlanRequest(at_night.number, audience.audience, route=push.Route.DRAFT),
        audience,
        at_night.settings,
        at_night.now(),
    )
    campaign = at_night.pusher.create(plan, "editor")
    at_night.pusher.approve(campaign.id, by="editor")
    at_night.run_worker()
    assert CampaignState.FINISHED == at_night.state(campaign.id)


def test_reports_are_reconciled_at_night(harness: PushHarness) -> None:
    """A message accepted shortly before ten is reconciled after ten."""
    harness.settings = replace(harness.settings, quiet=NIGHT)
    campaign = harness.plan_and_approve()
    harness.advance(10 * 3600 - 3)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)
    harness.advance(60)
    harness.run_worker()
    assert CampaignState.FINISHED == harness.state(campaign)


def test_a_campaign_resumed_at_night_waits(at_night: PushHarness) -> None:
    """A campaign resumed at night waits, and can be cancelled while it waits."""
    campaign = at_night.plan_and_approve()
    at_night.pusher.pause(campaign, by="editor")
    at_night.pusher.resume(campaign, by="editor")
    at_night.run_worker()
    assert CampaignState.WAITING == at_night.state(campaign)
    at_night.pusher.cancel(campaign, by="editor")
    _run_in_the_morning(at_night)
    assert (CampaignState.CANCELLED, 0) == (at_night.state(campaign), len(at_night.inbox()))


def test_quiet_hours_interrupt_individual_deliveries(harness: PushHarness) -> None:
    """A campaign of many calls stops when the quiet hours begin, and continues in the morning."""
    for openid in ("alice", "bob", "carol"):
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(("alice", "bob", "carol"), harness.now()))
    harness.settings, harness.limits = (
        replace(harness.settings, quiet=NIGHT),
        replace(harness.limits, per_minute=1),
    )
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.parse("recent")),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    plan = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    campaign = harness.pusher.create(plan, "editor").id
    harness.pusher.approve(campaign, by="editor")
    harness.advance(10 * 3600 - 61)  # a minute before ten
    harness.run_worker()
    harness.advance(62)
    harness.run_worker()
    assert (1, True) == (harness.counts(campaign)["sent"], "免打扰" in harness.reason(campaign))
    harness.advance(10 * 3600)
    for _ in range(3):
        harness.run_worker()
        harness.advance(61)
    assert {"sent": 3} == harness.counts(campaign)
