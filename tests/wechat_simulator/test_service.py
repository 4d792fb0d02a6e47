"""Customer-service messages and their allowances (reference, section E)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0)

SEND = "/cgi-bin/message/custom/send"


def send_text(api: ApiCaller, openid: str = "alice", words: str = "好") -> int:
    """Send a text to a user and return the errcode."""
    return api.errcode(SEND, {"touser": openid, "msgtype": "text", "text": {"content": words}})


def send_texts(api: ApiCaller, times: int) -> list[int]:
    """Send `count` texts and return their errcodes."""
    return [send_text(api) for _ in range(times)]


@pytest.fixture
def alice(platform: Platform) -> str:
    """Create a follower whose last action was long ago."""
    platform.follow("alice", hours_ago=49)
    return "alice"


@pytest.mark.usefixtures("alice")
def test_a_message_allows_five_in_48_hours(platform: Platform, api: ApiCaller) -> None:
    """After a message five are allowed; the sixth is 45047, and after 48 hours all are 45015 (E, O6)."""
    assert 45015 == send_text(api)
    platform.say("alice", "在吗")

    assert [0] * 5 + [45047] == send_texts(api, 6)
    platform.advance(48 * 3600 - 1)
    api.token = api.stable_token()["access_token"]
    assert 45047 == send_text(api)
    platform.advance(1)
    assert 45015 == send_text(api)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("event", ["CLICK", "scancode_push", "scancode_waitmsg", "SCAN"])
def test_menu_and_scan_allow_three_in_a_minute(platform: Platform, api: ApiCaller, event: str) -> None:
    """A menu click and a scan each allow three messages within a minute (E, O6)."""
    platform.event("alice", event, "KEY")

    assert [0, 0, 0, 45047] == send_texts(api, 4)
    platform.advance(60)
    assert 45015 == send_text(api)


def test_following_allows_three_in_a_minute(platform: Platform, api: ApiCaller) -> None:
    """Following allows three messages in addition to the welcome reply (E, O6)."""
    platform.follow("alice")
    assert [0, 0, 0, 45047] == send_texts(api, 4)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "pic_weixin"])
def test_other_events_allow_nothing(platform: Platform, api: ApiCaller, event: str) -> None:
    """A menu link and a location report allow no messages (E)."""
    platform.event("alice", event, "KEY")
    assert 45015 == send_text(api)


@pytest.mark.usefixtures("alice")
def test_every_action_begins_its_allowance_anew(platform: Platform, api: ApiCaller) -> None:
    """Another message restarts the allowance of five (E)."""
    platform.say("alice", "一")
    assert [0] * 5 + [45047] == send_texts(api, 6)
    platform.say("alice", "二")
    assert [0] * 5 + [45047] == send_texts(api, 6)


@pytest.mark.usefixtures("alice")
def test_the_allowance_that_ends_first_is_used_first(platform: Platform, api: ApiCaller) -> None:
    """A message and a click together allow eight messages within the minute (E)."""
    platform.say("alice", "一")
    platform.event("alice", "CLICK", "KEY")
    assert [0] * 8 + [45047] == send_texts(api, 9)


@pytest.mark.usefixtures("alice")
def test_tapping_a_choice_counts_as_menu(platform: Platform, api: ApiCaller) -> None:
    """The text that a msgmenu choice sends does not start the 48-hour allowance (E)."""
    platform.say("alice", "第12期", bizmsgmenuid="issue-12")
    assert [0, 0, 0, 45047] == send_texts(api, 4)
    platform.advance(60)
    assert 45015 == send_text(api)


def test_unreachable_users(platform: Platform, api: ApiCaller) -> None:
    """An unknown openid is 40003, a former follower 43004, a blacklisted one 43019 (E, O6)."""
    platform.follow("alice")
    platform.follow("bob")
    platform.unfollow("alice")
    api.post("/cgi-bin/tags/members/batchblacklist", {"openid_list": ["bob"]})

    assert 40003 == send_text(api, "nobody")
    assert 43004 == send_text(api, "alice")
    assert 43019 == send_text(api, "bob")


def test_a_reader_who_writes_without_following_may_be_answered(platform: Platform, api: ApiCaller) -> None:
    """A user who writes from an article without following can be answered (B)."""
    platform.say("passer-by", "问一下")
    assert 0 == send_text(api, "passer-by")


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
    """Each message type needs its own object; each mistake has its error code and costs no allowance (E)."""
    platform.say("alice", "在吗")
    assert code == api.errcode(SEND, {"touser": "alice"} | body)
    assert [0] * 5 == send_texts(api, 5)


def test_what_the_follower_sees(platform: Platform, api: ApiCaller) -> None:
    """Every message type appears in the inbox (E)."""
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
    """The typing indicator works soon after an action of the follower, and not twice (E)."""
    platform.say("alice", "在吗")
    path = "/cgi-bin/message/custom/typing"
    body = {"touser": "alice", "command": "Typing"}

    assert 45072 == api.errcode(path, body | {"command": "Sleeping"})
    assert [0, 45081] == [api.errcode(path, body), api.errcode(path, body)]
    assert 0 == api.errcode(path, body | {"command": "CancelTyping"})
    platform.advance(31)
    assert 45080 == api.errcode(path, body)


def test_messages_of_a_day_can_be_listed(platform: Platform, api: ApiCaller) -> None:
    """getmsglist returns both sides of at most one day (E)."""
    platform.say("alice", "在吗")
    send_text(api, words="在")
    body = {"starttime": 1_793_000_000, "endtime": 1_793_000_000 + 86400, "msgid": 1, "number": 100}

    result = api.post("/customservice/msgrecord/getmsglist", body)
    assert ["在吗", "在"] == [record["text"] for record in result["recordlist"]]
    assert 40035 == api.errcode(
        "/customservice/msgrecord/getmsglist", body | {"endtime": 1_793_000_001 + 86400}
    )


@pytest.mark.parametrize(("own", "code"), [("refuses_messages", 48002), ("minor", 70000)])
def test_users_who_refuse_messages_and_minors(
    platform: Platform, api: ApiCaller, own: str, code: int
) -> None:
    """A user who refuses messages is 48002, one protected as a minor 70000 (E, M)."""
    platform.say("alice", "在吗")
    assert platform.post("reader", {"openid": "alice", own: True})[own]
    assert code == send_text(api)
    platform.post("reader", {"openid": "alice", own: False})
    assert 0 == send_text(api)


@pytest.mark.usefixtures("alice")
def test_paying_allows_any_number_in_48_hours(platform: Platform, api: ApiCaller) -> None:
    """A payment allows any number of messages for 48 hours (E)."""
    platform.post("reader", {"openid": "alice", "pays": True})

    assert [0] * 20 == send_texts(api, 20)
    platform.advance(48 * 3600)
    api.token = api.stable_token()["access_token"]
    assert 45015 == send_text(api)
