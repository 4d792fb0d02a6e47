"""Benchmark of deliveries a second: cards to single followers, each delivery committed before and after its call.

The same calls without a ledger, from a list in memory, run beside it for comparison. Then two workers on one campaign
over PostgreSQL run beside one: with a platform that answers at once, where the processors are the limit, and with one
as slow as a distant platform.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgserver import postgres_server

from wxbot import followers, library, push
from wxbot.db import Database, KeyValueStore, upgrade
from wxbot.push import Audience, PlanRequest, Route
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.delivery.individual import PARALLEL_CALLS
from wxbot.push.planning.plan import compose_plan
from wxbot.wechat import Card, WeChat, connect

__all__ = ["Platform", "platform", "record_recent_followers", "run"]

FOLLOWERS = 5000
DELAYS = (0.0, 0.03, 0.1)  # seconds until the platform answers
SAMPLE = Path(__file__).parent.parent / "content" / "bulletins" / "2021-02.txt"
SETTINGS = push.PushSettings("https://news.example.org")
CARD = Card(
    "长风联盟工作简报 2021年第2期",
    "本期 22 篇",
    "https://news.example.org/p/i/2021-02.jpg",
    "https://news.example.org/i/2021-02",
)


@dataclass(frozen=True)
class Platform:
    """Client of a simulator in a process of its own."""

    address: str
    app_id: str
    secret: str

    def call(self, path: str, order: Mapping[str, object] | None = None) -> dict[str, str]:
        """Call the control interface and return its answer."""
        return _call(self.address, path, order)

    def connect(self, db: Database) -> WeChat:
        """Connect the product's platform client to it."""
        return connect(
            app_id=self.app_id, app_secret=self.secret, platform_url=self.address, store=KeyValueStore(db)
        )

    def reset(self, delay: float) -> None:
        """Reset to followers who have all just sent a message; the platform then answers after `delay` seconds."""
        self.call("/_sim/reset", {})
        with ThreadPoolExecutor(8) as calls:
            list(calls.map(lambda o: self.call("/_sim/followers", {"openid": o}), _openids()))
            text = {"type": "text", "content": "芯片"}
            list(calls.map(lambda o: self.call("/_sim/message", text | {"openid": o}), _openids()))
        if delay:
            path = "/cgi-bin/message/custom/send"
            self.call("/_sim/faults", {"path": path, "kind": "slow", "seconds": delay, "times": 10**9})


def run() -> None:
    """Print deliveries a second: with and without the ledger, from one worker and from two."""
    with platform() as there, tempfile.TemporaryDirectory() as folder:
        _compare_with_bare_calls(there, f"sqlite:///{folder}/wxbot.db")
        for delay in DELAYS:
            _compare_two_workers(there, delay)


def _compare_with_bare_calls(there: Platform, url: str) -> None:
    db = Database.open(url)
    upgrade(db)
    there.reset(0)
    bare = FOLLOWERS / _time_bare_calls(there.connect(db))
    there.reset(0)
    with_ledger = FOLLOWERS / _time_workers(there, url, 1)
    db.close()
    print(
        f"push to {FOLLOWERS} followers one by one, {PARALLEL_CALLS} calls at a time, SQLite, from one worker:"
    )
    print(f"  with the ledger     {with_ledger:8.0f} deliveries a second")
    print(f"  without any ledger  {bare:8.0f} deliveries a second")
    print(f"  ratio               {bare / with_ledger:8.2f}")


def _compare_two_workers(there: Platform, delay: float) -> None:
    rates = []
    for workers in (1, 2):
        with _postgresql() as url:
            there.reset(delay)
            rates.append(FOLLOWERS / _time_workers(there, url, workers))
    print(
        f"the same over PostgreSQL, the platform answers after {delay * 1000:.0f} ms, {os.cpu_count()} processors:"
    )
    print(f"  one worker          {rates[0]:8.0f} deliveries a second")
    print(f"  two workers         {rates[1]:8.0f} deliveries a second")
    print(f"  ratio               {rates[1] / rates[0]:8.2f}")


def _time_bare_calls(wechat: WeChat) -> float:
    """Return the seconds that the calls take without a ledger."""
    wechat.ping()
    started = time.perf_counter()
    with ThreadPoolExecutor(PARALLEL_CALLS) as calls:
        list(calls.map(lambda o: wechat.send_card(o, CARD), _openids()))
    return time.perf_counter() - started


def _time_workers(there: Platform, url: str, workers: int) -> float:
    """Return the seconds from the first call to the last delivery with this number of worker processes."""
    db = Database.open(url)
    upgrade(db)
    campaign = _start_campaign(db, there)
    processes = [_worker(there, url, campaign) for _ in range(workers)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()  # the worker is ready
    started = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.wait()
    seconds = time.perf_counter() - started
    with db.read() as session:
        counts = push.queries.delivery_counts(session, campaign)
    db.close()
    assert counts == {"sent": FOLLOWERS}, counts
    return seconds


def _start_campaign(db: Database, there: Platform) -> int:
    """Start a campaign to all followers without sending; return its id. Its ledger is written."""
    now = dt.datetime.now(dt.UTC)
    list(library.ingest(db, [SAMPLE], now))
    record_recent_followers(db, _openids(), now)
    audience = count_recipients(
        db, PlanRequest("2021-02", Audience.parse("recent")), [Route.CUSTOMER], SETTINGS, now
    )
    made = compose_plan(
        db, PlanRequest("2021-02", audience.audience, route=push.Route.CUSTOMER), audience, SETTINGS, now
    )
    pusher = push.Pusher(db, lambda: there.connect(db), SETTINGS, lambda: dt.datetime.now(dt.UTC))
    campaign = pusher.create(made, "bench")
    pusher.approve(campaign.id, by="bench")
    _deliver(db, there, campaign.id, stopping=True)
    return campaign.id


def record_recent_followers(db: Database, openids: Sequence[str], now: dt.datetime) -> None:
    """Record followers who have just sent a message."""
    with db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, now))


def _deliver(
    db: Database, there: Platform, campaign: int, *, stopping: bool = False
) -> push.CampaignState | None:
    wechat = there.connect(db)
    pusher = push.Pusher(db, lambda: wechat, SETTINGS, lambda: dt.datetime.now(dt.UTC))
    state = pusher.deliver(campaign, worker_id=push.new_worker_id(), stopping=lambda: stopping)
    wechat.close()
    return state


def _worker(there: Platform, url: str, campaign: int) -> "subprocess.Popen[str]":
    order = json.dumps([there.address, there.app_id, there.secret, url, campaign])
    return subprocess.Popen(
        [sys.executable, "-m", "bench.push", order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _work(order: str) -> None:
    """Run a worker: connect, wait for a line on standard input, and deliver until the campaign is over."""
    *where, url, campaign = json.loads(order)
    there, db = Platform(*where), Database.open(url)
    there.connect(db).ping()
    print("ready", flush=True)
    sys.stdin.readline()
    while not _is_finished(db, campaign):
        _deliver(db, there, campaign)
    db.close()


def _is_finished(db: Database, campaign: int) -> bool:
    with db.read() as session:
        return push.queries.get_campaign(session, campaign).state == push.CampaignState.FINISHED


@contextmanager
def platform() -> Iterator[Platform]:
    """Run a simulator during a block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wxbot", "simulator", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = _address(process)
        account = _call(address, "/_sim/account")
        yield Platform(address, account["app_id"], account["secret"])
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _postgresql() -> Iterator[str]:
    """Run a PostgreSQL server during a block and give the URL of its empty database."""
    server = postgres_server.get_server(tempfile.mkdtemp(prefix="wxbot-bench-"), cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def _openids() -> list[str]:
    return [f"oBench{n:022d}" for n in range(FOLLOWERS)]


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            return "http://" + line.partition("http://")[2].split("/")[0].split()[0]
    raise RuntimeError("the simulator did not start")


def _call(address: str, path: str, order: Mapping[str, object] | None = None) -> dict[str, str]:
    data = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(address + path, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, str] = json.load(answer)
        return found


if __name__ == "__main__":
    _work(sys.argv[1]) if len(sys.argv) > 1 else run()
