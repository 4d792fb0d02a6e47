"""Facts about mixed campaigns: each follower by the one way that reaches them, nobody twice, nobody lost."""

from dataclasses import replace

import pytest

from tests.desk import Desk, ask
from wxbot import consents, followers, push
from wxbot.followers import Preferences
from wxbot.push import CampaignState, NoticeTemplate, Route

CUSTOM = "/cgi-bin/message/custom/send"
BIZSEND = "/cgi-bin/message/subscribe/bizsend"
LIST = "/cgi-bin/message/mass/send"
TEMPLATE = "tplA"
NAMES = ["alice", "bob", "carol", "dave", "erin"]


@pytest.fixture
def mixing(desk: Desk) -> Desk:
    """alice wrote just now, bob consented to a notice, carol, dave and erin only follow."""
    for openid in NAMES:
        ask(desk.platform, "/_sim/followers", {"openid": openid})
    template = {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": ["thing1"], "kind": "notice"}
    ask(desk.platform, "/_sim/templates", template)
    ask(desk.platform, "/_sim/message", {"openid": "alice", "type": "text", "content": "芯片"})
    ask(desk.platform, "/_sim/consent", {"openid": "bob", "template_id": TEMPLATE})
    with desk.db.begin() as session:
        followers.record_sync_page(session, NAMES, desk.now())
        followers.record_messages(session, {"alice": desk.now()})
        consents.add(session, "bob", TEMPLATE, desk.now())
    desk.settings = replace(desk.settings, notice=NoticeTemplate(TEMPLATE, {"thing1": "{title}"}))
    return desk


def _made(desk: Desk, to: str = "all", route: Route | None = Route.MIXED) -> push.Plan:
    return push.plan_campaign(
        desk.db, desk.wechat, desk.number, to, None, desk.settings, desk.now(), route=route
    )


def _approved(desk: Desk) -> int:
    campaign = push.create_campaign(desk.db, _made(desk), desk.settings, "editor", desk.now())
    push.approve(
        desk.db, campaign.id, by="editor", settings=desk.settings, now=desk.now(), given=campaign.hash
    )
    return campaign.id


def _until_over(desk: Desk, campaign: int) -> None:
    for _ in range(6):
        desk.work()
        desk.later(61)
    assert CampaignState.FINISHED == desk.state(campaign), desk.reason(campaign)


def _seen(desk: Desk) -> dict[str, list[str]]:
    """By which ways each follower was reached."""
    return {
        openid: [
            seen["via"]
            for seen in ask(desk.platform, f"/_sim/inbox/{openid}")
            if seen["via"] in {"customer", "notice", "mass"}
        ]
        for openid in NAMES
    }


def test_each_follower_goes_by_the_one_way_that_reaches_them(mixing: Desk) -> None:
    """A card within the window, a notice by consent, the list for the rest: five followers, five messages."""
    desk = mixing
    made = _made(desk)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1, Route.LIST: 3} == dict(made.audience.by_way)
    campaign = _approved(desk)
    _until_over(desk, campaign)
    assert {
        "alice": ["customer"],
        "bob": ["notice"],
        "carol": ["mass"],
        "dave": ["mass"],
        "erin": ["mass"],
    } == _seen(desk)
    assert {"sent": 5} == desk.counts(campaign)


def test_a_card_that_comes_too_late_goes_by_the_list(mixing: Desk) -> None:
    """45015: alice's window closed meanwhile; she is on the list then, with the others, once."""
    desk = mixing
    desk.fault(CUSTOM, "errcode", errcode=45015)
    campaign = _approved(desk)
    _until_over(desk, campaign)
    assert ["mass"] == _seen(desk)["alice"]
    assert ({"sent": 5}, 1) == (desk.counts(campaign), desk.calls(LIST))


def test_a_card_that_comes_too_late_goes_as_a_notice_to_who_consented(mixing: Desk) -> None:
    """45047: alice has consented too, so the notice is her next way, before the list."""
    desk = mixing
    ask(desk.platform, "/_sim/consent", {"openid": "alice", "template_id": TEMPLATE})
    with desk.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, desk.now())
    desk.fault(CUSTOM, "errcode", errcode=45047)
    campaign = _approved(desk)
    _until_over(desk, campaign)
    assert ["notice"] == _seen(desk)["alice"]
    with desk.db.read() as session:
        assert {} == consents.remaining(session, NAMES, TEMPLATE)


def test_a_notice_without_consent_goes_by_the_list(mixing: Desk) -> None:
    """43101: the platform knows of no consent of bob's; the list has him."""
    desk = mixing
    desk.fault(BIZSEND, "errcode", errcode=43101)
    campaign = _approved(desk)
    _until_over(desk, campaign)
    assert ["mass"] == _seen(desk)["bob"]


def test_another_refusal_is_for_good(mixing: Desk) -> None:
    """43004: alice has left, so there is no other way to her."""
    desk = mixing
    desk.fault(CUSTOM, "errcode", errcode=43004)
    campaign = _approved(desk)
    _until_over(desk, campaign)
    assert ({"refused": 1, "sent": 4}, []) == (desk.counts(campaign), _seen(desk)["alice"])


def test_the_last_one_alone_is_left_out(mixing: Desk) -> None:
    """When only one follower is left for the list, the plan and the ledger say why that one has nothing."""
    desk = mixing
    with desk.db.begin() as session:
        for openid in ("dave", "erin"):
            followers.save_preferences(session, openid, Preferences(nothing=True))
    made = _made(desk)
    assert {Route.CUSTOMER: 1, Route.NOTICE: 1} == dict(made.audience.by_way)
    campaign = _approved(desk)
    _until_over(desk, campaign)
    assert {"sent": 2, "skipped": 3} == desk.counts(campaign)
    assert 0 == desk.calls(LIST)


def test_without_lists_the_plan_says_who_is_left_out(mixing: Desk) -> None:
    """A subscription account has no lists: three followers are left out, and the reason names the right."""
    desk = mixing
    desk.platform.account.kind = "sub"
    desk.settings = replace(desk.settings, notice=None)
    made = _made(desk)
    assert {Route.CUSTOMER: 1} == dict(made.audience.by_way)
    ((reason, size),) = made.audience.left_out.items()
    assert 4 == size
    assert "不能按名单群发" in reason


def test_sections_are_mixed_by_themselves_where_the_account_may(mixing: Desk) -> None:
    """Subscribers of a section are reached by all ways that the account has, without anybody naming the route."""
    assert Route.MIXED == _made(mixing, "section:投融界", None).route
    mixing.platform.account.kind = "sub"
    again = push.fetch_capabilities(mixing.db, mixing.wechat, mixing.now(), fresh=True)
    assert not again.may(push.Right.LIST)
    mixing.settings = replace(mixing.settings, notice=None)
    assert Route.CUSTOMER == _made(mixing, "section:投融界", None).route


def test_a_killed_pass_reaches_nobody_twice(mixing: Desk) -> None:
    """Paused and resumed between the ways, everybody has one message in the end."""
    desk = mixing
    desk.fault(LIST, "errcode", errcode=-1)
    campaign = _approved(desk)
    desk.work()
    assert {"planned": 3, "sent": 2} == desk.counts(campaign)
    push.pause(desk.db, campaign, desk.now(), by="editor")
    push.resume(desk.db, campaign, desk.now(), by="editor")
    desk.later(61)
    _until_over(desk, campaign)
    assert [1] * 5 == [len(ways) for ways in _seen(desk).values()]
