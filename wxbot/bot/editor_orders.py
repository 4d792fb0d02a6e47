"""Push orders that editors give by phone: ordered, confirmed by a one-time code, carried out by a worker.

    asked ──confirm──> confirmed ──claim (a lease), finish──> done

Kept in the database, so that any process that receives the code knows its order. An order that is not confirmed in
time, or is followed by another order or a wrong code, is deleted and never carried out. `ORDER_MOVES` holds every
change of state; nothing else writes `state`.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot import audit
from wxbot.db import Base, Database, Moment, Session

__all__ = [
    "ORDER_FINAL",
    "ORDER_IGNORED",
    "ORDER_MOVES",
    "VALID",
    "EditorAction",
    "OrderConfirmed",
    "OrderRejected",
    "OrderRequested",
    "OrderState",
    "PhoneOrder",
    "StatusViewed",
    "claim",
    "delete_unconfirmed",
    "finish",
    "last_confirmed",
    "prune",
    "record_action",
    "waiting",
]

Id = BigInteger().with_variant(Integer, "sqlite")
VALID = dt.timedelta(minutes=5)  # lifetime of a one-time code
LEASE = dt.timedelta(seconds=60)  # then another worker may carry out the order of a dead one


class OrderState(StrEnum):
    """State of an order; the values are stored."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DONE = "done"


ORDER_MOVES: dict[tuple[str, OrderState], OrderState] = {
    ("confirm", OrderState.ASKED): OrderState.CONFIRMED,
    ("claim", OrderState.CONFIRMED): OrderState.CONFIRMED,  # one worker takes the lease
    ("finish", OrderState.CONFIRMED): OrderState.DONE,
}

ORDER_IGNORED: dict[str, str] = {
    "confirm": "the code was accepted before: the order is not carried out twice",
    "claim": "without the code nothing is carried out, and what is done stays done",
    "finish": "the worker that took over an expired lease has finished it: its result stands",
}

ORDER_FINAL = frozenset({OrderState.DONE})


class PhoneOrder(Base):
    """One order of one editor."""

    __tablename__ = "phone_order"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    verb: Mapped[str] = mapped_column(String(20))  # approve, pause, resume, cancel, retry, preview
    campaign_id: Mapped[int] = mapped_column(Id)
    hash: Mapped[str] = mapped_column(String(64))  # of the campaign when the editor was shown it
    word: Mapped[str] = mapped_column(String(20))  # the one-time code
    state: Mapped[str] = mapped_column(String(20), default=OrderState.ASKED, index=True)
    result: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    claimed_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class StatusViewed:
    """An editor asked for the state of the campaigns."""


@dataclass(frozen=True, slots=True)
class OrderRequested:
    """An editor gave an order, and was told the one-time code that confirms it."""

    verb: str
    campaign_id: int
    hash: str
    code: str


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """An editor sent the code of an order."""

    order_id: int
    verb: str
    campaign_id: int


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """An editor sent a wrong code, which withdraws the order."""

    verb: str
    campaign_id: int


EditorAction = StatusViewed | OrderRequested | OrderConfirmed | OrderRejected


def waiting(session: Session, openid: str, now: dt.datetime) -> PhoneOrder | None:
    """Return this editor's order that may still be confirmed; None when there is none."""
    asked = select(PhoneOrder).where(
        PhoneOrder.openid == openid, PhoneOrder.state == OrderState.ASKED, PhoneOrder.expires_at > now
    )
    return session.scalar(asked.order_by(PhoneOrder.id.desc()).limit(1))


def last_confirmed(session: Session, openid: str, since: dt.datetime) -> PhoneOrder | None:
    """Return this editor's last order confirmed or carried out after `since`; None when there is none."""
    confirmed = select(PhoneOrder).where(
        PhoneOrder.openid == openid, PhoneOrder.state != OrderState.ASKED, PhoneOrder.moved_at > since
    )
    return session.scalar(confirmed.order_by(PhoneOrder.id.desc()).limit(1))


def record_action(session: Session, openid: str, action: EditorAction, now: dt.datetime) -> None:
    """Write an editor's action to the orders and the audit log, in the caller's transaction."""
    match action:
        case StatusViewed():
            audit.note(session, who=openid, what="phone status", subject="campaigns", now=now)
        case OrderRequested(verb, campaign_id, hash_, code):
            delete_unconfirmed(session, openid)
            order = PhoneOrder(openid=openid, verb=verb, campaign_id=campaign_id, hash=hash_, word=code)
            order.state, order.expires_at, order.moved_at = OrderState.ASKED, now + VALID, now
            session.add(order)
            _audit(session, openid, "phone ask", verb, campaign_id, now)
        case OrderConfirmed(order_id, verb, campaign_id):
            if _move(session, "confirm", PhoneOrder.id == order_id, moved_at=now):
                _audit(session, openid, "phone confirm", verb, campaign_id, now)
        case OrderRejected(verb, campaign_id):
            delete_unconfirmed(session, openid)
            _audit(session, openid, "phone mistake", verb, campaign_id, now)


def claim(db: Database, now: dt.datetime) -> PhoneOrder | None:
    """Lease the next confirmed order to this worker for a minute; None when there is none."""
    unleased = or_(PhoneOrder.claimed_until.is_(None), PhoneOrder.claimed_until <= now)
    due = (
        select(PhoneOrder)
        .where(PhoneOrder.state == OrderState.CONFIRMED, unleased)
        .order_by(PhoneOrder.id)
        .limit(1)
    )
    # Called every second: look with a read first, because a write transaction would hold up other writers.
    with db.read() as session:
        if session.scalar(due) is None:
            return None
    with db.begin() as session:
        order = session.scalar(due)
        if order is None:
            return None
        is_ours = _move(session, "claim", (PhoneOrder.id == order.id) & unleased, claimed_until=now + LEASE)
        return order if is_ours else None


def finish(db: Database, order_id: int, result: str, now: dt.datetime) -> None:
    """Write the result of a carried-out order: "" for success, else the reason why it failed."""
    with db.begin() as session:
        _move(session, "finish", PhoneOrder.id == order_id, result=result, moved_at=now)


def delete_unconfirmed(session: Session, openid: str) -> None:
    """Delete this editor's orders that wait for their code."""
    session.execute(
        delete(PhoneOrder).where(PhoneOrder.openid == openid, PhoneOrder.state == OrderState.ASKED)
    )


def prune(session: Session, before: dt.datetime) -> int:
    """Delete orders that moved last before `before`; returns how many. The audit log keeps the actions."""
    gone = delete(PhoneOrder).where(PhoneOrder.moved_at < before, PhoneOrder.state != OrderState.CONFIRMED)
    return session.connection().execute(gone).rowcount


def _move(session: Session, event: str, where: ColumnElement[bool], **values: Any) -> bool:
    """Take the move that `event` allows from the order's state; False when it allows none.

    The WHERE names the expected state: of two processes one changes the row.
    """
    for (name, old), new in ORDER_MOVES.items():
        if name == event:
            moved = update(PhoneOrder).where(where, PhoneOrder.state == old).values(state=new, **values)
            if session.connection().execute(moved).rowcount == 1:
                return True
    return False


def _audit(session: Session, openid: str, what: str, verb: str, campaign_id: int, now: dt.datetime) -> None:
    audit.note(session, who=openid, what=what, subject=f"campaign {campaign_id}", now=now, verb=verb)
