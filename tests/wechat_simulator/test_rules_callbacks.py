"""Rules of sections A to C that no other test holds: how the server is called, what is pushed, what may be answered."""

import base64
import re
import threading
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from werkzeug.serving import make_server

from tests.wechat_simulator.account_server import AccountServer, ReceivedCallback, news_reply, reply_xml
from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.test_callbacks import HELLO, sealed
from tests.wechat_simulator.test_media import AMR, MP4
from wechat_simulator import create_world
from wechat_simulator.callback_format import encrypt
from wechat_simulator.pytest_plugin import Platform

DAY = 86400


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_the_verifying_get_is_the_same_in_every_mode(
    platform: Platform, account_server: AccountServer, mode: str
) -> None:
    """A1: four parameters; the echostr is plain, and nothing is signed with it."""
    platform.configure(mode=mode)
    assert platform.post("verify")["verified"]
    (asked,) = account_server.received
    assert {"signature", "timestamp", "nonce", "echostr"} == asked.query.keys()
    assert asked.query["echostr"].isdigit()


@pytest.mark.parametrize(
    ("around", "verified"), [("{}", True), ("{}\n", False), ('"{}"', False), ("", False)]
)
def test_only_the_bare_echo_verifies(platform: Platform, around: str, verified: bool) -> None:
    """A1: an answer with anything around the echostr, or without it, does not verify the URL."""

    def answer(environ: dict[str, str], start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [])
        return [around.format(dict(parse_qsl(environ["QUERY_STRING"]))["echostr"]).encode()]

    server = make_server("127.0.0.1", 0, answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    platform.configure(callback=f"http://127.0.0.1:{server.port}/")
    assert verified is platform.post("verify")["verified"]
    server.shutdown()


def test_what_is_made_up_has_the_platform_s_shapes(api: ApiCaller) -> None:
    """A1 A3 D: ids, secrets, tokens and keys look like real ones."""
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
    """A2: compat and safe mode add two parameters to the four of plaintext mode."""
    platform.configure(mode=mode)
    platform.say("alice", "芯片")
    assert {"signature", "timestamp", "nonce", "openid"} | more == account_server.received[0].query.keys()


@pytest.mark.platform(mode="safe")
def test_a_safe_envelope_names_the_account_alone(platform: Platform, account_server: AccountServer) -> None:
    """A2: ToUserName is the account's gh_ id; who wrote stands inside."""
    platform.say("alice", "芯片")
    (asked,) = account_server.received
    assert ["ToUserName", "Encrypt"] == re.findall(r"<(\w+)><!\[CDATA", asked.body)
    assert platform.account["original_id"] == asked.field("ToUserName")


@pytest.mark.platform(mode="compat")
def test_compat_mode_takes_an_encrypted_reply(platform: Platform, account_server: AccountServer) -> None:
    """A2: as well as a plain one."""
    account_server.answer = lambda asked: sealed(platform, reply_xml(asked, HELLO))
    assert "你好" == platform.say("alice", "芯片")["shown"]["content"]


def test_an_aligned_message_gets_a_whole_block_of_padding() -> None:
    """A3: from 96 bytes in all, 128; from 95, 96."""
    lengths = [len(base64.b64decode(encrypt("A" * 43, "wx0", b"x" * size, b"0" * 16))) for size in (72, 73)]
    assert [16 + 4 + 72 + 3 + 1, 16 + 4 + 73 + 3 + 32] == lengths


def test_a_server_has_five_seconds() -> None:
    """A5: unless a test asks for less."""
    world = create_world()
    assert 5.0 == world.callback_timeout
    world.close()


@pytest.mark.platform(callback_timeout=0.2)
def test_a_copy_comes_while_the_first_is_worked_on(platform: Platform, account_server: AccountServer) -> None:
    """A5: all three are there before the first has been answered."""
    done = threading.Event()

    def answer(_: ReceivedCallback) -> bytes:
        done.wait(10)
        return b"success"

    account_server.answer = answer
    assert platform.say("alice", "芯片")["fault"]
    assert 3 == len(account_server.received)
    assert 1 == len({asked.field("MsgId") for asked in account_server.received})
    done.set()


def test_the_words_of_the_notice(platform: Platform, account_server: AccountServer) -> None:
    """A5: what the follower reads when all tries have failed."""
    account_server.status = 500
    platform.say("alice", "芯片")
    assert "该公众号提供的服务出现故障，请稍后再试" == platform.inbox("alice")[-1]["content"]


def test_a_message_from_an_article_names_it(platform: Platform, account_server: AccountServer) -> None:
    """B: MsgDataId and Idx are passed on as they are given."""
    platform.say("alice", "问一下", MsgDataId="2206227001", Idx=1)
    assert ("2206227001", "1") == tuple(account_server.received[0].field(tag) for tag in ("MsgDataId", "Idx"))


@pytest.mark.platform(virtual=True)
def test_a_follower_s_picture_lives_three_days(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """B1: then its MediaId is 40007."""
    platform.send("alice", "image")
    media_id = account_server.received[0].field("MediaId")
    assert 200 == api.request("GET", "/cgi-bin/media/get", media_id=media_id).status
    platform.advance(3 * DAY)
    api.token = api.stable_token()["access_token"]
    assert 40007 == api.get("/cgi-bin/media/get", media_id=media_id)["errcode"]


def test_a_numbered_scene_is_a_decimal_string(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """B2: qrscene_7 for a newcomer, 7 for a follower."""
    scene = {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    ticket = api.post("/cgi-bin/qrcode/create", scene)["ticket"]
    for _ in range(2):
        platform.post("scan", {"openid": "alice", "ticket": ticket})
    assert ["qrscene_7", "7"] == [asked.field("EventKey") for asked in account_server.received]
    assert 7 == api.get("/cgi-bin/user/info", openid="alice")["qr_scene"]


def test_a_pushed_scan_is_not_answered(platform: Platform, account_server: AccountServer) -> None:
    """B2: what is answered to scancode_push is not shown, to scancode_waitmsg it is."""
    account_server.say("收到")
    assert platform.event("alice", "scancode_push", "SCANKEY")["shown"] is None
    assert "收到" == platform.event("alice", "scancode_waitmsg", "SCANKEY")["shown"]["content"]


@pytest.mark.platform(virtual=True, mass_delay=1.0, publish_delay=1.0)
def test_job_results_come_from_no_reader(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """B3: their FromUserName is no follower's."""
    platform.follow("alice")
    api.send_all(api.draft())
    api.post("/cgi-bin/freepublish/submit", {"media_id": api.draft(title="月报")})
    platform.advance(1)
    results = [asked for asked in account_server.received if asked.field("Event").endswith("JOBFINISH")]
    assert 2 == len(results)
    assert all(asked.field("FromUserName").startswith("o") for asked in results)
    assert 40003 == api.get("/cgi-bin/user/info", openid=results[0].field("FromUserName"))["errcode"]


def test_a_later_rejection_is_told(platform: Platform, account_server: AccountServer) -> None:
    """B4: subscribe_msg_change_event, with reject alone."""
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
    """C: by the media_id of an uploaded one; title and description of a video may be left out."""
    for kind, data in (("voice", AMR), ("video", MP4)):
        media_id = api.upload("/cgi-bin/media/upload", data, type=kind)["media_id"]
        branch = f"<MsgType>{kind}</MsgType><{kind.title()}><MediaId>{media_id}</MediaId></{kind.title()}>"
        account_server.answer = lambda asked, branch=branch: reply_xml(asked, branch)  # type: ignore[misc]
        assert (kind, media_id) == tuple(
            platform.say("alice", "看")["shown"][key] for key in ("type", "media_id")
        )


def eight(asked: ReceivedCallback) -> bytes:
    """A reply of eight cards."""
    return news_reply(asked, 8)


@pytest.mark.parametrize("kind", ["text", "image", "voice", "video", "shortvideo", "link", "location"])
def test_one_card_to_each_kind_of_message(
    platform: Platform, account_server: AccountServer, kind: str
) -> None:
    """C: of eight cards the first is shown."""
    account_server.answer = eight
    shown = platform.send("alice", kind, content="芯片")["shown"]
    assert ["第1条"] == [one["title"] for one in shown["articles"]]


@pytest.mark.parametrize("event", ["subscribe", "CLICK", "SCAN"])
def test_eight_cards_to_each_kind_of_event(
    platform: Platform, account_server: AccountServer, event: str
) -> None:
    """C: all eight are shown."""
    account_server.answer = eight
    assert 8 == len(platform.event("alice", event, "K")["shown"]["articles"])
