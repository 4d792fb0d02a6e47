"""Chores of a soak: the work of editors and operators, and bad luck, round after round in a thread of its own.

A round is one issue: it arrives in the folder, is pushed while the platform fails in a way of the round, meets a
database that stops answering, is corrected, and loses an article. Half-way there are a backup and a rolling restart.
"""

import json
import signal
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pgserver
from sqlalchemy import text

from bench.installation import Installation, write_issue
from wxbot import push
from wxbot.db import Database

__all__ = ["FOLLOWERS", "Chores", "PushRound", "openids"]

FOLLOWERS = 100
HELD_SECONDS = 3.0
ROUND_SECONDS = 300.0
OPENING_SECONDS = 40 * 60.0  # an opening for plain messages lasts an hour
CUSTOMER, MASS = "/cgi-bin/message/custom/send", "/cgi-bin/message/mass/sendall"
# The route of a round, the fault that its calls meet, and how often.
ROUNDS: tuple[tuple[push.Route, dict[str, object]], ...] = (
    (push.Route.CUSTOMER, {"kind": "errcode", "errcode": -1, "times": 5}),
    (push.Route.CUSTOMER, {"kind": "cut_before", "times": 3}),
    (push.Route.MASS, {"kind": "errcode", "errcode": -1, "times": 2}),
    (push.Route.CUSTOMER, {"kind": "slow", "seconds": 7.0, "times": 3}),
    (push.Route.CUSTOMER, {"kind": "cut_after", "times": 2}),
    (push.Route.MASS, {"kind": "cut_after", "times": 1}),
    (push.Route.CUSTOMER, {"kind": "html", "times": 3}),
    (push.Route.MASS, {"kind": "slow", "seconds": 7.0, "times": 1}),
    (push.Route.CUSTOMER, {"kind": "http", "status": 502, "times": 3}),
    (push.Route.CUSTOMER, {"kind": "errcode", "errcode": 45009, "times": 1}),
)
OVER = frozenset({push.CampaignState.FINISHED, push.CampaignState.FAILED, push.CampaignState.UNKNOWN})


@dataclass
class PushRound:
    """One pushed issue: its campaign, its fault, and the seconds until its campaign was over."""

    number: str
    campaign: int
    route: push.Route
    fault: str
    seconds: float = 0.0


def openids() -> list[str]:
    """Return the followers to whom issues are pushed."""
    return [f"oPush{n:022d}" for n in range(FOLLOWERS)]


class Chores:
    """The thread of the chores; `doing` names the one under way, `failures` holds what did not work."""

    def __init__(self, there: Installation, db: Database, seconds: float) -> None:
        self._there = there
        self._db = db
        self._seconds = seconds
        self._started = 0.0
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)
        self.doing = ""
        self.rounds: list[PushRound] = []
        self.failures: list[str] = []
        self.troubles: list[tuple[float, float]] = []  # when the database did not answer, by the clock
        self.restarts: list[tuple[float, float]] = []
        self.backup_bytes = 0

    def prepare(self) -> None:
        """Let the followers exist."""
        self._there.call("/_sim/reset", {})
        with ThreadPoolExecutor(8) as calls:
            list(calls.map(lambda openid: self._there.call("/_sim/followers", {"openid": openid}), openids()))
        (self._there.folder / "members.txt").write_text("\n".join(openids()) + "\n", encoding="utf-8")

    def start(self) -> None:
        """Start the thread."""
        self._started = time.monotonic()
        self._thread.start()

    def join(self) -> None:
        """Wait until the round under way is over."""
        self._thread.join(timeout=600)
        if self._thread.is_alive():
            self.failures.append(f"{self.doing}: still under way ten minutes after the end")

    def _run(self) -> None:
        opened, restarted = self._started, False
        for at, (route, fault) in enumerate(ROUNDS):
            # The last quarter of a minute is for the answers alone.
            if at and self._passed() > self._seconds - 60:
                return
            self._do(
                f"issue {at + 1}", lambda at=at, route=route, fault=fault: self._round(at + 1, route, fault)
            )
            if not restarted and self._passed() > self._seconds * 0.3:
                restarted = True
                self._do("backup", self._back_up)
                self._do("rolling restart", self._restart)
            if time.monotonic() - opened > OPENING_SECONDS:
                opened = time.monotonic()
                self._do("allow plain", lambda: self._there.run("webhook", "allow-plain"))
            self.doing = ""
            while self._passed() < min(self._seconds, (at + 1) * ROUND_SECONDS):
                time.sleep(1.0)
        if not restarted:
            self._do("rolling restart", self._restart)

    def _passed(self) -> float:
        return time.monotonic() - self._started

    def _do(self, name: str, chore: Callable[[], object]) -> None:
        """Do one chore; what goes wrong is a failure of the soak, and the next chore comes."""
        self.doing = name
        try:
            chore()
        except Exception as wrong:  # noqa: BLE001  every chore's failure is counted
            where = traceback.extract_tb(wrong.__traceback__)[-1]
            self.failures.append(f"{name}: {type(wrong).__name__} {wrong} (line {where.lineno})")

    def _round(self, month: int, route: push.Route, fault: dict[str, object]) -> None:
        """Bring one issue in, push it, correct it, and withdraw an article."""
        there = self._there
        number = write_issue(there.bulletins, month)
        self._until(f"/i/{number}", 200)
        path = MASS if route is push.Route.MASS else CUSTOMER
        with ThreadPoolExecutor(8) as calls:
            hello = {"type": "text", "content": "芯片"}
            list(calls.map(lambda openid: there.call("/_sim/message", hello | {"openid": openid}), openids()))
        audience = "all" if route is push.Route.MASS else str(there.folder / "members.txt")
        plan = json.loads(
            there.run("push", "plan", number, "--to", audience, "--route", route.value, "--json")
        )
        pushed = PushRound(
            number, int(plan["campaign"]), route, f"{fault['kind']} {fault.get('errcode', '')}"
        )
        there.call("/_sim/faults", {"path": path, **fault})
        there.run("push", "approve", str(pushed.campaign))
        started = time.monotonic()
        self._hold_database()
        self._await_campaign(pushed)
        pushed.seconds = time.monotonic() - started
        self.rounds.append(pushed)
        write_issue(there.bulletins, month, corrected=True)
        self._until(f"/a/{number}/1", 200, "（更正）")
        there.run("withdraw", number, "3", "--reason", "soak")
        self._until(f"/a/{number}/3", 410)

    def _await_campaign(self, pushed: PushRound) -> None:
        """Wait until a campaign is over, or waits for an editor or for midnight."""
        until, state = time.monotonic() + 240, None
        while time.monotonic() < until:
            with suppress(Exception), self._db.read() as session:
                state = push.queries.get_campaign(session, pushed.campaign).state
            if state in OVER or (state == push.CampaignState.WAITING and "45009" in pushed.fault):
                return
            time.sleep(1.0)
        raise RuntimeError(f"campaign {pushed.campaign} ({pushed.fault}) is {state} after 240 s")

    def _until(self, path: str, status: int, words: str = "") -> None:
        """Wait until a page has this status and these words."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            found, body = self._there.page(path)
            if found == status and words in body:
                return
            time.sleep(0.5)
        raise RuntimeError(f"{path} did not become {status} {words} within 120 s, it is {found}")

    def _hold_database(self) -> None:
        """Let nobody write for some seconds; then, over PostgreSQL, cut all connections too."""
        started = time.time()
        with self._db.engine.connect() as connection:
            if self._db.is_sqlite:
                connection.execute(text("SELECT 1"))  # begins the transaction, which takes the write lock
                time.sleep(HELD_SECONDS)
            else:
                connection.execute(text("LOCK TABLE journal, delivery IN ACCESS EXCLUSIVE MODE"))
                time.sleep(HELD_SECONDS)
                others = (
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                )
                connection.execute(text(f"{others} AND datname = current_database()"))
            connection.rollback()
        self.troubles.append((started, time.time()))

    def _back_up(self) -> None:
        """Make a backup while everything goes on."""
        file = self._there.folder / "backup.tar"
        if self._db.is_sqlite:
            self._there.run("backup", str(file))
            self._there.run("restore", str(file), "--check")
        else:
            address = self._there.database_url.replace("+psycopg", "", 1)
            # The server's own: pg_dump of an older release refuses it.
            program = Path(pgserver.__file__).parent / "pginstall" / "bin" / "pg_dump"
            subprocess.run([program, "-Fc", "-f", str(file), address], check=True)
        self.backup_bytes = file.stat().st_size

    def _restart(self) -> None:
        """Reload the server, then end the worker and start another one."""
        started = time.time()
        before = self._there.generation("server")
        self._there.signal("server", signal.SIGHUP)
        until = time.monotonic() + 180
        while before & self._there.generation("server") and time.monotonic() < until:
            time.sleep(0.5)
        if before & self._there.generation("server"):
            raise RuntimeError("the reload was not over within 180 s")
        self._there.stop("worker")
        self._there.start_worker()
        self.restarts.append((started, time.time()))
