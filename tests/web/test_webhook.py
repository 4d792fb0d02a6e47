"""Tests of the webhook: only the platform's pushes are accepted, and each is answered in time."""

import asyncio
import datetime as dt
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.conftest import APP_ID, TOKEN, Caller, Site, event, message, push_xml, signature
from tests.web.transports import asgi_request
from wxbot import followers, journal
from wxbot.bot import Bot
from wxbot.db import Database
from wxbot.search import Index, SearchResult
from wxbot.web import runtime_of
from wxbot.web.asgi_app import AsgiApp
from wxbot.wechat import CallbackCrypto
from wxbot.wechat.limits import BODY_BYTES

KEY = "k" * 43
OTHER_KEY = "o" * 43
MODES: list[dict[str, str]] = [{}, {"aes_key": KEY}]


@pytest.mark.parametrize("mode", MODES, ids=["plain", "safe"])
def test_a_question_is_answered_with_a_card(site: Site, mode: dict[str, str]) -> None:
    """A text message gets a card, in plaintext and in safe mode."""
    shown = site(**mode).shown(message("白皮书"))

    assert shown is not None
    assert ("news", "alice", "gh_test") == (shown["MsgType"], shown["ToUserName"], shown["FromUserName"])
    assert "白皮书" in str(shown["Title"])


@pytest.mark.parametrize("mode", MODES, ids=["plain", "safe"])
def test_json_is_answered_in_json(site: Site, mode: dict[str, str]) -> None:
    """With JSON as data format the answer is JSON, envelope included; the address may end with a slash."""
    caller = site(**mode)
    caller.path = "/wechat/"
    asked = {"ToUserName": "gh_test", "FromUserName": "alice", "CreateTime": 1793000000}
    response = caller.push(json.dumps(asked | {"MsgType": "text", "Content": "白皮书", "MsgId": 1}))
    reply = json.loads(caller.decrypt(response) if mode else response.get_data())

    assert "application/json; charset=utf-8" == response.content_type
    assert ("news", "alice", "gh_test") == (reply["MsgType"], reply["ToUserName"], reply["FromUserName"])
    assert "白皮书" in reply["Articles"][0]["Title"]


def test_compat_mode_reads_the_encrypted_half(site: Site, now: dt.datetime) -> None:
    """Of a body with a plain and an encrypted half only the encrypted one, which is signed, is read."""
    caller = site(aes_key=KEY)
    stamp, nonce = str(int(now.timestamp())), "n"
    envelope = CallbackCrypto(TOKEN, APP_ID, KEY)
    sealed = envelope.seal(message("白皮书"), now, nonce).partition("<Encrypt>")[2].partition("</Encrypt>")[0]
    both = message("北京").replace("</xml>", f"<Encrypt>{sealed}</Encrypt></xml>")
    cipher = sealed.removeprefix("<![CDATA[").removesuffix("]]>")
    response = caller.push(
        both.encode(),
        timestamp=stamp,
        nonce=nonce,
        encrypt_type="aes",
        msg_signature=signature(TOKEN, stamp, nonce, cipher),
    )

    assert 200 == response.status_code
    assert "白皮书" in caller.decrypt(response)


def test_the_previous_key_still_decrypts_and_encrypts(site: Site) -> None:
    """Messages are answered while the platform still uses the previous key."""
    caller = site(aes_key=KEY, previous_aes_key=OTHER_KEY)
    caller.envelope = CallbackCrypto(TOKEN, APP_ID, OTHER_KEY)

    shown = caller.shown(message("白皮书"))
    assert shown is not None
    assert "news" == shown["MsgType"]


def test_the_platform_verifies_the_address(caller: Caller, now: dt.datetime) -> None:
    """A GET gets its `echostr` back as plain text; with a wrong signature it gets 403."""
    stamp = str(int(now.timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "echostr": "4375120948345356249"}
    client = caller.app.test_client()
    good = client.get("/wechat", query_string=query | {"signature": signature(TOKEN, stamp, "n")})
    bad = client.get("/wechat", query_string=query | {"signature": "0" * 40})

    assert (200, "4375120948345356249") == (good.status_code, good.get_data(as_text=True))
    assert good.content_type.startswith("text/plain")
    assert 403 == bad.status_code


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"signature": "0" * 40}, id="wrong"),
        pytest.param({"signature": ""}, id="empty"),
        pytest.param({"signature": "签名"}, id="not ASCII"),
        pytest.param({"timestamp": "1"}, id="another timestamp"),
        pytest.param({"nonce": "x"}, id="another nonce"),
    ],
)
def test_a_push_without_a_right_signature_is_refused(
    caller: Caller, sample_db: Database, query: dict[str, Any]
) -> None:
    """A push without a right signature gets 403, and nothing is written."""
    assert 403 == caller.push(message(), **query).status_code
    with sample_db.read() as session:
        assert 0 == journal.count(session)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stale_push_is_refused(caller: Caller, now: dt.datetime, minutes: int) -> None:
    """A right signature that is six minutes old or early gets 403: it may be a replay."""
    assert 403 == caller.push(message(), at=now + dt.timedelta(minutes=minutes)).status_code


def test_another_account_is_refused(site: Site) -> None:
    """A push encrypted for another AppID gets 403, even with our key."""
    caller = site(aes_key=KEY)
    caller.envelope = CallbackCrypto(TOKEN, "wx0000000000000000", KEY)

    assert 403 == caller.push(message()).status_code


def test_a_request_without_parameters_is_refused(caller: Caller) -> None:
    """A browser that opens the address, or a scanner that posts to it, gets 403; other methods get 405."""
    client = caller.app.test_client()

    assert [403, 403] == [client.get("/wechat").status_code, client.post("/wechat", data=b"x").status_code]
    assert 405 == client.delete("/wechat").status_code


BODIES: dict[str, str | bytes] = {
    "empty": b"",
    "blank": b" \r\n ",
    "not XML": b"hello",
    "broken": b"<xml><MsgType>text",
    "JSON": json.dumps({"MsgType": "text", "FromUserName": "alice"}),
    "zeros": b"\0" * 1000,
    "not UTF-8": b"\xff\xfe<xml></xml>",
    "UTF-16": message().encode("utf-16"),
    "no sender": "<xml><MsgType>text</MsgType><Content>x</Content></xml>",
    "no type": "<xml><FromUserName>alice</FromUserName></xml>",
    "deep": "<xml>" + "<a>" * 5000 + "</a>" * 5000 + "</xml>",
    "entities": '<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><FromUserName>&a;</FromUserName></xml>',
    "another root": "<html><body/></html>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("mode", MODES, ids=["plain", "safe"])
def test_a_signed_push_is_answered_200_whatever_is_in_it(
    site: Site, mode: dict[str, str], body: str | bytes
) -> None:
    """No body makes the platform retry or show its fault notice."""
    sent = body.decode("utf-8", "replace") if mode and isinstance(body, bytes) else body
    response = site(**mode).push(sent)

    assert 200 == response.status_code
    assert "root:" not in response.get_data(as_text=True)


STRANGE: dict[str, str] = {
    "CDATA end": "]]>",
    "CDATA ends": "]]>]]]]><![CDATA[>",
    "control characters": "\x01\x08\x0b\x1f芯片\x7f",
    "markup": "<script>alert(1)</script>&lt;&amp;&#0;",
    "a template": "{问题}{{7*7}}{0}%s%(x)s",
    "emoji": "👨‍👩‍👧‍👦🇨🇳",
    "right to left": "\u202e芯片\u202d",
    "SQL": "'; DROP TABLE journal; --",
    "query syntax": 'title:"a" AND (b OR -c)^2~ [x TO y] *?\\',
    "long": "芯" * 20_000,
    "very many words": "芯 片 " * 7_000,
    "only punctuation": "！！！。。。",
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE.keys())
def test_every_text_is_answered(caller: Caller, content: str) -> None:
    """Every text gets a well-formed reply to its sender within the platform's limits."""
    shown = caller.shown(message(content.replace("]]>", "]]]]><![CDATA[>")))

    assert shown is not None
    assert "alice" == shown["ToUserName"]
    assert len((shown.get("Content") or "").encode()) <= 2048


@pytest.mark.parametrize(
    "kind", ["image", "voice", "video", "shortvideo", "location", "link", "music_of_2030"]
)
def test_every_other_type_gets_a_text(caller: Caller, kind: str) -> None:
    """Messages other than text, also of an unknown type, get a short text."""
    shown = caller.shown(push_xml(f"<MsgType>{kind}</MsgType><MediaId>m</MediaId><MsgId>5</MsgId>"))

    assert shown is not None
    assert "text" == shown["MsgType"]


def test_a_report_of_the_platform_gets_no_reply(caller: Caller, sample_db: Database) -> None:
    """The report on a mass message is written and answered with the bare word `success`."""
    report = event("MASSSENDJOBFINISH", "oMp", "<MsgID>1000000123</MsgID><Status>send success</Status>")

    assert caller.shown(report) is None
    with sample_db.read() as session:
        assert ["1000000123"] == [
            each.job for each in journal.unmatched_job_events(session, "masssendjobfinish")
        ]


def test_following_and_leaving_are_written(caller: Caller, sample_db: Database) -> None:
    """A new follower gets the welcome; one who leaves gets nothing."""
    welcome = caller.shown(event("subscribe"))
    with sample_db.read() as session:
        there = followers.count(session)
    left = caller.shown(event("unsubscribe", more="<EventKey></EventKey>"))

    assert welcome is not None
    assert "欢迎关注" in str(welcome["Content"])
    assert left is None
    with sample_db.read() as session:
        assert (1, 0) == (there, followers.count(session))


def test_a_body_above_the_limit_is_refused(caller: Caller) -> None:
    """A body of one byte more than BODY_BYTES gets 413; one of BODY_BYTES is answered."""
    padding = "<Pad>" + "x" * (BODY_BYTES - len(message().encode()) - len("<Pad></Pad>")) + "</Pad>"
    largest = message().replace("</xml>", padding + "</xml>")

    assert BODY_BYTES == len(largest.encode())
    assert [200, 413] == [caller.push(body).status_code for body in (largest, largest + " ")]


class Endless:
    """A body of unannounced length that never ends; it counts how much is read."""

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(self, size: int = -1) -> bytes:
        """Give `size` bytes; reading to the end would never return."""
        assert size >= 0, "an endless body must not be read to its end"
        self.read_so_far += size
        return b"x" * size


def test_an_endless_body_is_read_to_the_limit_only(caller: Caller, now: dt.datetime) -> None:
    """Of a chunked body, which announces no length, at most one byte more than BODY_BYTES is read."""
    stamp, body = str(int(now.timestamp())), Endless()
    response = caller.app.test_client().post(
        "/wechat",
        query_string={"signature": signature(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n"},
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
    )

    assert 413 == response.status_code
    assert body.read_so_far <= BODY_BYTES + 1


@pytest.mark.parametrize("mode", MODES, ids=["plain", "safe"])
def test_a_retry_gets_the_stored_reply(site: Site, sample_db: Database, mode: dict[str, str]) -> None:
    """A retried 更多 leads one page further, not two: the message id is the idempotency key."""
    caller = site(**mode)
    caller.shown(message("投融界", msg_id=1))
    tries = [caller.shown(message("更多", msg_id=2)) for _ in range(3)]

    assert tries[0] == tries[1] == tries[2]
    assert "6." in str((tries[0] or {})["Content"])
    with sample_db.read() as session:
        assert 2 == journal.count(session)


class BrokenBot(Bot):
    """A bot whose every answer fails."""

    def answer(self, *_: Any) -> Any:
        """Raise an unexpected exception."""
        raise RuntimeError("a part is missing")


def test_a_failing_bot_gives_an_apology(
    caller: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The member reads an apology, an event gets no reply, and the log has the failure."""
    monkeypatch.setattr(Bot, "answer", BrokenBot.answer)
    with caplog.at_level(logging.ERROR):
        shown, nothing = (
            caller.shown(message()),
            caller.shown(event("CLICK", more="<EventKey>LATEST</EventKey>")),
        )

    assert "抱歉" in str((shown or {})["Content"])
    assert nothing is None
    assert "a part is missing" in caplog.text


def test_without_its_tables_the_webhook_still_answers(
    caller: Caller, sample_db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A search needs no table: the card goes out, and the log says that no journal entry was written."""
    with sample_db.engine.begin() as connection:
        connection.execute(text("DROP TABLE journal"))
    with caplog.at_level(logging.ERROR):
        shown = caller.shown(message("白皮书"))

    assert "news" == (shown or {})["MsgType"]
    assert "journal entries could not be written" in caplog.text


def test_a_locked_database_does_not_hold_up_answers(
    site: Site, database_url: str, sample_db: Database, index: Index
) -> None:
    """While another transaction holds the database ten members at once are answered; afterwards answers are written."""
    patient = Database.open(database_url, durable=False, busy_seconds=0.4)
    caller = site(db=patient, index=index, answer_seconds=1.0)
    statuses: list[int] = []

    def ask(msg_id: int) -> None:
        statuses.append(caller.push(message("白皮书", msg_id)).status_code)

    with held(sample_db):
        run_together([lambda at=at: ask(at) for at in range(10)])  # type: ignore[misc]
        answered_meanwhile = list(statuses)
    ask(99)
    patient.close()

    assert [200] * 10 == answered_meanwhile
    with sample_db.read() as session:
        assert journal.answer_of(session, "99") is not None


@contextmanager
def held(db: Database) -> Iterator[None]:
    """Hold a write transaction until the block ends."""
    with db.begin() as session:
        session.execute(text("UPDATE library_version SET version = version"))
        if not db.is_sqlite:
            session.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        yield


@pytest.mark.parametrize("text_sent", ["退订", "订阅 投融界", "免打扰 22-8"])
def test_a_change_that_could_not_be_written_is_not_confirmed(
    site: Site, database_url: str, sample_db: Database, index: Index, text_sent: str
) -> None:
    """A member who reads 不再推送 must get nothing more, so no change is confirmed before its commit."""
    patient = Database.open(database_url, durable=False, busy_seconds=0.3)
    caller = site(db=patient, index=index, answer_seconds=1.0)
    with held(sample_db):
        refused = caller.shown(message(text_sent, 1))
    with sample_db.read() as session:
        before = followers.preferences_of(session, "alice")
    done = caller.shown(message(text_sent, 2))
    patient.close()

    assert "可能没有保存" in (refused or {})["Content"]
    assert "好的" in (done or {})["Content"]
    with sample_db.read() as session:
        assert before != followers.preferences_of(session, "alice")


@pytest.mark.both_databases
def test_a_report_that_could_not_be_written_is_written_later(
    site: Site, database_url: str, sample_db: Database, index: Index
) -> None:
    """The platform reports on a mass message once, so its report is kept in memory until it can be written."""
    patient = Database.open(database_url, durable=False, busy_seconds=0.3)
    caller = site(db=patient, index=index, answer_seconds=1.0)
    with held(sample_db):
        caller.push(event("MASSSENDJOBFINISH", more="<MsgID>77</MsgID><Status>send success</Status>"))
    runtime_of(caller.app).deferred.write()
    patient.close()

    with sample_db.read() as session:
        assert ["77"] == [report.job for report in journal.unmatched_job_events(session, "masssendjobfinish")]


def run_together(calls: list[Callable[[], None]]) -> None:
    """Run all calls at the same moment, and wait for the last."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        """Call when all threads have started."""
        start.wait()
        call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class SlowIndex(Index):
    """An index whose searches take some time, so that retries overlap."""

    def search(self, *words: Any, **how: Any) -> SearchResult:
        """Search after a pause."""
        time.sleep(0.05)
        return super().search(*words, **how)


def test_retries_at_the_same_moment_get_the_same_reply(
    site: Site, database_url: str, sample_db: Database, index: Index, tmp_path: Path
) -> None:
    """Eight retries at once to two applications, as in two processes, get one body and write one row.

    The clocks of the two differ, so that they never compute the same reply.
    """
    slow, other = SlowIndex(tmp_path / "index"), Database.open(database_url, durable=False)
    callers = [site(index=slow), site(index=slow, db=other, later=1)]
    bodies: list[str] = []

    def ask(caller: Caller) -> None:
        bodies.append(caller.push(message("北京", msg_id=4711)).get_data(as_text=True))

    run_together([lambda at=at: ask(callers[at % 2]) for at in range(8)])  # type: ignore[misc]
    other.close()

    assert index.version == slow.version
    assert (8, 1) == (len(bodies), len(set(bodies)))
    with sample_db.read() as session:
        assert [bodies[0]] == [journal.answer_of(session, "4711")]


def test_a_body_that_never_arrives_is_answered(caller: Caller) -> None:
    """A push or form whose client sends its head and then nothing gets 408 after its time, with every header."""
    runtime = runtime_of(caller.app)
    app = AsgiApp(
        caller.app.wsgi_app, runtime.webhook, runtime.journal_writer, runtime.close, body_seconds=(0, 0)
    )

    async def ask() -> list[int]:
        """Send both."""
        paths = ("/wechat", "/console/login")
        return [(await asgi_request(app, "POST", path, stalls=True))[0] for path in paths]

    assert [408, 408] == asyncio.run(ask())
