"""The calls that are made by the thousand, one to each follower, over connections of our own.

wechatpy and requests cost about a millisecond of this process for each call, most of it for what these calls never
need. Here the request is one piece of bytes, and the standard library reads the answer; rules, errors, time limits and
proxies are those of `transport`, and the same tests hold for both.
"""

import base64
import json
import os
import select
import ssl
from collections import deque
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy

from wxbot.errors import WxbotError
from wxbot.wechat.bounds import Pieces
from wxbot.wechat.failures import failure, garbled, gateway, refused, unsent

__all__ = ["QUICK", "Lean"]

QUICK = frozenset({"message/custom/send", "message/subscribe/bizsend"})
_KEPT = 128  # connections that wait for their next call; as many as calls are ever under way at once


class _Route(NamedTuple):
    """Where to connect, how the address of a call begins there, and what every request says beside its own."""

    connect: tuple[str, int]
    tunnel: tuple[str, int] | None
    address: str
    head: str
    tunnel_head: dict[str, str]


class Lean:
    """Posts JSON below one root, for any number of threads; `timeout` as in `transport.Client`."""

    def __init__(self, root: str, timeout: tuple[float, float], *, by_proxy: bool) -> None:
        self._root = urlsplit(root)
        self._timeout = timeout
        proxy = select_proxy(root, get_environ_proxies(root)) if by_proxy else None
        self._proxy = urlsplit(proxy) if proxy else None
        self._idle: deque[HTTPConnection] = deque()
        self._tls = _tls(by_proxy) if self._root.scheme == "https" else None
        self._route = _route(self._root, self._proxy)

    @property
    def fits(self) -> bool:
        """Whether the way there is one that this module knows: straight, or by an ordinary proxy."""
        return self._proxy is None or self._proxy.scheme == "http"

    def post(
        self, endpoint: str, data: Mapping[str, Any], token: str, secrets: tuple[str, ...]
    ) -> dict[str, Any] | WxbotError:
        """The platform's JSON, or the error to raise; nothing here may be asked again by itself."""
        body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
        target = f"{self._route.address}/cgi-bin/{endpoint}?access_token={quote(token, safe='')}"
        head = f"POST {target} HTTP/1.1\r\n{self._route.head}Content-Length: {len(body)}\r\n\r\n"
        try:
            connection = self._connection()
        except (OSError, HTTPException) as wrong:
            return unsent(wrong)
        try:
            status, raw = self._exchange(connection, head.encode("latin-1") + body)
        except (OSError, HTTPException, ValueError) as lost:
            connection.close()
            return failure(lost, repeatable=False)
        return gateway(status, repeatable=False) if status >= 400 else _judged(raw, secrets)

    def close(self) -> None:
        """Give the connections back."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(self, connection: HTTPConnection, request: bytes) -> tuple[int, bytes]:
        """Ask, and read the whole answer; afterwards the connection waits for the next call, if it may."""
        connection.sock.settimeout(self._timeout[1])
        connection.sock.sendall(request)
        pieces = Pieces(connection.sock, self._timeout[1])
        response = HTTPResponse(pieces, method="POST")  # type: ignore[arg-type]  # it only asks for makefile
        try:
            response.begin()
            raw = response.read()
        finally:
            response.close()
        if response.will_close or len(self._idle) >= _KEPT:
            connection.close()
        else:
            self._idle.append(connection)
        return response.status, raw

    def _connection(self) -> HTTPConnection:
        """One that is open still, else another; the last one used first, so that those too many grow old."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                break  # another thread took it
            if not _ended(connection):
                return connection
            connection.close()
        return self._opened()

    def _opened(self) -> HTTPConnection:
        host, port = self._route.connect
        seconds = self._timeout[0]
        if self._tls is None:
            connection = HTTPConnection(host, port, timeout=seconds)
        else:
            connection = HTTPSConnection(host, port, timeout=seconds, context=self._tls)
        if self._route.tunnel is not None:
            connection.set_tunnel(*self._route.tunnel, headers=self._route.tunnel_head)
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection


def _ended(connection: HTTPConnection) -> bool:
    """Whether the other side hung up meanwhile: an idle connection has nothing to say but that."""
    waiting = select.poll()
    waiting.register(connection.sock, select.POLLIN)
    return bool(waiting.poll(0))


def _judged(raw: bytes, secrets: tuple[str, ...]) -> dict[str, Any] | WxbotError:
    try:
        answer = json.loads(raw.decode("utf-8", "ignore"), strict=False)
        errcode = int(answer.get("errcode", 0)) if isinstance(answer, dict) else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return garbled(repeatable=False)
    if errcode is None:
        return garbled(repeatable=False)
    return refused(errcode, str(answer.get("errmsg", errcode)), secrets) if errcode else answer


def _tls(by_proxy: bool) -> ssl.SSLContext:
    """Whom to trust, as requests does: the environment's own authorities where it names some."""
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") if by_proxy else None
    where = Path(named or DEFAULT_CA_BUNDLE_PATH)
    if where.is_dir():
        return ssl.create_default_context(capath=where)
    return ssl.create_default_context(cafile=where)


def _route(root: SplitResult, proxy: SplitResult | None) -> _Route:
    here = (root.hostname or "", root.port or (443 if root.scheme == "https" else 80))
    host = root.netloc.rpartition("@")[2]
    head = f"Host: {host}\r\nAccept: */*\r\nContent-Type: application/json; charset=utf-8\r\n"
    if proxy is None:
        return _Route(here, None, root.path, head, {})
    there = (proxy.hostname or "", proxy.port or 80)
    allowed = _allowed(proxy)
    if root.scheme == "https":
        return _Route(there, here, root.path, head, allowed)
    head += "".join(f"{name}: {value}\r\n" for name, value in allowed.items())
    return _Route(there, None, f"http://{host}{root.path}", head, {})


def _allowed(proxy: SplitResult) -> dict[str, str]:
    """Name and password for the proxy, where its address holds them."""
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
