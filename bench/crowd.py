"""Benchmark of memory: the peak of each command of a campaign to a million followers, from our list and from a file.

Each command runs in a process of its own on a database with a million followers; the operating system measures it.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.push import Platform, platform, record_recent_followers
from wxbot.db import Database, upgrade

__all__ = ["run"]

CROWD = 1_000_000
PAGE = 20_000
SLICE = 20.0  # seconds of sending
ROOT = Path(__file__).parent.parent


def run(crowd: int = CROWD) -> None:
    """Print the peak memory of planning, showing, starting and sending, for both audiences."""
    with platform() as there, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "content").symlink_to(ROOT / "content")
        openids = home / "members.txt"
        _fill(f"sqlite:///{home}/wxbot.db", openids, crowd)
        print(f"a campaign to {crowd} followers, SQLite; highest memory of each process (and its seconds):")
        for audience in ("recent", str(openids)):
            _measure_campaign(home, _settings(there, home), audience)


def _settings(there: Platform, home: Path) -> dict[str, str]:
    return {
        "WXBOT_DATABASE_URL": f"sqlite:///{home}/wxbot.db",
        "WXBOT_APP_ID": there.app_id,
        "WXBOT_APP_SECRET": there.secret,
        "WXBOT_PLATFORM_URL": there.address,
        "WXBOT_PUBLIC_URL": "https://news.example.org",
        "WXBOT_STATE": str(home / "var"),
    }


def _fill(url: str, openids: Path, crowd: int) -> None:
    """Record `crowd` followers who have just sent a message, and write their openids to the file `openids`."""
    db, now = Database.open(url, durable=False), dt.datetime.now(dt.UTC)
    upgrade(db)
    with openids.open("w", encoding="utf-8") as file:
        for start in range(0, crowd, PAGE):
            page = [f"oBench{n:022d}" for n in range(start, start + PAGE)]
            record_recent_followers(db, page, now)
            file.write("\n".join(page) + "\n")
    db.close()


def _measure_campaign(home: Path, settings: Mapping[str, str], audience: str) -> None:
    """Measure each command of one campaign to an audience."""
    _run_measured(home, settings, "ingest", str(ROOT / "content" / "bulletins" / "2021-02.txt"))
    words = ("push", "plan", "2021-02", "--to", audience, "--route", "customer", "--again", "--json")
    campaign = str(
        json.loads(_run_measured(home, settings, *words, says=f"plan --to {Path(audience).name}"))["campaign"]
    )
    _run_measured(home, settings, "push", "approve", campaign)
    _run_measured(home, settings, "worker", says="worker: start and send", ends=SLICE)
    _run_measured(home, settings, "push", "show", campaign, "--json", says="show --json")
    _run_measured(home, settings, "push", "cancel", campaign, says="cancel")


def _run_measured(
    home: Path, settings: Mapping[str, str], *words: str, says: str = "", ends: float = 0
) -> str:
    """Run one command, ended `ends` seconds after it has written its ledger; return what it printed."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "wxbot", *words],
            cwd=home,
            env={**os.environ, **settings, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        if ends:
            _wait_until_sending(home, ends)
            process.terminate()
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        out.seek(0)
        printed = out.read()
    if says:
        print(
            f"  {says:<28}{used.ru_maxrss / 1024:6.0f} MB  ({time.perf_counter() - started:.0f} s)",
            flush=True,
        )
    return printed


def _wait_until_sending(home: Path, seconds: float) -> None:
    """Wait until the ledger is written, and then for `seconds`."""
    db = Database.open(f"sqlite:///{home}/wxbot.db")
    while not _ledger_is_written(db):
        time.sleep(1)
    db.close()
    time.sleep(seconds)


def _ledger_is_written(db: Database) -> bool:
    with db.read() as session:
        waiting = (
            "SELECT count(*) FROM campaign WHERE state NOT IN ('cancelled', 'planned') AND frozen_at IS NULL"
        )
        return session.connection().exec_driver_sql(waiting).scalar() == 0


if __name__ == "__main__":
    run(*map(int, sys.argv[1:2]))
