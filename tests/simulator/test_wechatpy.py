"""An unmodified third-party client works against the simulator: wechatpy, with only its base address changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import APILimitedException, WeChatClientException
from wechatpy.replies import ArticlesReply, create_reply

from tests.simulator.caller import PICTURE
from tests.simulator.office import Office
from wxbot.simulator.pytest_plugin import Platform

REAL = "https://api.weixin.qq.com"


class Redirect(HTTPAdapter):
    """Carries calls for the real platform to the simulated one: some of wechatpy's addresses are fixed in its code."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one request to the other address."""
        request.url = request.url.replace(REAL, self._url)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def wechat(platform: Platform) -> Iterator[Any]:
    """wechatpy's client for the simulator's account."""
    account = platform.running.account
    client = WeChatClient(account.app_id, account.secret)
    client._http.mount(REAL, Redirect(platform.url))
    yield client
    client._http.close()


def test_users_tags_and_menus(platform: Platform, wechat: Any) -> None:
    """N1: the library's groups for users, tags and menus, as they are."""
    platform.follow("alice")

    assert ["alice"] == list(wechat.user.iter_followers())
    assert 1 == wechat.user.get("alice")["subscribe"]
    tag = wechat.tag.create("会员")["id"]
    wechat.tag.tag_user(tag, "alice")
    assert [tag] == wechat.tag.get_user_tag("alice")
    assert wechat.menu.get() is None
    wechat.menu.create({"button": [{"type": "click", "name": "最新", "key": "LATEST"}]})
    assert "最新" == wechat.menu.get()["menu"]["button"][0]["name"]
    assert "最新" == wechat.menu.get_menu_info()["selfmenu_info"]["button"][0]["name"]
    wechat.menu.delete()
    ticket = wechat.qrcode.create(
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "a"}}}
    )
    assert ticket["ticket"]
    assert wechat.jsapi.get_jsapi_ticket()


def test_media_and_material(wechat: Any) -> None:
    """N1 H: uploads in the library's own multipart form, downloads as bytes."""
    temporary = wechat.media.upload("image", ("封面.png", PICTURE, "image/png"))["media_id"]
    assert PICTURE == wechat.media.download(temporary).content
    permanent = wechat.material.add("image", ("封面.png", PICTURE, "image/png"))["media_id"]
    assert 1 == wechat.material.get_count()["image_count"]
    assert permanent == wechat.material.batchget("image")["item"][0]["media_id"]
    assert wechat.media.upload_image(("a.png", PICTURE, "image/png")).startswith("http://mmbiz.qpic.cn/")
    wechat.material.delete(permanent)


def test_messages(platform: Platform, wechat: Any) -> None:
    """N1 E F: customer-service and mass messages, and what the library makes of a refusal."""
    platform.say("alice", "在吗")
    wechat.message.send_text("alice", "在")
    wechat.message.send_articles(
        "alice", [{"title": "一", "description": "二", "url": "http://a", "image": "http://b"}]
    )
    assert ["text", "text", "news"] == [one["type"] for one in platform.inbox("alice")]
    with pytest.raises(WeChatClientException, match="40003"):
        wechat.message.send_text("nobody", "在")

    job = wechat.message.send_mass_text(None, "各位好", is_to_all=True)
    assert "SENDING" == wechat.message.get_mass(job["msg_id"])["msg_status"]
    platform.post("quotas", {"path": "/cgi-bin/user/get", "limit": 0})
    with pytest.raises(APILimitedException):
        wechat.user.get_followers()


def test_a_stale_token_is_renewed(platform: Platform, wechat: Any) -> None:
    """N2 D: after a revocation the library fetches another token and repeats the call."""
    wechat.user.get_followers()
    platform.post("tokens/revoke")
    assert 0 == wechat.user.get_followers()["total"]


@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_callbacks(platform: Platform, office: Office, mode: str) -> None:
    """N2 A C: the library opens what the simulator seals, and the simulator what the library seals."""
    account = platform.running.account
    platform.configure(mode=mode)
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)

    def answer(asked: Any) -> bytes:
        body = asked.body
        if mode == "safe":
            query = asked.query
            body = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(body)
        reply = ArticlesReply(message=message) if message.content == "芯片" else create_reply("没有", message)
        if message.content == "芯片":
            reply.add_article(
                {"title": "第12期", "description": "摘要", "image": "", "url": "https://example.org/12"}
            )
        rendered = reply.render()
        sent: str = crypto.encrypt_message(rendered, "7", "1793000001") if mode == "safe" else rendered
        return sent.encode()

    office.answer = answer
    assert "第12期" == platform.say("alice", "芯片")["shown"]["articles"][0]["title"]
    assert "没有" == platform.say("alice", "光刻")["shown"]["content"]
    assert json.dumps(platform.callbacks())
