"""Facts about mass messages by name: in calls of two to ten thousand, each on its own, nobody twice."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import PushHarness, call_simulator
from wxbot import followers, journal, push
from wxbot.errors import Forbidden
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, Delivery, PlanRequest, Route
from wxbot.push.audience.selection import PAGE
from wxbot.push.ledger.batches import SINGLE_RECIPIENT_REASON, batch_sizes

SEND = "/cgi-bin/message/mass/send"
NAMES = ["alice", "bob", "carol", "dave", "erin", "frank"]


@pytest.fixture
def crowd(harness: PushHarness) -> PushHarness:
    """Six followers, known to us."""
    for openid in NAMES:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
    with harness.db.begin() as session:
        followers.record_sync_page(session, NAMES, harness.now())
    return harness


@pytest.fixture
def pairs(crowd: PushHarness) -> PushHarness:
    """Six followers, and calls to at most two openids: three calls."""
    crowd.limits = replace(crowd.limits, list_batch_size=2)
    return crowd


def _approved(harness: PushHarness, to: str = "all", **more: Any) -> int:
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=Route.LIST, **more))
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _lines(harness: PushHarness, campaign: int) -> list[Delivery]:
    with harness.db.read() as session:
        return sorted(push.queries.campaign_deliveries(session, campaign), key=lambda line: line.id)


def _received(harness: PushHarness) -> list[int]:
    return [len(harness.inbox(openid)) for openid in NAMES]


def _until_over(harness: PushHarness, campaign: int) -> None:
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


@given(st.integers(min_value=2, max_value=1_000_000))
def test_calls_are_few_of_nearly_equal_size_and_never_for_one(people: int) -> None:
    """As few calls as ten thousand a call allow, all within one of each other, none with a single follower."""
    calls = batch_sizes(people)
    assert (people, -(-people // 10_000)) == (sum(calls), len(calls))
    assert max(calls) <= 10_000
    assert max(calls) - min(calls) <= 1
    assert min(calls) >= 2


def test_a_list_goes_by_one_call_and_has_a_line_a_follower(crowd: PushHarness) -> None:
    """Six followers: one call, six lines that share its key, its job and its end."""
    harness = crowd
    campaign = _approved(harness)
    _until_over(harness, campaign)
    lines = _lines(harness, campaign)
    assert (1, {"sent": 6}) == (harness.count_calls(SEND), harness.counts(campaign))
    assert [1] * 6 == _received(harness)
    assert (1, 1, {1}) == (
        len({line.msg_id for line in lines}),
        len({line.clientmsgid for line in lines}),
        {line.segment for line in lines},
    )
    assert all(line.settled_at for line in lines)


def test_each_calls_report_is_kept_once(pairs: PushHarness) -> None:
    """The platform's report on a call settles its lines, wherever it comes from; its counts stand on the first one."""
    harness = pairs
    campaign = _approved(harness)
    harness.run_worker()
    jobs = sorted({str(line.msg_id) for line in _lines(harness, campaign)})
    statuses = ["send success", "err(10001)", "err(40002)"]
    with harness.db.begin() as session:
        for job, status in zip(jobs, statuses, strict=True):
            report = {"status": status, "total": 2, "sent": 2}
            journal.record_job_event(
                session, key=job, event="masssendjobfinish", job=job, report=report, now=harness.now()
            )
    assert 3 == harness.pusher.reconcile()
    lines = _lines(harness, campaign)
    assert ["sent", "sent", "refused", "refused", "failed", "failed"] == [line.state for line in lines]
    assert [True, False] * 3 == [bool(line.report) for line in lines]
    assert CampaignState.FAILED == harness.state(campaign)


def test_a_long_list_goes_in_calls_with_a_draft_each(pairs: PushHarness) -> None:
    """Three calls, three keys, three jobs; each had a draft of its own, and covers were made once."""
    harness = pairs
    campaign = _approved(harness)
    _until_over(harness, campaign)
    lines = _lines(harness, campaign)
    assert (3, 3, [1] * 6) == (
        harness.count_calls(SEND),
        harness.count_calls("/cgi-bin/draft/add"),
        _received(harness),
    )
    assert 6 == harness.count_calls("/cgi-bin/material/add_material")
    assert (3, 3) == (len({line.msg_id for line in lines}), len({line.clientmsgid for line in lines}))


def test_a_lost_call_is_asked_for_again_alone(pairs: PushHarness) -> None:
    """The answer to the second of three calls is lost: the others are sent, it is unknown, then known to be out."""
    harness = pairs
    campaign = _approved(harness)
    harness.inject_fault(SEND, "cut_after")
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 4, "unknown": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    _until_over(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _received(harness))


def test_a_call_cut_before_it_arrived_is_made_again(pairs: PushHarness) -> None:
    """The platform never saw it: asked again with the same key, it takes it now, and everybody has one message."""
    harness = pairs
    campaign = _approved(harness)
    harness.inject_fault(SEND, "cut_before")
    _until_over(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _received(harness))


def test_a_refused_call_does_not_stop_the_others(pairs: PushHarness) -> None:
    """40031 refuses one call's followers for good; the other two calls go out."""
    harness = pairs
    campaign = _approved(harness)
    harness.inject_fault(SEND, "errcode", errcode=40031)
    _until_over(harness, campaign)
    assert {"refused": 2, "sent": 4} == harness.counts(campaign)
    assert [0, 0, 1, 1, 1, 1] == _received(harness)


def test_a_spent_quota_makes_the_rest_wait_until_midnight(pairs: PushHarness) -> None:
    """45009 at the first call: nothing is lost, nothing is tried again today, tomorrow everybody has it."""
    harness = pairs
    campaign = _approved(harness)
    harness.inject_fault(SEND, "errcode", errcode=45009)
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 6}) == (harness.state(campaign), harness.counts(campaign))
    assert 1 == harness.count_calls(SEND)
    call_simulator(harness.platform, "/_sim/clock", {"to": "midnight"})
    harness.advance(120)
    _until_over(harness, campaign)
    assert [1] * 6 == _received(harness)


def test_a_right_that_is_missing_stops_all_and_is_asked_for_anew(pairs: PushHarness) -> None:
    """48001: the campaign has failed and may be retried; what was kept of the account's rights is kept no more."""
    harness = pairs
    campaign = _approved(harness)
    before = harness.pusher.capabilities(offline=True)
    harness.inject_fault(SEND, "errcode", errcode=48001)
    harness.run_worker()
    assert (CampaignState.FAILED, {"failed": 2, "planned": 4}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert before.granted
    assert {} == harness.pusher.capabilities(offline=True).granted


def test_a_failed_job_is_retried_with_another_key(pairs: PushHarness) -> None:
    """A call that failed is tried again under a new number, key and draft; the others are left alone."""
    harness = pairs
    harness.inject_fault(SEND, "errcode", errcode=48001)
    campaign = _approved(harness)
    harness.run_worker()
    before = {line.clientmsgid for line in _lines(harness, campaign) if line.state == "failed"}
    assert (CampaignState.FAILED, 1) == (harness.state(campaign), len(before))
    harness.pusher.retry(campaign, by="editor")
    _until_over(harness, campaign)
    lines = _lines(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _received(harness))
    assert ({2, 3, 4}, set()) == (
        {line.segment for line in lines},
        before & {line.clientmsgid for line in lines},
    )


def test_a_worker_that_is_to_end_stops_between_two_calls(pairs: PushHarness) -> None:
    """Told to stop after the first of three calls, it makes no second; the next worker makes the other two."""
    harness = pairs
    campaign = _approved(harness)
    harness.pusher.deliver(campaign, worker_id="ending", stopping=lambda: harness.count_calls(SEND) > 0)
    assert (1, {"planned": 4, "sent": 2}) == (harness.count_calls(SEND), harness.counts(campaign))
    _until_over(harness, campaign)
    assert (3, [1] * 6) == (harness.count_calls(SEND), _received(harness))


def _lost_for_a_day(harness: PushHarness) -> int:
    """A list to six by one call whose answer was lost, and about which the platform can tell nothing any more."""
    harness.inject_fault(SEND, "cut_before")
    campaign = _approved(harness)
    harness.run_worker()
    harness.advance(25 * 3600)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"unknown": 6}) == (harness.state(campaign), harness.counts(campaign))
    return campaign


@pytest.mark.parametrize("known", [NAMES[:1], NAMES[3:4], NAMES[:5]], ids=str)
def test_of_a_lost_call_some_may_be_known(crowd: PushHarness, known: list[str]) -> None:
    """A person knows that some of them have it: the campaign still asks about the others, whoever those are."""
    harness = crowd
    campaign = _lost_for_a_day(harness)
    harness.pusher.resolve(campaign, sent=True, by="editor", openids=known)
    harness.run_worker()
    left = {"sent": len(known), "unknown": 6 - len(known)}
    assert (CampaignState.UNKNOWN, left) == (harness.state(campaign), harness.counts(campaign))
    harness.pusher.resolve(campaign, sent=True, by="editor")
    assert (CampaignState.FINISHED, {"sent": 6}) == (harness.state(campaign), harness.counts(campaign))


def test_a_call_that_is_made_again_has_a_draft_of_its_own(crowd: PushHarness) -> None:
    """The job of the only call failed, its draft being spent: tried again, the list goes with another draft."""
    harness = crowd
    harness.platform.account.mass_delay = 0
    campaign = _approved(harness)
    harness.run_worker()
    (job,) = {str(line.msg_id) for line in _lines(harness, campaign)}
    with harness.db.begin() as session:
        report = {"status": "send fail", "total": 6, "sent": 0}
        journal.record_job_event(
            session, key=job, event="masssendjobfinish", job=job, report=report, now=harness.now()
        )
    harness.pusher.reconcile()
    assert {"failed": 6} == harness.counts(campaign)
    harness.pusher.retry(campaign, by="editor")
    _until_over(harness, campaign)
    assert (2, {"sent": 6}) == (harness.count_calls("/cgi-bin/draft/add"), harness.counts(campaign))


def test_somebody_alone_is_not_sent_to_by_list(harness: PushHarness) -> None:
    """A list of one is no list: the plan says so, and the campaign ends with nobody reached."""
    with harness.db.begin() as session:
        followers.record_sync_page(session, ["alice"], harness.now())
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
    assert (0, {SINGLE_RECIPIENT_REASON: 1}) == (made.recipients.size, dict(made.recipients.left_out))
    campaign = _approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"skipped": 1}) == (harness.state(campaign), harness.counts(campaign))


def test_wishes_bind_a_list_and_the_window_does_not(crowd: PushHarness) -> None:
    """A follower who declined everything is left out; followers who never sent a message are reached."""
    harness = crowd
    with harness.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _approved(harness, "section:投融界")
    _until_over(harness, campaign)
    assert {"sent": 5, "skipped": 1} == harness.counts(campaign)
    assert [1, 0, 1, 1, 1, 1] == _received(harness)


def test_a_tags_members_are_asked_for_at_the_start(crowd: PushHarness) -> None:
    """`tag:会员` by list reaches those who bear it then and whose wishes allow it."""
    harness = crowd
    tag = harness.platform.state.tags
    ask_tag(harness, NAMES[:4])
    assert tag
    with harness.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _approved(harness, "tag:会员")
    _until_over(harness, campaign)
    assert {"sent": 3, "skipped": 1} == harness.counts(campaign)
    assert [1, 0, 1, 1, 0, 0] == _received(harness)


def ask_tag(harness: PushHarness, openids: list[str]) -> None:
    """Give these a tag at the platform, as its console would."""
    client = harness.wechat._client
    tag = client.post("tags/create", data={"tag": {"name": "会员"}})["tag"]["id"]
    client.post("tags/members/batchtagging", data={"openid_list": openids, "tagid": tag})


def test_who_had_four_this_month_is_left_out(crowd: PushHarness) -> None:
    """A fifth message by list would be filtered by the platform: the plan says so."""
    harness = crowd
    for k in range(4):
        made = harness.pusher.plan(
            PlanRequest(harness.number, Audience.parse("file:两位"), route=Route.LIST, openids=NAMES[:2])
        )
        assert 2 == made.recipients.size, k
        campaign = harness.pusher.create(made, "editor", insist=True).id
        harness.pusher.approve(campaign, by="editor")
        _until_over(harness, campaign)
    again = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
    assert (4, {"本月已收到 4 次群发，再发会被平台过滤": 2}) == (
        again.recipients.size,
        dict(again.recipients.left_out),
    )


def test_a_list_longer_than_a_page_is_frozen_whole(harness: PushHarness) -> None:
    """Of some pages of names each is in the ledger once, though one stands twice in the file."""
    names = [f"oName{k:08d}" for k in range(PAGE + 10)]
    with harness.db.begin() as session:
        followers.record_sync_page(session, names, harness.now())
    call_simulator(harness.platform, "/_sim/followers", {"count": 10})
    campaign = _approved(harness, "file:名单", openids=[*names, names[0]])
    harness.inject_fault(SEND, "errcode", errcode=45009)
    harness.run_worker()
    assert {"planned": PAGE + 10} == harness.counts(campaign)


def test_an_account_that_may_not_is_told_so(harness: PushHarness) -> None:
    """A subscription account has no lists: the plan is refused, and says what to do."""
    harness.platform.account.kind = "sub"
    with pytest.raises(Forbidden, match="按名单群发"):
        harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
