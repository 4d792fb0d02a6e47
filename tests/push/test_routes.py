"""Tests of the routes other than mass messages: cards, the draft alone, and publishing."""

import datetime as dt

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import followers, push
from wxbot.errors import NotFound, UsageError
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, Delivery, PlanRequest, Route, WorkerLimits
from wxbot.push.audience.resolve import count_platform_audience, count_recipients
from wxbot.push.ledger.states import claim_deliveries, move_delivery
from wxbot.push.planning.plan import compose_plan

CUSTOM = "/cgi-bin/message/custom/send"
OPENIDS = ["alice", "bob", "carol"]


def _send_messages_from(harness: PushHarness, openids: list[str]) -> None:
    """Let these followers send a message just now, at the platform and in our database."""
    for openid in openids:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, harness.now()))


def _create_campaign(harness: PushHarness, to: str = "recent", route: Route | None = None) -> push.Campaign:
    """Create a campaign to an audience by a route."""
    if to == "all":
        audience = count_platform_audience(harness.db, harness.wechat, Audience.parse(to))
    else:
        audience = count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse(to)),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        )
    plan = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, route=route),
        audience,
        harness.settings,
        harness.now(),
    )
    return harness.pusher.create(plan, "editor")


def _create_approved_campaign(harness: PushHarness, to: str = "recent", route: Route | None = None) -> int:
    """Create and approve a campaign and return its id."""
    campaign = _create_campaign(harness, to, route)
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _card_count(harness: PushHarness, openid: str) -> int:
    """Return the number of cards that a follower received."""
    return sum(
        seen["via"] == "customer" for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}")
    )


def test_followers_within_the_window_get_a_card_and_others_a_reason(harness: PushHarness) -> None:
    """Two who wrote within 48 hours get a card; one who wrote before is skipped with the reason."""
    _send_messages_from(harness, ["alice", "bob"])
    with harness.db.begin() as session:
        followers.record_messages(session, {"carol": harness.now() - dt.timedelta(hours=72)})
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2, "skipped": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert [1, 1, 0] == [_card_count(harness, openid) for openid in OPENIDS]
    with harness.db.read() as session:
        (left_out,) = [
            delivery
            for delivery in push.queries.campaign_deliveries(session, campaign)
            if delivery.state == "skipped"
        ]
    assert ("carol", True) == (left_out.recipient, "48 小时" in left_out.reason)


def test_preferences_apply_to_cards(harness: PushHarness) -> None:
    """Followers who declined everything, chose other sections or have quiet hours now are left out."""
    _send_messages_from(harness, OPENIDS)
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(nothing=True))
        followers.save_preferences(session, "bob", Preferences(sections=("没有的栏目",)))
        followers.save_preferences(session, "carol", Preferences(quiet=(11, 14)))
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.parse("recent")),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    assert (0, 3) == (audience.size, len(audience.left_out))
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"skipped": 3}) == (harness.state(campaign), harness.counts(campaign))
    assert 0 == harness.count_calls(CUSTOM)


@pytest.mark.both_databases
def test_the_weekly_limit_counts_sent_pushes(harness: PushHarness) -> None:
    """A follower who allows one push a week is left out of the second, with the reason."""
    _send_messages_from(harness, ["alice"])
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(weekly=1))
    first = _create_approved_campaign(harness)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(first)
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.parse("recent")),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    assert (0, ["本周已收到 1 次，达到粉丝设的上限"]) == (audience.size, list(audience.left_out))


@pytest.mark.both_databases
def test_the_weekly_limit_counts_planned_deliveries(harness: PushHarness) -> None:
    """Of two campaigns that start together, the second leaves out followers who are in the ledger of the first."""
    _send_messages_from(harness, ["alice", "bob"])
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(weekly=1))
    first = _create_approved_campaign(harness)
    _start_without_sending(harness, first)
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
    second = harness.pusher.create(plan, "editor", insist=True).id
    harness.pusher.approve(second, by="editor")
    harness.run_worker()
    assert [{"sent": 2}, {"sent": 1, "skipped": 1}] == [harness.counts(first), harness.counts(second)]
    assert (1, 2) == (_card_count(harness, "alice"), _card_count(harness, "bob"))


def _start_without_sending(harness: PushHarness, campaign: int) -> None:
    """Start a campaign so that its ledger is written and nothing is sent."""
    harness.pusher.deliver(campaign, worker_id="starter", stopping=lambda: True)


@pytest.mark.both_databases
def test_a_claimed_delivery_of_a_cancelled_campaign_becomes_unknown(harness: PushHarness) -> None:
    """If a worker dies during a call of a cancelled campaign, its delivery becomes unknown and can be resolved."""
    _send_messages_from(harness, OPENIDS)
    campaign = _create_approved_campaign(harness)
    _start_without_sending(harness, campaign)
    with harness.db.begin() as session:
        claim_deliveries(session, Delivery.recipient == "alice", 1, harness.now())
    harness.pusher.cancel(campaign, by="editor")
    harness.run_worker()
    assert {"claimed": 1, "skipped": 2} == harness.counts(campaign)
    harness.advance(16 * 60)
    harness.run_worker()
    assert {"unknown": 1, "skipped": 2} == harness.counts(campaign)
    harness.pusher.resolve(campaign, sent=False, by="editor")
    harness.run_worker()
    assert (CampaignState.CANCELLED, {"skipped": 3}) == (harness.state(campaign), harness.counts(campaign))
    assert 0 == harness.count_calls(CUSTOM)


def test_a_section_reaches_its_subscribers(harness: PushHarness) -> None:
    """`section:投融界` reaches followers who chose it or set no preferences; an unknown section raises NotFound."""
    _send_messages_from(harness, OPENIDS)
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(sections=("投融界",)))
        followers.save_preferences(session, "bob", Preferences(sections=("新动向",)))
    assert (
        2
        == count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse("section:投融界")),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        ).size
    )
    with pytest.raises(NotFound, match="没有栏目"):
        count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse("section:体育")),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        )


def test_an_unreached_audience_excludes_reached_followers(harness: PushHarness) -> None:
    """`unreached:ID` leaves out followers whom that campaign reached or may have reached."""
    _send_messages_from(harness, ["alice"])
    first = _create_approved_campaign(harness)
    harness.run_worker()
    _send_messages_from(harness, OPENIDS)
    assert (
        2
        == count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse(f"unreached:{first}")),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        ).size
    )


def test_a_lost_follower_refuses_one_delivery(harness: PushHarness) -> None:
    """43004 refuses one delivery and records that the follower left; the others get their card."""
    _send_messages_from(harness, OPENIDS)
    harness.inject_fault(CUSTOM, "errcode", errcode=43004)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"refused": 1, "sent": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    with harness.db.read() as session:
        assert 2 == followers.count(session)


def test_a_lost_answer_to_a_card_is_unknown_and_never_resent(harness: PushHarness) -> None:
    """The platform has no key for cards: the delivery stays unknown until an editor resolves it, and is not resent."""
    _send_messages_from(harness, OPENIDS)
    harness.inject_fault(CUSTOM, "cut_after")
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    harness.advance(3600)
    harness.run_worker()
    assert [1, 1, 1] == [_card_count(harness, openid) for openid in OPENIDS]

    harness.pusher.resolve(campaign, sent=True, by="editor")
    assert (CampaignState.FINISHED, {"sent": 3}) == (harness.state(campaign), harness.counts(campaign))


def test_a_busy_platform_postpones_the_campaign(harness: PushHarness) -> None:
    """After -1 nothing more is sent in that pass; planned deliveries are sent in the next."""
    _send_messages_from(harness, OPENIDS)
    harness.inject_fault(CUSTOM, "errcode", errcode=-1, times=3)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 3}) == (harness.state(campaign), harness.counts(campaign))
    harness.advance(31)
    harness.run_worker()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (
        harness.state(campaign),
        [_card_count(harness, o) for o in OPENIDS],
    )


def test_the_rate_limit_holds_for_each_minute(harness: PushHarness) -> None:
    """With a rate limit of two calls a minute three followers take two minutes."""
    _send_messages_from(harness, OPENIDS)
    harness.limits = WorkerLimits(per_minute=2)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 1, "sent": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    harness.advance(61)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 3}) == (harness.state(campaign), harness.counts(campaign))


def test_the_snapshot_of_an_audience_is_taken_once(harness: PushHarness) -> None:
    """A follower who wrote after the start is not in the ledger, even after the campaign was resumed."""
    _send_messages_from(harness, ["alice", "bob"])
    harness.inject_fault(CUSTOM, "errcode", errcode=-1, times=2)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert {"planned": 2} == harness.counts(campaign)
    _send_messages_from(harness, ["carol"])
    harness.pusher.pause(campaign, by="editor")
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))


def test_a_campaign_without_recipients_finishes(harness: PushHarness) -> None:
    """A campaign to an empty audience finishes without any delivery."""
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {}) == (harness.state(campaign), harness.counts(campaign))


def test_a_draft_is_added_and_not_sent(harness: PushHarness) -> None:
    """The draft is in the draft box, nothing is sent, and the reason names the button to press."""
    campaign = _create_approved_campaign(harness, "all", Route.DRAFT)
    harness.run_worker()
    assert (CampaignState.FINISHED, []) == (harness.state(campaign), harness.inbox())
    assert 1 == len(call_simulator(harness.platform, "/_sim/drafts"))
    assert "发表" in harness.reason(campaign)


def test_publishing_notifies_nobody(harness: PushHarness) -> None:
    """A published draft is used up, followers receive nothing, and the campaign is finished."""
    campaign = _create_approved_campaign(harness, "all", Route.PUBLISH)
    harness.run_worker()
    for _ in range(3):
        harness.advance(60)
        harness.run_worker()
    assert (CampaignState.FINISHED, []) == (harness.state(campaign), harness.inbox())
    assert [] == call_simulator(harness.platform, "/_sim/drafts")


def test_a_lost_answer_to_publishing_is_resolved_by_the_draft(harness: PushHarness) -> None:
    """If the draft is gone it was published, so it is not submitted again."""
    harness.inject_fault("/cgi-bin/freepublish/submit", "cut_after")
    campaign = _create_approved_campaign(harness, "all", Route.PUBLISH)
    for _ in range(4):
        harness.run_worker()
        harness.advance(120)
    assert (CampaignState.FINISHED, 1) == (
        harness.state(campaign),
        harness.count_calls("/cgi-bin/freepublish/submit"),
    )


def test_an_account_without_rights_plans_a_draft(harness: PushHarness) -> None:
    """The plan of an unverified account, which cannot send, has the draft as its route and a warning."""
    harness.platform.account.kind = "personal"
    audience = count_platform_audience(harness.db, harness.wechat, Audience.parse("all"))
    plan = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    assert Route.DRAFT == plan.route
    assert any("按「发表」" in warning for warning in plan.warnings)


@pytest.mark.parametrize(("to", "route"), [("all", Route.CUSTOMER), ("recent", Route.MASS)])
def test_a_route_that_does_not_fit_the_audience_is_refused(
    harness: PushHarness, to: str, route: Route
) -> None:
    """Cards need an audience from our database, mass messages one of the platform; others raise UsageError."""
    with pytest.raises(UsageError, match="--route"):
        _create_campaign(harness, to, route)


def test_only_claimed_deliveries_of_a_dead_worker_become_unknown(harness: PushHarness) -> None:
    """Claimed deliveries of an expired lease become unknown; the others are sent by the next worker."""
    _send_messages_from(harness, OPENIDS)
    harness.inject_fault(CUSTOM, "errcode", errcode=-1, times=3)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    with harness.db.begin() as session:
        first = push.queries.campaign_deliveries(session, campaign)[0]
        move_delivery(session, first.id, "claim", harness.now(), claimed_at=harness.now())
    harness.advance(harness.limits.lease_seconds + 31)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )


def test_a_file_audience(harness: PushHarness) -> None:
    """A file of openids reaches each follower once; an openid that does not follow is left out with the reason."""
    _send_messages_from(harness, ["alice", "bob"])
    openids = ["alice", "bob", "alice", "stranger"]
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.of_file("理事.txt"), openids=openids),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    assert (2, {"不在粉丝名单里": 1}) == (audience.size, dict(audience.left_out))
    plan = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    campaign = harness.pusher.create(plan, "editor").id
    harness.pusher.approve(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2, "skipped": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert [1, 1] == [_card_count(harness, openid) for openid in ("alice", "bob")]
