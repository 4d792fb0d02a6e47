"""Helpers for tests of faults: a shared clock, worker processes, copies of a prepared database."""

import json
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import wechat_simulator
from tests.harness import PushHarness

__all__ = ["DatabaseCopies", "ForkServer", "SharedClock", "WorkerProcesses"]


class SharedClock:
    """Clock of the platform and of every worker; workers read it from a file."""

    def __init__(self, platform: wechat_simulator.RunningSimulator, file: Path) -> None:
        self._world = platform.world
        self.file = file
        self.write()

    def write(self) -> None:
        """Write the platform's time to the file."""
        with self.file.open("r+b" if self.file.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("=d", self._world.now()))

    def advance(self, seconds: float) -> None:
        """Advance the clock of the platform and the workers."""
        self._world.advance(self._world.now() + seconds)
        self.write()


class ForkServer:
    """Client of the program that forks workers (`fork_server.py`); one serves any number of tests."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fork_server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def request(self, **order: Any) -> dict[str, Any]:
        """Send one order and return the answer."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        answer: dict[str, Any] = json.loads(self._program.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def close(self) -> None:
        """End the program."""
        self._program.communicate()


class WorkerProcesses:
    """Workers of one test, with their environment, clock and log."""

    def __init__(self, fork_server: ForkServer, env: dict[str, str], clock: SharedClock, log: Path) -> None:
        self._server = fork_server
        self._env = env
        self.clock = clock
        self.log = log
        self.running: list[int] = []

    def run_pass(self, url: str, kill_at: int | None = None) -> dict[str, Any]:
        """Run one pass of a worker on the database at `url`; kill it before the line number `kill_at`, if reached."""
        return self._server.request(do="pass", kill_at=kill_at, **self._where(url))

    def start(self, url: str, **options: float) -> int:
        """Start a worker on the database at `url` with its own `skew`, `patience`, `busy`; return its process id."""
        where = self._where(url) | options
        started: int = self._server.request(do="start", log=str(self.log), **where)["pid"]
        self.running.append(started)
        return started

    def kill(self, worker: int) -> None:
        """Kill a worker by SIGKILL, like a power cut."""
        assert -signal.SIGKILL == self._end(worker, signal.SIGKILL), "it had not ended by itself"

    def stop(self, worker: int) -> None:
        """End a worker by SIGTERM, like an operator, and expect a clean exit unless it has hardly started."""
        assert self._end(worker, signal.SIGTERM) in {0, -signal.SIGTERM}, self.log_text()[-2000:]

    def log_text(self) -> str:
        """Return what the workers wrote to standard error."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def close(self) -> None:
        """Kill the workers that still run."""
        for worker in list(self.running):
            self.kill(worker)

    def _end(self, worker: int, by: signal.Signals) -> int:
        os.kill(worker, by)
        self.running.remove(worker)
        status: int = self._server.request(do="wait", pid=worker)["status"]
        return status

    def _where(self, url: str) -> dict[str, Any]:
        env = self._env | {"WXBOT_DATABASE_URL": url}
        return {"env": env, "clock": str(self.clock.file), "skew": 0, "patience": 10, "busy": 10}


class DatabaseCopies:
    """Factory of fresh copies of one prepared database."""

    def __init__(self, harness: PushHarness, url: str, tmp_path: Path) -> None:
        self._url, self._tmp_path, self._count = make_url(url), tmp_path, 0
        harness.db.close()
        if harness.db.is_sqlite:
            self._file = Path(str(self._url.database)).read_bytes()

    def create(self) -> str:
        """Make one more copy and return its URL."""
        self._count += 1
        if self._url.get_backend_name() == "sqlite":
            file = self._tmp_path / f"copy-{self._count}.db"
            file.write_bytes(self._file)
            return f"sqlite:///{file}"
        copy = self._url.set(database=f"{self._url.database}_{self._count}")
        self._admin(f'CREATE DATABASE "{copy.database}" TEMPLATE "{self._url.database}"')
        return copy.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Delete a copy."""
        if self._url.get_backend_name() != "sqlite":
            self._admin(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def cut(self, url: str) -> None:
        """Terminate every connection to a copy, like a server that goes down."""
        self._admin(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name",
            name=make_url(url).database,
        )

    def _admin(self, statement: str, **values: str | None) -> None:
        engine = create_engine(self._url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement), values)
        engine.dispose()
