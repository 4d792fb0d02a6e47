"""Facts about mixed campaigns: each follower by the one way that reaches them, nobody twice, nobody lost."""

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
def mixing(harness: PushHarness) -> PushHarness:
    """alice wrote just now, bob consented to a notice, carol, dave and erin only follow."""
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


def _made(harness: PushHarness, to: str = "all", route: Route | None = Route.MIXED) -> push.Plan:
    return harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))


def _approved(harness: PushHarness) -> int:
    campaign = harness.pusher.create(_made(harness), "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _until_over(harness: PushHarness, campaign: int) -> None:
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


def _seen(harness: PushHarness) -> dict[str, list[str]]:
    """By which ways each follower was reached."""
    return {
        openid: [
            seen["via"]
            for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}")
            if seen["via"] in {"customer", "notice", "mass"}
        ]
        for openid in NAMES
    }


def test_each_follower_goes_by_the_one_way_that_reaches_them(mixing: PushHarness) -> None:
    """A card within the window, a notice by consent, the list for the rest: five followers, five messages."""
    harness = mixing
    made = _made(harness)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1, Route.LIST: 3} == dict(made.recipients.by_route)
    campaign = _approved(harness)
    _until_over(harness, campaign)
    assert {
        "alice": ["customer"],
        "bob": ["notice"],
        "carol": ["mass"],
        "dave": ["mass"],
        "erin": ["mass"],
    } == _seen(harness)
    assert {"sent": 5} == harness.counts(campaign)


def test_a_card_that_comes_too_late_goes_by_the_list(mixing: PushHarness) -> None:
    """45015: alice's window closed meanwhile; she is on the list then, with the others, once."""
    harness = mixing
    harness.inject_fault(CUSTOM, "errcode", errcode=45015)
    campaign = _approved(harness)
    _until_over(harness, campaign)
    assert ["mass"] == _seen(harness)["alice"]
    assert ({"sent": 5}, 1) == (harness.counts(campaign), harness.count_calls(LIST))


def test_a_card_that_comes_too_late_goes_as_a_notice_to_who_consented(mixing: PushHarness) -> None:
    """45047: alice has consented too, so the notice is her next way, before the list."""
    harness = mixing
    call_simulator(harness.platform, "/_sim/consent", {"openid": "alice", "template_id": TEMPLATE})
    with harness.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, harness.now())
    harness.inject_fault(CUSTOM, "errcode", errcode=45047)
    campaign = _approved(harness)
    _until_over(harness, campaign)
    assert ["notice"] == _seen(harness)["alice"]
    with harness.db.read() as session:
        assert {} == consents.remaining(session, NAMES, TEMPLATE)


def test_a_notice_without_consent_goes_by_the_list(mixing: PushHarness) -> None:
    """43101: the platform knows of no consent of bob's; the list has him."""
    harness = mixing
    harness.inject_fault(BIZSEND, "errcode", errcode=43101)
    campaign = _approved(harness)
    _until_over(harness, campaign)
    assert ["mass"] == _seen(harness)["bob"]


def test_another_refusal_is_for_good(mixing: PushHarness) -> None:
    """43004: alice has left, so there is no other way to her."""
    harness = mixing
    harness.inject_fault(CUSTOM, "errcode", errcode=43004)
    campaign = _approved(harness)
    _until_over(harness, campaign)
    assert ({"refused": 1, "sent": 4}, []) == (harness.counts(campaign), _seen(harness)["alice"])


def test_the_last_one_alone_is_left_out(mixing: PushHarness) -> None:
    """If only one follower is left for the list, the plan and the ledger say why that one has nothing."""
    harness = mixing
    with harness.db.begin() as session:
        for openid in ("dave", "erin"):
            followers.save_preferences(session, openid, Preferences(nothing=True))
    made = _made(harness)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1} == dict(made.recipients.by_route)
    campaign = _approved(harness)
    _until_over(harness, campaign)
    assert {"sent": 2, "skipped": 3} == harness.counts(campaign)
    assert 0 == harness.count_calls(LIST)


def test_without_lists_the_plan_says_who_is_left_out(mixing: PushHarness) -> None:
    """A subscription account has no lists: three followers are left out, and the reason names the right."""
    harness = mixing
    harness.platform.account.kind = "sub"
    harness.settings = replace(harness.settings, notice=None)
    made = _made(harness)
    assert {Route.CUSTOMER: 1} == dict(made.recipients.by_route)
    ((reason, size),) = made.recipients.left_out.items()
    assert 4 == size
    assert "不能按名单群发" in reason


def test_sections_are_mixed_by_themselves_where_the_account_may(mixing: PushHarness) -> None:
    """Subscribers of a section are reached by all ways that the account has, without anybody naming the route."""
    assert Route.MIXED == _made(mixing, "section:投融界", None).route
    mixing.platform.account.kind = "sub"
    again = mixing.pusher.capabilities(fresh=True)
    assert not again.may(Right.LIST)
    mixing.settings = replace(mixing.settings, notice=None)
    assert Route.CUSTOMER == _made(mixing, "section:投融界", None).route


def test_a_killed_pass_reaches_nobody_twice(mixing: PushHarness) -> None:
    """Paused and resumed between the ways, everybody has one message in the end."""
    harness = mixing
    harness.inject_fault(LIST, "errcode", errcode=-1)
    campaign = _approved(harness)
    harness.run_worker()
    assert {"planned": 3, "sent": 2} == harness.counts(campaign)
    harness.pusher.pause(campaign, by="editor")
    harness.pusher.resume(campaign, by="editor")
    harness.advance(61)
    _until_over(harness, campaign)
    assert [1] * 5 == [len(ways) for ways in _seen(harness).values()]
