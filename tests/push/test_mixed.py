"""Tests of mixed campaigns: each follower is reached by one route, nobody twice, nobody missing."""

from dataclasses import replace

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, push
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, NoticeTemplate, PlanRequest, Route
from wxbot.push.planning.capabilities import Right

CUSTOM = "/cgi-bin/message/custom/send"
BIZSEND = "/cgi-bin/message/subscribe/bizsend"
LIST = "/cgi-bin/message/mass/send"
TEMPLATE = "tplA"
OPENIDS = ["alice", "bob", "carol", "dave", "erin"]


@pytest.fixture
def mixed_audience(harness: PushHarness) -> PushHarness:
    """Let alice send a message and bob consent to a notice; carol, dave and erin only follow."""
    for openid in OPENIDS:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
    template = {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": ["thing1"], "kind": "notice"}
    call_simulator(harness.platform, "/_sim/templates", template)
    call_simulator(harness.platform, "/_sim/message", {"openid": "alice", "type": "text", "content": "芯片"})
    call_simulator(harness.platform, "/_sim/consent", {"openid": "bob", "template_id": TEMPLATE})
    with harness.db.begin() as session:
        followers.record_sync_page(session, OPENIDS, harness.now())
        followers.record_messages(session, {"alice": harness.now()})
        consents.add(session, "bob", TEMPLATE, harness.now())
    harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, {"thing1": "{title}"}))
    return harness


def _plan(harness: PushHarness, to: str = "all", route: Route | None = Route.MIXED) -> push.Plan:
    """Plan a campaign to an audience by a route."""
    return harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))


def _create_approved_campaign(harness: PushHarness) -> int:
    """Create and approve a mixed campaign to all, and return its id."""
    campaign = harness.pusher.create(_plan(harness), "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _run_until_finished(harness: PushHarness, campaign: int) -> None:
    """Run a worker for six minutes and check that the campaign is finished."""
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


def _routes_received(harness: PushHarness) -> dict[str, list[str]]:
    """Return the routes by which each follower received a push."""
    return {
        openid: [
            seen["via"]
            for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}")
            if seen["via"] in {"customer", "notice", "mass"}
        ]
        for openid in OPENIDS
    }


def test_each_follower_is_reached_by_one_route(mixed_audience: PushHarness) -> None:
    """Within the window a card is sent, after consent a notice, to the others a list message: five in all."""
    harness = mixed_audience
    plan = _plan(harness)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1, Route.LIST: 3} == dict(plan.recipients.by_route)
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    assert {
        "alice": ["customer"],
        "bob": ["notice"],
        "carol": ["mass"],
        "dave": ["mass"],
        "erin": ["mass"],
    } == _routes_received(harness)
    assert {"sent": 5} == harness.counts(campaign)


def test_a_card_after_the_window_is_replaced_by_the_list(mixed_audience: PushHarness) -> None:
    """After 45015, when the window of alice has closed, she gets the message by list with the others, once."""
    harness = mixed_audience
    harness.inject_fault(CUSTOM, "errcode", errcode=45015)
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    assert ["mass"] == _routes_received(harness)["alice"]
    assert ({"sent": 5}, 1) == (harness.counts(campaign), harness.count_calls(LIST))


def test_a_card_after_the_window_is_replaced_by_a_notice_with_consent(mixed_audience: PushHarness) -> None:
    """After 45047 alice, who consented too, gets a notice rather than the message by list."""
    harness = mixed_audience
    call_simulator(harness.platform, "/_sim/consent", {"openid": "alice", "template_id": TEMPLATE})
    with harness.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, harness.now())
    harness.inject_fault(CUSTOM, "errcode", errcode=45047)
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    assert ["notice"] == _routes_received(harness)["alice"]
    with harness.db.read() as session:
        assert {} == consents.remaining(session, OPENIDS, TEMPLATE)


@pytest.mark.both_databases
def test_a_notice_without_consent_is_replaced_by_the_list(mixed_audience: PushHarness) -> None:
    """After 43101, when the platform knows of no consent, bob gets the message by list."""
    harness = mixed_audience
    harness.inject_fault(BIZSEND, "errcode", errcode=43101)
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    assert ["mass"] == _routes_received(harness)["bob"]


def test_another_refusal_is_final(mixed_audience: PushHarness) -> None:
    """After 43004, when alice no longer follows, no other route is tried."""
    harness = mixed_audience
    harness.inject_fault(CUSTOM, "errcode", errcode=43004)
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    assert ({"refused": 1, "sent": 4}, []) == (harness.counts(campaign), _routes_received(harness)["alice"])


@pytest.mark.both_databases
def test_a_single_follower_for_the_list_is_left_out(mixed_audience: PushHarness) -> None:
    """If one follower is left for the list, nothing is sent by list, and the ledger shows the follower as skipped."""
    harness = mixed_audience
    with harness.db.begin() as session:
        for openid in ("dave", "erin"):
            followers.save_preferences(session, openid, Preferences(nothing=True))
    plan = _plan(harness)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1} == dict(plan.recipients.by_route)
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    assert {"sent": 2, "skipped": 3} == harness.counts(campaign)
    assert 0 == harness.count_calls(LIST)


def test_without_lists_the_plan_counts_who_is_left_out(mixed_audience: PushHarness) -> None:
    """A subscription account has no lists: the plan leaves four followers out and names the missing right."""
    harness = mixed_audience
    harness.platform.account.kind = "sub"
    harness.settings = replace(harness.settings, notice=None)
    plan = _plan(harness)
    assert {Route.CUSTOMER: 1} == dict(plan.recipients.by_route)
    ((reason, size),) = plan.recipients.left_out.items()
    assert 4 == size
    assert "不能按名单群发" in reason


def test_a_section_audience_is_mixed_by_default_if_the_account_can(mixed_audience: PushHarness) -> None:
    """Subscribers of a section are reached by all routes of the account unless the editor names a route."""
    assert Route.MIXED == _plan(mixed_audience, "section:投融界", None).route
    mixed_audience.platform.account.kind = "sub"
    capabilities = mixed_audience.pusher.capabilities(fresh=True)
    assert not capabilities.may(Right.LIST)
    mixed_audience.settings = replace(mixed_audience.settings, notice=None)
    assert Route.CUSTOMER == _plan(mixed_audience, "section:投融界", None).route


def test_a_pause_between_the_routes_sends_nothing_twice(mixed_audience: PushHarness) -> None:
    """After a pause between the routes and a resume each follower has one message."""
    harness = mixed_audience
    harness.inject_fault(LIST, "errcode", errcode=-1)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert {"planned": 3, "sent": 2} == harness.counts(campaign)
    harness.pusher.pause(campaign, by="editor")
    harness.pusher.resume(campaign, by="editor")
    harness.advance(61)
    _run_until_finished(harness, campaign)
    assert [1] * 5 == [len(routes) for routes in _routes_received(harness).values()]
