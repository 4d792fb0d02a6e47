"""The production server, as a process of its own with two workers."""

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.conftest import ROOT
from tests.web.conftest import TOKEN, message
from wxbot import journal
from wxbot.db import Database
from wxbot.wechat.limits import BODY_BYTES

WITHIN = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running `wxbot serve`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WXBOT_")}
        given = {
            "DATABASE_URL": database_url,
            "APP_ID": "wxba5fad812f8e6fb9",
            "APP_SECRET": "s3cretOfTheTests",
            "TOKEN": TOKEN,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "CONTENT": str(ROOT / "content"),
            "STATE": str(folder / "var"),
        }
        self.log = folder / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    Path(sys.executable).with_name("wxbot"),
                    "serve",
                    "--port",
                    str(self.port),
                    "--workers",
                    "2",
                ],
                cwd=folder,
                env=kept | {f"WXBOT_{name}": value for name, value in given.items()},
                stdout=log,
                stderr=log,
            )

    def get(self, path: str) -> tuple[int, bytes]:
        """One page."""
        return self.ask("GET", path)

    def push(self, body: str | Iterator[bytes]) -> tuple[int, bytes]:
        """One push, rightly signed; of a body in pieces the length is not announced."""
        stamp = str(int(time.time()))
        signed = hashlib.sha1(
            "".join(sorted([TOKEN, stamp, "n"])).encode(), usedforsecurity=False
        ).hexdigest()
        sent = body.encode() if isinstance(body, str) else body
        return self.ask("POST", f"/wechat?signature={signed}&timestamp={stamp}&nonce=n", sent)

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """One request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        # A server that has answered before the whole of a body came may close: its answer is there all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body, named)
        response = connection.getresponse()
        return response.status, response.read()

    def wait_until_ready(self) -> None:
        """Return when /readyz says so."""
        until = time.monotonic() + WITHIN
        while time.monotonic() < until:
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"not ready: {self.log.read_text()}")


@pytest.fixture
def server(sample_db: Database, database_url: str, tmp_path: Path) -> Iterator[Server]:
    """`wxbot serve` on the shelf with the sample bulletin."""
    assert sample_db.engine
    server = Server(tmp_path, database_url)
    server.wait_until_ready()
    yield server
    server.process.kill()
    server.process.wait()


def test_two_processes_answer_as_one(server: Server, sample_db: Database) -> None:
    """Tries at the same moment, spread over two processes, all get one body; pages and questions are answered.

    At SIGTERM all of it ends by itself, with nothing left running and no failure in the log.
    """
    bodies: list[tuple[int, bytes]] = []
    start = threading.Barrier(12)

    def ask(msg_id: int) -> None:
        start.wait()
        bodies.append(server.push(message("北京", msg_id)))

    for msg_id in range(1, 4):
        threads = [threading.Thread(target=ask, args=(msg_id,)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    page = server.get("/a/2021-02/5")
    server.process.send_signal(signal.SIGTERM)
    ended = server.process.wait(timeout=WITHIN)

    assert {200} == {status for status, _ in bodies}
    assert len({body for _, body in bodies[:12]}) == 1
    assert len({body for _, body in bodies[12:24]}) == 1
    assert 200 == page[0]
    assert 0 == ended
    assert "Traceback" not in server.log.read_text()
    with sample_db.read() as session:
        assert 3 == journal.count(session)
    with pytest.raises(OSError, match="refused"):
        server.get("/healthz")


def test_the_front_door_keeps_the_rules(server: Server, sample_db: Database) -> None:
    """What the webhook and the pages promise holds over real HTTP: caps, refusals, errors, deadlines."""
    megabyte = "x" * (BODY_BYTES + 1)
    statuses = {
        "unsigned": server.ask("POST", "/wechat", b"<xml/>")[0],
        "unsigned greeting": server.ask("GET", "/wechat")[0],
        "other method": server.ask("PUT", "/wechat", b"x")[0],
        "announced too large": server.push(megabyte)[0],
        "endless": server.push(iter([megabyte.encode()] * 3))[0],
        "in pieces": server.push(iter([message("芯片", 50).encode()]))[0],
        "empty": server.push("")[0],
        "JSON": server.push("{}")[0],
        "query of a thousand fields": server.ask("POST", "/wechat?" + "a=1&" * 1000, b"x")[0],
        "no page": server.ask("GET", "/a/2021-02/99")[0],
        "page by POST": server.ask("POST", "/i/2021-02", b"x")[0],
        "strange path": server.ask("GET", "/a/archive/%E6%B8%AF%2F%ff%00")[0],
        "numbers": server.ask("GET", "/metrics")[0],
        "numbers through a proxy": server.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1")[0],
        "head": server.ask("HEAD", "/i/2021-02")[0],
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
        "numbers": 200,
        "numbers through a proxy": 403,
        "head": 200,
    }
    assert [200, 200] == [status for status, _ in meanwhile]
    assert all(b"<MsgType><![CDATA[news]]>" in body for _, body in meanwhile)
