"""Facts about several workers at one campaign: together, each line once, and stopped at once."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk import Desk, ask
from wxbot import followers, push
from wxbot.db import Database, upgrade
from wxbot.errors import Forbidden, UsageError
from wxbot.push import CampaignState, DeliveryState, Route, WorkerLimits
from wxbot.push.delivery.individual import PARALLEL_CALLS, IndividualRun
from wxbot.push.ledger.states import CAMPAIGN_MOVES, claim_deliveries, move_deliveries
from wxbot.push.ledger.tables import Campaign, Delivery
from wxbot.push.timing.rate_limit import calls_allowed, next_call_allowed_at, record_calls

CUSTOM = "/cgi-bin/message/custom/send"
MANY = 300


def _crowd(many: int = MANY) -> list[str]:
    return [f"o{n:04d}" for n in range(many)]


def _approved(desk: Desk, openids: Sequence[str]) -> int:
    """A campaign for these, who have all just written."""
    for openid in openids:
        ask(desk.platform, "/_sim/followers", {"openid": openid})
        ask(desk.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"})
    with desk.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, desk.now()))
    audience = push.count_recipients(desk.db, desk.number, "recent", desk.settings.tz, desk.now())
    made = push.compose_plan(
        desk.db, desk.number, audience, None, desk.settings, desk.now(), route=Route.CUSTOMER
    )
    campaign = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())
    push.approve(desk.db, campaign.id, by="editor", settings=desk.settings, now=desk.now())
    return campaign.id


def _running(desk: Desk, openids: Sequence[str]) -> int:
    """Such a campaign, started, with its ledger written, and nothing sent."""
    campaign = _approved(desk, openids)
    push.deliver_campaign(
        desk.db,
        desk.wechat,
        campaign,
        holder="first",
        settings=desk.settings,
        limits=desk.limits,
        clock=desk.now,
        stopping=lambda: True,
    )
    assert {"planned": len(openids)} == desk.counts(campaign)
    return campaign


def _run(desk: Desk, campaign: int, send: Callable[[str], None]) -> IndividualRun:
    """One worker's pass, with a call of the test's own."""
    return IndividualRun(desk.db, campaign, Route.CUSTOMER, send, desk.now, desk.limits, lambda: False)


def _got(desk: Desk) -> Counter[str]:
    return Counter(call["body"]["touser"] for call in ask(desk.platform, f"/_sim/calls?path={CUSTOM}"))


def test_workers_share_a_campaign(desk: Desk) -> None:
    """Two workers at once are both at work on the lines of one campaign: everybody has one card, and both sent some."""
    crowd = _crowd()
    campaign = _approved(desk, crowd)
    desk.fault(CUSTOM, "slow", times=100_000, seconds=0.02)
    both, turns = threading.Barrier(2), Counter[str]()

    def work(holder: str) -> None:
        """One worker, as often as it takes."""

        def turn() -> bool:
            """Count a turn of this worker; never stop it."""
            turns[holder] += 1
            return False

        both.wait()
        for _ in range(200):
            push.deliver_campaign(
                desk.db,
                desk.wechat,
                campaign,
                holder=holder,
                settings=desk.settings,
                limits=desk.limits,
                clock=desk.now,
                stopping=turn,
            )
            if desk.state(campaign) == CampaignState.FINISHED:
                break

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, ["one", "two"]))
    assert (CampaignState.FINISHED, {"sent": MANY}) == (desk.state(campaign), desk.counts(campaign))
    assert dict.fromkeys(crowd, 1) == _got(desk)
    assert min(turns.values()) > 2, turns


def test_two_that_claim_at_once_never_claim_the_same(desk: Desk) -> None:
    """Eight threads claim at once until nothing is left: each line has one owner, and a fence of one."""
    campaign = _running(desk, _crowd(200))
    mine = Delivery.campaign_id == campaign

    def claim(_: int) -> list[int]:
        """Claim by sevens until nothing is planned."""
        got: list[int] = []
        for _ in range(200):
            with desk.db.begin() as session:
                claims = claim_deliveries(session, mine, 7, desk.now())
            assert all(claim.fence == 1 for claim in claims)
            got += [claim.delivery_id for claim in claims]
        return got

    with ThreadPoolExecutor(8) as workers:
        claimed = [delivery_id for got in workers.map(claim, range(8)) for delivery_id in got]
    assert (200, 200) == (len(claimed), len(set(claimed)))


def test_an_answer_counts_only_for_the_claim_that_asked(desk: Desk) -> None:
    """Called lost, judged unsent by a person and claimed by another, a line takes no answer of the first claim."""
    campaign = _running(desk, ["alice"])
    everything = Delivery.campaign_id == campaign
    with desk.db.begin() as session:
        (first,) = claim_deliveries(session, everything, 1, desk.now())
        move_deliveries(session, everything, "expire", desk.now())
        move_deliveries(session, everything, "find unsent", desk.now())
        (second,) = claim_deliveries(session, everything, 1, desk.now())
        assert (first.delivery_id, 1, 2) == (second.delivery_id, first.fence, second.fence)
        late = (Delivery.id == first.delivery_id) & (Delivery.fence == first.fence)
        assert 0 == move_deliveries(session, late, "refuse", desk.now())
    assert {"claimed": 1} == desk.counts(campaign)


def test_a_worker_that_wakes_up_late_still_tells_what_it_heard(desk: Desk) -> None:
    """Its lines were called unknown and the campaign lost; its answers count, and the campaign ends finished."""
    campaign = _running(desk, ["alice", "bob"])
    asked, wake = threading.Semaphore(0), threading.Event()

    def asleep(openid: str) -> None:
        """The call leaves, and its worker falls asleep before it hears the answer."""
        desk.wechat.send_text(openid, "芯片")
        asked.release()
        assert wake.wait(30)

    sleeper = threading.Thread(target=_run(desk, campaign, asleep).go)
    sleeper.start()
    for _ in range(2):
        assert asked.acquire(timeout=30)
    desk.later(desk.limits.lease_seconds + 1)
    desk.work("another")
    assert (CampaignState.UNKNOWN, {"unknown": 2}) == (desk.state(campaign), desk.counts(campaign))
    wake.set()
    sleeper.join()
    desk.work("another")
    assert (CampaignState.FINISHED, {"sent": 2}) == (desk.state(campaign), desk.counts(campaign))
    assert {"alice": 1, "bob": 1} == _got(desk)


@pytest.mark.parametrize("deed", [push.pause, push.cancel])
def test_no_call_begins_after_a_person_stopped_it(desk: Desk, deed: Callable[..., object]) -> None:
    """Stopped while calls are under way, a campaign makes those and no other; what was sent is known as sent."""
    campaign = _running(desk, _crowd())
    made, stopped = Counter[str](), threading.Lock()

    def send(openid: str) -> None:
        """The first call stops the campaign, as a person would."""
        made[openid] += 1
        with stopped:
            if desk.state(campaign) == CampaignState.RUNNING:
                deed(desk.db, campaign, desk.now(), by="editor")

    assert not _run(desk, campaign, send).go()
    counts = desk.counts(campaign)
    assert len(made) <= PARALLEL_CALLS
    assert (len(made), MANY) == (counts["sent"], sum(counts.values()))


def test_a_paused_campaign_goes_on_where_it_stopped(desk: Desk) -> None:
    """Resumed, it writes to those who are left, and to nobody again."""
    crowd = _crowd(200)
    campaign = _running(desk, crowd)
    with desk.db.begin() as session:
        claims = claim_deliveries(session, Delivery.campaign_id == campaign, 50, desk.now())
        done = Delivery.id.in_([claim.delivery_id for claim in claims])
        move_deliveries(session, done, "accept", desk.now())
    push.pause(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    assert {"planned": 150, "sent": 50} == desk.counts(campaign)
    push.resume(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 200}) == (desk.state(campaign), desk.counts(campaign))
    assert 150 == sum(_got(desk).values())


def test_workers_keep_the_limit_of_a_minute_together(desk: Desk) -> None:
    """Four workers, forty calls a minute: forty in the first, eighty after the next, whoever makes them."""
    campaign = _approved(desk, _crowd(100))
    desk.limits = WorkerLimits(per_minute=40)
    for minutes in (1, 2, 3):
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(desk.work, ["a", "b", "c", "d"]))
        assert min(40 * minutes, 100) == sum(_got(desk).values())
        desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 100}) == (desk.state(campaign), desk.counts(campaign))


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
    for pause, most in asked:
        now += dt.timedelta(seconds=pause)
        with db.begin() as session:
            granted = calls_allowed(session, most, limit, now)
            record_calls(session, granted, limit, now)
            made += [now] * granted
            assert granted or calls_allowed(session, 1, limit, next_call_allowed_at(session, now)) == 1
    for start in made:
        within = [each for each in made if start <= each < start + dt.timedelta(seconds=59)]
        assert len(within) <= limit
    db.close()


def test_retry_reaches_only_who_failed_retryably(desk: Desk) -> None:
    """One was refused for good, two failed for want of a right: retried, two get their card, the third does not."""
    campaign = _running(desk, ["alice", "bob", "carol"])
    with desk.db.begin() as session:
        claims = claim_deliveries(session, Delivery.campaign_id == campaign, 3, desk.now())
        one, *others = [claim.delivery_id for claim in claims]
        move_deliveries(session, Delivery.id == one, "refuse", desk.now(), reason="45015")
        move_deliveries(session, Delivery.id.in_(others), "fail", desk.now(), reason="48001")
    desk.work()
    assert (CampaignState.FINISHED, {"failed": 2, "refused": 1}) == (
        desk.state(campaign),
        desk.counts(campaign),
    )
    push.retry(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    assert (CampaignState.FINISHED, {"refused": 1, "sent": 2}) == (
        desk.state(campaign),
        desk.counts(campaign),
    )
    assert 2 == len(_got(desk))
    with pytest.raises(Forbidden):
        push.retry(desk.db, campaign, desk.now(), by="editor")


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("deed", [push.pause, push.resume, push.cancel])
def test_a_person_can_stop_and_go_on_wherever_it_means_something(
    desk: Desk, deed: Callable[..., push.Campaign], state: CampaignState
) -> None:
    """From every state the table says whether it can be paused, resumed, cancelled; where not, words say why."""
    campaign = desk.plan().id
    with desk.db.begin() as session:
        session.query(Campaign).update({"state": state})
    new = CAMPAIGN_MOVES.get((deed.__name__, state))
    if new is None:
        with pytest.raises(UsageError, match="不能"):
            deed(desk.db, campaign, desk.now(), by="editor")
    else:
        assert new == deed(desk.db, campaign, desk.now(), by="editor").state
    assert (new or state) == desk.state(campaign)


def test_a_person_may_know_of_some_that_they_arrived_and_of_others_that_not(desk: Desk) -> None:
    """Three are unknown: one is told to be sent and one not; that one gets its card, the third is unknown still."""
    campaign = _running(desk, ["alice", "bob", "carol"])
    with desk.db.begin() as session:
        claim_deliveries(session, Delivery.campaign_id == campaign, 3, desk.now())
        move_deliveries(session, Delivery.campaign_id == campaign, "lose", desk.now())
    desk.work()
    assert (CampaignState.UNKNOWN, {"unknown": 3}) == (desk.state(campaign), desk.counts(campaign))
    for openid, sent in (("alice", True), ("bob", False)):
        push.resolve(desk.db, campaign, sent=sent, by="editor", now=desk.now(), openids=[openid])
    desk.work()
    assert (CampaignState.UNKNOWN, {"sent": 2, "unknown": 1}) == (desk.state(campaign), desk.counts(campaign))
    assert {"bob": 1} == _got(desk)


def test_problems_come_first_in_the_ledger(desk: Desk) -> None:
    """Of a long ledger a person sees what is unknown, then what failed, before the rest; no more than asked for."""
    campaign = _running(desk, _crowd(30))
    with desk.db.begin() as session:
        claims = [
            c.delivery_id for c in claim_deliveries(session, Delivery.campaign_id == campaign, 20, desk.now())
        ]
        for event, delivery_ids in (("accept", claims[:15]), ("fail", claims[15:17]), ("lose", claims[17:])):
            move_deliveries(session, Delivery.id.in_(delivery_ids), event, desk.now())
    with desk.db.read() as session:
        states = [line.state for line in push.campaign_deliveries(session, campaign, 7)]
        counted = push.delivery_counts(session, campaign)
    assert [DeliveryState.UNKNOWN] * 3 + [DeliveryState.FAILED] * 2 + [DeliveryState.PLANNED] * 2 == states
    assert {"failed": 2, "planned": 10, "sent": 15, "unknown": 3} == counted
