"""Tests of mass messages by a list: batches of two to ten thousand openids, each sent on its own, nobody twice."""

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
    """Let six people follow the account, and store them in our database."""
    for openid in NAMES:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
    with harness.db.begin() as session:
        followers.record_sync_page(session, NAMES, harness.now())
    return harness


@pytest.fixture
def pairs(crowd: PushHarness) -> PushHarness:
    """Limit a batch to two openids, so that six followers need three calls."""
    crowd.limits = replace(crowd.limits, list_batch_size=2)
    return crowd


def _create_approved(harness: PushHarness, to: str = "all", **more: Any) -> int:
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=Route.LIST, **more))
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _deliveries(harness: PushHarness, campaign: int) -> list[Delivery]:
    with harness.db.read() as session:
        return sorted(push.queries.campaign_deliveries(session, campaign), key=lambda delivery: delivery.id)


def _message_counts(harness: PushHarness) -> list[int]:
    return [len(harness.inbox(openid)) for openid in NAMES]


def _run_until_over(harness: PushHarness, campaign: int) -> None:
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


@given(st.integers(min_value=2, max_value=1_000_000))
def test_calls_are_few_of_nearly_equal_size_and_never_for_one(people: int) -> None:
    """A list is split into as few batches as possible, of nearly equal size, none with a single openid."""
    calls = batch_sizes(people)
    assert (people, -(-people // 10_000)) == (sum(calls), len(calls))
    assert max(calls) <= 10_000
    assert max(calls) - min(calls) <= 1
    assert min(calls) >= 2


def test_a_list_is_one_call_with_a_delivery_for_each_follower(crowd: PushHarness) -> None:
    """A list of six is sent in one call; its six deliveries share the idempotency key and the job."""
    harness = crowd
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    deliveries = _deliveries(harness, campaign)
    assert (1, {"sent": 6}) == (harness.count_calls(SEND), harness.counts(campaign))
    assert [1] * 6 == _message_counts(harness)
    assert (1, 1, {1}) == (
        len({delivery.msg_id for delivery in deliveries}),
        len({delivery.clientmsgid for delivery in deliveries}),
        {delivery.segment for delivery in deliveries},
    )
    assert all(delivery.settled_at for delivery in deliveries)


def test_each_calls_report_is_kept_once(pairs: PushHarness) -> None:
    """The platform's report on a batch settles all its deliveries, and its counts are stored with the first of them."""
    harness = pairs
    campaign = _create_approved(harness)
    harness.run_worker()
    jobs = sorted({str(delivery.msg_id) for delivery in _deliveries(harness, campaign)})
    statuses = ["send success", "err(10001)", "err(40002)"]
    with harness.db.begin() as session:
        for job, status in zip(jobs, statuses, strict=True):
            report = {"status": status, "total": 2, "sent": 2}
            journal.record_job_event(
                session, key=job, event="masssendjobfinish", job=job, report=report, now=harness.now()
            )
    assert 3 == harness.pusher.reconcile()
    deliveries = _deliveries(harness, campaign)
    assert ["sent", "sent", "refused", "refused", "failed", "failed"] == [
        delivery.state for delivery in deliveries
    ]
    assert [True, False] * 3 == [bool(delivery.report) for delivery in deliveries]
    assert CampaignState.FAILED == harness.state(campaign)


def test_a_long_list_goes_in_calls_with_a_draft_each(pairs: PushHarness) -> None:
    """Three batches have three keys, three jobs and a draft each; covers are uploaded once."""
    harness = pairs
    campaign = _create_approved(harness)
    _run_until_over(harness, campaign)
    deliveries = _deliveries(harness, campaign)
    assert (3, 3, [1] * 6) == (
        harness.count_calls(SEND),
        harness.count_calls("/cgi-bin/draft/add"),
        _message_counts(harness),
    )
    assert 6 == harness.count_calls("/cgi-bin/material/add_material")
    assert (3, 3) == (
        len({delivery.msg_id for delivery in deliveries}),
        len({delivery.clientmsgid for delivery in deliveries}),
    )


def test_a_lost_call_is_asked_for_again_alone(pairs: PushHarness) -> None:
    """If the answer for one of three batches is lost, only that batch is unknown, and the retry finds it sent."""
    harness = pairs
    campaign = _create_approved(harness)
    harness.inject_fault(SEND, "cut_after")
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 4, "unknown": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    _run_until_over(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _message_counts(harness))


def test_a_call_cut_before_it_arrived_is_made_again(pairs: PushHarness) -> None:
    """A batch whose request never arrived is sent by the retry with the same key."""
    harness = pairs
    campaign = _create_approved(harness)
    harness.inject_fault(SEND, "cut_before")
    _run_until_over(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _message_counts(harness))


def test_a_refused_call_does_not_stop_the_others(pairs: PushHarness) -> None:
    """40031 refuses the deliveries of one batch for good; the other two batches are sent."""
    harness = pairs
    campaign = _create_approved(harness)
    harness.inject_fault(SEND, "errcode", errcode=40031)
    _run_until_over(harness, campaign)
    assert {"refused": 2, "sent": 4} == harness.counts(campaign)
    assert [0, 0, 1, 1, 1, 1] == _message_counts(harness)


def test_a_spent_quota_makes_the_rest_wait_until_midnight(pairs: PushHarness) -> None:
    """After 45009 nothing is sent until midnight, and then every follower gets the message."""
    harness = pairs
    campaign = _create_approved(harness)
    harness.inject_fault(SEND, "errcode", errcode=45009)
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 6}) == (harness.state(campaign), harness.counts(campaign))
    assert 1 == harness.count_calls(SEND)
    call_simulator(harness.platform, "/_sim/clock", {"to": "midnight"})
    harness.advance(120)
    _run_until_over(harness, campaign)
    assert [1] * 6 == _message_counts(harness)


def test_a_missing_right_stops_all_and_expires_the_stored_rights(pairs: PushHarness) -> None:
    """After 48001 the campaign has failed, and the stored rights of the account are discarded."""
    harness = pairs
    campaign = _create_approved(harness)
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
    """A failed batch is retried with a new number, key and draft; the other batches are unchanged."""
    harness = pairs
    harness.inject_fault(SEND, "errcode", errcode=48001)
    campaign = _create_approved(harness)
    harness.run_worker()
    before = {
        delivery.clientmsgid for delivery in _deliveries(harness, campaign) if delivery.state == "failed"
    }
    assert (CampaignState.FAILED, 1) == (harness.state(campaign), len(before))
    harness.pusher.retry(campaign, by="editor")
    _run_until_over(harness, campaign)
    deliveries = _deliveries(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _message_counts(harness))
    assert ({2, 3, 4}, set()) == (
        {delivery.segment for delivery in deliveries},
        before & {delivery.clientmsgid for delivery in deliveries},
    )


def test_a_worker_that_is_to_end_stops_between_two_calls(pairs: PushHarness) -> None:
    """A worker that is asked to stop makes no further call; the next worker sends the remaining batches."""
    harness = pairs
    campaign = _create_approved(harness)
    harness.pusher.deliver(campaign, worker_id="ending", stopping=lambda: harness.count_calls(SEND) > 0)
    assert (1, {"planned": 4, "sent": 2}) == (harness.count_calls(SEND), harness.counts(campaign))
    _run_until_over(harness, campaign)
    assert (3, [1] * 6) == (harness.count_calls(SEND), _message_counts(harness))


def _lose_for_a_day(harness: PushHarness) -> int:
    """Return a campaign to six whose one call never arrived and whose key the platform has forgotten."""
    harness.inject_fault(SEND, "cut_before")
    campaign = _create_approved(harness)
    harness.run_worker()
    harness.advance(25 * 3600)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"unknown": 6}) == (harness.state(campaign), harness.counts(campaign))
    return campaign


@pytest.mark.parametrize("known", [NAMES[:1], NAMES[3:4], NAMES[:5]], ids=str)
def test_deliveries_of_a_lost_batch_are_resolved_one_by_one(crowd: PushHarness, known: list[str]) -> None:
    """An editor may resolve some deliveries of a lost batch; the others stay unknown until they are resolved, too."""
    harness = crowd
    campaign = _lose_for_a_day(harness)
    harness.pusher.resolve(campaign, sent=True, by="editor", openids=known)
    harness.run_worker()
    left = {"sent": len(known), "unknown": 6 - len(known)}
    assert (CampaignState.UNKNOWN, left) == (harness.state(campaign), harness.counts(campaign))
    harness.pusher.resolve(campaign, sent=True, by="editor")
    assert (CampaignState.FINISHED, {"sent": 6}) == (harness.state(campaign), harness.counts(campaign))


def test_a_call_that_is_made_again_has_a_draft_of_its_own(crowd: PushHarness) -> None:
    """The retry of a failed job uses a new draft, because the job used up the first one."""
    harness = crowd
    harness.platform.account.mass_delay = 0
    campaign = _create_approved(harness)
    harness.run_worker()
    (job,) = {str(delivery.msg_id) for delivery in _deliveries(harness, campaign)}
    with harness.db.begin() as session:
        report = {"status": "send fail", "total": 6, "sent": 0}
        journal.record_job_event(
            session, key=job, event="masssendjobfinish", job=job, report=report, now=harness.now()
        )
    harness.pusher.reconcile()
    assert {"failed": 6} == harness.counts(campaign)
    harness.pusher.retry(campaign, by="editor")
    _run_until_over(harness, campaign)
    assert (2, {"sent": 6}) == (harness.count_calls("/cgi-bin/draft/add"), harness.counts(campaign))


def test_somebody_alone_is_not_sent_to_by_list(harness: PushHarness) -> None:
    """A list of one follower is not sent: the plan gives the reason, and the campaign finishes."""
    with harness.db.begin() as session:
        followers.record_sync_page(session, ["alice"], harness.now())
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
    assert (0, {SINGLE_RECIPIENT_REASON: 1}) == (made.recipients.size, dict(made.recipients.left_out))
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"skipped": 1}) == (harness.state(campaign), harness.counts(campaign))


def test_preferences_limit_a_list_and_the_window_does_not(crowd: PushHarness) -> None:
    """A list skips followers who declined everything, and reaches followers who never sent a message."""
    harness = crowd
    with harness.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _create_approved(harness, "section:投融界")
    _run_until_over(harness, campaign)
    assert {"sent": 5, "skipped": 1} == harness.counts(campaign)
    assert [1, 0, 1, 1, 1, 1] == _message_counts(harness)


def test_a_tags_members_are_asked_for_at_the_start(crowd: PushHarness) -> None:
    """A list to `tag:会员` reaches the members of the tag at the start, unless their preferences exclude them."""
    harness = crowd
    tag = harness.platform.state.tags
    _tag(harness, NAMES[:4])
    assert tag
    with harness.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _create_approved(harness, "tag:会员")
    _run_until_over(harness, campaign)
    assert {"sent": 3, "skipped": 1} == harness.counts(campaign)
    assert [1, 0, 1, 1, 0, 0] == _message_counts(harness)


def _tag(harness: PushHarness, openids: list[str]) -> None:
    """Create the tag 会员 at the platform and give it to these followers."""
    client = harness.wechat._client
    tag = client.post("tags/create", data={"tag": {"name": "会员"}})["tag"]["id"]
    client.post("tags/members/batchtagging", data={"openid_list": openids, "tagid": tag})


def test_who_had_four_this_month_is_left_out(crowd: PushHarness) -> None:
    """A follower who received four mass messages this month is left out, because the platform would filter a fifth."""
    harness = crowd
    for k in range(4):
        made = harness.pusher.plan(
            PlanRequest(harness.number, Audience.parse("file:两位"), route=Route.LIST, openids=NAMES[:2])
        )
        assert 2 == made.recipients.size, k
        campaign = harness.pusher.create(made, "editor", insist=True).id
        harness.pusher.approve(campaign, by="editor")
        _run_until_over(harness, campaign)
    again = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
    assert (4, {"本月已收到 4 次群发，再发会被平台过滤": 2}) == (
        again.recipients.size,
        dict(again.recipients.left_out),
    )


def test_a_list_longer_than_a_page_is_frozen_whole(harness: PushHarness) -> None:
    """A list of more than one page is stored completely, and a repeated openid once."""
    names = [f"oName{k:08d}" for k in range(PAGE + 10)]
    with harness.db.begin() as session:
        followers.record_sync_page(session, names, harness.now())
    call_simulator(harness.platform, "/_sim/followers", {"count": 10})
    campaign = _create_approved(harness, "file:名单", openids=[*names, names[0]])
    harness.inject_fault(SEND, "errcode", errcode=45009)
    harness.run_worker()
    assert {"planned": PAGE + 10} == harness.counts(campaign)


def test_an_account_that_may_not_is_told_so(harness: PushHarness) -> None:
    """A plan for a list is refused for a subscription account, and the error names the route."""
    harness.platform.account.kind = "sub"
    with pytest.raises(Forbidden, match="按名单群发"):
        harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
