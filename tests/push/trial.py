"""Trials of faults: run a campaign under disturbances and compare its ledger with what arrived."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import sleep

from sqlalchemy import select

from tests.harness import PushHarness, call_simulator
from tests.push.scenarios import Scenario
from tests.push.worker_processes import DatabaseCopies, WorkerProcesses
from wechat_simulator import inbox
from wechat_simulator.state import restore, snapshot
from wxbot import push
from wxbot.db import Database
from wxbot.push import CampaignState, Delivery, DeliveryState, Route

__all__ = ["Prepared", "Trial"]

PUSHED = ("mass", "customer", "notice")  # kinds of inbox entries that come from a push
# Faults that leave a call without an answer: it may have been carried out.
NO_ANSWER = ("http", "html", "slow", "cut_before", "cut_after")
SINGLE_ROUTES = (Route.CUSTOMER, Route.NOTICE)
SINGLE_CALLS = ("/cgi-bin/message/custom/send", "/cgi-bin/message/subscribe/bizsend")
LONG_WAIT = 20.0  # seconds; a longer wait of a campaign is skipped
SLOW = 0.2  # seconds that a call takes during which a worker is killed
SLICE = 0.01  # seconds: step of the test's time
FASTER = 100  # speed of the clock of platform and workers
PATIENCE = 45.0  # seconds after which a trial that does not end fails


class Prepared:
    """An approved and due campaign of one scenario, from which any number of trials start."""

    def __init__(
        self,
        harness: PushHarness,
        scenario: Scenario,
        url: str,
        processes: WorkerProcesses,
        tmp_path: Path,
        *,
        crowd: int = 0,
    ) -> None:
        self.harness, self.scenario, self.processes = harness, scenario, processes
        # Longer than a worker waits before its retry, so that only the idempotency key prevents a second message.
        harness.platform.account.mass_delay = 90.0
        call_simulator(harness.platform, "/_sim/followers", {"count": crowd or scenario.crowd})
        self.crowd: list[str] = call_simulator(harness.platform, "/_sim/followers?limit=10000")["openids"]
        self.campaign = scenario.plan(harness, self.crowd).id
        self._state = snapshot(harness.platform.world)
        self.copies = DatabaseCopies(harness, url, tmp_path)

    def trial(self, seed: int) -> "Trial":
        """Start a trial: restore the platform and copy the database."""
        restore(self.harness.platform.world, self._state)
        self.processes.clock.write()
        return Trial(self, self.copies.create(), seed)

    def paths(self) -> list[str]:
        """Return the endpoints that an undisturbed campaign of this route calls."""
        trial = self.trial(0)
        self.harness.platform.world.calls.clear()
        trial.finish([self.processes.start(trial.url)])
        assert [] == trial.find_errors()
        trial.close()
        return sorted({call.path for call in self.harness.platform.world.calls.all()})


@dataclass
class Trial:
    """One run of a campaign."""

    prepared: Prepared
    url: str
    seed: int
    kills: int = 0
    disturbances: list[str] = field(default_factory=list)  # printed when the trial fails
    maybe_unknown: set[str] = field(default_factory=set)  # openids claimed when a worker was killed

    def __post_init__(self) -> None:
        """Open the copy of the database."""
        self.chance = Random(self.seed)
        self.harness, self.processes = self.prepared.harness, self.prepared.processes
        self.db = Database.open(self.url)

    @property
    def pusher(self) -> push.Pusher:
        """The push over this trial's copy of the database."""
        harness = self.harness
        return push.Pusher(self.db, lambda: harness.wechat, harness.settings, harness.now, harness.limits)

    def __str__(self) -> str:
        """Return what a failed test prints: enough to repeat the trial."""
        name, counts = self.prepared.scenario.name, self.counts()
        return f"{name}, seed {self.seed}, {self.kills} kills: {self.state()} {counts} {self.disturbances}"

    def advance(self, seconds: float) -> None:
        """Let real seconds pass, and `FASTER` times as many of the trial's."""
        for _ in range(max(1, round(seconds / SLICE))):
            sleep(SLICE)
            self.processes.clock.advance(SLICE * FASTER)

    def advance_until(self, done: Callable[[], bool], step: float = 0.1) -> None:
        """Let time pass until `done` is true; fail after `PATIENCE` seconds."""
        waited = 0.0
        while not done():
            assert waited < PATIENCE, f"{self}: timed out: {self.processes.log_text()[-3000:]}"
            self.advance(step)
            waited += step

    def start_and_kill_in(self, path: str) -> None:
        """Start a worker and kill it during its first call of this endpoint; the platform carries the call out."""
        call_simulator(self.harness.platform, "/_sim/faults", {"path": path, "kind": "slow", "seconds": SLOW})
        worker = self.processes.start(self.url)
        faults = self.harness.platform.world.faults
        self.advance_until(lambda: not faults.orders, SLICE)
        self.kill(worker)
        sleep(2 * SLOW)

    def kill(self, worker: int) -> None:
        """Kill a worker and note what it had claimed."""
        self.processes.kill(worker)
        self.note_kill()

    def unanswered_recipients(self) -> set[str]:
        """Return the openids whose message was in a call that got no answer."""
        calls = self.harness.platform.world.calls.all()
        struck = [call for call in calls if call.fault in NO_ANSWER and call.path in SINGLE_CALLS]
        return {json.loads(call.body)["touser"] for call in struck}

    def note_kill(self) -> None:
        """Note which deliveries may be unknown because their worker died."""
        self.kills += 1
        self.note_claimed()

    def note_claimed(self) -> None:
        """Note which deliveries are claimed: their results may never be recorded."""
        self.maybe_unknown |= self.recipients(DeliveryState.CLAIMED)

    def is_over(self) -> bool:
        """Return whether the campaign is over, or waits only for an editor."""
        with self.db.read() as session:
            campaign = push.queries.get_campaign(session, self.prepared.campaign)
            awaits = (
                campaign.look_again_at is not None and (campaign.look_again_at - self.harness.now()).days > 1
            )
        if campaign.state == CampaignState.UNKNOWN:
            return awaits
        return campaign.state in {CampaignState.FINISHED, CampaignState.FAILED, CampaignState.PLANNED}

    def finish(self, workers: Sequence[int]) -> None:
        """Let these workers run undisturbed to the campaign's end, then end them."""
        waited = 0.0
        while not self.is_over():
            assert waited < PATIENCE, f"{self}: no end: {self.processes.log_text()[-3000:]}"
            self.advance(0.1)
            waited += 0.1
            self._skip_long_wait()
        for worker in workers:
            self.processes.stop(worker)

    def _skip_long_wait(self) -> None:
        """Advance the clock to the end of a long wait, such as for midnight."""
        with self.db.read() as session:
            campaign = push.queries.get_campaign(session, self.prepared.campaign)
        if campaign.look_again_at is not None and not self.is_over():
            wait = (campaign.look_again_at - self.harness.now()).total_seconds()
            if wait > LONG_WAIT:
                self.processes.clock.advance(wait)

    def state(self) -> CampaignState:
        """Return the campaign's state."""
        with self.db.read() as session:
            return CampaignState(push.queries.get_campaign(session, self.prepared.campaign).state)

    def deliveries(self) -> list[Delivery]:
        """Return the campaign's deliveries."""
        with self.db.read() as session:
            return push.queries.campaign_deliveries(session, self.prepared.campaign, 100_000)

    def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        with self.db.read() as session:
            return push.queries.delivery_counts(session, self.prepared.campaign)

    def recipients(self, *states: DeliveryState) -> set[str]:
        """Return the openids whose deliveries are in one of these states."""
        mine = Delivery.campaign_id == self.prepared.campaign
        with self.db.read() as session:
            return set(session.scalars(select(Delivery.recipient).where(mine, Delivery.state.in_(states))))

    def find_errors(self) -> list[str]:
        """Return everything that is wrong in the end: duplicates, wrong recipients, a ledger that does not match."""
        received, wanted = self.received(), set(self.prepared.scenario.wanted(self.prepared.crowd))
        wrong = [f"twice: {openid}" for openid, times in received.items() if times > 1]
        wrong += [f"by mistake: {openid}" for openid in set(received) - wanted]
        wrong += [
            said for delivery in self.deliveries() for said in self._delivery_errors(delivery, received)
        ]
        needless = self.recipients(DeliveryState.UNKNOWN) - self.maybe_unknown - self.unanswered_recipients()
        wrong += [f"unknown without need: {openid}" for openid in needless]
        if not wrong and self.recipients(DeliveryState.UNKNOWN):
            self._resolve(received)
            received = self.received()
        if Counter(wanted) != received:
            wrong.append(f"missing, or twice: {Counter(wanted) - received} {received - Counter(wanted)}")
        if self.state() != CampaignState.FINISHED:
            wrong.append("not finished")
        return [f"{said} ({self})" for said in (*wrong, *self._leftovers())]

    def _delivery_errors(self, delivery: Delivery, received: Counter[str]) -> list[str]:
        """Return what is wrong with one delivery, compared with what its follower received."""
        summary = f"{delivery.recipient} {delivery.route} {delivery.state} {delivery.reason}"
        if delivery.state not in {DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SKIPPED}:
            return [f"not done: {summary}"]
        if delivery.state == DeliveryState.UNKNOWN:
            return (
                []
                if delivery.route in SINGLE_ROUTES
                else [f"unknown, although the platform can be asked: {summary}"]
            )
        there = delivery.recipient not in self.prepared.crowd or received[delivery.recipient] == 1
        return [] if there == (delivery.state == DeliveryState.SENT) else [f"untrue: {summary}"]

    def _leftovers(self) -> list[str]:
        """Return the differences between the drafts and publications left at the platform and the expected ones."""
        scenario = self.prepared.scenario
        box = {
            kept: len(call_simulator(self.harness.platform, f"/_sim/{kept}"))
            for kept in ("drafts", "publications")
        }
        wanted = {"drafts": scenario.drafts, "publications": scenario.publications}
        return [] if box == wanted else [f"left at the platform: {box}, not {wanted}"]

    def _resolve(self, received: Counter[str]) -> None:
        """Resolve each unknown delivery by what was received, as an editor would; then send the rest."""
        unknown = self.recipients(DeliveryState.UNKNOWN)
        for sent, openids in ((True, unknown & set(received)), (False, unknown - set(received))):
            if openids:
                self.pusher.resolve(self.prepared.campaign, sent=sent, by="editor", openids=openids)
        self.finish([self.processes.start(self.url)])

    def received(self) -> Counter[str]:
        """Return how often each follower received this issue, by any route."""
        account = self.harness.platform.state
        with self.harness.platform.world.lock:
            return Counter(
                {
                    openid: times
                    for openid in self.prepared.crowd
                    if (
                        times := sum(
                            seen["via"] in PUSHED for seen in inbox.read_inbox(account, openid) or []
                        )
                    )
                }
            )

    def close(self) -> None:
        """Close and delete the copy of the database."""
        self.db.close()
        self.prepared.copies.drop(self.url)
