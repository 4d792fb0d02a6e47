"""Tests of a person's phone: forwarded cards, the list of chats, the folder of subscription accounts, 服务通知."""

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.control_client import ControlError
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, mass_delay=0.0)


def _kinds(platform: Platform, openid: str) -> list[tuple[str, str]]:
    """Return kind and last words of each chat on a person's phone."""
    return [(each["kind"], each["last"]) for each in platform.get(f"chats/{openid}")]


def _send_article(api: ApiCaller, platform: Platform, title: str) -> str:
    """Send an article to all followers and return the address of its page."""
    answer = api.send_all(api.draft(title=title))
    platform.advance(0)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    return f"{platform.url}/s/{page}?openid=alice"


def test_a_forwarded_article_is_a_card_in_the_chat_of_two(api: ApiCaller, platform: Platform) -> None:
    """The friend, who need not follow, sees the article's title, digest and picture and the account's name.

    It counts as a share. Once the article is deleted it cannot be forwarded.
    """
    platform.follow("alice")
    url = _send_article(api, platform, "车规芯片通过认证")
    card = platform.post("forward", {"openid": "alice", "url": url, "to": "bob", "words": "看这个"})["card"]

    theirs, words = platform.get("chats/bob/alice")
    assert [card] == theirs["articles"]
    assert ("车规芯片通过认证", platform.account["name"]) == (card["title"], card["source"])
    assert card["picture"].startswith("/mmbiz_")
    assert ("friend", "看这个") == (words["from"], words["content"])
    assert ["me", "me"] == [each["from"] for each in platform.get("chats/alice/bob")]
    assert [("friend", "看这个")] == _kinds(platform, "bob")
    assert ["bob"] == platform.get("followers")["others"]
    page = card["open"].removeprefix("/s/")
    assert 1 == sum(one.get(f"share {page}", 0) for one in platform.running.state.event_counts.values())

    platform.running.state.media.pages[page].deleted = True
    with pytest.raises(ControlError, match="删除"):
        platform.post("forward", {"openid": "alice", "url": url, "to": "bob"})


def test_a_card_forwarded_to_the_account_reaches_its_server(
    account_server: AccountServer, platform: Platform
) -> None:
    """The server receives a link message with title, digest and address, then the words; the chat shows the card."""
    account_server.say("收到")
    address = "https://example.org/m/9"
    sent = platform.post(
        "forward", {"openid": "alice", "url": address, "to": "account", "title": "月报", "words": "这篇"}
    )

    link, words = account_server.received
    assert ["link", "月报", "", address] == [
        link.field(tag) for tag in ("MsgType", "Title", "Description", "Url")
    ]
    assert "这篇" == words.field("Content")
    assert "收到" == sent["shown"]["content"]
    shown = platform.inbox("alice")[0]
    assert ("link", "月报", address) == (
        shown["type"],
        shown["articles"][0]["title"],
        shown["articles"][0]["url"],
    )


@pytest.mark.platform(kind="sub", virtual=True, mass_delay=0.0)
def test_a_subscription_account_is_in_its_folder(api: ApiCaller, platform: Platform) -> None:
    """Its mass messages are in the folder; the same account as a service account is in the list itself."""
    platform.follow("alice")
    _send_article(api, platform, "第12期")

    assert [("folder", "第12期")] == _kinds(platform, "alice")
    platform.configure(kind="svc")
    assert [("account", "第12期")] == _kinds(platform, "alice")


def test_a_notice_to_one_who_left_is_in_the_service_notices(api: ApiCaller, platform: Platform) -> None:
    """A follower finds a notice in the account's chat; one who has left finds the next in 服务通知."""
    platform.post(
        "templates", {"template_id": "T", "title": "更新提醒", "keys": ["thing1"], "kind": "notice"}
    )
    body = {"touser": "alice", "template_id": "T", "data": {"thing1": {"value": "第12期"}}}
    platform.follow("alice")
    platform.post("consent", {"openid": "alice", "template_id": "T", "times": 2})
    assert 0 == api.errcode("/cgi-bin/message/subscribe/bizsend", body)
    platform.unfollow("alice")
    assert 0 == api.errcode("/cgi-bin/message/subscribe/bizsend", body)

    assert [("services", "更新提醒"), ("account", "更新提醒")] == _kinds(platform, "alice")
    assert ["alice"] == platform.get("followers")["others"]
