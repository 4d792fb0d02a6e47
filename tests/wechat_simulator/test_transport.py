"""Checks and formats that all endpoints share (reference, section 0)."""

import json
import re

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.api.call import ApiEndpoint
from wechat_simulator.api.endpoint_table import TABLE
from wechat_simulator.pytest_plugin import Platform

RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


def test_the_checks_come_in_the_order_of_the_platform(api: ApiCaller) -> None:
    """A request with several faults is refused for the first one: method, token, body, JSON (0, O2)."""
    path = "/cgi-bin/draft/add"

    assert 43002 == api.send_raw("GET", path).json["errcode"]
    assert 41001 == api.send_raw("POST", path, b"").json["errcode"]
    assert 40001 == api.send_raw("POST", f"{path}?access_token=unknown", b"{").json["errcode"]
    assert 40014 == api.send_raw("POST", f"{path}?access_token=%20%20", b"{").json["errcode"]
    assert 44002 == api.request("POST", path, b"").json["errcode"]
    assert 47001 == api.request("POST", path, b"{").json["errcode"]
    assert 44003 == api.errcode(path)


@pytest.mark.parametrize("endpoint", [one for one in TABLE if one.key == "token"], ids=lambda one: one.path)
def test_no_interface_is_open_without_a_token(api: ApiCaller, endpoint: ApiEndpoint) -> None:
    """A call without a token is 41001, whether it has no body, JSON or a file (0, O2)."""
    for body in (None, b"{}", b"--x--") if endpoint.method == "POST" else (None,):
        assert 41001 == api.send_raw(endpoint.method, endpoint.path, body).json["errcode"]


def test_the_body_is_checked_before_the_secret(api: ApiCaller) -> None:
    """Endpoints with credentials in the body check for an empty or invalid body first (0, D)."""
    path = "/cgi-bin/stable_token"

    assert 44002 == api.send_raw("POST", path, b"").json["errcode"]
    assert 47001 == api.send_raw("POST", path, b"{").json["errcode"]
    assert 41002 == api.send_raw("POST", path, b"{}").json["errcode"]


def test_a_post_where_get_is_needed(api: ApiCaller) -> None:
    """POST to a GET endpoint is 43001 (0)."""
    assert 43001 == api.errcode("/cgi-bin/draft/count")


@pytest.mark.parametrize(
    "body", [b"[1]", b'"text"', b"null", b"NaN", b'{"a":Infinity}', b"\xff\xfe", b"[" * 50_000]
)
def test_what_is_not_a_json_object_is_47001(api: ApiCaller, body: bytes) -> None:
    """Lists, bare values, non-JSON constants, invalid bytes and endless nesting are all 47001 (0)."""
    assert 47001 == api.request("POST", "/cgi-bin/draft/get", body).json["errcode"]


def test_an_error_is_answered_200_with_a_rid(api: ApiCaller) -> None:
    """An error has HTTP status 200, and its errmsg ends in a rid of three groups (0)."""
    response = api.send_raw("GET", "/cgi-bin/draft/count")

    assert 200 == response.status
    assert response.json["errmsg"].startswith("access_token missing")
    assert RID.search(response.json["errmsg"])


def test_success_has_an_errcode_only_where_the_platform_gives_one(api: ApiCaller) -> None:
    """Token, draft and user answers are bare data; deletions and sends have errcode 0 (0, O3)."""
    media_id = api.draft()

    assert "errcode" not in api.stable_token()
    assert "errcode" not in api.get("/cgi-bin/draft/count")
    assert "errcode" not in api.post("/cgi-bin/draft/get", {"media_id": media_id})
    assert "errcode" not in api.get("/cgi-bin/user/get")
    assert {"errcode": 0, "errmsg": "ok"} == api.post("/cgi-bin/draft/delete", {"media_id": media_id})


def test_content_types_are_those_of_the_platform(api: ApiCaller) -> None:
    """JSON has `encoding=` instead of charset, and some answers are text/plain in UTF-8 (0, O3)."""
    media_id = api.draft(title="长风")

    assert "application/json; encoding=utf-8" == api.request("GET", "/cgi-bin/draft/count").type
    response = api.request("POST", "/cgi-bin/draft/get", json.dumps({"media_id": media_id}).encode())
    assert "text/plain" == response.type
    assert "长风".encode() in response.body


def test_an_unknown_interface(api: ApiCaller) -> None:
    """An unknown path is answered with an errcode, not with a page (0)."""
    assert 40066 == api.errcode("/cgi-bin/no/such/thing")


def test_escapes_stay_literal_and_are_noted(platform: Platform, api: ApiCaller) -> None:
    """\\uXXXX in a draft is stored as six characters, and the call log marks it (0, O4)."""
    article = api.article(title="长风")
    api.request("POST", "/cgi-bin/draft/add", json.dumps({"articles": [article]}).encode())

    (stored,) = platform.running.state.media.drafts.values()
    assert r"\u957f\u98ce" == stored.articles[0]["title"]
    assert [True] == [call["escapes"] for call in platform.calls("/cgi-bin/draft/add")]


def test_escapes_inflate_the_length(api: ApiCaller) -> None:
    """Eleven escaped 汉字 count as 66 characters, too many for a title (0, G1)."""
    article = api.article(title="长风联盟工作简报第二期")
    assert (
        45003
        == api.request("POST", "/cgi-bin/draft/add", json.dumps({"articles": [article]}).encode()).json[
            "errcode"
        ]
    )
    assert "media_id" in api.post("/cgi-bin/draft/add", {"articles": [article]})


def test_escapes_are_refused_by_menus(api: ApiCaller) -> None:
    """A menu with escapes is 40033 (0, O4)."""
    menu = {"button": [{"type": "click", "name": "最新", "key": "LATEST"}]}

    assert 40033 == api.request("POST", "/cgi-bin/menu/create", json.dumps(menu).encode()).json["errcode"]
    assert 0 == api.errcode("/cgi-bin/menu/create", menu)


def test_a_body_needs_no_content_type(api: ApiCaller) -> None:
    """A JSON body without a Content-Type is accepted, as wechatpy sends it (N2)."""
    response = api.send_raw(
        "POST",
        f"/cgi-bin/draft/batchget?access_token={api.token}",
        b'{"offset":0,"count":1}',
        Content_Type="",
    )
    assert {"total_count": 0, "item_count": 0, "item": []} == response.json
