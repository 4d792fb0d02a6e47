"""Callbacks to an account's server (reference, sections A1, A2 and A5)."""

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
    """The signature covers token, timestamp and nonce, and the query has the openid (A2)."""
    platform.say("alice", "芯片")
    (callback,) = account_server.received
    token = platform.running.account.token

    assert callback.query["signature"] == signature(
        token, callback.query["timestamp"], callback.query["nonce"]
    )
    assert {"signature", "timestamp", "nonce", "openid"} == callback.query.keys()
    assert ("alice", "芯片") == (callback.query["openid"], callback.field("Content"))


@pytest.mark.platform(mode="safe")
def test_a_safe_callback_shows_nothing(platform: Platform, account_server: AccountServer) -> None:
    """The body has only ToUserName and Encrypt, which msg_signature covers and which holds the message (A2, A3)."""
    platform.say("alice", "芯片")
    (callback,) = account_server.received
    account = platform.running.account
    encrypted = callback.field("Encrypt")

    parts = (account.token, callback.query["timestamp"], callback.query["nonce"])
    assert callback.query["msg_signature"] == signature(*parts, encrypted)
    assert callback.query["signature"] == signature(*parts)
    assert "aes" == callback.query["encrypt_type"]
    assert "FromUserName" not in callback.body
    message, app_id = decrypt(account.aes_key, encrypted)
    assert account.app_id == app_id
    assert "芯片" in message.decode()


@pytest.mark.platform(mode="compat")
def test_a_compat_callback_shows_both(platform: Platform, account_server: AccountServer) -> None:
    """The body has the whole message and Encrypt, and a plain reply is accepted (A2)."""
    account_server.say("你好")
    outcome = platform.say("alice", "芯片")
    (callback,) = account_server.received

    assert "芯片" == callback.field("Content")
    assert "芯片" in decrypt(platform.running.account.aes_key, callback.field("Encrypt"))[0].decode()
    assert {"type": "text", "content": "你好"} == outcome["shown"]


def encrypted_reply(platform: Platform, plain: bytes, **changed: str) -> bytes:
    """Return an encrypted reply with some of its parts changed."""
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
    """An encrypted reply is accepted if it is signed over its own timestamp, nonce and Encrypt (A3)."""
    plain = "<xml>"

    def answer(_: object) -> bytes:
        return encrypted_reply(platform, plain.encode())

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
    """Another AppID, a wrong signature or an invalid ciphertext lead to the fault notice (A3)."""
    account_server.answer = lambda callback: encrypted_reply(platform, reply_xml(callback, HELLO), **changed)
    assert platform.say("alice", "芯片")["fault"]


@pytest.mark.parametrize(("mode", "encrypted", "fault"), [("safe", False, True), ("plain", True, True)])
def test_the_form_of_a_reply_must_fit_the_mode(
    platform: Platform, account_server: AccountServer, mode: str, encrypted: bool, fault: bool
) -> None:
    """Safe mode rejects plain replies, plain mode rejects encrypted ones (A2)."""
    platform.configure(mode=mode)
    account_server.answer = lambda callback: (
        encrypted_reply(platform, reply_xml(callback, HELLO)) if encrypted else reply_xml(callback, HELLO)
    )
    assert fault == platform.say("alice", "芯片")["fault"]


@pytest.mark.platform(mode="safe")
@pytest.mark.parametrize("body", [b"success", b""])
def test_success_and_empty_answers_need_no_encryption(
    platform: Platform, account_server: AccountServer, body: bytes
) -> None:
    """`success` and an empty body show nothing and cause no retry in any mode (A3, A5)."""
    account_server.answer = lambda _: body
    outcome = platform.say("alice", "芯片")
    assert (None, False, 1) == (outcome["shown"], outcome["fault"], len(outcome["attempts"]))


def test_three_tries_with_the_same_body(platform: Platform, account_server: AccountServer) -> None:
    """A status other than 200 is retried twice with the same body and a new signature; then the notice appears (A5)."""
    account_server.status = 500
    outcome = platform.say("alice", "芯片")

    assert [500, 500, 500] == [attempt["status"] for attempt in outcome["attempts"]]
    assert outcome["fault"]
    assert 1 == len({callback.body for callback in account_server.received})
    assert 3 == len({callback.query["nonce"] for callback in account_server.received})
    assert ("fault", FAULT_NOTICE) == tuple(platform.inbox("alice")[-1][key] for key in ("type", "content"))


def test_a_later_try_may_succeed(platform: Platform, account_server: AccountServer) -> None:
    """The first answer in time is shown, and nothing else (A5)."""

    def recovering(callback: object) -> bytes:
        account_server.status = 200 if len(account_server.received) >= 2 else 500
        return reply_xml(account_server.received[-1], HELLO)

    account_server.answer = recovering
    outcome = platform.say("alice", "芯片")
    assert [500, 200] == [attempt["status"] for attempt in outcome["attempts"]]
    assert {"type": "text", "content": "你好"} == outcome["shown"]
    assert ["text", "text"] == [one["type"] for one in platform.inbox("alice")]


@pytest.mark.platform(callback_timeout=0.2)
def test_a_silent_server_times_out(platform: Platform, account_server: AccountServer) -> None:
    """An attempt without an answer before the deadline has failed; there are three attempts (A5)."""
    account_server.seconds = 0.6
    outcome = platform.say("alice", "芯片")

    assert [None, None, None] == [attempt["status"] for attempt in outcome["attempts"]]
    assert outcome["fault"]
    assert all("no answer" in attempt["error"] for attempt in outcome["attempts"])


def test_the_deadline_covers_the_whole_answer() -> None:
    """The deadline applies to the whole answer, not to each byte (A5)."""
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
def test_an_unreachable_server(platform: Platform, url: str) -> None:
    """Refused connections and invalid addresses lead to the notice, not to a crash of the simulator (A5)."""
    platform.configure(callback=url)
    outcome = platform.say("alice", "芯片")
    assert outcome["fault"]
    assert [None] * 3 == [attempt["status"] for attempt in outcome["attempts"]]


def test_without_a_callback_nothing_is_sent(platform: Platform) -> None:
    """An account without a callback URL gets no callbacks, and its followers see no notice (A1)."""
    outcome = platform.say("alice", "芯片")
    assert ([], None, False) == (outcome["attempts"], outcome["shown"], outcome["fault"])


def test_events_without_a_reader_bring_no_notice(platform: Platform, account_server: AccountServer) -> None:
    """A failed unsubscribe callback shows no notice (A5)."""
    platform.follow("alice")
    account_server.status = 500
    assert not platform.unfollow("alice")["fault"]
    assert [] == platform.inbox("alice")


def test_the_url_is_verified_by_its_echo(platform: Platform, account_server: AccountServer) -> None:
    """The verification GET has signature, timestamp, nonce and echostr, and the server must answer the echostr (A1)."""
    assert platform.post("verify")["verified"]
    (callback,) = account_server.received
    token = platform.running.account.token
    assert callback.query["signature"] == signature(
        token, callback.query["timestamp"], callback.query["nonce"]
    )
    platform.configure(callback="http://127.0.0.1:9/")
    assert not platform.post("verify")["verified"]


@pytest.mark.platform(virtual=True, start=1_793_000_000.0)
def test_time_stamps_are_those_of_the_simulator(platform: Platform, account_server: AccountServer) -> None:
    """CreateTime follows the virtual clock; the timestamp is the machine's unless stamp_by_clock is set (A2)."""
    platform.say("alice", "一")
    platform.post("clock", {"stamp_by_clock": True})
    platform.say("alice", "二")

    first, second = account_server.received
    assert ("1793000000", "1793000000") == (first.field("CreateTime"), second.field("CreateTime"))
    assert abs(int(first.query["timestamp"]) - time.time()) < 3600
    assert "1793000000" == second.query["timestamp"]


@pytest.mark.platform(data_format="json")
def test_json_callbacks(platform: Platform, account_server: AccountServer) -> None:
    """JSON callbacks have the same keys, unquoted numbers, and lists without their wrapper (A2, B4)."""
    platform.say("alice", "芯片")
    platform.post("consent", {"openid": "alice", "template_id": "T"})

    text, consent = (json.loads(callback.body) for callback in account_server.received)
    assert ("芯片", "alice") == (text["Content"], text["FromUserName"])
    assert isinstance(text["MsgId"], int)
    assert "accept" == consent["List"]["SubscribeStatusString"]


def test_a_slow_server_delays_no_other_follower(platform: Platform, account_server: AccountServer) -> None:
    """Callbacks of different followers are sent in parallel (A5)."""
    arrived, held = threading.Event(), threading.Event()

    def answer(_: object) -> bytes:
        if not arrived.is_set():
            arrived.set()
            held.wait(20)
        return b"success"

    account_server.answer = answer
    slow = threading.Thread(target=platform.say, args=("alice", "慢"))
    slow.start()
    assert arrived.wait(20)
    assert [200] == [attempt["status"] for attempt in platform.say("bob", "快")["attempts"]]
    assert slow.is_alive()
    held.set()
    slow.join()


def test_every_callback_is_kept(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """The log has each callback with its attempts, the answer, and what the follower saw (A5)."""
    account_server.say("你好")
    platform.say("alice", "芯片")

    (stored,) = platform.callbacks("alice")
    assert ("text", "", False) == (stored["type"], stored["event"], stored["fault"])
    assert "芯片" in stored["body"]
    assert "你好" in stored["attempts"][0]["answer"]
    assert [] == platform.callbacks("bob")
    assert [] == api.get("/cgi-bin/user/get").get("data", {}).get("openid", [])
