"""Further rules of sections B3 to J: messages, drafts, publications, templates."""

from typing import Any

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.test_media import AMR, JPEG, MP4
from wechat_simulator.pytest_plugin import Platform

# Noon in Beijing in the middle of a month; jobs end two seconds after their submission.
pytestmark = pytest.mark.platform(virtual=True, start=1_794_801_600.0, mass_delay=2.0, publish_delay=2.0)

SENDALL = "/cgi-bin/message/mass/sendall"
CUSTOM = "/cgi-bin/message/custom/send"
PREVIEW = "/cgi-bin/message/mass/preview"
DELETE = "/cgi-bin/message/mass/delete"


def send_to_all(kind: str, **inside: object) -> dict[str, object]:
    """Send a message to all and return the answer."""
    return {"filter": {"is_to_all": True}, "msgtype": kind, "images" if kind == "image" else kind: inside}


def create_draft_of_two(api: ApiCaller) -> str:
    """Create a draft of two articles and return its media_id."""
    article = api.article()
    return str(
        api.post("/cgi-bin/draft/add", {"articles": [article, article | {"title": "第二条"}]})["media_id"]
    )


def test_the_allow_list_is_for_token_calls(platform: Platform, api: ApiCaller) -> None:
    """A token issued before the IP allow list was set keeps working from any address (D)."""
    assert api.token
    platform.configure(ip_allow=["203.0.113.9"])
    assert 40164 == api.stable_token()["errcode"]
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")


def test_the_second_clearing_takes_a_form(api: ApiCaller) -> None:
    """clear_quota/v2 accepts a form as well as JSON, and needs no token (D)."""
    form = f"appid={api.identity.app_id}&appsecret={api.identity.secret}".encode()
    assert 0 == api.send_raw("POST", "/cgi-bin/clear_quota/v2", form).json["errcode"]
    assert 40125 == api.send_raw("POST", "/cgi-bin/clear_quota/v2", form + b"0").json["errcode"]


def test_a_rid_is_the_account_s_own(platform: Platform, api: ApiCaller) -> None:
    """A rid of another account is 76002 (D)."""
    rid = api.post("/cgi-bin/draft/get", {"media_id": "none"})["errmsg"].rpartition(" ")[2]
    second = platform.post("accounts")["app_id"]
    other = ApiCaller(platform.url, platform.running.world.accounts[second].identity)
    assert 76002 == other.errcode("/cgi-bin/openapi/rid/get", {"rid": rid})


def test_each_kind_of_message_arrives(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """Voice, video, music and mini-program messages arrive with their pictures; AI marks are accepted (E)."""
    platform.say("alice", "在吗")
    voice = api.upload("/cgi-bin/media/upload", AMR, type="voice")["media_id"]
    video = api.upload("/cgi-bin/media/upload", MP4, type="video")["media_id"]
    thumb = {"thumb_media_id": api.cover()}
    bodies: dict[str, dict[str, Any]] = {
        "voice": {"media_id": voice},
        "video": {"media_id": video, "title": "年会"} | thumb,
        "music": {"title": "曲", "musicurl": "https://example.org/a"} | thumb,
        "miniprogrampage": {"title": "程序", "appid": "wx0", "pagepath": "p"} | thumb,
    }
    for kind, inside in bodies.items():
        body = {"touser": "alice", "msgtype": kind, kind: inside, "aimsgcontext": {"is_ai_msg": 1}}
        assert {"errcode": 0, "errmsg": "ok"} == api.post(CUSTOM, body)
    assert list(bodies) == [one["type"] for one in platform.inbox("alice") if one["via"] == "customer"]
    assert 1 == len(account_server.received)


def test_a_passive_reply_costs_nothing(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """A passive reply does not use up the allowance of five (E)."""
    account_server.say("在")
    platform.say("alice", "在吗")
    body = {"touser": "alice", "msgtype": "text", "text": {"content": "好"}}
    assert [0] * 5 + [45047] == [api.errcode(CUSTOM, body) for _ in range(6)]


def test_at_most_ten_thousand_records(api: ApiCaller) -> None:
    """getmsglist with more than 10,000 records is 40035 (E)."""
    body = {"starttime": 1_794_801_600, "endtime": 1_794_801_700, "msgid": 1}
    path = "/customservice/msgrecord/getmsglist"
    assert 0 == api.errcode(path, body | {"number": 10_000})
    assert 40035 == api.errcode(path, body | {"number": 10_001})


def test_former_followers_of_a_list_count_as_errors(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """Openids of a list that do not follow any more are counted as errors (B3, F1)."""
    for name in ("alice", "bob", "carol"):
        platform.follow(name)
    platform.unfollow("carol")
    body = {"touser": ["alice", "bob", "carol"], "msgtype": "text", "text": {"content": "一"}}
    assert 0 == api.errcode("/cgi-bin/message/mass/send", body)
    platform.advance(2)
    (event,) = account_server.events("MASSSENDJOBFINISH")
    counts = [event.field(f"{name}Count") for name in ("Total", "Filter", "Sent", "Error")]
    assert ["3", "3", "2", "1"] == counts


def test_each_article_has_its_address(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """The event has one item per article, each with a unique address (B3, F3)."""
    api.send_all(create_draft_of_two(api), clientmsgid="one")
    api.send_all(create_draft_of_two(api), clientmsgid="two")
    api.post("/cgi-bin/freepublish/submit", {"media_id": create_draft_of_two(api)})
    platform.advance(2)
    result = "".join(callback.body for callback in account_server.received)
    addresses = [
        part.partition("]")[0] for part in result.split("rl><![CDATA[") if part.startswith("http://mp.")
    ]
    assert 6 == len(addresses) == len(set(addresses))
    assert "<count>2</count>" in result
    assert 200 == api.send_raw("GET", "/s/" + addresses[5].rpartition("/s/")[2]).status


@pytest.mark.platform(originality={"第12期": "unsendable"})
def test_each_judged_article_has_its_states(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """An unsendable article ends in err(30002) with CheckState 3; without verdicts CheckState is 1 (B3)."""
    api.send_all(create_draft_of_two(api))
    api.send_all(api.draft(title="自家的"))
    platform.advance(2)
    # Callbacks of jobs that end at the same time are sent in parallel, so they are ordered by id.
    judged, own = sorted(
        account_server.events("MASSSENDJOBFINISH"), key=lambda event: event.field("MsgID") or ""
    )
    assert ("err(30002)", "3", "1") == tuple(
        judged.field(tag) for tag in ("Status", "CheckState", "ArticleIdx")
    )
    assert ("0", "2", "0") == tuple(judged.field(t) for t in ("UserDeclareState", "AuditState", "CanReprint"))
    assert ("send success", "1") == tuple(own.field(tag) for tag in ("Status", "CheckState"))


@pytest.mark.platform(originality={"第12期": "unsendable"})
def test_a_failed_job_leaves_the_draft(platform: Platform, api: ApiCaller) -> None:
    """A job in SEND_FAIL reached nobody, and its draft can still be edited (F3)."""
    platform.follow("alice")
    media_id = api.draft()
    msg_id = api.send_all(media_id)["msg_id"]
    platform.advance(2)
    assert "SEND_FAIL" == api.post("/cgi-bin/message/mass/get", {"msg_id": msg_id})["msg_status"]
    assert 0 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})
    assert [] == platform.inbox("alice")


def test_each_kind_of_mass_message_arrives(platform: Platform, api: ApiCaller) -> None:
    """Text, voice, and a video prepared by media/uploadvideo arrive (F2)."""
    platform.follow("alice")
    voice = api.upload("/cgi-bin/media/upload", AMR, type="voice")["media_id"]
    raw = api.upload("/cgi-bin/media/upload", MP4, type="video")["media_id"]
    made = api.post("/cgi-bin/media/uploadvideo", {"media_id": raw, "title": "年会", "description": "回顾"})
    assert {"type", "media_id", "created_at"} == made.keys()
    for body in (
        send_to_all("text", content="好"),
        send_to_all("voice", media_id=voice),
        send_to_all("mpvideo", media_id=made["media_id"]),
    ):
        assert 0 == api.errcode(SENDALL, body)
    platform.advance(2)
    assert ["text", "voice", "video"] == [
        one["type"] for one in platform.inbox("alice") if one["via"] == "mass"
    ]


def test_a_preview_of_each_kind(platform: Platform, api: ApiCaller) -> None:
    """A picture preview uses the key image, unlike the mass message itself (F2)."""
    platform.follow("alice")
    cover = api.cover()
    one = {"touser": "alice", "msgtype": "image"}
    assert 0 == api.errcode(PREVIEW, one | {"image": {"media_id": cover}})
    assert 47001 == api.errcode(PREVIEW, one | {"images": {"media_ids": [cover]}})
    assert 0 == api.errcode(PREVIEW, {"touser": "alice", "msgtype": "text", "text": {"content": "看看"}})
    assert ["image", "text"] == [entry["type"] for entry in platform.inbox("alice")]


@pytest.mark.parametrize("more", [{}, {"article_idx": 0}])
def test_without_an_index_all_is_deleted(platform: Platform, api: ApiCaller, more: dict[str, int]) -> None:
    """Deletion without an index deletes all articles, and the job's state is DELETE (F1)."""
    platform.follow("alice")
    msg_id = api.send_all(create_draft_of_two(api))["msg_id"]
    platform.advance(2)
    assert 0 == api.errcode(DELETE, {"msg_id": msg_id} | more)
    (entry,) = platform.inbox("alice")
    assert [True, True] == [one["deleted"] for one in entry["articles"]]
    assert "DELETE" == api.post("/cgi-bin/message/mass/get", {"msg_id": msg_id})["msg_status"]


def test_a_text_cannot_be_deleted(platform: Platform, api: ApiCaller) -> None:
    """Only articles and videos can be deleted (F3)."""
    msg_id = api.post(SENDALL, send_to_all("text", content="好"))["msg_id"]
    platform.advance(2)
    assert 40059 == api.errcode(DELETE, {"msg_id": msg_id})


def test_a_cover_is_the_account_s_own(platform: Platform, api: ApiCaller) -> None:
    """A cover is an image or thumb of the same account; another account's is 40007 (G1, H)."""
    thumb = api.upload("/cgi-bin/material/add_material", JPEG, type="thumb")["media_id"]
    second = platform.post("accounts")["app_id"]
    foreign = ApiCaller(platform.url, platform.running.world.accounts[second].identity).cover()
    codes = [
        api.errcode("/cgi-bin/draft/add", {"articles": [api.article(thumb_media_id=one)]})
        for one in (thumb, foreign)
    ]
    assert [0, 40007] == codes


def test_cover_and_product_are_kept(api: ApiCaller) -> None:
    """Crops and product info return unchanged (G1)."""
    crops = {"crop_percent_list": [{"ratio": "1_1", "x1": "0", "y1": "0", "x2": "0.5", "y2": "1"}]}
    given = {
        "cover_info": crops,
        "product_info": {"footer_product_info": {"product_key": "k"}},
        "pic_crop_1_1": "0_0_0.5_1",
    }
    (result,) = api.post("/cgi-bin/draft/get", {"media_id": api.draft(**given)})["news_item"]
    assert given == {key: result[key] for key in given}


def test_a_preview_ends_with_its_draft(api: ApiCaller) -> None:
    """The preview address stops working when the draft is deleted (G1)."""
    media_id = api.draft()
    (article,) = api.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"]
    page = "/s/" + article["url"].rpartition("/s/")[2]
    assert 200 == api.send_raw("GET", page).status
    api.post("/cgi-bin/draft/delete", {"media_id": media_id})
    assert 404 == api.send_raw("GET", page).status


@pytest.mark.parametrize("more", [{}, {"index": 0}])
def test_a_withdrawn_publication_is_state_5(platform: Platform, api: ApiCaller, more: dict[str, int]) -> None:
    """Deletion without an index deletes all articles of a publication; its state is 5 and it is not listed (B3, G2)."""
    publish_id = api.post("/cgi-bin/freepublish/submit", {"media_id": create_draft_of_two(api)})["publish_id"]
    platform.advance(2)
    article_id = api.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})["article_id"]
    assert 0 == api.errcode("/cgi-bin/freepublish/delete", {"article_id": article_id} | more)
    assert 5 == api.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})["publish_status"]
    assert 0 == api.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20})["total_count"]


@pytest.fixture
def template_message(platform: Platform) -> dict[str, Any]:
    """Return a template message to a follower."""
    platform.follow("alice")
    platform.post("templates", {"template_id": "T", "title": "活动", "keys": ["thing1"]})
    return {"touser": "alice", "template_id": "T", "data": {"thing1": {"value": "年会"}}}


def test_where_a_template_message_leads(
    platform: Platform, api: ApiCaller, template_message: dict[str, Any]
) -> None:
    """A template message links to the mini-program, else to the url, else nowhere (J1)."""
    mini, url = {"miniprogram": {"appid": "wx0", "pagepath": "p"}}, {"url": "https://example.org/"}
    for more in (mini | url, url, {}):
        api.post("/cgi-bin/message/template/send", template_message | more)
    assert ["miniprogram:wx0/p", "https://example.org/", ""] == [
        one["url"] for one in platform.inbox("alice")
    ]


def test_first_and_remark_are_dropped(
    platform: Platform, api: ApiCaller, template_message: dict[str, Any]
) -> None:
    """The fields first, remark and color are accepted but not shown, as on the platform since 2023 (J1)."""
    data = template_message["data"] | {
        "first": {"value": "您好", "color": "#f00"},
        "remark": {"value": "再见"},
    }
    assert 0 == api.errcode("/cgi-bin/message/template/send", template_message | {"data": data})
    content = platform.inbox("alice")[0]["content"]
    assert "年会" in content
    assert not {"您好", "再见", "#f00"} & set(content.replace("：", "\n").split("\n"))


@pytest.mark.parametrize(("scene", "code"), [(0, 43101), (10_000, 43101), (10_001, 40035), ("x", 40035)])
def test_scenes_of_one_time_messages(platform: Platform, api: ApiCaller, scene: object, code: int) -> None:
    """Scenes are 0 to 10,000; others are refused before the consent is checked (J2)."""
    platform.follow("alice")
    body = {
        "touser": "alice",
        "template_id": "T",
        "scene": scene,
        "title": "提醒",
        "data": {"content": {"value": "一"}},
    }
    assert code == api.errcode("/cgi-bin/message/template/subscribe", body)


def test_a_wrong_start(api: ApiCaller) -> None:
    """A start that is not a number is 200016 (J3)."""
    assert 200016 == api.get("/wxaapi/newtmpl/getpubtemplatetitles", ids=616, start="x", limit=1)["errcode"]


def test_too_many_notices_of_one_s_own(api: ApiCaller) -> None:
    """The twenty-sixth notice template is 200012 (J3)."""
    body = {"tid": 2001, "kidList": [1, 2]}
    assert [0] * 25 + [200012] == [api.errcode("/wxaapi/newtmpl/addtemplate", body) for _ in range(26)]
