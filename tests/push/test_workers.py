"""Tests of several workers at one campaign: they share its deliveries, and stop when an editor stops it."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import PushHarness, call_simulator
from wxbot import followers, push
from wxbot.db import Database, upgrade
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


def _crowd(many: int = MANY) -> list[str]:
    return [f"o{n:04d}" for n in range(many)]


def _approved(harness: PushHarness, openids: Sequence[str]) -> int:
    """Let these followers write just now; create and approve a campaign of cards to them, and return its id."""
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
    made = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, route=Route.CUSTOMER),
        audience,
        harness.settings,
        harness.now(),
    )
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor")
    return campaign.id


def _running(harness: PushHarness, openids: Sequence[str]) -> int:
    """Start such a campaign: write its ledger and send nothing; return its id."""
    campaign = _approved(harness, openids)
    harness.pusher.deliver(campaign, worker_id="first", stopping=lambda: True)
    assert {"planned": len(openids)} == harness.counts(campaign)
    return campaign


def _run(harness: PushHarness, campaign: int, send: Callable[[str], None]) -> IndividualRun:
    """Return one worker's run over the campaign, with `send` in place of the platform's call."""
    return IndividualRun(harness.pusher, campaign, Route.CUSTOMER, send, lambda: False)


def _card_counts(harness: PushHarness) -> Counter[str]:
    return Counter(
        call["body"]["touser"] for call in call_simulator(harness.platform, f"/_sim/calls?path={CUSTOM}")
    )


def test_workers_share_a_campaign(harness: PushHarness) -> None:
    """Two workers send the deliveries of one campaign together, and every follower gets one card."""
    crowd = _crowd()
    campaign = _approved(harness, crowd)
    harness.inject_fault(CUSTOM, "slow", times=100_000, seconds=0.02)
    both, checks = threading.Barrier(2), Counter[str]()

    def work(holder: str) -> None:
        """Deliver the campaign until it is finished, at most 200 times."""

        def is_stopping() -> bool:
            """Count one check of this worker, and let it continue."""
            checks[holder] += 1
            return False

        both.wait()
        for _ in range(200):
            harness.pusher.deliver(campaign, worker_id=holder, stopping=is_stopping)
            if harness.state(campaign) == CampaignState.FINISHED:
                break

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, ["one", "two"]))
    assert (CampaignState.FINISHED, {"sent": MANY}) == (harness.state(campaign), harness.counts(campaign))
    assert dict.fromkeys(crowd, 1) == _card_counts(harness)
    assert min(checks.values()) > 2, checks


def test_concurrent_claims_never_overlap(harness: PushHarness) -> None:
    """Eight threads that claim deliveries at once never claim the same one; each has the fence 1."""
    campaign = _running(harness, _crowd(200))
    mine = Delivery.campaign_id == campaign

    def claim(_: int) -> list[int]:
        """Claim seven deliveries at a time until none is planned; return the ids."""
        delivery_ids: list[int] = []
        for _ in range(200):
            with harness.db.begin() as session:
                claims = claim_deliveries(session, mine, 7, harness.now())
            assert all(claim.fence == 1 for claim in claims)
            delivery_ids += [claim.delivery_id for claim in claims]
        return delivery_ids

    with ThreadPoolExecutor(8) as workers:
        claimed = [delivery_id for found in workers.map(claim, range(8)) for delivery_id in found]
    assert (200, 200) == (len(claimed), len(set(claimed)))


def test_an_answer_counts_only_for_the_claim_that_asked(harness: PushHarness) -> None:
    """The answer to an expired claim does not change a delivery that another worker has claimed since."""
    campaign = _running(harness, ["alice"])
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


def test_a_late_worker_still_records_its_answers(harness: PushHarness) -> None:
    """A late worker's answers resolve deliveries that another worker marked unknown, and finish the campaign."""
    campaign = _running(harness, ["alice", "bob"])
    asked, wake = threading.Semaphore(0), threading.Event()

    def send_and_wait(openid: str) -> None:
        """Send the message, then wait for the test before returning the answer."""
        harness.wechat.send_text(openid, "芯片")
        asked.release()
        assert wake.wait(30)

    sleeper = threading.Thread(target=_run(harness, campaign, send_and_wait).run)
    sleeper.start()
    for _ in range(2):
        assert asked.acquire(timeout=30)
    harness.advance(harness.limits.lease_seconds + 1)
    harness.run_worker("another")
    assert (CampaignState.UNKNOWN, {"unknown": 2}) == (harness.state(campaign), harness.counts(campaign))
    wake.set()
    sleeper.join()
    harness.run_worker("another")
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    assert {"alice": 1, "bob": 1} == _card_counts(harness)


@pytest.mark.parametrize("action", [pause, cancel])
def test_no_call_begins_after_an_editor_stopped_it(
    harness: PushHarness, action: Callable[..., object]
) -> None:
    """After an editor stops a campaign, only the calls under way complete, and their results are recorded."""
    campaign = _running(harness, _crowd())
    made, stopped = Counter[str](), threading.Lock()

    def send(openid: str) -> None:
        """Count the call; the first one stops the campaign, as an editor would."""
        made[openid] += 1
        with stopped:
            if harness.state(campaign) == CampaignState.RUNNING:
                action(harness.db, campaign, harness.now(), by="editor")

    assert not _run(harness, campaign, send).run()
    counts = harness.counts(campaign)
    assert len(made) <= PARALLEL_CALLS
    assert (len(made), MANY) == (counts["sent"], sum(counts.values()))


def test_a_paused_campaign_goes_on_where_it_stopped(harness: PushHarness) -> None:
    """A resumed campaign writes to the remaining followers, and to none of them twice."""
    crowd = _crowd(200)
    campaign = _running(harness, crowd)
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
    assert 150 == sum(_card_counts(harness).values())


def test_workers_keep_the_limit_of_a_minute_together(harness: PushHarness) -> None:
    """Four workers together make no more calls a minute than the rate limit of 40."""
    campaign = _approved(harness, _crowd(100))
    harness.limits = WorkerLimits(per_minute=40)
    for minutes in (1, 2, 3):
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(harness.run_worker, ["a", "b", "c", "d"]))
        assert min(40 * minutes, 100) == sum(_card_counts(harness).values())
        harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 100}) == (harness.state(campaign), harness.counts(campaign))


@given(
    limit=st.integers(1, 50),
    asked=st.lists(st.tuples(st.floats(0, 90), st.integers(1, 64)), min_size=1, max_size=30),
)
def test_no_sixty_seconds_hold_more_than_the_limit(
    limit: int, asked: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The rate limit holds in any sixty seconds, and a call is allowed at the moment that was announced."""
    db = Database.open(f"sqlite:///{tmp_path_factory.mktemp('tally') / 'wxbot.db'}", durable=False)
    upgrade(db)
    now = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)
    made: list[dt.datetime] = []
    for wait, most in asked:
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


def test_retry_reaches_only_who_failed_retryably(harness: PushHarness) -> None:
    """A retry sends to followers whose delivery failed, and not to one whose delivery was refused for good."""
    campaign = _running(harness, ["alice", "bob", "carol"])
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
    assert 2 == len(_card_counts(harness))
    with pytest.raises(Forbidden):
        harness.pusher.retry(campaign, by="editor")


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("action", [pause, resume, cancel])
def test_editors_can_pause_resume_and_cancel_as_the_table_says(
    harness: PushHarness, action: Callable[..., push.Campaign], state: CampaignState
) -> None:
    """Pause, resume and cancel do in every state what the table of moves says, or are refused with a reason."""
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


def test_unknown_deliveries_are_resolved_one_by_one(harness: PushHarness) -> None:
    """An editor resolves unknown deliveries one by one: sent, not sent (then it is sent now), or left unknown."""
    campaign = _running(harness, ["alice", "bob", "carol"])
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
    assert {"bob": 1} == _card_counts(harness)


def test_problems_come_first_in_the_ledger(harness: PushHarness) -> None:
    """The list of deliveries has unknown ones first, then failed ones, then the rest, up to the limit."""
    campaign = _running(harness, _crowd(30))
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
