"""Facts about several workers at one campaign: together, each line once, and stopped at once."""

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
    """A campaign for these, who have all just written."""
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
    """Such a campaign, started, with its ledger written, and nothing sent."""
    campaign = _approved(harness, openids)
    harness.pusher.deliver(campaign, worker_id="first", stopping=lambda: True)
    assert {"planned": len(openids)} == harness.counts(campaign)
    return campaign


def _run(harness: PushHarness, campaign: int, send: Callable[[str], None]) -> IndividualRun:
    """One worker's pass, with a call of the test's own."""
    return IndividualRun(harness.pusher, campaign, Route.CUSTOMER, send, lambda: False)


def _got(harness: PushHarness) -> Counter[str]:
    return Counter(
        call["body"]["touser"] for call in call_simulator(harness.platform, f"/_sim/calls?path={CUSTOM}")
    )


def test_workers_share_a_campaign(harness: PushHarness) -> None:
    """Two workers at once are both at work on the lines of one campaign: everybody has one card, and both sent some."""
    crowd = _crowd()
    campaign = _approved(harness, crowd)
    harness.inject_fault(CUSTOM, "slow", times=100_000, seconds=0.02)
    both, turns = threading.Barrier(2), Counter[str]()

    def work(holder: str) -> None:
        """One worker, as often as it takes."""

        def turn() -> bool:
            """Count a turn of this worker; never stop it."""
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
    assert dict.fromkeys(crowd, 1) == _got(harness)
    assert min(turns.values()) > 2, turns


def test_two_that_claim_at_once_never_claim_the_same(harness: PushHarness) -> None:
    """Eight threads claim at once until nothing is left: each line has one owner, and a fence of one."""
    campaign = _running(harness, _crowd(200))
    mine = Delivery.campaign_id == campaign

    def claim(_: int) -> list[int]:
        """Claim by sevens until nothing is planned."""
        got: list[int] = []
        for _ in range(200):
            with harness.db.begin() as session:
                claims = claim_deliveries(session, mine, 7, harness.now())
            assert all(claim.fence == 1 for claim in claims)
            got += [claim.delivery_id for claim in claims]
        return got

    with ThreadPoolExecutor(8) as workers:
        claimed = [delivery_id for got in workers.map(claim, range(8)) for delivery_id in got]
    assert (200, 200) == (len(claimed), len(set(claimed)))


def test_an_answer_counts_only_for_the_claim_that_asked(harness: PushHarness) -> None:
    """Called lost, judged unsent by a person and claimed by another, a line takes no answer of the first claim."""
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


def test_a_worker_that_wakes_up_late_still_tells_what_it_heard(harness: PushHarness) -> None:
    """Its lines were called unknown and the campaign lost; its answers count, and the campaign ends finished."""
    campaign = _running(harness, ["alice", "bob"])
    asked, wake = threading.Semaphore(0), threading.Event()

    def asleep(openid: str) -> None:
        """The call leaves, and its worker falls asleep before it hears the answer."""
        harness.wechat.send_text(openid, "芯片")
        asked.release()
        assert wake.wait(30)

    sleeper = threading.Thread(target=_run(harness, campaign, asleep).run)
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
    assert {"alice": 1, "bob": 1} == _got(harness)


@pytest.mark.parametrize("deed", [pause, cancel])
def test_no_call_begins_after_a_person_stopped_it(harness: PushHarness, deed: Callable[..., object]) -> None:
    """Stopped while calls are under way, a campaign makes those and no other; what was sent is known as sent."""
    campaign = _running(harness, _crowd())
    made, stopped = Counter[str](), threading.Lock()

    def send(openid: str) -> None:
        """The first call stops the campaign, as a person would."""
        made[openid] += 1
        with stopped:
            if harness.state(campaign) == CampaignState.RUNNING:
                deed(harness.db, campaign, harness.now(), by="editor")

    assert not _run(harness, campaign, send).run()
    counts = harness.counts(campaign)
    assert len(made) <= PARALLEL_CALLS
    assert (len(made), MANY) == (counts["sent"], sum(counts.values()))


def test_a_paused_campaign_goes_on_where_it_stopped(harness: PushHarness) -> None:
    """Resumed, it writes to those who are left, and to nobody again."""
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
    assert 150 == sum(_got(harness).values())


def test_workers_keep_the_limit_of_a_minute_together(harness: PushHarness) -> None:
    """Four workers, forty calls a minute: forty in the first, eighty after the next, whoever makes them."""
    campaign = _approved(harness, _crowd(100))
    harness.limits = WorkerLimits(per_minute=40)
    for minutes in (1, 2, 3):
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(harness.run_worker, ["a", "b", "c", "d"]))
        assert min(40 * minutes, 100) == sum(_got(harness).values())
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
    """However calls come, any sixty seconds hold at most the limit; and there is room when it was promised."""
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
    """One was refused for good, two failed for want of a right: retried, two get their card, the third does not."""
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
    assert 2 == len(_got(harness))
    with pytest.raises(Forbidden):
        harness.pusher.retry(campaign, by="editor")


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("deed", [pause, resume, cancel])
def test_a_person_can_stop_and_go_on_wherever_it_means_something(
    harness: PushHarness, deed: Callable[..., push.Campaign], state: CampaignState
) -> None:
    """From every state the table says whether it can be paused, resumed, cancelled; where not, words say why."""
    campaign = harness.plan().id
    with harness.db.begin() as session:
        session.query(Campaign).update({"state": state})
    new = CAMPAIGN_MOVES.get((deed.__name__, state))
    if new is None:
        with pytest.raises(UsageError, match="不能"):
            deed(harness.db, campaign, harness.now(), by="editor")
    else:
        assert new == deed(harness.db, campaign, harness.now(), by="editor").state
    assert (new or state) == harness.state(campaign)


def test_a_person_may_know_of_some_that_they_arrived_and_of_others_that_not(harness: PushHarness) -> None:
    """Three are unknown: one is told to be sent and one not; that one gets its card, the third is unknown still."""
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
    assert {"bob": 1} == _got(harness)


def test_problems_come_first_in_the_ledger(harness: PushHarness) -> None:
    """Of a long ledger a person sees what is unknown, then what failed, before the rest; no more than asked for."""
    campaign = _running(harness, _crowd(30))
    with harness.db.begin() as session:
        claims = [
            c.delivery_id
            for c in claim_deliveries(session, Delivery.campaign_id == campaign, 20, harness.now())
        ]
        for event, delivery_ids in (("accept", claims[:15]), ("fail", claims[15:17]), ("lose", claims[17:])):
            move_deliveries(session, Delivery.id.in_(delivery_ids), event, harness.now())
    with harness.db.read() as session:
        states = [line.state for line in push.queries.campaign_deliveries(session, campaign, 7)]
        counted = push.queries.delivery_counts(session, campaign)
    assert [DeliveryState.UNKNOWN] * 3 + [DeliveryState.FAILED] * 2 + [DeliveryState.PLANNED] * 2 == states
    assert {"failed": 2, "planned": 10, "sent": 15, "unknown": 3} == counted
