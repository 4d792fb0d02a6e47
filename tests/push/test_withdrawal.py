"""Facts about the campaigns of an issue that an editor withdraws."""

from dataclasses import replace
from functools import partial

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import followers, library
from wxbot.errors import Forbidden
from wxbot.push import Audience, CampaignState, PlanRequest, Route, WorkerLimits
from wxbot.push.content_changes import preview_withdrawal
from wxbot.push.publishing import change_article, publish, withdraw

NAMES = ["alice", "bob", "carol"]


def _send_one_of_three(harness: PushHarness) -> int:
    """Send a campaign of cards to one of three followers: the rate limit allows no more."""
    for openid in NAMES:
        order = {"openid": openid, "type": "text", "content": "芯片"}
        call_simulator(harness.platform, "/_sim/message", order)
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(NAMES, harness.now()))
    harness.limits = replace(harness.limits, per_minute=1)
    plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse("recent"), route=Route.CUSTOMER))
    campaign = harness.pusher.create(plan, "editor").id
    harness.pusher.approve(campaign, by="editor")
    harness.run_worker()
    assert 1 == sum(_cards(harness))
    harness.limits = WorkerLimits()
    harness.advance(61)
    return campaign


def _cards(harness: PushHarness) -> list[int]:
    """Return the number of cards that each of the three received."""
    boxes = [call_simulator(harness.platform, f"/_sim/inbox/{openid}") for openid in NAMES]
    return [sum(seen["via"] == "customer" for seen in box) for box in boxes]


def test_a_withdrawn_issue_is_not_sent(harness: PushHarness) -> None:
    """Its campaign is cancelled with its deliveries, nothing is sent at its time, and it can be planned again later."""
    campaign = harness.plan_and_approve()
    changed, effects = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())

    assert (True, [("cancel", CampaignState.CANCELLED)]) == (changed, [(e.event, e.state) for e in effects])
    harness.run_worker()
    assert {"skipped": 1} == harness.counts(campaign)
    with pytest.raises(Forbidden, match="已经撤下"):
        harness.plan_and_approve()

    publish(harness.pusher, harness.number, by="张", now=harness.now())
    assert campaign != harness.plan_and_approve()


def test_what_went_out_is_left_for_an_editor_to_recall(harness: PushHarness) -> None:
    """The campaign that is over keeps its state; withdrawing twice changes nothing more."""
    campaign = harness.plan_and_approve()
    for _ in range(3):
        harness.run_worker()
        harness.advance(10)
    _, effects = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())
    again, _ = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())

    assert [("", CampaignState.FINISHED)] == [(each.event, each.state) for each in effects]
    assert CampaignState.FINISHED == harness.state(campaign)
    assert not again


def test_an_article_that_is_withdrawn_after_the_approval_is_not_sent(harness: PushHarness) -> None:
    """The approval was for other content: it falls in the same transaction."""
    campaign = harness.plan_and_approve()
    change = partial(library.withdraw_article, key=harness.number, n=5, reason="有误")
    _, _, effects = change_article(
        harness.pusher, harness.number, 5, change, what="withdraw", by="张", now=harness.now()
    )
    assert [("change", CampaignState.PLANNED)] == [(each.event, each.state) for each in effects]
    harness.run_worker()

    assert CampaignState.PLANNED == harness.state(campaign)
    assert {"planned": 1} == harness.counts(campaign)


def test_a_withdrawal_stops_a_push_that_is_half_out(harness: PushHarness) -> None:
    """It is paused and cannot be resumed; once the issue is public again the others get it, and nobody twice."""
    campaign = _send_one_of_three(harness)
    _, effects = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())
    assert [("pause", CampaignState.PAUSED)] == [(each.event, each.state) for each in effects]
    harness.run_worker()
    with pytest.raises(Forbidden, match="已经撤下"):
        harness.pusher.resume(campaign, by="张")
    assert 1 == sum(_cards(harness))

    publish(harness.pusher, harness.number, by="张", now=harness.now())
    harness.pusher.resume(campaign, by="张")
    harness.run_worker()
    assert (CampaignState.FINISHED, [1, 1, 1]) == (harness.state(campaign), _cards(harness))


def test_an_accepted_mass_message_finishes_although_the_issue_is_withdrawn(harness: PushHarness) -> None:
    """Nothing of it is left to stop: the campaign takes in the platform's report, and a recall is offered."""
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert CampaignState.RUNNING == harness.state(campaign)
    _, effects = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())
    assert [True] == [f"wxbot push recall {campaign}" in each.remedy for each in effects]
    for _ in range(2):
        harness.advance(10)
        harness.run_worker()
    assert CampaignState.FINISHED == harness.state(campaign)


def test_a_preview_foretells_what_a_withdrawal_does(harness: PushHarness) -> None:
    """For the issue and for one of its articles the preview names the campaign's move, and nothing is moved."""
    campaign = harness.plan_and_approve()
    with harness.db.read() as session:
        foretold = preview_withdrawal(session, harness.number) + preview_withdrawal(
            session, harness.number, 5
        )
        unaffected = preview_withdrawal(session, harness.number, 99)

    assert [("cancel", campaign), ("change", campaign)] == [(e.event, e.campaign_id) for e in foretold]
    assert ([], CampaignState.APPROVED) == (unaffected, harness.state(campaign))
    _, effects = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())
    assert ["cancel"] == [each.event for each in effects]
