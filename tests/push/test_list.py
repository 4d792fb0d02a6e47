"""Tests of mass messages by list: independent calls of two to ten thousand openids, nobody twice."""

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
OPENIDS = ["alice", "bob", "carol", "dave", "erin", "frank"]


@pytest.fixture
def six_followers(harness: PushHarness) -> PushHarness:
    """Let six followers follow, and record them in our database."""
    for openid in OPENIDS:
        call_simulator(harness.platform, "/_sim/followers", {"openid": openid})
    with harness.db.begin() as session:
        followers.record_sync_page(session, OPENIDS, harness.now())
    return harness


@pytest.fixture
def two_per_call(six_followers: PushHarness) -> PushHarness:
    """Limit a call to two openids, so that the six followers need three calls."""
    six_followers.limits = replace(six_followers.limits, list_batch_size=2)
    return six_followers


def _create_approved_campaign(harness: PushHarness, to: str = "all", **more: Any) -> int:
    """Plan a campaign by list, create and approve it, and return its id."""
    plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=Route.LIST, **more))
    campaign = harness.pusher.create(plan, "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _deliveries(harness: PushHarness, campaign: int) -> list[Delivery]:
    """Return the deliveries of a campaign in order of their ids."""
    with harness.db.read() as session:
        return sorted(push.queries.campaign_deliveries(session, campaign), key=lambda delivery: delivery.id)


def _message_counts(harness: PushHarness) -> list[int]:
    """Return the number of mass messages that each of the six received."""
    return [len(harness.inbox(openid)) for openid in OPENIDS]


def _run_until_finished(harness: PushHarness, campaign: int) -> None:
    """Run a worker for six minutes and check that the campaign is finished."""
    for _ in range(6):
        harness.run_worker()
        harness.advance(61)
    assert CampaignState.FINISHED == harness.state(campaign), harness.reason(campaign)


@given(st.integers(min_value=2, max_value=1_000_000))
def test_batches_are_few_of_nearly_equal_size_and_never_of_one(recipients: int) -> None:
    """The fewest batches of at most ten thousand are made; sizes differ by at most one, and none has one openid."""
    sizes = batch_sizes(recipients)
    assert (recipients, -(-recipients // 10_000)) == (sum(sizes), len(sizes))
    assert max(sizes) <= 10_000
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 2


def test_a_list_is_sent_by_one_call_with_a_delivery_for_each_follower(six_followers: PushHarness) -> None:
    """Six followers need one call; their six deliveries share its key, its job and its time of settling."""
    harness = six_followers
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
    deliveries = _deliveries(harness, campaign)
    assert (1, {"sent": 6}) == (harness.count_calls(SEND), harness.counts(campaign))
    assert [1] * 6 == _message_counts(harness)
    assert (1, 1, {1}) == (
        len({delivery.msg_id for delivery in deliveries}),
        len({delivery.clientmsgid for delivery in deliveries}),
        {delivery.segment for delivery in deliveries},
    )
    assert all(delivery.settled_at for delivery in deliveries)


@pytest.mark.both_databases
def test_the_report_of_each_call_is_stored_once(two_per_call: PushHarness) -> None:
    """The report of a call settles all its deliveries, and its counts are stored with the first of them."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
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


def test_each_call_of_a_long_list_has_its_own_draft(two_per_call: PushHarness) -> None:
    """Three calls have three keys, jobs and drafts, while pictures are uploaded once."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    _run_until_finished(harness, campaign)
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


@pytest.mark.both_databases
def test_only_a_lost_call_is_repeated(two_per_call: PushHarness) -> None:
    """If the answer to one of three calls is lost, only its deliveries are unknown, and later known to be sent."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    harness.inject_fault(SEND, "cut_after")
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 4, "unknown": 2}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    _run_until_finished(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _message_counts(harness))


def test_a_call_cut_before_it_arrived_is_repeated(two_per_call: PushHarness) -> None:
    """A call that never arrived is repeated with the same key, and each follower has one message."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    harness.inject_fault(SEND, "cut_before")
    _run_until_finished(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _message_counts(harness))


def test_a_refused_call_does_not_stop_the_others(two_per_call: PushHarness) -> None:
    """40031 refuses the followers of one call for good; the other two calls are made."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    harness.inject_fault(SEND, "errcode", errcode=40031)
    _run_until_finished(harness, campaign)
    assert {"refused": 2, "sent": 4} == harness.counts(campaign)
    assert [0, 0, 1, 1, 1, 1] == _message_counts(harness)


def test_a_spent_quota_makes_all_calls_wait_until_midnight(two_per_call: PushHarness) -> None:
    """After 45009 at the first call no other is made that day, and after midnight each follower gets the message."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    harness.inject_fault(SEND, "errcode", errcode=45009)
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 6}) == (harness.state(campaign), harness.counts(campaign))
    assert 1 == harness.count_calls(SEND)
    call_simulator(harness.platform, "/_sim/clock", {"to": "midnight"})
    harness.advance(120)
    _run_until_finished(harness, campaign)
    assert [1] * 6 == _message_counts(harness)


def test_a_missing_right_stops_all_calls_and_clears_the_stored_rights(two_per_call: PushHarness) -> None:
    """After 48001 the campaign fails and can be retried, and the stored rights of the account are dropped."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    before = harness.pusher.capabilities(offline=True)
    harness.inject_fault(SEND, "errcode", errcode=48001)
    harness.run_worker()
    assert (CampaignState.FAILED, {"failed": 2, "planned": 4}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    assert before.granted
    assert {} == harness.pusher.capabilities(offline=True).granted


@pytest.mark.both_databases
def test_a_failed_call_is_retried_with_another_key(two_per_call: PushHarness) -> None:
    """A failed call is retried with another segment number, key and draft; the others are not repeated."""
    harness = two_per_call
    harness.inject_fault(SEND, "errcode", errcode=48001)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    before = {
        delivery.clientmsgid for delivery in _deliveries(harness, campaign) if delivery.state == "failed"
    }
    assert (CampaignState.FAILED, 1) == (harness.state(campaign), len(before))
    harness.pusher.retry(campaign, by="editor")
    _run_until_finished(harness, campaign)
    deliveries = _deliveries(harness, campaign)
    assert ({"sent": 6}, [1] * 6) == (harness.counts(campaign), _message_counts(harness))
    assert ({2, 3, 4}, set()) == (
        {delivery.segment for delivery in deliveries},
        before & {delivery.clientmsgid for delivery in deliveries},
    )


def test_a_stopping_worker_stops_between_two_calls(two_per_call: PushHarness) -> None:
    """A worker that must stop after the first of three calls makes no second; the next worker makes the other two."""
    harness = two_per_call
    campaign = _create_approved_campaign(harness)
    harness.pusher.deliver(campaign, worker_id="ending", stopping=lambda: harness.count_calls(SEND) > 0)
    assert (1, {"planned": 4, "sent": 2}) == (harness.count_calls(SEND), harness.counts(campaign))
    _run_until_finished(harness, campaign)
    assert (3, [1] * 6) == (harness.count_calls(SEND), _message_counts(harness))


def _create_campaign_unknown_for_a_day(harness: PushHarness) -> int:
    """Send a list of six by one call, lose its answer, and wait until the platform has forgotten the key."""
    harness.inject_fault(SEND, "cut_before")
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    harness.advance(25 * 3600)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"unknown": 6}) == (harness.state(campaign), harness.counts(campaign))
    return campaign


@pytest.mark.parametrize("resolved", [OPENIDS[:1], OPENIDS[3:4], OPENIDS[:5]], ids=str)
@pytest.mark.both_databases
def test_some_deliveries_of_a_lost_call_can_be_resolved(
    six_followers: PushHarness, resolved: list[str]
) -> None:
    """If an editor resolves some deliveries of a call as sent, the campaign stays unknown for the others."""
    harness = six_followers
    campaign = _create_campaign_unknown_for_a_day(harness)
    harness.pusher.resolve(campaign, sent=True, by="editor", openids=resolved)
    harness.run_worker()
    expected = {"sent": len(resolved), "unknown": 6 - len(resolved)}
    assert (CampaignState.UNKNOWN, expected) == (harness.state(campaign), harness.counts(campaign))
    harness.pusher.resolve(campaign, sent=True, by="editor")
    assert (CampaignState.FINISHED, {"sent": 6}) == (harness.state(campaign), harness.counts(campaign))


@pytest.mark.both_databases
def test_a_retried_call_has_a_new_draft(six_followers: PushHarness) -> None:
    """A failed job has used up its draft, so a retry of the call adds another one."""
    harness = six_followers
    harness.platform.account.mass_delay = 0
    campaign = _create_approved_campaign(harness)
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
    _run_until_finished(harness, campaign)
    assert (2, {"sent": 6}) == (harness.count_calls("/cgi-bin/draft/add"), harness.counts(campaign))


def test_a_single_follower_is_not_sent_to_by_list(harness: PushHarness) -> None:
    """A list with one follower is impossible: the plan gives the reason, and the campaign ends with nobody reached."""
    with harness.db.begin() as session:
        followers.record_sync_page(session, ["alice"], harness.now())
    plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
    assert (0, {SINGLE_RECIPIENT_REASON: 1}) == (plan.recipients.size, dict(plan.recipients.left_out))
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"skipped": 1}) == (harness.state(campaign), harness.counts(campaign))


def test_preferences_apply_to_a_list_and_the_48_hour_window_does_not(six_followers: PushHarness) -> None:
    """A follower who declined everything is left out; followers who never sent a message are reached."""
    harness = six_followers
    with harness.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _create_approved_campaign(harness, "section:投融界")
    _run_until_finished(harness, campaign)
    assert {"sent": 5, "skipped": 1} == harness.counts(campaign)
    assert [1, 0, 1, 1, 1, 1] == _message_counts(harness)


@pytest.mark.both_databases
def test_members_of_a_tag_are_requested_at_the_start(six_followers: PushHarness) -> None:
    """A list to `tag:会员` reaches followers with the tag at that time, unless their preferences decline it."""
    harness = six_followers
    _create_tag(harness, OPENIDS[:4])
    assert harness.platform.state.tags
    with harness.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _create_approved_campaign(harness, "tag:会员")
    _run_until_finished(harness, campaign)
    assert {"sent": 3, "skipped": 1} == harness.counts(campaign)
    assert [1, 0, 1, 1, 0, 0] == _message_counts(harness)


def _create_tag(harness: PushHarness, openids: list[str]) -> None:
    """Create the tag at the platform and give it to these followers."""
    client = harness.wechat._client
    tag = client.post("tags/create", data={"tag": {"name": "会员"}})["tag"]["id"]
    client.post("tags/members/batchtagging", data={"openid_list": openids, "tagid": tag})


@pytest.mark.both_databases
def test_a_follower_with_four_mass_messages_this_month_is_left_out(six_followers: PushHarness) -> None:
    """The platform would filter a fifth mass message of the month: the plan leaves these followers out."""
    harness = six_followers
    for k in range(4):
        plan = harness.pusher.plan(
            PlanRequest(harness.number, Audience.parse("file:两位"), route=Route.LIST, openids=OPENIDS[:2])
        )
        assert 2 == plan.recipients.size, k
        campaign = harness.pusher.create(plan, "editor", insist=True).id
        harness.pusher.approve(campaign, by="editor")
        _run_until_finished(harness, campaign)
    second_plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
    assert (4, {"本月已收到 4 次群发，再发会被平台过滤": 2}) == (
        second_plan.recipients.size,
        dict(second_plan.recipients.left_out),
    )


def test_the_snapshot_of_a_list_longer_than_a_page_is_complete(harness: PushHarness) -> None:
    """Each openid of several pages is in the ledger once, even one that occurs twice in the file."""
    openids = [f"oName{k:08d}" for k in range(PAGE + 10)]
    with harness.db.begin() as session:
        followers.record_sync_page(session, openids, harness.now())
    call_simulator(harness.platform, "/_sim/followers", {"count": 10})
    campaign = _create_approved_campaign(harness, "file:名单", openids=[*openids, openids[0]])
    harness.inject_fault(SEND, "errcode", errcode=45009)
    harness.run_worker()
    assert {"planned": PAGE + 10} == harness.counts(campaign)


def test_an_account_without_lists_is_refused(harness: PushHarness) -> None:
    """A plan by list for a subscription account raises Forbidden and names the route."""
    harness.platform.account.kind = "sub"
    with pytest.raises(Forbidden, match="按名单群发"):
        harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.LIST))
