"""The whole webhook answer (signature, search, journal commit, reply) beside servers that only echo.

    python -m bench.webhook

The rivals run as their own manuals deploy them, each with as many processes as wxbot, asked in turn (A B A B) by the
same program. The library is the sample bulletin; the questions are what members ask of it. Above all others stands the
comparison with WeRoBot, at its faster of two; without it, with the ten lines of wechatpy under gunicorn.
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

__all__ = ["run"]

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
FEW = ("WeRoBot, gunicorn", "WeRoBot, gunicorn, threads", "wechatpy, granian")
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


Found = dict[str, list[dict[str, float]]]


class Serving(NamedTuple):
    """A running server: its port, and its first process."""

    port: int
    pid: int


def run() -> None:
    """Print answers a second, p50 and p99 of all, and wxbot's ratio to each."""
    rivals = [name for name in RIVALS if _is_here(name)]
    few = [name for name in rivals if name in FEW]
    with _all(2, rivals) as all_of_them:
        _tell("2 processes, 50 connections", _measure(all_of_them, 50, 0))
        fewer = {name: serving for name, serving in all_of_them.items() if name in ("wxbot", *few)}
        _tell("2 processes, 200 connections", _measure(fewer, 200, 1))
    with _all(1, few) as fewer:
        _tell("1 process, 50 connections", _measure(fewer, 50, 2))


def _is_here(name: str) -> bool:
    """Whether a rival and its server are installed."""
    needed = ["gunicorn"] if "gunicorn" in name else []
    needed += ["werobot"] if "WeRoBot" in name else []
    missing = [each for each in needed if importlib.util.find_spec(each) is None]
    if missing:
        print(f"{name}: {', '.join(missing)} is not installed, left out")
    return not missing


def _measure(servers: dict[str, Serving], connections: int, part: int) -> Found:
    """Ask all in turn; the first round warms up and does not count."""
    found: Found = {name: [] for name in servers}
    for at in range(ROUNDS + 1):
        for name, serving in servers.items():
            before = _worked(serving.pid)
            loaded = _load(serving.port, connections, first_id=1 + (part * (ROUNDS + 1) + at) * MESSAGES)
            loaded["cost"] = (_worked(serving.pid) - before) / MESSAGES
            if at:
                found[name].append(loaded)
    return found


def _tell(title: str, found: Found) -> None:
    print(f"webhook, {title}, {ROUNDS} × {MESSAGES} messages, sample bulletin:")
    ours = found["wxbot"]
    ratios = {}
    for name, theirs in found.items():
        middle = {
            key: statistics.median(each[key] for each in theirs) for key in ("rate", "p50", "p99", "cost")
        }
        ratios[name] = statistics.median(
            our["rate"] / their["rate"] for our, their in zip(ours, theirs, strict=True)
        )
        print(
            f"  {name:27} {middle['rate']:6.0f} answers a second   p50 {middle['p50'] * 1000:6.1f} ms   "
            f"p99 {middle['p99'] * 1000:6.1f} ms   {middle['cost'] * 1e6:4.0f} µs of processor each   "
            f"wrong {sum(each['wrong'] for each in theirs):.0f}"
            + ("" if name == "wxbot" else f"   wxbot is {ratios[name]:.2f} times as fast")
        )
    busiest = max(each["busy"] for each in ours)
    print(f"  the asking program had a processor for {busiest:.0%} of the time at most, when it asked wxbot")
    for of in ("WeRoBot", "wechatpy, gunicorn"):
        if best := [ratio for name, ratio in ratios.items() if name.startswith(of)]:
            print(f"  ratio {min(best):.2f}: wxbot's whole answer to the empty echo of {of}, at its fastest")
            break


def _worked(pid: int) -> float:
    """Seconds of processor that a process and its children have had."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    seconds = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    children = " ".join(each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children"))
    return seconds + sum(_worked(int(child)) for child in children.split())


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
def _all(processes: int, rivals: Sequence[str]) -> Generator[dict[str, Serving]]:
    """wxbot and the rivals, running, by name."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        servers = {"wxbot": stack.enter_context(_wxbot(folder, processes))}
        for name in rivals:
            servers[name] = stack.enter_context(_rival(RIVALS[name], processes))
        yield servers


@contextmanager
def _wxbot(folder: str, processes: int) -> Generator[Serving]:
    """The product, with the sample on its shelf."""
    port = _free()
    settings = {
        "DATABASE_URL": f"sqlite:///{folder}/wxbot.db",
        "STATE": folder,
        "CONTENT": str(ROOT / "content"),
        "APP_ID": "wxbench",
        "APP_SECRET": "unused",
        "TOKEN": TOKEN,
        "PUBLIC_URL": "https://news.example.org",
    }
    environ = os.environ | {f"WXBOT_{name}": value for name, value in settings.items()}
    wxbot = [sys.executable, "-m", "wxbot"]
    sample = str(ROOT / "content" / "bulletins")
    subprocess.run([*wxbot, "ingest", sample], env=environ, check=True, stdout=subprocess.DEVNULL)
    with _served([*wxbot, "serve", "--port", str(port), "--workers", str(processes)], environ, port) as pid:
        yield Serving(port, pid)


@contextmanager
def _rival(command: Sequence[str], processes: int) -> Generator[Serving]:
    """A rival under its server, with as many processes."""
    port = _free()
    filled = [word.replace("PORT", str(port)).replace("PROCESSES", str(processes)) for word in command]
    with _served([sys.executable, *filled], dict(os.environ), port) as pid:
        yield Serving(port, pid)


@contextmanager
def _served(command: list[str], environ: dict[str, str], port: int) -> Generator[int]:
    server = subprocess.Popen(
        command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _ready(server, port)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _ready(server: "subprocess.Popen[bytes]", port: int) -> None:
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


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    run()
