"""Tests of quiet hours: which campaigns wait, until when, and which do not."""

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
    """Return a moment of November 2026 in Beijing."""
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
def test_when_quiet_hours_end(quiet: QuietHours, now: dt.datetime, ends: dt.datetime | None) -> None:
    """Quiet hours include their first full hour, exclude the last one, and may last over midnight."""
    assert ends == quiet.end_if_within(now)


@given(
    start=st.integers(0, 23),
    end=st.integers(0, 23),
    seconds=st.integers(1_704_067_200, 1_893_456_000),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kolkata"]),
)
def test_the_end_is_not_quiet(start: int, end: int, seconds: int, zone: str) -> None:
    """A campaign waits less than a day for the end, and the end itself is outside the quiet hours."""
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
    ("now", "wished", "begun", "waits"),
    [
        (_at("23:00"), None, False, True),  # approved at night, no hour
        (_at("23:00"), _at("09:00"), False, True),  # late after an outage
        (_at("23:00"), _at("23:00"), False, False),  # the planned time
        (_at("23:59"), _at("23:00"), False, False),
        (_at("00:01", 25), _at("23:00"), False, True),  # more than an hour late
        (_at("00:01", 25), _at("23:00"), True, False),  # late, but part of it is sent
        (_at("23:00"), _at("23:00", 23), True, True),  # planned for the night before
        (_at("12:00"), None, False, False),
    ],
)
def test_which_campaigns_wait(now: dt.datetime, wished: dt.datetime | None, begun: bool, waits: bool) -> None:
    """A campaign waits in quiet hours unless an editor asked for a time in them and it starts on time."""
    ends = NIGHT.postponed_until(now, wished=wished, begun=begun)
    assert waits == (ends is not None)


@pytest.fixture
def night(harness: PushHarness) -> PushHarness:
    """Give the account quiet hours from 22 to 8, and set the clock to half past eleven in the evening."""
    harness.settings = replace(harness.settings, quiet=NIGHT)
    harness.advance(11.5 * 3600)
    return harness


def _advance_to_morning(harness: PushHarness) -> None:
    """Advance the clock to the morning and run a worker."""
    harness.advance(8.5 * 3600)
    harness.run_worker()


def test_what_is_approved_at_night_goes_out_in_the_morning(night: PushHarness) -> None:
    """A campaign approved at night waits, with the time in its reason, and is sent at eight."""
    campaign = night.plan_and_approve()
    night.run_worker()
    assert CampaignState.WAITING == night.state(campaign)
    assert "11 月 25 日 08:00" in night.reason(campaign)
    night.advance(3600)
    night.run_worker()
    assert (0, 0) == (night.count_calls("/cgi-bin/draft/add"), len(night.inbox()))
    night.advance(7.5 * 3600)
    night.run_worker()
    assert {"sent": 1} == night.counts(campaign)


def test_a_planned_time_in_quiet_hours_is_kept(night: PushHarness) -> None:
    """A campaign planned for midnight is sent at midnight."""
    midnight = night.now() + dt.timedelta(minutes=30)
    campaign = night.plan_and_approve(midnight)
    night.advance(30 * 60)
    night.run_worker()
    assert {"sent": 1} == night.counts(campaign)


def test_what_is_late_after_an_outage_waits_for_the_morning(night: PushHarness) -> None:
    """A campaign planned for midnight that no worker started until three waits for the morning."""
    campaign = night.plan_and_approve(night.now() + dt.timedelta(minutes=30))
    night.advance(3.5 * 3600)
    night.run_worker()
    assert CampaignState.WAITING == night.state(campaign)
    night.advance(5 * 3600)
    night.run_worker()
    assert {"sent": 1} == night.counts(campaign)


def test_bringing_forward_sends_at_once(night: PushHarness) -> None:
    """A waiting campaign that an editor brings forward is sent at once, in quiet hours too."""
    campaign = night.plan_and_approve()
    night.run_worker()
    assert CampaignState.WAITING == night.state(campaign)
    night.pusher.bring_forward(campaign, by="editor")
    night.run_worker()
    assert {"sent": 1} == night.counts(campaign)


def test_a_quota_reset_at_midnight_does_not_end_quiet_hours(harness: PushHarness) -> None:
    """A campaign whose quota is reset at midnight is sent when the quiet hours end."""
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


def test_a_lost_answer_is_asked_about_in_the_morning(harness: PushHarness) -> None:
    """An unknown call is not repeated in quiet hours, because the repetition may send the message."""
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


def test_a_pass_stops_when_quiet_hours_begin() -> None:
    """A pass that began by day stops when the quiet hours begin; one that began in them does not."""
    clock = iter([_at("21:58"), _at("21:59"), _at("22:00")])
    by_day = watch_quiet_hours(NIGHT, lambda: next(clock))
    assert [False, True] == [by_day(), by_day()]
    assert not watch_quiet_hours(NIGHT, lambda: _at("23:00"))()
    assert not watch_quiet_hours(None, lambda: _at("23:00"))()


def test_a_plan_warns_about_quiet_hours(night: PushHarness) -> None:
    """A plan warns that it will wait for the morning, or that its time lies in the quiet hours."""
    audience = count_platform_audience(night.db, night.wechat, Audience.parse("all"))

    def quiet_warnings(at: dt.datetime | None) -> list[str]:
        """Return the warnings about quiet hours of a plan for that time."""
        made = compose_plan(
            night.db, PlanRequest(night.number, audience.audience, at), audience, night.settings, night.now()
        )
        return [warning for warning in made.warnings if "免打扰" in warning]

    assert "等到 11 月 25 日 08:00 才发" in quiet_warnings(None)[0]
    assert "按您给的时刻发" in quiet_warnings(_at("02:00", 25))[0]
    assert [] == quiet_warnings(_at("09:00", 25))


def test_a_silent_route_does_not_wait(night: PushHarness) -> None:
    """A draft-only campaign, which notifies nobody, does not wait for the morning."""
    audience = count_platform_audience(night.db, night.wechat, Audience.parse("all"))
    made = compose_plan(
        night.db,
        PlanRequest(night.number, audience.audience, route=push.Route.DRAFT),
        audience,
        night.settings,
        night.now(),
    )
    campaign = night.pusher.create(made, "editor")
    night.pusher.approve(campaign.id, by="editor")
    night.run_worker()
    assert CampaignState.FINISHED == night.state(campaign.id)


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


def test_a_paused_campaign_can_be_resumed_at_night_without_waking_anybody(night: PushHarness) -> None:
    """A campaign that is resumed at night waits for the morning, and can be cancelled meanwhile."""
    campaign = night.plan_and_approve()
    night.pusher.pause(campaign, by="editor")
    night.pusher.resume(campaign, by="editor")
    night.run_worker()
    assert CampaignState.WAITING == night.state(campaign)
    night.pusher.cancel(campaign, by="editor")
    _advance_to_morning(night)
    assert (CampaignState.CANCELLED, 0) == (night.state(campaign), len(night.inbox()))


def test_a_campaign_of_cards_stops_in_quiet_hours(harness: PushHarness) -> None:
    """A campaign of cards stops when the quiet hours begin, and continues in the morning."""
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
    made = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    campaign = harness.pusher.create(made, "editor").id
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
