"""Facts about subscription notices: to those who consented, each consent once, and what the platform tells of them."""

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
FORM = NoticeTemplate(TEMPLATE, FIELDS)
PLACES = {"title": "工作简报", "number": "2021-02", "date": "2021年1月15日", "digest": "摘要", "count": "22"}


@pytest.fixture
def noticing(harness: PushHarness) -> PushHarness:
    """A desk whose account has a template; alice consented to two notices of it, bob to one, carol to none."""
    keys = list(FIELDS)
    call_simulator(
        harness.platform,
        "/_sim/templates",
        {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": keys, "kind": "notice"},
    )
    harness.settings = replace(harness.settings, notice=FORM)
    with harness.db.begin() as session:
        followers.record_sync_page(session, ["alice", "bob", "carol"], harness.now())
    _consent(harness, "alice", 2)
    _consent(harness, "bob", 1)
    return harness


def _consent(harness: PushHarness, openid: str, times: int, *, platform: bool = True) -> None:
    """Somebody agrees: at the platform, and as its events tell us."""
    if platform:
        call_simulator(
            harness.platform, "/_sim/consent", {"openid": openid, "template_id": TEMPLATE, "times": times}
        )
    with harness.db.begin() as session:
        for _ in range(times):
            consents.add(session, openid, TEMPLATE, harness.now())


def _approved(harness: PushHarness, to: str = "consented", route: Route | None = None) -> int:
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
    campaign = harness.pusher.create(made, "editor")
    harness.pusher.approve(campaign.id, by="editor", given=campaign.hash)
    return campaign.id


def _notices(harness: PushHarness, openid: str) -> list[dict[str, str]]:
    return [
        seen for seen in call_simulator(harness.platform, f"/_sim/inbox/{openid}") if seen["via"] == "notice"
    ]


def _left(harness: PushHarness) -> dict[str, int]:
    with harness.db.read() as session:
        return dict(consents.remaining(session, ["alice", "bob", "carol"], TEMPLATE))


def _told(harness: PushHarness, openid: str, errcode: int, *, key: str = "1") -> None:
    """The platform's event on a notice stands in the journal, as the webhook puts it there."""
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


def test_those_who_consented_get_a_notice_each(noticing: PushHarness) -> None:
    """Two consented: two notices that open the issue's page, two consents spent; a second campaign reaches one."""
    harness = noticing
    campaign = _approved(harness)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    (seen,) = _notices(harness, "alice")
    assert "https://news.example.org/i/2021-02" == seen["url"]
    assert "2021年1月15日" in seen["content"]
    assert {"alice": 1} == _left(harness)
    again = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("consented")))
    assert (1, Route.NOTICE) == (again.recipients.size, again.route)


def test_a_consent_that_the_platform_does_not_know_is_forgotten(noticing: PushHarness) -> None:
    """43101: that line is refused for good, and none of that follower's consents is left in our count."""
    harness = noticing
    _consent(harness, "carol", 3, platform=False)
    campaign = _approved(harness)
    harness.run_worker()
    assert {"refused": 1, "sent": 2} == harness.counts(campaign)
    assert {"alice": 1} == _left(harness)


def test_wishes_bind_notices_too(noticing: PushHarness) -> None:
    """A follower who declined everything gets no notice and keeps the consent."""
    harness = noticing
    with harness.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(nothing=True))
    campaign = _approved(harness)
    harness.run_worker()
    assert ({"sent": 1, "skipped": 1}, {"alice": 2}) == (harness.counts(campaign), _left(harness))


def test_a_report_settles_its_line(noticing: PushHarness) -> None:
    """ErrorCode 0 is the end of a line, another refuses it; who was not ours changes nothing."""
    harness = noticing
    campaign = _approved(harness)
    harness.run_worker()
    _told(harness, "alice", 0)
    _told(harness, "bob", 43102)
    _told(harness, "stranger", 0)
    assert 2 == harness.pusher.reconcile()
    with harness.db.read() as session:
        lines = {line.recipient: line for line in push.queries.campaign_deliveries(session, campaign)}
    assert ("sent", "refused") == (lines["alice"].state, lines["bob"].state)
    assert 43102 == lines["bob"].errcode
    assert all(line.settled_at for line in lines.values())
    assert 0 == harness.pusher.reconcile()


def test_a_report_tells_what_became_of_a_lost_call(noticing: PushHarness) -> None:
    """The answer to one call is lost: unknown, then found sent by the event, its consent spent, the campaign over."""
    harness = noticing
    harness.inject_fault(BIZSEND, "cut_after")
    campaign = _approved(harness)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"sent": 1, "unknown": 1}) == (
        harness.state(campaign),
        harness.counts(campaign),
    )
    _told(harness, "alice", 0)
    _told(harness, "bob", 0)
    harness.advance(1)
    harness.run_worker()
    assert (CampaignState.FINISHED, {"sent": 2}) == (harness.state(campaign), harness.counts(campaign))
    assert {"alice": 1} == _left(harness)
    assert [1, 1] == [len(_notices(harness, openid)) for openid in ("alice", "bob")]


def test_a_report_before_our_call_returned_waits(noticing: PushHarness) -> None:
    """While the line is in a worker's hand its event stays in the journal; it is matched once the answer is in."""
    harness = noticing
    harness.inject_fault(BIZSEND, "errcode", errcode=-1, times=2)
    campaign = _approved(harness)
    harness.run_worker()
    with harness.db.begin() as session:
        alice = push.queries.campaign_deliveries(session, campaign)[0]
        move_delivery(session, alice.id, "claim", harness.now(), claimed_at=harness.now())
    _told(harness, "alice", 0)
    assert 0 == harness.pusher.reconcile()
    with harness.db.begin() as session:
        move_delivery(session, alice.id, "accept", harness.now())
    assert 1 == harness.pusher.reconcile()


def test_a_report_that_is_nobodys_is_put_aside(noticing: PushHarness) -> None:
    """An event of a notice that somebody else sent is looked at for a quarter of an hour, then no more."""
    harness = noticing
    _told(harness, "stranger", 0)
    reconcile_reports(harness.db, harness.now() + dt.timedelta(minutes=16))
    with harness.db.read() as session:
        assert [] == journal.unmatched_job_events(session, "subscribe_msg_sent_event")


def test_a_plan_without_a_template_says_what_to_set(harness: PushHarness) -> None:
    """No template is set: the plan is refused, and names the setting."""
    with harness.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, harness.now())
    with pytest.raises(Forbidden, match="没有设置") as no:
        harness.pusher.plan(PlanRequest(harness.number, Audience.parse("all"), route=Route.NOTICE))
    assert "notice_template" in no.value.remedy


def test_another_form_after_the_approval_lets_it_fall(noticing: PushHarness) -> None:
    """The template's fields are part of what was approved."""
    harness = noticing
    campaign = _approved(harness)
    harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, FIELDS | {"thing3": "别的"}))
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign), harness.count_calls(BIZSEND))
    assert "订阅通知的模板" in harness.reason(campaign)


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip()))
def test_a_thing_never_exceeds_twenty_characters(title: str) -> None:
    """Whatever an issue is called, the field fits; what was cut is said."""
    try:
        made = fill_template(NoticeTemplate("t", {"thing1": "{title}"}), PLACES | {"title": title}, "")
    except Forbidden:
        return  # nothing that can be shown is left of it
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
def test_a_form_that_cannot_be_filled_in_is_refused(fields: dict[str, str], wrong: str) -> None:
    """A value of the wrong form, a place that does not exist, no fields at all: said before anything is sent."""
    with pytest.raises(Forbidden, match=wrong):
        fill_template(NoticeTemplate("t", fields), PLACES, "")


def test_the_sample_fills_the_form(noticing: PushHarness) -> None:
    """Title, date, number and digest of the sample fit; the long one is cut, and that is said."""
    with noticing.db.read() as session:
        made = compose_notice(session, "2021-02", noticing.settings)
    assert "2021年1月15日" == made.values["date2"]
    assert "2021-02" == made.values["character_string4"]
    assert len(made.values["thing3"]) <= 20
    assert any("thing3" in warning for warning in made.warnings)
