"""Further rules of sections A to C: callbacks, messages and events, replies."""

import base64
import re
import threading
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from werkzeug.serving import make_server

from tests.wechat_simulator.account_server import AccountServer, ReceivedCallback, news_reply, reply_xml
from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.test_callbacks import HELLO, encrypted_reply
from tests.wechat_simulator.test_media import AMR, MP4
from wechat_simulator import create_world
from wechat_simulator.callback_format import encrypt
from wechat_simulator.pytest_plugin import Platform

DAY = 86400


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_the_verifying_get_is_the_same_in_every_mode(
    platform: Platform, account_server: AccountServer, mode: str
) -> None:
    """The verification GET has four parameters in every mode, and its echostr is neither encrypted nor signed (A1)."""
    platform.configure(mode=mode)
    assert platform.post("verify")["verified"]
    (callback,) = account_server.received
    assert {"signature", "timestamp", "nonce", "echostr"} == callback.query.keys()
    assert callback.query["echostr"].isdigit()


@pytest.mark.parametrize(
    ("around", "verified"), [("{}", True), ("{}\n", False), ('"{}"', False), ("", False)]
)
def test_only_the_bare_echo_verifies(platform: Platform, around: str, verified: bool) -> None:
    """An answer other than exactly the echostr does not verify the URL (A1)."""

    def answer(environ: dict[str, str], start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [])
        return [around.format(dict(parse_qsl(environ["QUERY_STRING"]))["echostr"]).encode()]

    server = make_server("127.0.0.1", 0, answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    platform.configure(callback=f"http://127.0.0.1:{server.port}/")
    assert verified is platform.post("verify")["verified"]
    server.shutdown()


def test_generated_values_have_the_platform_s_formats(api: ApiCaller) -> None:
    """Generated ids, secrets, tokens and keys have the platform's formats (A1, A3, D)."""
    made, seconds = api.identity, api.stable_token()["expires_in"]
    shapes = {
        "wx[0-9a-f]{16}": made.app_id,
        "[0-9a-f]{32}": made.secret,
        "[0-9A-Za-z]{3,32}": made.token,
        "[0-9A-Za-z]{43}": made.aes_key,
        "gh_[0-9a-f]{12}": made.original_id,
        r"[\w-]{100,512}": api.token,
    }
    assert [] == [shape for shape, value in shapes.items() if not re.fullmatch(shape, value)]
    assert 32 == len(base64.b64decode(made.aes_key + "="))
    assert 7200 == seconds


@pytest.mark.parametrize(
    ("mode", "more"),
    [
        ("plain", set()),
        ("compat", {"encrypt_type", "msg_signature"}),
        ("safe", {"encrypt_type", "msg_signature"}),
    ],
)
def test_the_query_of_each_mode(
    platform: Platform, account_server: AccountServer, mode: str, more: set[str]
) -> None:
    """Compat and safe mode add two parameters to the four of plaintext mode (A2)."""
    platform.configure(mode=mode)
    platform.say("alice", "芯片")
    assert {"signature", "timestamp", "nonce", "openid"} | more == account_server.received[0].query.keys()


@pytest.mark.platform(mode="safe")
def test_a_safe_envelope_names_the_account_alone(platform: Platform, account_server: AccountServer) -> None:
    """ToUserName of a safe callback is the account's gh_ id; the sender is inside (A2)."""
    platform.say("alice", "芯片")
    (callback,) = account_server.received
    assert ["ToUserName", "Encrypt"] == re.findall(r"<(\w+)><!\[CDATA", callback.body)
    assert platform.account["original_id"] == callback.field("ToUserName")


@pytest.mark.platform(mode="compat")
def test_compat_mode_takes_an_encrypted_reply(platform: Platform, account_server: AccountServer) -> None:
    """Compat mode accepts encrypted replies as well as plain ones (A2)."""
    account_server.answer = lambda callback: encrypted_reply(platform, reply_xml(callback, HELLO))
    assert "你好" == platform.say("alice", "芯片")["shown"]["content"]


def test_an_aligned_message_gets_a_whole_block_of_padding() -> None:
    """96 bytes are padded to 128, 95 bytes to 96 (A3)."""
    lengths = [len(base64.b64decode(encrypt("A" * 43, "wx0", b"x" * size, b"0" * 16))) for size in (72, 73)]
    assert [16 + 4 + 72 + 3 + 1, 16 + 4 + 73 + 3 + 32] == lengths


def test_a_server_has_five_seconds() -> None:
    """The callback timeout is five seconds unless a test sets a shorter one (A5)."""
    world = create_world()
    assert 5.0 == world.callback_timeout
    world.close()


@pytest.mark.platform(callback_timeout=0.2)
def test_a_copy_comes_while_the_first_is_worked_on(platform: Platform, account_server: AccountServer) -> None:
    """All three attempts arrive before the first has been answered (A5)."""
    done = threading.Event()

    def answer(_: ReceivedCallback) -> bytes:
        done.wait(10)
        return b"success"

    account_server.answer = answer
    assert platform.say("alice", "芯片")["fault"]
    assert 3 == len(account_server.received)
    assert 1 == len({callback.field("MsgId") for callback in account_server.received})
    done.set()


def test_the_text_of_the_fault_notice(platform: Platform, account_server: AccountServer) -> None:
    """After three failed attempts the follower reads the platform's notice (A5)."""
    account_server.status = 500
    platform.say("alice", "芯片")
    assert "该公众号提供的服务出现故障，请稍后再试" == platform.inbox("alice")[-1]["content"]


def test_a_message_from_an_article_names_it(platform: Platform, account_server: AccountServer) -> None:
    """MsgDataId and Idx of a message are passed on (B)."""
    platform.say("alice", "问一下", MsgDataId="2206227001", Idx=1)
    assert ("2206227001", "1") == tuple(account_server.received[0].field(tag) for tag in ("MsgDataId", "Idx"))


@pytest.mark.platform(virtual=True)
def test_a_follower_s_picture_lives_three_days(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """The MediaId of a follower's picture is 40007 after three days (B1)."""
    platform.send("alice", "image")
    media_id = account_server.received[0].field("MediaId")
    assert 200 == api.request("GET", "/cgi-bin/media/get", media_id=media_id).status
    platform.advance(3 * DAY)
    api.token = api.stable_token()["access_token"]
    assert 40007 == api.get("/cgi-bin/media/get", media_id=media_id)["errcode"]


def test_a_numbered_scene_is_a_decimal_string(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """The EventKey of scene 7 is qrscene_7 for a new follower and 7 for an existing one (B2)."""
    scene = {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    ticket = api.post("/cgi-bin/qrcode/create", scene)["ticket"]
    for _ in range(2):
        platform.post("scan", {"openid": "alice", "ticket": ticket})
    assert ["qrscene_7", "7"] == [callback.field("EventKey") for callback in account_server.received]
    assert 7 == api.get("/cgi-bin/user/info", openid="alice")["qr_scene"]


def test_a_pushed_scan_is_not_answered(platform: Platform, account_server: AccountServer) -> None:
    """A reply to scancode_push is not shown, one to scancode_waitmsg is (B2)."""
    account_server.say("收到")
    assert platform.event("alice", "scancode_push", "SCANKEY")["shown"] is None
    assert "收到" == platform.event("alice", "scancode_waitmsg", "SCANKEY")["shown"]["content"]


@pytest.mark.platform(virtual=True, mass_delay=1.0, publish_delay=1.0)
def test_job_results_come_from_no_reader(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """FromUserName of job results is not a follower (B3)."""
    platform.follow("alice")
    api.send_all(api.draft())
    api.post("/cgi-bin/freepublish/submit", {"media_id": api.draft(title="月报")})
    platform.advance(1)
    results = [
        callback for callback in account_server.received if callback.field("Event").endswith("JOBFINISH")
    ]
    assert 2 == len(results)
    assert all(callback.field("FromUserName").startswith("o") for callback in results)
    assert 40003 == api.get("/cgi-bin/user/info", openid=results[0].field("FromUserName"))["errcode"]


def test_a_later_rejection_is_reported(platform: Platform, account_server: AccountServer) -> None:
    """A later rejection sends subscribe_msg_change_event with reject only (B4)."""
    platform.follow("alice")
    rejected = {"List": {"TemplateId": "T", "SubscribeStatusString": "reject"}}
    platform.event("alice", "subscribe_msg_change_event", SubscribeMsgChangeEvent=rejected)
    (event,) = account_server.events("subscribe_msg_change_event")
    assert ("T", "reject", "alice") == tuple(
        event.field(tag) for tag in ("TemplateId", "SubscribeStatusString", "FromUserName")
    )
    assert "PopupScene" not in event.body


def test_voice_and_video_are_answered(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """Voice and video replies need an uploaded media_id; a video's title and description are optional (C)."""
    for kind, data in (("voice", AMR), ("video", MP4)):
        media_id = api.upload("/cgi-bin/media/upload", data, type=kind)["media_id"]
        branch = f"<MsgType>{kind}</MsgType><{kind.title()}><MediaId>{media_id}</MediaId></{kind.title()}>"
        account_server.answer = lambda callback, branch=branch: reply_xml(callback, branch)  # type: ignore[misc]
        assert (kind, media_id) == tuple(
            platform.say("alice", "看")["shown"][key] for key in ("type", "media_id")
        )


def reply_with_eight_cards(callback: ReceivedCallback) -> bytes:
    """Return a reply with eight cards."""
    return news_reply(callback, 8)


@pytest.mark.parametrize("kind", ["text", "image", "voice", "video", "shortvideo", "link", "location"])
def test_one_card_to_each_kind_of_message(
    platform: Platform, account_server: AccountServer, kind: str
) -> None:
    """A reply to a message shows the first of eight cards (C)."""
    account_server.answer = reply_with_eight_cards
    shown = platform.send("alice", kind, content="芯片")["shown"]
    assert ["第1条"] == [one["title"] for one in shown["articles"]]


@pytest.mark.parametrize("event", ["subscribe", "CLICK", "SCAN"])
def test_eight_cards_to_each_kind_of_event(
    platform: Platform, account_server: AccountServer, event: str
) -> None:
    """A reply to an event shows all eight cards (C)."""
    account_server.answer = reply_with_eight_cards
    assert 8 == len(platform.event("alice", event, "K")["shown"]["articles"])
