"""The table of moves of editors' orders."""

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

import wxbot.bot
from wxbot.bot import editor_orders
from wxbot.bot.editor_orders import (
    ORDER_FINAL,
    ORDER_IGNORED,
    ORDER_MOVES,
    OrderConfirmed,
    OrderRequested,
    OrderState,
    PhoneOrder,
)
from wxbot.db import Database


@pytest.mark.parametrize("state", OrderState)
def test_every_state_is_final_or_has_a_way_out(state: OrderState) -> None:
    """From every state that is not final some event leads to another state, and from a final state none does."""
    ways_out = {new for (_, old), new in ORDER_MOVES.items() if old is state and new is not state}
    assert (state in ORDER_FINAL) == (not ways_out)


@pytest.mark.parametrize("state", OrderState)
def test_every_state_can_be_reached(state: OrderState) -> None:
    """Every state but the first is the result of a move."""
    assert state is OrderState.ASKED or state in ORDER_MOVES.values()


def test_every_event_is_a_move_or_ignored_with_a_reason() -> None:
    """For each pair of event and state the table has a move, or a sentence that says why there is none."""
    events = {event for event, _ in ORDER_MOVES}
    assert events == set(ORDER_IGNORED)
    for event, state in itertools.product(events, OrderState):
        assert (event, state) in ORDER_MOVES or ORDER_IGNORED[event]


def test_the_database_takes_exactly_the_moves_of_the_table(db: Database, now: dt.datetime) -> None:
    """Each event at each state changes the row as the table says, or changes nothing."""
    with db.begin() as session:
        editor_orders.record_action(session, "alice", OrderRequested("pause", 1, "h", "1234"), now)
        order = editor_orders.waiting(session, "alice", now)
        assert order is not None
        order_id = order.id
    for event, state in itertools.product(ORDER_IGNORED, OrderState):
        with db.begin() as session:
            session.execute(update(PhoneOrder).values(state=state, claimed_until=None))
        if event == "confirm":
            with db.begin() as session:
                confirmed = OrderConfirmed(order_id, "pause", 1)
                editor_orders.record_action(session, "alice", confirmed, now)
        elif event == "claim":
            assert (editor_orders.claim(db, now) is not None) == (("claim", state) in ORDER_MOVES)
        else:
            editor_orders.finish(db, order_id, "", now)
        with db.read() as session:
            assert ORDER_MOVES.get((event, state), state) == session.scalar(select(PhoneOrder.state)), event


def test_the_first_result_stands(db: Database, now: dt.datetime) -> None:
    """A worker that lost its lease cannot overwrite the result of the worker that took the order over."""
    with db.begin() as session:
        editor_orders.record_action(session, "alice", OrderRequested("pause", 1, "h", "1234"), now)
        session.execute(update(PhoneOrder).values(state=OrderState.CONFIRMED))
        order_id = session.scalar(select(PhoneOrder.id))
    assert order_id is not None
    editor_orders.finish(db, order_id, "", now)
    editor_orders.finish(db, order_id, "计划 1 现在是「已暂停」，不能暂停。", now)
    with db.read() as session:
        assert "" == session.scalar(select(PhoneOrder.result))


def test_the_state_is_written_in_one_place() -> None:
    """No module of the bot but `editor_orders` writes an order's state."""
    package = Path(wxbot.bot.__file__).parent
    writers = {
        file.name
        for file in package.rglob("*.py")
        if re.search(r"order\.state = |order\.state, |update\(PhoneOrder\)", file.read_text(encoding="utf-8"))
    }
    assert {"editor_orders.py"} == writers
