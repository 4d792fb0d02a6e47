"""Tests of the tables of moves of campaigns, deliveries and preparations."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

import wxbot.push
from tests.harness import PushHarness
from wxbot.push.ledger.states import (
    CAMPAIGN_IGNORED,
    CAMPAIGN_MOVES,
    DELIVERY_IGNORED,
    DELIVERY_MOVES,
    FINAL,
    PREPARATION_IGNORED,
    PREPARATION_MOVES,
    move_campaign,
    move_delivery,
    move_preparation,
)
from wxbot.push.ledger.tables import (
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Preparation,
    PreparationState,
)

State = CampaignState | DeliveryState | PreparationState
MOVES: dict[type[State], dict[tuple[str, Any], Any]] = {
    CampaignState: CAMPAIGN_MOVES,
    DeliveryState: DELIVERY_MOVES,
    PreparationState: PREPARATION_MOVES,
}
STATES = [*CampaignState, *DeliveryState, *PreparationState]


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_final_or_has_a_way_out(state: State) -> None:
    """From every state that is not final some event leads to another state."""
    moves = MOVES[type(state)]
    ways_out = {new for (_, old), new in moves.items() if old is state and new is not state}
    assert (state in FINAL and not (ways_out - {DeliveryState.FAILED, DeliveryState.REFUSED})) or ways_out


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_be_reached(state: State) -> None:
    """Every state other than planned is the result of some move."""
    moves = MOVES[type(state)]
    assert state.value == "planned" or state in moves.values()


def test_every_event_is_a_move_or_ignored_with_a_reason() -> None:
    """Each pair of event and state is a move, or is ignored for a stated reason."""
    for moves, ignored, states in (
        (CAMPAIGN_MOVES, CAMPAIGN_IGNORED, CampaignState),
        (DELIVERY_MOVES, DELIVERY_IGNORED, DeliveryState),
        (PREPARATION_MOVES, PREPARATION_IGNORED, PreparationState),
    ):
        events = {event for event, _ in moves}
        assert events == set(ignored)
        for event, state in itertools.product(events, states):
            assert (event, state) in moves or ignored[event]


def test_a_possibly_sent_delivery_is_never_planned_again_by_itself() -> None:
    """No event leads from sent back to planned; from unknown only an editor's finding does."""
    back = {(event, old) for (event, old), new in DELIVERY_MOVES.items() if new is DeliveryState.PLANNED}
    assert {
        ("defer", DeliveryState.CLAIMED),
        ("pass on", DeliveryState.CLAIMED),
        ("find unsent", DeliveryState.UNKNOWN),
        ("retry", DeliveryState.FAILED),
    } == back


def test_the_database_makes_exactly_the_moves_of_the_tables(harness: PushHarness) -> None:
    """Each event in each state changes the row as the table says, or changes nothing."""
    campaign = harness.plan()
    with harness.db.begin() as session:
        (delivery,) = session.query(Delivery).all()
        for event in DELIVERY_IGNORED:
            for state in DeliveryState:
                session.query(Delivery).update({"state": state})
                moved = move_delivery(session, delivery.id, event, harness.now())
                assert DELIVERY_MOVES.get((event, state)) == moved, (event, state)
        for event in CAMPAIGN_IGNORED:
            for campaign_state in CampaignState:
                session.query(Campaign).update({"state": campaign_state})
                new_state = move_campaign(session, campaign.id, event, harness.now())
                assert CAMPAIGN_MOVES.get((event, campaign_state)) == new_state, (event, campaign_state)


def test_preparations_make_exactly_the_moves_of_their_table(harness: PushHarness) -> None:
    """Each event in each state of a preparation changes the row as the table says, or changes nothing."""
    campaign = harness.plan()
    with harness.db.begin() as session:
        step = Preparation(campaign_id=campaign.id, name="draft", moved_at=harness.now())
        session.add(step)
        session.flush()
        for event, state in itertools.product(PREPARATION_IGNORED, PreparationState):
            session.query(Preparation).update({"state": state})
            moved = move_preparation(session, step.id, event, harness.now())
            assert PREPARATION_MOVES.get((event, state)) == moved, (event, state)


def test_a_lost_lease_moves_nothing(harness: PushHarness) -> None:
    """A worker whose fencing token is not the latest cannot move its campaign."""
    campaign = harness.plan()
    with harness.db.begin() as session:
        assert move_campaign(session, campaign.id, "approve", harness.now()) == CampaignState.APPROVED
        assert move_campaign(session, campaign.id, "start", harness.now(), fence=campaign.fence + 1) is None
        assert (
            move_campaign(session, campaign.id, "start", harness.now(), fence=campaign.fence)
            == CampaignState.RUNNING
        )


def test_state_is_written_in_one_place() -> None:
    """No other module of the push writes the state of a campaign, a delivery or a preparation."""
    package = Path(wxbot.push.__file__).parent
    names = "campaign|line|delivery|step|row|preparation"
    assignment = re.compile(rf"({names})\.state = |values\(state=")
    writers = {f.name for f in package.rglob("*.py") if assignment.search(f.read_text(encoding="utf-8"))}
    assert {"states.py"} == writers
