"""Followers, tags and codes (reference, sections K1 to K3 and K6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.control_client import ControlError
from wechat_simulator.follower_registry import SCENES, FollowerRegistry
from wechat_simulator.pytest_plugin import Platform


def all_openids(api: ApiCaller) -> list[str]:
    """Return all openids, read page by page."""
    found, cursor = [], ""
    while (page := api.get("/cgi-bin/user/get", next_openid=cursor))["count"]:
        found += page["data"]["openid"]
        cursor = page["next_openid"]
    assert {"total": len(found), "count": 0, "next_openid": ""} == page
    return found


def test_pages_of_ten_thousand(platform: Platform, api: ApiCaller) -> None:
    """next_openid is the last one of a page; the page after the last is empty and has no data (K1, O11)."""
    platform.follow("alice")
    platform.crowd(25_000)
    platform.follow("bob")
    platform.unfollow("alice")

    found = all_openids(api)
    assert 25_001 == len(found) == len(set(found))
    assert "bob" == found[-1]
    assert 10_000 == api.get("/cgi-bin/user/get")["count"]
    assert 40003 == api.get("/cgi-bin/user/get", next_openid="nobody")["errcode"]


def test_an_account_without_followers(api: ApiCaller) -> None:
    """The list of an account without followers has no data (K1)."""
    assert {"total": 0, "count": 0, "next_openid": ""} == api.get("/cgi-bin/user/get")


@given(st.integers(min_value=1, max_value=10**6), st.data())
def test_an_openid_leads_back_to_its_number(size: int, data: st.DataObject) -> None:
    """Computed openids are distinct and recognised, and only those that exist are (K1)."""
    followers = FollowerRegistry("oPrefixPrefixPr1")
    followers.add_crowd(size, 0.0)
    number = data.draw(st.integers(min_value=0, max_value=size - 1))

    assert number == followers.number(followers.openid(number))
    assert followers.number(followers.openid(size)) is None
    assert 28 == len(followers.openid(number))


@given(st.lists(st.tuples(st.sampled_from(["follow", "unfollow", "meet", "crowd"]), st.integers(0, 5))))
def test_the_total_is_always_the_number_of_those_who_follow(moves: list[tuple[str, int]]) -> None:
    """Total, list and membership agree after any sequence of actions (K1)."""
    followers = FollowerRegistry("oPrefixPrefixPr1")
    for move, who in moves:
        if move == "crowd":
            followers.add_crowd(who, 0.0)
        elif move == "unfollow":
            followers.unfollow(f"reader{who}")
        elif move == "meet":
            followers.get_or_create(f"reader{who}")
        else:
            followers.follow(f"reader{who}", 0.0)
    openids = list(followers.walk())

    assert followers.total == len(openids) == len(set(openids))
    assert all(followers.follows(openid) for openid in openids)


def test_the_details_of_a_follower(platform: Platform, api: ApiCaller) -> None:
    """Details have no name, as since 2021; a former follower has only subscribe 0 (K1, O11)."""
    platform.follow("alice", scene="issue12")
    result = api.get("/cgi-bin/user/info", openid="alice", lang="zh_CN")

    assert (1, "", "ADD_SCENE_QR_CODE", "issue12", []) == tuple(
        result[key] for key in ("subscribe", "nickname", "subscribe_scene", "qr_scene_str", "tagid_list")
    )
    platform.unfollow("alice")
    assert {"subscribe": 0, "openid": "alice"} == api.get("/cgi-bin/user/info", openid="alice")
    assert 40003 == api.get("/cgi-bin/user/info", openid="nobody")["errcode"]
    assert 41009 == api.get("/cgi-bin/user/info")["errcode"]


def test_a_hundred_at_once(platform: Platform, api: ApiCaller) -> None:
    """batchget accepts up to a hundred openids (K1)."""
    platform.follow("alice")
    one = {"openid": "alice", "lang": "zh_CN"}
    path = "/cgi-bin/user/info/batchget"

    assert ["alice"] == [
        result["openid"] for result in api.post(path, {"user_list": [one]})["user_info_list"]
    ]
    assert 40032 == api.errcode(path, {"user_list": [one] * 101})
    assert 40003 == api.errcode(path, {"user_list": [one, {"openid": "nobody"}]})


def test_remarks(platform: Platform, api: ApiCaller) -> None:
    """A remark is shorter than thirty characters (K1)."""
    platform.follow("alice")
    path = "/cgi-bin/user/info/updateremark"

    assert 0 == api.errcode(path, {"openid": "alice", "remark": "秘书处"})
    assert "秘书处" == api.get("/cgi-bin/user/info", openid="alice")["remark"]
    assert 40035 == api.errcode(path, {"openid": "alice", "remark": "一" * 30})


def test_the_blacklist(platform: Platform, api: ApiCaller) -> None:
    """Up to twenty followers are blacklisted at once, and the blacklist is read in pages (K1)."""
    for name in ("alice", "bob"):
        platform.follow(name)
    path = "/cgi-bin/tags/members"

    assert 0 == api.errcode(f"{path}/batchblacklist", {"openid_list": ["alice", "bob"]})
    assert ["alice", "bob"] == api.post(f"{path}/getblacklist", {"begin_openid": ""})["data"]["openid"]
    assert ["bob"] == api.post(f"{path}/getblacklist", {"begin_openid": "alice"})["data"]["openid"]
    assert 0 == api.errcode(f"{path}/batchunblacklist", {"openid_list": ["alice", "bob"]})
    assert {"total": 0, "count": 0, "next_openid": ""} == api.post(
        f"{path}/getblacklist", {"begin_openid": ""}
    )
    assert 40032 == api.errcode(f"{path}/batchblacklist", {"openid_list": ["alice"] * 21})


def test_changeopenid_knows_no_migration(api: ApiCaller) -> None:
    """changeopenid returns a result for each openid (K1)."""
    result = api.post("/cgi-bin/changeopenid", {"from_appid": "wx0", "openid_list": ["old"]})["result_list"]
    assert [{"ori_openid": "old", "new_openid": "", "err_msg": "ori_openid error"}] == result


def test_tags_are_made_renamed_and_deleted(platform: Platform, api: ApiCaller) -> None:
    """Tag ids start at 100, names are unique and short, and the first three tags belong to the platform (K2, O11)."""
    platform.follow("alice")
    tag = api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})["tag"]
    assert {"id": 100, "name": "会员"} == tag
    assert 45157 == api.errcode("/cgi-bin/tags/create", {"tag": {"name": "会员"}})
    assert 45158 == api.errcode("/cgi-bin/tags/create", {"tag": {"name": "一" * 31}})
    assert 45058 == api.errcode("/cgi-bin/tags/update", {"tag": {"id": 2, "name": "新"}})
    assert 45159 == api.errcode("/cgi-bin/tags/delete", {"tag": {"id": 999}})

    api.post("/cgi-bin/tags/members/batchtagging", {"openid_list": ["alice"], "tagid": 100})
    api.post("/cgi-bin/tags/update", {"tag": {"id": 100, "name": "理事"}})
    assert {"id": 100, "name": "理事", "count": 1} == api.get("/cgi-bin/tags/get")["tags"][-1]
    assert ["alice"] == api.post("/cgi-bin/user/tag/get", {"tagid": 100})["data"]["openid"]
    assert {"tagid_list": [100]} == api.post("/cgi-bin/tags/getidlist", {"openid": "alice"})
    assert 0 == api.errcode("/cgi-bin/tags/delete", {"tag": {"id": 100}})
    assert {"tagid_list": []} == api.post("/cgi-bin/tags/getidlist", {"openid": "alice"})


def test_limits_of_tags(platform: Platform, api: ApiCaller) -> None:
    """An account has at most a hundred tags, a follower at most twenty (K2, O11)."""
    platform.follow("alice")
    for n in range(100):
        assert 0 == api.errcode("/cgi-bin/tags/create", {"tag": {"name": f"标签{n}"}})
    assert 45056 == api.errcode("/cgi-bin/tags/create", {"tag": {"name": "多了"}})

    body = {"openid_list": ["alice"]}
    codes = [api.errcode("/cgi-bin/tags/members/batchtagging", body | {"tagid": 100 + n}) for n in range(21)]
    assert [0] * 20 + [45059] == codes


def test_wrong_openids_among_good_ones(platform: Platform, api: ApiCaller) -> None:
    """45171 lists the failed openids; without a valid one it is 40003, for another account's 49003 (K2)."""
    platform.follow("alice")
    api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})
    second = platform.post("accounts")["app_id"]
    platform.post("followers", {"openid": "foreigner", "account": second})
    path = "/cgi-bin/tags/members/batchtagging"

    partly = api.post(path, {"openid_list": ["alice", "nobody"], "tagid": 100})
    assert (45171, ["nobody"]) == (partly["errcode"], partly["fail_openid_list"])
    assert {"tagid_list": [100]} == api.post("/cgi-bin/tags/getidlist", {"openid": "alice"})
    assert 40003 == api.errcode(path, {"openid_list": ["nobody"], "tagid": 100})
    assert 49003 == api.errcode(path, {"openid_list": ["foreigner"], "tagid": 100})
    assert 40032 == api.errcode(path, {"openid_list": ["alice"] * 51, "tagid": 100})
    assert 45159 == api.errcode(path, {"openid_list": ["alice"], "tagid": 99})


@pytest.mark.platform(virtual=True)
def test_codes_are_scanned(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """A new user follows with qrscene_, a follower scans without it; an expired code has no effect (K3, B2)."""
    body = {
        "expire_seconds": 600,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "issue12"}},
    }
    code = api.post("/cgi-bin/qrcode/create", body)
    assert 600 == code["expire_seconds"]
    platform.post("scan", {"openid": "alice", "ticket": code["ticket"]})
    platform.post("scan", {"openid": "alice", "ticket": code["ticket"]})

    first, second = account_server.received
    assert ("subscribe", "qrscene_issue12") == (first.field("Event"), first.field("EventKey"))
    assert ("SCAN", "issue12", code["ticket"]) == tuple(
        second.field(t) for t in ("Event", "EventKey", "Ticket")
    )
    assert 200 == api.send_raw("GET", f"/cgi-bin/showqrcode?ticket={code['ticket']}").status
    assert 404 == api.send_raw("GET", "/cgi-bin/showqrcode?ticket=none").status
    platform.advance(600)
    with pytest.raises(Exception, match="expired"):
        platform.post("scan", {"openid": "bob", "ticket": code["ticket"]})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 1}}}, 0),
        ({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100_000}}}, 0),
        ({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100_001}}}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "a" * 65}}}, 40053),
        (
            {
                "action_name": "QR_SCENE",
                "expire_seconds": 2_592_001,
                "action_info": {"scene": {"scene_id": 1}},
            },
            40053,
        ),
        ({"action_name": "QR_SCENE"}, 40053),
        ({"action_name": "QR"}, 40052),
    ],
)
def test_scenes_have_limits(api: ApiCaller, body: dict[str, object], code: int) -> None:
    """Scene numbers, names and seconds have limits (K3)."""
    assert code == api.errcode("/cgi-bin/qrcode/create", body)


@pytest.mark.platform(virtual=True)
def test_the_ticket_for_pages(platform: Platform, api: ApiCaller) -> None:
    """The JS-SDK ticket is the same for two hours and comes with errcode 0 (K6)."""
    first = api.get("/cgi-bin/ticket/getticket", type="jsapi")
    platform.advance(1000)
    second = api.get("/cgi-bin/ticket/getticket", type="jsapi")

    assert (0, "ok", 7200) == (first["errcode"], first["errmsg"], first["expires_in"])
    assert (first["ticket"], 6200) == (second["ticket"], second["expires_in"])
    assert 40035 == api.get("/cgi-bin/ticket/getticket", type="poem")["errcode"]


def test_unionid_needs_an_open_platform_account(platform: Platform, api: ApiCaller) -> None:
    """Details have a unionid only if the account is bound to an open platform account (K1)."""
    platform.follow("alice")
    assert "unionid" not in api.get("/cgi-bin/user/info", openid="alice")
    platform.post("reader", {"openid": "alice", "unionid": "oU1"})
    assert "oU1" == api.get("/cgi-bin/user/info", openid="alice")["unionid"]


@pytest.mark.parametrize("scene", SCENES)
def test_every_way_of_following(platform: Platform, api: ApiCaller, scene: str) -> None:
    """subscribe_scene has one of thirteen values (K1)."""
    platform.follow("alice", subscribe_scene=scene)
    assert scene == api.get("/cgi-bin/user/info", openid="alice")["subscribe_scene"]


@pytest.mark.parametrize(
    "error", [{"client": 4}, {"client": "1"}, {"minor": 1}, {"name": 7}, {"openid": "nobody"}]
)
def test_invalid_user_settings(platform: Platform, error: dict[str, object]) -> None:
    """An invalid setting of a user is refused without any change."""
    platform.follow("alice")
    with pytest.raises(ControlError):
        platform.post("reader", {"openid": "alice", "unionid": "oU1"} | error)
    assert "" == platform.post("reader", {"openid": "alice"})["unionid"]
