"""Tests of the routes other than the mass message: cards one by one, draft only, publication without notification."""

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
FOLLOWERS = ["alice", "bob", "carol"]


def _let_write(harness: PushHarness, openids: list[str]) -> None:
    """Let these followers write just now, so that the platform's 48-hour window is open and our database knows it."""
    for openid in openids:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, harness.now()))


def _plan(harness: PushHarness, to: str = "recent", route: Route | None = None) -> push.Campaign:
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
    made = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, route=route),
        audience,
        harness.settings,
        harness.now(),
    )
    return harness.pusher.create(made, "editor")


def _create_approved(harness: PushHarness, to: str = "recent", route: Route | None = None) -> int:
    campaign = _plan(harness, to, route)
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _card_count(harness: PushHarness, openid: str) -> int:
    return sum(
        seen["via"] == "customer" for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}")
    )


def test_those_who_wrote_get_a_card_each_and_the_others_a_reason(harness: PushHarness) -> None:
    """Followers who wrote within 48 hours get a card; one who wrote three days ago is skipped with the reason."""
    _let_write(harness, ["alice", "bob"])
    with harness.db.begin() as session:
        followers.record_messages(session, {"carol": harness.now() - dt.timedelta(hours=72)})
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2, "skipped": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert [1, 1, 0] == [_card_count(harness, openid) for openid in FOLLOWERS]
    with harness.db.read() as session:
        (left_out,) = [
            delivery
            for delivery in push.queries.campaign_deliveries(session, campaign)
            if delivery.state == "skipped"
        ]
    assert ("carol", True) == (left_out.recipient, "48 小时" in left_out.reason)


def test_preferences_are_respected(harness: PushHarness) -> None:
    """A follower who declined everything, wants other sections or has quiet hours now is left out with the reason."""
    _let_write(harness, FOLLOWERS)
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
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"skipped": 3}) == (harness.state(campaign), harness.counts(campaign))
    assert 0 == harness.count_calls(CUSTOM)


def test_the_weekly_cap_counts_what_was_sent(harness: PushHarness) -> None:
    """A follower who wants one push a week is left out of the second."""
    _let_write(harness, ["alice"])
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(weekly=1))
    first = _create_approved(harness)
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


def test_the_weekly_cap_counts_what_is_about_to_be_sent(harness: PushHarness) -> None:
    """The weekly limit of a follower also counts deliveries of another campaign's ledger that are not sent yet."""
    _let_write(harness, ["alice", "bob"])
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(weekly=1))
    first = _create_approved(harness)
    _start(harness, first)
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
    second = harness.pusher.create(made, "editor", insist=True).id
    harness.pusher.approve(second, by="editor")
    harness.run_worker()
    assert [{"sent": 2}, {"sent": 1, "skipped": 1}] == [harness.counts(first), harness.counts(second)]
    assert (1, 2) == (_card_count(harness, "alice"), _card_count(harness, "bob"))


def _start(harness: PushHarness, campaign: int) -> None:
    """Start a campaign: write its ledger and send nothing."""
    harness.pusher.deliver(campaign, worker_id="starter", stopping=lambda: True)


def test_what_a_dead_worker_held_of_a_cancelled_campaign_is_unknown(harness: PushHarness) -> None:
    """A delivery claimed by a dead worker of a cancelled campaign becomes unknown, and an editor can resolve it."""
    _let_write(harness, FOLLOWERS)
    campaign = _create_approved(harness)
    _start(harness, campaign)
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


def test_a_sections_subscribers_are_those_who_want_it(harness: PushHarness) -> None:
    """`section:投融界` reaches followers who want it or everything; a section that the issue lacks is refused."""
    _let_write(harness, FOLLOWERS)
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


def test_those_whom_a_campaign_did_not_reach_can_be_reached(harness: PushHarness) -> None:
    """`unreached:ID` excludes the followers whom that campaign reached, or may have reached."""
    _let_write(harness, ["alice"])
    first = _create_approved(harness)
    harness.run_worker()
    _let_write(harness, FOLLOWERS)
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


def test_a_refusal_concerns_one_follower_only(harness: PushHarness) -> None:
    """43004 refuses one follower's delivery for good and records that they left; the others get their cards."""
    _let_write(harness, FOLLOWERS)
    harness.inject_fault(CUSTOM, "errcode", errcode=43004)
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"refused": 1, "sent": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    with harness.db.read() as session:
        assert 2 == followers.count(session)


def test_a_lost_answer_is_unknown_and_never_resent(harness: PushHarness) -> None:
    """A card whose answer was lost stays unknown until an editor resolves it, and is not sent a second time."""
    _let_write(harness, FOLLOWERS)
    harness.inject_fault(CUSTOM, "cut_after")
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    harness.advance(3600)
    harness.run_worker()
    assert [1, 1, 1] == [_card_count(harness, openid) for openid in FOLLOWERS]

    harness.pusher.resolve(campaign, sent=True, by="editor")
    assert (CampaignState.FINISHED, {"sent": 3}) == (harness.state(campaign), harness.counts(campaign))


def test_a_busy_platform_pauses_the_rest(harness: PushHarness) -> None:
    """Errcode −1 ends the pass; what was not accepted stays planned and is sent by a later pass."""
    _let_write(harness, FOLLOWERS)
    harness.inject_fault(CUSTOM, "errcode", errcode=-1, times=3)
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 3}) == (harness.state(campaign), harness.counts(campaign))
    harness.advance(31)
    harness.run_worker()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (
        harness.state(campaign),
        [_card_count(harness, o) for o in FOLLOWERS],
    )


def test_no_minute_sees_more_calls_than_the_limit(harness: PushHarness) -> None:
    """With two calls a minute, three followers take two minutes."""
    _let_write(harness, FOLLOWERS)
    harness.limits = WorkerLimits(per_minute=2)
    campaign = _create_approved(harness)
    harness.run_worker()
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 1, "sent": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    harness.advance(61)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 3}) == (harness.state(campaign), harness.counts(campaign))


def test_an_audience_is_frozen_once(harness: PushHarness) -> None:
    """A follower who wrote after the start is not in the ledger, however often the campaign resumes."""
    _let_write(harness, ["alice", "bob"])
    harness.inject_fault(CUSTOM, "errcode", errcode=-1, times=2)
    campaign = _create_approved(harness)
    harness.run_worker()
    assert {"planned": 2} == harness.counts(campaign)
    _let_write(harness, ["carol"])
    harness.pusher.pause(campaign, by="editor")
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))


def test_zero_recipients_is_finished(harness: PushHarness) -> None:
    """A campaign without recipients finishes at once."""
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {}) == (harness.state(campaign), harness.counts(campaign))


def test_a_draft_only_campaign_waits_for_an_editor(harness: PushHarness) -> None:
    """The draft route adds a draft, sends nothing, and its reason tells the editor what to press."""
    campaign = _create_approved(harness, "all", Route.DRAFT)
    harness.run_worker()
    assert (CampaignState.FINISHED, []) == (harness.state(campaign), harness.inbox())
    assert 1 == len(call_simulator(harness.platform, "/_sim/drafts"))
    assert "发表" in harness.reason(campaign)


def test_a_publication_notifies_nobody(harness: PushHarness) -> None:
    """A publication uses up the draft, finishes the campaign, and sends nothing to followers."""
    campaign = _create_approved(harness, "all", Route.PUBLISH)
    harness.run_worker()
    for _ in range(3):
        harness.advance(60)
        harness.run_worker()
    assert (CampaignState.FINISHED, []) == (harness.state(campaign), harness.inbox())
    assert [] == call_simulator(harness.platform, "/_sim/drafts")


def test_a_lost_answer_to_publishing_is_seen_from_the_draft(harness: PushHarness) -> None:
    """If the answer to a publication is lost and the draft is gone, it counts as published and is not repeated."""
    harness.inject_fault("/cgi-bin/freepublish/submit", "cut_after")
    campaign = _create_approved(harness, "all", Route.PUBLISH)
    for _ in range(4):
        harness.run_worker()
        harness.advance(120)
    assert (CampaignState.FINISHED, 1) == (
        harness.state(campaign),
        harness.count_calls("/cgi-bin/freepublish/submit"),
    )


def test_an_account_without_rights_gets_a_draft_by_itself(harness: PushHarness) -> None:
    """The plan of an unverified account, which may not send, has the draft route and a warning."""
    harness.platform.account.kind = "personal"
    audience = count_platform_audience(harness.db, harness.wechat, Audience.parse("all"))
    made = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    assert Route.DRAFT == made.route
    assert any("按「发表」" in warning for warning in made.warnings)


@pytest.mark.parametrize(("to", "route"), [("all", Route.CUSTOMER), ("recent", Route.MASS)])
def test_a_route_that_does_not_fit_the_audience_is_refused(
    harness: PushHarness, to: str, route: Route
) -> None:
    """Cards to `all` and a mass message to `recent` are refused: one needs our own list, the other the platform's."""
    with pytest.raises(UsageError, match="--route"):
        _plan(harness, to, route)


def test_a_dead_worker_leaves_only_its_claims_unknown(harness: PushHarness) -> None:
    """After a worker dies, its claimed deliveries become unknown, and another worker sends the rest."""
    _let_write(harness, FOLLOWERS)
    harness.inject_fault(CUSTOM, "errcode", errcode=-1, times=3)
    campaign = _create_approved(harness)
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


def test_a_file_of_openids_is_an_audience(harness: PushHarness) -> None:
    """A file of openids reaches each follower on it once; an openid that is not a follower is left out."""
    _let_write(harness, ["alice", "bob"])
    names = ["alice", "bob", "alice", "stranger"]
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.of_file("理事.txt"), openids=names),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    assert (2, {"不在粉丝名单里": 1}) == (audience.size, dict(audience.left_out))
    made = compose_plan(
        harness.db, PlanRequest(harness.number, audience.audience), audience, harness.settings, harness.now()
    )
    campaign = harness.pusher.create(made, "editor").id
    harness.pusher.approve(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2, "skipped": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert [1, 1] == [_card_count(harness, openid) for openid in ("alice", "bob")]
