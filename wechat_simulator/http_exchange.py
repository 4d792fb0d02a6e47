"""One HTTP request to the account's server under one deadline, from connecting to the last byte."""

__all__ = ["fetch"]

import http.client
import io
import socket
import ssl
import time
from urllib.parse import urlsplit

from wechat_simulator.traffic import CallbackAttempt

MAX_ANSWER_BYTES = 1 << 20


class _DeadlineReader(io.RawIOBase):
    """Reads a socket until the deadline, so that a server that sends single bytes gets no extra time."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        self._sock.settimeout(_seconds_left(self._deadline))
        return self._sock.recv_into(buffer)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self)


def _seconds_left(deadline: float) -> float:
    """Return the seconds until the deadline. Raise TimeoutError when it has passed."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def fetch(method: str, url: str, query: str, body: bytes, seconds: float) -> CallbackAttempt:
    """Send one request; the attempt has a status, or None and an error text."""
    begun = time.monotonic()
    attempt = CallbackAttempt(None, 0.0, query=query, sent=body)
    try:
        attempt.status, attempt.answer = _exchange(method, url, query, body, begun + seconds)
    except TimeoutError:
        attempt.error = f"no answer in {seconds:g} s"
    except (OSError, http.client.HTTPException, ValueError) as error:
        attempt.error = f"{type(error).__name__}: {error}"
    attempt.seconds = time.monotonic() - begun
    return attempt


def _exchange(method: str, url: str, query: str, body: bytes, deadline: float) -> tuple[int, bytes]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the callback URL is not http or https")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with socket.create_connection((parts.hostname, port), timeout=_seconds_left(deadline)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = plain
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        target = (parts.path or "/") + "?" + "&".join(filter(None, (parts.query, query)))
        sock.settimeout(_seconds_left(deadline))
        sock.sendall(_request(method, target, parts.netloc.rpartition("@")[2], body))
        response = http.client.HTTPResponse(_DeadlineReader(sock, deadline), method=method)  # type: ignore[arg-type]
        response.begin()
        return response.status, response.read(MAX_ANSWER_BYTES)


def _request(method: str, target: str, host: str, body: bytes) -> bytes:
    head = [
        f"{method} {target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: Mozilla/4.0",
        "Accept: */*",
        "Connection: close",
    ]
    if method == "POST":
        head += ["Content-Type: text/xml", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body
