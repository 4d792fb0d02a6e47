"""The simulator's calls a second, beside a bare Flask view under the same server; and a million followers by the page.

The call is custom/send with a token, each for a follower who has just written: it is checked, counted, put into the
inbox and kept in the log of calls. The view does nothing at all. Both are processes of their own; the load comes over
keep-alive connections from this one.
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
from wechat_simulator.http_server import HttpServer

__all__ = ["run"]

CONNECTIONS = 16
READERS = 5000
CALLS = 4 * READERS  # of the five that a message allows
CROWD = 1_000_000
PATH = "/cgi-bin/message/custom/send"


def run() -> None:
    """Print calls a second of both, their ratio, and how long a million followers take."""
    with _process("view") as view:
        bare = _rate(view)
    with _process("platform") as platform:
        ours = _rate(platform)
        before = _megabytes(platform)
        seconds = _walk(platform)
        after = _megabytes(platform)
    print(f"simulator: {CALLS} calls of custom/send over {CONNECTIONS} connections:")
    print(f"  the simulator       {ours:8.0f} calls a second")
    print(f"  a bare Flask view   {bare:8.0f} calls a second, same server")
    print(f"  ratio               {ours / bare:8.2f}")
    print(
        f"  user/get over {CROWD} followers: {seconds:.2f} s; its memory {before} MB before, {after} MB after"
    )


@dataclass(frozen=True)
class Serving:
    """A server in a process of its own, and the token of calls to it."""

    pid: int
    port: int
    token: str


@contextmanager
def _process(what: str) -> Iterator[Serving]:
    """Such a server, until the end of the block."""
    process = subprocess.Popen([sys.executable, "-m", __spec__.name, what], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port, token = process.stdout.readline().split()
        yield Serving(process.pid, int(port), token)
    finally:
        process.terminate()
        process.wait()


def serve(what: str) -> None:
    """Be that process: tell port and token, then serve until the end."""
    app, token = _view() if what == "view" else _platform()
    server = HttpServer(app.wsgi_app)
    print(server.server_address[1], token, flush=True)
    server.serve_forever()


def _view() -> tuple[Flask, str]:
    app = Flask(__name__)
    app.post(PATH)(lambda: {"errcode": 0, "errmsg": "ok"})
    return app, "none"


def _platform() -> tuple[Flask, str]:
    world = create_world()
    for openid in _openids():
        start_allowance(world.account.followers.follow(openid, world.now()), "message", world.now())
    token, _ = world.account.tokens.issue_stable(world.now(), False)
    return create_app(world), token


def _openids() -> list[str]:
    return [f"oBench{n:022d}" for n in range(READERS)]


def _requests(token: str) -> Iterator[bytes]:
    """The calls as they go over the wire; each reader gets four."""
    openids = _openids()
    for at in range(CALLS):
        text = {"content": "第12期出来了"}
        message = {"touser": openids[at % READERS], "msgtype": "text", "text": text}
        body = json.dumps(message, ensure_ascii=False).encode()
        head = (
            f"POST {PATH}?access_token={token} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _rate(serving: Serving) -> float:
    """Calls a second: one under way on each connection, all answered with errcode 0."""
    waiting = iter(list(_requests(serving.token)))
    lines = [socket.create_connection(("127.0.0.1", serving.port)) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    while asked := list(islice(waiting, CONNECTIONS)):
        _round(lines, asked)
    took = time.perf_counter() - started
    for line in lines:
        line.close()
    return CALLS / took


def _round(lines: Sequence[socket.socket], asked: Sequence[bytes]) -> None:
    for line, request in zip(lines, asked, strict=False):
        line.sendall(request)
    for line, _ in zip(lines, asked, strict=False):
        answer = line.recv(65536)
        while not answer.endswith(b"}") and not answer.endswith(b"}\n"):
            answer += line.recv(65536)
        if b'"errcode":0' not in answer:
            raise RuntimeError(answer.decode())


def _walk(serving: Serving) -> float:
    """Seconds for a million followers to come, and for user/get over all of them."""
    address, token = f"http://127.0.0.1:{serving.port}", serving.token
    started, cursor, seen = time.perf_counter(), "", 0
    order = json.dumps({"count": CROWD}).encode()
    urllib.request.urlopen(f"{address}/_sim/followers", order).close()
    while page := _page(f"{address}/cgi-bin/user/get?access_token={token}&next_openid={cursor}"):
        cursor, seen = page[-1], seen + len(page)
    if seen != CROWD + READERS:
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
