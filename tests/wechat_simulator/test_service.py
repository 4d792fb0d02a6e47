"""Customer-service messages and their allowances (reference, section E)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0)

SEND = "/cgi-bin/message/custom/send"


def write(api: ApiCaller, openid: str = "alice", words: str = "好") -> int:
    """The errcode of a text to somebody."""
    return api.errcode(SEND, {"touser": openid, "msgtype": "text", "text": {"content": words}})


def writes(api: ApiCaller, times: int) -> list[int]:
    """The errcodes of so many texts."""
    return [write(api) for _ in range(times)]


@pytest.fixture
def alice(platform: Platform) -> str:
    """A follower who has long been silent."""
    platform.follow("alice", hours_ago=49)
    return "alice"


@pytest.mark.usefixtures("alice")
def test_a_message_allows_five_in_48_hours(platform: Platform, api: ApiCaller) -> None:
    """E O6: the sixth is 45047, and after 48 hours 45015."""
    assert 45015 == write(api)
    platform.say("alice", "在吗")

    assert [0] * 5 + [45047] == writes(api, 6)
    platform.advance(48 * 3600 - 1)
    api.token = api.stable_token()["access_token"]
    assert 45047 == write(api)
    platform.advance(1)
    assert 45015 == write(api)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("event", ["CLICK", "scancode_push", "scancode_waitmsg", "SCAN"])
def test_menu_and_scan_allow_three_in_a_minute(platform: Platform, api: ApiCaller, event: str) -> None:
    """E O6: three messages, one minute."""
    platform.event("alice", event, "KEY")

    assert [0, 0, 0, 45047] == writes(api, 4)
    platform.advance(60)
    assert 45015 == write(api)


def test_following_allows_three_in_a_minute(platform: Platform, api: ApiCaller) -> None:
    """E O6: the welcome may be followed by three messages."""
    platform.follow("alice")
    assert [0, 0, 0, 45047] == writes(api, 4)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "pic_weixin"])
def test_other_events_allow_nothing(platform: Platform, api: ApiCaller, event: str) -> None:
    """E: a link in the menu or a position opens no window."""
    platform.event("alice", event, "KEY")
    assert 45015 == write(api)


@pytest.mark.usefixtures("alice")
def test_every_action_begins_its_allowance_anew(platform: Platform, api: ApiCaller) -> None:
    """E: another message restores the five."""
    platform.say("alice", "一")
    assert [0] * 5 + [45047] == writes(api, 6)
    platform.say("alice", "二")
    assert [0] * 5 + [45047] == writes(api, 6)


@pytest.mark.usefixtures("alice")
def test_the_allowance_that_ends_first_is_used_first(platform: Platform, api: ApiCaller) -> None:
    """E: a message and a click together allow eight within the minute."""
    platform.say("alice", "一")
    platform.event("alice", "CLICK", "KEY")
    assert [0] * 8 + [45047] == writes(api, 9)


@pytest.mark.usefixtures("alice")
def test_tapping_a_choice_counts_as_menu(platform: Platform, api: ApiCaller) -> None:
    """E: the text that a msgmenu item sends does not open the 48 hours."""
    platform.say("alice", "第12期", bizmsgmenuid="issue-12")
    assert [0, 0, 0, 45047] == writes(api, 4)
    platform.advance(60)
    assert 45015 == write(api)


def test_who_cannot_be_written_to(platform: Platform, api: ApiCaller) -> None:
    """E O6: 40003 for nobody, 43004 for who left, 43019 for the blacklisted."""
    platform.follow("alice")
    platform.follow("bob")
    platform.unfollow("alice")
    api.post("/cgi-bin/tags/members/batchblacklist", {"openid_list": ["bob"]})

    assert 40003 == write(api, "nobody")
    assert 43004 == write(api, "alice")
    assert 43019 == write(api, "bob")


def test_a_reader_who_writes_without_following_may_be_answered(platform: Platform, api: ApiCaller) -> None:
    """B: articles offer a way to write without following."""
    platform.say("passer-by", "问一下")
    assert 0 == write(api, "passer-by")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": ["text"]}, 40008),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "一" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "video", "video": {"media_id": "none"}}, 40007),
        ({"msgtype": "music", "music": {"thumb_media_id": "none"}}, 40007),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{"title": "一"}, {"title": "二"}]}}, 45008),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "none"}}, 40007),
        ({"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "none"}}, 53600),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 40035),
        ({"msgtype": "wxcard", "wxcard": {}}, 40035),
        ({"msgtype": "miniprogrampage", "miniprogrampage": {"thumb_media_id": "none"}}, 40007),
    ],
)
def test_wrong_messages(platform: Platform, api: ApiCaller, body: dict[str, object], code: int) -> None:
    """E: each type has its branch, and each mistake its code; none costs the allowance."""
    platform.say("alice", "在吗")
    assert code == api.errcode(SEND, {"touser": "alice"} | body)
    assert [0] * 5 == writes(api, 5)


def test_what_the_follower_sees(platform: Platform, api: ApiCaller) -> None:
    """E: every kind arrives in the inbox as what it is."""
    platform.say("alice", "在吗")
    card = {
        "title": "第12期",
        "description": "摘要",
        "url": "https://example.org/12",
        "picurl": "https://example.org/p",
    }
    bodies: list[dict[str, object]] = [
        {"msgtype": "news", "news": {"articles": [card]}},
        {"msgtype": "image", "image": {"media_id": api.cover()}},
        {"msgtype": "mpnews", "mpnews": {"media_id": api.draft()}},
        {"msgtype": "msgmenu", "msgmenu": {"head_content": "选", "list": [{"id": "1", "content": "好"}]}},
        {"msgtype": "wxcard", "wxcard": {"card_id": "c"}, "customservice": {"kf_account": "k@x"}},
    ]
    assert [0] * 5 == [api.errcode(SEND, {"touser": "alice"} | body) for body in bodies]

    _, news, image, mpnews, menu, coupon = platform.inbox("alice")
    assert card.items() <= news["articles"][0].items()
    assert 200 == api.send_raw("GET", image["picture"]).status
    assert "第12期" in api.send_raw("GET", mpnews["articles"][0]["open"]).body.decode()
    assert ("选", [{"id": "1", "content": "好"}]) == (menu["head"], menu["list"])
    assert "wxcard" == coupon["type"]
    assert {"customer"} == {one["via"] for one in (news, image, mpnews, menu, coupon)}


def test_typing(platform: Platform, api: ApiCaller) -> None:
    """E: only soon after something the follower did, and not twice."""
    platform.say("alice", "在吗")
    path = "/cgi-bin/message/custom/typing"
    body = {"touser": "alice", "command": "Typing"}

    assert 45072 == api.errcode(path, body | {"command": "Sleeping"})
    assert [0, 45081] == [api.errcode(path, body), api.errcode(path, body)]
    assert 0 == api.errcode(path, body | {"command": "CancelTyping"})
    platform.advance(31)
    assert 45080 == api.errcode(path, body)


def test_what_was_said_can_be_asked(platform: Platform, api: ApiCaller) -> None:
    """E: getmsglist gives both sides of at most a day."""
    platform.say("alice", "在吗")
    write(api, words="在")
    body = {"starttime": 1_793_000_000, "endtime": 1_793_000_000 + 86400, "msgid": 1, "number": 100}

    told = api.post("/customservice/msgrecord/getmsglist", body)
    assert ["在吗", "在"] == [record["text"] for record in told["recordlist"]]
    assert 40035 == api.errcode(
        "/customservice/msgrecord/getmsglist", body | {"endtime": 1_793_000_001 + 86400}
    )


@pytest.mark.parametrize(("own", "code"), [("refuses_messages", 48002), ("minor", 70000)])
def test_who_may_not_be_written_to(platform: Platform, api: ApiCaller, own: str, code: int) -> None:
    """E M: 48002 for a reader who refuses messages, 70000 for one who is protected as a minor."""
    platform.say("alice", "在吗")
    assert platform.post("reader", {"openid": "alice", own: True})[own]
    assert code == write(api)
    platform.post("reader", {"openid": "alice", own: False})
    assert 0 == write(api)


@pytest.mark.usefixtures("alice")
def test_paying_allows_any_number_in_48_hours(platform: Platform, api: ApiCaller) -> None:
    """E: a payment has no count, only its two days."""
    platform.post("reader", {"openid": "alice", "pays": True})

    assert [0] * 20 == writes(api, 20)
    platform.advance(48 * 3600)
    api.token = api.stable_token()["access_token"]
    assert 45015 == write(api)
