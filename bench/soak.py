"""Soak: a whole installation under a steady load with everything that happens in a year, in an hour.

    python -m bench.soak --minutes 60 --rate 200 --database sqlite

`wxbot serve` with two processes, `wxbot worker` and the simulator run as in production. The platform sends messages and
events at a steady rate, while issues arrive, are pushed, corrected and withdrawn, the platform fails in every way, the
database stops answering, a backup is made, and server and worker are restarted one after the other. Each minute has a
line; at the end the fate of every message, every journal row and every delivery is counted. Exit code 1 says that one
of them has no reason.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgserver import postgres_server

from bench.callbacks import Traffic
from bench.installation import Installation, ProcessFigures, read_process
from bench.soak_chores import FOLLOWERS, Chores
from bench.soak_verdict import Sample, find_faults
from bench.webhook import free_port
from wxbot.db import Database

__all__ = ["main", "run"]

SAMPLE_SECONDS = 10.0
ROLES = ("server", "worker", "simulator")


def main() -> None:
    """Run the soak that the command line orders; exit 1 when a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0, help="messages a second")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that it ends the processes it started
    sys.exit(run(given.minutes * 60, given.rate, given.database))


def run(seconds: float, rate: float, database: str) -> int:
    """Run a soak of so many seconds; print it, and return 1 when a fault was found, else 0."""
    with _database(database) as url, tempfile.TemporaryDirectory(prefix="wxbot-soak-") as folder:
        # Short leases and waits: what takes over after an hour's trouble must do so within this run.
        settings = {"LEASE_SECONDS": "20", "PUSH_GRACE_HOURS": "24"}
        there = Installation(
            Path(folder), url or f"sqlite:///{folder}/var/wxbot.db", free_port(), free_port(), settings
        )
        try:
            return _soak(there, seconds, rate)
        finally:
            there.close()


def _soak(there: Installation, seconds: float, rate: float) -> int:
    there.prepare()
    there.start_simulator()
    there.run("webhook", "allow-plain")  # before the start: the server looks once a second
    there.start_server("--workers", "2")
    there.start_worker()
    db = Database.open(there.database_url)
    kind = "SQLite" if db.is_sqlite else "PostgreSQL"
    print(
        f"soak: {seconds / 60:g} minutes, {rate:g} messages a second, {kind}, pushes to {FOLLOWERS} followers"
    )
    traffic = Traffic((there.port,), rate)
    chores = Chores(there, db, seconds)
    samples: list[Sample] = []
    chores.prepare()
    chores.start()
    asyncio.run(_send_and_watch(there, traffic, chores, samples, seconds))
    chores.join()
    time.sleep(SAMPLE_SECONDS)  # what the server writes later
    faults = find_faults(there, db, traffic, chores, samples)
    db.close()
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "no fault")
    return 1 if faults else 0


async def _send_and_watch(
    there: Installation, traffic: Traffic, chores: Chores, samples: list[Sample], seconds: float
) -> None:
    """Send the load until its end and until all chores are done; take a sample every ten seconds."""
    load = asyncio.create_task(traffic.run(seconds))
    started, printed, last = time.monotonic(), 0, dict(traffic.counts)
    while not load.done():
        await asyncio.wait({load}, timeout=SAMPLE_SECONDS)
        minutes = (time.monotonic() - started) / 60
        figures = {role: _read(there, role) for role in ROLES}
        samples += [Sample(minutes, role, there.generation(role), each) for role, each in figures.items()]
        if int(minutes) > printed or load.done():
            printed = int(minutes)
            _print_minute(minutes, traffic, last, figures, _log_bytes(there), chores.doing)
            last = dict(traffic.counts)
    await load


def _read(there: Installation, role: str) -> ProcessFigures:
    process = there.processes.get(role)
    return ProcessFigures(0, 0, 0, 0) if process is None else read_process(process.pid)


def _print_minute(
    minutes: float,
    traffic: Traffic,
    last: dict[str, int],
    figures: dict[str, ProcessFigures],
    log_bytes: int,
    doing: str,
) -> None:
    """Print what happened since the last line."""
    new = {
        name: traffic.counts[name] - last.get(name, 0)
        for name in ("sent", "in time", "late", "lost", "wrong")
    }
    counts = "  ".join(f"{name} {count}" for name, count in new.items())
    memory = "  ".join(
        f"{role} {each.memory / 1e6:.0f} MB {each.files} files" for role, each in figures.items()
    )
    print(
        f"minute {minutes:5.1f}  {counts}  slowest {traffic.slowest:.2f} s | {memory}  "
        f"log {log_bytes / 1e6:.1f} MB | {doing}",
        flush=True,
    )
    traffic.slowest = 0.0


def _log_bytes(there: Installation) -> int:
    """Return the size of SQLite's write-ahead log; PostgreSQL recycles its own."""
    file = there.folder / "var" / "wxbot.db-wal"
    return file.stat().st_size if file.exists() else 0


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """Run a PostgreSQL server during the block and yield its address; for SQLite yield nothing."""
    if kind == "sqlite":
        yield ""
        return
    server = postgres_server.get_server(tempfile.mkdtemp(prefix="wxbot-soak-"), cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
