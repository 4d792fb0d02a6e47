"""Tests of several workers on one campaign: each delivery is sent once, and a pause stops all of them."""

import datetime as dt
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import PushHarness, call_simulator
from wxbot import followers, push
from wxbot.db import Database
from wxbot.errors import Forbidden, UsageError
from wxbot.push import Audience, CampaignState, DeliveryState, PlanRequest, Route, WorkerLimits
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.decisions import cancel, pause, resume
from wxbot.push.delivery.individual import PARALLEL_CALLS, IndividualRun
from wxbot.push.ledger.states import CAMPAIGN_MOVES, claim_deliveries, move_deliveries
from wxbot.push.ledger.tables import Campaign, Delivery
from wxbot.push.planning.plan import compose_plan
from wxbot.push.rate_limit import calls_allowed, next_call_allowed_at, record_calls

CUSTOM = "/cgi-bin/message/custom/send"
MANY = 300


def _openids(many: int = MANY) -> list[str]:
    """Return so many openids."""
    return [f"o{n:04d}" for n in range(many)]


def _create_approved_campaign(harness: PushHarness, openids: Sequence[str]) -> int:
    """Let these followers send a message, and create and approve a campaign to them."""
    for openid in openids:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, harness.now()))
    audience = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.parse("recent")),
        [Route.CUSTOMER],
        harness.settings,
        harness.now(),
    )
    plan = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, route=Route.CUSTOMER),
        audience,
        harness.settings,
        harness.now(),
    )
    campaign = harness.pusher.create(plan, "editor")
    harness.pusher.approve(campaign.id, by="editor")
    return campaign.id


def _start_without_sending(harness: PushHarness, openids: Sequence[str]) -> int:
    """Start such a campaign so that its ledger is written and nothing is sent."""
    campaign = _create_approved_campaign(harness, openids)
    harness.pusher.deliver(campaign, worker_id="first", stopping=lambda: True)
    assert {"planned": len(openids)} == harness.counts(campaign)
    return campaign


def _individual_run(harness: PushHarness, campaign: int, send: Callable[[str], None]) -> IndividualRun:
    """Return a pass of individual deliveries that calls `send` in place of the platform."""
    return IndividualRun(harness.pusher, campaign, Route.CUSTOMER, send, lambda: False)


def _calls_by_openid(harness: PushHarness) -> Counter[str]:
    """Return how many card calls the platform received for each openid."""
    return Counter(
        call["body"]["touser"] for call in call_simulator(harness.platform, f"/_sim/calls?path={CUSTOM}")
    )


def test_workers_share_a_campaign(harness: PushHarness) -> None:
    """Two workers deliver one campaign at the same time: each sends a part, and each follower gets one card."""
    openids = _openids()
    campaign = _create_approved_campaign(harness, openids)
    harness.inject_fault(CUSTOM, "slow", times=100_000, seconds=0.02)
    both, turns = threading.Barrier(2), Counter[str]()

    def work(holder: str) -> None:
        """Deliver the campaign as this worker until it is finished."""

        def turn() -> bool:
            """Count a check of this worker for a stop; never stop it."""
            turns[holder] += 1
            return False

        both.wait()
        for _ in range(200):
            harness.pusher.deliver(campaign, worker_id=holder, stopping=turn)
            if harness.state(campaign) == CampaignState.FINISHED:
                break

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, ["one", "two"]))
    assert (CampaignState.FINISHED, {"sent": MANY}) == (harness.state(campaign), harness.counts(campaign))
    assert dict.fromkeys(openids, 1) == _calls_by_openid(harness)
    assert min(turns.values()) > 2, turns


def test_concurrent_claims_never_overlap(harness: PushHarness) -> None:
    """Eight threads claim until nothing is left: each delivery is claimed once, with fencing token 1."""
    campaign = _start_without_sending(harness, _openids(200))
    mine = Delivery.campaign_id == campaign

    def claim(_: int) -> list[int]:
        """Claim seven deliveries at a time until none is planned."""
        claimed_ids: list[int] = []
        for _ in range(200):
            with harness.db.begin() as session:
                claims = claim_deliveries(session, mine, 7, harness.now())
            assert all(claim.fence == 1 for claim in claims)
            claimed_ids += [claim.delivery_id for claim in claims]
        return claimed_ids

    with ThreadPoolExecutor(8) as workers:
        claimed = [delivery_id for claimed_ids in workers.map(claim, range(8)) for delivery_id in claimed_ids]
    assert (200, 200) == (len(claimed), len(set(claimed)))


def test_an_answer_counts_only_for_its_own_claim(harness: PushHarness) -> None:
    """A delivery that was expired, resolved as unsent and claimed again ignores the answer of the first claim."""
    campaign = _start_without_sending(harness, ["alice"])
    everything = Delivery.campaign_id == campaign
    with harness.db.begin() as session:
        (first,) = claim_deliveries(session, everything, 1, harness.now())
        move_deliveries(session, everything, "expire", harness.now())
        move_deliveries(session, everything, "find unsent", harness.now())
        (second,) = claim_deliveries(session, everything, 1, harness.now())
        assert (first.delivery_id, 1, 2) == (second.delivery_id, first.fence, second.fence)
        late = (Delivery.id == first.delivery_id) & (Delivery.fence == first.fence)
        assert 0 == move_deliveries(session, late, "refuse", harness.now())
    assert {"claimed": 1} == harness.counts(campaign)


def test_a_late_answer_resolves_an_unknown_delivery(harness: PushHarness) -> None:
    """Answers that arrive after the lease expired still resolve their deliveries, and the campaign finishes."""
    campaign = _start_without_sending(harness, ["alice", "bob"])
    requests, answer = threading.Semaphore(0), threading.Event()

    def send_and_wait(openid: str) -> None:
        """Make the call, and wait for the test before returning its answer."""
        harness.wechat.send_text(openid, "芯片")
        requests.release()
        assert answer.wait(30)

    late_worker = threading.Thread(target=_individual_run(harness, campaign, send_and_wait).run)
    late_worker.start()
    for _ in range(2):
        assert requests.acquire(timeout=30)
    harness.advance(harness.limits.lease_seconds + 1)
    harness.run_worker("another")
    assert (CampaignState.UNKNOWN, {"unknown": 2}) == (harness.state(campaign), harness.counts(campaign))
    answer.set()
    late_worker.join()
    harness.run_worker("another")
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    assert {"alice": 1, "bob": 1} == _calls_by_openid(harness)


@pytest.mark.parametrize("action", [pause, cancel])
def test_no_call_begins_after_a_pause_or_cancellation(
    harness: PushHarness, action: Callable[..., object]
) -> None:
    """After a pause or cancellation only the running calls complete, and each is recorded as sent."""
    campaign = _start_without_sending(harness, _openids())
    calls, lock = Counter[str](), threading.Lock()

    def send(openid: str) -> None:
        """Stop the campaign during the first call, as an editor would."""
        calls[openid] += 1
        with lock:
            if harness.state(campaign) == CampaignState.RUNNING:
                action(harness.db, campaign, harness.now(), by="editor")

    assert not _individual_run(harness, campaign, send).run()
    counts = harness.counts(campaign)
    assert len(calls) <= PARALLEL_CALLS
    assert (len(calls), MANY) == (counts["sent"], sum(counts.values()))


def test_a_resumed_campaign_sends_only_what_is_left(harness: PushHarness) -> None:
    """A resumed campaign sends to the remaining followers only."""
    openids = _openids(200)
    campaign = _start_without_sending(harness, openids)
    with harness.db.begin() as session:
        claims = claim_deliveries(session, Delivery.campaign_id == campaign, 50, harness.now())
        done = Delivery.id.in_([claim.delivery_id for claim in claims])
        move_deliveries(session, done, "accept", harness.now())
    harness.pusher.pause(campaign, by="editor")
    harness.run_worker()
    assert {"planned": 150, "sent": 50} == harness.counts(campaign)
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 200}) == (harness.state(campaign), harness.counts(campaign))
    assert 150 == sum(_calls_by_openid(harness).values())


def test_workers_share_the_rate_limit(harness: PushHarness) -> None:
    """Four workers together make forty calls a minute if that is the rate limit."""
    campaign = _create_approved_campaign(harness, _openids(100))
    harness.limits = WorkerLimits(per_minute=40)
    for minutes in (1, 2, 3):
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(harness.run_worker, ["a", "b", "c", "d"]))
        assert min(40 * minutes, 100) == sum(_calls_by_openid(harness).values())
        harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 100}) == (harness.state(campaign), harness.counts(campaign))


@given(
    limit=st.integers(1, 50),
    requests=st.lists(st.tuples(st.floats(0, 90), st.integers(1, 64)), min_size=1, max_size=30),
)
def test_a_sliding_minute_never_exceeds_the_rate_limit(
    limit: int,
    requests: list[tuple[float, int]],
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Every sixty seconds hold at most the limit, and a call is allowed at the announced time."""
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("tally"))
    db = Database.open(f"sqlite:///{file}", durable=False)
    now = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)
    made: list[dt.datetime] = []
    for wait, most in requests:
        now += dt.timedelta(seconds=wait)
        with db.begin() as session:
            granted = calls_allowed(session, most, limit, now)
            record_calls(session, granted, limit, now)
            made += [now] * granted
            assert granted or calls_allowed(session, 1, limit, next_call_allowed_at(session, now)) == 1
    for start in made:
        within = [each for each in made if start <= each < start + dt.timedelta(seconds=59)]
        assert len(within) <= limit
    db.close()


def test_retry_sends_only_retryable_deliveries(harness: PushHarness) -> None:
    """Of one refused and two failed deliveries a retry sends the two that failed."""
    campaign = _start_without_sending(harness, ["alice", "bob", "carol"])
    with harness.db.begin() as session:
        claims = claim_deliveries(session, Delivery.campaign_id == campaign, 3, harness.now())
        one, *others = [claim.delivery_id for claim in claims]
        move_deliveries(session, Delivery.id == one, "refuse", harness.now(), reason="45015")
        move_deliveries(session, Delivery.id.in_(others), "fail", harness.now(), reason="48001")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"failed": 2, "refused": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    harness.pusher.retry(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, {"refused": 1, "sent": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert 2 == len(_calls_by_openid(harness))
    with pytest.raises(Forbidden):
        harness.pusher.retry(campaign, by="editor")


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("action", [pause, resume, cancel])
def test_pause_resume_and_cancel_follow_the_table_of_moves(
    harness: PushHarness, action: Callable[..., push.Campaign], state: CampaignState
) -> None:
    """In each state an action moves the campaign as the table says, or raises UsageError with the reason."""
    campaign = harness.plan().id
    with harness.db.begin() as session:
        session.query(Campaign).update({"state": state})
    new = CAMPAIGN_MOVES.get((action.__name__, state))
    if new is None:
        with pytest.raises(UsageError, match="不能"):
            action(harness.db, campaign, harness.now(), by="editor")
    else:
        assert new == action(harness.db, campaign, harness.now(), by="editor").state
    assert (new or state) == harness.state(campaign)


def test_single_unknown_deliveries_can_be_resolved(harness: PushHarness) -> None:
    """Of three unknown deliveries one is resolved as sent, one as unsent and then sent; the third stays unknown."""
    campaign = _start_without_sending(harness, ["alice", "bob", "carol"])
    with harness.db.begin() as session:
        claim_deliveries(session, Delivery.campaign_id == campaign, 3, harness.now())
        move_deliveries(session, Delivery.campaign_id == campaign, "lose", harness.now())
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"unknown": 3}) == (harness.state(campaign), harness.counts(campaign))
    for openid, sent in (("alice", True), ("bob", False)):
        harness.pusher.resolve(campaign, sent=sent, by="editor", openids=[openid])
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert {"bob": 1} == _calls_by_openid(harness)


def test_problems_come_first_in_the_ledger(harness: PushHarness) -> None:
    """The ledger lists unknown deliveries first, then failed ones, then the others, up to the given number."""
    campaign = _start_without_sending(harness, _openids(30))
    with harness.db.begin() as session:
        claims = [
            c.delivery_id
            for c in claim_deliveries(session, Delivery.campaign_id == campaign, 20, harness.now())
        ]
        for event, delivery_ids in (("accept", claims[:15]), ("fail", claims[15:17]), ("lose", claims[17:])):
            move_deliveries(session, Delivery.id.in_(delivery_ids), event, harness.now())
    with harness.db.read() as session:
        states = [delivery.state for delivery in push.queries.campaign_deliveries(session, campaign, 7)]
        counted = push.queries.delivery_counts(session, campaign)
    assert [DeliveryState.UNKNOWN] * 3 + [DeliveryState.FAILED] * 2 + [DeliveryState.PLANNED] * 2 == states
    assert {"failed": 2, "planned": 10, "sent": 15, "unknown": 3} == counted
