"""Tests of mixed campaigns: each follower is reached by one route, nobody twice, nobody lost."""

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
NAMES = ["alice", "bob", "carol", "dave", "erin"]


@pytest.fixture
def mixed(harness: PushHarness) -> PushHarness:
    """Let five people follow: alice wrote just now, bob consented to a notice, the others only follow."""
    for openid in NAMES:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
    template = {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": ["thing1"], "kind": "notice"}
    call_simulator(harness.platform, "/_sim/templates", template)
    call_simulator(harness.platform, "/_sim/message", {"openid": "alice", "type": "text", "content": "芯片"})
    call_simulator(harness.platform, "/_sim/consent", {"openid": "bob", "template_id": TEMPLATE})
    with harness.db.begin() as session:
        followers.record_sync_page(session, NAMES, harness.now())
        followers.record_messages(session, {"alice": harness.now()})
        consents.add(session, "bob", TEMPLATE, harness.now())
    harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, {"thing1": "{title}"}))
    return harness


def _plan(harness: PushHarness, to: str = "all", route: Route | None = Route.MIXED) -> push.Plan:
    return harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))


def _create_approved(harness: PushHarness) -> int:
    campaign = harness.pusher.create(_plan(harness), "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _run_until_over(harness: PushHarness, campaign: int) -> None:
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


def _routes_by_follower(harness: PushHarness) -> dict[str, list[str]]:
    """Return the routes by which each follower was reached."""
    return {
        openid: [
            seen["via"]
            for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}")
            if seen["via"] in {"customer", "notice", "mass"}
        ]
        for openid in NAMES
    }


def test_each_follower_is_reached_by_one_route(mixed: PushHarness) -> None:
    """Within the window a follower gets a card, with a consent a notice, and otherwise the mass message by list."""
    harness = mixed
    made = _plan(harness)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1, Route.LIST: 3} == dict(made.recipients.by_route)
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    assert {
        "alice": ["customer"],
        "bob": ["notice"],
        "carol": ["mass"],
        "dave": ["mass"],
        "erin": ["mass"],
    } == _routes_by_follower(harness)
    assert {"sent": 5} == harness.counts(campaign)


def test_a_late_card_becomes_a_message_by_list(mixed: PushHarness) -> None:
    """45015: a follower whose window closed in the meantime gets the mass message by list, once."""
    harness = mixed
    harness.inject_fault(CUSTOM, "errcode", errcode=45015)
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    assert ["mass"] == _routes_by_follower(harness)["alice"]
    assert ({"sent": 5}, 1) == (harness.counts(campaign), harness.count_calls(LIST))


def test_a_late_card_becomes_a_notice_with_a_consent(mixed: PushHarness) -> None:
    """45047: a follower whose card is refused and who consented gets a notice."""
    harness = mixed
    call_simulator(harness.platform, "/_sim/consent", {"openid": "alice", "template_id": TEMPLATE})
    with harness.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, harness.now())
    harness.inject_fault(CUSTOM, "errcode", errcode=45047)
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    assert ["notice"] == _routes_by_follower(harness)["alice"]
    with harness.db.read() as session:
        assert {} == consents.remaining(session, NAMES, TEMPLATE)


def test_a_notice_without_consent_becomes_a_message_by_list(mixed: PushHarness) -> None:
    """43101: a follower whose consent the platform does not know gets the mass message by list."""
    harness = mixed
    harness.inject_fault(BIZSEND, "errcode", errcode=43101)
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    assert ["mass"] == _routes_by_follower(harness)["bob"]


def test_another_refusal_is_for_good(mixed: PushHarness) -> None:
    """43004: a follower who left gets nothing by any other route."""
    harness = mixed
    harness.inject_fault(CUSTOM, "errcode", errcode=43004)
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    assert ({"refused": 1, "sent": 4}, []) == (
        harness.counts(campaign),
        _routes_by_follower(harness)["alice"],
    )


def test_the_last_one_alone_is_left_out(mixed: PushHarness) -> None:
    """If only one follower is left for the list, the plan and the ledger leave that one out."""
    harness = mixed
    with harness.db.begin() as session:
        for openid in ("dave", "erin"):
            followers.save_preferences(session, openid, Preferences(nothing=True))
    made = _plan(harness)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1} == dict(made.recipients.by_route)
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    assert {"sent": 2, "skipped": 3} == harness.counts(campaign)
    assert 0 == harness.count_calls(LIST)


def test_without_lists_the_plan_says_who_is_left_out(mixed: PushHarness) -> None:
    """A subscription account has no lists: three followers are left out, and the reason names the right."""
    harness = mixed
    harness.platform.account.kind = "sub"
    harness.settings = replace(harness.settings, notice=None)
    made = _plan(harness)
    assert {Route.CUSTOMER: 1} == dict(made.recipients.by_route)
    ((reason, size),) = made.recipients.left_out.items()
    assert 4 == size
    assert "不能按名单群发" in reason


def test_sections_are_mixed_by_themselves_where_the_account_may(mixed: PushHarness) -> None:
    """A campaign to a section is mixed by default if the account has the right to lists."""
    assert Route.MIXED == _plan(mixed, "section:投融界", None).route
    mixed.platform.account.kind = "sub"
    again = mixed.pusher.capabilities(fresh=True)
    assert not again.may(Right.LIST)
    mixed.settings = replace(mixed.settings, notice=None)
    assert Route.CUSTOMER == _plan(mixed, "section:投融界", None).route


def test_a_killed_pass_reaches_nobody_twice(mixed: PushHarness) -> None:
    """After pausing and resuming between two routes every follower has one message."""
    harness = mixed
    harness.inject_fault(LIST, "errcode", errcode=-1)
    campaign = _create_approved(harness)
    harness.run_worker()
    assert {"planned": 3, "sent": 2} == harness.counts(campaign)
    harness.pusher.pause(campaign, by="editor")
    harness.pusher.resume(campaign, by="editor")
    harness.advance(61)
    _run_until_over(harness, campaign)
    assert [1] * 5 == [len(ways) for ways in _routes_by_follower(harness).values()]
