"""The npm clients co-wechat-api and wechat-api and the npm server `wechat`, unmodified but for their base address."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wechat_simulator.api_caller import PICTURE
from tests.wechat_simulator.clients.install import HERE, node_modules
from tests.wechat_simulator.clients.remote import ClientError, Remote
from tests.wechat_simulator.test_media import MP4
from wechat_simulator.pytest_plugin import Platform

pytestmark = [
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs Node.js with npm"),
    pytest.mark.platform(virtual=True, mass_delay=2.0),
]

MENU = {"button": [{"type": "click", "name": "最新", "key": "LATEST"}]}
CARD = {
    "title": "第12期",
    "description": "摘要",
    "url": "https://example.org/",
    "picurl": "https://example.org/p",
}


@pytest.fixture(params=["co-wechat-api", "wechat-api"])
def library(request: pytest.FixtureRequest) -> str:
    """Return the name of a client library."""
    return str(request.param)


@pytest.fixture
def wechat(platform: Platform, library: str) -> Iterator[Remote]:
    """Start the library's client for the platform's account."""
    account = platform.running.account
    command = ["node", str(HERE / "client.js"), library, platform.url, account.app_id, account.secret]
    client = Remote(command, {"NODE_PATH": str(node_modules())})
    yield client
    client.close()


@pytest.fixture
def cover(tmp_path: Path) -> str:
    """Write a picture to a file, because these libraries upload files."""
    path = tmp_path / "cover.png"
    path.write_bytes(PICTURE)
    return str(path)


def errcode_of(wechat: Remote, name: str, *args: object) -> int | None:
    """Return the errcode with which a call fails."""
    with pytest.raises(ClientError) as result:
        wechat.call(name, *args)
    assert "WeChatAPIError" == result.value.name
    return result.value.errcode


def create_draft(wechat: Remote, cover: str) -> str:
    """Create a draft and return its media_id."""
    thumb = wechat.call("uploadMaterial", cover, "image")["media_id"]
    articles = [{"title": "第12期", "content": "<section>要闻</section>", "thumb_media_id": thumb}]
    return str(wechat.call("addDraft", articles)["media_id"])


def test_tokens(platform: Platform, wechat: Remote, library: str) -> None:
    """The first call fetches a token; co-wechat-api replaces a revoked one, wechat-api reports 40001 (D)."""
    assert wechat.call("getIp")["ip_list"]
    assert wechat.call("getIp")["ip_list"]
    assert 1 == len(platform.calls("/cgi-bin/token"))
    platform.post("tokens/revoke")
    if library == "wechat-api":
        assert 40001 == errcode_of(wechat, "getIp")
    else:
        assert wechat.call("getIp")["ip_list"]


def test_followers(platform: Platform, wechat: Remote) -> None:
    """List, details, batch details and remarks work; an unknown openid is 40003 (K1)."""
    platform.crowd(2)
    platform.follow("alice")
    page = wechat.call("getFollowers", "")
    assert (3, "alice") == (page["total"], page["next_openid"])
    wechat.call("updateRemark", "alice", "理事")
    assert "理事" == wechat.call("getUser", "alice")["remark"]
    assert ["alice"] == [one["openid"] for one in wechat.call("batchGetUsers", ["alice"])["user_info_list"]]
    assert 40003 == errcode_of(wechat, "getUser", "nobody")


def test_tags(platform: Platform, wechat: Remote, library: str) -> None:
    """Tags can be created, assigned, listed and deleted by either library (K2)."""
    create, give, of_one, members = {
        "co-wechat-api": ("createTags", "batchTagging", "getIdList", "getUsersFromTag"),
        "wechat-api": ("createTag", "membersBatchtagging", "getUserTags", "getTagUsers"),
    }[library]
    platform.follow("alice")
    tag = wechat.call(create, "会员")["tag"]["id"]
    wechat.call(give, *((["alice"], tag) if library == "co-wechat-api" else (tag, ["alice"])))
    assert [tag] == wechat.call(of_one, "alice")["tagid_list"]
    assert ["alice"] == wechat.call(members, tag, "")["data"]["openid"]
    assert {"id": tag, "name": "会员", "count": 1} in wechat.call("getTags")["tags"]
    wechat.call("deleteTag", tag)
    assert 45159 == errcode_of(wechat, members, tag, "")


def test_menus(platform: Platform, wechat: Remote) -> None:
    """Menus can be created, read in both formats and deleted; none is 46003, too many buttons are 40016 (K4)."""
    assert 46003 == errcode_of(wechat, "getMenu")
    wechat.call("createMenu", MENU)
    assert "最新" == wechat.call("getMenu")["menu"]["button"][0]["name"]
    assert "最新" == wechat.call("getMenuConfig")["selfmenu_info"]["button"][0]["name"]
    assert "最新" == platform.get("menu")["button"][0]["name"]
    wechat.call("removeMenu")
    assert 40016 == errcode_of(wechat, "createMenu", {"button": MENU["button"] * 4})


def test_media(wechat: Remote, cover: str, tmp_path: Path) -> None:
    """Files are uploaded and downloaded unchanged, and a video has its description (H)."""
    temporary = wechat.call("uploadMedia", cover, "image")["media_id"]
    permanent = wechat.call("uploadMaterial", cover, "image")["media_id"]
    assert PICTURE == wechat.call("getMedia", temporary)
    assert PICTURE == wechat.call("getMaterial", permanent)
    assert wechat.call("uploadImage", cover)["url"].startswith("http://mmbiz.qpic.cn/")
    assert "cover.png" == wechat.call("getMaterials", "image", 0, 20)["item"][0]["name"]
    (tmp_path / "talk.mp4").write_bytes(MP4)
    description = {"title": "年会", "introduction": "回顾"}
    video = wechat.call("uploadVideoMaterial", str(tmp_path / "talk.mp4"), description)["media_id"]
    counted = wechat.call("getMaterialCount")
    assert (1, 1) == (counted["image_count"], counted["video_count"])
    wechat.call("removeMaterial", video)
    assert 40007 == errcode_of(wechat, "removeMaterial", video)


def test_customer_service_messages(platform: Platform, wechat: Remote, cover: str) -> None:
    """Five messages reach a user who wrote; the sixth is 45047, an unknown openid 40003 (E)."""
    platform.say("alice", "在吗")
    image = wechat.call("uploadMedia", cover, "image")["media_id"]

    wechat.call("sendText", "alice", "在")
    wechat.call("sendImage", "alice", image)
    wechat.call("sendNews", "alice", [CARD])
    wechat.call("sendMpNews", "alice", create_draft(wechat, cover))
    wechat.call(
        "sendMusic", "alice", {"title": "一", "musicurl": "https://example.org/a", "thumb_media_id": image}
    )
    kinds = [one["type"] for one in platform.inbox("alice") if one["via"] == "customer"]
    assert ["text", "image", "news", "mpnews", "music"] == kinds
    assert 45047 == errcode_of(wechat, "sendText", "alice", "还在吗")
    assert 40003 == errcode_of(wechat, "sendText", "nobody", "在吗")


def test_an_issue_goes_out(platform: Platform, wechat: Remote, cover: str) -> None:
    """An issue is drafted, previewed, sent, queried and deleted (G1, F)."""
    platform.follow("alice")
    draft = create_draft(wechat, cover)
    wechat.call("previewNews", "alice", draft)
    sent = wechat.call("massSendNews", draft, True)
    assert "SENDING" == wechat.call("getMassMessageStatus", sent["msg_id"])["msg_status"]
    platform.advance(2)
    assert "SEND_SUCCESS" == wechat.call("getMassMessageStatus", sent["msg_id"])["msg_status"]
    assert ["preview", "mass"] == [one["via"] for one in platform.inbox("alice")]
    assert 40007 == errcode_of(wechat, "previewNews", "alice", draft)
    wechat.call("deleteMass", sent["msg_id"])
    assert platform.inbox("alice")[1]["articles"][0]["deleted"]


def test_one_text_to_a_list(platform: Platform, wechat: Remote) -> None:
    """A text goes to two or more openids; one is 40130 (F1)."""
    for one in ("alice", "bob"):
        platform.follow(one)
    wechat.call("massSendText", "两位好", ["alice", "bob"])
    platform.advance(2)
    assert ["两位好"] == [one["content"] for one in platform.inbox("bob")]
    assert 40130 == errcode_of(wechat, "massSendText", "一位好", ["alice"])


@pytest.mark.parametrize("library", ["co-wechat-api"], indirect=True)
def test_a_clientmsgid_prevents_a_second_sending(platform: Platform, wechat: Remote) -> None:
    """co-wechat-api passes on the clientmsgid, and a repetition within a day is 45065 (F4)."""
    wechat.call("massSendText", "各位好", True, "issue-12")
    platform.advance(61)
    assert 45065 == errcode_of(wechat, "massSendText", "各位好", True, "issue-12")


def test_codes_and_tickets(platform: Platform, wechat: Remote) -> None:
    """A numbered scene code and the JS-SDK ticket can be created (K3, K6)."""
    ticket = wechat.call("createLimitQRCode", 7)["ticket"]
    platform.post("scan", {"openid": "alice", "ticket": ticket})
    assert 7 == wechat.call("getUser", "alice")["qr_scene"]
    config = wechat.call("getJsConfig", {"url": "https://example.org/", "jsApiList": []})
    assert 40 == len(config["signature"])


def test_templates(platform: Platform, wechat: Remote, library: str) -> None:
    """A template message arrives; an unknown template is 40037 (J1)."""
    platform.follow("alice")
    platform.post("templates", {"template_id": "T", "title": "活动提醒", "keys": ["thing1"]})
    link, data = "https://example.org/", {"thing1": {"value": "年会"}}
    between = (link, "#000000") if library == "co-wechat-api" else (link,)
    wechat.call("sendTemplate", "alice", "T", *between, data)
    assert "年会" in platform.inbox("alice")[0]["content"]
    assert ["T"] == [one["template_id"] for one in wechat.call("getAllPrivateTemplate")["template_list"]]
    assert 40037 == errcode_of(wechat, "sendTemplate", "alice", "unknown", *between, data)


def test_trouble_is_an_error(platform: Platform, wechat: Remote) -> None:
    """A busy platform is -1, and a failing gateway is an error as well (0, O12)."""
    wechat.call("getIp")
    platform.fault("/cgi-bin/getcallbackip", "errcode", errcode=-1, times=1)
    assert -1 == errcode_of(wechat, "getIp")
    platform.fault("/cgi-bin/getcallbackip", "html", times=1)
    with pytest.raises(ClientError):
        wechat.call("getIp")


@pytest.fixture
def server(platform: Platform) -> Iterator[None]:
    """Start an account's server made with `wechat` and set it as the callback URL."""
    account = platform.running.account
    command = ["node", str(HERE / "server.js"), account.token, account.app_id, account.aes_key]
    process = subprocess.Popen(
        command,
        env=os.environ | {"NODE_PATH": str(node_modules())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    platform.configure(callback=f"http://127.0.0.1:{process.stdout.readline().strip()}/")
    yield
    process.communicate("", timeout=10)


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_as_the_account_s_server(platform: Platform, server: None, mode: str) -> None:
    """In each mode the server decrypts the simulator's callbacks, and the simulator the server's replies (A, B, C)."""
    platform.configure(mode=mode)
    assert platform.post("verify")["verified"]
    assert "text 你好" == platform.say("alice", "你好")["shown"]["content"]
    assert "https://example.org/12" == platform.say("alice", "第12期")["shown"]["articles"][0]["url"]
    assert 8 == len(platform.event("alice", "CLICK", "ALL")["shown"]["articles"])
    assert "subscribe qrscene_issue12" == platform.follow("bob", scene="issue12")["shown"]["content"]
    assert "image" == platform.send("alice", "image")["shown"]["type"]
    assert "location 上海市黄浦区" == platform.send("alice", "location")["shown"]["content"]
    assert platform.say("alice", "人工")["shown"] is None
    # The eighth, of the conversation that staff took over, comes by itself.
    assert {7, 8} >= {len(platform.callbacks())}
    assert not any(one["fault"] for one in platform.callbacks())
