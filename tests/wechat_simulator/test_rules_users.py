"""Further rules of sections K and L: followers, tags, codes, menus, kinds of accounts."""

import datetime as dt

import pytest

from tests.wechat_simulator.account_server import AccountServer, news_reply
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.follower_registry import FollowerRecord
from wechat_simulator.pytest_plugin import Platform
from wechat_simulator.rights import KINDS

CREATE = "/cgi-bin/menu/create"
BUTTON = {"type": "click", "name": "最新", "key": "LATEST"}
TAGGING = "/cgi-bin/tags/members/batchtagging"


def create_followers(platform: Platform, size: int) -> list[str]:
    """Add `size` followers and return their openids."""
    platform.crowd(size)
    return list(platform.get("followers", limit=size)["openids"])


def test_a_thousand_of_the_blacklist_a_page(platform: Platform, api: ApiCaller) -> None:
    """The 1,001st blacklisted follower is on the second page (K1)."""
    openids = create_followers(platform, 1001)
    for start in range(0, len(openids), 20):
        api.post("/cgi-bin/tags/members/batchblacklist", {"openid_list": openids[start : start + 20]})
    path = "/cgi-bin/tags/members/getblacklist"
    first = api.post(path, {"begin_openid": ""})
    second = api.post(path, {"begin_openid": first["next_openid"]})
    assert (1001, 1000, 1) == (first["total"], first["count"], second["count"])
    assert set(openids) == {*first["data"]["openid"], *second["data"]["openid"]}


def test_the_way_of_following_is_reported(platform: Platform, api: ApiCaller) -> None:
    """subscribe_scene names a scene code, or search for a follower without one (K1)."""
    platform.follow("alice", scene="issue12")
    platform.follow("bob")
    scenes = [api.get("/cgi-bin/user/info", openid=name)["subscribe_scene"] for name in ("alice", "bob")]
    assert ["ADD_SCENE_QR_CODE", "ADD_SCENE_SEARCH"] == scenes


def test_a_tag_of_many_cannot_be_deleted(platform: Platform, api: ApiCaller) -> None:
    """Deleting a tag with more than a hundred thousand followers is 45057 (K2)."""
    tag = api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})["tag"]["id"]
    followers = platform.running.state.followers
    followers.add_crowd(100_001, 0.0)
    for number in range(100_001):
        openid = followers.openid(number)
        followers.by_openid[openid] = FollowerRecord(openid, number, subscribed=True, tags=[tag])
    assert 45057 == api.errcode("/cgi-bin/tags/delete", {"tag": {"id": tag}})
    api.post("/cgi-bin/tags/members/batchuntagging", {"openid_list": [followers.openid(0)], "tagid": tag})
    assert 0 == api.errcode("/cgi-bin/tags/delete", {"tag": {"id": tag}})


def test_a_tag_is_taken_away(platform: Platform, api: ApiCaller) -> None:
    """Fifty followers can be untagged at once; a follower without the tag stays unchanged (K2)."""
    openids = create_followers(platform, 50)
    tag = api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})["tag"]["id"]
    body = {"openid_list": openids, "tagid": tag}
    assert [0, 0] == [api.errcode(TAGGING, body), api.errcode("/cgi-bin/tags/members/batchuntagging", body)]
    assert {"count": 0, "next_openid": ""} == api.post("/cgi-bin/user/tag/get", {"tagid": tag})
    assert 0 == api.errcode("/cgi-bin/tags/members/batchuntagging", body)


@pytest.mark.parametrize(
    ("action", "scene", "code"),
    [
        ("QR_SCENE", {"scene_id": 2**32 - 1}, 0),
        ("QR_SCENE", {"scene_id": 2**32}, 40053),
        ("QR_SCENE", {"scene_id": 0}, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 0}, 40053),
        ("QR_STR_SCENE", {"scene_str": "a" * 64}, 0),
        ("QR_STR_SCENE", {"scene_str": ""}, 40053),
        ("QR_LIMIT_STR_SCENE", {"scene_str": "a"}, 0),
        ("QR_LIMIT_STR_SCENE", {"scene_id": 1}, 40053),
    ],
)
def test_bounds_of_scenes(api: ApiCaller, action: str, scene: dict[str, object], code: int) -> None:
    """Scene numbers have 32 bits or at most 100,000, scene names at most 64 characters (K3)."""
    assert code == api.errcode(
        "/cgi-bin/qrcode/create", {"action_name": action, "action_info": {"scene": scene}}
    )


@pytest.mark.platform(virtual=True)
def test_a_code_lasts_a_minute_unless_told(platform: Platform, api: ApiCaller) -> None:
    """A temporary code lasts a minute by default; a permanent one does not expire (K3)."""
    scene = {"action_info": {"scene": {"scene_id": 7}}}
    short = api.post("/cgi-bin/qrcode/create", scene | {"action_name": "QR_SCENE"})
    lasting = api.post("/cgi-bin/qrcode/create", scene | {"action_name": "QR_LIMIT_SCENE"})
    assert (60, None) == (short["expire_seconds"], lasting.get("expire_seconds"))
    platform.advance(60)
    with pytest.raises(Exception, match="expired"):
        platform.post("scan", {"openid": "alice", "ticket": short["ticket"]})
    platform.advance(90 * 86400)
    assert platform.post("scan", {"openid": "alice", "ticket": lasting["ticket"]})["attempts"] == []


def test_permanent_codes_are_a_hundred_thousand(platform: Platform, api: ApiCaller) -> None:
    """The next permanent code is refused; temporary ones are not counted (K3)."""
    body = {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    assert "ticket" in api.post("/cgi-bin/qrcode/create", body)
    lasting = {"scene": 1, "expires": 0}
    platform.running.state.qrcodes.update({f"t{n}": lasting for n in range(99_999)})
    assert 40053 == api.errcode("/cgi-bin/qrcode/create", body)
    assert 0 == api.errcode("/cgi-bin/qrcode/create", body | {"action_name": "QR_SCENE"})


def test_deleting_the_menu_deletes_personal_ones(platform: Platform, api: ApiCaller) -> None:
    """Deleting the menu also deletes the conditional menus (K4)."""
    platform.follow("alice")
    api.post("/cgi-bin/tags/create", {"tag": {"name": "会员"}})
    api.post(TAGGING, {"openid_list": ["alice"], "tagid": 100})
    api.post("/cgi-bin/menu/create", {"button": [BUTTON]})
    api.post(
        "/cgi-bin/menu/addconditional",
        {"button": [BUTTON | {"name": "会员"}], "matchrule": {"tag_id": "100"}},
    )
    assert "会员" == platform.get("menu", openid="alice")["button"][0]["name"]
    assert 0 == api.get("/cgi-bin/menu/delete")["errcode"]
    assert [] == platform.get("menu", openid="alice")["button"]


@pytest.mark.platform(virtual=True)
def test_every_type_of_button(platform: Platform, api: ApiCaller) -> None:
    """Each type of button needs its field, at the top level and below (K4)."""
    submitted = api.post("/cgi-bin/freepublish/submit", {"media_id": api.draft()})
    platform.advance(2)
    article_id = api.post("/cgi-bin/freepublish/get", submitted)["article_id"]
    keyed = "click scancode_push scancode_waitmsg pic_sysphoto pic_photo_or_album pic_weixin location_select"
    needs: dict[str, dict[str, str]] = {kind: {"key": "K"} for kind in keyed.split()}
    needs |= {"view": {"url": "https://example.org/"}}
    needs |= {"media_id": {"media_id": api.cover()}, "view_limited": {"media_id": api.cover()}}
    needs |= {kind: {"article_id": article_id} for kind in ("article_id", "article_view_limited")}
    needs |= {"miniprogram": {"appid": "wx0", "pagepath": "p", "url": "https://example.org/"}}
    for kind, fields in needs.items():
        button = {"type": kind, "name": "按"}
        below = {"button": [{"name": "更多", "sub_button": [button | fields]}]}
        assert [0, 0] == [api.errcode(CREATE, body) for body in ({"button": [button | fields]}, below)]
        assert 0 != api.errcode(CREATE, {"button": [button]})


SPANS = {
    7: "getusersummary getusercumulate getupstreammsg",
    1: "getarticlesummary getarticletotal getuserread getuserreadhour getusershare getusersharehour getarticleread"
    " getarticleshare getarticletotaldetail getupstreammsghour getupstreammsgweek getupstreammsgmonth"
    " getinterfacesummaryhour",
    15: "getupstreammsgdist getupstreammsgdistweek getupstreammsgdistmonth",
    30: "getbizsummary getinterfacesummary",
}


@pytest.mark.platform(virtual=True, start=1_794_801_600.0)
def test_every_report_has_its_longest_span(api: ApiCaller) -> None:
    """Each report accepts its longest span of days and refuses one more day (K5)."""
    last = dt.date(2026, 11, 10)
    for days, names in SPANS.items():
        for name in names.split():
            spans = (str(last - dt.timedelta(days=days - 1)), str(last - dt.timedelta(days=days)))
            codes = [
                api.errcode(f"/datacube/{name}", {"begin_date": one, "end_date": str(last)}) for one in spans
            ]
            assert [0, 61501] == codes, name


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_receives_and_answers(
    platform: Platform, account_server: AccountServer, kind: str
) -> None:
    """Every kind of account receives messages and events and can reply with cards and tap-to-send lines (L)."""
    platform.configure(kind=kind)
    account_server.answer = lambda callback: news_reply(callback, 1)
    assert "news" == platform.follow("alice")["shown"]["type"]
    assert "news" == platform.event("alice", "CLICK", "LATEST")["shown"]["type"]
    account_server.say('<a href="weixin://bizmsgmenu?msgmenucontent=第12期&msgmenuid=12">第12期</a>')
    assert "bizmsgmenu" in platform.say("alice", "芯片")["shown"]["content"]
    assert [1, 1, 1] == [len(one["attempts"]) for one in platform.callbacks()]
