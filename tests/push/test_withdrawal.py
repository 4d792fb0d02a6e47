"""Facts about the campaigns of an issue that an editor withdraws."""

from functools import partial

import pytest

from tests.harness import PushHarness
from wxbot import library
from wxbot.errors import Forbidden
from wxbot.push import CampaignState
from wxbot.push.publishing import change_article, publish, withdraw


def test_a_withdrawn_issue_is_not_sent(harness: PushHarness) -> None:
    """Its campaign is cancelled with its deliveries, nothing is sent at its time, and it can be planned again later."""
    campaign = harness.plan_and_approve()
    changed, effects = withdraw(harness.db, harness.number, "数字有误", by="张", now=harness.now())

    assert (True, [("cancel", CampaignState.CANCELLED)]) == (changed, [(e.event, e.state) for e in effects])
    harness.run_worker()
    assert {"skipped": 1} == harness.counts(campaign)
    with pytest.raises(Forbidden, match="已经撤下"):
        harness.plan_and_approve()

    publish(harness.db, harness.number, by="张", now=harness.now())
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
    """The approval was for other content: it falls before anything is sent."""
    campaign = harness.plan_and_approve()
    change = partial(library.withdraw_article, key=harness.number, n=5, reason="有误")
    change_article(harness.db, harness.number, 5, change, what="withdraw", by="张", now=harness.now())
    harness.run_worker()

    assert CampaignState.PLANNED == harness.state(campaign)
    assert {"planned": 1} == harness.counts(campaign)
