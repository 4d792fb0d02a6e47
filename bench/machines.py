"""Three machines over one PostgreSQL with a standby: one is cut off, then the primary vanishes.

    python -m bench.machines [--death kill]

Each machine runs `wxbot serve` and `wxbot worker`; messages go to all three in turn, and a message's next try to the
next machine. In the middle of a push one machine's link is cut, and repaired later: the others answer and send, and
the machine comes back without a restart. In the middle of another push the primary's link is cut for good, so that
no connection to it is ever reset (or it is killed with SIGKILL), and the standby is promoted. Every follower must have
got each issue at most once, and exactly once where the ledger says `sent`.
Needs root; everything runs in network namespaces of its own. Exit code 1 says that something went wrong.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

from bench.callbacks import Traffic
from bench.cluster import SWITCH, Cluster, Machine, enter_switch, missing_parts
from bench.installation import Installation, write_issue
from wxbot import push
from wxbot.db import Database

__all__ = ["main"]

PORT, SIMULATOR_PORT = 8000, 8100
FOLLOWERS, RATE, PER_MINUTE = 120, 15.0, 60
CUT_SECONDS, HEAL_SECONDS, PUSH_SECONDS = 20.0, 60.0, 400.0
# The public address is one for all: with another on each machine, a card's link would depend on who sends it, and a
# campaign would stop because its content differs from what was approved.
SETTINGS = {
    "LEASE_SECONDS": "10",
    "PUSH_PER_MINUTE": str(PER_MINUTE),
    "PUBLIC_URL": "https://news.example.org",
}


def main() -> None:
    """Run both parts; exit 1 when something went wrong, 2 when this computer cannot run them."""
    parser = argparse.ArgumentParser(prog="python -m bench.machines")
    parser.add_argument("--death", choices=("vanish", "kill"), default="vanish", help="how the primary ends")
    death = parser.parse_args().death
    if lack := missing_parts():
        print(lack)
        sys.exit(2)
    enter_switch()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wxbot-machines-")))
        shutil.chown(folder, "postgres")
        try:
            faults = _Trial(folder, stack, death).run()
        except Exception:
            _print_logs(folder)
            raise
        if faults:
            _print_logs(folder)
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "nothing was sent twice, nothing was lost")
    sys.exit(1 if faults else 0)


class _Trial:
    """The machines, what runs on them, and what went wrong."""

    def __init__(self, folder: Path, stack: ExitStack, death: str) -> None:
        self._stack, self._death = stack, death
        self.faults: list[str] = []
        first, second = self._machine(21), self._machine(22)
        self._primary = Cluster(first, folder)
        stack.callback(self._primary.close)
        self._standby = Cluster(second, folder, self._primary)
        stack.callback(self._standby.close)
        # SQLAlchemy's way of naming several hosts; libpq takes the first that accepts writes.
        url = "postgresql+psycopg://wxbot@/wxbot?target_session_attrs=read-write"
        url += f"&host={first.address}:5432&host={second.address}:5432"
        self._machines = [self._machine(number) for number in (11, 12, 13)]
        self._hosts = []
        for at, machine in enumerate(self._machines):
            home = folder / f"host{at + 1}"
            home.mkdir()
            settings = SETTINGS | {"HOST": machine.address, "WORKERS": "1"}
            host = Installation(
                home, url, PORT, SIMULATOR_PORT, settings, machine.prefix, machine.address, SWITCH
            )
            stack.callback(host.close)
            self._hosts.append(host)
        self._db = Database.open(url)
        stack.callback(self._db.close)

    def _machine(self, number: int) -> Machine:
        made = Machine(number)
        self._stack.callback(made.close)
        return made

    def run(self) -> list[str]:
        """Start everything and run both parts under a steady load of messages."""
        self._start()
        traffic = Traffic(
            (PORT,) * len(self._hosts), RATE, hosts=tuple(machine.address for machine in self._machines)
        )
        chores = threading.Thread(target=self._run_parts, daemon=True)
        chores.start()
        asyncio.run(self._send(traffic, chores))
        counts = traffic.counts
        print(
            f"messages: {counts['sent']} sent, {counts['in time']} answered at the first try, {counts['late']} at "
            f"a later one, {counts['lost']} lost; tries that failed: {dict(traffic.failures)}"
        )
        if counts["lost"] or counts["wrong"]:
            self.faults.append(f"{counts['lost']} messages lost, {counts['wrong']} answered wrongly")
        if traffic.different:
            self.faults.append(f"two tries of one message got different answers: {traffic.different[:5]}")
        return self.faults + traffic.remarks

    async def _send(self, traffic: Traffic, chores: threading.Thread) -> None:
        load = asyncio.create_task(traffic.run(1800.0))
        while chores.is_alive():
            await asyncio.sleep(0.5)
        traffic.stopping = True
        await load

    def _start(self) -> None:
        first = self._hosts[0]
        first.prepare()
        for host in self._hosts[1:]:
            shutil.copytree(first.folder / "content", host.folder / "content")
            shutil.copytree(first.folder / "config", host.folder / "config")
        first.start_simulator(SWITCH)
        for host in self._hosts:
            host.start_server()
            host.start_worker()
        first.run("webhook", "allow-plain")
        with ThreadPoolExecutor(8) as calls:
            list(calls.map(lambda openid: first.call("/_sim/followers", {"openid": openid}), _openids()))
        (first.folder / "members.txt").write_text("\n".join(_openids()) + "\n", encoding="utf-8")

    def _run_parts(self) -> None:
        for month, part in ((1, self._cut_one_off), (2, self._lose_primary)):
            try:
                self._push_during(month, part)
            except Exception as wrong:  # noqa: BLE001  it is printed and counted
                traceback.print_exc()
                self.faults.append(f"{part.__name__}: {type(wrong).__name__} {wrong}")

    def _push_during(self, month: int, part: Callable[[], None]) -> None:
        """Push an issue, run `part` in the middle, and compare what followers saw with the ledger."""
        first = self._hosts[0]
        hello = {"type": "text", "content": "芯片"}
        with ThreadPoolExecutor(8) as calls:
            list(
                calls.map(lambda openid: first.call("/_sim/message", hello | {"openid": openid}), _openids())
            )
        number = write_issue(first.bulletins, month)
        first.run("ingest", str(first.bulletins))
        audience = ("--to", str(first.folder / "members.txt"), "--route", push.Route.CUSTOMER.value)
        plan = json.loads(first.run("push", "plan", number, *audience, "--json"))
        campaign = int(plan["campaign"])
        first.start("approve", "push", "approve", str(campaign))
        self._await("a fifth of the push", lambda: self._counts(campaign).get("sent", 0) > FOLLOWERS / 5)
        print(f"push of {number}: {self._counts(campaign)}")
        part()
        self._await("the end of the push", lambda: self._is_over(campaign))
        counts = self._counts(campaign)
        seen = Counter(first.count_seen(openid, number) for openid in _openids())
        print(
            f"push of {number}: ledger {counts}, followers by times seen {dict(sorted(seen.items()))}",
            flush=True,
        )
        if max(seen) > 1:
            self.faults.append(f"{number}: some followers saw it more than once: {dict(seen)}")
        if not counts.get("sent", 0) <= seen[1] <= counts.get("sent", 0) + counts.get("unknown", 0):
            self.faults.append(f"{number}: the ledger says {counts}, but {seen[1]} saw it")
        if set(counts) - {"sent", "unknown"}:
            self.faults.append(f"{number}: deliveries are left: {counts}")

    def _cut_one_off(self) -> None:
        """Cut the second machine off for a while; it must come back by itself."""
        machine, host = self._machines[1], self._hosts[1]
        machine.cut_off()
        print(f"machine {machine.address} is cut off", flush=True)
        time.sleep(CUT_SECONDS)
        machine.connect()
        started = time.monotonic()
        self._await("the machine's return", lambda: host.page("/readyz")[0] == 200, HEAL_SECONDS)
        print(f"machine {machine.address} is ready {time.monotonic() - started:.1f} s after its link is back")
        for name in ("server", "worker"):
            if host.processes[name].poll() is not None:
                self.faults.append(f"the {name} of the machine that was cut off has ended")

    def _lose_primary(self) -> None:
        """End the primary, promote the standby, and wait until every machine works with it."""
        if self._death == "kill":
            self._primary.kill()
        else:
            self._primary.machine.cut_off()
        print(f"the primary is lost: {self._death}", flush=True)
        time.sleep(3.0)
        started = time.monotonic()
        self._standby.promote()
        print(f"the standby is promoted within {time.monotonic() - started:.1f} s")
        for host in self._hosts:
            self._await(
                "the machines' return", lambda host=host: host.page("/readyz")[0] == 200, HEAL_SECONDS
            )
        print(
            f"all machines are ready {time.monotonic() - started:.1f} s after the promotion began", flush=True
        )

    def _counts(self, campaign: int) -> dict[str, int]:
        with self._db.read() as session:
            return push.queries.delivery_counts(session, campaign)

    def _is_over(self, campaign: int) -> bool:
        over = {push.CampaignState.FINISHED, push.CampaignState.UNKNOWN, push.CampaignState.FAILED}
        with self._db.read() as session:
            return push.queries.get_campaign(session, campaign).state in over

    def _await(self, what: str, check: Callable[[], bool], seconds: float = PUSH_SECONDS) -> None:
        """Wait until a check holds; while the database is away, it does not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(Exception):
                if check():
                    return
            time.sleep(0.3)
        raise RuntimeError(f"{what} did not come within {seconds:.0f} s")


def _openids() -> list[str]:
    return [f"oPush{n:022d}" for n in range(FOLLOWERS)]


def _print_logs(folder: Path) -> None:
    """Print the last warnings and errors of every process."""
    for file in sorted(folder.glob("host*/*.log")):
        lines = [
            line
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
            if " INFO " not in line
        ]
        print(f"--- {file.parent.name} {file.name}", *lines[-12:], sep=os.linesep)


if __name__ == "__main__":
    main()
