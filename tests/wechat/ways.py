"""The kinds of calls to the platform, each made to a server with scripted responses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from requests.adapters import BaseAdapter

from tests.wechat.crooked import CLOSE, FLOOD, HANG, RESET, TRICKLE, answer
from wxbot.errors import OutcomeUnknown, TryLater, WxbotError
from wxbot.wechat import Card, MemoryTokenStore, WeChat, connect
from wxbot.wechat.http import BoundedAdapter

__all__ = [
    "BAD",
    "CARD",
    "GOOD",
    "HOLLOW",
    "NOW",
    "OK",
    "RENEWED",
    "SECRET",
    "STALE",
    "TOKEN",
    "WAYS",
    "Way",
    "opened",
]

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TOKEN = "90_token-of-the/account"
SECRET = "secret-of-the-account"
CARD = Card(
    "第2期“简报”", "本期 22 篇", "https://news.example.org/p.jpg", "https://news.example.org/i/2021-02"
)
OK = answer({"errcode": 0, "errmsg": "ok"})
GOOD = answer({"errcode": "0", "errmsg": "ok", "total_count": 3, "media_id": "m", "msg_id": 7})
STALE = answer({"errcode": 40001, "errmsg": "invalid credential rid: 66bdb248-1fa23ff9-58483015"})
RENEWED = answer({"access_token": "90_renewed", "expires_in": 7200})
# What no platform would say, whatever it was asked.
BAD = (
    CLOSE,
    RESET,
    HANG,
    TRICKLE,
    FLOOD,
    b"SSH-2.0-OpenSSH\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    answer(b""),
    answer(b"<html>busy</html>"),
    answer(b"<html>busy</html>", "502 Bad Gateway"),
    answer({"errcode": 0}, "500 Oops"),
    answer(b"", "302 Found", "Location: http://127.0.0.1:9/elsewhere\r\n"),
    answer([1, 2]),
    answer("ok"),
    answer(None),
    answer({"errcode": "what?", "errmsg": "ok"}),
    answer({"errcode": "", "errmsg": "ok"}),
    answer({"errcode": None, "errmsg": "ok"}),
    answer({"errcode": [40001], "errmsg": "ok"}),
    answer({"errcode": {}, "errmsg": "ok"}),
    answer(b'{"errcode": 1e999}'),
    answer(b'{"errcode": 0, "media_id": "', cut=10),
    answer(b'{"errcode": 0, "media_id": "half'),
    answer(b"[" * 100_000),
    answer(b"\xff\xfe"),
    answer(b"not gzip", head="Content-Encoding: gzip\r\n"),
)
# Answers without what a call has to bring: enough for one that brings nothing.
HOLLOW = (OK, answer({"media_id": None, "msg_id": None, "total_count": None}))


@dataclass(frozen=True)
class Way:
    """One call; what its lost answer means; whether it goes through requests although it need not."""

    name: str
    ask: Callable[[WeChat], object]
    lost: type[WxbotError] = OutcomeUnknown
    by_requests: bool = False

    def __str__(self) -> str:
        """Its name, in the names of tests."""
        return self.name

    def at(self, url: str) -> WeChat:
        """The door opened onto an address, so that the call takes this way."""
        return opened(url, via=BoundedAdapter() if self.by_requests else None)


WAYS = (
    Way("look", WeChat.count_drafts, TryLater),
    Way("mass", lambda wechat: wechat.send_to_all("m", "wx1")),
    Way("draft", lambda wechat: wechat.add_draft([{"title": "第2期"}])),
    Way("card", lambda wechat: wechat.send_card("oA", CARD)),
    Way("card by requests", lambda wechat: wechat.send_card("oA", CARD), by_requests=True),
)


def opened(
    url: str,
    *,
    token: bool = True,
    via: BaseAdapter | None = None,
    timeout: tuple[float, float] = (1, 0.2),
) -> WeChat:
    """The platform at an address, with a token in the store unless it shall be asked for."""
    store = MemoryTokenStore()
    if token:
        store.put("access_token:wx1", TOKEN, NOW + timedelta(hours=1))
    return connect(
        app_id="wx1",
        app_secret=SECRET,
        platform_url=url,
        store=store,
        via=via,
        timeout=timeout,
        clock=lambda: NOW,
    )
