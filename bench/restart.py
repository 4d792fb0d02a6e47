"""Restarts under load: how many messages are lost in all three tries, and how long a start takes.

    python -m bench.restart [--rate 40]

A steady load runs while the server is restarted six times in 50 seconds, in three ways: ended and started with a port
of its own; the same with a socket that stays open, as systemd keeps it (wxbot-web.socket); and reloaded by SIGHUP. The
platform tries a message three times, each for five seconds, and at once again where a connection is refused.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.callbacks import Traffic
from bench.installation import Installation
from bench.webhook import cpu_seconds, free_port

__all__ = ["main", "restart_under_load"]

RATE, SECONDS, RESTARTS = 200.0, 50.0, 6


def main() -> None:
    """Print messages lost in each way; exit 1 when the two ways that keep the socket open lose any."""
    parser = argparse.ArgumentParser(prog="python -m bench.restart")
    parser.add_argument("--rate", type=float, default=RATE, help="messages a second")
    rate = parser.parse_args().rate
    lost = {}
    for name in ("own port", "open socket", "reload"):
        with tempfile.TemporaryDirectory(prefix="wxbot-restart-") as folder:
            lost[name] = restart_under_load(Path(folder), name, rate=rate)
    sys.exit(1 if lost["open socket"] or lost["reload"] else 0)


def restart_under_load(
    folder: Path, way: str, *, rate: float = RATE, seconds: float = SECONDS, restarts: int = RESTARTS
) -> int:
    """Restart in one way under load; print what became of the messages, and return how many were lost."""
    there = Installation(folder, f"sqlite:///{folder}/var/wxbot.db", free_port(), free_port())
    kept = socket.create_server(("127.0.0.1", there.port), backlog=4096) if way == "open socket" else None
    try:
        there.prepare()
        there.start_server("--workers", "2", listening=kept)
        there.run("webhook", "allow-plain")
        print(f"{way}: first start took {cpu_seconds(there.processes['server'].pid):.1f} s of processor")
        traffic = Traffic((there.port,), rate, impatient=True)
        order = _reload if way == "reload" else lambda it: _restart(it, kept)
        thread = threading.Thread(target=_restart_often, args=(there, order, seconds, restarts))
        thread.start()
        asyncio.run(traffic.run(seconds))
        thread.join()
    finally:
        there.close()
        if kept is not None:
            kept.close()
    counts = traffic.counts
    print(
        f"{way}: {restarts} restarts in {seconds:g} s, load {os.getloadavg()[0]:.0f}: {counts['sent']} messages, "
        f"{counts['in time']} answered at the first try, {counts['late']} at a later one, {counts['lost']} lost "
        f"in all three; tries that failed: {dict(traffic.failures) or 'none'}",
        flush=True,
    )
    return counts["lost"]


def _restart_often(
    there: Installation, order: Callable[[Installation], None], seconds: float, restarts: int
) -> None:
    for _ in range(restarts):
        started = time.monotonic()
        order(there)
        time.sleep(max(0.0, seconds / (restarts + 1) - (time.monotonic() - started)))


def _reload(there: Installation) -> None:
    there.signal("server", signal.SIGHUP)


def _restart(there: Installation, kept: socket.socket | None) -> None:
    """End the server, and start another one without waiting for it, as `systemctl restart` does."""
    there.stop("server")
    there.start("server", "serve", "--port", str(there.port), "--workers", "2", listening=kept)


if __name__ == "__main__":
    main()
