"""Facts about the two tables of moves."""

import itertools
import re
from pathlib import Path

import pytest

import wxbot.push
from tests.harness import PushHarness
from wxbot.push.ledger.states import (
    CAMPAIGN_IGNORED,
    CAMPAIGN_MOVES,
    DELIVERY_IGNORED,
    DELIVERY_MOVES,
    FINAL,
    move_campaign,
    move_delivery,
)
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState


@pytest.mark.parametrize("state", [*CampaignState, *DeliveryState])
def test_every_state_is_final_or_has_a_way_out(state: CampaignState | DeliveryState) -> None:
    """Nothing can get stuck: from every state that is not final some event leads to another."""
    moves = CAMPAIGN_MOVES if isinstance(state, CampaignState) else DELIVERY_MOVES
    ways_out = {new for (_, old), new in moves.items() if old is state and new is not state}
    assert (state in FINAL and not (ways_out - {DeliveryState.FAILED, DeliveryState.REFUSED})) or ways_out


@pytest.mark.parametrize("state", [*CampaignState, *DeliveryState])
def test_every_state_can_be_reached(state: CampaignState | DeliveryState) -> None:
    """No state is there for show."""
    moves = CAMPAIGN_MOVES if isinstance(state, CampaignState) else DELIVERY_MOVES
    assert state.value == "planned" or state in moves.values()


def test_every_event_is_a_move_or_ignored_with_a_reason() -> None:
    """For each pair of event and state there is a move, or a sentence that says why there is none."""
    for moves, ignored, states in (
        (CAMPAIGN_MOVES, CAMPAIGN_IGNORED, CampaignState),
        (DELIVERY_MOVES, DELIVERY_IGNORED, DeliveryState),
    ):
        events = {event for event, _ in moves}
        assert events == set(ignored)
        for event, state in itertools.product(events, states):
            assert (event, state) in moves or ignored[event]


def test_nothing_that_may_be_out_is_ever_planned_again_by_itself() -> None:
    """From sent no event leads back to planned; from unknown only what was found out does."""
    back = {(event, old) for (event, old), new in DELIVERY_MOVES.items() if new is DeliveryState.PLANNED}
    assert {
        ("defer", DeliveryState.CLAIMED),
        ("pass on", DeliveryState.CLAIMED),
        ("find unsent", DeliveryState.UNKNOWN),
        ("retry", DeliveryState.FAILED),
    } == back


def test_the_database_takes_just_the_moves_of_the_tables(harness: PushHarness) -> None:
    """Each event at each state changes the row as the table says, or changes nothing."""
    campaign = harness.plan()
    with harness.db.begin() as session:
        (line,) = session.query(Delivery).all()
        for event in DELIVERY_IGNORED:
            for state in DeliveryState:
                session.query(Delivery).update({"state": state})
                moved = move_delivery(session, line.id, event, harness.now())
                assert DELIVERY_MOVES.get((event, state)) == moved, (event, state)
        for event in CAMPAIGN_IGNORED:
            for place in CampaignState:
                session.query(Campaign).update({"state": place})
                got = move_campaign(session, campaign.id, event, harness.now())
                assert CAMPAIGN_MOVES.get((event, place)) == got, (event, place)


def test_a_lapsed_lease_moves_nothing(harness: PushHarness) -> None:
    """A worker whose number is not the last one any more cannot move its campaign."""
    campaign = harness.plan()
    with harness.db.begin() as session:
        assert move_campaign(session, campaign.id, "approve", harness.now()) == CampaignState.APPROVED
        assert move_campaign(session, campaign.id, "start", harness.now(), fence=campaign.fence + 1) is None
        assert (
            move_campaign(session, campaign.id, "start", harness.now(), fence=campaign.fence)
            == CampaignState.RUNNING
        )


def test_state_is_written_in_one_place() -> None:
    """No other module of the push assigns a state to a campaign or a delivery."""
    package = Path(wxbot.push.__file__).parent
    writers = {
        file.name
        for file in package.rglob("*.py")
        if re.search(r"(campaign|line|delivery)\.state = |values\(state=", file.read_text(encoding="utf-8"))
    }
    assert {"states.py"} == writers
