"""wechatpy 2.0.0a26, which supports drafts and publication, unmodified but for its base address."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.wechat_simulator.account_server import AccountServer, ReceivedCallback
from tests.wechat_simulator.api_caller import PICTURE
from tests.wechat_simulator.clients.install import wechatpy_2
from tests.wechat_simulator.clients.remote import ClientError, Remote
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, mass_delay=2.0, publish_delay=2.0)

READER = (
    "oBul1etinReader0000000000001"  # the library takes an openid for a wx name unless it has 28 characters
)
MODULE = "tests.wechat_simulator.clients.wechatpy_2"
BUTTON = {"type": "click", "name": "最新", "key": "LATEST"}


@pytest.fixture
def wechat(platform: Platform) -> Iterator[Remote]:
    """Start the library's client for the platform's account in its own environment."""
    account = platform.running.account
    settings = (platform.url, account.app_id, account.secret, account.token, account.aes_key)
    client = Remote([str(wechatpy_2()), "-m", MODULE, *settings], {"PYTHONPATH": str(ROOT)})
    yield client
    client.close()


def article(wechat: Remote, **fields: object) -> dict[str, object]:
    """Return an article with its own cover."""
    cover = wechat.call("material.add", "image", PICTURE)["media_id"]
    return {"title": "第12期", "content": "<section>要闻</section>", "thumb_media_id": cover} | fields


def create_draft(wechat: Remote, **fields: object) -> str:
    """Create a draft and return its media_id."""
    return str(wechat.call("draft.add", [article(wechat, **fields)])["media_id"])


def error_of(wechat: Remote, name: str, *args: object, **named: object) -> tuple[str, int | None]:
    """Return exception and errcode with which a call fails."""
    with pytest.raises(ClientError) as result:
        wechat.call(name, *args, **named)
    return result.value.name, result.value.errcode


def test_drafts(wechat: Remote) -> None:
    """Drafts can be added, counted, listed, read, changed and deleted (G1)."""
    draft = create_draft(wechat)

    assert {"total_count": 1} == wechat.call("draft.count")
    assert draft == wechat.call("draft.batchget", 0, 20, 1)["item"][0]["media_id"]
    wechat.call("draft.update", draft, 0, article(wechat, title="第13期"))
    assert "第13期" == wechat.call("draft.get", draft)["news_item"][0]["title"]
    wechat.call("draft.delete", draft)
    assert ("WeChatClientException", 40007) == error_of(wechat, "draft.get", draft)
    assert ("WeChatClientException", 45003) == error_of(
        wechat, "draft.add", [article(wechat, title="长" * 65)]
    )


def test_publishing(platform: Platform, wechat: Remote) -> None:
    """Publications can be submitted, queried, listed and deleted; an unknown id is 53600 (G2)."""
    platform.follow(READER)
    submitted = wechat.call("freepublish.submit", create_draft(wechat))
    assert 1 == wechat.call("freepublish.get", submitted["publish_id"])["publish_status"]
    platform.advance(2)
    article_id = wechat.call("freepublish.get", submitted["publish_id"])["article_id"]

    assert "第12期" == wechat.call("freepublish.getarticle", article_id)["news_item"][0]["title"]
    assert [article_id] == [one["article_id"] for one in wechat.call("freepublish.batchget", 0, 20)["item"]]
    wechat.call("freepublish.delete", article_id, 1)
    assert wechat.call("freepublish.getarticle", article_id)["news_item"][0]["is_deleted"]
    assert ("WeChatClientException", 53600) == error_of(wechat, "freepublish.getarticle", "none")
    assert [] == platform.inbox(READER)


def test_mass_messages(platform: Platform, wechat: Remote, account_server: AccountServer) -> None:
    """Messages go to all with a key, to a tag and to a list; a key repeated within a day is 45065 (F)."""
    readers = [READER, "oBul1etinReader0000000000002"]
    for one in readers:
        platform.follow(one)
    tag = wechat.call("tag.create", "会员")["id"]
    wechat.call("tag.tag_user", tag, readers)

    sent = wechat.call(
        "message.send_mass_article", create_draft(wechat), is_to_all=True, client_msg_id="issue-12"
    )
    wechat.call("message.send_mass_text", "会员们好", tag)
    wechat.call("message.send_mass_text", "两位好", readers)
    assert "SENDING" == wechat.call("message.get_mass", sent["msg_id"])["msg_status"]
    platform.advance(61)
    assert "SEND_SUCCESS" == wechat.call("message.get_mass", sent["msg_id"])["msg_status"]
    assert ["mpnews", "text", "text"] == [
        one["type"] for one in platform.inbox(READER) if one["via"] == "mass"
    ]
    again = {"is_to_all": True, "client_msg_id": "issue-12"}
    assert ("WeChatClientException", 45065) == error_of(wechat, "message.send_mass_text", "各位好", **again)
    assert 3 == len(account_server.events("MASSSENDJOBFINISH"))


def test_previews(platform: Platform, wechat: Remote) -> None:
    """A preview shows a draft to one follower and keeps it; a user who does not follow is 43004 (F1)."""
    platform.follow(READER)
    draft = create_draft(wechat)
    wechat.call("message.send_mass_article", draft, READER, preview=True)
    assert ["第12期"] == [one["title"] for one in platform.inbox(READER)[0]["articles"]]
    assert 1 == wechat.call("draft.count")["total_count"]
    platform.unfollow(READER)
    assert ("WeChatClientException", 43004) == error_of(
        wechat, "message.send_mass_text", "在吗", READER, preview=True
    )


def test_customer_service_messages(platform: Platform, wechat: Remote) -> None:
    """Five messages reach a user who wrote; the sixth is 45047, and after two days it is 45015 (E)."""
    platform.say(READER, "在吗")
    image = wechat.call("media.upload", "image", PICTURE)["media_id"]
    card = {
        "title": "第12期",
        "description": "摘要",
        "url": "https://example.org/",
        "image": "https://example.org/p",
    }
    choices = {
        "head_content": "要看哪期？",
        "list": [{"id": "12", "content": "第12期"}],
        "tail_content": "请选",
    }

    wechat.call("message.send_text", READER, "在")
    wechat.call("message.send_image", READER, image)
    wechat.call("message.send_articles", READER, [card])
    wechat.call("message.send_articles", READER, create_draft(wechat))
    wechat.call("message.send_msg_menu", READER, choices)
    kinds = [one["type"] for one in platform.inbox(READER) if one["via"] == "customer"]
    assert ["text", "image", "news", "mpnews", "msgmenu"] == kinds
    assert ("WeChatClientException", 45047) == error_of(wechat, "message.send_text", READER, "还在吗")
    platform.advance(48 * 3600)
    assert ("WeChatClientException", 45015) == error_of(wechat, "message.send_text", READER, "还在吗")


def test_users_and_menus(platform: Platform, wechat: Remote) -> None:
    """Followers, their tags, the blacklist and the menu work (K1, K2, K4)."""
    platform.crowd(3)
    platform.follow(READER)
    wechat.call("user.update_remark", READER, "理事")
    assert 4 == len(wechat.call("user.iter_followers"))
    assert "理事" == wechat.call("user.get_batch", [READER])[0]["remark"]
    wechat.call("tag.batch_black_list", [READER])
    assert [READER] == wechat.call("tag.get_black_list")["data"]["openid"]
    assert wechat.call("menu.get") is None
    wechat.call("menu.create", {"button": [BUTTON, {"name": "更多", "sub_button": [BUTTON]}]})
    assert "最新" == wechat.call("menu.get")["menu"]["button"][1]["sub_button"][0]["name"]
    wechat.call("menu.delete")
    assert [] == platform.get("menu")["button"]


def test_media(wechat: Remote) -> None:
    """Files are uploaded and downloaded unchanged; a deleted one is 40007 (H)."""
    temporary = wechat.call("media.upload", "image", PICTURE)["media_id"]
    permanent = wechat.call("material.add", "image", PICTURE)["media_id"]
    assert PICTURE == wechat.call("media.download", temporary)
    assert PICTURE == wechat.call("material.get", permanent)
    assert {"image_count": 1, "voice_count": 0, "video_count": 0, "news_count": 0} == wechat.call(
        "material.get_count"
    )
    assert wechat.call("media.upload_image", PICTURE).startswith("http://mmbiz.qpic.cn/")
    wechat.call("material.delete", permanent)
    assert ("WeChatClientException", 40007) == error_of(wechat, "material.get", permanent)


def test_subscription_notices(platform: Platform, wechat: Remote) -> None:
    """A notice is added from the library, accepted and sent once; without consent it is 43101 (J3)."""
    platform.follow(READER)
    count, keywords = wechat.call("template.get_subscribe_message_template_keywords", 2001)
    assert count == len(keywords) >= 2
    kids = [keywords[0]["kid"], keywords[1]["kid"]]
    template = wechat.call("template.add_subscribe_message_template", 2001, kids, "年会")
    (own,) = wechat.call("template.get_subscribe_message_templates")
    assert template == own["priTmplId"]
    platform.post("consent", {"openid": READER, "template_id": template})

    keys = re.findall(r"{{(\w+)\.DATA}}", own["content"])
    notice = (READER, template, {key: {"value": "2026-12-01"} for key in keys})
    wechat.call("message.send_subscribe_message", *notice)
    assert "2026-12-01" in platform.inbox(READER)[-1]["content"]
    assert ("WeChatClientException", 43101) == error_of(wechat, "message.send_subscribe_message", *notice)


def test_tickets_figures_and_quotas(platform: Platform, wechat: Remote) -> None:
    """Tickets and yesterday's statistics work, and a used-up quota has its own exception (K5, K6, 0)."""
    platform.crowd(5)
    day = (dt.datetime.fromisoformat(platform.get("clock")["now"]) - dt.timedelta(days=2)).strftime(
        "%Y-%m-%d"
    )
    assert wechat.call("jsapi.get_jsapi_ticket")
    assert day == wechat.call("datacube.get_user_cumulate", day, day)[0]["ref_date"]
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "limit": 0})
    assert ("APILimitedException", 45009) == error_of(wechat, "draft.count")


def test_a_revoked_token_is_renewed(platform: Platform, wechat: Remote) -> None:
    """The library fetches a new token and repeats the call (D)."""
    wechat.call("draft.count")
    platform.post("tokens/revoke")
    assert {"total_count": 0} == wechat.call("draft.count")
    assert 2 == len(platform.calls("/cgi-bin/token"))


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_as_the_account_s_server(
    platform: Platform, wechat: Remote, account_server: AccountServer, mode: str
) -> None:
    """In each mode each side decrypts the other's messages (A, B, C)."""
    platform.configure(mode=mode)

    def answer(callback: ReceivedCallback) -> bytes:
        return str(wechat.call("server.answer", callback.query, callback.body)).encode()

    account_server.answer = answer
    assert "第12期" == platform.say(READER, "第12期")["shown"]["articles"][0]["title"]
    assert platform.send(READER, "image")["shown"]["content"].startswith("image 2478")
    assert "click LATEST" == platform.event(READER, "CLICK", "LATEST")["shown"]["content"]
    assert "subscribe_scan issue12" == platform.follow("bob", scene="issue12")["shown"]["content"]
