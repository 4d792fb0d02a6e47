"""Tools for fault tests: a shared clock, worker processes, and copies of a prepared database."""

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
    """A clock for the platform and every worker; workers read it from a file."""

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

    def __init__(self, issue: str) -> None:
        """Start the program; it draws the pictures of the issue with this text once."""
        self._program = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fork_server.py")), issue],
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
        self._fork_server = fork_server
        self._env = env
        self.clock = clock
        self.log = log
        self.pids: list[int] = []

    def run_once(self, url: str) -> None:
        """Run one pass of a worker on the database at `url`."""
        self._fork_server.request(do="run_once", **self._options(url))

    def run_once_traced(self, url: str, kill_at: int | None = None) -> dict[str, Any]:
        """Run one pass like `run_once`; kill it before executed line `kill_at`, if reached."""
        return self._fork_server.request(do="run_once", kill_at=kill_at, **self._options(url))

    def start(self, url: str, **options: float) -> int:
        """Start a worker on the database at `url` and return its process id.

        `skew`, `timeout` and `busy_seconds` replace the defaults; `fork_server.py` describes them.
        """
        pid: int = self._fork_server.request(do="start", log=str(self.log), **self._options(url) | options)[
            "pid"
        ]
        self.pids.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """Kill a worker by SIGKILL, like a power cut."""
        assert -signal.SIGKILL == self._end(pid, signal.SIGKILL), "the worker ended before it was killed"

    def stop(self, pid: int) -> None:
        """End a worker by SIGTERM, like an operator, and check that it exits cleanly.

        A worker that has not yet installed its signal handler ends by the signal itself.
        """
        assert self._end(pid, signal.SIGTERM) in {0, -signal.SIGTERM}, self.log_text()[-2000:]

    def log_text(self) -> str:
        """Return what the workers wrote to standard output and standard error."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def close(self) -> None:
        """Kill the workers that still run."""
        for pid in list(self.pids):
            self.kill(pid)

    def _end(self, pid: int, by: signal.Signals) -> int:
        """Send the signal, wait for the worker to end, and return its status."""
        os.kill(pid, by)
        self.pids.remove(pid)
        status: int = self._fork_server.request(do="wait", pid=pid)["status"]
        return status

    def _options(self, url: str) -> dict[str, Any]:
        """Return the options of a worker on the database at `url`."""
        env = self._env | {"WXBOT_DATABASE_URL": url}
        return {"env": env, "clock": str(self.clock.file), "skew": 0, "timeout": 10, "busy_seconds": 10}


class DatabaseCopies:
    """Factory of copies of one prepared database."""

    def __init__(self, harness: PushHarness, url: str, tmp_path: Path) -> None:
        self._url, self._tmp_path, self._count = make_url(url), tmp_path, 0
        harness.db.close()
        if harness.db.is_sqlite:
            self._file = Path(str(self._url.database)).read_bytes()

    def create(self) -> str:
        """Create one more copy and return its URL."""
        self._count += 1
        if self._url.get_backend_name() == "sqlite":
            file = self._tmp_path / f"copy-{self._count}.db"
            file.write_bytes(self._file)
            return f"sqlite:///{file}"
        copy = self._url.set(database=f"{self._url.database}_{self._count}")
        self._execute(f'CREATE DATABASE "{copy.database}" TEMPLATE "{self._url.database}"')
        return copy.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Delete a copy on PostgreSQL; the test's folder holds those of SQLite."""
        if self._url.get_backend_name() != "sqlite":
            self._execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def cut_connections(self, url: str) -> None:
        """Terminate every connection to a copy on PostgreSQL, like a server that goes down."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name",
            name=make_url(url).database,
        )

    def _execute(self, statement: str, **values: str | None) -> None:
        """Execute a statement outside a transaction, connected to the database `postgres`."""
        engine = create_engine(self._url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement), values)
        engine.dispose()
