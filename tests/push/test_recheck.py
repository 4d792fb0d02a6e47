"""Facts about followers who choose while a campaign waits: their wishes bind until the message is on its way."""

import pytest

from tests.desk import Desk, ask
from wxbot import bot, followers, push
from wxbot.followers import Preferences
from wxbot.push import CampaignState, Route
from wxbot.push.ledger import batches

CUSTOM, LIST = "/cgi-bin/message/custom/send", "/cgi-bin/message/mass/send"
NAMES = ["alice", "bob", "carol", "dave"]


@pytest.fixture
def crowd(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Four followers who have just written, and calls of three at most."""
    monkeypatch.setattr(batches, "LARGEST", 3)
    for openid in NAMES:
        ask(desk.platform, "/_sim/followers", {"openid": openid})
        ask(desk.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"})
    with desk.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, desk.now()))
    return desk


def _waiting(desk: Desk, route: Route, seconds: float = 900) -> int:
    """A campaign to the four that the platform has put off; then time goes by."""
    to = "recent" if route is Route.CUSTOMER else "all"
    made = push.plan_campaign(
        desk.db, desk.wechat, desk.number, to, None, desk.settings, desk.now(), route=route
    )
    campaign = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())
    push.approve(desk.db, campaign.id, by="editor", settings=desk.settings, now=desk.now())
    # One call for two, or one for each of the four that are under way together.
    desk.fault(*(CUSTOM, "errcode", 4) if route is Route.CUSTOMER else (LIST, "errcode"), errcode=-1)
    desk.work()
    assert (CampaignState.WAITING, {"planned": 4}) == (desk.state(campaign.id), desk.counts(campaign.id))
    desk.later(seconds)
    return campaign.id


def _wish(desk: Desk, openid: str, wishes: Preferences) -> None:
    with desk.db.begin() as session:
        followers.save_preferences(session, openid, wishes)


def _until_over(desk: Desk, campaign: int) -> None:
    for _ in range(6):
        desk.work()
        desk.later(61)
    assert CampaignState.FINISHED == desk.state(campaign), desk.reason(campaign)


def _reasons(desk: Desk, campaign: int) -> dict[str, str]:
    """Why who was left out was."""
    with desk.db.read() as session:
        lines = push.campaign_deliveries(session, campaign)
    return {line.recipient: line.reason for line in lines if line.state == "skipped"}


def _received(desk: Desk) -> list[int]:
    """How many pushes each of the four has."""
    boxes = [ask(desk.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] in {"mass", "customer"} for seen in box) for box in boxes]


BOTH = pytest.mark.parametrize("route", [Route.CUSTOMER, Route.LIST])


@BOTH
def test_who_declines_while_a_campaign_waits_is_left_out(crowd: Desk, route: Route) -> None:
    """退订 between the freezing and the call binds it; of a list's pair the other one goes with another call."""
    desk = crowd
    campaign = _waiting(desk, route)
    _wish(desk, "alice", Preferences(nothing=True))
    _until_over(desk, campaign)
    assert {"alice": "已退订全部"} == _reasons(desk, campaign)
    assert [0, 1, 1, 1] == _received(desk)


@BOTH
def test_whose_night_has_come_is_left_alone(crowd: Desk, route: Route) -> None:
    """A campaign goes on in hours in which a follower wants nothing: the others have it, this one does not."""
    desk = crowd
    campaign = _waiting(desk, route, seconds=7200)
    hour = desk.now().astimezone(desk.settings.tz).hour
    _wish(desk, "carol", Preferences(quiet=(hour, (hour + 2) % 24)))
    _until_over(desk, campaign)
    assert {"carol": "在粉丝设的免打扰时段"} == _reasons(desk, campaign)
    assert [1, 1, 0, 1] == _received(desk)


def test_who_is_forgotten_while_a_list_waits_does_not_hold_it_up(crowd: Desk) -> None:
    """The first of a call asks that all about them be deleted: they get nothing, the other three have it."""
    desk = crowd
    campaign = _waiting(desk, Route.LIST, seconds=60)
    with desk.db.begin() as session:
        bot.privacy.forget(session, "alice", "editor", desk.now())
    _until_over(desk, campaign)
    assert {"skipped": 1, "sent": 3} == desk.counts(campaign)
    assert [0, 1, 1, 1] == _received(desk)


def test_left_alone_in_the_only_call_is_told(crowd: Desk) -> None:
    """All but one of a list decline while it waits: the platform takes no list of one, and the reason says so."""
    desk = crowd
    campaign = _waiting(desk, Route.LIST)
    for openid in ("alice", "bob", "carol"):
        _wish(desk, openid, Preferences(nothing=True))
    _until_over(desk, campaign)
    assert {"skipped": 4} == desk.counts(campaign)
    assert batches.SINGLE_RECIPIENT_REASON == _reasons(desk, campaign)["dave"]
    assert [0, 0, 0, 0] == _received(desk)
