"""The front: what the production server calls (RSGI). The webhook on an event loop, all else in Flask, on threads.

Threads that each wait for a commit spend more on passing Python's lock around than on the answer; one thread that
computes answers in turn, while the scribe commits all that wait, serves twice as many. And a request that is slow to
arrive keeps no thread. `Gate` is the same webhook for any other server.
"""

import asyncio
import io
import logging
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from wxbot.bot import Note
from wxbot.web.desk import Desk
from wxbot.web.gate import PATH, TOO_LARGE, fields
from wxbot.web.journal_writer import Scribe
from wxbot.web.patience import Patience
from wxbot.web.webhook import Push, Said, Webhook
from wxbot.wechat import SUCCESS, limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Front"]

log = logging.getLogger(__name__)

THREADS = 8  # for pages; what a member asks has threads of its own (`wxbot.web.deadline`)
BODY_SECONDS = 10.0  # the platform sends a kilobyte; who takes longer is not the platform

# Granian's own classes, of which it ships no types: `Scope` is the request's head, `Protocol` reads and answers it.
Scope = Any
Protocol = Any


class _Answered(NamedTuple):
    """What a WSGI application answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Front:
    """An RSGI application: the webhook, and the WSGI application `pages` for all other paths."""

    def __init__(
        self, webhook: Webhook, scribe: Scribe, pages: "WSGIApplication", close: Callable[[], None]
    ) -> None:
        self._webhook = webhook
        self._scribe = scribe
        self._pages = pages
        self._close = close
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server is about to begin."""
        self._loop = loop
        self._desk = Desk(self._scribe, loop)
        self._patience = Patience(loop, BODY_SECONDS)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server has ended: end the threads, when all is written."""
        self._threads.shutdown()
        self._desk.close()
        self._close()

    async def __rsgi__(self, scope: Scope, protocol: Protocol) -> None:
        """Answer one request."""
        try:
            body = await self._body(scope, protocol)
        except TimeoutError:
            protocol.response_str(408, [], "")
            return
        if scope.path != PATH:
            await self._page(scope, protocol, body)
            return
        try:
            said = body if isinstance(body, Said) else await self._said(scope, body)
        except Exception:
            log.exception("the webhook failed")
            said = Said(200, SUCCESS)
        protocol.response_bytes(
            said.status, [("content-type", said.kind)], said.body.encode("utf-8", "ignore")
        )

    async def _said(self, scope: Scope, body: bytes) -> Said:
        try:
            query = fields(scope.query_string)
        except ValueError:
            return Said(400, "too many fields")
        if scope.method == "GET":
            return self._webhook.greet(query)
        if scope.method != "POST":
            return Said(405, "GET or POST")
        push = self._webhook.admit(query, body)
        if isinstance(push, Said):
            return push
        note = self._webhook.answer(push) if self._webhook.is_quick(push) else await self._waited(push)
        counts = await self._desk.write(note, push.until - time.perf_counter())
        return self._webhook.finish(push, note, counts)

    async def _waited(self, push: Push) -> Note:
        """What can be answered in time, while the loop serves others."""
        stages = self._webhook.stages(push)
        while True:
            try:
                job, until = next(stages)
            except StopIteration as ended:
                note: Note = ended.value
                return note
            left = max(until - time.perf_counter(), 0.0)
            await asyncio.wait({asyncio.wrap_future(job)}, timeout=left)

    async def _body(self, scope: Scope, protocol: Protocol) -> bytes | Said:
        """What was sent, or why not: never more than the cap is read, and nobody may take for ever."""
        length = scope.headers.get("content-length")
        if length is None and scope.headers.get("transfer-encoding") is None:
            return b""
        if length is None:
            return await self._patience.wait(_pieces(protocol))
        if not length.isdigit() or int(length) > limits.BODY_BYTES:
            return TOO_LARGE
        return bytes(await self._patience.wait(protocol()))

    async def _page(self, scope: Scope, protocol: Protocol, body: bytes | Said) -> None:
        if isinstance(body, Said):
            protocol.response_str(body.status, [("content-type", body.kind)], body.body)
            return
        environ = _environ(scope, body)
        answered = await self._loop.run_in_executor(self._threads, _call, self._pages, environ)
        protocol.response_bytes(answered.status, answered.headers, answered.body)


async def _pieces(protocol: Protocol) -> bytes | Said:
    """A body whose length was not announced."""
    read = b""
    async for piece in protocol:
        read += piece
        if len(read) > limits.BODY_BYTES:
            return TOO_LARGE
    return read


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as a WSGI application expects it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ.pop("HTTP_CONTENT_LENGTH", None)
    return environ


def _call(application: "WSGIApplication", environ: dict[str, Any]) -> _Answered:
    """Ask a WSGI application, and collect its answer."""
    started: list[Any] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: Any = None
    ) -> Callable[[bytes], object]:
        started[:] = [int(status.split(" ", 1)[0]), headers]
        return lambda _: None

    pieces = application(environ, start_response)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, headers = started
    return _Answered(status, headers, body)
