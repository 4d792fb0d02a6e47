"""The checks and the shapes that all interfaces share (reference, section 0)."""

import json
import re

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.api.call import ApiEndpoint
from wechat_simulator.api.endpoint_table import TABLE
from wechat_simulator.pytest_plugin import Platform

RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


def test_the_checks_come_in_the_order_of_the_platform(api: ApiCaller) -> None:
    """0 O2: method, then token, then body, then JSON: each wrong request is refused for its first fault."""
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
    """0 O2: 41001 for a call without one, whatever its body is: none, JSON, or a file."""
    for body in (None, b"{}", b"--x--") if endpoint.method == "POST" else (None,):
        assert 41001 == api.send_raw(endpoint.method, endpoint.path, body).json["errcode"]


def test_a_secret_is_asked_for_after_the_body(api: ApiCaller) -> None:
    """0 D: where the credentials are in the body, an empty or a broken one is told first."""
    path = "/cgi-bin/stable_token"

    assert 44002 == api.send_raw("POST", path, b"").json["errcode"]
    assert 47001 == api.send_raw("POST", path, b"{").json["errcode"]
    assert 41002 == api.send_raw("POST", path, b"{}").json["errcode"]


def test_a_post_where_get_is_needed(api: ApiCaller) -> None:
    """0: POST to a GET interface is 43001."""
    assert 43001 == api.errcode("/cgi-bin/draft/count")


@pytest.mark.parametrize(
    "body", [b"[1]", b'"text"', b"null", b"NaN", b'{"a":Infinity}', b"\xff\xfe", b"[" * 50_000]
)
def test_what_is_not_a_json_object_is_47001(api: ApiCaller, body: bytes) -> None:
    """0: lists, bare values, constants outside JSON, wrong bytes and bottomless nesting are all 47001."""
    assert 47001 == api.request("POST", "/cgi-bin/draft/get", body).json["errcode"]


def test_an_error_is_answered_200_with_a_rid(api: ApiCaller) -> None:
    """0: the HTTP status is 200 even then, errmsg ends in a rid of three groups."""
    heard = api.send_raw("GET", "/cgi-bin/draft/count")

    assert 200 == heard.status
    assert heard.json["errmsg"].startswith("access_token missing")
    assert RID.search(heard.json["errmsg"])


def test_success_has_an_errcode_only_where_the_platform_gives_one(api: ApiCaller) -> None:
    """0 O3: token, draft and user answers carry bare data; deletes and sends carry errcode 0."""
    media_id = api.draft()

    assert "errcode" not in api.stable_token()
    assert "errcode" not in api.get("/cgi-bin/draft/count")
    assert "errcode" not in api.post("/cgi-bin/draft/get", {"media_id": media_id})
    assert "errcode" not in api.get("/cgi-bin/user/get")
    assert {"errcode": 0, "errmsg": "ok"} == api.post("/cgi-bin/draft/delete", {"media_id": media_id})


def test_content_types_are_the_platform_s_odd_ones(api: ApiCaller) -> None:
    """0 O3: JSON says `encoding=` where others say charset; some answers are text/plain, in UTF-8 all the same."""
    media_id = api.draft(title="长风")

    assert "application/json; encoding=utf-8" == api.request("GET", "/cgi-bin/draft/count").type
    heard = api.request("POST", "/cgi-bin/draft/get", json.dumps({"media_id": media_id}).encode())
    assert "text/plain" == heard.type
    assert "长风".encode() in heard.body


def test_an_unknown_interface(api: ApiCaller) -> None:
    """0: an address that is none is told with an errcode, not with a page."""
    assert 40066 == api.errcode("/cgi-bin/no/such/thing")


def test_escapes_stay_literal_and_are_noted(platform: Platform, api: ApiCaller) -> None:
    r"""0 O4: \uXXXX in a draft is stored as six characters each, and the call log says so."""
    article = api.article(title="长风")
    api.request("POST", "/cgi-bin/draft/add", json.dumps({"articles": [article]}).encode())

    (stored,) = platform.running.state.media.drafts.values()
    assert r"\u957f\u98ce" == stored.articles[0]["title"]
    assert [True] == [call["escapes"] for call in platform.calls("/cgi-bin/draft/add")]


def test_escapes_inflate_the_length(api: ApiCaller) -> None:
    """0 G1: eleven escaped 汉字 are 66 characters, too many for a title."""
    article = api.article(title="长风联盟工作简报第二期")
    assert (
        45003
        == api.request("POST", "/cgi-bin/draft/add", json.dumps({"articles": [article]}).encode()).json[
            "errcode"
        ]
    )
    assert "media_id" in api.post("/cgi-bin/draft/add", {"articles": [article]})


def test_escapes_are_refused_by_menus(api: ApiCaller) -> None:
    """0 O4: a menu with escapes is 40033."""
    menu = {"button": [{"type": "click", "name": "最新", "key": "LATEST"}]}

    assert 40033 == api.request("POST", "/cgi-bin/menu/create", json.dumps(menu).encode()).json["errcode"]
    assert 0 == api.errcode("/cgi-bin/menu/create", menu)


def test_a_body_needs_no_content_type(api: ApiCaller) -> None:
    """N2: wechatpy sends none, and is understood."""
    heard = api.send_raw(
        "POST",
        f"/cgi-bin/draft/batchget?access_token={api.token}",
        b'{"offset":0,"count":1}',
        Content_Type="",
    )
    assert {"total_count": 0, "item_count": 0, "item": []} == heard.json
