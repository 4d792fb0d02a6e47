"""Deliveries a second: cards to single followers, every line of the ledger committed before and after its call.

Beside it, what the same calls cost with no ledger at all: the loop that most accounts run, from a list in memory.
"""

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wxbot import followers, library, push
from wxbot.db import Database, Shelf, bring_up
from wxbot.push.each import CALLS
from wxbot.wechat import Card, WeChat, connect

__all__ = ["run"]

READERS = 5000
SAMPLE = Path(__file__).parent.parent / "content" / "bulletins" / "2021-02.txt"
TERMS = push.Terms("https://news.example.org")


def run() -> None:
    """Print deliveries a second with and without the ledger, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        platform = subprocess.Popen(
            [sys.executable, "-m", "wxbot", "simulator", "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        try:
            address = _address(platform)
            account = _ask(address, "/_sim/account")
            _fill(address)
            db = Database.open(f"sqlite:///{folder}/wxbot.db")
            bring_up(db)
            wechat = connect(
                app_id=account["app_id"], app_secret=account["secret"], platform_url=address, store=Shelf(db)
            )
            bare = _bare(wechat)
            _ask(address, "/_sim/reset", {})
            _fill(address)
            kept = _kept(db, wechat)
            print(
                f"push to {READERS} followers one by one, {CALLS} calls at a time, SQLite, from one worker:"
            )
            print(f"  with the ledger     {READERS / kept:8.0f} deliveries a second")
            print(f"  without any ledger  {READERS / bare:8.0f} deliveries a second")
            print(f"  ratio               {bare / kept:8.2f}")
        finally:
            platform.terminate()
            platform.wait()


def _names() -> list[str]:
    return [f"oBench{n:022d}" for n in range(READERS)]


def _fill(address: str) -> None:
    """Everybody follows and has just written, so that the platform lets us write back."""
    with ThreadPoolExecutor(8) as calls:
        list(calls.map(lambda o: _ask(address, "/_sim/followers", {"openid": o}), _names()))
        said = {"type": "text", "content": "芯片"}
        list(calls.map(lambda o: _ask(address, "/_sim/message", said | {"openid": o}), _names()))


def _bare(wechat: WeChat) -> float:
    card = Card(
        "长风联盟工作简报 2021年第2期",
        "本期 22 篇",
        "https://news.example.org/p/i/2021-02.jpg",
        "https://news.example.org/i/2021-02",
    )
    wechat.ping()
    started = time.perf_counter()
    with ThreadPoolExecutor(CALLS) as calls:
        list(calls.map(lambda o: wechat.send_card(o, card), _names()))
    return time.perf_counter() - started


def _kept(db: Database, wechat: WeChat) -> float:
    now = dt.datetime.now(dt.UTC)
    list(library.ingest(db, [SAMPLE], now))
    with db.begin() as session:
        followers.heard_all(session, dict.fromkeys(_names(), now))
    audience = push.guests_of(db, "2021-02", "recent", TERMS.tz, now)
    made = push.plan(db, "2021-02", audience, None, TERMS, now)
    campaign = push.write(db, made, TERMS, "bench", now)
    push.approve(db, campaign.id, by="bench", terms=TERMS, now=now)
    started = time.perf_counter()
    state = push.deliver(
        db,
        wechat,
        campaign.id,
        holder="bench",
        terms=TERMS,
        pace=push.Pace(),
        clock=lambda: dt.datetime.now(dt.UTC),
    )
    took = time.perf_counter() - started
    with db.read() as session:
        counts = push.counts(push.ledger(session, campaign.id))
    assert (state, counts) == ("finished", {"sent": READERS}), (state, counts)
    return took


def _address(platform: "subprocess.Popen[str]") -> str:
    assert platform.stdout is not None
    for line in platform.stdout:
        if "http://" in line:
            return "http://" + line.partition("http://")[2].split("/")[0].split()[0]
    raise RuntimeError("the simulator did not start")


def _ask(address: str, path: str, order: Mapping[str, object] | None = None) -> dict[str, str]:
    data = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(address + path, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, str] = json.load(answer)
        return found


if __name__ == "__main__":
    run()
