"""The production server, as a process of its own with two workers."""

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

from tests.conftest import ROOT
from tests.web.conftest import TOKEN, message
from wxbot import journal
from wxbot.db import Database

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
        return self._ask("GET", path)

    def push(self, body: str) -> tuple[int, bytes]:
        """One push, rightly signed."""
        stamp = str(int(time.time()))
        signed = hashlib.sha1(
            "".join(sorted([TOKEN, stamp, "n"])).encode(), usedforsecurity=False
        ).hexdigest()
        return self._ask("POST", f"/wechat?signature={signed}&timestamp={stamp}&nonce=n", body.encode())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body)
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
def server(shelved: Database, database_url: str, tmp_path: Path) -> Iterator[Server]:
    """`wxbot serve` on the shelf with the sample bulletin."""
    assert shelved.engine
    server = Server(tmp_path, database_url)
    server.wait_until_ready()
    yield server
    server.process.kill()
    server.process.wait()


def test_two_processes_answer_as_one(server: Server, shelved: Database) -> None:
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
    with shelved.read() as session:
        assert 3 == journal.count(session)
    with pytest.raises(OSError, match="refused"):
        server.get("/healthz")
