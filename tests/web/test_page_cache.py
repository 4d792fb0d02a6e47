"""Tests of the cache of public pages in a server process."""

import asyncio
import gzip
from collections.abc import MutableMapping
from typing import Any

import pytest

from tests.web.conftest import Caller
from wxbot.web.page_cache import PageCache

ETAG = b'"abc-gzip"'
PUBLIC = [(b"Cache-Control", b"public, max-age=300"), (b"ETag", ETAG), (b"Content-Type", b"text/html")]
GZIP = (b"accept-encoding", b"gzip")


class Reader:
    """Readers of one site: asks for pages through a cache, and counts how often one is rendered."""

    def __init__(self, headers: list[tuple[bytes, bytes]], status: int = 200) -> None:
        self.now = 0.0
        self.rendered: list[list[tuple[bytes, bytes]]] = []
        self._cache = PageCache(lambda: self.now)
        self._headers = headers
        self._status = status

    def ask(
        self, times: int, *headers: tuple[bytes, bytes], query: bytes = b"", method: str = "GET"
    ) -> list[int]:
        """Return the status of each of some simultaneous requests."""

        async def ask_all() -> list[int]:
            return await asyncio.gather(*(self._ask(list(headers), query, method) for _ in range(times)))

        return asyncio.run(ask_all())

    async def _ask(self, headers: list[tuple[bytes, bytes]], query: bytes, method: str) -> int:
        sent: list[MutableMapping[str, Any]] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        async def render(asked: list[tuple[bytes, bytes]], send: Any) -> None:
            self.rendered.append(asked)
            await asyncio.sleep(0)
            await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
            await send({"type": "http.response.body", "body": b"page"})

        scope = {"path": "/a/1", "method": method, "headers": headers, "query_string": query}
        await self._cache.answer(scope, send, render)
        return int(sent[0]["status"])


def test_a_page_is_rendered_once_a_second_for_all_readers() -> None:
    """Simultaneous readers share one rendering, also those who have the page; a second later it is rendered again."""
    reader = Reader(PUBLIC)

    assert [304] * 5 == reader.ask(5, GZIP, (b"if-none-match", b'W/"abc-gzip"'))
    assert [200] * 5 == reader.ask(5, GZIP)
    assert [[GZIP]] == reader.rendered
    reader.now = 1.0
    assert [200] == reader.ask(1, GZIP)
    assert 2 == len(reader.rendered)
    assert [200] == reader.ask(1)
    assert [] == reader.rendered[2]


def test_a_page_is_kept_by_what_its_reader_can_read() -> None:
    """Any spelling of Accept-Encoding finds the form that the application made for it, and no other."""
    reader = Reader(PUBLIC)
    for accepted in (b"*", b"GZIP", b"br, gzip;q=0.5"):
        assert [200] == reader.ask(1, (b"accept-encoding", accepted))
    assert 1 == len(reader.rendered)
    for accepted in (b"gzip;q=0", b"identity", b"xgzip"):
        assert [200] == reader.ask(1, (b"accept-encoding", accepted))
    assert 2 == len(reader.rendered)


def test_the_etag_of_a_reader_comes_before_the_time() -> None:
    """A browser that sends both does not hear that a page with another ETag is unchanged."""
    reader = Reader(PUBLIC)
    known = (b"if-none-match", b'"old"'), (b"if-modified-since", b"Fri, 01 Jan 2100 00:00:00 GMT")
    assert [200] == reader.ask(1, GZIP, *known)
    assert [[GZIP]] == reader.rendered


@pytest.mark.parametrize(
    ("headers", "status", "asked"),
    [
        (PUBLIC[1:], 200, {}),
        ([*PUBLIC, (b"Set-Cookie", b"a=b")], 200, {}),
        (PUBLIC, 410, {}),
        (PUBLIC, 200, {"query": b"q=token"}),
        (PUBLIC, 200, {"method": "POST"}),
    ],
)
def test_what_is_not_the_same_for_all_readers_is_never_kept(
    headers: list[tuple[bytes, bytes]], status: int, asked: dict[str, Any]
) -> None:
    """Private pages, errors, clicks from an answer, and forms reach the application each time."""
    reader = Reader(headers, status)

    assert [status] * 3 == reader.ask(3, **asked)
    assert 3 == len(reader.rendered)


def test_pages_are_compressed_for_readers_who_accept_it(caller: Caller) -> None:
    """A page is sent as gzip with an ETag of its own and `Vary`; tiny files and pages of the console are not."""
    client = caller.app.test_client()
    accepts = {"Accept-Encoding": "gzip, br"}
    plain, small = client.get("/a/2021-02/5"), client.get("/a/2021-02/5", headers=accepts)

    assert plain.get_data() == gzip.decompress(small.get_data())
    assert len(small.get_data()) < len(plain.get_data()) / 2
    assert ["gzip", "Accept-Encoding"] == [
        small.headers["Content-Encoding"],
        plain.headers["Vary"],
    ]
    etags = plain.headers["ETag"], small.headers["ETag"]
    assert 2 == len({*etags})
    assert [304, 200] == [
        client.get("/a/2021-02/5", headers=accepts | {"If-None-Match": etag}).status_code
        for etag in reversed(etags)
    ]
    for path in ("/robots.txt", "/console/login"):
        assert "Content-Encoding" not in client.get(path, headers=accepts).headers
