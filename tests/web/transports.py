"""Push messages through the Flask view or the ASGI application; an index and a database that a test can block."""

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Engine

from tests.web.conftest import TOKEN, Caller, signature
from wxbot.db import Database, Session
from wxbot.search import Index, SearchResult
from wxbot.web import runtime_of
from wxbot.web.asgi_app import AsgiApp

WITHIN = 60.0

PushText = Callable[[str], str]


@contextmanager
def through_flask(caller: Caller) -> Iterator[PushText]:
    """Yield a function that pushes a message to the Flask view and returns the response's body."""

    def push(xml: str) -> str:
        """Push one message with a valid signature."""
        response = caller.push(xml)
        assert 200 == response.status_code
        return response.get_data(as_text=True)

    yield push


@contextmanager
def through_asgi(caller: Caller) -> Iterator[PushText]:
    """Yield a function that pushes a message to the ASGI application and returns the response's body."""
    runtime, loop = runtime_of(caller.app), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    app = AsgiApp(caller.app.wsgi_app, runtime.webhook, runtime.journal_writer, runtime.close)

    def push(xml: str) -> str:
        """Push one message with a valid signature."""
        stamp = str(int(caller.now.timestamp()))
        query = {"signature": signature(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n"}
        response = asgi_request(app, "POST", "/wechat", urlencode(query), xml.encode())
        status, body = asyncio.run_coroutine_threadsafe(response, loop).result(WITHIN)
        assert 200 == status
        return body.decode()

    yield push
    loop.call_soon_threadsafe(loop.stop)
    thread.join(WITHIN)
    loop.close()


async def asgi_request(
    app: AsgiApp, method: str, path: str, query: str = "", body: bytes = b"", *, stalls: bool = False
) -> tuple[int, bytes]:
    """Send one request to an ASGI application, as a server does; return status and body.

    With `stalls` the client never sends the end of its body.
    """
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode("latin-1"),
        "http_version": "1.1",
        "headers": [],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        """Return the whole body, or never return."""
        if stalls:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        """Record a part of the response."""
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent)


class HeldIndex(Index):
    """An index whose searches a test can block."""

    def hold(self) -> None:
        """Block searches until `free` is set; the first one sets `begun`."""
        self.free, self.begun = threading.Event(), threading.Event()

    def search(self, *words: Any, **how: Any) -> SearchResult:
        """Search after `free` is set."""
        if hasattr(self, "free"):
            self.begun.set()
            assert self.free.wait(WITHIN)
        return super().search(*words, **how)


class HeldDatabase(Database):
    """A database whose reads a test can block; writes are not blocked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.free = threading.Event()
        self.free.set()

    @contextmanager
    def read(self) -> Generator[Session]:
        """Read after `free` is set."""
        assert self.free.wait(WITHIN)
        with super().read() as session:
            yield session


def write_deferred(app: Flask) -> None:
    """Wait until every deferred answer is computed, then write them."""
    deferred = runtime_of(app).deferred
    for _ in range(1200):
        if not deferred.computing:
            deferred.write()
            return
        threading.Event().wait(0.05)
    raise AssertionError("an answer was never computed")
