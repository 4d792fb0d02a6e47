"""Menus (reference, section K4)."""

from typing import Any

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

CREATE = "/cgi-bin/menu/create"
LATEST = {"type": "click", "name": "最新", "key": "LATEST"}
ARCHIVE = {"type": "view", "name": "往期", "url": "https://example.org/archive"}


def test_a_menu_is_made_read_and_deleted(platform: Platform, api: ApiCaller) -> None:
    """menu/get returns the created menu and 46003 when there is none; the phone shows it (K4)."""
    assert 46003 == api.get("/cgi-bin/menu/get")["errcode"]
    assert 0 == api.errcode(CREATE, {"button": [LATEST, {"name": "更多", "sub_button": [ARCHIVE]}]})

    menu = api.get("/cgi-bin/menu/get")["menu"]
    assert ["最新", "更多"] == [button["name"] for button in menu["button"]]
    assert ARCHIVE | {"sub_button": []} == menu["button"][1]["sub_button"][0]
    assert menu["button"] == platform.get("menu")["button"]
    assert 0 == api.get("/cgi-bin/menu/delete")["errcode"]
    assert 46003 == api.get("/cgi-bin/menu/get")["errcode"]


def test_the_menu_in_force(api: ApiCaller) -> None:
    """get_current_selfmenu_info returns the menu in its own format (K4)."""
    assert {"is_menu_open": 0, "selfmenu_info": {"button": []}} == api.get(
        "/cgi-bin/get_current_selfmenu_info"
    )
    api.post(CREATE, {"button": [LATEST, {"name": "更多", "sub_button": [ARCHIVE]}]})
    result = api.get("/cgi-bin/get_current_selfmenu_info")

    assert 1 == result["is_menu_open"]
    assert [LATEST, {"name": "更多", "sub_button": {"list": [ARCHIVE]}}] == result["selfmenu_info"]["button"]


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([LATEST] * 4, 40016),
        ("click", 40016),
        (["click"], 47001),
        ([LATEST | {"name": "一二三四五六"}], 40018),
        ([LATEST | {"name": "一二三四五"}], 0),
        ([LATEST | {"type": "poem"}], 40017),
        ([LATEST | {"key": ""}], 40019),
        ([LATEST | {"key": "k" * 129}], 40019),
        ([ARCHIVE | {"url": "https://example.org/" + "a" * 1005}], 40020),
        ([ARCHIVE | {"url": "example.org"}], 40055),
        ([{"name": "更多", "sub_button": [LATEST] * 6}], 40023),
        ([{"name": "更多", "sub_button": [{"name": "再", "sub_button": [LATEST]}]}], 40022),
        ([{"name": "更多", "sub_button": [LATEST | {"name": "一" * 21}]}], 40025),
        ([{"name": "更多", "sub_button": [LATEST | {"name": "一" * 20}]}], 0),
        ([{"name": "更多", "sub_button": [LATEST | {"type": "x"}]}], 40024),
        ([{"name": "更多", "sub_button": [LATEST | {"key": 7}]}], 40026),
        ([{"name": "更多", "sub_button": [ARCHIVE | {"url": ""}]}], 40027),
        ([{"name": "更多", "sub_button": [ARCHIVE | {"url": "ftp://x"}]}], 40054),
        ([{"type": "media_id", "name": "图", "media_id": "none"}], 40007),
        ([{"type": "article_id", "name": "文", "article_id": "none"}], 53600),
        (
            [
                {
                    "type": "miniprogram",
                    "name": "程",
                    "appid": "wx1",
                    "pagepath": "p",
                    "url": "http://example.org",
                }
            ],
            0,
        ),
        ([{"type": "miniprogram", "name": "程", "appid": "wx1"}], 40035),
        ([LATEST | {"type": kind} for kind in ("scancode_push", "pic_weixin", "location_select")], 0),
    ],
)
def test_menus_have_limits(api: ApiCaller, buttons: Any, code: int) -> None:
    """A menu has three buttons with five sub-buttons each; names, keys and addresses have maximum lengths (K4)."""
    assert code == api.errcode(CREATE, {"button": buttons})


def test_personalised_menus(platform: Platform, api: ApiCaller) -> None:
    """A rule by tag selects a conditional menu; it needs a default menu and is deleted with it (K4)."""
    platform.follow("alice")
    platform.follow("bob")
    api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})
    api.post("/cgi-bin/tags/members/batchtagging", {"openid_list": ["alice"], "tagid": 100})
    body = {"button": [ARCHIVE], "matchrule": {"tag_id": "100"}}
    path = "/cgi-bin/menu/addconditional"

    assert 65303 == api.errcode(path, body)
    api.post(CREATE, {"button": [LATEST]})
    assert 65304 == api.errcode(path, body | {"matchrule": {}})
    assert 65312 == api.errcode(path, body | {"matchrule": {"tag_id": "999"}})
    menuid = api.post(path, body)["menuid"]
    assert ["往期"] == [
        one["name"] for one in api.post("/cgi-bin/menu/trymatch", {"user_id": "alice"})["button"]
    ]
    assert ["最新"] == [one["name"] for one in platform.get("menu", openid="bob")["button"]]
    assert {"tag_id": "100"} == api.get("/cgi-bin/menu/get")["conditionalmenu"][0]["matchrule"]
    assert 65301 == api.errcode("/cgi-bin/menu/delconditional", {"menuid": "1"})
    assert 0 == api.errcode("/cgi-bin/menu/delconditional", {"menuid": menuid})
    assert ["最新"] == [one["name"] for one in platform.get("menu", openid="alice")["button"]]


def test_a_menu_for_one_kind_of_telephone(platform: Platform, api: ApiCaller) -> None:
    """client_platform_type is 1 iOS, 2 Android, 3 other; trymatch also takes a WeChat name (K4)."""
    platform.follow("alice", name="alice-at-home")
    platform.follow("bob")
    platform.post("reader", {"openid": "alice", "client": 1})
    platform.post("reader", {"openid": "bob", "client": 2})
    api.post(CREATE, {"button": [LATEST]})
    rule = {"client_platform_type": "1"}
    assert "menuid" in api.post("/cgi-bin/menu/addconditional", {"button": [ARCHIVE], "matchrule": rule})

    found = {
        who: api.post("/cgi-bin/menu/trymatch", {"user_id": who})["button"][0]["name"]
        for who in ("alice", "alice-at-home", "bob")
    }
    assert {"alice": "往期", "alice-at-home": "往期", "bob": "最新"} == found
    assert 40003 == api.errcode("/cgi-bin/menu/trymatch", {"user_id": "nobody"})
