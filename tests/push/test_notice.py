"""Tests of subscription notices: who gets one, how consents are used, and how the platform's events are matched."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, journal, push
from wxbot.errors import Forbidden
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, NoticeTemplate, PlanRequest, Route
from wxbot.push.delivery.reconcile import reconcile_reports
from wxbot.push.ledger.states import move_delivery
from wxbot.push.planning.compose import compose_notice
from wxbot.push.planning.notice_template import fill_template

BIZSEND = "/cgi-bin/message/subscribe/bizsend"
TEMPLATE = "tplA"
FIELDS = {
    "thing1": "{title}",
    "date2": "{date}",
    "thing3": "共 {count} 篇，{digest}",
    "character_string4": "{number}",
}
NOTICE = NoticeTemplate(TEMPLATE, FIELDS)
PLACEHOLDERS = {
    "title": "工作简报",
    "number": "2021-02",
    "date": "2021年1月15日",
    "digest": "摘要",
    "count": "22",
}


@pytest.fixture
def notice_audience(harness: PushHarness) -> PushHarness:
    """Give the account a template; alice consents to two notices, bob to one, carol to none."""
    keys = list(FIELDS)
    call_simulator(
        harness.platform,
        "/_sim/templates",
        {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": keys, "kind": "notice"},
    )
    harness.settings = replace(harness.settings, notice=NOTICE)
    with harness.db.begin() as session:
        followers.record_sync_page(session, ["alice", "bob", "carol"], harness.now())
    _add_consents(harness, "alice", 2)
    _add_consents(harness, "bob", 1)
    return harness


def _add_consents(harness: PushHarness, openid: str, times: int, *, platform: bool = True) -> None:
    """Let a follower consent, at the platform (unless told otherwise) and in our database."""
    if platform:
        call_simulator(
            harness.platform, "/_sim/consent", {"openid": openid, "template_id": TEMPLATE, "times": times}
        )
    with harness.db.begin() as session:
        for _ in range(times):
            consents.add(session, openid, TEMPLATE, harness.now())


def _create_approved_campaign(harness: PushHarness, to: str = "consented", route: Route | None = None) -> int:
    """Plan, create and approve a campaign, and return its id."""
    plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
    campaign = harness.pusher.create(plan, "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _notices(harness: PushHarness, openid: str) -> list[dict[str, str]]:
    """Return the notices that a follower received."""
    return [
        seen for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}") if seen["via"] == "notice"
    ]


def _remaining_consents(harness: PushHarness) -> dict[str, int]:
    """Return the number of unused consents of each follower."""
    with harness.db.read() as session:
        return dict(consents.remaining(session, ["alice", "bob", "carol"], TEMPLATE))


def _record_notice_event(harness: PushHarness, openid: str, errcode: int, *, key: str = "1") -> None:
    """Record the platform's event on a sent notice in the journal, as the webhook does."""
    report = {"template_id": TEMPLATE, "status": "success", "msg_id": 1, "errcode": errcode}
    with harness.db.begin() as session:
        journal.record_job_event(
            session,
            key=f"{openid}{key}",
            event="subscribe_msg_sent_event",
            job=openid,
            report=report,
            now=harness.now(),
        )


def test_each_follower_who_consented_gets_a_notice(notice_audience: PushHarness) -> None:
    """Two notices link to the issue's page and use one consent each; a second campaign can reach one follower."""
    harness = notice_audience
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    (seen,) = _notices(harness, "alice")
    assert "https://news.example.org/i/2021-02" == seen["url"]
    assert "2021年1月15日" in seen["content"]
    assert {"alice": 1} == _remaining_consents(harness)
    second_plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("consented")))
    assert (1, Route.NOTICE) == (second_plan.recipients.size, second_plan.route)


def test_a_consent_unknown_to_the_platform_is_deleted(notice_audience: PushHarness) -> None:
    """After 43101 the delivery is refused for good, and none of that follower's consents remains in our database."""
    harness = notice_audience
    _add_consents(harness, "carol", 3, platform=False)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert {"refused": 1, "sent": 2} == harness.counts(campaign)
    assert {"alice": 1} == _remaining_consents(harness)


def test_preferences_apply_to_notices(notice_audience: PushHarness) -> None:
    """A follower who declined everything gets no notice and keeps the consent."""
    harness = notice_audience
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(nothing=True))
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert ({"sent": 1, "skipped": 1}, {"alice": 2}) == (
        harness.counts(campaign),
        _remaining_consents(harness),
    )


def test_a_report_settles_its_delivery(notice_audience: PushHarness) -> None:
    """Errcode 0 settles a delivery, another one refuses it, and an event of an unknown follower changes nothing."""
    harness = notice_audience
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    _record_notice_event(harness, "alice", 0)
    _record_notice_event(harness, "bob", 43102)
    _record_notice_event(harness, "stranger", 0)
    assert 2 == harness.pusher.reconcile()
    with harness.db.read() as session:
        deliveries = {
            delivery.recipient: delivery for delivery in push.queries.campaign_deliveries(session, campaign)
        }
    assert ("sent", "refused") == (deliveries["alice"].state, deliveries["bob"].state)
    assert 43102 == deliveries["bob"].errcode
    assert all(delivery.settled_at for delivery in deliveries.values())
    assert 0 == harness.pusher.reconcile()


def test_a_report_resolves_a_lost_call(notice_audience: PushHarness) -> None:
    """A delivery whose answer was lost is found sent by the event, its consent is used, and the campaign finishes."""
    harness = notice_audience
    harness.inject_fault(BIZSEND, "cut_after")
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 1, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    _record_notice_event(harness, "alice", 0)
    _record_notice_event(harness, "bob", 0)
    harness.advance(1)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    assert {"alice": 1} == _remaining_consents(harness)
    assert [1, 1] == [len(_notices(harness, openid)) for openid in ("alice", "bob")]


@pytest.mark.both_databases
def test_a_report_before_the_answer_waits(notice_audience: PushHarness) -> None:
    """While a delivery is claimed its event stays in the journal, and it is matched once the answer is recorded."""
    harness = notice_audience
    harness.inject_fault(BIZSEND, "errcode", errcode=-1, times=2)
    campaign = _create_approved_campaign(harness)
    harness.run_worker()
    with harness.db.begin() as session:
        alice = push.queries.campaign_deliveries(session, campaign)[0]
        move_delivery(session, alice.id, "claim", harness.now(), claimed_at=harness.now())
    _record_notice_event(harness, "alice", 0)
    assert 0 == harness.pusher.reconcile()
    with harness.db.begin() as session:
        move_delivery(session, alice.id, "accept", harness.now())
    assert 1 == harness.pusher.reconcile()


@pytest.mark.both_databases
def test_an_unmatched_report_is_dropped_after_15_minutes(notice_audience: PushHarness) -> None:
    """An event of a notice that another program sent is checked for a quarter of an hour, then no longer."""
    harness = notice_audience
    _record_notice_event(harness, "stranger", 0)
    reconcile_reports(harness.db, harness.now() + dt.timedelta(minutes=16))
    with harness.db.read() as session:
        assert [] == journal.unmatched_job_events(session, "subscribe_msg_sent_event")


@pytest.mark.both_databases
def test_notices_of_another_program_need_no_write(notice_audience: PushHarness) -> None:
    """Reports on another program's notices, to our followers too, are looked at without a write transaction."""
    harness = notice_audience
    _create_approved_campaign(harness)
    harness.run_worker()
    with harness.db.begin() as session:
        for openid, template in (("stranger", TEMPLATE), ("alice", "of another program")):
            journal.record_job_event(
                session,
                key=f"other {openid}",
                event="subscribe_msg_sent_event",
                job=openid,
                report={"template_id": template, "errcode": 0, "status": "success"},
                now=harness.now(),
            )
    with harness.db.begin() as session:  # SQLite has one writer at a time: a second one would fail here
        session.execute(update(followers.Follower).values(openid=followers.Follower.openid))
        assert 0 == harness.pusher.reconcile()

    _record_notice_event(harness, "alice", 2**40)
    assert 1 == harness.pusher.reconcile()


def test_a_plan_without_a_template_names_the_setting(harness: PushHarness) -> None:
    """Without a template a plan by notice is refused, and the remedy names `notice_template`."""
    with harness.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, harness.now())
    with pytest.raises(Forbidden, match="没有设置") as error:
        harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.NOTICE))
    assert "notice_template" in error.value.remedy


def test_a_changed_template_withdraws_the_approval(notice_audience: PushHarness) -> None:
    """The fields of the template are part of what was approved: a change returns the campaign to planned."""
    harness = notice_audience
    campaign = _create_approved_campaign(harness)
    harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, FIELDS | {"thing3": "别的"}))
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign), harness.count_calls(BIZSEND))
    assert "订阅通知的模板" in harness.reason(campaign)


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip()))
def test_a_thing_field_has_at_most_twenty_characters(title: str) -> None:
    """A `thing` field fits with every title, and a shortened value gives a warning."""
    try:
        notice = fill_template(
            NoticeTemplate("t", {"thing1": "{title}"}), PLACEHOLDERS | {"title": title}, ""
        )
    except Forbidden:
        return  # the title has no visible character
    assert 1 <= len(notice.values["thing1"]) <= 20
    assert bool(notice.warnings) == notice.values["thing1"].endswith("…") or len(title) <= 20


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"number1": "{number}"}, "number1"),
        ({"date1": "{title}"}, "date1"),
        ({"phrase1": "abc"}, "phrase1"),
        ({"thing1": "{titel}"}, "titel"),
        ({"thing1": "{title"}, "花括号"),
        ({"thing1": "{title.__class__}"}, "__class__"),
        ({}, "字段"),
    ],
)
def test_an_invalid_template_is_refused(fields: dict[str, str], wrong: str) -> None:
    """A value of the wrong format, an unknown placeholder, and missing fields raise Forbidden."""
    with pytest.raises(Forbidden, match=wrong):
        fill_template(NoticeTemplate("t", fields), PLACEHOLDERS, "")


def test_the_sample_bulletin_fills_the_template(notice_audience: PushHarness) -> None:
    """Title, date, number and digest of the sample fit; the long value is shortened, with a warning."""
    with notice_audience.db.read() as session:
        notice = compose_notice(session, "2021-02", notice_audience.settings)
    assert "2021年1月15日" == notice.values["date2"]
    assert "2021-02" == notice.values["character_string4"]
    assert len(notice.values["thing3"]) <= 20
    assert any("thing3" in warning for warning in notice.warnings)
