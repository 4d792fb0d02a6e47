"""HTTP to the platform on urllib3's connection pools: bounded in time and size, with secrets masked in logs.

    BoundedAdapter     requests' adapter with pools that limit a response's total time and size
    JsonPoster         POSTs JSON directly through such a pool: for the calls that go to followers one by one
    ConnectionNotMade  raised by both when no request was sent
    mask               replace tokens and secrets in a text by `***`

requests and urllib3 limit only the wait for each piece of a response. A gateway that sends a byte now and then, or a
page without end, would hold a worker and its lease forever, so both total time and size are limited here.

Through requests a call costs about 0.4 ms of CPU time, through the pool itself less than half of that; a mass delivery
makes thousands of them.
"""

import http.client
import io
import json
import logging
import re
import socket
import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

__all__ = ["LARGEST_BYTES", "BoundedAdapter", "ConnectionNotMade", "JsonPoster", "mask", "mask_library_logs"]

# The largest response is a draft of eight articles, each below 1 MB (wechat-platform.md G1).
LARGEST_BYTES = 32 * 1_048_576
# A whole response may take this many times the read timeout.
_TOTAL_TIMEOUT_FACTOR = 3
_CHUNK_BYTES = 65_536
# Idle connections that are kept: as many as deliveries are ever in flight at once.
_POOL_SIZE = 128

_SECRET = re.compile(
    r"((?:access_token|app_?secret|secret|ticket)\\?[\"']?\s*[=:]\s*\\?[\"']?)[^&\s\"'\\,}]+", re.IGNORECASE
)
_LOGGERS_WITH_ADDRESSES = ("urllib3.connectionpool", "urllib3.util.retry")


class ConnectionNotMade(HTTPError):
    """Connecting failed (DNS, TCP, proxy or TLS handshake), so no request was sent; the cause is `args[0]`."""


class _ResponseLimits:
    """Limits of one response: the read timeout for each piece, a multiple of it in total, and the size in bytes."""

    def __init__(self, read_timeout: float) -> None:
        self._read_timeout = read_timeout
        self._deadline = time.monotonic() + _TOTAL_TIMEOUT_FACTOR * read_timeout
        self._bytes = 0

    def timeout(self) -> float:
        """Return the seconds that the next piece may take. Raises TimeoutError when the total time is used up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the response takes too long as a whole")
        return min(left, self._read_timeout)

    def add(self, size: int) -> None:
        """Count the bytes of a piece. Raises ValueError when the response exceeds LARGEST_BYTES."""
        self._bytes += size
        if self._bytes > LARGEST_BYTES:
            raise ValueError("the response is larger than any of the platform's")


class _LimitedStream(io.RawIOBase):
    """The bytes of one response from a socket, within _ResponseLimits from the first header to the last byte."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._stream = sock.makefile("rb", buffering=0)
        self._limits = _ResponseLimits(sock.gettimeout() or 60.0)

    def makefile(self, *_: object) -> io.BufferedReader:
        """Return this stream, buffered: http.client asks its socket for a file."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return True: io.BufferedReader asks for it."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Read one piece into `buffer` and return its size. Raises TimeoutError or ValueError at a limit."""
        self._sock.settimeout(self._limits.timeout())
        size = self._stream.readinto(buffer) or 0
        self._limits.add(size)
        return size

    def close(self) -> None:
        """Close the stream; the connection's socket stays open while the connection is in use."""
        self._stream.close()
        super().close()


class _LimitedResponse(http.client.HTTPResponse):
    """http.client's response, read through a _LimitedStream."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_LimitedStream(sock), *args, **kwargs)  # type: ignore[arg-type]  # it only asks for makefile


class _PlainConnection(HTTPConnection):
    response_class = _LimitedResponse

    def connect(self) -> None:
        """Connect. Raises ConnectionNotMade, which tells a failed connection from a lost response."""
        try:
            super().connect()
        except (OSError, HTTPError, http.client.HTTPException) as error:
            raise ConnectionNotMade(error) from error


class _TlsConnection(HTTPSConnection):
    response_class = _LimitedResponse

    def connect(self) -> None:
        """Connect and verify the certificate. Raises ConnectionNotMade."""
        try:
            super().connect()
        except (OSError, HTTPError, http.client.HTTPException) as error:
            raise ConnectionNotMade(error) from error


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOL_CLASSES = {"http": _PlainPool, "https": _TlsPool}


class BoundedAdapter(HTTPAdapter):
    """requests' adapter without retries, which reads each response at once and within the limits.

    Raises requests' and urllib3's exceptions, ConnectionNotMade, TimeoutError and ValueError (too large).
    """

    def __init__(self) -> None:
        super().__init__(pool_maxsize=_POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pool manager with pools of limited connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOL_CLASSES

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        """Return the pool manager of a proxy; a SOCKS proxy keeps its own connection classes."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        if type(manager) is ProxyManager:
            manager.pool_classes_by_scheme = _POOL_CLASSES
        return manager

    def send(  # type: ignore[override]
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the base class's signature
        **options: Any,
    ) -> requests.Response:
        """Send a request and read its response; see HTTPAdapter.send for the options."""
        response = super().send(request, stream=True, **options)
        try:
            # requests keeps a response's bytes here once they are read.
            response._content = _read_decoded(response)
        except BaseException:
            response.close()
            raise
        return response


def _read_decoded(response: requests.Response) -> bytes:
    """Return the decoded body. The limit counts here too: a compressed body may grow a thousandfold."""
    body = bytearray()
    while piece := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += piece
        if len(body) > LARGEST_BYTES:
            raise ValueError("the response is larger than any of the platform's")
    return bytes(body)


class JsonPoster:
    """POSTs JSON to one root through the urllib3 pool of a session's adapter; safe for threads.

    Proxy, certificate authorities and limits are those of the session, so a call behaves as if requests had made it.
    `root` is the platform's address, `timeout` seconds to connect and to wait for a piece of the response.
    """

    def __init__(
        self, session: requests.Session, adapter: HTTPAdapter, root: str, timeout: tuple[float, float]
    ) -> None:
        self._session = session
        self._adapter = adapter
        self._root = root
        self._timeout = Timeout(connect=timeout[0], read=timeout[1])
        self._target: tuple[HTTPConnectionPool, str, dict[str, str]] | None = None

    def post(self, path: str, data: Mapping[str, Any]) -> tuple[int, bytes]:
        """POST `data` as raw UTF-8 to `path` below the root, once; return the HTTP status and the body.

        Raises ConnectionNotMade when nothing was sent; OSError, urllib3's HTTPError or ValueError otherwise.
        """
        pool, prefix, headers = self._target or self._find_pool()
        response = pool.urlopen(
            "POST",
            prefix + path,
            body=json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"),
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,  # through a proxy the whole address is sent
            timeout=self._timeout,
            decode_content=False,
        )
        return response.status, response.data

    def close(self) -> None:
        """Close the idle connections; the next call opens new ones."""
        target, self._target = self._target, None
        if target is not None:
            target[0].close()

    def _find_pool(self) -> tuple[HTTPConnectionPool, str, dict[str, str]]:
        """Return the pool for the root, what a request's target begins with, and the headers of every request."""
        request = requests.Request("POST", self._root).prepare()
        chosen = self._session.merge_environment_settings(self._root, {}, True, None, None)
        proxies, proxy = chosen["proxies"], select_proxy(self._root, chosen["proxies"])
        pool: HTTPConnectionPool = self._adapter.get_connection_with_tls_context(  # type: ignore[assignment]
            request, chosen["verify"], proxies
        )
        prefix = self._adapter.request_url(request, proxies).rstrip("/")
        headers = {"Accept": "*/*", "Content-Type": "application/json; charset=utf-8"}
        if proxy and not self._root.startswith("https:"):
            headers |= self._adapter.proxy_headers(proxy)
        target = pool, prefix, headers
        self._target = target
        return target


def mask(text: str, *secrets: str) -> str:
    """Return `text` without the given secrets, and without what follows `access_token=`, `secret:` and the like.

    The platform wants the token in the address of every call (wechat-platform.md 0, N2), so error texts may quote it.
    """
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return _SECRET.sub(r"\1***", text)


class _MaskingFilter(logging.Filter):
    """Masks a log record before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record's message and let it pass."""
        record.msg, record.args = mask(record.getMessage()), ()
        return True


_masking_filter = _MaskingFilter()


def mask_library_logs() -> None:
    """Mask the debug logs of urllib3, which hold addresses; calling it again changes nothing."""
    for name in _LOGGERS_WITH_ADDRESSES:
        logging.getLogger(name).addFilter(_masking_filter)
