"""Fields of successful answers, and accepted files (reference, sections 0, D to H, K)."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.wechat_simulator.api_caller import PICTURE, ApiCaller
from tests.wechat_simulator.test_media import AMR, BMP, GIF, JPEG, MP4, WAV
from tests.wechat_simulator.valid_requests import fill_placeholders
from wechat_simulator.media_format import duration_seconds
from wechat_simulator.media_store import Material
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_794_801_600.0)

OK = {"errcode", "errmsg"}
PAGE = {"total_count", "item_count", "item"}
MASS = {"filter": {"is_to_all": True}, "send_ignore_reprint": 0}
TEXT = {"msgtype": "text", "text": {"content": "各位好"}}
BUTTON = {"type": "click", "name": "最新", "key": "LATEST"}
SCENE = {"scene": {"scene_id": 7}}
DAYS = {"begin_date": "2026-11-10", "end_date": "2026-11-10"}
MP3 = b"ID3\x03" + bytes(60)
WMA = bytes.fromhex("3026b2758e66cf11") + bytes(60)
MB = 1024 * 1024


SENDALL = "/cgi-bin/message/mass/sendall"
SHAPES: list[tuple[str, Any, set[str]]] = [
    ("/cgi-bin/clear_quota", {"appid": "$app"}, OK),
    (
        "/cgi-bin/openapi/quota/get",
        {"cgi_path": "/cgi-bin/draft/add"},
        OK | {"quota", "rate_limit", "component_rate_limit"},
    ),
    ("/cgi-bin/openapi/quota/clear", {"cgi_path": "/cgi-bin/draft/add"}, OK),
    ("/cgi-bin/getcallbackip", "", {"ip_list"}),
    ("/cgi-bin/get_api_domain_ip", "", {"ip_list"}),
    ("/cgi-bin/message/custom/send", {"touser": "alice"} | TEXT, OK),
    (SENDALL, MASS | TEXT, OK | {"msg_id"}),
    (SENDALL, MASS | {"msgtype": "mpnews", "mpnews": {"media_id": "$draft"}}, OK | {"msg_id", "msg_data_id"}),
    ("/cgi-bin/message/mass/preview", {"touser": "alice"} | TEXT, OK | {"msg_id"}),
    ("/cgi-bin/message/mass/get", {"msg_id": "$job"}, {"msg_id", "msg_status"}),
    ("/cgi-bin/message/mass/speed/get", {}, {"speed", "realspeed"}),
    ("/cgi-bin/message/mass/speed/set", {"speed": 1}, OK),
    ("/cgi-bin/draft/get", {"media_id": "$draft"}, {"news_item"}),
    ("/cgi-bin/draft/batchget", {"offset": 0, "count": 1}, PAGE),
    ("/cgi-bin/draft/count", "", {"total_count"}),
    ("/cgi-bin/draft/delete", {"media_id": "$draft"}, OK),
    ("/cgi-bin/draft/switch", {}, OK | {"is_open"}),
    ("/cgi-bin/freepublish/submit", {"media_id": "$draft"}, OK | {"publish_id", "msg_data_id"}),
    ("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 1}, PAGE),
    ("/cgi-bin/material/get_materialcount", "", {"voice_count", "video_count", "image_count", "news_count"}),
    ("/cgi-bin/material/batchget_material", {"type": "image", "offset": 0, "count": 1}, PAGE),
    ("/cgi-bin/user/get", "", {"total", "count", "data", "next_openid"}),
    ("/cgi-bin/user/info/batchget", {"user_list": [{"openid": "alice"}]}, {"user_info_list"}),
    ("/cgi-bin/user/info/updateremark", {"openid": "alice", "remark": "一"}, OK),
    ("/cgi-bin/tags/create", {"tag": {"name": "会员"}}, {"tag"}),
    ("/cgi-bin/tags/get", "", {"tags"}),
    ("/cgi-bin/tags/getidlist", {"openid": "alice"}, {"tagid_list"}),
    ("/cgi-bin/menu/create", {"button": [BUTTON]}, OK),
    ("/cgi-bin/menu/delete", "", OK),
    ("/cgi-bin/get_current_selfmenu_info", "", {"is_menu_open", "selfmenu_info"}),
    (
        "/cgi-bin/qrcode/create",
        {"action_name": "QR_SCENE", "expire_seconds": 60, "action_info": SCENE},
        {"ticket", "expire_seconds", "url"},
    ),
    ("/cgi-bin/qrcode/create", {"action_name": "QR_LIMIT_SCENE", "action_info": SCENE}, {"ticket", "url"}),
    ("/cgi-bin/ticket/getticket", "type=jsapi", OK | {"ticket", "expires_in"}),
    (
        "/cgi-bin/message/template/send",
        {"touser": "alice", "template_id": "T", "data": {"thing1": {"value": "一"}}},
        OK | {"msgid"},
    ),
    ("/datacube/getusersummary", DAYS, {"list"}),
    ("/datacube/getbizsummary", DAYS, {"list", "is_delay"}),
]


@pytest.mark.parametrize(("path", "body", "fields"), SHAPES, ids=[path for path, _, _ in SHAPES])
def test_an_answer_has_exactly_these_fields(
    platform: Platform, api: ApiCaller, path: str, body: Any, fields: set[str]
) -> None:
    """Answers have the documented fields, with or without errcode 0 (0, D, E, F1, G1, G2, H, J1, K3, K6)."""
    platform.say("alice", "在吗")
    platform.follow("alice")
    platform.post("templates", {"template_id": "T", "title": "一", "keys": ["thing1"]})
    if isinstance(body, str):
        result = api.get(path, **dict(parse_qsl(body)))
    else:
        job = api.post(SENDALL, MASS | TEXT | {"text": {"content": "先说一句"}})["msg_id"]
        exists = {"$app": api.identity.app_id, "$draft": api.draft(), "$job": job}
        platform.advance(2)  # the job is done
        result = api.post(path, fill_placeholders(body, exists))
    assert fields == result.keys(), result
    assert 0 == result.get("errcode", 0)


def test_a_draft_and_a_menu_answer_with_data_alone(api: ApiCaller) -> None:
    """draft/add returns only its media_id, and menu/get only the menu (0, G1, K4)."""
    result = api.post("/cgi-bin/draft/add", {"articles": [api.article()]})
    assert ["media_id"] == list(result)
    assert len(result["media_id"]) <= 128
    api.post("/cgi-bin/menu/create", {"button": [BUTTON]})
    assert ["menu"] == list(api.get("/cgi-bin/menu/get"))
    assert {"button", "menuid"} == api.get("/cgi-bin/menu/get")["menu"].keys()


def test_a_published_article_has_these_fields_more(platform: Platform, api: ApiCaller) -> None:
    """A published article has a draft's fields and thumb_url, url, is_deleted (G2)."""
    submitted = api.post("/cgi-bin/freepublish/submit", {"media_id": api.draft()})
    platform.advance(2)
    article_id = api.post("/cgi-bin/freepublish/get", submitted)["article_id"]
    result = api.post("/cgi-bin/freepublish/getarticle", {"article_id": article_id})
    assert ["news_item"] == list(result)
    assert {"title", "content", "thumb_media_id", "thumb_url", "url", "is_deleted"} <= result["news_item"][
        0
    ].keys()


def test_material_is_listed_by_type_and_page(api: ApiCaller) -> None:
    """get_material of a draft returns its articles; lists have one of four types and 1 to 20 items a page (H)."""
    draft = api.draft(title="月报")
    (result,) = api.post("/cgi-bin/material/get_material", {"media_id": draft})["news_item"]
    assert "月报" == result["title"]
    path, body = "/cgi-bin/material/batchget_material", {"type": "voice", "offset": 0, "count": 20}
    assert {"total_count": 0, "item_count": 0, "item": []} == api.post(path, body)
    assert [40035, 40035] == [api.errcode(path, body | {"count": count}) for count in (0, 21)]
    assert 40004 == api.errcode(path, body | {"type": "poem"})


def test_token_is_requested_by_get(api: ApiCaller) -> None:
    """token() takes its three arguments in the query and returns the token and its lifetime (D)."""
    query = f"grant_type=client_credential&appid={api.identity.app_id}&secret={api.identity.secret}"
    result = api.send_raw("GET", f"/cgi-bin/token?{query}").json
    assert {"access_token", "expires_in"} == result.keys()
    assert 7200 == result["expires_in"]
    assert {"access_token", "expires_in"} == api.stable_token().keys()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "0"}, 40125),
    ],
)
def test_invalid_arguments_of_token(api: ApiCaller, changed: dict[str, str], code: int) -> None:
    """Each invalid argument of token() has its own error code (D)."""
    given = {"grant_type": "client_credential", "appid": api.identity.app_id, "secret": api.identity.secret}
    query = "&".join(f"{key}={value}" for key, value in (given | changed).items())
    assert code == api.send_raw("GET", f"/cgi-bin/token?{query}").json["errcode"]


def test_a_rid_has_exactly_these_fields(api: ApiCaller) -> None:
    """rid/get returns time, duration, address, both bodies and the client's IP (D)."""
    rid = api.post("/cgi-bin/draft/get", {"media_id": "none"})["errmsg"].rpartition(" ")[2]
    result = api.post("/cgi-bin/openapi/rid/get", {"rid": rid})["request"]
    fields = "invoke_time cost_in_ms request_url request_body response_body client_ip"
    assert set(fields.split()) == result.keys()


def test_an_upload_has_exactly_these_fields(api: ApiCaller) -> None:
    """Only a permanent picture's answer has a url (H)."""
    add = "/cgi-bin/material/add_material"
    assert {"type", "media_id", "created_at"} == api.upload("/cgi-bin/media/upload", type="image").keys()
    assert {"media_id", "url"} == api.upload(add, type="image").keys()
    assert {"media_id"} == api.upload(add, AMR, type="voice").keys()
    assert {"media_id"} == api.upload(add, JPEG, type="thumb").keys()


def test_a_follower_has_exactly_these_fields(platform: Platform, api: ApiCaller) -> None:
    """The user fields that were withdrawn in 2021 exist but are empty (K1)."""
    platform.follow("alice")
    result = api.get("/cgi-bin/user/info", openid="alice")
    named = "subscribe openid subscribe_time remark groupid tagid_list subscribe_scene qr_scene qr_scene_str language"
    emptied = {"nickname": "", "headimgurl": "", "sex": 0, "city": "", "province": "", "country": ""}
    assert emptied == {key: value for key, value in result.items() if key not in named.split()}
    assert set(named.split()) <= result.keys()


def test_a_template_has_exactly_these_fields(platform: Platform, api: ApiCaller) -> None:
    """A template has id, title, both industries, content and example (J1)."""
    platform.post("templates", {"template_id": "T", "title": "一", "keys": ["thing1"]})
    (result,) = api.get("/cgi-bin/template/get_all_private_template")["template_list"]
    assert {
        "template_id",
        "title",
        "primary_industry",
        "deputy_industry",
        "content",
        "example",
    } == result.keys()


def test_a_download_is_bytes_or_json(api: ApiCaller) -> None:
    """A download returns the file with its name, or JSON when it does not exist (0, H)."""
    found = api.request("POST", "/cgi-bin/material/get_material", f'{{"media_id":"{api.cover()}"}}'.encode())
    assert (PICTURE, True) == (found.body, found.disposition.startswith('attachment; filename="'))
    missing = api.request("POST", "/cgi-bin/material/get_material", b'{"media_id":"none"}')
    assert (40007, "") == (missing.json["errcode"], missing.disposition)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("image", PICTURE), ("image", JPEG), ("image", GIF), ("image", BMP), ("thumb", JPEG), ("video", MP4)]
    + [("voice", one) for one in (AMR, MP3, WMA, WAV)],
)
def test_permanent_material_takes_more_formats(api: ApiCaller, kind: str, data: bytes) -> None:
    """Permanent material also accepts bmp pictures and wma and wav sounds (H)."""
    fields = {"description": '{"title":"一","introduction":"二"}'}
    assert "media_id" in api.upload("/cgi-bin/material/add_material", data, type=kind, fields=fields)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("image", GIF + bytes(10 * MB), 40009),
        ("video", MP4 + bytes(10 * MB), 40006),
        ("voice", MP3 + bytes(2 * MB), 40006),
    ],
)
@pytest.mark.parametrize("path", ["/cgi-bin/media/upload", "/cgi-bin/material/add_material"])
def test_sizes_are_bounded(api: ApiCaller, path: str, kind: str, data: bytes, code: int) -> None:
    """Pictures and videos have at most ten megabytes, sounds two, temporary or permanent (H)."""
    assert code == api.upload(path, data, type=kind)["errcode"]


def test_the_library_is_bounded(platform: Platform, api: ApiCaller) -> None:
    """An account has at most a thousand permanent sounds; the next one is 45001 (H)."""
    one = Material("v", "voice", AMR, "amr", "一.amr", "", 0.0)
    platform.running.state.media.materials.update({f"v{n}": one for n in range(1000)})
    assert duration_seconds(AMR, "amr") < 60
    assert 45001 == api.upload("/cgi-bin/material/add_material", AMR, type="voice")["errcode"]
    assert "media_id" in api.upload("/cgi-bin/material/add_material", type="image")


@pytest.mark.parametrize(
    "path", ["material/add_news", "material/update_news", "media/uploadnews", "media/uploadnews_old"]
)
def test_retired_interfaces_are_gone(api: ApiCaller, path: str) -> None:
    """Endpoints that drafts replaced are answered like unknown paths (H)."""
    assert 40066 == api.errcode(f"/cgi-bin/{path}", {"articles": []})
