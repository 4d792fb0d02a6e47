"""The simulator's HTTP server, on real sockets."""

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from wechat_simulator.pytest_plugin import Platform


def exchange(platform: Platform, request: bytes) -> bytes:
    """Send bytes and return the response, until the server closes the connection or is silent."""
    host, port = platform.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def test_a_connection_serves_request_after_request(platform: Platform) -> None:
    """HTTP/1.1 keeps a connection open, pipelined or not."""
    answer = exchange(platform, b"GET /cgi-bin/draft/count HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
    assert 3 == answer.count(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("head", [b"HTTP/1.0", b"HTTP/1.1\r\nConnection: close"])
def test_a_connection_may_be_for_one_request(platform: Platform, head: bytes) -> None:
    """The connection closes after HTTP/1.0 requests, and on request."""
    answer = exchange(platform, b"GET /cgi-bin/draft/count " + head + b"\r\n\r\n" * 2)
    assert 1 == answer.count(b"HTTP/1.1 200 OK")
    assert b"Connection: close" in answer


def test_chunked_bodies(platform: Platform) -> None:
    """A chunked body arrives complete."""
    body = b'5\r\n{"ope\r\na;x=y\r\nnid": "a"}\r\n0\r\nTrailer: x\r\n\r\n'
    head = b"POST /_sim/unfollow HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b"a does not follow" in exchange(platform, head + body)


def test_expect_100_continue(platform: Platform) -> None:
    """Expect: 100-continue is answered before the body is read."""
    head = b"POST /_sim/reset HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    answer = exchange(platform, head + b"{}")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /\r\n\r\n", b"400"),
        (b"GET / SPDY/9\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"400"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", b"431"),
    ],
)
def test_invalid_http(platform: Platform, request_: bytes, status: bytes) -> None:
    """Invalid HTTP gets an error status and ends the connection; the next client is served."""
    assert exchange(platform, request_).startswith(b"HTTP/1.1 " + status)
    assert b"HTTP/1.1 200 OK" in exchange(platform, b"GET /cgi-bin/token HTTP/1.1\r\n\r\n")


def test_a_body_that_ends_early(platform: Platform) -> None:
    """A request with an incomplete body is not passed on."""
    assert b"" == exchange(platform, b"POST /_sim/reset HTTP/1.1\r\nContent-Length: 10\r\n\r\n{")
    assert 0 == platform.get("followers")["total"]


def test_paths_are_unquoted(platform: Platform) -> None:
    """%-escapes in a path are decoded to bytes; invalid ones stay."""
    platform.follow("a-b")
    platform.say("a-b", "你好")
    assert "你好".encode() in exchange(platform, b"GET /_sim/inbox/%61-b HTTP/1.1\r\n\r\n")
    assert exchange(platform, b"GET /_sim/inbox/%zz%E4%BD%A0 HTTP/1.1\r\n\r\n").endswith(b"[]")


@pytest.fixture
def events(platform: Platform) -> Iterator[Iterator[dict[str, object]]]:
    """Return the changes from the live event stream."""
    answer = urllib.request.urlopen(f"{platform.url}/_sim/events", timeout=5)

    def changes() -> Iterator[dict[str, object]]:
        for line in answer:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])

    assert b": hello\n" == answer.readline()
    yield changes()
    answer.close()


def test_changes_arrive_as_they_happen(platform: Platform, events: Iterator[dict[str, object]]) -> None:
    """Server-sent events arrive while other requests are served."""
    platform.follow("alice")
    assert {"what": "follower", "openid": "alice"} == next(events)


def test_closing_ends_open_streams(platform: Platform, events: Iterator[dict[str, object]]) -> None:
    """An open event stream does not keep the simulator from stopping."""
    ended = threading.Event()

    def listen() -> None:
        for _ in events:
            pass
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    platform.running.close()
    assert ended.wait(5)
