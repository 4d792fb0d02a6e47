"""Facts about followers who choose while a campaign waits: their wishes bind until the message is on its way."""

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import followers, privacy, push
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, PlanRequest, Route
from wxbot.push.ledger import batches

CUSTOM, LIST = "/cgi-bin/message/custom/send", "/cgi-bin/message/mass/send"
NAMES = ["alice", "bob", "carol", "dave"]


@pytest.fixture
def crowd(harness: PushHarness, monkeypatch: pytest.MonkeyPatch) -> PushHarness:
    """Four followers who have just written, and calls of three at most."""
    monkeypatch.setattr(batches, "MAX_BATCH_SIZE", 3)
    for openid in NAMES:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, harness.now()))
    return harness


def _waiting(harness: PushHarness, route: Route, seconds: float = 900) -> int:
    """A campaign to the four that the platform has put off; then time goes by."""
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


def _wish(harness: PushHarness, openid: str, wishes: Preferences) -> None:
    with harness.db.begin() as session:
        followers.save_preferences(session, openid, wishes)


def _until_over(harness: PushHarness, campaign: int) -> None:
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


def _reasons(harness: PushHarness, campaign: int) -> dict[str, str]:
    """Why who was left out was."""
    with harness.db.read() as session:
        lines = push.queries.campaign_deliveries(session, campaign)
    return {line.recipient: line.reason for line in lines if line.state == "skipped"}


def _received(harness: PushHarness) -> list[int]:
    """How many pushes each of the four has."""
    boxes = [call_simulator(harness.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] in {"mass", "customer"} for seen in box) for box in boxes]


BOTH = pytest.mark.parametrize("route", [Route.CUSTOMER, Route.LIST])


@BOTH
def test_who_declines_while_a_campaign_waits_is_left_out(crowd: PushHarness, route: Route) -> None:
    """退订 between the freezing and the call binds it; of a list's pair the other one goes with another call."""
    harness = crowd
    campaign = _waiting(harness, route)
    _wish(harness, "alice", Preferences(nothing=True))
    _until_over(harness, campaign)
    assert {"alice": "已退订全部"} == _reasons(harness, campaign)
    assert [0, 1, 1, 1] == _received(harness)


@BOTH
def test_whose_night_has_come_is_left_alone(crowd: PushHarness, route: Route) -> None:
    """A campaign goes on in hours in which a follower wants nothing: the others have it, this one does not."""
    harness = crowd
    campaign = _waiting(harness, route, seconds=7200)
    hour = harness.now().astimezone(harness.settings.tz).hour
    _wish(harness, "carol", Preferences(quiet=(hour, (hour + 2) % 24)))
    _until_over(harness, campaign)
    assert {"carol": "在粉丝设的免打扰时段"} == _reasons(harness, campaign)
    assert [1, 1, 0, 1] == _received(harness)


def test_who_is_forgotten_while_a_list_waits_does_not_hold_it_up(crowd: PushHarness) -> None:
    """The first of a call asks that all about them be deleted: they get nothing, the other three have it."""
    harness = crowd
    campaign = _waiting(harness, Route.LIST, seconds=60)
    with harness.db.begin() as session:
        privacy.erase_person(session, "alice", "editor", harness.now())
    _until_over(harness, campaign)
    assert {"skipped": 1, "sent": 3} == harness.counts(campaign)
    assert [0, 1, 1, 1] == _received(harness)


def test_left_alone_in_the_only_call_is_told(crowd: PushHarness) -> None:
    """All but one of a list decline while it waits: the platform takes no list of one, and the reason says so."""
    harness = crowd
    campaign = _waiting(harness, Route.LIST)
    for openid in ("alice", "bob", "carol"):
        _wish(harness, openid, Preferences(nothing=True))
    _until_over(harness, campaign)
    assert {"skipped": 4} == harness.counts(campaign)
    assert batches.SINGLE_RECIPIENT_REASON == _reasons(harness, campaign)["dave"]
    assert [0, 0, 0, 0] == _received(harness)
