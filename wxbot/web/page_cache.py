"""Pages of the public site in the memory of a server process, so that its event loop answers most readers at once.

After a push thousands of followers open the same few pages within minutes. A page is kept for a second: rendered once
a second at most, and a withdrawal is seen a second later wherever it was made. What is kept is what every cache may
keep, `Cache-Control: public`.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

__all__ = ["PageCache"]

SECONDS = 1.0
_ENTRIES = 2000
_LARGEST = 256 * 1024
_METHODS = frozenset({"GET"})
# A 304 has no body, so it says nothing of one.
_BODY_HEADERS = frozenset({b"content-length", b"content-type", b"content-encoding", b"last-modified"})

# Answered from what is kept: a time alone does not tell a new look of an old text, and an ETag comes before it.
_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
# Answers a request that has these headers, through the `send` it is given.
Answer = Callable[[list[tuple[bytes, bytes]], Send], Awaitable[None]]
_Key = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class _KeptPage:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str
    until: float

    async def send_to(self, send: Send, known: bytes) -> None:
        """Send the page, or 304 to a reader who has one of the ETags in `known`."""
        if known and parse_etags(known.decode("latin-1")).contains_weak(self.etag):
            headers = [each for each in self.headers if each[0] not in _BODY_HEADERS]
            await _send(send, HTTPStatus.NOT_MODIFIED, headers, b"")
        else:
            await _send(send, HTTPStatus.OK, self.headers, self.body)


class PageCache:
    """Pages of one process; used on its event loop alone.

    Of several requests for a page that is not kept, one renders it and the others wait for it. `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[_Key, _KeptPage] = OrderedDict()
        self._under_way: dict[_Key, asyncio.Event] = {}

    async def answer(self, scope: MutableMapping[str, Any], send: Send, render: Answer) -> None:
        """Answer a request from the cache, or with what `render` sends."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        named = dict(headers)
        # The token of a click is counted by the view, and an old client's time is compared by it.
        if (
            scope["method"] not in _METHODS
            or scope["query_string"]
            or (b"if-modified-since" in named and b"if-none-match" not in named)
            or b"range" in named
        ):
            await render(headers, send)
            return
        accepted = b",".join(value for name, value in headers if name == b"accept-encoding")
        key = scope["path"], _accepts_gzip(accepted.decode("latin-1"))
        kept = await self._find_or_wait(key)
        if kept is None:
            kept = await self._render(key, headers, send, render)
        if kept is not None:
            await kept.send_to(send, named.get(b"if-none-match", b""))

    def _find(self, key: _Key) -> _KeptPage | None:
        kept = self._kept.get(key)
        if kept is None or kept.until <= self._clock():
            return None
        self._kept.move_to_end(key)
        return kept

    async def _find_or_wait(self, key: _Key) -> _KeptPage | None:
        """Return a page from the cache, also one that another request renders at this moment."""
        kept = self._find(key)
        if kept is None and (rendered := self._under_way.get(key)) is not None:
            await rendered.wait()
            kept = self._find(key)
        return kept

    async def _render(self, key: _Key, headers: Headers, send: Send, render: Answer) -> _KeptPage | None:
        """Render a page and keep it; return None for one that is not for all readers, which is sent already."""
        until = self._clock() + SECONDS  # from before the library is read
        rendered = self._under_way.setdefault(key, asyncio.Event())
        sent: list[Message] = []

        async def collect(message: Message) -> None:
            sent.append(message)

        try:
            await render([each for each in headers if each[0] not in _CONDITIONS], collect)
            kept = _keep(sent, until)
            if kept is not None:
                self._store(key, kept)
                return kept
        finally:
            rendered.set()
            if self._under_way.get(key) is rendered:
                del self._under_way[key]
        for message in sent:
            await send(message)
        return None

    def _store(self, key: _Key, kept: _KeptPage) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > _ENTRIES:
            self._kept.popitem(last=False)


@lru_cache(maxsize=64)
def _accepts_gzip(accepted: str) -> bool:
    """Tell if `cacheable` compresses for this Accept-Encoding; a guess would give a reader a form it cannot read."""
    return parse_accept_header(accepted, Accept)["gzip"] > 0


def _keep(sent: list[Message], until: float) -> _KeptPage | None:
    """Return a response that every reader may get; None for any other."""
    if not sent or sent[0].get("status") != HTTPStatus.OK:
        return None
    headers = [(name.lower(), value) for name, value in sent[0]["headers"]]
    named = dict(headers)
    body = b"".join(each.get("body", b"") for each in sent[1:])
    public = b"public" in named.get(b"cache-control", b"") and b"set-cookie" not in named
    etags = parse_etags(named.get(b"etag", b"").decode("latin-1")).as_set(include_weak=True)
    if not public or len(etags) != 1 or len(body) > _LARGEST:
        return None
    return _KeptPage(headers, body, etags.pop(), until)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": int(status), "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
