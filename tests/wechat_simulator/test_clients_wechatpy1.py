"""wechatpy 1.8.18, unmodified but for its base address."""

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.events import SubscribeScanEvent
from wechatpy.exceptions import APILimitedException, WeChatClientException
from wechatpy.replies import ArticlesReply, ImageReply, create_reply
from wechatpy.utils import check_signature

from tests.wechat_simulator.account_server import AccountServer, ReceivedCallback
from tests.wechat_simulator.api_caller import PICTURE, ApiCaller
from tests.wechat_simulator.clients.redirect import REAL, Redirect
from wechat_simulator.pytest_plugin import Platform

READER = (
    "oBul1etinReader0000000000001"  # the library takes an openid for a wx name unless it has 28 characters
)
MENU = {"button": [{"type": "click", "name": "最新", "key": "LATEST"}]}
VERSION = "1.8.18"


@pytest.fixture
def wechat(platform: Platform) -> Iterator[Any]:
    """Return the library's client for the platform's account."""
    account = platform.running.account
    client = WeChatClient(account.app_id, account.secret)
    client._http.mount(REAL, Redirect(platform.url))
    yield client
    client._http.close()


def picture() -> tuple[str, io.BytesIO, str]:
    """Return an open file with a Chinese name, as the library expects it."""
    return "封面.png", io.BytesIO(PICTURE), "image/png"


def test_tokens_are_fetched_and_renewed(platform: Platform, wechat: Any) -> None:
    """The first call fetches a token, a revoked one is replaced, and each call has it in the query (D, N2)."""
    assert 0 == wechat.user.get_followers()["total"]
    first = wechat.access_token
    platform.post("tokens/revoke")
    assert 0 == wechat.user.get_followers()["total"]
    assert first != wechat.access_token
    assert 2 == len(platform.calls("/cgi-bin/token"))


def test_a_wrong_secret_is_an_exception(platform: Platform) -> None:
    """The library raises its own exception for 40125 (D)."""
    client = WeChatClient(platform.account["app_id"], "0" * 32)
    client._http.mount(REAL, Redirect(platform.url))
    with pytest.raises(WeChatClientException) as result:
        client.user.get_followers()
    assert 40125 == result.value.errcode


def test_followers(platform: Platform, wechat: Any) -> None:
    """List, details, batch details and remarks work (K1)."""
    platform.crowd(10_002)
    platform.follow(READER)

    assert 10_003 == len(list(wechat.user.iter_followers()))
    wechat.user.update_remark(READER, "理事")
    assert (1, "理事") == tuple(wechat.user.get(READER)[key] for key in ("subscribe", "remark"))
    assert [READER] == [one["openid"] for one in wechat.user.get_batch([READER])]
    with pytest.raises(WeChatClientException) as result:
        wechat.user.get("nobody")
    assert 40003 == result.value.errcode


def test_tags(platform: Platform, wechat: Any) -> None:
    """Tags can be created, assigned, listed and removed (K2)."""
    platform.follow(READER)
    tag = wechat.tag.create("会员")["id"]

    wechat.tag.tag_user(tag, READER)
    assert [tag] == wechat.tag.get_user_tag(READER)
    assert [READER] == list(wechat.tag.iter_tag_users(tag))
    wechat.tag.update(tag, "理事")
    wechat.tag.untag_user(tag, [READER])
    assert {"id": tag, "name": "理事", "count": 0} in wechat.tag.get()
    wechat.tag.delete(tag)
    assert tag not in [one["id"] for one in wechat.tag.get()]


def test_menus(platform: Platform, wechat: Any) -> None:
    """Menus can be created, shown, personalised and deleted; the library returns None for none (K4)."""
    platform.follow(READER)
    assert wechat.menu.get() is None

    wechat.menu.create(MENU)
    assert "最新" == wechat.menu.get()["menu"]["button"][0]["name"]
    assert "最新" == wechat.menu.get_menu_info()["selfmenu_info"]["button"][0]["name"]
    tag = wechat.tag.create("会员")["id"]
    wechat.tag.tag_user(tag, READER)
    members = {"button": [{"type": "view", "name": "会员", "url": "https://example.org/"}]}
    menu_id = wechat.menu.add_conditional(members | {"matchrule": {"tag_id": str(tag)}})["menuid"]
    assert "会员" == wechat.menu.try_match(READER)["button"][0]["name"]
    wechat.menu.del_conditional(menu_id)
    assert "最新" == platform.get("menu", openid=READER)["button"][0]["name"]
    wechat.menu.delete()
    assert wechat.menu.get() is None


def test_media_and_material(wechat: Any) -> None:
    """Open files are uploaded and downloaded unchanged (H)."""
    temporary = wechat.media.upload("image", picture())["media_id"]
    assert PICTURE == wechat.media.download(temporary).content
    permanent = wechat.material.add("image", picture())["media_id"]
    assert 1 == wechat.material.get_count()["image_count"]
    assert "封面.png" == wechat.material.batchget("image")["item"][0]["name"]
    assert PICTURE == wechat.material.get(permanent).content
    assert wechat.media.upload_image(picture()).startswith("http://mmbiz.qpic.cn/")
    wechat.material.delete(permanent)
    with pytest.raises(WeChatClientException) as result:
        wechat.material.get(permanent)
    assert 40007 == result.value.errcode


def test_customer_service_messages(platform: Platform, wechat: Any) -> None:
    """Five messages of each type arrive; the sixth is 45047, and a silent user is 45015 (E)."""
    platform.say(READER, "在吗")
    image = wechat.media.upload("image", picture())["media_id"]
    card = {
        "title": "第12期",
        "description": "摘要",
        "url": "https://example.org/",
        "image": "https://example.org/p",
    }
    choice = {
        "head_content": "要看哪期？",
        "list": [{"id": "12", "content": "第12期"}],
        "tail_content": "请选",
    }

    wechat.message.send_text(READER, "在")
    wechat.message.send_image(READER, image)
    wechat.message.send_articles(READER, [card])
    wechat.message.send_music(READER, "https://example.org/a", "https://example.org/b", image)
    wechat.message.send_msg_menu(READER, choice)
    assert ["text", "image", "news", "music", "msgmenu"] == [
        one["type"] for one in platform.inbox(READER)[1:]
    ]
    assert [45047, 45015] == [errcode_of_text(wechat, one) for one in (READER, silent(platform))]


def errcode_of_text(wechat: Any, openid: str) -> int:
    """Return the errcode with which a text is refused."""
    with pytest.raises(WeChatClientException) as result:
        wechat.message.send_text(openid, "还在吗")
    return int(result.value.errcode)


def silent(platform: Platform) -> str:
    """Create a follower who has been silent for two days."""
    platform.follow("bob", hours_ago=49)
    return "bob"


@pytest.mark.platform(virtual=True, mass_delay=2.0)
def test_an_issue_goes_out_once(platform: Platform, wechat: Any, account_server: AccountServer) -> None:
    """An issue is drafted, previewed and sent; its repeated key is 45066, later 45065 with the msg_id (G1, F)."""
    platform.follow(READER)
    cover = wechat.material.add("image", picture())["media_id"]
    articles = [{"title": "第12期", "content": "<section>要闻</section>", "thumb_media_id": cover}]
    draft = wechat.post("draft/add", data={"articles": articles})["media_id"]
    send = {"is_to_all": True, "client_msg_id": "issue-12"}

    wechat.message.send_mass_article(READER, draft, preview=True)
    sent = wechat.message.send_mass_article(None, draft, **send)
    assert (45066, None) == send_again(wechat, draft, send)
    assert "SENDING" == wechat.message.get_mass(sent["msg_id"])["msg_status"]
    platform.advance(61)
    assert (45065, sent["msg_id"]) == send_again(wechat, draft, send)
    assert "SEND_SUCCESS" == wechat.message.get_mass(sent["msg_id"])["msg_status"]
    assert ["preview", "mass"] == [one["via"] for one in platform.inbox(READER) if one["type"] == "mpnews"]
    (finished,) = account_server.events("MASSSENDJOBFINISH")
    assert "send success" == parse_message(finished.body)._data["Status"]
    wechat.message.delete_mass(sent["msg_id"])
    assert platform.inbox(READER)[-1]["articles"][0]["deleted"]


def send_again(wechat: Any, draft: str, send: dict[str, Any]) -> tuple[int, int | None]:
    """Send again; return the errcode and the msg_id in the library's exception."""
    with pytest.raises(WeChatClientException) as result:
        wechat.message.send_mass_article(None, draft, **send)
    return int(result.value.errcode), result.value.response.json().get("msg_id")


def test_templates(platform: Platform, wechat: Any) -> None:
    """A template is added from the library, sent, listed and deleted (J1)."""
    platform.follow(READER)
    template = {"template_id": "T", "title": "活动提醒", "keys": ["thing1", "time2"]}
    platform.post("templates", template)

    data = {"thing1": {"value": "年会"}, "time2": {"value": "2026-12-01 09:00"}}
    assert wechat.message.send_template(READER, "T", data, url="https://example.org/")["msgid"]
    assert "年会" in platform.inbox(READER)[0]["content"]
    assert ["T"] == [
        one["template_id"] for one in wechat.template.get_all_private_template()["template_list"]
    ]
    wechat.template.set_industry(1, 2)
    assert wechat.template.get_industry()["primary_industry"]
    wechat.template.del_private_template("T")
    with pytest.raises(WeChatClientException) as result:
        wechat.message.send_template(READER, "T", data)
    assert 40037 == result.value.errcode


def test_codes_tickets_addresses_and_figures(platform: Platform, wechat: Any) -> None:
    """Codes, JS-SDK tickets, the platform's addresses and statistics work (K3, K5, K6, D)."""
    scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "issue12"}}}
    platform.post("scan", {"openid": READER, "ticket": wechat.qrcode.create(scene)["ticket"]})

    assert "issue12" == wechat.user.get(READER)["qr_scene_str"]
    ticket = wechat.jsapi.get_jsapi_ticket()
    assert 40 == len(wechat.jsapi.get_jsapi_signature("n", ticket, 1, "https://example.org/"))
    assert wechat.misc.get_wechat_ips()
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 3 * 86400))
    assert day == wechat.datacube.get_user_cumulate(day, day)[0]["ref_date"]


def test_quotas_and_gateway_errors_are_exceptions(platform: Platform, wechat: Any) -> None:
    """A used-up quota has its own exception; a failing gateway has one without errcode (0, O12)."""
    wechat.user.get_followers()
    platform.post("quotas", {"path": "/cgi-bin/user/get", "limit": 0})
    with pytest.raises(APILimitedException):
        wechat.user.get_followers()
    platform.fault("/cgi-bin/tags/get", "html")
    with pytest.raises(WeChatClientException) as result:
        wechat.tag.get()
    assert result.value.errcode is None


class Server:
    """An account's server as the library's documentation shows it."""

    def __init__(self, platform: Platform) -> None:
        account = platform.running.account
        self.token = account.token
        self.crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
        self.messages: list[Any] = []

    def __call__(self, callback: ReceivedCallback) -> bytes:
        """Answer one callback."""
        query, signed = callback.query, (callback.query["timestamp"], callback.query["nonce"])
        check_signature(self.token, query["signature"], *signed)
        if "msg_signature" not in query:
            return bytes(self.reply(callback.body).encode())
        plain = self.crypto.decrypt_message(callback.body, query["msg_signature"], *signed)
        return bytes(
            self.crypto.encrypt_message(self.reply(plain), query["nonce"], query["timestamp"]).encode()
        )

    def reply(self, plain: str) -> Any:
        """Return cards for 芯片, a picture for a picture, else the type of the message."""
        message = parse_message(plain)
        self.messages.append(message)
        if message.type == "image":
            return ImageReply(message=message, media_id=message.media_id).render()
        if getattr(message, "content", "") != "芯片":
            return create_reply(getattr(message, "event", message.type), message).render()
        reply = ArticlesReply(message=message)
        reply.add_article(
            {"title": "第12期", "description": "摘要", "image": "", "url": "https://example.org/12"}
        )
        return reply.render()


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_as_the_account_s_server(platform: Platform, account_server: AccountServer, mode: str) -> None:
    """In each mode the library and the simulator decrypt each other's messages (A, B, C)."""
    platform.configure(mode=mode)
    account_server.answer = server = Server(platform)

    assert "第12期" == platform.say(READER, "芯片")["shown"]["articles"][0]["title"]
    assert "text" == platform.say(READER, "光刻")["shown"]["content"]
    assert "image" == platform.send(READER, "image")["shown"]["type"]
    assert "location" == platform.send(READER, "location")["shown"]["content"]
    assert "click" == platform.event(READER, "CLICK", "LATEST")["shown"]["content"]
    assert "subscribe_scan" == platform.follow("bob", scene="issue12")["shown"]["content"]
    assert isinstance(server.messages[-1], SubscribeScanEvent)
    assert "issue12" == server.messages[-1].scene_id
    assert [1] * 6 == [len(one["attempts"]) for one in platform.callbacks()]


def test_the_url_is_verified(platform: Platform, account_server: AccountServer) -> None:
    """The library accepts the signature of the verification GET (A1)."""
    assert platform.post("verify")["verified"]
    query = account_server.received[0].query
    signed = query["signature"], query["timestamp"], query["nonce"]
    assert check_signature(platform.account["token"], *signed) is None


def test_literal_utf8_is_stored_unchanged(api: ApiCaller, wechat: Any) -> None:
    """The library sends literal UTF-8, so texts are stored unchanged (0)."""
    draft = api.draft(title="一" * 64)
    assert "一" * 64 == wechat.post("draft/get", data={"media_id": draft})["news_item"][0]["title"]
