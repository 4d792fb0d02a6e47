"""Tests of changes between approval and delivery: nobody receives content that was not approved."""

import datetime as dt
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLE
from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, library
from wxbot.errors import Forbidden
from wxbot.push import (
    Audience,
    Campaign,
    CampaignState,
    NoticeTemplate,
    PlanRequest,
    Route,
    WorkerLimits,
    publishing,
)

CUSTOM = "/cgi-bin/message/custom/send"
NAMES = ["alice", "bob", "carol"]


@pytest.fixture
def writers(harness: PushHarness) -> PushHarness:
    """Let three followers send a message just now."""
    for openid in NAMES:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, harness.now()))
    return harness


def _revise(harness: PushHarness, tmp_path: Path, old: str, new: str) -> None:
    """Ingest another version of the sample bulletin, and leave its campaigns to the worker."""
    (done,) = library.ingest(harness.db, [_write_version(tmp_path, old, new)], harness.now())
    assert library.Outcome.REVISED == done.outcome


def _revise_with_campaigns(harness: PushHarness, tmp_path: Path, old: str, new: str) -> str:
    """Ingest another version of the sample bulletin as the commands do; return what is said of its campaign."""
    follow = partial(publishing.follow_ingest, harness.pusher, "editor")
    file = _write_version(tmp_path, old, new)
    (told,) = library.ingest(harness.db, [file], harness.now(), follow=follow, dry_run=True)
    (done,) = library.ingest(harness.db, [file], harness.now(), follow=follow)
    assert (library.Outcome.REVISED, 1) == (done.outcome, len(told.consequences))
    (consequence,) = done.consequences
    return f"{consequence.says} {consequence.remedy}"


def _write_version(tmp_path: Path, old: str, new: str) -> Path:
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "2021-02.txt").write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path / "2021-02.txt"


def _planned(harness: PushHarness, to: str, route: Route, at: dt.datetime | None = None) -> Campaign:
    made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), at, route=route))
    return harness.pusher.create(made, "editor")


def _approve(harness: PushHarness, campaign: int, by: str = "editor", **more: Any) -> None:
    harness.pusher.approve(campaign, by=by, **more)


def _forward(harness: PushHarness, campaign: int) -> None:
    harness.pusher.bring_forward(campaign, by="editor")


def _card_counts(harness: PushHarness) -> list[int]:
    """Return the number of cards that each of the three received."""
    boxes = [call_simulator(harness.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] == "customer" for seen in box) for box in boxes]


@pytest.mark.parametrize("approved", [True, False])
def test_bringing_forward_a_revised_issue_is_refused(
    harness: PushHarness, tmp_path: Path, *, approved: bool
) -> None:
    """An issue that was revised after the plan cannot be brought forward, and the editor reads what changed."""
    campaign = harness.plan(harness.now() + dt.timedelta(hours=3))
    if approved:
        _approve(harness, campaign.id)
    _revise(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    with pytest.raises(Forbidden, match="改"):
        _forward(harness, campaign.id)
    harness.run_worker()
    assert [] == harness.inbox()


def test_bringing_forward_withdraws_the_first_approval(harness: PushHarness) -> None:
    """A campaign that one of two editors approved for the evening needs both again if it is wanted at once."""
    campaign = harness.plan(harness.now() + dt.timedelta(hours=3))
    _approve(harness, campaign.id, "first", needed=2)
    _forward(harness, campaign.id)
    _approve(harness, campaign.id, "second", needed=2)
    assert CampaignState.PLANNED == harness.state(campaign.id)
    _approve(harness, campaign.id, "first", needed=2)
    assert CampaignState.APPROVED == harness.state(campaign.id)


@pytest.mark.parametrize("route", [Route.CUSTOMER, Route.NOTICE])
def test_the_title_on_a_card_or_notice_is_approved_too(
    writers: PushHarness, tmp_path: Path, route: Route
) -> None:
    """Another title of the issue, which only its card or notice shows, withdraws the approval."""
    harness = writers
    harness.settings = replace(harness.settings, notice=NoticeTemplate("tplA", {"thing1": "{title}"}))
    with harness.db.begin() as session:
        consents.add(session, "alice", "tplA", harness.now())
    campaign = _planned(harness, "consented" if route is Route.NOTICE else "recent", route)
    _approve(harness, campaign.id)
    _revise(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign.id), harness.count_calls(CUSTOM))


def _send_one_of_three(harness: PushHarness) -> int:
    """Start a campaign of cards to three followers; the rate limit allows one of them."""
    harness.limits = replace(harness.limits, per_minute=1)
    campaign = _planned(harness, "recent", Route.CUSTOMER)
    _approve(harness, campaign.id)
    harness.run_worker()
    assert (CampaignState.WAITING, 1) == (harness.state(campaign.id), sum(_card_counts(harness)))
    return campaign.id


def test_a_revision_during_delivery_pauses_the_campaign(writers: PushHarness, tmp_path: Path) -> None:
    """The remaining followers get nothing until an editor resumes the campaign, and then the revised content."""
    harness = writers
    campaign = _send_one_of_three(harness)
    _revise(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    harness.limits = WorkerLimits()
    harness.advance(61)
    harness.run_worker()
    assert (CampaignState.PAUSED, 1) == (harness.state(campaign), sum(_card_counts(harness)))
    assert "resume" in harness.reason(campaign)

    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (harness.state(campaign), _card_counts(harness))


def test_a_campaign_without_a_time_can_be_missed_too(harness: PushHarness) -> None:
    """A campaign approved for immediate delivery that no worker delivers within a day needs a new approval."""
    campaign = harness.plan_and_approve()
    harness.advance(25 * 3600)
    harness.run_worker()
    assert (CampaignState.PLANNED, []) == (harness.state(campaign), harness.inbox())
    assert "重新批准" in harness.reason(campaign)


def test_a_revision_withdraws_the_approval_in_its_own_transaction(
    harness: PushHarness, tmp_path: Path
) -> None:
    """No worker is needed for it, and the person who revised reads that the issue must be planned again."""
    campaign = harness.plan_and_approve()
    said = _revise_with_campaigns(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    assert CampaignState.PLANNED == harness.state(campaign)
    assert f"wxbot push plan {harness.number}" in said


@pytest.mark.both_databases
def test_a_revision_pauses_a_campaign_that_is_half_out(writers: PushHarness, tmp_path: Path) -> None:
    """It is paused before a worker looks; resumed, the others get the present content, and nobody gets two."""
    harness = writers
    campaign = _send_one_of_three(harness)
    said = _revise_with_campaigns(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    assert CampaignState.PAUSED == harness.state(campaign)
    assert f"wxbot push resume {campaign}" in said

    harness.limits = WorkerLimits()
    harness.advance(61)
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (harness.state(campaign), _card_counts(harness))


def test_a_draft_of_earlier_content_is_not_sent(harness: PushHarness, tmp_path: Path) -> None:
    """A mass message that has its draft, but was not accepted yet, is paused and not sent as it was."""
    harness.inject_fault("/cgi-bin/message/mass/sendall", "errcode", errcode=-1)
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert CampaignState.WAITING == harness.state(campaign)
    said = _revise_with_campaigns(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    assert CampaignState.PAUSED == harness.state(campaign)
    assert f"wxbot push cancel {campaign}" in said
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    assert (CampaignState.PLANNED, []) == (harness.state(campaign), harness.inbox())


@pytest.mark.both_databases
def test_a_revision_of_what_was_sent_offers_recall_and_correction(
    harness: PushHarness, tmp_path: Path
) -> None:
    """The campaign stays finished; the words name both commands."""
    campaign = harness.plan_and_approve()
    for _ in range(3):
        harness.run_worker()
        harness.advance(10)
    said = _revise_with_campaigns(harness, tmp_path, "长 风 联 盟 工 作 简 报", "长 风 联 盟 月 报")
    assert CampaignState.FINISHED == harness.state(campaign)
    assert f"wxbot push recall {campaign}" in said
    assert "--correction" in said
