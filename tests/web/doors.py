"""The two doors of the webhook, WSGI and RSGI, as a test calls them; and real pieces that can be held up."""

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Engine

from tests.web.conftest import TOKEN, Caller, signature
from wxbot.db import Database, Session
from wxbot.search import Index, SearchResult
from wxbot.web import running
from wxbot.web.front import Front

WITHIN = 60.0

Door = Callable[[str], str]


class _Protocol:
    """What a server hands to an RSGI application beside the head of a request."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.status, self.answer = 0, b""

    async def __call__(self) -> bytes:
        """Give the whole body."""
        return self._body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Take the answer."""
        assert headers
        self.status, self.answer = status, body


@contextmanager
def front(caller: Caller) -> Iterator[Door]:
    """The production door: the application's webhook on an event loop of its own."""
    inside, loop = running(caller.app), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    door = Front(inside.webhook, inside.scribe, caller.app.wsgi_app, inside.close)
    loop.call_soon_threadsafe(door.__rsgi_init__, loop)

    def push(xml: str) -> str:
        """Push one message, rightly signed; gives the answer's body."""
        stamp = str(int(caller.now.timestamp()))
        query = {"signature": signature(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n"}
        body = xml.encode()
        headers = {"content-length": str(len(body))}
        scope = SimpleNamespace(path="/wechat", method="POST", query_string=urlencode(query), headers=headers)
        protocol = _Protocol(body)
        asyncio.run_coroutine_threadsafe(door.__rsgi__(scope, protocol), loop).result(WITHIN)
        assert 200 == protocol.status
        return protocol.answer.decode()

    yield push
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextmanager
def gate(caller: Caller) -> Iterator[Door]:
    """The door for any other server: WSGI."""

    def push(xml: str) -> str:
        """Push one message, rightly signed; gives the answer's body."""
        response = caller.push(xml)
        assert 200 == response.status_code
        return response.get_data(as_text=True)

    yield push


class HeldIndex(Index):
    """An index whose searches can be held up."""

    def hold(self) -> None:
        """From now on no search comes to an end."""
        self.free, self.begun = threading.Event(), threading.Event()

    def search(self, *words: Any, **how: Any) -> SearchResult:
        """Find, once nothing holds it up."""
        if hasattr(self, "free"):
            self.begun.set()
            assert self.free.wait(WITHIN)
        return super().search(*words, **how)


class HeldDatabase(Database):
    """A database that can be kept from being read; writing goes on."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.free = threading.Event()
        self.free.set()

    @contextmanager
    def read(self) -> Generator[Session]:
        """Look, once nothing holds it up."""
        assert self.free.wait(WITHIN)
        with super().read() as session:
            yield session


def settle(app: Flask) -> None:
    """Wait until all that is under way in the application's threads is done, and what came of it is written."""
    debts = running(app).debts
    for _ in range(1200):
        if not debts.coming:
            debts.pay()
            return
        threading.Event().wait(0.05)
    raise AssertionError("an answer never came")
