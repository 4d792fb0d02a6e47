"""Tests of the servers as processes: `wxbot serve` with two workers, and the Flask application under gunicorn."""

import contextlib
import hashlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from tests.conftest import ROOT
from tests.web.conftest import TOKEN, message
from wxbot import journal
from wxbot.db import Database
from wxbot.wechat.limits import BODY_BYTES

TIMEOUT_SECONDS = 60.0
TOO_LARGE = "x" * (BODY_BYTES + 1)
SERVE = ["-m", "wxbot", "serve", "--port", "PORT", "--workers", "2"]
GUNICORN = [
    *("-m", "gunicorn", "-c", str(ROOT / "config" / "gunicorn.conf.py")),
    *("--bind", "127.0.0.1:PORT", "--workers", "1", "--threads", "8"),
    *("--no-control-socket", "wxbot.wsgi:app"),
]
# Headers that each server adds to every response by itself, and the id of the request.
SERVER_HEADERS = {"x-request-id", "server", "date", "connection", "keep-alive", "transfer-encoding"}


def free_port() -> int:
    """Return a port on which no program listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ClientResponse(NamedTuple):
    """A response as a client sees it, without the headers that each server adds by itself."""

    status: int
    headers: dict[str, str]
    body: bytes


class Server:
    """A server process; `command` are the arguments of Python, with PORT in place of the port."""

    def __init__(self, folder: Path, database_url: str, command: Sequence[str] = SERVE) -> None:
        self.port = free_port()
        folder.mkdir(exist_ok=True)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("WXBOT_")}
        settings = {
            "DATABASE_URL": database_url,
            "APP_ID": "wxba5fad812f8e6fb9",
            "APP_SECRET": "s3cretOfTheTests",
            "TOKEN": TOKEN,
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "CONTENT": str(ROOT / "content"),
            "STATE": str(folder / "var"),
        }
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(word.replace("PORT", str(self.port)) for word in command)],
                cwd=folder,
                env=environ | {f"WXBOT_{name}": value for name, value in settings.items()},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def get(self, path: str) -> ClientResponse:
        """Request one page."""
        return self.ask("GET", path)

    def push(self, body: str | Iterator[bytes]) -> ClientResponse:
        """Push with a valid signature; a body in pieces is sent without Content-Length."""
        return self.ask("POST", f"/wechat?{signed_query()}", body.encode() if isinstance(body, str) else body)

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> ClientResponse:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        # A server that responds before the end of a body may close the connection: its response can still be read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body, named)
        with contextlib.closing(connection):
            response = connection.getresponse()
            seen = {name.lower(): value for name, value in response.getheaders()}
            seen = {name: value for name, value in seen.items() if name not in SERVER_HEADERS}
            if "allow" in seen:
                seen["allow"] = ", ".join(
                    sorted(seen["allow"].split(", "))
                )  # the order differs between processes
            return ClientResponse(response.status, seen, response.read())

    def send_form(self, path: str, size: int) -> int:
        """Send all of a form, then return the status of the answer, as browsers do."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("POST", path, b"x" * size)
            return connection.getresponse().status

    def connect(self, request: bytes) -> socket.socket:
        """Open a connection, send bytes, and return the connection."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(request)
        return connection

    def wait_until_ready(self) -> None:
        """Wait until /readyz answers 200."""
        until = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"not ready: {self.log.read_text()}")

    def kill(self) -> None:
        """End the server and all its workers at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(TIMEOUT_SECONDS)


def signed_query() -> str:
    """Return the query of an address with a valid signature."""
    stamp = str(int(time.time()))
    signature = hashlib.sha1("".join(sorted([TOKEN, stamp, "n"])).encode(), usedforsecurity=False)
    return f"signature={signature.hexdigest()}&timestamp={stamp}&nonce=n"


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Wait for a server, and kill its processes after the block."""
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.kill()


@pytest.fixture
def server(sample_db: Database, database_url: str, tmp_path: Path) -> Iterator[Server]:
    """Run `wxbot serve` on the library with the sample bulletin."""
    assert sample_db.engine
    with running(Server(tmp_path, database_url)) as server:
        yield server


def push_retries(server: Server, msg_id: int) -> set[tuple[int, bytes]]:
    """Push one message twelve times at once; return the different responses."""
    seen = set[tuple[int, bytes]]()
    start = threading.Barrier(12)

    def ask() -> None:
        """Push when all threads have started."""
        start.wait(TIMEOUT_SECONDS)
        response = server.push(message("北京", msg_id))
        seen.add((response.status, response.body))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
    return seen


def count_outcomes(server: Server) -> Counter[str]:
    """Return how many pushes had each outcome."""
    counts = re.findall(r'wxbot_webhook_total\{outcome="(\w+)"\} (\d+)', server.get("/metrics").body.decode())
    return Counter({name: int(count) for name, count in counts})


def test_two_workers_answer_retries_alike(server: Server, sample_db: Database) -> None:
    """Simultaneous retries, spread over two processes, get the same body; pages are answered too.

    After SIGTERM the server ends with exit code 0, leaves no process and logs no failure.
    """
    # A machine that is too busy for an answer in time proves nothing about retries: other messages are pushed then.
    for first in range(1, 31, 3):
        before, rows = count_outcomes(server), count_messages(sample_db)
        responses = [push_retries(server, msg_id) for msg_id in range(first, first + 3)]
        counted = count_outcomes(server) - before
        if not counted.keys() & {"late", "busy", "unwritten"}:
            break
    page = server.get("/a/2021-02/5")
    server.process.send_signal(signal.SIGTERM)
    ended = server.process.wait(timeout=TIMEOUT_SECONDS)

    assert [1, 1, 1] == [len(each) for each in responses]
    assert {200} == {status for each in responses for status, _ in each}
    assert 200 == page.status
    assert {"answered": 3, "repeated": 33} == counted
    assert 0 == ended
    assert "Traceback" not in server.log.read_text()
    assert 3 == count_messages(sample_db) - rows
    with pytest.raises(OSError, match="refused"):
        server.get("/healthz")


def count_messages(db: Database) -> int:
    """Return the number of messages in the journal."""
    with db.read() as session:
        return journal.count(session)


def test_limits_and_deadlines_hold_over_http(server: Server, sample_db: Database) -> None:
    """Limits, refusals, errors and deadlines of webhook and pages hold over real HTTP."""
    statuses = {
        "unsigned": server.ask("POST", "/wechat", b"<xml/>").status,
        "unsigned greeting": server.ask("GET", "/wechat").status,
        "other method": server.ask("PUT", "/wechat", b"x").status,
        "announced too large": server.push(TOO_LARGE).status,
        "endless": server.push(iter([TOO_LARGE.encode()] * 3)).status,
        "in pieces": server.push(iter([message("芯片", 50).encode()])).status,
        "empty": server.push("").status,
        "JSON": server.push("{}").status,
        "query of a thousand fields": server.ask("POST", "/wechat?" + "a=1&" * 1000, b"x").status,
        "no page": server.ask("GET", "/a/2021-02/99").status,
        "page by POST": server.ask("POST", "/i/2021-02", b"x").status,
        "strange path": server.ask("GET", "/a/archive/%E6%B8%AF%2F%ff%00").status,
        "metrics": server.ask("GET", "/metrics").status,
        "metrics through a proxy": server.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1").status,
        "head": server.ask("HEAD", "/i/2021-02").status,
    }
    with sample_db.begin() as session:
        session.execute(text("UPDATE library_version SET version = version"))
        if not sample_db.is_sqlite:
            session.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        meanwhile = [server.push(message("白皮书", 60)), server.push(message("最新", 61))]

    assert statuses == {
        "unsigned": 403,
        "unsigned greeting": 403,
        "other method": 405,
        "announced too large": 413,
        "endless": 413,
        "in pieces": 200,
        "empty": 200,
        "JSON": 200,
        "query of a thousand fields": 400,
        "no page": 404,
        "page by POST": 405,
        "strange path": 404,
        "metrics": 200,
        "metrics through a proxy": 403,
        "head": 200,
    }
    assert [200, 200] == [seen.status for seen in meanwhile]
    assert all(b"<MsgType><![CDATA[news]]>" in seen.body for seen in meanwhile)


HALF_A_LOGIN = b"POST /console/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nname="
HALF_A_PUSH = b"POST /wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<xml>"


HEADS = {
    # Below the application a header with underscores is another one; in a WSGI environment it would pass for it.
    b"GET /metrics HTTP/1.1\r\nHost: x\r\nX_Forwarded_For: 192.0.2.1\r\n\r\n": b"200",
    # Versions of granian before 2.7.4 end at the last header of this.
    b"GET /wechat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: \x80\xff\r\n\r\n": b"405",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_slow_and_strange_requests_do_not_delay_others(server: Server) -> None:
    """While forty half-sent requests are open at both workers, pages and messages are answered.

    A header with underscores passes for no other, and one of WebSocket that is not ASCII ends no process.
    """
    for head, status in HEADS.items():
        with server.connect(head) as connection:
            assert status == connection.recv(1000).split()[1]
    slow = [server.connect(half) for half in (HALF_A_LOGIN, HALF_A_PUSH) for _ in range(20)]
    page, reply = server.get("/a/2021-02/5"), server.push(message("白皮书", 1))
    for connection in slow:
        connection.close()

    assert [200, 200] == [page.status, reply.status]
    assert "Unexpected exit" not in server.log.read_text()


def webhook_probes() -> dict[str, Callable[[Server], ClientResponse]]:
    """Return requests, by name, that might be answered differently by two servers."""
    methods = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
    paths = ("/wechat", "/wechat/", "/wech%61t", "/wechat?a=%E8%8A%AF&a=%ff&b", "/wechat?" + "a=1&" * 1000)
    probes: dict[str, Callable[[Server], ClientResponse]] = {
        f"{method} {path[:30]}": partial(Server.ask, method=method, path=path)
        for method in methods
        for path in paths
    }
    return probes | {
        "greeting": lambda server: server.get(f"/wechat?{signed_query()}&echostr=42"),
        "greeting by HEAD": lambda server: server.ask("HEAD", f"/wechat?{signed_query()}&echostr=42"),
        "message": lambda server: server.push(message("白皮书", 70)),
        "message in pieces": lambda server: server.push(iter([message("芯片", 71).encode()])),
        "event without reply": lambda server: server.push(message("x", 72).replace("MsgType", "Type")),
        "empty": lambda server: server.push(""),
        "not XML": lambda server: server.push("{}"),
        "too large": lambda server: server.push(TOO_LARGE),
        "too large in pieces": lambda server: server.push(iter([TOO_LARGE.encode()] * 2)),
        "too large by PUT": lambda server: server.ask("PUT", "/wechat", TOO_LARGE.encode()),
        "form": lambda server: server.ask(
            "POST", f"/wechat?{signed_query()}", b"a=1", Content_Type="application/x-www-form-urlencoded"
        ),
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_client_cannot_tell_the_servers_apart(
    server: Server, sample_db: Database, database_url: str, tmp_path: Path
) -> None:
    """Status, headers and body of every response at /wechat are the same under gunicorn and under `wxbot serve`.

    The answer to a form that is too large arrives from both.
    """
    assert sample_db.engine
    with running(Server(tmp_path / "gunicorn", database_url, GUNICORN)) as gunicorn:
        seen = {name: (probe(server), probe(gunicorn)) for name, probe in webhook_probes().items()}
        for length in (b"abc", b"-1", b"1, 2", b"+5"):
            # A broken Content-Length never reaches the application: the servers' parsers refuse it.
            request = b"POST /wechat HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\nx" % length
            for each in (server, gunicorn):
                with each.connect(request) as connection:
                    assert b" 400 " in connection.recv(1000).partition(b"\r\n")[0], (length, each.port)

        assert [413, 413] == [each.send_form("/console/login", 3 * 2**20) for each in (server, gunicorn)]
    assert {name: ours for name, (ours, _) in seen.items()} == {
        name: their for name, (_, their) in seen.items()
    }
    assert 200 == seen["message"][0].status
    assert {405} == {seen[f"{method} /wechat"][0].status for method in ("PUT", "DELETE", "PATCH")}


def test_idle_connections_end_and_no_process_outlives_the_server(server: Server) -> None:
    """A connection without a request is closed after ten seconds; after SIGKILL of the server its workers end too."""
    server.wait_until_ready()
    idle = server.connect(b"GET / HTTP/1.1\r\n")
    idle.settimeout(TIMEOUT_SECONDS)
    with contextlib.suppress(ConnectionResetError):
        while idle.recv(1024):
            continue
    idle.close()

    group = server.process.pid
    os.kill(group, signal.SIGKILL)
    server.process.wait()
    until = time.monotonic() + TIMEOUT_SECONDS
    while _is_running(group) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _is_running(group)


def _is_running(group: int) -> bool:
    """Return whether a process of this group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
