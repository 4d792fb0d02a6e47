"""The load of the benchmarks over HTTP: many keep-alive connections that send message after message, or read pages.

It runs in a process of its own, over plain sockets and one selector, so that its cost is small and the same for every
server (`busy` measures it). Requests are prepared before the clock starts; each has its own signature and MsgId.
Where a server closes the connection after each response, the next request opens another one, as a proxy would.
"""

import hashlib
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Load", "LoadResult", "main", "requests"]

GZIP_MAGIC = b"\r\n\r\n\x1f\x8b"  # a compressed body


@dataclass(frozen=True)
class Load:
    """A load to send: `count` messages of `members` followers over `connections`, with the `questions` in turn.

    With `paths` it is that many requests for these pages, by readers who accept gzip.
    """

    host: str
    port: int
    token: str
    questions: list[str]
    count: int
    connections: int = 50
    members: int = 5000
    first_id: int = 1
    paths: list[str] = field(default_factory=list)


@dataclass
class LoadResult:
    """The seconds of each answer, the number of wrong answers (not a 200 with a reply), and the whole time in seconds.

    `busy` is the share of that time for which this program itself had a processor.
    """

    latencies: list[float] = field(default_factory=list)
    wrong: int = 0
    seconds: float = 0.0
    busy: float = 0.0


def requests(load: Load) -> Iterator[bytes]:
    """Yield the messages, or the requests for pages, as HTTP requests."""
    if load.paths:
        for at in range(load.count):
            path = load.paths[at % len(load.paths)]
            head = f"GET {path} HTTP/1.1\r\nHost: {load.host}:{load.port}\r\nUser-Agent: Mozilla/5.0\r\n"
            yield f"{head}Accept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        return
    now = int(time.time())
    for at in range(load.count):
        message_id = load.first_id + at
        openid = f"oBench{at * 7919 % load.members:022d}"
        nonce = str(100_000_000 + message_id)
        signature = hashlib.sha1("".join(sorted([load.token, str(now), nonce])).encode()).hexdigest()  # noqa: S324
        body = (
            f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{load.questions[at % len(load.questions)]}]]></Content>"
            f"<MsgId>{message_id}</MsgId></xml>"
        ).encode()
        head = (
            f"POST /wechat?signature={signature}&timestamp={now}&nonce={nonce}&openid={openid} HTTP/1.1\r\n"
            f"Host: {load.host}:{load.port}\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


class _Connection:
    """A connection with at most one request under way."""

    def __init__(self, load: Load, selector: selectors.BaseSelector) -> None:
        self._address = (load.host, load.port)
        self._selector = selector
        self.sent_at = 0.0
        self._got = b""
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._closing = False

    def close(self) -> None:
        """Close the connection."""
        self._selector.unregister(self._socket)
        self._socket.close()

    def send(self, request: bytes) -> None:
        """Send one request, which is small enough for the socket's buffer."""
        self._got = b""
        self.sent_at = time.perf_counter()
        if self._closing:
            self.close()
            self._open()
        self._socket.sendall(request)

    def receive(self) -> bytes | None:
        """Read what has arrived; return the response once it is whole, else None."""
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self._got += piece
        head, blank, body = self._got.partition(b"\r\n\r\n")
        if not blank:
            return None
        head = head.lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        self._closing = b"connection: close" in head
        return self._got if len(body) >= length else None


def run(load: Load) -> LoadResult:
    """Send all messages of a load."""
    prepared = list(requests(load))
    waiting, result = iter(prepared), LoadResult()
    expected = GZIP_MAGIC if load.paths else b"<MsgType>"
    selector = selectors.DefaultSelector()
    started, worked = time.perf_counter(), time.process_time()
    for _ in range(load.connections):
        _Connection(load, selector).send(next(waiting))
    under_way = load.connections
    while under_way:
        for key, _ in selector.select():
            connection = key.data
            answer = connection.receive()
            if answer is None:
                continue
            result.latencies.append(time.perf_counter() - connection.sent_at)
            result.wrong += not (answer.startswith(b"HTTP/1.1 200") and expected in answer)
            request = next(waiting, None)
            if request is None:
                connection.close()
                under_way -= 1
            else:
                connection.send(request)
    result.seconds = time.perf_counter() - started
    result.busy = (time.process_time() - worked) / result.seconds
    return result


def main() -> None:
    """Read a Load as JSON from standard input, and print its figures as JSON."""
    result = run(Load(**json.load(sys.stdin)))
    latencies = sorted(result.latencies)
    print(
        json.dumps(
            {
                "rate": len(latencies) / result.seconds,
                "p50": latencies[len(latencies) // 2],
                "p99": latencies[int(len(latencies) * 0.99)],
                "wrong": result.wrong,
                "busy": result.busy,
                "count": len(latencies),
            }
        )
    )


if __name__ == "__main__":
    main()
