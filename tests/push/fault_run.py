"""Run a campaign while faults are injected, and compare its ledger with what followers received."""

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

__all__ = ["FaultRun", "PreparedCampaign"]

PUSHED = ("mass", "customer", "notice")  # the values of `via` in an inbox that come from a push
# Faults that leave a call without an answer, so that it may have been carried out.
NO_ANSWER = ("http", "html", "slow", "cut_before", "cut_after")
INDIVIDUAL_ROUTES = (Route.CUSTOMER, Route.NOTICE)
INDIVIDUAL_ENDPOINTS = ("/cgi-bin/message/custom/send", "/cgi-bin/message/subscribe/bizsend")
LONG_WAIT = 20.0  # seconds; `finish` skips a longer wait of a campaign
SLOW_CALL = 0.2  # seconds that a call takes during which a worker is killed
TIME_STEP = 0.01  # seconds; step by which time is advanced
CLOCK_SPEED = 100  # factor by which the clock of platform and workers is faster than real time
RUN_TIMEOUT = 45.0  # seconds after which a run that does not end fails


class PreparedCampaign:
    """An approved and due campaign of one scenario, from which any number of runs start."""

    def __init__(
        self,
        harness: PushHarness,
        scenario: Scenario,
        url: str,
        workers: WorkerProcesses,
        tmp_path: Path,
        *,
        followers: int = 0,
    ) -> None:
        self.harness, self.scenario, self.workers = harness, scenario, workers
        # Longer than a worker waits before it repeats a call: only the idempotency key then prevents a second message.
        harness.platform.account.mass_delay = 90.0
        call_simulator(harness.platform, "/_sim/followers", {"count": followers or scenario.followers})
        self.openids: list[str] = call_simulator(harness.platform, "/_sim/followers?limit=10000")["openids"]
        self.campaign = scenario.plan(harness, self.openids).id
        self._state = snapshot(harness.platform.world)
        self.copies = DatabaseCopies(harness, url, tmp_path)

    def start_run(self, seed: int) -> "FaultRun":
        """Start a run: restore the platform and copy the database."""
        restore(self.harness.platform.world, self._state)
        self.workers.clock.write()
        return FaultRun(self, self.copies.create(), seed)

    def called_paths(self) -> list[str]:
        """Return the endpoints that an undisturbed campaign of this route calls."""
        run = self.start_run(0)
        self.harness.platform.world.calls.clear()
        run.finish([self.workers.start(run.url)])
        assert [] == run.find_errors()
        run.close()
        return sorted({call.path for call in self.harness.platform.world.calls.all()})


@dataclass
class FaultRun:
    """One run of a prepared campaign, with its own copy of the database and the restored platform."""

    prepared: PreparedCampaign
    url: str
    seed: int
    kills: int = 0
    # The injected faults, shown when a test fails.
    faults: list[str] = field(default_factory=list)
    # Openids whose delivery was claimed when a worker was killed or cut off: these may become unknown.
    possibly_unknown: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Open the copy of the database."""
        self.random = Random(self.seed)
        self.harness, self.workers = self.prepared.harness, self.prepared.workers
        self.db = Database.open(self.url)

    @property
    def pusher(self) -> push.Pusher:
        """Return a `Pusher` on this run's copy of the database."""
        harness = self.harness
        return push.Pusher(self.db, lambda: harness.wechat, harness.settings, harness.now, harness.limits)

    def __str__(self) -> str:
        """Return what a failed test prints: enough to repeat the run."""
        name, counts = self.prepared.scenario.name, self.counts()
        return f"{name}, seed {self.seed}, {self.kills} kills: {self.state()} {counts} {self.faults}"

    def let_time_pass(self, seconds: float) -> None:
        """Sleep for real seconds while the shared clock advances by `CLOCK_SPEED` times as many."""
        for _ in range(max(1, round(seconds / TIME_STEP))):
            sleep(TIME_STEP)
            self.workers.clock.advance(TIME_STEP * CLOCK_SPEED)

    def wait_until(self, done: Callable[[], bool], step: float = 0.1) -> None:
        """Let time pass in steps until `done` is true; fail after `RUN_TIMEOUT` seconds."""
        waited = 0.0
        while not done():
            assert waited < RUN_TIMEOUT, f"{self}: timeout: {self.workers.log_text()[-3000:]}"
            self.let_time_pass(step)
            waited += step

    def start_and_kill_during(self, path: str) -> None:
        """Start a worker and kill it during its first call of this endpoint, which the platform still carries out."""
        call_simulator(
            self.harness.platform, "/_sim/faults", {"path": path, "kind": "slow", "seconds": SLOW_CALL}
        )
        worker = self.workers.start(self.url)
        faults = self.harness.platform.world.faults
        self.wait_until(lambda: not faults.orders, TIME_STEP)
        self.kill(worker)
        sleep(2 * SLOW_CALL)

    def kill(self, worker: int) -> None:
        """Kill a worker and note which deliveries were claimed."""
        self.workers.kill(worker)
        self.note_kill()

    def openids_without_answer(self) -> set[str]:
        """Return the openids whose individual call got no answer."""
        calls = self.harness.platform.world.calls.all()
        unanswered = [call for call in calls if call.fault in NO_ANSWER and call.path in INDIVIDUAL_ENDPOINTS]
        return {json.loads(call.body)["touser"] for call in unanswered}

    def note_kill(self) -> None:
        """Count a killed worker and note which deliveries were claimed."""
        self.kills += 1
        self.note_claimed()

    def note_claimed(self) -> None:
        """Note which deliveries are claimed now: their results may never be recorded."""
        self.possibly_unknown |= self.recipients(DeliveryState.CLAIMED)

    def is_over(self) -> bool:
        """Return whether the campaign has ended, or waits only for an editor."""
        with self.db.read() as session:
            campaign = push.queries.get_campaign(session, self.prepared.campaign)
            waits_for_editor = (
                campaign.look_again_at is not None and (campaign.look_again_at - self.harness.now()).days > 1
            )
        if campaign.state == CampaignState.UNKNOWN:
            return waits_for_editor
        return campaign.state in {CampaignState.FINISHED, CampaignState.FAILED, CampaignState.PLANNED}

    def finish(self, workers: Sequence[int]) -> None:
        """Let these workers run undisturbed until the campaign ends, then stop them."""
        waited = 0.0
        while not self.is_over():
            assert waited < RUN_TIMEOUT, (
                f"{self}: the campaign did not end: {self.workers.log_text()[-3000:]}"
            )
            self.let_time_pass(0.1)
            waited += 0.1
            self._skip_long_wait()
        for worker in workers:
            self.workers.stop(worker)

    def _skip_long_wait(self) -> None:
        """Advance the clock to the end of a long wait, such as for midnight."""
        with self.db.read() as session:
            campaign = push.queries.get_campaign(session, self.prepared.campaign)
        if campaign.look_again_at is not None and not self.is_over():
            wait = (campaign.look_again_at - self.harness.now()).total_seconds()
            if wait > LONG_WAIT:
                self.workers.clock.advance(wait)

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
        of_campaign = Delivery.campaign_id == self.prepared.campaign
        with self.db.read() as session:
            return set(
                session.scalars(select(Delivery.recipient).where(of_campaign, Delivery.state.in_(states)))
            )

    def find_errors(self) -> list[str]:
        """Return all errors: duplicate messages, wrong recipients, and deliveries whose state is false.

        Before the last comparison unknown deliveries are resolved as an editor would; after that nobody may be missing.
        """
        received, expected = self.received(), set(self.prepared.scenario.expected(self.prepared.openids))
        errors = [f"twice: {openid}" for openid, times in received.items() if times > 1]
        errors += [f"not in the audience: {openid}" for openid in set(received) - expected]
        errors += [
            error for delivery in self.deliveries() for error in self._delivery_errors(delivery, received)
        ]
        unexplained = (
            self.recipients(DeliveryState.UNKNOWN) - self.possibly_unknown - self.openids_without_answer()
        )
        errors += [f"unknown without reason: {openid}" for openid in unexplained]
        if not errors and self.recipients(DeliveryState.UNKNOWN):
            self._resolve(received)
            received = self.received()
        if Counter(expected) != received:
            errors.append(f"missing, or twice: {Counter(expected) - received} {received - Counter(expected)}")
        if self.state() != CampaignState.FINISHED:
            errors.append("not finished")
        return [f"{error} ({self})" for error in (*errors, *self._leftover_errors())]

    def _delivery_errors(self, delivery: Delivery, received: Counter[str]) -> list[str]:
        """Return the errors of one delivery, compared with what its follower received."""
        described = f"{delivery.recipient} {delivery.route} {delivery.state} {delivery.reason}"
        if delivery.state not in {DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SKIPPED}:
            return [f"not final: {described}"]
        if delivery.state == DeliveryState.UNKNOWN:
            return (
                []
                if delivery.route in INDIVIDUAL_ROUTES
                else [f"unknown, although the platform can be asked: {described}"]
            )
        arrived = delivery.recipient not in self.prepared.openids or received[delivery.recipient] == 1
        return [] if arrived == (delivery.state == DeliveryState.SENT) else [f"false state: {described}"]

    def _leftover_errors(self) -> list[str]:
        """Return an error if the platform holds other numbers of drafts and publications than expected."""
        scenario = self.prepared.scenario
        left = {
            kind: len(call_simulator(self.harness.platform, f"/_sim/{kind}"))
            for kind in ("drafts", "publications")
        }
        expected = {"drafts": scenario.drafts, "publications": scenario.publications}
        return [] if left == expected else [f"left at the platform: {left}, expected {expected}"]

    def _resolve(self, received: Counter[str]) -> None:
        """Resolve each unknown delivery by what was received, as an editor would; then deliver the rest."""
        unknown = self.recipients(DeliveryState.UNKNOWN)
        for sent, openids in ((True, unknown & set(received)), (False, unknown - set(received))):
            if openids:
                self.pusher.resolve(self.prepared.campaign, sent=sent, by="editor", openids=openids)
        self.finish([self.workers.start(self.url)])

    def received(self) -> Counter[str]:
        """Return how often each follower received this issue, by any route."""
        account = self.harness.platform.state
        with self.harness.platform.world.lock:
            return Counter(
                {
                    openid: times
                    for openid in self.prepared.openids
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
