"""The ASGI application that `wxbot serve` runs: the webhook on the server's event loop, all other paths in Flask.

With a thread for each message that waits for its commit, switching threads (the GIL) costs more than the answer. On the
event loop one thread answers all messages and commits them in groups, and a request that arrives slowly occupies no
thread. Every request except `POST /wechat` goes through `a2wsgi` to the Flask application, which answers `/wechat`
in the same way under any WSGI server. Public pages that were just rendered are answered from `PageCache`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from a2wsgi import WSGIMiddleware

from wxbot.web.app import SECURITY_HEADERS
from wxbot.web.journal_writer import JournalWriter
from wxbot.web.loop_writer import LoopWriter
from wxbot.web.page_cache import PageCache
from wxbot.web.request_ids import request_context, send_with_id
from wxbot.web.unread_bodies import discard_rest, has_forms
from wxbot.web.webhook import OVERLOADED, PATH, TOO_LARGE, Webhook, WebhookResponse
from wxbot.wechat import limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["AsgiApp"]

PAGE_THREADS = 8
# Within which a request's body must arrive, or what a page reads of it before a thread takes it. A connection that
# sends its body byte by byte costs little, but without an end of it they add up to the limit of connections.
PUSH_SECONDS, FORM_SECONDS = 10.0, 60.0
_TOO_SLOW = WebhookResponse(408, "too slow")
# On a machine that has no time for them, more and more pushes would be under way, each answered after the platform has
# given up, and its next tries would keep it so. When the event loop is so far behind, and so many pushes are under way,
# the others are refused at once and come again. While only the database is slow, the loop is not behind.
BEHIND_SECONDS, PUSHES_WHEN_BEHIND = 1.0, 64
_BEAT_SECONDS = 0.1
_PATHS = frozenset({PATH, f"{PATH}/"})
_ASCII = bytes(range(0x21, 0x7F)).decode()
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class AsgiApp:
    """One process's application; `close` is called when the server ends.

    Of a form that is answered before it was read whole, at most `most_discarded` further bytes are read. A push or form
    whose body takes longer than its `body_seconds` is answered 408. While the loop is `behind_seconds` late, at most
    `most_when_behind` pushes are handled at once.
    """

    def __init__(
        self,
        flask_app: "WSGIApplication",
        webhook: Webhook,
        writer: JournalWriter,
        close: Callable[[], None],
        most_discarded: int = 0,
        body_seconds: tuple[float, float] = (PUSH_SECONDS, FORM_SECONDS),
        behind_seconds: float = BEHIND_SECONDS,
        most_when_behind: int = PUSHES_WHEN_BEHIND,
    ) -> None:
        self._pages = WSGIMiddleware(flask_app, workers=PAGE_THREADS)  # type: ignore[arg-type]
        self._webhook = webhook
        self._journal_writer = writer
        self._loop_writer: LoopWriter | None = None
        self._page_cache = PageCache()
        self._close = close
        self._under_way = 0
        self._behind_seconds, self._most_when_behind = behind_seconds, most_when_behind
        self._beat_at = 0.0
        self._most_discarded = most_discarded
        self._push_seconds, self._form_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and end."""
        if scope["type"] == "lifespan":
            await self._follow_lifespan(receive, send)
            return
        with request_context() as number:
            answer = self._answer_push if _is_push(scope) else self._answer_page
            await answer(scope, receive, send_with_id(send, number))

    async def _follow_lifespan(self, receive: Receive, send: Send) -> None:
        """Close the application when the server ends, after its last request."""
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._loop_writer is not None:
            self._loop_writer.close()
        await asyncio.get_running_loop().run_in_executor(None, self._close)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer_push(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one push of the platform."""
        if self._loop_writer is None:
            self._loop_writer = LoopWriter(self._journal_writer, asyncio.get_running_loop())
            self._beat(asyncio.get_running_loop())
        try:
            async with asyncio.timeout(self._push_seconds):
                body, more = await _read_body(receive, limits.BODY_BYTES)
        except ConnectionError:
            return
        except TimeoutError:
            await _send_response(_TOO_SLOW, send)
            return
        if more or len(body) > limits.BODY_BYTES:
            response = TOO_LARGE
        elif self._is_overloaded():
            self._webhook.count_refused_for_load()
            response = OVERLOADED
        else:
            self._under_way += 1
            try:
                response = await self._webhook.handle(scope["query_string"], body, self._loop_writer)
            finally:
                self._under_way -= 1
        await _send_response(response, send)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Note ten times a second that the loop is not busy with other things."""
        self._beat_at = time.monotonic()
        loop.call_later(_BEAT_SECONDS, self._beat, loop)

    def _is_overloaded(self) -> bool:
        """Return whether another push would only delay those under way."""
        behind = time.monotonic() - self._beat_at
        return behind >= self._behind_seconds and self._under_way >= self._most_when_behind

    async def _answer_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in a thread after the body has arrived, so that no slow client occupies one of the few threads."""
        try:
            async with asyncio.timeout(self._form_seconds):
                body, more = await _read_body(receive, limits.FORM_BYTES)
        except ConnectionError:
            return
        except TimeoutError:
            await _send_response(_TOO_SLOW, send)
            return
        first: Message | None = {"type": "http.request", "body": body, "more_body": more}

        async def receive_again() -> Message:
            nonlocal first, more
            if first is None:
                message = await receive()
                more = message.get("more_body", False)
                return message
            message, first = first, None
            return message

        async def send_after_body(message: Message) -> None:
            nonlocal more
            if more and message["type"] == "http.response.start" and has_forms(scope["path"]):
                more = False
                await discard_rest(receive, self._most_discarded)
            await send(message)

        async def render(headers: list[tuple[bytes, bytes]], send: Send) -> None:
            # A WSGI environment holds bytes beyond ASCII; a2wsgi accepts only ASCII, so they are escaped for it.
            query = quote(scope["query_string"], safe=_ASCII).encode()
            # In a WSGI environment X_Forwarded_For would pass for X-Forwarded-For, which a proxy has checked.
            named = [each for each in headers if b"_" not in each[0]]
            await self._pages({**scope, "query_string": query, "headers": named}, receive_again, send)  # type: ignore[arg-type]

        await self._page_cache.answer(scope, send_after_body, render)


def _is_push(scope: Scope) -> bool:
    """Return whether a request is a push of the platform."""
    return scope["type"] == "http" and scope["path"] in _PATHS and scope["method"] == "POST"


async def _read_body(receive: Receive, most: int) -> tuple[bytes, bool]:
    """Read a request's body, or little more than `most` bytes of it; return it and whether there is more to read.

    Raises
    ------
    ConnectionError : the client has closed the connection before the body's end
    """
    body, more = b"", True
    while more and len(body) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client has closed the connection")
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body, more


async def _send_response(response: WebhookResponse, send: Send) -> None:
    """Send a response with the headers that it has as a Flask response."""
    body = response.body
    headers = [
        (b"content-type", response.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
