"""One trial: a campaign goes through whatever a test does to it, and its ledger is compared with what arrived."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import sleep

from sqlalchemy import select

from tests.harness import PushHarness, call_simulator
from tests.push.crew import Copies, Crew
from tests.push.scenarios import Scenario
from wechat_simulator import inbox
from wechat_simulator.state import restore, snapshot
from wxbot import push
from wxbot.db import Database
from wxbot.push import CampaignState, Delivery, DeliveryState, Route

__all__ = ["Prepared", "Trial"]

PUSHED = ("mass", "customer", "notice")  # what of an inbox is a push
# What leaves a call without an answer that could be trusted: whatever it asked may have happened.
NO_ANSWER = ("http", "html", "slow", "cut_before", "cut_after")
ONE_BY_ONE = (Route.CUSTOMER, Route.NOTICE)
TO_ONE = ("/cgi-bin/message/custom/send", "/cgi-bin/message/subscribe/bizsend")
LONG = 20.0  # seconds; whoever waits longer waits alone: a test goes to the end of it at once
SLOW = 0.2  # seconds that a call takes in which a worker is to be killed
SLICE = 0.01  # seconds: how finely a test's time goes by
FASTER = 100  # the clock of platform and workers against the machine's
PATIENCE = 45.0  # seconds after which a trial that does not end is a failure


class Prepared:
    """A campaign of one scenario, approved and due, to be begun anew any number of times."""

    def __init__(
        self,
        harness: PushHarness,
        scenario: Scenario,
        url: str,
        crew: Crew,
        tmp_path: Path,
        *,
        crowd: int = 0,
    ) -> None:
        self.harness, self.scenario, self.crew = harness, scenario, crew
        # Longer than a worker waits before it asks again: only the key keeps a second message from being taken.
        harness.platform.account.mass_delay = 90.0
        call_simulator(harness.platform, "/_sim/followers", {"count": crowd or scenario.crowd})
        self.crowd: list[str] = call_simulator(harness.platform, "/_sim/followers?limit=10000")["openids"]
        self.campaign = scenario.plan(harness, self.crowd).id
        self._state = snapshot(harness.platform.world)
        self.copies = Copies(harness, url, tmp_path)

    def trial(self, seed: int) -> "Trial":
        """Begin anew: the platform as it was, and a fresh copy of the database."""
        restore(self.harness.platform.world, self._state)
        self.crew.time.tell()
        return Trial(self, self.copies.fresh(), seed)

    def paths(self) -> list[str]:
        """The endpoints that the route calls, as one undisturbed campaign shows them."""
        trial = self.trial(0)
        self.harness.platform.world.calls.clear()
        trial.finish([self.crew.start(trial.url)])
        assert [] == trial.judge()
        trial.close()
        return sorted({call.path for call in self.harness.platform.world.calls.all()})


@dataclass
class Trial:
    """One life of a campaign."""

    prepared: Prepared
    url: str
    seed: int
    kills: int = 0
    story: list[str] = field(
        default_factory=list
    )  # what was done to it, for whoever has to find out why it failed
    in_hand: set[str] = field(default_factory=set)  # whose line was in a worker's hand when one was killed

    def __post_init__(self) -> None:
        """Open the copy."""
        self.chance = Random(self.seed)
        self.harness, self.crew = self.prepared.harness, self.prepared.crew
        self.db = Database.open(self.url)

    @property
    def pusher(self) -> push.Pusher:
        """The push over this trial's copy of the database."""
        harness = self.harness
        return push.Pusher(self.db, lambda: harness.wechat, harness.settings, harness.now, harness.limits)

    def __str__(self) -> str:
        """What a failed test prints: enough to begin it anew."""
        name, counts = self.prepared.scenario.name, self.counts()
        return f"{name}, seed {self.seed}, {self.kills} kills: {self.state()} {counts} {self.story}"

    def pass_by(self, seconds: float) -> None:
        """Let real seconds go by, and many more of the trial's; whatever happens."""
        for _ in range(max(1, round(seconds / SLICE))):
            sleep(SLICE)
            self.crew.time.pass_by(SLICE * FASTER)

    def pass_by_until(self, done: Callable[[], bool], step: float = 0.1) -> None:
        """Let time go by until something has happened, which it has to."""
        waited = 0.0
        while not done():
            assert waited < PATIENCE, f"{self}: waited in vain: {self.crew.said()[-3000:]}"
            self.pass_by(step)
            waited += step

    def start_and_kill_in(self, path: str) -> None:
        """Start a worker, and kill it while its first call of this endpoint is under way; the call is carried out."""
        call_simulator(self.harness.platform, "/_sim/faults", {"path": path, "kind": "slow", "seconds": SLOW})
        worker = self.crew.start(self.url)
        faults = self.harness.platform.world.faults
        self.pass_by_until(lambda: not faults.orders, SLICE)
        self.kill(worker)
        sleep(2 * SLOW)

    def kill(self, worker: int) -> None:
        """Kill a worker."""
        self.crew.kill(worker)
        self.note_kill()

    def unheard(self) -> set[str]:
        """To whom a message was on its way in a call that had no answer."""
        calls = self.harness.platform.world.calls.all()
        struck = [call for call in calls if call.fault in NO_ANSWER and call.path in TO_ONE]
        return {json.loads(call.body)["touser"] for call in struck}

    def note_kill(self) -> None:
        """Note which lines may be unknown, because they were in the hand of a worker that died."""
        self.kills += 1
        self.note_hands()

    def note_hands(self) -> None:
        """Note which lines are in a worker's hand: what became of them may never be written down."""
        self.in_hand |= self.recipients(DeliveryState.CLAIMED)

    def over(self) -> bool:
        """Whether the campaign waits for nothing any more, but perhaps for a person."""
        with self.db.read() as session:
            campaign = push.queries.get_campaign(session, self.prepared.campaign)
            awaits = (
                campaign.look_again_at is not None and (campaign.look_again_at - self.harness.now()).days > 1
            )
        if campaign.state == CampaignState.UNKNOWN:
            return awaits
        return campaign.state in {CampaignState.FINISHED, CampaignState.FAILED, CampaignState.PLANNED}

    def finish(self, workers: Sequence[int]) -> None:
        """Let these workers go on undisturbed to the campaign's end; then they are dismissed."""
        waited = 0.0
        while not self.over():
            assert waited < PATIENCE, f"{self}: no end: {self.crew.said()[-3000:]}"
            self.pass_by(0.1)
            waited += 0.1
            self._skip_a_long_wait()
        for worker in workers:
            self.crew.dismiss(worker)

    def _skip_a_long_wait(self) -> None:
        """Where the campaign waits for the platform to recover, or for midnight, let it be that late."""
        with self.db.read() as session:
            campaign = push.queries.get_campaign(session, self.prepared.campaign)
        if campaign.look_again_at is not None and not self.over():
            wait = (campaign.look_again_at - self.harness.now()).total_seconds()
            if wait > LONG:
                self.crew.time.pass_by(wait)

    def state(self) -> CampaignState:
        """Where the campaign stands."""
        with self.db.read() as session:
            return CampaignState(push.queries.get_campaign(session, self.prepared.campaign).state)

    def lines(self) -> list[Delivery]:
        """Its ledger."""
        with self.db.read() as session:
            return push.queries.campaign_deliveries(session, self.prepared.campaign, 100_000)

    def counts(self) -> dict[str, int]:
        """Its ledger in figures."""
        with self.db.read() as session:
            return push.queries.delivery_counts(session, self.prepared.campaign)

    def recipients(self, *states: DeliveryState) -> set[str]:
        """Whose lines are in one of these states."""
        mine = Delivery.campaign_id == self.prepared.campaign
        with self.db.read() as session:
            return set(session.scalars(select(Delivery.recipient).where(mine, Delivery.state.in_(states))))

    def judge(self) -> list[str]:
        """What is wrong in the end; nothing where nobody has it twice, nobody by mistake, and the ledger is true.

        What nobody can know, a person looks up in between; after that nobody is missing, either.
        """
        received, wanted = self.received(), set(self.prepared.scenario.wanted(self.prepared.crowd))
        wrong = [f"twice: {openid}" for openid, times in received.items() if times > 1]
        wrong += [f"by mistake: {openid}" for openid in set(received) - wanted]
        wrong += [said for line in self.lines() for said in self._untrue(line, received)]
        needless = self.recipients(DeliveryState.UNKNOWN) - self.in_hand - self.unheard()
        wrong += [f"unknown without need: {openid}" for openid in needless]
        if not wrong and self.recipients(DeliveryState.UNKNOWN):
            self._resolve(received)
            received = self.received()
        if Counter(wanted) != received:
            wrong.append(f"missing, or twice: {Counter(wanted) - received} {received - Counter(wanted)}")
        if self.state() != CampaignState.FINISHED:
            wrong.append("not finished")
        return [f"{said} ({self})" for said in (*wrong, *self._left_behind())]

    def _untrue(self, line: Delivery, received: Counter[str]) -> list[str]:
        """Sent: it is there. Left out: it is not. Unknown: by a way that has no key by which to ask. Nothing else."""
        told = f"{line.recipient} {line.route} {line.state} {line.reason}"
        if line.state not in {DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SKIPPED}:
            return [f"not done: {told}"]
        if line.state == DeliveryState.UNKNOWN:
            return [] if line.route in ONE_BY_ONE else [f"unknown, and could be asked: {told}"]
        there = line.recipient not in self.prepared.crowd or received[line.recipient] == 1
        return [] if there == (line.state == DeliveryState.SENT) else [f"untrue: {told}"]

    def _left_behind(self) -> list[str]:
        """What lies at the platform in the end and should not, or should and does not."""
        scenario = self.prepared.scenario
        box = {
            kept: len(call_simulator(self.harness.platform, f"/_sim/{kept}"))
            for kept in ("drafts", "publications")
        }
        wanted = {"drafts": scenario.drafts, "publications": scenario.publications}
        return [] if box == wanted else [f"left at the platform: {box}, not {wanted}"]

    def _resolve(self, received: Counter[str]) -> None:
        """A person looks, and says of each unknown line what became of it; then the rest is sent."""
        unknown = self.recipients(DeliveryState.UNKNOWN)
        for sent, openids in ((True, unknown & set(received)), (False, unknown - set(received))):
            if openids:
                self.pusher.resolve(self.prepared.campaign, sent=sent, by="editor", openids=openids)
        self.finish([self.crew.start(self.url)])

    def received(self) -> Counter[str]:
        """How often each of the crowd has this issue, by whichever way."""
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
        """Give the copy back."""
        self.db.close()
        self.prepared.copies.drop(self.url)
