"""Facts about mass messages by name: in calls of two to ten thousand, each on its own, nobody twice."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk import Desk, ask
from wxbot import followers, journal, push
from wxbot.errors import Forbidden
from wxbot.followers import Preferences
from wxbot.push import CampaignState, Delivery, Route
from wxbot.push.audience.selection import PAGE
from wxbot.push.ledger import batches
from wxbot.push.ledger.batches import batch_sizes

SEND = "/cgi-bin/message/mass/send"
NAMES = ["alice", "bob", "carol", "dave", "erin", "frank"]


@pytest.fixture
def crowd(desk: Desk) -> Desk:
    """Six followers, known to us."""
    for openid in NAMES:
        ask(desk.platform, "/_sim/followers", {"openid": openid})
    with desk.db.begin() as session:
        followers.record_sync_page(session, NAMES, desk.now())
    return desk


@pytest.fixture
def pairs(crowd: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Six followers, and calls of two at most: three of them."""
    monkeypatch.setattr(batches, "LARGEST", 2)
    return crowd


def _approved(desk: Desk, to: str = "all", **more: Any) -> int:
    made = push.plan_campaign(
        desk.db, desk.wechat, desk.number, to, None, desk.settings, desk.now(), route=Route.LIST, **more
    )
    campaign = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())
    push.approve(
        desk.db, campaign.id, by="editor", settings=desk.settings, now=desk.now(), given=campaign.hash
    )
    return campaign.id


def _lines(desk: Desk, campaign: int) -> list[Delivery]:
    with desk.db.read() as session:
        return sorted(push.campaign_deliveries(session, campaign), key=lambda line: line.id)


def _received(desk: Desk) -> list[int]:
    return [len(desk.inbox(openid)) for openid in NAMES]


def _until_over(desk: Desk, campaign: int) -> None:
    for _ in range(6):
        desk.work()
        desk.later(61)
    assert CampaignState.FINISHED == desk.state(campaign), desk.reason(campaign)


@given(st.integers(min_value=2, max_value=1_000_000))
def test_calls_are_few_of_nearly_equal_size_and_never_for_one(people: int) -> None:
    """As few calls as ten thousand a call allow, all within one of each other, none with a single follower."""
    calls = batch_sizes(people)
    assert (people, -(-people // 10_000)) == (sum(calls), len(calls))
    assert max(calls) <= 10_000
    assert max(calls) - min(calls) <= 1
    assert min(calls) >= 2


def test_a_list_goes_by_one_call_and_has_a_line_a_follower(crowd: Desk) -> None:
    """Six followers: one call, six lines that share its key, its job and its end."""
    desk = crowd
    campaign = _approved(desk)
    _until_over(desk, campaign)
    lines = _lines(desk, campaign)
    assert (1, {"sent": 6}) == (desk.calls(SEND), desk.counts(campaign))
    assert [1] * 6 == _received(desk)
    assert (1, 1, {1}) == (
        len({line.msg_id for line in lines}),
        len({line.clientmsgid for line in lines}),
        {line.segment for line in lines},
    )
    assert all(line.settled_at for line in lines)


def test_each_calls_report_is_kept_once(pairs: Desk) -> None:
    """The platform's report on a call settles its lines, wherever it comes from; its counts stand on the first one."""
    desk = pairs
    campaign = _approved(desk)
    desk.work()
    jobs = sorted({str(line.msg_id) for line in _lines(desk, campaign)})
    statuses = ["send success", "err(10001)", "err(40002)"]
    with desk.db.begin() as session:
        for job, status in zip(jobs, statuses, strict=True):
            report = {"status": status, "total": 2, "sent": 2}
            journal.record_job_event(
                session, key=job, event="masssendjobfinish", job=job, report=report, now=desk.now()
            )
    assert 3 == push.reconcile_reports(desk.db, desk.now())
    lines = _lines(desk, campaign)
    assert ["sent", "sent", "refused", "refused", "failed", "failed"] == [line.state for line in lines]
    assert [True, False] * 3 == [bool(line.report) for line in lines]
    assert CampaignState.FAILED == desk.state(campaign)


def test_a_long_list_goes_in_calls_with_a_draft_each(pairs: Desk) -> None:
    """Three calls, three keys, three jobs; each had a draft of its own, and covers were made once."""
    desk = pairs
    campaign = _approved(desk)
    _until_over(desk, campaign)
    lines = _lines(desk, campaign)
    assert (3, 3, [1] * 6) == (desk.calls(SEND), desk.calls("/cgi-bin/draft/add"), _received(desk))
    assert 6 == desk.calls("/cgi-bin/material/add_material")
    assert (3, 3) == (len({line.msg_id for line in lines}), len({line.clientmsgid for line in lines}))


def test_a_lost_call_is_asked_for_again_alone(pairs: Desk) -> None:
    """The answer to the second of three calls is lost: the others are sent, it is unknown, then known to be out."""
    desk = pairs
    campaign = _approved(desk)
    desk.fault(SEND, "cut_after")
    desk.work()
    assert (CampaignState.UNKNOWN, {"sent": 4, "unknown": 2}) == (desk.state(campaign), desk.counts(campaign))
    _until_over(desk, campaign)
    assert ({"sent": 6}, [1] * 6) == (desk.counts(campaign), _received(desk))


def test_a_call_cut_before_it_arrived_is_made_again(pairs: Desk) -> None:
    """The platform never saw it: asked again with the same key, it takes it now, and everybody has one message."""
    desk = pairs
    campaign = _approved(desk)
    desk.fault(SEND, "cut_before")
    _until_over(desk, campaign)
    assert ({"sent": 6}, [1] * 6) == (desk.counts(campaign), _received(desk))


def test_a_refused_call_does_not_stop_the_others(pairs: Desk) -> None:
    """40031 refuses one call's followers for good; the other two calls go out."""
    desk = pairs
    campaign = _approved(desk)
    desk.fault(SEND, "errcode", errcode=40031)
    _until_over(desk, campaign)
    assert {"refused": 2, "sent": 4} == desk.counts(campaign)
    assert [0, 0, 1, 1, 1, 1] == _received(desk)


def test_a_spent_quota_makes_the_rest_wait_until_midnight(pairs: Desk) -> None:
    """45009 at the first call: nothing is lost, nothing is tried again today, tomorrow everybody has it."""
    desk = pairs
    campaign = _approved(desk)
    desk.fault(SEND, "errcode", errcode=45009)
    desk.work()
    assert (CampaignState.WAITING, {"planned": 6}) == (desk.state(campaign), desk.counts(campaign))
    assert 1 == desk.calls(SEND)
    ask(desk.platform, "/_sim/clock", {"to": "midnight"})
    desk.later(120)
    _until_over(desk, campaign)
    assert [1] * 6 == _received(desk)


def test_a_right_that_is_missing_stops_all_and_is_asked_for_anew(pairs: Desk) -> None:
    """48001: the campaign has failed and may be retried; what was kept of the account's rights is kept no more."""
    desk = pairs
    campaign = _approved(desk)
    before = push.fetch_capabilities(desk.db, None, desk.now())
    desk.fault(SEND, "errcode", errcode=48001)
    desk.work()
    assert (CampaignState.FAILED, {"failed": 2, "planned": 4}) == (
        desk.state(campaign),
        desk.counts(campaign),
    )
    assert before.has
    assert {} == push.fetch_capabilities(desk.db, None, desk.now()).has


def test_a_failed_job_is_retried_with_another_key(pairs: Desk) -> None:
    """A call that failed is tried again under a new number, key and draft; the others are left alone."""
    desk = pairs
    desk.fault(SEND, "errcode", errcode=48001)
    campaign = _approved(desk)
    desk.work()
    before = {line.clientmsgid for line in _lines(desk, campaign) if line.state == "failed"}
    assert (CampaignState.FAILED, 1) == (desk.state(campaign), len(before))
    push.retry(desk.db, campaign, desk.now(), by="editor")
    _until_over(desk, campaign)
    lines = _lines(desk, campaign)
    assert ({"sent": 6}, [1] * 6) == (desk.counts(campaign), _received(desk))
    assert ({2, 3, 4}, set()) == (
        {line.segment for line in lines},
        before & {line.clientmsgid for line in lines},
    )


def test_a_worker_that_is_to_end_stops_between_two_calls(pairs: Desk) -> None:
    """Told to stop after the first of three calls, it makes no second; the next worker makes the other two."""
    desk = pairs
    campaign = _approved(desk)
    push.deliver_campaign(
        desk.db,
        desk.wechat,
        campaign,
        holder="ending",
        settings=desk.settings,
        limits=desk.limits,
        clock=desk.now,
        stopping=lambda: desk.calls(SEND) > 0,
    )
    assert (1, {"planned": 4, "sent": 2}) == (desk.calls(SEND), desk.counts(campaign))
    _until_over(desk, campaign)
    assert (3, [1] * 6) == (desk.calls(SEND), _received(desk))


def _lost_for_a_day(desk: Desk) -> int:
    """A list to six by one call whose answer was lost, and about which the platform can tell nothing any more."""
    desk.fault(SEND, "cut_before")
    campaign = _approved(desk)
    desk.work()
    desk.later(25 * 3600)
    desk.work()
    assert (CampaignState.UNKNOWN, {"unknown": 6}) == (desk.state(campaign), desk.counts(campaign))
    return campaign


@pytest.mark.parametrize("known", [NAMES[:1], NAMES[3:4], NAMES[:5]], ids=str)
def test_of_a_lost_call_some_may_be_known(crowd: Desk, known: list[str]) -> None:
    """A person knows that some of them have it: the campaign still asks about the others, whoever those are."""
    desk = crowd
    campaign = _lost_for_a_day(desk)
    push.resolve(desk.db, campaign, sent=True, by="editor", now=desk.now(), openids=known)
    desk.work()
    left = {"sent": len(known), "unknown": 6 - len(known)}
    assert (CampaignState.UNKNOWN, left) == (desk.state(campaign), desk.counts(campaign))
    push.resolve(desk.db, campaign, sent=True, by="editor", now=desk.now())
    assert (CampaignState.FINISHED, {"sent": 6}) == (desk.state(campaign), desk.counts(campaign))


def test_a_call_that_is_made_again_has_a_draft_of_its_own(crowd: Desk) -> None:
    """The job of the only call failed, its draft being spent: tried again, the list goes with another draft."""
    desk = crowd
    desk.platform.account.mass_delay = 0
    campaign = _approved(desk)
    desk.work()
    (job,) = {str(line.msg_id) for line in _lines(desk, campaign)}
    with desk.db.begin() as session:
        report = {"status": "send fail", "total": 6, "sent": 0}
        journal.record_job_event(
            session, key=job, event="masssendjobfinish", job=job, report=report, now=desk.now()
        )
    push.reconcile_reports(desk.db, desk.now())
    assert {"failed": 6} == desk.counts(campaign)
    push.retry(desk.db, campaign, desk.now(), by="editor")
    _until_over(desk, campaign)
    assert (2, {"sent": 6}) == (desk.calls("/cgi-bin/draft/add"), desk.counts(campaign))


def test_somebody_alone_is_not_sent_to_by_list(desk: Desk) -> None:
    """A list of one is no list: the plan says so, and the campaign ends with nobody reached."""
    with desk.db.begin() as session:
        followers.record_sync_page(session, ["alice"], desk.now())
    made = push.plan_campaign(
        desk.db, desk.wechat, desk.number, "all", None, desk.settings, desk.now(), route=Route.LIST
    )
    assert (0, {batches.SINGLE_RECIPIENT_REASON: 1}) == (made.audience.size, dict(made.audience.left_out))
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.FINISHED, {"skipped": 1}) == (desk.state(campaign), desk.counts(campaign))


def test_wishes_bind_a_list_and_the_window_does_not(crowd: Desk) -> None:
    """Who declined everything is left out; those who never wrote are reached all the same."""
    desk = crowd
    with desk.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _approved(desk, "section:投融界")
    _until_over(desk, campaign)
    assert {"sent": 5, "skipped": 1} == desk.counts(campaign)
    assert [1, 0, 1, 1, 1, 1] == _received(desk)


def test_a_tags_members_are_asked_for_at_the_start(crowd: Desk) -> None:
    """`tag:会员` by list reaches those who bear it then and whose wishes allow it."""
    desk = crowd
    tag = desk.platform.state.tags
    ask_tag(desk, NAMES[:4])
    assert tag
    with desk.db.begin() as session:
        followers.save_preferences(session, "bob", Preferences(nothing=True))
    campaign = _approved(desk, "tag:会员")
    _until_over(desk, campaign)
    assert {"sent": 3, "skipped": 1} == desk.counts(campaign)
    assert [1, 0, 1, 1, 0, 0] == _received(desk)


def ask_tag(desk: Desk, openids: list[str]) -> None:
    """Give these a tag at the platform, as its console would."""
    client = desk.wechat._client
    tag = client.post("tags/create", data={"tag": {"name": "会员"}})["tag"]["id"]
    client.post("tags/members/batchtagging", data={"openid_list": openids, "tagid": tag})


def test_who_had_four_this_month_is_left_out(crowd: Desk) -> None:
    """A fifth message by list would be filtered by the platform: the plan says so."""
    desk = crowd
    for k in range(4):
        made = push.plan_campaign(
            desk.db,
            desk.wechat,
            desk.number,
            "file:两位",
            None,
            desk.settings,
            desk.now(),
            route=Route.LIST,
            names=NAMES[:2],
        )
        assert 2 == made.audience.size, k
        campaign = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now(), insist=True).id
        push.approve(desk.db, campaign, by="editor", settings=desk.settings, now=desk.now())
        _until_over(desk, campaign)
    again = push.plan_campaign(
        desk.db, desk.wechat, desk.number, "all", None, desk.settings, desk.now(), route=Route.LIST
    )
    assert (4, {"本月已收到 4 次群发，再发会被平台过滤": 2}) == (
        again.audience.size,
        dict(again.audience.left_out),
    )


def test_a_list_longer_than_a_page_is_frozen_whole(desk: Desk) -> None:
    """Of some pages of names each is in the ledger once, though one stands twice in the file."""
    names = [f"oName{k:08d}" for k in range(PAGE + 10)]
    with desk.db.begin() as session:
        followers.record_sync_page(session, names, desk.now())
    ask(desk.platform, "/_sim/followers", {"count": 10})
    campaign = _approved(desk, "file:名单", names=[*names, names[0]])
    desk.fault(SEND, "errcode", errcode=45009)
    desk.work()
    assert {"planned": PAGE + 10} == desk.counts(campaign)


def test_an_account_that_may_not_is_told_so(desk: Desk) -> None:
    """A subscription account has no lists: the plan is refused, and says what to do."""
    desk.platform.account.kind = "sub"
    with pytest.raises(Forbidden, match="按名单群发"):
        push.plan_campaign(
            desk.db, desk.wechat, desk.number, "all", None, desk.settings, desk.now(), route=Route.LIST
        )
