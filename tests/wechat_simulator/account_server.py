"""Server of an account that answers callbacks as a test sets it up."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MakeAnswer = Callable[["ReceivedCallback"], bytes]


@dataclass(frozen=True)
class ReceivedCallback:
    """One received callback."""

    query: dict[str, str]
    body: str

    def field(self, tag: str) -> str:
        """Return the text of an XML tag, with or without CDATA."""
        inside = self.body.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        return inside.removeprefix("<![CDATA[").removesuffix("]]>")


class _QuietServer(ThreadingHTTPServer):
    """HTTP server that ignores closed connections, as the simulator closes them after its timeout."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report every other error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass
class AccountServer:
    """The server: `answer` makes the body; it is sent with `status` after `seconds`."""

    answer: MakeAnswer = lambda _: b"success"
    status: int = 200
    seconds: float = 0.0
    received: list[ReceivedCallback] = field(default_factory=list)
    url: str = ""

    def open(self) -> ThreadingHTTPServer:
        """Start listening on a free port and return the HTTP server."""
        server = _QuietServer(("127.0.0.1", 0), _handler_class(self))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/wechat"
        return server

    def say(self, content: str) -> None:
        """Answer every callback with a text."""
        self.answer = lambda callback: reply_xml(
            callback, f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"
        )

    def events(self, name: str) -> list[ReceivedCallback]:
        """Return the received events of a name, oldest first."""
        return [one for one in self.received if one.field("Event") == name]


def reply_xml(callback: ReceivedCallback, inside: str) -> bytes:
    """Return a reply to a callback, with sender and recipient swapped and the given content."""
    return (
        f"<xml><ToUserName><![CDATA[{callback.field('FromUserName')}]]></ToUserName>"
        f"<FromUserName><![CDATA[{callback.field('ToUserName')}]]></FromUserName>"
        f"<CreateTime>1793000001</CreateTime>{inside}</xml>"
    ).encode()


def news_reply(callback: ReceivedCallback, count: int) -> bytes:
    """Return a news reply with `count` cards."""
    items = "".join(
        f"<item><Title><![CDATA[第{n}条]]></Title><Description><![CDATA[摘要]]></Description>"
        f"<PicUrl><![CDATA[https://example.org/{n}.jpg]]></PicUrl><Url><![CDATA[https://example.org/{n}]]></Url></item>"
        for n in range(1, count + 1)
    )
    inside = (
        f"<MsgType><![CDATA[news]]></MsgType><ArticleCount>{count}</ArticleCount><Articles>{items}</Articles>"
    )
    return reply_xml(callback, inside)


def _handler_class(account_server: AccountServer) -> type[BaseHTTPRequestHandler]:
    """Return the request handler class of an account's server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = dict(parse_qsl(urlsplit(self.path).query))
            callback = ReceivedCallback(query, body)
            account_server.received.append(callback)
            time.sleep(account_server.seconds)
            self._send(account_server.answer(callback))

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            account_server.received.append(ReceivedCallback(query, ""))
            self._send(query.get("echostr", "").encode())

        def _send(self, answer: bytes) -> None:
            self.send_response(account_server.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002, ARG002 - the base class's names
            return None

    return Handler
