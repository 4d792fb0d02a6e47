"""Mass messages (reference, sections F1 to F5)."""

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

# Noon in Beijing on a day in the middle of a month; jobs end two seconds after their submission.
pytestmark = pytest.mark.platform(virtual=True, start=1_794_801_600.0, mass_delay=2.0)

SENDALL = "/cgi-bin/message/mass/sendall"


def text(words: str, **more: object) -> dict[str, object]:
    """Return the body of a text message to all."""
    return {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": words}} | more


def job_status(api: ApiCaller, msg_id: int) -> str:
    """Return the job's status from mass/get."""
    return str(api.post("/cgi-bin/message/mass/get", {"msg_id": str(msg_id)})["msg_status"])


def received_types(platform: Platform, openid: str) -> list[str]:
    """Return the types of the mass messages in an inbox."""
    return [entry["type"] for entry in platform.inbox(openid) if entry["via"] == "mass"]


def test_a_job_is_queued_sent_and_reported(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """A job goes from SENDING to SEND_SUCCESS; every inbox has the cards, and MASSSENDJOBFINISH the counts (F3, O7)."""
    platform.crowd(1000)
    platform.follow("alice")
    answer = api.send_all(api.draft(), clientmsgid="issue-12")

    assert (0, "send job submission success") == (answer["errcode"], answer["errmsg"])
    assert "SENDING" == job_status(api, answer["msg_id"])
    platform.advance(2)
    assert "SEND_SUCCESS" == job_status(api, answer["msg_id"])
    assert ["mpnews"] == received_types(platform, "alice")
    (event,) = account_server.events("MASSSENDJOBFINISH")
    assert (str(answer["msg_id"]), "send success") == (event.field("MsgID"), event.field("Status"))
    assert ("1001", "1001", "1001", "0") == tuple(
        event.field(f"{name}Count") for name in ("Total", "Filter", "Sent", "Error")
    )
    assert event.field("ArticleUrl").startswith("http://mp.weixin.qq.com/s/")


def test_a_sent_draft_no_longer_exists(platform: Platform, api: ApiCaller) -> None:
    """After a successful sending the draft is 40007, and the article has a permanent page (F3, O7)."""
    media_id = api.draft(title="第12期要闻")
    answer = api.send_all(media_id)
    platform.advance(2)

    assert 40007 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})
    assert 40007 == api.send_all(media_id, clientmsgid="again")["errcode"]
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    assert "第12期要闻" in api.send_raw("GET", f"/s/{page}").body.decode()


def test_the_same_clientmsgid(platform: Platform, api: ApiCaller) -> None:
    """A repeated clientmsgid is 45066 within a minute and 45065 with the first msg_id within a day (F4, O7)."""
    media_id = api.draft()
    first = api.send_all(media_id, clientmsgid="issue-12")
    platform.advance(59)
    assert 45066 == api.send_all(media_id, clientmsgid="issue-12")["errcode"]
    platform.advance(1)
    repeated = api.send_all(media_id, clientmsgid="issue-12")

    assert (45065, first["msg_id"]) == (repeated["errcode"], repeated["msg_id"])
    assert 1 == len(platform.get("jobs"))
    platform.advance(86400)
    api.token = api.stable_token()["access_token"]
    assert 0 == api.send_all(api.draft(), clientmsgid="issue-12")["errcode"]


def test_a_clientmsgid_has_32_bytes(api: ApiCaller) -> None:
    """A clientmsgid longer than 32 bytes is 45067 (F4)."""
    assert 45067 == api.errcode(SENDALL, text("一", clientmsgid="a" * 33))
    assert 0 == api.errcode(SENDALL, text("一", clientmsgid="a" * 32))


def test_without_a_clientmsgid_the_content_is_the_key(platform: Platform, api: ApiCaller) -> None:
    """Without a clientmsgid the same content to the same recipients is refused within a day; others are sent (F4)."""
    first = api.post(SENDALL, text("一"))
    platform.advance(60)
    repeated = api.post(SENDALL, text("一"))

    assert (45065, first["msg_id"]) == (repeated["errcode"], repeated["msg_id"])
    assert 0 == api.errcode(SENDALL, text("二"))


def test_the_same_articles_in_a_new_draft(platform: Platform, api: ApiCaller) -> None:
    """A repetition is recognised by content, not by media_id (F4)."""
    cover = api.cover()
    first = api.send_all(api.draft(thumb_media_id=cover))
    platform.advance(60)
    assert first["msg_id"] == api.send_all(api.draft(thumb_media_id=cover))["msg_id"]


def test_four_a_month_for_a_service_account(platform: Platform, api: ApiCaller) -> None:
    """The fifth message to all in a calendar month is 45028; the next month has a new quota (F5, O7)."""
    codes = [api.errcode(SENDALL, text(str(n))) for n in range(5)]
    assert [0, 0, 0, 0, 45028] == codes
    refused = api.post(SENDALL, text("x"))
    assert refused["errmsg"].startswith("has no masssend quota hint: [")

    platform.jump("2026-12-01T00:00:00+08:00")
    api.token = api.stable_token()["access_token"]
    assert 0 == api.errcode(SENDALL, text("neu"))


@pytest.mark.platform(kind="sub")
def test_one_a_day_for_a_subscription_account(platform: Platform, api: ApiCaller) -> None:
    """A subscription account sends one successful message a day, to all or to a tag (F5, O7)."""
    assert 0 == api.errcode(SENDALL, text("一"))
    assert 45028 == api.errcode(SENDALL, text("二"))
    platform.jump("2026-11-17T00:00:00+08:00")
    api.token = api.stable_token()["access_token"]
    assert 0 == api.errcode(SENDALL, text("二"))


@pytest.mark.platform(kind="sub", originality={"第12期": "unsendable"})
def test_a_failed_job_costs_no_quota(platform: Platform, api: ApiCaller) -> None:
    """A failed job does not count towards the quota (F5)."""
    api.send_all(api.draft())
    platform.advance(2)
    assert 0 == api.errcode(SENDALL, text("二"))


def test_four_a_month_for_each_follower(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """A fifth message to a follower is accepted, and the follower is filtered out (F5)."""
    for name in ("alice", "bob"):
        platform.follow(name)
    for n in range(5):
        body = {"touser": ["alice", "bob"], "msgtype": "text", "text": {"content": str(n)}}
        assert 0 == api.errcode("/cgi-bin/message/mass/send", body)
        platform.advance(2)

    assert 4 == len(received_types(platform, "alice"))
    last = account_server.events("MASSSENDJOBFINISH")[-1]
    assert ("2", "0") == (last.field("TotalCount"), last.field("SentCount"))


def test_a_follower_with_four_messages_is_excluded_from_one_to_all(
    platform: Platform, api: ApiCaller
) -> None:
    """The monthly limit of a follower counts messages of every route (F5)."""
    for name in ("alice", "bob", "carol"):
        platform.follow(name)
    for n in range(4):
        body = {"touser": ["alice", "bob"], "msgtype": "text", "text": {"content": str(n)}}
        api.post("/cgi-bin/message/mass/send", body)
    platform.advance(2)
    api.post(SENDALL, text("allen"))
    platform.advance(2)

    assert (4, 4, 1) == tuple(len(received_types(platform, name)) for name in ("alice", "bob", "carol"))


def test_blacklisted_and_later_followers_do_not_receive(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """Blacklisted followers are filtered out, and later followers do not see the message (O11, F3)."""
    for name in ("alice", "bob", "gone"):
        platform.follow(name)
    platform.unfollow("gone")
    api.post("/cgi-bin/tags/members/batchblacklist", {"openid_list": ["bob"]})
    api.post(SENDALL, text("一"))
    platform.advance(2)
    platform.follow("late")

    assert (["text"], [], [], []) == tuple(
        received_types(platform, name) for name in ("alice", "bob", "gone", "late")
    )
    event = account_server.events("MASSSENDJOBFINISH")[0]
    assert ("2", "1") == (event.field("TotalCount"), event.field("FilterCount"))


def test_a_million_inboxes_cost_nothing(platform: Platform, api: ApiCaller) -> None:
    """Every member of a crowd has the message, and no follower record is created (F3)."""
    platform.crowd(1_000_000)
    api.post(SENDALL, text("一"))
    platform.advance(2)
    openid = platform.get("followers", offset=987_654, limit=1)["openids"][0]

    assert ["text"] == received_types(platform, openid)
    assert 0 == len(platform.running.state.followers.by_openid)


def test_to_a_tag(platform: Platform, api: ApiCaller) -> None:
    """Only followers with the tag receive the message; an unknown tag is 40152 (F1, F2)."""
    for name in ("alice", "bob"):
        platform.follow(name)
    tag = api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})["tag"]["id"]
    api.post("/cgi-bin/tags/members/batchtagging", {"openid_list": ["alice"], "tagid": tag})
    to_tag = text("一") | {"filter": {"is_to_all": False, "tag_id": tag}}

    assert 40152 == api.errcode(SENDALL, text("一") | {"filter": {"is_to_all": False, "tag_id": 99}})
    assert 0 == api.errcode(SENDALL, to_tag)
    platform.advance(2)
    assert (["text"], []) == (received_types(platform, "alice"), received_types(platform, "bob"))


@pytest.mark.parametrize(
    ("openids", "code"),
    [
        (["alice"], 40130),
        ([], 40130),
        ("alice", 40031),
        ([1, 2], 40031),
        (["nobody", "noone"], 40031),
        (["alice"] * 10_001, 40032),
        (["alice", "nobody"], 0),
    ],
)
def test_lists_of_openids(platform: Platform, api: ApiCaller, openids: object, code: int) -> None:
    """A list has 2 to 10,000 openids, of which at least one must be known (F1, F5)."""
    platform.follow("alice")
    body = {"touser": openids, "msgtype": "text", "text": {"content": "一"}}
    assert code == api.errcode("/cgi-bin/message/mass/send", body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "wxcard"}, 45113),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "一" * 683}}, 45002),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "none"}}, 40007),
        ({"msgtype": "image", "images": {"media_ids": ["none"]}}, 40007),
        ({"msgtype": "voice", "voice": {"media_id": "none"}}, 40007),
    ],
)
def test_each_type_needs_its_object(api: ApiCaller, body: dict[str, object], code: int) -> None:
    """Each message type needs its own object, and each mistake has its error code (F2)."""
    assert code == api.errcode(SENDALL, {"filter": {"is_to_all": True}} | body)


def test_pictures_are_sent_under_the_key_images(platform: Platform, api: ApiCaller) -> None:
    """Pictures have msgtype image and the object images with media_ids (F2)."""
    platform.follow("alice")
    body = {
        "filter": {"is_to_all": True},
        "msgtype": "image",
        "images": {"media_ids": [api.cover(), api.cover()]},
    }
    assert 0 == api.errcode(SENDALL, body)
    platform.advance(2)
    (entry,) = (one for one in platform.inbox("alice") if one["via"] == "mass")
    assert 2 == len(entry["pictures"])


@pytest.mark.platform(originality={"第12期": "reprint"})
@pytest.mark.parametrize(("ignore", "expected"), [(0, "err(30003)"), (1, "send success")])
def test_reprints(
    platform: Platform, api: ApiCaller, account_server: AccountServer, ignore: int, expected: str
) -> None:
    """An article judged a reprint fails the job unless send_ignore_reprint is 1 (F3, B3)."""
    answer = api.send_all(api.draft(), send_ignore_reprint=ignore)
    platform.advance(2)

    (event,) = account_server.events("MASSSENDJOBFINISH")
    assert (expected, "2") == (event.field("Status"), event.field("CheckState"))
    assert ("SEND_FAIL" if ignore == 0 else "SEND_SUCCESS") == job_status(api, answer["msg_id"])


@pytest.mark.platform(admin_confirms=True)
def test_the_administrator_has_half_an_hour(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """A job ends in err(40002) without a decision, in err(40001) if refused, and is sent if confirmed (F3, B3, O7)."""
    late, refused, accepted = (api.post(SENDALL, text(word))["msg_id"] for word in "一二三")
    platform.post("admin", {"msg_id": refused, "accept": False})
    platform.post("admin", {"msg_id": accepted, "accept": True})
    platform.advance(1800)

    outcomes = {
        event.field("MsgID"): event.field("Status") for event in account_server.events("MASSSENDJOBFINISH")
    }
    assert {str(late): "err(40002)", str(refused): "err(40001)", str(accepted): "send success"} == outcomes


def test_a_preview_keeps_draft_and_quota(platform: Platform, api: ApiCaller) -> None:
    """A preview reaches one follower by openid or WeChat name, and the draft stays (F1, F3)."""
    platform.follow("alice", name="alice-wx")
    media_id = api.draft()
    body = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    path = "/cgi-bin/message/mass/preview"

    assert "preview success" == api.post(path, body | {"touser": "alice"})["errmsg"]
    assert 0 == api.errcode(path, body | {"towxname": "alice-wx", "touser": "nobody"})
    assert 40132 == api.errcode(path, body | {"towxname": "nobody"})
    assert 40003 == api.errcode(path, body | {"touser": "nobody"})
    assert ["preview", "preview"] == [one["via"] for one in platform.inbox("alice")]
    assert 0 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})
    platform.unfollow("alice")
    assert 43004 == api.errcode(path, body | {"touser": "alice"})


def test_deleting_leaves_the_card_and_takes_the_article(platform: Platform, api: ApiCaller) -> None:
    """A sent article is deleted by job and index, or by link; the card stays in the chat (F3)."""
    platform.follow("alice")
    article = api.article()
    media_id = api.post("/cgi-bin/draft/add", {"articles": [article, article | {"title": "第二条"}]})[
        "media_id"
    ]
    msg_id = api.send_all(media_id)["msg_id"]
    path = "/cgi-bin/message/mass/delete"
    assert 40059 == api.errcode(path, {"msg_id": msg_id})
    platform.advance(2)
    assert 40060 == api.errcode(path, {"msg_id": msg_id, "article_idx": 3})
    assert 40059 == api.errcode(path, {"msg_id": 1})

    assert 0 == api.errcode(path, {"msg_id": msg_id, "article_idx": 1})
    (entry,) = (one for one in platform.inbox("alice") if one["via"] == "mass")
    assert [True, False] == [one.get("deleted", False) for one in entry["articles"]]
    assert 410 == api.send_raw("GET", entry["articles"][0]["open"]).status
    assert "SEND_SUCCESS" == job_status(api, msg_id)
    assert 0 == api.errcode(path, {"url": entry["articles"][1]["url"]})
    assert "DELETE" == job_status(api, msg_id)


def test_the_speed(api: ApiCaller) -> None:
    """There are five speeds, and the speed cannot change while a message is being sent (F1)."""
    assert {"speed": 0, "realspeed": 80} == api.post("/cgi-bin/message/mass/speed/get")
    assert 45083 == api.errcode("/cgi-bin/message/mass/speed/set", {"speed": 5})
    assert 0 == api.errcode("/cgi-bin/message/mass/speed/set", {"speed": 4})
    assert {"speed": 4, "realspeed": 10} == api.post("/cgi-bin/message/mass/speed/get")
    api.post(SENDALL, text("一"))
    assert 45084 == api.errcode("/cgi-bin/message/mass/speed/set", {"speed": 1})


def test_sixty_requests_a_minute(api: ApiCaller) -> None:
    """The sixty-first request in a minute is 45011 (F5)."""
    codes = [api.errcode("/cgi-bin/message/mass/speed/get") for _ in range(61)]
    assert [0] * 60 + [45011] == codes


@pytest.mark.parametrize("outcome", ["send fail", "err(10001)", "err(20013)", "err(22000)", "err(30001)"])
def test_a_job_can_be_made_to_fail(
    platform: Platform, api: ApiCaller, account_server: AccountServer, outcome: str
) -> None:
    """With mass_fails a job fails: nobody receives it, and the event has the given Status (B3)."""
    platform.follow("alice")
    platform.configure(mass_fails=outcome)
    msg_id = api.send_all(api.draft())["msg_id"]
    platform.advance(2)

    (event,) = account_server.events("MASSSENDJOBFINISH")
    assert (outcome, "0") == (event.field("Status"), event.field("SentCount"))
    assert "SEND_FAIL" == job_status(api, msg_id)
    assert [] == received_types(platform, "alice")
