"""Tests of the recheck: preferences that followers change while a campaign waits are respected."""

from dataclasses import replace

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import followers, privacy, push
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, PlanRequest, Route
from wxbot.push.ledger.batches import SINGLE_RECIPIENT_REASON

CUSTOM, LIST = "/cgi-bin/message/custom/send", "/cgi-bin/message/mass/send"
NAMES = ["alice", "bob", "carol", "dave"]


@pytest.fixture
def crowd(harness: PushHarness) -> PushHarness:
    """Let four followers send a message just now, and limit a batch to three."""
    harness.limits = replace(harness.limits, list_batch_size=3)
    for openid in NAMES:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, harness.now()))
    return harness


def _postponed(harness: PushHarness, route: Route, seconds: float = 900) -> int:
    """Start a campaign to the four that the platform puts off, let time pass, and return its id."""
    to = "recent" if route is Route.CUSTOMER else "all"
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor")
    # One call for two, or one for each of the four that are under way together.
    harness.inject_fault(
        *(CUSTOM, "errcode", 4) if route is Route.CUSTOMER else (LIST, "errcode"), errcode=-1
    )
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 4}) == (
        harness.state(campaign.id),
        harness.counts(campaign.id),
    )
    harness.advance(seconds)
    return campaign.id


def _set_preferences(harness: PushHarness, openid: str, preferences: Preferences) -> None:
    with harness.db.begin() as session:
        followers.save_preferences(session, openid, preferences)


def _run_until_over(harness: PushHarness, campaign: int) -> None:
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


def _reasons(harness: PushHarness, campaign: int) -> dict[str, str]:
    """Return the reason for each follower who was left out."""
    with harness.db.read() as session:
        lines = push.queries.campaign_deliveries(session, campaign)
    return {line.recipient: line.reason for line in lines if line.state == "skipped"}


def _push_counts(harness: PushHarness) -> list[int]:
    """Return the number of pushes that each of the four received."""
    boxes = [call_simulator(harness.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] in {"mass", "customer"} for seen in box) for box in boxes]


BOTH = pytest.mark.parametrize("route", [Route.CUSTOMER, Route.LIST])


@BOTH
def test_a_follower_who_unsubscribes_while_a_campaign_waits_is_left_out(
    crowd: PushHarness, route: Route
) -> None:
    """A follower who unsubscribes before the call is left out; the other one of a batch of two still gets it."""
    harness = crowd
    campaign = _postponed(harness, route)
    _set_preferences(harness, "alice", Preferences(nothing=True))
    _run_until_over(harness, campaign)
    assert {"alice": "已退订全部"} == _reasons(harness, campaign)
    assert [0, 1, 1, 1] == _push_counts(harness)


@BOTH
@pytest.mark.both_databases
def test_a_follower_whose_quiet_hours_begin_is_left_out(crowd: PushHarness, route: Route) -> None:
    """A campaign that resumes in the quiet hours of one follower reaches the others and leaves that one out."""
    harness = crowd
    campaign = _postponed(harness, route, seconds=7200)
    hour = harness.now().astimezone(harness.settings.tz).hour
    _set_preferences(harness, "carol", Preferences(quiet=(hour, (hour + 2) % 24)))
    _run_until_over(harness, campaign)
    assert {"carol": "在粉丝设的免打扰时段"} == _reasons(harness, campaign)
    assert [1, 1, 0, 1] == _push_counts(harness)


def test_a_forgotten_follower_does_not_block_the_batch(crowd: PushHarness) -> None:
    """A follower of a batch whose data are deleted gets nothing; the other three get the message."""
    harness = crowd
    campaign = _postponed(harness, Route.LIST, seconds=60)
    with harness.db.begin() as session:
        privacy.erase_person(session, "alice", "editor", harness.now())
    _run_until_over(harness, campaign)
    assert {"skipped": 1, "sent": 3} == harness.counts(campaign)
    assert [0, 1, 1, 1] == _push_counts(harness)


def test_the_last_one_of_the_only_batch_is_left_out(crowd: PushHarness) -> None:
    """If all but one of a list unsubscribe, the last one is left out with the reason that a list needs two."""
    harness = crowd
    campaign = _postponed(harness, Route.LIST)
    for openid in ("alice", "bob", "carol"):
        _set_preferences(harness, openid, Preferences(nothing=True))
    _run_until_over(harness, campaign)
    assert {"skipped": 4} == harness.counts(campaign)
    assert SINGLE_RECIPIENT_REASON == _reasons(harness, campaign)["dave"]
    assert [0, 0, 0, 0] == _push_counts(harness)
