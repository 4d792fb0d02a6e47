"""Answers per second of the whole webhook (signature, search, journal commit, reply) beside servers that only echo.

    python -m bench.webhook

wxbot runs twice: as `wxbot serve` starts it (ASGI, the handler on the event loop), and as a Flask view under granian's
WSGI. The rivals run as their own manuals deploy them. All have the same number of processes and get the same messages
in turn (A B A B) from the same program. The library is the sample bulletin; the questions are typical of members. The
figure that counts is the ratio to WeRoBot at its fastest, or, without it, to wechatpy under gunicorn.
"""

import importlib.util
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from bench.echo import TOKEN
from bench.load import Load

__all__ = [
    "GRANIAN",
    "GUNICORN",
    "OURS",
    "SERVE",
    "THREADS",
    "RunningServer",
    "cpu_seconds",
    "free_port",
    "open_library",
    "run",
    "start",
]

ROOT = Path(__file__).parent.parent
ROUNDS = 3
MESSAGES = 6000
GUNICORN = ["-m", "gunicorn", "--bind", "127.0.0.1:PORT", "--workers", "PROCESSES"]
GRANIAN = ["-m", "granian", "--http", "1", "--no-ws", "--port", "PORT", "--workers", "PROCESSES"]
THREADS = ["--worker-class", "gthread", "--threads", "4"]
RIVALS = {
    "WeRoBot, gunicorn": [*GUNICORN, "bench.echo:robot()"],
    "WeRoBot, gunicorn, threads": [*GUNICORN, *THREADS, "bench.echo:robot()"],
    "wechatpy, gunicorn": [*GUNICORN, "bench.echo:application()"],
    "wechatpy, gunicorn, threads": [*GUNICORN, *THREADS, "bench.echo:application()"],
    "wechatpy, granian": [
        *GRANIAN,
        "--interface",
        "wsgi",
        "--blocking-threads",
        "4",
        "--factory",
        "bench.echo:application",
    ],
}
SHORT_LIST = ("WeRoBot, gunicorn", "WeRoBot, gunicorn, threads", "wechatpy, granian")
SERVE = "wxbot serve"
WSGI = "wxbot, granian WSGI"
OURS = {
    SERVE: ["-m", "wxbot", "serve", "--port", "PORT", "--workers", "PROCESSES"],
    WSGI: [*GRANIAN, "--interface", "wsgi", "--blocking-threads", "16", "wxbot.wsgi:app"],
}
QUESTIONS = [
    "芯片",
    "比亚迪",
    "投融界",
    "刀片电池",
    "keep",
    "独角兽",
    "第2期",
    "白皮书",
    "特朗普",
    "5G",
    "融资",
    "最新",
]


Measurements = dict[str, list[dict[str, float]]]


class RunningServer(NamedTuple):
    """A running server: its port, and its first process."""

    port: int
    pid: int


def run() -> None:
    """Print answers per second, p50 and p99 of all servers, and the ratios of wxbot to the rivals."""
    rivals = [name for name in RIVALS if _is_installed(name)]
    few = [name for name in rivals if name in SHORT_LIST]
    with _start_all(2, rivals) as servers:
        _report("2 processes, 50 connections", _measure(servers, 50, 0))
        fewer = {name: server for name, server in servers.items() if name in (*OURS, *few)}
        _report("2 processes, 200 connections", _measure(fewer, 200, 1))
    with _start_all(1, few) as fewer:
        _report("1 process, 50 connections", _measure(fewer, 50, 2))


def _is_installed(name: str) -> bool:
    """Return whether a rival and its server are installed."""
    needed = ["gunicorn"] if "gunicorn" in name else []
    needed += ["werobot"] if "WeRoBot" in name else []
    missing = [each for each in needed if importlib.util.find_spec(each) is None]
    if missing:
        print(f"{name}: {', '.join(missing)} is not installed, left out")
    return not missing


def _measure(servers: dict[str, RunningServer], connections: int, part: int) -> Measurements:
    """Put load on all servers in turn; the first round warms up and does not count."""
    measured: Measurements = {name: [] for name in servers}
    for at in range(ROUNDS + 1):
        for place, (name, server) in enumerate(servers.items()):
            # Both ways of running wxbot write into one journal: each round of each needs messages of its own.
            run = (part * (ROUNDS + 1) + at) * len(servers) + place
            before = cpu_seconds(server.pid)
            result = _load(server.port, connections, first_id=1 + run * MESSAGES)
            result["cost"] = (cpu_seconds(server.pid) - before) / MESSAGES
            if at:
                measured[name].append(result)
    return measured


def _report(title: str, measured: Measurements) -> None:
    print(f"webhook, {title}, {ROUNDS} × {MESSAGES} messages, sample bulletin:")
    for name, results in measured.items():
        middle = {
            key: statistics.median(each[key] for each in results) for key in ("rate", "p50", "p99", "cost")
        }
        print(
            f"  {name:27} {middle['rate']:6.0f} answers a second   p50 {middle['p50'] * 1000:6.1f} ms   "
            f"p99 {middle['p99'] * 1000:6.1f} ms   {middle['cost'] * 1e6:4.0f} µs of processor each   "
            f"wrong {sum(each['wrong'] for each in results):.0f}"
        )
    busiest = max(each["busy"] for name in OURS for each in measured[name])
    print(f"  the program that puts on the load had a processor for {busiest:.0%} of the time at most")
    for name in OURS:
        for of in ("WeRoBot", "wechatpy, gunicorn"):
            if rivals := [rival for rival in measured if rival.startswith(of)]:
                rate = min(_ratio(measured, name, rival, "rate") for rival in rivals)
                cost = min(1 / _ratio(measured, name, rival, "cost") for rival in rivals)
                print(
                    f"  {name} to {of} at its fastest: {rate:.2f} in answers a second, {cost:.2f} per processor second"
                )
                break


def _ratio(measured: Measurements, name: str, rival: str, key: str) -> float:
    """Return the median over the rounds of a server's value divided by a rival's."""
    return statistics.median(
        our[key] / their[key] for our, their in zip(measured[name], measured[rival], strict=True)
    )


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its children, in seconds."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    seconds = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    children = " ".join(each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children"))
    return seconds + sum(cpu_seconds(int(child)) for child in children.split())


def _load(port: int, connections: int, first_id: int) -> dict[str, float]:
    load = Load("127.0.0.1", port, TOKEN, QUESTIONS, MESSAGES, connections, first_id=first_id)
    ran = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(ran.stdout)
    return found


@contextmanager
def _start_all(processes: int, rivals: Sequence[str]) -> Generator[dict[str, RunningServer]]:
    """Start wxbot and the rivals, by name, until the end of the block."""
    with ExitStack() as stack:
        environ = stack.enter_context(open_library())
        commands = OURS | {name: RIVALS[name] for name in rivals}
        yield {
            name: stack.enter_context(start(command, environ, processes))
            for name, command in commands.items()
        }


@contextmanager
def open_library() -> Generator[dict[str, str]]:
    """Put the sample bulletin into a new library; yield the environment of wxbot until the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        environ = _environ(folder)
        ingest = [sys.executable, "-m", "wxbot", "ingest", str(ROOT / "content" / "bulletins")]
        subprocess.run(ingest, env=environ, check=True, stdout=subprocess.DEVNULL)
        yield environ


def _environ(folder: str) -> dict[str, str]:
    """Return the environment of wxbot on a database in `folder`."""
    settings = {
        "DATABASE_URL": f"sqlite:///{folder}/wxbot.db",
        "STATE": folder,
        "CONTENT": str(ROOT / "content"),
        "APP_ID": "wxbench",
        "APP_SECRET": "unused",
        "TOKEN": TOKEN,
        "PUBLIC_URL": "https://news.example.org",
    }
    return os.environ | {f"WXBOT_{name}": value for name, value in settings.items()}


@contextmanager
def start(command: Sequence[str], environ: dict[str, str], processes: int) -> Generator[RunningServer]:
    """Start a server with so many processes; it ends with the block."""
    port = free_port()
    filled = [word.replace("PORT", str(port)).replace("PROCESSES", str(processes)) for word in command]
    server = subprocess.Popen(
        [sys.executable, *filled], env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(server, port)
        yield RunningServer(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except urllib.error.HTTPError as answered:
            if answered.code in {403, 404}:
                return  # a rival has no such page, but it answers
            time.sleep(0.1)
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server was not ready within two minutes")


def free_port() -> int:
    """Return a port on which no program listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    run()
