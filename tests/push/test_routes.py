"""Facts about the routes beside the mass message: one by one, the draft alone, published without telling."""

import datetime as dt

import pytest

from tests.desk import Desk, ask
from wxbot import followers, push
from wxbot.errors import NotFound, UsageError
from wxbot.followers import Preferences
from wxbot.push import CampaignState, Delivery, Route, WorkerLimits
from wxbot.push.ledger.states import claim_deliveries

CUSTOM = "/cgi-bin/message/custom/send"
READERS = ["alice", "bob", "carol"]


def _heard(desk: Desk, openids: list[str]) -> None:
    """These wrote just now: the platform's windows are open, and we know it."""
    for openid in openids:
        ask(desk.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"})
    with desk.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, desk.now()))


def _plan(desk: Desk, to: str = "recent", route: Route | None = None) -> push.Campaign:
    if to == "all":
        audience = push.count_platform_audience(desk.db, desk.wechat, to)
    else:
        audience = push.count_recipients(desk.db, desk.number, to, desk.settings.tz, desk.now())
    made = push.compose_plan(desk.db, desk.number, audience, None, desk.settings, desk.now(), route=route)
    return push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())


def _approved(desk: Desk, to: str = "recent", route: Route | None = None) -> int:
    campaign = _plan(desk, to, route)
    push.approve(
        desk.db, campaign.id, by="editor", settings=desk.settings, now=desk.now(), given=campaign.hash
    )
    return campaign.id


def _cards(desk: Desk, openid: str) -> int:
    return sum(seen["via"] == "customer" for seen in ask(desk.platform, f"/_sim/inbox/{openid}"))


def test_those_who_wrote_get_a_card_each_and_the_others_a_reason(desk: Desk) -> None:
    """Two wrote within 48 hours and one three days ago: two cards, one line skipped with its reason, finished."""
    _heard(desk, ["alice", "bob"])
    with desk.db.begin() as session:
        followers.record_messages(session, {"carol": desk.now() - dt.timedelta(hours=72)})
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 2, "skipped": 1}) == (
        desk.state(campaign),
        desk.counts(campaign),
    )
    assert [1, 1, 0] == [_cards(desk, openid) for openid in READERS]
    with desk.db.read() as session:
        (left_out,) = [
            line for line in push.campaign_deliveries(session, campaign) if line.state == "skipped"
        ]
    assert ("carol", True) == (left_out.recipient, "48 小时" in left_out.reason)


def test_wishes_bind_the_push(desk: Desk) -> None:
    """Who declined everything, wants other sections only, or has quiet hours now, is left out with the reason."""
    _heard(desk, READERS)
    with desk.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(nothing=True))
        followers.save_preferences(session, "bob", Preferences(sections=("没有的栏目",)))
        followers.save_preferences(session, "carol", Preferences(quiet=(11, 14)))
    audience = push.count_recipients(desk.db, desk.number, "recent", desk.settings.tz, desk.now())
    assert (0, 3) == (audience.size, len(audience.left_out))
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.FINISHED, {"skipped": 3}) == (desk.state(campaign), desk.counts(campaign))
    assert 0 == desk.calls(CUSTOM)


def test_the_weekly_cap_counts_what_was_sent(desk: Desk) -> None:
    """Who wants one push a week is left out of the second."""
    _heard(desk, ["alice"])
    with desk.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(weekly=1))
    first = _approved(desk)
    desk.work()
    assert {"sent": 1} == desk.counts(first)
    audience = push.count_recipients(desk.db, desk.number, "recent", desk.settings.tz, desk.now())
    assert (0, ["本周已收到 1 次，达到粉丝设的上限"]) == (audience.size, list(audience.left_out))


def test_the_weekly_cap_counts_what_is_about_to_be_sent(desk: Desk) -> None:
    """Of two campaigns that start together the second leaves out who is in the ledger of the first."""
    _heard(desk, ["alice", "bob"])
    with desk.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(weekly=1))
    first = _approved(desk)
    _started(desk, first)
    audience = push.count_recipients(desk.db, desk.number, "recent", desk.settings.tz, desk.now())
    made = push.compose_plan(desk.db, desk.number, audience, None, desk.settings, desk.now())
    second = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now(), insist=True).id
    push.approve(desk.db, second, by="editor", settings=desk.settings, now=desk.now())
    desk.work()
    assert [{"sent": 2}, {"sent": 1, "skipped": 1}] == [desk.counts(first), desk.counts(second)]
    assert (1, 2) == (_cards(desk, "alice"), _cards(desk, "bob"))


def _started(desk: Desk, campaign: int) -> None:
    """Its ledger is written, and nothing of it sent."""
    push.deliver_campaign(
        desk.db,
        desk.wechat,
        campaign,
        holder="starter",
        settings=desk.settings,
        limits=desk.limits,
        clock=desk.now,
        stopping=lambda: True,
    )


def test_what_a_dead_worker_held_of_a_cancelled_campaign_is_unknown(desk: Desk) -> None:
    """A worker died in a call and an editor cancelled: the line is unknown a while later, and a person may tell."""
    _heard(desk, READERS)
    campaign = _approved(desk)
    _started(desk, campaign)
    with desk.db.begin() as session:
        claim_deliveries(session, Delivery.recipient == "alice", 1, desk.now())
    push.cancel(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    assert {"claimed": 1, "skipped": 2} == desk.counts(campaign)
    desk.later(16 * 60)
    desk.work()
    assert {"unknown": 1, "skipped": 2} == desk.counts(campaign)
    push.resolve(desk.db, campaign, sent=False, by="editor", now=desk.now())
    desk.work()
    assert (CampaignState.CANCELLED, {"skipped": 3}) == (desk.state(campaign), desk.counts(campaign))
    assert 0 == desk.calls(CUSTOM)


def test_a_sections_subscribers_are_those_who_want_it(desk: Desk) -> None:
    """`section:投融界` reaches who asked for it or for everything; a section that the issue lacks is refused."""
    _heard(desk, READERS)
    with desk.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(sections=("投融界",)))
        followers.save_preferences(session, "bob", Preferences(sections=("新动向",)))
    assert (
        2 == push.count_recipients(desk.db, desk.number, "section:投融界", desk.settings.tz, desk.now()).size
    )
    with pytest.raises(NotFound, match="没有栏目"):
        push.count_recipients(desk.db, desk.number, "section:体育", desk.settings.tz, desk.now())


def test_those_whom_a_campaign_did_not_reach_can_be_reached(desk: Desk) -> None:
    """`unreached:ID` leaves out whom that campaign reached, or may have reached."""
    _heard(desk, ["alice"])
    first = _approved(desk)
    desk.work()
    _heard(desk, READERS)
    assert (
        2
        == push.count_recipients(
            desk.db, desk.number, f"unreached:{first}", desk.settings.tz, desk.now()
        ).size
    )


def test_a_closed_window_and_a_lost_follower_refuse_their_own_line_alone(desk: Desk) -> None:
    """45015 and 43004 are for good for this follower; the others get their card, and who left is known to have left."""
    _heard(desk, READERS)
    desk.fault(CUSTOM, "errcode", errcode=43004)
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.FINISHED, {"refused": 1, "sent": 2}) == (
        desk.state(campaign),
        desk.counts(campaign),
    )
    with desk.db.read() as session:
        assert 2 == followers.count(session)


def test_a_lost_answer_is_unknown_and_never_resent(desk: Desk) -> None:
    """There is no way to ask again: the line stays unknown until a person says, and nobody gets a second card."""
    _heard(desk, READERS)
    desk.fault(CUSTOM, "cut_after")
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (desk.state(campaign), desk.counts(campaign))
    desk.later(3600)
    desk.work()
    assert [1, 1, 1] == [_cards(desk, openid) for openid in READERS]

    push.resolve(desk.db, campaign, sent=True, by="editor", now=desk.now())
    assert (CampaignState.FINISHED, {"sent": 3}) == (desk.state(campaign), desk.counts(campaign))


def test_a_busy_platform_pauses_the_rest(desk: Desk) -> None:
    """−1 stops the round; what was not taken is planned still, and goes out at the next."""
    _heard(desk, READERS)
    desk.fault(CUSTOM, "errcode", errcode=-1, times=3)
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.WAITING, {"planned": 3}) == (desk.state(campaign), desk.counts(campaign))
    desk.later(31)
    desk.work()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (desk.state(campaign), [_cards(desk, o) for o in READERS])


def test_no_minute_sees_more_calls_than_the_limit(desk: Desk) -> None:
    """With two calls a minute, three followers take two minutes."""
    _heard(desk, READERS)
    desk.limits = WorkerLimits(per_minute=2)
    campaign = _approved(desk)
    desk.work()
    desk.work()
    assert (CampaignState.WAITING, {"planned": 1, "sent": 2}) == (desk.state(campaign), desk.counts(campaign))
    desk.later(61)
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 3}) == (desk.state(campaign), desk.counts(campaign))


def test_an_audience_is_frozen_once(desk: Desk) -> None:
    """Whoever wrote after the start is not in the ledger, however often the campaign goes on."""
    _heard(desk, ["alice", "bob"])
    desk.fault(CUSTOM, "errcode", errcode=-1, times=2)
    campaign = _approved(desk)
    desk.work()
    assert {"planned": 2} == desk.counts(campaign)
    _heard(desk, ["carol"])
    push.pause(desk.db, campaign, desk.now(), by="editor")
    push.resume(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 2}) == (desk.state(campaign), desk.counts(campaign))


def test_zero_recipients_is_finished(desk: Desk) -> None:
    """Nobody wrote: there is nothing to do, and the campaign is not stuck."""
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.FINISHED, {}) == (desk.state(campaign), desk.counts(campaign))


def test_the_draft_alone_waits_for_a_person(desk: Desk) -> None:
    """The draft lies in the box, nothing is sent, and the campaign says what to press."""
    campaign = _approved(desk, "all", Route.DRAFT)
    desk.work()
    assert (CampaignState.FINISHED, []) == (desk.state(campaign), desk.inbox())
    assert 1 == len(ask(desk.platform, "/_sim/drafts"))
    assert "发表" in desk.reason(campaign)


def test_publishing_tells_nobody(desk: Desk) -> None:
    """Published, the draft is spent, the followers have nothing, the campaign is finished."""
    campaign = _approved(desk, "all", Route.PUBLISH)
    desk.work()
    for _ in range(3):
        desk.later(60)
        desk.work()
    assert (CampaignState.FINISHED, []) == (desk.state(campaign), desk.inbox())
    assert [] == ask(desk.platform, "/_sim/drafts")


def test_a_lost_answer_to_publishing_is_seen_from_the_draft(desk: Desk) -> None:
    """The draft is gone, so it was published: no second submission."""
    desk.fault("/cgi-bin/freepublish/submit", "cut_after")
    campaign = _approved(desk, "all", Route.PUBLISH)
    for _ in range(4):
        desk.work()
        desk.later(120)
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), desk.calls("/cgi-bin/freepublish/submit"))


def test_an_account_without_rights_gets_a_draft_by_itself(desk: Desk) -> None:
    """An unverified account may not send: its plan is the draft alone, and says so."""
    desk.platform.account.kind = "personal"
    audience = push.count_platform_audience(desk.db, desk.wechat, "all")
    made = push.compose_plan(desk.db, desk.number, audience, None, desk.settings, desk.now())
    assert Route.DRAFT == made.route
    assert any("按「发表」" in warning for warning in made.warnings)


@pytest.mark.parametrize(("to", "route"), [("all", Route.CUSTOMER), ("recent", Route.MASS)])
def test_a_route_that_does_not_fit_the_audience_is_refused(desk: Desk, to: str, route: Route) -> None:
    """One by one needs a list of ours; a mass message needs the platform's."""
    with pytest.raises(UsageError, match="--route"):
        _plan(desk, to, route)


def test_a_worker_that_dies_leaves_only_what_was_in_its_hand_unknown(desk: Desk) -> None:
    """Claimed lines of a lapsed lease become unknown; the others go out once the campaign is taken over."""
    _heard(desk, READERS)
    desk.fault(CUSTOM, "errcode", errcode=-1, times=3)
    campaign = _approved(desk)
    desk.work()
    with desk.db.begin() as session:
        first = push.campaign_deliveries(session, campaign)[0]
        push.move_delivery(session, first.id, "claim", desk.now(), claimed_at=desk.now())
    desk.later(desk.limits.lease_seconds + 31)
    desk.work()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (desk.state(campaign), desk.counts(campaign))


def test_a_list_of_an_editors_own(desk: Desk) -> None:
    """A list reaches who may be written to, each once; a stranger on it is left out with the reason."""
    _heard(desk, ["alice", "bob"])
    names = ["alice", "bob", "alice", "stranger"]
    audience = push.count_listed_recipients(
        desk.db, desk.number, "理事.txt", names, desk.settings.tz, desk.now()
    )
    assert (2, {"不在粉丝名单里": 1}) == (audience.size, dict(audience.left_out))
    made = push.compose_plan(desk.db, desk.number, audience, None, desk.settings, desk.now())
    campaign = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now()).id
    push.approve(desk.db, campaign, by="editor", settings=desk.settings, now=desk.now())
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 2, "skipped": 1}) == (
        desk.state(campaign),
        desk.counts(campaign),
    )
    assert [1, 1] == [_cards(desk, openid) for openid in ("alice", "bob")]
