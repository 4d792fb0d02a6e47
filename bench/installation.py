"""A whole installation for a benchmark: a folder of its own, the simulator as its platform, server and worker.

Installation   start, signal and end its processes, run its commands, read its database, order faults
read_process   the memory and the open files of a process and its children
write_issue    put an issue of the year 2026 into the watched folder
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.webhook import ROOT

__all__ = ["AES_KEY", "APP_ID", "TOKEN", "Installation", "ProcessFigures", "read_process", "write_issue"]

APP_ID, SECRET, TOKEN = "wxsoak00000000001", "secretOfTheSoak", "tokenOfTheSoak"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SAMPLE = ROOT / "content" / "bulletins" / "2021-02.txt"
READY_SECONDS = 120
# Hands the socket over as file descriptor 3 of the process that becomes the server.
_HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class ProcessFigures:
    """Memory in bytes, open files, sockets among them and number of processes of one process and its children."""

    memory: int
    files: int
    sockets: int
    processes: int


@dataclass
class Installation:
    """One installation in a folder; `settings` are further settings by name, such as `LEASE_SECONDS`."""

    folder: Path
    database_url: str
    port: int
    simulator_port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()  # words before each command, such as those that enter a network namespace
    host: str = "127.0.0.1"
    platform_host: str = "127.0.0.1"
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address of the server."""
        return f"http://{self.host}:{self.port}"

    @property
    def platform(self) -> str:
        """The address of the simulator."""
        return f"http://{self.platform_host}:{self.simulator_port}"

    @property
    def bulletins(self) -> Path:
        """The watched folder."""
        return self.folder / "content" / "bulletins"

    def environ(self) -> dict[str, str]:
        """Return the environment of its processes."""
        own = {
            "DATABASE_URL": self.database_url,
            "APP_ID": APP_ID,
            "APP_SECRET": SECRET,
            "TOKEN": TOKEN,
            "ENCODING_AES_KEY": AES_KEY,
            "PLATFORM_URL": self.platform,
            "PUBLIC_URL": self.address,
            "CONTENT": str(self.folder / "content"),
            "CONFIG": str(self.folder / "config" / "wxbot.toml"),
            "STATE": str(self.folder / "var"),
            "PLAN_NEW_ISSUES": "false",
            **self.settings,
        }
        bare = {name: value for name, value in os.environ.items() if not name.startswith("WXBOT_")}
        # An installed program has its bytecode beside it; without it every start compiles two seconds long.
        bare.pop("PYTHONDONTWRITEBYTECODE", None)
        return bare | {f"WXBOT_{name}": value for name, value in own.items()}

    def prepare(self) -> None:
        """Copy the content, create the tables and ingest the sample bulletin."""
        shutil.copytree(ROOT / "content", self.folder / "content")
        (self.folder / "config").mkdir()
        (self.folder / "config" / "wxbot.toml").touch()
        self.run("db", "upgrade")
        self.run("ingest", str(self.bulletins))

    def run(self, *words: str) -> str:
        """Run a command to its end; return what it printed. Raises RuntimeError with its words when it fails.

        Exit code 1 is no failure: the command is done, and has something to look at.
        """
        ran = subprocess.run(
            [*self.prefix, sys.executable, "-m", "wxbot", *words],
            env=self.environ(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode > 1:
            raise RuntimeError(f"wxbot {' '.join(words)}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def start(
        self,
        name: str,
        *words: str,
        listening: socket.socket | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Start a command in the background under a name; its output is appended to NAME.log.

        It gets the socket `listening` in systemd's way, and further variables in its environment.
        """
        program = [sys.executable, "-m", "wxbot"]
        if listening is not None:
            program = [sys.executable, "-c", _HAND_OVER, str(listening.fileno()), *program]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*self.prefix, *program, *words],
                env={**self.environ(), **variables},
                pass_fds=() if listening is None else (listening.fileno(),),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_simulator(self, host: str = "127.0.0.1") -> None:
        """Start the platform at this computer's address `host`, and wait until it answers."""
        prefix, self.prefix = self.prefix, ()  # it is a machine of its own
        where = ("--host", host, "--port", str(self.simulator_port))
        self.start("simulator", "simulator", *where, "--callback", f"{self.address}/wechat", "--mode", "safe")
        self.prefix = prefix
        self._wait(f"{self.platform}/_sim/account")

    def start_server(self, *words: str, listening: socket.socket | None = None) -> None:
        """Start the server and wait until it is ready."""
        self.start("server", "serve", "--port", str(self.port), *words, listening=listening)
        self._wait(f"{self.address}/readyz")

    def start_worker(self) -> None:
        """Start the worker, with the variables of its systemd unit."""
        self.start("worker", "worker", variables={"MALLOC_ARENA_MAX": "2"})

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one of its processes."""
        self.processes[name].send_signal(number)

    def generation(self, name: str) -> frozenset[int]:
        """Return the ids by which a restart shows: of the server its children, which a reload replaces."""
        process = self.processes.get(name)
        if process is None:
            return frozenset()
        if name != "server":
            return frozenset({process.pid})
        return frozenset(child for child in _children(process.pid) if _is_server_process(child))

    def stop(self, name: str) -> None:
        """End one of its processes and wait for it."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End all its processes."""
        for name in list(self.processes):
            self.stop(name)

    def log(self, name: str) -> list[str]:
        """Return the lines of a process's log."""
        with suppress(FileNotFoundError):
            text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
            return text.splitlines()
        return []

    def call(self, path: str, order: Mapping[str, object] | None = None) -> Any:
        """Call the simulator's control interface and return its answer."""
        data = None if order is None else json.dumps(order).encode()
        request = urllib.request.Request(
            self.platform + path, data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def count_seen(self, openid: str, number: str) -> int:
        """Return how often an issue was pushed to a follower: messages about it beyond replies to own questions."""
        year, _, issue = number.partition("-")
        names = (number, f"{year}年第{int(issue)}期")  # in a card's address, in an article's title
        pushed = (
            str(entry)
            for entry in self.call(f"/_sim/inbox/{openid}")
            if entry["from"] == "account" and entry["via"] != "reply"
        )
        return sum(any(name in text for name in names) for text in pushed)

    def page(self, path: str) -> tuple[int, str]:
        """Request a page; return its status and text, or status 0 when the server does not answer."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode("utf-8", "replace")
        except OSError:
            return 0, ""

    def _wait(self, address: str) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"{address} was not ready within {READY_SECONDS} s; see the logs in {self.folder}")


def read_process(pid: int) -> ProcessFigures:
    """Return the figures of a process and its children; of one that has ended, zeros."""
    memory = files = sockets = 0
    processes = [pid, *_children(pid)]
    for each in processes:
        with suppress(OSError, IndexError):
            pages = int(Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1])
            memory += pages * os.sysconf("SC_PAGE_SIZE")
            for file in Path(f"/proc/{each}/fd").iterdir():
                files += 1
                with suppress(OSError):  # closed meanwhile
                    sockets += str(file.readlink()).startswith("socket:")
    return ProcessFigures(memory, files, sockets, len(processes))


def _children(pid: int) -> list[int]:
    """Return the children of a process and theirs."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, file.read_text(encoding="ascii").split()):
                found += [child, *_children(child)]
    return found


def _is_server_process(pid: int) -> bool:
    """Return whether a child of the server answers requests: Python's own helper processes do not."""
    with suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def write_issue(folder: Path, month: int, *, corrected: bool = False) -> str:
    """Write the issue of a month of 2026, with the articles of the sample; return its number.

    The file appears whole, as an editor's program renames it.
    """
    text = SAMPLE.read_text(encoding="utf-8").replace(
        "2021 年第 02 期 2021 年 01 月 15 日", f"2026 年第 {month:02d} 期 2026 年 {month:02d} 月 15 日"
    )
    if corrected:
        text = text.replace("增长了 4 倍多", "增长了 4 倍（更正）")
    half = folder / f".2026-{month:02d}.part"
    half.write_text(text, encoding="utf-8")
    half.rename(folder / f"2026-{month:02d}.txt")
    return f"2026-{month:02d}"
