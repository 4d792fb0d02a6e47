"""Tests of subscription notices: one consent allows one notice, and the platform reports on each."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, journal, push
from wxbot.errors import Forbidden
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, NoticeTemplate, PlanRequest, Route
from wxbot.push.delivery.reconcile import reconcile_reports
from wxbot.push.ledger.states import move_delivery
from wxbot.push.planning.compose import compose_notice, fill_template

BIZSEND = "/cgi-bin/message/subscribe/bizsend"
TEMPLATE = "tplA"
FIELDS = {
    "thing1": "{title}",
    "date2": "{date}",
    "thing3": "共 {count} 篇，{digest}",
    "character_string4": "{number}",
}
NOTICE = NoticeTemplate(TEMPLATE, FIELDS)
VALUES = {"title": "工作简报", "number": "2021-02", "date": "2021年1月15日", "digest": "摘要", "count": "22"}


@pytest.fixture
def with_template(harness: PushHarness) -> PushHarness:
    """Set a notice template; alice consented to two notices of it, bob to one, carol to none."""
    keys = list(FIELDS)
    call_simulator(
        harness.platform,
        "/_sim/templates",
        {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": keys, "kind": "notice"},
    )
    harness.settings = replace(harness.settings, notice=NOTICE)
    with harness.db.begin() as session:
        followers.record_sync_page(session, ["alice", "bob", "carol"], harness.now())
    _consent(harness, "alice", 2)
    _consent(harness, "bob", 1)
    return harness


def _consent(harness: PushHarness, openid: str, times: int, *, platform: bool = True) -> None:
    """Let a follower consent, in our database and, with `platform`, at the platform."""
    if platform:
        call_simulator(
            harness.platform, "/_sim/consent", {"openid": openid, "template_id": TEMPLATE, "times": times}
        )
    with harness.db.begin() as session:
        for _ in range(times):
            consents.add(session, openid, TEMPLATE, harness.now())


def _create_approved(harness: PushHarness, to: str = "consented", route: Route | None = None) -> int:
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _notices(harness: PushHarness, openid: str) -> list[dict[str, str]]:
    return [
        seen for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}") if seen["via"] == "notice"
    ]


def _consent_counts(harness: PushHarness) -> dict[str, int]:
    with harness.db.read() as session:
        return dict(consents.remaining(session, ["alice", "bob", "carol"], TEMPLATE))


def _report(harness: PushHarness, openid: str, errcode: int, *, key: str = "1") -> None:
    """Record the platform's event on a notice in the journal, as the webhook does."""
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


def test_those_who_consented_get_a_notice_each(with_template: PushHarness) -> None:
    """Each follower who consented gets a notice that opens the issue's page, and it uses up one consent."""
    harness = with_template
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    (seen,) = _notices(harness, "alice")
    assert "https://news.example.org/i/2021-02" == seen["url"]
    assert "2021年1月15日" in seen["content"]
    assert {"alice": 1} == _consent_counts(harness)
    again = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("consented")))
    assert (1, Route.NOTICE) == (again.recipients.size, again.route)


def test_a_consent_that_the_platform_does_not_know_is_forgotten(with_template: PushHarness) -> None:
    """43101 refuses the delivery for good and deletes that follower's consents."""
    harness = with_template
    _consent(harness, "carol", 3, platform=False)
    campaign = _create_approved(harness)
    harness.run_worker()
    assert {"refused": 1, "sent": 2} == harness.counts(campaign)
    assert {"alice": 1} == _consent_counts(harness)


def test_preferences_limit_notices_too(with_template: PushHarness) -> None:
    """A follower who declined everything gets no notice and keeps the consent."""
    harness = with_template
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(nothing=True))
    campaign = _create_approved(harness)
    harness.run_worker()
    assert ({"sent": 1, "skipped": 1}, {"alice": 2}) == (harness.counts(campaign), _consent_counts(harness))


def test_a_report_settles_its_delivery(with_template: PushHarness) -> None:
    """A report with errcode 0 settles a delivery, another errcode refuses it; one on a stranger changes nothing."""
    harness = with_template
    campaign = _create_approved(harness)
    harness.run_worker()
    _report(harness, "alice", 0)
    _report(harness, "bob", 43102)
    _report(harness, "stranger", 0)
    assert 2 == harness.pusher.reconcile()
    with harness.db.read() as session:
        deliveries = {
            delivery.recipient: delivery for delivery in push.queries.campaign_deliveries(session, campaign)
        }
    assert ("sent", "refused") == (deliveries["alice"].state, deliveries["bob"].state)
    assert 43102 == deliveries["bob"].errcode
    assert all(delivery.settled_at for delivery in deliveries.values())
    assert 0 == harness.pusher.reconcile()


def test_a_report_resolves_a_lost_call(with_template: PushHarness) -> None:
    """A report resolves a delivery whose answer was lost, uses up the consent, and finishes the campaign."""
    harness = with_template
    harness.inject_fault(BIZSEND, "cut_after")
    campaign = _create_approved(harness)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 1, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    _report(harness, "alice", 0)
    _report(harness, "bob", 0)
    harness.advance(1)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    assert {"alice": 1} == _consent_counts(harness)
    assert [1, 1] == [len(_notices(harness, openid)) for openid in ("alice", "bob")]


def test_a_report_before_our_call_returned_waits(with_template: PushHarness) -> None:
    """A report on a delivery that is still claimed stays in the journal until the call has returned."""
    harness = with_template
    harness.inject_fault(BIZSEND, "errcode", errcode=-1, times=2)
    campaign = _create_approved(harness)
    harness.run_worker()
    with harness.db.begin() as session:
        alice = push.queries.campaign_deliveries(session, campaign)[0]
        move_delivery(session, alice.id, "claim", harness.now(), claimed_at=harness.now())
    _report(harness, "alice", 0)
    assert 0 == harness.pusher.reconcile()
    with harness.db.begin() as session:
        move_delivery(session, alice.id, "accept", harness.now())
    assert 1 == harness.pusher.reconcile()


def test_a_report_without_a_delivery_is_dropped(with_template: PushHarness) -> None:
    """A report without a delivery is dropped after a quarter of an hour."""
    harness = with_template
    _report(harness, "stranger", 0)
    reconcile_reports(harness.db, harness.now() + dt.timedelta(minutes=16))
    with harness.db.read() as session:
        assert [] == journal.unmatched_job_events(session, "subscribe_msg_sent_event")


def test_a_plan_without_a_template_says_what_to_set(harness: PushHarness) -> None:
    """A plan for notices without a template is refused, and the remedy names the setting."""
    with harness.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, harness.now())
    with pytest.raises(Forbidden, match="没有设置") as no:
        harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.NOTICE))
    assert "notice_template" in no.value.remedy


def test_changed_template_fields_withdraw_the_approval(with_template: PushHarness) -> None:
    """A change of the template fields after the approval withdraws the approval."""
    harness = with_template
    campaign = _create_approved(harness)
    harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, FIELDS | {"thing3": "别的"}))
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign), harness.count_calls(BIZSEND))
    assert "订阅通知的模板" in harness.reason(campaign)


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip()))
def test_a_thing_never_exceeds_twenty_characters(title: str) -> None:
    """A `thing` field has at most 20 characters whatever the title is, and a shortened one gives a warning."""
    try:
        made = fill_template(NoticeTemplate("t", {"thing1": "{title}"}), VALUES | {"title": title}, "")
    except Forbidden:
        return  # the title has no character that can be shown
    assert 1 <= len(made.values["thing1"]) <= 20
    assert bool(made.warnings) == made.values["thing1"].endswith("…") or len(title) <= 20


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
def test_a_template_that_cannot_be_filled_in_is_refused(fields: dict[str, str], wrong: str) -> None:
    """A value of the wrong form, an unknown placeholder and an empty template are refused before anything is sent."""
    with pytest.raises(Forbidden, match=wrong):
        fill_template(NoticeTemplate("t", fields), VALUES, "")


def test_the_sample_fills_the_template(with_template: PushHarness) -> None:
    """Title, date, number and digest of the sample bulletin fit; the digest is shortened with a warning."""
    with with_template.db.read() as session:
        made = compose_notice(session, "2021-02", with_template.settings)
    assert "2021年1月15日" == made.values["date2"]
    assert "2021-02" == made.values["character_string4"]
    assert len(made.values["thing3"]) <= 20
    assert any("thing3" in warning for warning in made.warnings)
