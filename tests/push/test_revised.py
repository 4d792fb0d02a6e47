"""Facts about what changes between approval and delivery: nobody receives what was not approved."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLE
from tests.desk import Desk, ask
from wxbot import consents, followers, library, push
from wxbot.errors import Forbidden
from wxbot.push import Campaign, CampaignState, NoticeTemplate, Route, WorkerLimits

CUSTOM = "/cgi-bin/message/custom/send"
NAMES = ["alice", "bob", "carol"]


@pytest.fixture
def writers(desk: Desk) -> Desk:
    """Three followers who have just written."""
    for openid in NAMES:
        ask(desk.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"})
    with desk.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, desk.now()))
    return desk


def _revise(desk: Desk, tmp_path: Path, old: str, new: str) -> None:
    """Another version of the sample on the shelf."""
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "2021-02.txt").write_text(text.replace(old, new), encoding="utf-8")
    (done,) = library.ingest(desk.db, [tmp_path / "2021-02.txt"], desk.now())
    assert library.Outcome.REVISED == done.outcome


def _planned(desk: Desk, to: str, route: Route, at: dt.datetime | None = None) -> Campaign:
    made = push.plan_campaign(
        desk.db, desk.wechat, desk.number, to, at, desk.settings, desk.now(), route=route
    )
    return push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())


def _approve(desk: Desk, campaign: int, by: str = "editor", **more: Any) -> None:
    push.approve(desk.db, campaign, by=by, settings=desk.settings, now=desk.now(), **more)


def _forward(desk: Desk, campaign: int) -> None:
    push.bring_forward(desk.db, campaign, by="editor", settings=desk.settings, now=desk.now())


def _cards(desk: Desk) -> list[int]:
    """How many cards each of them has."""
    boxes = [ask(desk.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] == "customer" for seen in box) for box in boxes]


@pytest.mark.parametrize("approved", [True, False])
def test_bringing_forward_does_not_approve_what_was_revised(
    desk: Desk, tmp_path: Path, *, approved: bool
) -> None:
    """Revised after the plan, an issue is not sent by wanting it earlier: the editor is told what changed."""
    campaign = desk.plan(desk.now() + dt.timedelta(hours=3))
    if approved:
        _approve(desk, campaign.id)
    _revise(desk, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    with pytest.raises(Forbidden, match="改"):
        _forward(desk, campaign.id)
    desk.work()
    assert [] == desk.inbox()


def test_another_hour_lets_the_first_approval_fall(desk: Desk) -> None:
    """One of two approved the evening; wanted at once, it needs both again."""
    campaign = desk.plan(desk.now() + dt.timedelta(hours=3))
    _approve(desk, campaign.id, "first", needed=2)
    _forward(desk, campaign.id)
    _approve(desk, campaign.id, "second", needed=2)
    assert CampaignState.PLANNED == desk.state(campaign.id)
    _approve(desk, campaign.id, "first", needed=2)
    assert CampaignState.APPROVED == desk.state(campaign.id)


@pytest.mark.parametrize("route", [Route.CUSTOMER, Route.NOTICE])
def test_what_only_a_card_or_a_notice_shows_is_approved_too(
    writers: Desk, tmp_path: Path, route: Route
) -> None:
    """The title of the issue stands on its card, and in its notice: another one lets the approval fall."""
    desk = writers
    desk.settings = replace(desk.settings, notice=NoticeTemplate("tplA", {"thing1": "{title}"}))
    with desk.db.begin() as session:
        consents.add(session, "alice", "tplA", desk.now())
    campaign = _planned(desk, "consented" if route is Route.NOTICE else "recent", route)
    _approve(desk, campaign.id)
    _revise(desk, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    desk.work()
    assert (CampaignState.PLANNED, 0) == (desk.state(campaign.id), desk.calls(CUSTOM))


def _half_sent(desk: Desk) -> int:
    """Cards to three, of whom one has theirs; the minute has room for no more."""
    desk.limits = replace(desk.limits, per_minute=1)
    campaign = _planned(desk, "recent", Route.CUSTOMER)
    _approve(desk, campaign.id)
    desk.work()
    assert (CampaignState.WAITING, 1) == (desk.state(campaign.id), sum(_cards(desk)))
    return campaign.id


def test_revised_while_it_goes_out_a_campaign_stops_and_asks(writers: Desk, tmp_path: Path) -> None:
    """The others do not get what nobody approved; who resumes it sends them what the issue says by then."""
    desk = writers
    campaign = _half_sent(desk)
    _revise(desk, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    desk.limits = WorkerLimits()
    desk.later(61)
    desk.work()
    assert (CampaignState.PAUSED, 1) == (desk.state(campaign), sum(_cards(desk)))
    assert "resume" in desk.reason(campaign)

    push.resume(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (desk.state(campaign), _cards(desk))


def test_late_by_more_than_the_grace_an_approval_without_an_hour_asks_too(desk: Desk) -> None:
    """Approved on Friday for at once, with no worker until Monday: it is not sent without a question."""
    campaign = desk.approved()
    desk.later(25 * 3600)
    desk.work()
    assert (CampaignState.PLANNED, []) == (desk.state(campaign), desk.inbox())
    assert "重新批准" in desk.reason(campaign)
