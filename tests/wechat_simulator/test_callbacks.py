"""How the platform calls an account's server (reference, sections A1, A2 and A5)."""

import json
import socket
import threading
import time

import pytest

from tests.wechat_simulator.account_server import AccountServer, reply_xml
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.callback_format import decrypt, encrypt, signature
from wechat_simulator.http_exchange import fetch
from wechat_simulator.inbox import FAULT_NOTICE
from wechat_simulator.pytest_plugin import Platform

HELLO = "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>"


def test_a_plain_callback_is_signed(platform: Platform, account_server: AccountServer) -> None:
    """A2: signature over token, timestamp and nonce; the openid stands in the query."""
    platform.say("alice", "芯片")
    (asked,) = account_server.received
    token = platform.running.account.token

    assert asked.query["signature"] == signature(token, asked.query["timestamp"], asked.query["nonce"])
    assert {"signature", "timestamp", "nonce", "openid"} == asked.query.keys()
    assert ("alice", "芯片") == (asked.query["openid"], asked.field("Content"))


@pytest.mark.platform(mode="safe")
def test_a_safe_callback_shows_nothing(platform: Platform, account_server: AccountServer) -> None:
    """A2 A3: only ToUserName and Encrypt; msg_signature covers Encrypt; inside is the message and the AppID."""
    platform.say("alice", "芯片")
    (asked,) = account_server.received
    account = platform.running.account
    encrypted = asked.field("Encrypt")

    parts = (account.token, asked.query["timestamp"], asked.query["nonce"])
    assert asked.query["msg_signature"] == signature(*parts, encrypted)
    assert asked.query["signature"] == signature(*parts)
    assert "aes" == asked.query["encrypt_type"]
    assert "FromUserName" not in asked.body
    message, app_id = decrypt(account.aes_key, encrypted)
    assert account.app_id == app_id
    assert "芯片" in message.decode()


@pytest.mark.platform(mode="compat")
def test_a_compat_callback_shows_both(platform: Platform, account_server: AccountServer) -> None:
    """A2: the whole message and Encrypt beside it; a plain reply is accepted."""
    account_server.say("你好")
    outcome = platform.say("alice", "芯片")
    (asked,) = account_server.received

    assert "芯片" == asked.field("Content")
    assert "芯片" in decrypt(platform.running.account.aes_key, asked.field("Encrypt"))[0].decode()
    assert {"type": "text", "content": "你好"} == outcome["shown"]


def sealed(platform: Platform, plain: bytes, **changed: str) -> bytes:
    """An encrypted reply, with parts of it changed."""
    account = platform.running.account
    encrypted = encrypt(account.aes_key, changed.get("app_id", account.app_id), plain, b"0123456789abcdef")
    signed = signature(account.token, "1793000001", "7", encrypted)
    return (
        f"<xml><Encrypt><![CDATA[{changed.get('encrypted', encrypted)}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{changed.get('signature', signed)}]]></MsgSignature>"
        "<TimeStamp>1793000001</TimeStamp><Nonce><![CDATA[7]]></Nonce></xml>"
    ).encode()


@pytest.mark.platform(mode="safe")
def test_a_safe_reply_is_opened(platform: Platform, account_server: AccountServer) -> None:
    """A3: signed over its own timestamp, nonce and Encrypt."""
    plain = "<xml>"

    def answer(_: object) -> bytes:
        return sealed(platform, plain.encode())

    account_server.answer = answer
    account = platform.running.account
    plain = (
        f"<xml><ToUserName>alice</ToUserName><FromUserName>{account.original_id}</FromUserName>"
        f"<CreateTime>1</CreateTime>{HELLO}</xml>"
    )
    assert {"type": "text", "content": "你好"} == platform.say("alice", "芯片")["shown"]


@pytest.mark.platform(mode="safe")
@pytest.mark.parametrize("changed", [{"app_id": "wx0"}, {"signature": "0"}, {"encrypted": "QUJD"}])
def test_a_safe_reply_with_a_mistake(
    platform: Platform, account_server: AccountServer, changed: dict[str, str]
) -> None:
    """A3: another AppID, another signature, no ciphertext: the fault notice."""
    account_server.answer = lambda asked: sealed(platform, reply_xml(asked, HELLO), **changed)
    assert platform.say("alice", "芯片")["fault"]


@pytest.mark.parametrize(("mode", "encrypted", "fault"), [("safe", False, True), ("plain", True, True)])
def test_the_form_of_a_reply_must_fit_the_mode(
    platform: Platform, account_server: AccountServer, mode: str, encrypted: bool, fault: bool
) -> None:
    """A2: safe mode takes no plain reply, plain mode no encrypted one."""
    platform.configure(mode=mode)
    account_server.answer = lambda asked: (
        sealed(platform, reply_xml(asked, HELLO)) if encrypted else reply_xml(asked, HELLO)
    )
    assert fault == platform.say("alice", "芯片")["fault"]


@pytest.mark.platform(mode="safe")
@pytest.mark.parametrize("body", [b"success", b""])
def test_success_and_nothing_are_never_encrypted(
    platform: Platform, account_server: AccountServer, body: bytes
) -> None:
    """A3 A5: nothing is shown, nothing is repeated."""
    account_server.answer = lambda _: body
    outcome = platform.say("alice", "芯片")
    assert (None, False, 1) == (outcome["shown"], outcome["fault"], len(outcome["attempts"]))


def test_three_tries_with_the_same_body(platform: Platform, account_server: AccountServer) -> None:
    """A5: a non-200 is repeated twice; body values are the same, timestamp and nonce new; then the notice."""
    account_server.status = 500
    outcome = platform.say("alice", "芯片")

    assert [500, 500, 500] == [attempt["status"] for attempt in outcome["attempts"]]
    assert outcome["fault"]
    assert 1 == len({asked.body for asked in account_server.received})
    assert 3 == len({asked.query["nonce"] for asked in account_server.received})
    assert ("fault", FAULT_NOTICE) == tuple(platform.inbox("alice")[-1][key] for key in ("type", "content"))


def test_a_later_try_may_succeed(platform: Platform, account_server: AccountServer) -> None:
    """A5: whichever answer comes in time is shown, and only that."""

    def recovering(asked: object) -> bytes:
        account_server.status = 200 if len(account_server.received) >= 2 else 500
        return reply_xml(account_server.received[-1], HELLO)

    account_server.answer = recovering
    outcome = platform.say("alice", "芯片")
    assert [500, 200] == [attempt["status"] for attempt in outcome["attempts"]]
    assert {"type": "text", "content": "你好"} == outcome["shown"]
    assert ["text", "text"] == [one["type"] for one in platform.inbox("alice")]


@pytest.mark.platform(callback_timeout=0.2)
def test_a_silent_server_is_left_after_the_deadline(
    platform: Platform, account_server: AccountServer
) -> None:
    """A5: no answer within the deadline counts as none, three times."""
    account_server.seconds = 0.6
    outcome = platform.say("alice", "芯片")

    assert [None, None, None] == [attempt["status"] for attempt in outcome["attempts"]]
    assert outcome["fault"]
    assert all("no answer" in attempt["error"] for attempt in outcome["attempts"])


def test_a_trickling_server_gets_no_more_time() -> None:
    """A5: the deadline is for the whole answer, not for each byte."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection:
                for _ in range(40):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=trickle, daemon=True).start()
        attempt = fetch("POST", f"http://127.0.0.1:{listener.getsockname()[1]}/", "", b"", 0.3)
    assert attempt.status is None
    assert "no answer in 0.3 s" == attempt.error


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/wechat", "ftp://127.0.0.1/", "http://", "http://[", "nonsense"]
)
def test_a_server_that_is_not_there(platform: Platform, url: str) -> None:
    """A5: refused connections and impossible addresses end in the notice too, never in a failure of ours."""
    platform.configure(callback=url)
    outcome = platform.say("alice", "芯片")
    assert outcome["fault"]
    assert [None] * 3 == [attempt["status"] for attempt in outcome["attempts"]]


def test_without_a_callback_nothing_is_sent(platform: Platform) -> None:
    """A1: an account without a URL gets no callbacks, and its readers no notices."""
    outcome = platform.say("alice", "芯片")
    assert ([], None, False) == (outcome["attempts"], outcome["shown"], outcome["fault"])


def test_events_without_a_reader_bring_no_notice(platform: Platform, account_server: AccountServer) -> None:
    """A5: a farewell that fails is seen by nobody."""
    platform.follow("alice")
    account_server.status = 500
    assert not platform.unfollow("alice")["fault"]
    assert [] == platform.inbox("alice")


def test_the_url_is_verified_by_its_echo(platform: Platform, account_server: AccountServer) -> None:
    """A1: GET with signature, timestamp, nonce and echostr; the answer is the echostr itself."""
    assert platform.post("verify")["verified"]
    (asked,) = account_server.received
    token = platform.running.account.token
    assert asked.query["signature"] == signature(token, asked.query["timestamp"], asked.query["nonce"])
    platform.configure(callback="http://127.0.0.1:9/")
    assert not platform.post("verify")["verified"]


@pytest.mark.platform(virtual=True, start=1_793_000_000.0)
def test_time_stamps_are_those_of_the_simulator(platform: Platform, account_server: AccountServer) -> None:
    """A2: CreateTime follows the virtual clock; the timestamp is the machine's, on request the virtual clock's."""
    platform.say("alice", "一")
    platform.post("clock", {"stamp_by_clock": True})
    platform.say("alice", "二")

    first, second = account_server.received
    assert ("1793000000", "1793000000") == (first.field("CreateTime"), second.field("CreateTime"))
    assert abs(int(first.query["timestamp"]) - time.time()) < 3600
    assert "1793000000" == second.query["timestamp"]


@pytest.mark.platform(data_format="json")
def test_json_for_those_who_chose_it(platform: Platform, account_server: AccountServer) -> None:
    """A2 B4: the same keys, numbers unquoted, and lists without their wrapper."""
    platform.say("alice", "芯片")
    platform.post("consent", {"openid": "alice", "template_id": "T"})

    text, consent = (json.loads(asked.body) for asked in account_server.received)
    assert ("芯片", "alice") == (text["Content"], text["FromUserName"])
    assert isinstance(text["MsgId"], int)
    assert "accept" == consent["List"]["SubscribeStatusString"]


def test_a_slow_server_keeps_no_other_reader_waiting(
    platform: Platform, account_server: AccountServer
) -> None:
    """A5: callbacks go out side by side."""
    held = threading.Event()

    def answer(asked: object) -> bytes:
        if "慢" in account_server.received[-1].body or "慢" in str(asked):
            held.wait(4)
        return b"success"

    account_server.answer = answer
    slow = threading.Thread(target=platform.say, args=("alice", "慢"))
    slow.start()
    assert [200] == [attempt["status"] for attempt in platform.say("bob", "快")["attempts"]]
    assert slow.is_alive()
    held.set()
    slow.join()


def test_every_callback_is_kept(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """A5: with each attempt, the answer, and what the follower saw."""
    account_server.say("你好")
    platform.say("alice", "芯片")

    (kept,) = platform.callbacks("alice")
    assert ("text", "", False) == (kept["type"], kept["event"], kept["fault"])
    assert "芯片" in kept["body"]
    assert "你好" in kept["attempts"][0]["answer"]
    assert [] == platform.callbacks("bob")
    assert [] == api.get("/cgi-bin/user/get").get("data", {}).get("openid", [])
