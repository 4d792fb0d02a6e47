"""Facts about what changes between approval and delivery: nobody receives what was not approved."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLE
from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, library
from wxbot.errors import Forbidden
from wxbot.push import Audience, Campaign, CampaignState, NoticeTemplate, PlanRequest, Route, WorkerLimits

CUSTOM = "/cgi-bin/message/custom/send"
NAMES = ["alice", "bob", "carol"]


@pytest.fixture
def writers(harness: PushHarness) -> PushHarness:
    """Three followers who have just written."""
    for openid in NAMES:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, harness.now()))
    return harness


def _revise(harness: PushHarness, tmp_path: Path, old: str, new: str) -> None:
    """Another version of the sample on the shelf."""
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "2021-02.txt").write_text(text.replace(old, new), encoding="utf-8")
    (done,) = library.ingest(harness.db, [tmp_path / "2021-02.txt"], harness.now())
    assert library.Outcome.REVISED == done.outcome


def _planned(harness: PushHarness, to: str, route: Route, at: dt.datetime | None = None) -> Campaign:
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), at, route=route))
    return harness.pusher.create(made, "editor")


def _approve(harness: PushHarness, campaign: int, by: str = "editor", **more: Any) -> None:
    harness.pusher.approve(campaign, by=by, **more)


def _forward(harness: PushHarness, campaign: int) -> None:
    harness.pusher.bring_forward(campaign, by="editor")


def _cards(harness: PushHarness) -> list[int]:
    """How many cards each of them has."""
    boxes = [call_simulator(harness.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] == "customer" for seen in box) for box in boxes]


@pytest.mark.parametrize("approved", [True, False])
def test_bringing_forward_does_not_approve_what_was_revised(
    harness: PushHarness, tmp_path: Path, *, approved: bool
) -> None:
    """Revised after the plan, an issue is not sent by wanting it earlier: the editor is told what changed."""
    campaign = harness.plan(harness.now() + dt.timedelta(hours=3))
    if approved:
        _approve(harness, campaign.id)
    _revise(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    with pytest.raises(Forbidden, match="改"):
        _forward(harness, campaign.id)
    harness.run_worker()
    assert [] == harness.inbox()


def test_another_hour_lets_the_first_approval_fall(harness: PushHarness) -> None:
    """One of two approved the evening; wanted at once, it needs both again."""
    campaign = harness.plan(harness.now() + dt.timedelta(hours=3))
    _approve(harness, campaign.id, "first", needed=2)
    _forward(harness, campaign.id)
    _approve(harness, campaign.id, "second", needed=2)
    assert CampaignState.PLANNED == harness.state(campaign.id)
    _approve(harness, campaign.id, "first", needed=2)
    assert CampaignState.APPROVED == harness.state(campaign.id)


@pytest.mark.parametrize("route", [Route.CUSTOMER, Route.NOTICE])
def test_what_only_a_card_or_a_notice_shows_is_approved_too(
    writers: PushHarness, tmp_path: Path, route: Route
) -> None:
    """The title of the issue stands on its card, and in its notice: another one lets the approval fall."""
    harness = writers
    harness.settings = replace(harness.settings, notice=NoticeTemplate("tplA", {"thing1": "{title}"}))
    with harness.db.begin() as session:
        consents.add(session, "alice", "tplA", harness.now())
    campaign = _planned(harness, "consented" if route is Route.NOTICE else "recent", route)
    _approve(harness, campaign.id)
    _revise(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign.id), harness.count_calls(CUSTOM))


def _half_sent(harness: PushHarness) -> int:
    """Cards to three, of whom one has theirs; the minute has room for no more."""
    harness.limits = replace(harness.limits, per_minute=1)
    campaign = _planned(harness, "recent", Route.CUSTOMER)
    _approve(harness, campaign.id)
    harness.run_worker()
    assert (CampaignState.WAITING, 1) == (harness.state(campaign.id), sum(_cards(harness)))
    return campaign.id


def test_revised_while_it_goes_out_a_campaign_stops_and_asks(writers: PushHarness, tmp_path: Path) -> None:
    """The others do not get what nobody approved; who resumes it sends them what the issue says by then."""
    harness = writers
    campaign = _half_sent(harness)
    _revise(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    harness.limits = WorkerLimits()
    harness.advance(61)
    harness.run_worker()
    assert (CampaignState.PAUSED, 1) == (harness.state(campaign), sum(_cards(harness)))
    assert "resume" in harness.reason(campaign)

    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (harness.state(campaign), _cards(harness))


def test_late_by_more_than_the_grace_an_approval_without_an_hour_asks_too(harness: PushHarness) -> None:
    """Approved on Friday for at once, with no worker until Monday: it is not sent without a question."""
    campaign = harness.plan_and_approve()
    harness.advance(25 * 3600)
    harness.run_worker()
    assert (CampaignState.PLANNED, []) == (harness.state(campaign), harness.inbox())
    assert "重新批准" in harness.reason(campaign)
