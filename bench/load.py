"""The load: many keep-alive connections that each ask, wait for the answer, and ask again.

A process of its own, over plain sockets and one selector: what it costs is the same for whoever is measured, and
small (`busy` says how small). Requests are prepared before the clock starts; each has a signature and a MsgId of its
own. Where a server closes the connection after each answer, the next request opens another one, as a proxy would.
"""

import hashlib
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Load", "Result", "main", "requests"]


@dataclass(frozen=True)
class Load:
    """What to send: `count` messages from `members` followers over `connections`, asking `questions` in turn."""

    host: str
    port: int
    token: str
    questions: list[str]
    count: int
    connections: int = 50
    members: int = 5000
    first_id: int = 1


@dataclass
class Result:
    """How it went: seconds of each answer, how many were not a 200 with the expected word in it, the whole time.

    `busy` is the share of that time for which this program itself had the processor.
    """

    latencies: list[float] = field(default_factory=list)
    wrong: int = 0
    seconds: float = 0.0
    busy: float = 0.0


def requests(load: Load) -> Iterator[bytes]:
    """The messages as they go over the wire."""
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
    """One connection: at most one request is under way."""

    def __init__(self, load: Load, selector: selectors.BaseSelector) -> None:
        self._address = (load.host, load.port)
        self._selector = selector
        self.asked = 0.0
        self._got = b""
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._closing = False

    def close(self) -> None:
        """No more is asked on this connection."""
        self._selector.unregister(self._socket)
        self._socket.close()

    def ask(self, request: bytes) -> None:
        """Send one request; it is small enough for the socket's buffer."""
        self._got = b""
        self.asked = time.perf_counter()
        if self._closing:
            self.close()
            self._open()
        self._socket.sendall(request)

    def answer(self) -> bytes | None:
        """Take in what has come; the whole answer, once it is there."""
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


def run(load: Load) -> Result:
    """Send it all."""
    prepared = list(requests(load))
    waiting, result = iter(prepared), Result()
    selector = selectors.DefaultSelector()
    started, worked = time.perf_counter(), time.process_time()
    for _ in range(load.connections):
        _Connection(load, selector).ask(next(waiting))
    under_way = load.connections
    while under_way:
        for key, _ in selector.select():
            connection = key.data
            answer = connection.answer()
            if answer is None:
                continue
            result.latencies.append(time.perf_counter() - connection.asked)
            result.wrong += not (answer.startswith(b"HTTP/1.1 200") and b"<MsgType>" in answer)
            request = next(waiting, None)
            if request is None:
                connection.close()
                under_way -= 1
            else:
                connection.ask(request)
    result.seconds = time.perf_counter() - started
    result.busy = (time.process_time() - worked) / result.seconds
    return result


def main() -> None:
    """Read a Load as JSON from standard input, and print what came of it as JSON."""
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
