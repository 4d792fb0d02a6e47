"""The simulated platform pushes, the product's envelope opens, answers, seals: both ends written apart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.wechat.desk import article, control, door
from wechat_simulator import RunningSimulator, run
from wxbot.wechat import (
    SUCCESS,
    CallbackCrypto,
    Card,
    Incoming,
    MassJobEvent,
    News,
    Nothing,
    Reply,
    Text,
    parse,
    render,
)

CARDS = tuple(Card(f"第{n}期", "摘要", "https://e.org/1.jpg", f"https://e.org/{n}") for n in range(9))


class Webhook:
    """The least that answers a push with the product's own parts."""

    def __init__(self, envelope: CallbackCrypto, reply: Reply) -> None:
        self.envelope = envelope
        self.reply = reply
        self.heard: list[Incoming] = []

    def answer(self, path: str, body: bytes) -> str:
        """Return the response to one request of the platform."""
        query, now = dict(parse_qsl(urlsplit(path).query)), datetime.now(UTC)
        if not body:
            return self.envelope.verify_server(query) or ""
        opened = self.envelope.open(query, body, now)
        push = parse(opened.body)
        self.heard.append(push)
        reply = render(
            self.reply,
            to=push.openid,
            sender=push.account,
            now=now,
            answering=push.kind,
            data_format=push.data_format,
        )
        if reply == SUCCESS or not opened.encrypted:
            return reply
        return self.envelope.seal(
            reply, now, opened.nonce, previous_key=opened.previous_key, as_json=push.data_format == "json"
        )


@contextmanager
def served(webhook: Webhook) -> Iterator[str]:
    """A webhook on a free port; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = webhook.answer(self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        do_POST = do_GET  # noqa: N815 - the base class's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/wechat"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def rehearsal(
    mode: str, reply: Reply, data_format: str = "xml"
) -> Iterator[tuple[RunningSimulator, Webhook]]:
    """A simulator in one of its modes and data formats, with a webhook that knows its token and key."""
    with run(kind="svc", mode=mode, virtual=True, mass_delay=0, data_format=data_format) as platform:
        platform.world.stamp_by_clock = False  # pushes are signed with the machine's time
        told = platform.account
        webhook = Webhook(
            CallbackCrypto(told.token, told.app_id, told.aes_key if mode != "plain" else None), reply
        )
        with served(webhook) as told.callback:
            yield platform, webhook


@pytest.mark.parametrize("data_format", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_question_and_answer_in_every_mode(mode: str, data_format: str) -> None:
    """A member's words come out as written, and the answer is shown to the member."""
    with rehearsal(mode, Text("读“第2期”]]>\n再见"), data_format) as (platform, webhook):
        control(platform, "followers", openid="o1")
        outcome = control(platform, "message", openid="o1", type="text", content="芯片 <b>&]]> \U0001f600")

    assert ["subscribe", ""] == [push.event for push in webhook.heard]
    assert "芯片 <b>&]]> \U0001f600" == webhook.heard[1].content
    assert "读“第2期”]]>\n再见" == outcome["shown"]["content"]
    assert [200] == [attempt["status"] for attempt in outcome["attempts"]]


@pytest.mark.parametrize(("mode", "data_format"), [("plain", "xml"), ("safe", "xml"), ("safe", "json")])
def test_cards_within_the_platforms_number(mode: str, data_format: str) -> None:
    """Nine cards become one for a message and eight for an event: never the fault notice."""
    with rehearsal(mode, News(CARDS), data_format) as (platform, _):
        followed = control(platform, "followers", openid="o1")
        wrote = control(platform, "message", openid="o1", type="text", content="芯片")

    assert (8, 1) == (len(followed["shown"]["articles"]), len(wrote["shown"]["articles"]))
    assert not followed["fault"]
    assert not wrote["fault"]


def test_longest_text_is_shown() -> None:
    """A text of any length is cut to what the platform shows."""
    with rehearsal("safe", Text("长" * 5000)) as (platform, _):
        control(platform, "followers", openid="o1")
        outcome = control(platform, "message", openid="o1", type="text", content="芯片")

    assert not outcome["fault"]
    assert outcome["shown"]["content"].endswith("…")


@pytest.mark.parametrize("data_format", ["xml", "json"])
def test_finished_mass_message_is_told(data_format: str) -> None:
    """The report on a job carries the id that the call gave back, and its counts."""
    with rehearsal("safe", Nothing(), data_format) as (platform, webhook):
        control(platform, "followers", count=1200)
        wechat = door(platform)
        sent = wechat.send_to_all(wechat.add_draft([article(wechat)]), "wx1")
        control(platform, "clock", advance=60)

    (push,) = webhook.heard
    assert isinstance(push.job, MassJobEvent)
    assert (sent.msg_id, "send success", 1200) == (str(push.job.msg_id), push.job.status, push.job.total)
    assert 1 == len(push.job.urls)


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
def test_platform_checks_our_address(mode: str) -> None:
    """The check that the console makes when an address is saved passes in every mode."""
    with rehearsal(mode, Text("")) as (platform, _):
        assert control(platform, "verify", again=True)["verified"]
