"""Measure the simulator's calls a second against a bare Flask view on the same server, and listing a million followers.

The call is custom/send with a token, to followers who have just written: it is checked, counted, added to the inbox and
logged. The Flask view does nothing. Each runs in its own process; this process sends the load over keep-alive
connections.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from flask import Flask

from wechat_simulator import create_app, create_world
from wechat_simulator.follower_registry import start_allowance
from wechat_simulator.http_server import HttpServer, WsgiApp

__all__ = ["run"]

CONNECTIONS = 16
FOLLOWERS = 5000
CALLS = 4 * FOLLOWERS  # four of the five messages that each follower allows
CROWD = 1_000_000
PATH = "/cgi-bin/message/custom/send"


def run() -> None:
    """Print the calls a second of both, their ratio, and the time to list a million followers."""
    with _process("view") as view:
        view_rate = _rate(view)
    with _process("platform") as platform:
        simulator_rate = _rate(platform)
        memory_before = _megabytes(platform)
        seconds = _list_followers(platform)
        memory_after = _megabytes(platform)
    print(f"simulator: {CALLS} calls of custom/send over {CONNECTIONS} connections:")
    print(f"  the simulator       {simulator_rate:8.0f} calls a second")
    print(f"  a bare Flask view   {view_rate:8.0f} calls a second, same server")
    print(f"  ratio               {simulator_rate / view_rate:8.2f}")
    print(
        f"  user/get over {CROWD} followers: {seconds:.2f} s, memory {memory_before} MB before, {memory_after} MB after"
    )


@dataclass(frozen=True)
class Serving:
    """A server in its own process, and the token for calls to it."""

    pid: int
    port: int
    token: str


@contextmanager
def _process(what: str) -> Iterator[Serving]:
    """Run a server in a process until the end of the block."""
    process = subprocess.Popen([sys.executable, "-m", __spec__.name, what], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port, token = process.stdout.readline().split()
        yield Serving(process.pid, int(port), token)
    finally:
        process.terminate()
        process.wait()


def serve(what: str) -> None:
    """Serve in this process: print port and token, then serve until terminated."""
    app, token = _view() if what == "view" else _platform()
    server = HttpServer(app)
    print(server.server_address[1], token, flush=True)
    server.serve_forever()


def _view() -> tuple[WsgiApp, str]:
    app = Flask(__name__)
    app.post(PATH)(lambda: {"errcode": 0, "errmsg": "ok"})
    return app, "none"


def _platform() -> tuple[WsgiApp, str]:
    world = create_world()
    for openid in _openids():
        start_allowance(world.account.followers.follow(openid, world.now()), "message", world.now())
    token, _ = world.account.tokens.issue_stable(world.now(), False)
    return create_app(world), token


def _openids() -> list[str]:
    return [f"oBench{n:022d}" for n in range(FOLLOWERS)]


def _requests(token: str) -> Iterator[bytes]:
    """Yield the raw HTTP requests, four for each follower."""
    openids = _openids()
    for at in range(CALLS):
        text = {"content": "第12期出来了"}
        message = {"touser": openids[at % FOLLOWERS], "msgtype": "text", "text": text}
        body = json.dumps(message, ensure_ascii=False).encode()
        head = (
            f"POST {PATH}?access_token={token} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _rate(serving: Serving) -> float:
    """Return the calls a second, with one call in progress per connection; all must return errcode 0."""
    waiting = iter(list(_requests(serving.token)))
    connections = [socket.create_connection(("127.0.0.1", serving.port)) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    while requests := list(islice(waiting, CONNECTIONS)):
        _exchange(connections, requests)
    took = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return CALLS / took


def _exchange(connections: Sequence[socket.socket], requests: Sequence[bytes]) -> None:
    """Send one request on each connection and read the answers."""
    for connection, request in zip(connections, requests, strict=False):
        connection.sendall(request)
    for connection, _ in zip(connections, requests, strict=False):
        answer = connection.recv(65536)
        while not answer.endswith(b"}") and not answer.endswith(b"}\n"):
            answer += connection.recv(65536)
        if b'"errcode":0' not in answer:
            raise RuntimeError(answer.decode())


def _list_followers(serving: Serving) -> float:
    """Return the seconds to create a million followers and to list them with user/get."""
    address, token = f"http://127.0.0.1:{serving.port}", serving.token
    started, cursor, seen = time.perf_counter(), "", 0
    order = json.dumps({"count": CROWD}).encode()
    urllib.request.urlopen(f"{address}/_sim/followers", order).close()
    while page := _page(f"{address}/cgi-bin/user/get?access_token={token}&next_openid={cursor}"):
        cursor, seen = page[-1], seen + len(page)
    if seen != CROWD + FOLLOWERS:
        raise RuntimeError(f"{seen} followers were listed")
    return time.perf_counter() - started


def _page(address: str) -> list[str]:
    with urllib.request.urlopen(address) as answer:
        page = json.load(answer)
    return list(page["data"]["openid"]) if page["count"] else []


def _megabytes(serving: Serving) -> int:
    status = Path(f"/proc/{serving.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


if __name__ == "__main__":
    serve(sys.argv[1]) if len(sys.argv) > 1 else run()
