"""Facts about subscription notices: to those who consented, each consent once, and what the platform tells of them."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk import Desk, ask
from wxbot import consents, followers, journal, push
from wxbot.errors import Forbidden
from wxbot.followers import Preferences
from wxbot.push import CampaignState, NoticeTemplate, Route
from wxbot.push.planning.notice import compose_notice, fill_template

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
def noticing(desk: Desk) -> Desk:
    """A desk whose account has a template; alice consented to two notices of it, bob to one, carol to none."""
    keys = list(FIELDS)
    ask(
        desk.platform,
        "/_sim/templates",
        {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": keys, "kind": "notice"},
    )
    desk.settings = replace(desk.settings, notice=FORM)
    with desk.db.begin() as session:
        followers.record_sync_page(session, ["alice", "bob", "carol"], desk.now())
    _consent(desk, "alice", 2)
    _consent(desk, "bob", 1)
    return desk


def _consent(desk: Desk, openid: str, times: int, *, platform: bool = True) -> None:
    """Somebody agrees: at the platform, and as its events tell us."""
    if platform:
        ask(desk.platform, "/_sim/consent", {"openid": openid, "template_id": TEMPLATE, "times": times})
    with desk.db.begin() as session:
        for _ in range(times):
            consents.add(session, openid, TEMPLATE, desk.now())


def _approved(desk: Desk, to: str = "consented", route: Route | None = None) -> int:
    made = push.plan_campaign(
        desk.db, desk.wechat, desk.number, to, None, desk.settings, desk.now(), route=route
    )
    campaign = push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())
    push.approve(
        desk.db, campaign.id, by="editor", settings=desk.settings, now=desk.now(), given=campaign.hash
    )
    return campaign.id


def _notices(desk: Desk, openid: str) -> list[dict[str, str]]:
    return [seen for seen in ask(desk.platform, f"/_sim/inbox/{openid}") if seen["via"] == "notice"]


def _left(desk: Desk) -> dict[str, int]:
    with desk.db.read() as session:
        return dict(consents.remaining(session, ["alice", "bob", "carol"], TEMPLATE))


def _told(desk: Desk, openid: str, errcode: int, *, key: str = "1") -> None:
    """The platform's event on a notice stands in the journal, as the webhook puts it there."""
    report = {"template_id": TEMPLATE, "status": "success", "msg_id": 1, "errcode": errcode}
    with desk.db.begin() as session:
        journal.record_job_event(
            session,
            key=f"{openid}{key}",
            event="subscribe_msg_sent_event",
            job=openid,
            report=report,
            now=desk.now(),
        )


def test_those_who_consented_get_a_notice_each(noticing: Desk) -> None:
    """Two consented: two notices that open the issue's page, two consents spent; a second campaign reaches one."""
    desk = noticing
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 2}) == (desk.state(campaign), desk.counts(campaign))
    (seen,) = _notices(desk, "alice")
    assert "https://news.example.org/i/2021-02" == seen["url"]
    assert "2021年1月15日" in seen["content"]
    assert {"alice": 1} == _left(desk)
    again = push.plan_campaign(
        desk.db, desk.wechat, desk.number, "consented", None, desk.settings, desk.now()
    )
    assert (1, Route.NOTICE) == (again.audience.size, again.route)


def test_a_consent_that_the_platform_does_not_know_is_forgotten(noticing: Desk) -> None:
    """43101: that line is refused for good, and none of that follower's consents is left in our count."""
    desk = noticing
    _consent(desk, "carol", 3, platform=False)
    campaign = _approved(desk)
    desk.work()
    assert {"refused": 1, "sent": 2} == desk.counts(campaign)
    assert {"alice": 1} == _left(desk)


def test_wishes_bind_notices_too(noticing: Desk) -> None:
    """Who declined everything gets no notice, and keeps the consent."""
    desk = noticing
    with desk.db.begin() as session:
        followers.save_preferences(session, "alice", Preferences(nothing=True))
    campaign = _approved(desk)
    desk.work()
    assert ({"sent": 1, "skipped": 1}, {"alice": 2}) == (desk.counts(campaign), _left(desk))


def test_a_report_settles_its_line(noticing: Desk) -> None:
    """ErrorCode 0 is the end of a line, another refuses it; who was not ours changes nothing."""
    desk = noticing
    campaign = _approved(desk)
    desk.work()
    _told(desk, "alice", 0)
    _told(desk, "bob", 43102)
    _told(desk, "stranger", 0)
    assert 2 == push.reconcile_reports(desk.db, desk.now())
    with desk.db.read() as session:
        lines = {line.recipient: line for line in push.campaign_deliveries(session, campaign)}
    assert ("sent", "refused") == (lines["alice"].state, lines["bob"].state)
    assert 43102 == lines["bob"].errcode
    assert all(line.settled_at for line in lines.values())
    assert 0 == push.reconcile_reports(desk.db, desk.now())


def test_a_report_tells_what_became_of_a_lost_call(noticing: Desk) -> None:
    """The answer to one call is lost: unknown, then found sent by the event, its consent spent, the campaign over."""
    desk = noticing
    desk.fault(BIZSEND, "cut_after")
    campaign = _approved(desk)
    desk.work()
    assert (CampaignState.UNKNOWN, {"sent": 1, "unknown": 1}) == (desk.state(campaign), desk.counts(campaign))
    _told(desk, "alice", 0)
    _told(desk, "bob", 0)
    desk.later(1)
    desk.work()
    assert (CampaignState.FINISHED, {"sent": 2}) == (desk.state(campaign), desk.counts(campaign))
    assert {"alice": 1} == _left(desk)
    assert [1, 1] == [len(_notices(desk, openid)) for openid in ("alice", "bob")]


def test_a_report_before_our_call_returned_waits(noticing: Desk) -> None:
    """While the line is in a worker's hand its event stays in the journal; it is matched once the answer is in."""
    desk = noticing
    desk.fault(BIZSEND, "errcode", errcode=-1, times=2)
    campaign = _approved(desk)
    desk.work()
    with desk.db.begin() as session:
        alice = push.campaign_deliveries(session, campaign)[0]
        push.move_delivery(session, alice.id, "claim", desk.now(), claimed_at=desk.now())
    _told(desk, "alice", 0)
    assert 0 == push.reconcile_reports(desk.db, desk.now())
    with desk.db.begin() as session:
        push.move_delivery(session, alice.id, "accept", desk.now())
    assert 1 == push.reconcile_reports(desk.db, desk.now())


def test_a_report_that_is_nobodys_is_put_aside(noticing: Desk) -> None:
    """An event of a notice that somebody else sent is looked at for a quarter of an hour, then no more."""
    desk = noticing
    _told(desk, "stranger", 0)
    push.reconcile_reports(desk.db, desk.now() + dt.timedelta(minutes=16))
    with desk.db.read() as session:
        assert [] == journal.unmatched_job_events(session, "subscribe_msg_sent_event")


def test_a_plan_without_a_template_says_what_to_set(desk: Desk) -> None:
    """No template is set: the plan is refused, and names the setting."""
    with desk.db.begin() as session:
        consents.add(session, "alice", TEMPLATE, desk.now())
    with pytest.raises(Forbidden, match="没有设置") as no:
        push.plan_campaign(
            desk.db, desk.wechat, desk.number, "all", None, desk.settings, desk.now(), route=Route.NOTICE
        )
    assert "notice_template" in no.value.remedy


def test_another_form_after_the_approval_lets_it_fall(noticing: Desk) -> None:
    """The template's fields are part of what was approved."""
    desk = noticing
    campaign = _approved(desk)
    desk.settings = replace(desk.settings, notice=NoticeTemplate(TEMPLATE, FIELDS | {"thing3": "别的"}))
    desk.work()
    assert (CampaignState.PLANNED, 0) == (desk.state(campaign), desk.calls(BIZSEND))
    assert "订阅通知的模板" in desk.reason(campaign)


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


def test_the_sample_fills_the_form(noticing: Desk) -> None:
    """Title, date, number and digest of the sample fit; the long one is cut, and that is said."""
    with noticing.db.read() as session:
        made = compose_notice(session, "2021-02", noticing.settings)
    assert "2021年1月15日" == made.values["date2"]
    assert "2021-02" == made.values["character_string4"]
    assert len(made.values["thing3"]) <= 20
    assert any("thing3" in warning for warning in made.warnings)
