"""The whole webhook answer (signature, search, journal commit, reply) beside an app that only echoes a card.

Both under the same server with as many processes, in turn A B A B, asked by the same program over 50 connections. The
echo has the threads that serve it best. The library is the sample bulletin; the questions are what members ask of it.
"""

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
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.echo import TOKEN
from bench.load import Load

__all__ = ["run"]

ROOT = Path(__file__).parent.parent
ROUNDS = 3
PROCESSES = 2
THREADS = 4
MESSAGES = 8000
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


def run() -> None:
    """Print requests a second, p50 and p99 of both, and the ratio."""
    results: dict[str, list[dict[str, float]]] = {"wxbot": [], "echo": []}
    with tempfile.TemporaryDirectory() as folder, _wxbot(folder) as ours, _echo() as echo:
        for at in range(ROUNDS + 1):
            for name, port in (("wxbot", ours), ("echo", echo)):
                found = _load(port, at)
                if at:  # the first round warms up
                    results[name].append(found)
    print(f"webhook, {PROCESSES} processes, 50 connections, {ROUNDS} × {MESSAGES} messages, sample bulletin:")
    rates = {name: _tell(name, found) for name, found in results.items()}
    print(f"  ratio       {rates['wxbot'] / rates['echo']:8.2f}   (wxbot's rate over the echo's)")


def _tell(name: str, found: list[dict[str, float]]) -> float:
    middle = {key: statistics.median(each[key] for each in found) for key in ("rate", "p50", "p99")}
    wrong = sum(each["wrong"] for each in found)
    line = f"  {name:8}  {middle['rate']:8.0f} answers a second   p50 {middle['p50'] * 1000:6.1f} ms   "
    print(f"{line}p99 {middle['p99'] * 1000:6.1f} ms   wrong answers {wrong:.0f}")
    return middle["rate"]


def _load(port: int, at: int) -> dict[str, float]:
    load = Load("127.0.0.1", port, TOKEN, QUESTIONS, MESSAGES, first_id=1 + at * MESSAGES)
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
def _wxbot(folder: str) -> Generator[int]:
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
    with _served([*wxbot, "serve", "--port", str(port), "--workers", str(PROCESSES)], environ, port):
        yield port


@contextmanager
def _echo() -> Generator[int]:
    """The rival under the same server, with as many processes."""
    port = _free()
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "bench.echo:application"]
    more = [
        "--http",
        "1",
        "--no-ws",
        "--workers",
        str(PROCESSES),
        "--blocking-threads",
        str(THREADS),
        "--port",
        str(port),
    ]
    with _served([*granian, *more], dict(os.environ), port):
        yield port


@contextmanager
def _served(command: list[str], environ: dict[str, str], port: int) -> Generator[None]:
    server = subprocess.Popen(
        command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _ready(server, port)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except urllib.error.HTTPError as answered:
            if answered.code == 404:
                return  # the rival has no such page, but it answers
            time.sleep(0.1)
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server was not ready within 30 seconds")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    run()
