"""What editors order from their phones: asked, confirmed by a one-time word, carried out by a worker.

    asked ──(the word, in time)──> confirmed ──(a worker)──> done

Kept in the database, so that whichever process gets the word knows what it is for. An order that is not confirmed in
its time, followed by another one or by a wrong word, never happens.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Integer, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot import audit
from wxbot.db import Base, Database, Moment, Session

__all__ = [
    "VALID",
    "Confirmed",
    "Deed",
    "Looked",
    "Mistaken",
    "OrderState",
    "Ordered",
    "PhoneOrder",
    "claim",
    "finish",
    "forget",
    "keep_deed",
    "last_done",
    "prune",
    "waiting",
]

Id = BigInteger().with_variant(Integer, "sqlite")
VALID = dt.timedelta(minutes=5)  # of a one-time word
LEASE = dt.timedelta(seconds=60)  # after which another worker carries out what a dead one had in its hand


class OrderState(StrEnum):
    """Where an order stands."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DONE = "done"


class PhoneOrder(Base):
    """One order of one editor."""

    __tablename__ = "phone_order"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    verb: Mapped[str] = mapped_column(String(20))  # approve, pause, resume, cancel, retry, preview
    campaign_id: Mapped[int] = mapped_column(Id)
    hash: Mapped[str] = mapped_column(String(64))  # of the campaign as the editor was told of it
    word: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=OrderState.ASKED, index=True)
    result: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    claimed_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Looked:
    """An editor asked how things stand."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An editor ordered something, and was told the word that confirms it."""

    verb: str
    campaign_id: int
    hash: str
    word: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An editor sent the word of an order."""

    order_id: int
    verb: str
    campaign_id: int


@dataclass(frozen=True, slots=True)
class Mistaken:
    """An editor sent another word than that of the order: it is not asked for twice."""

    verb: str
    campaign_id: int


Deed = Looked | Ordered | Confirmed | Mistaken


def waiting(session: Session, openid: str, now: dt.datetime) -> PhoneOrder | None:
    """The order of this editor that may still be confirmed."""
    asked = select(PhoneOrder).where(
        PhoneOrder.openid == openid, PhoneOrder.state == OrderState.ASKED, PhoneOrder.expires_at > now
    )
    return session.scalar(asked.order_by(PhoneOrder.id.desc()).limit(1))


def last_done(session: Session, openid: str, since: dt.datetime) -> PhoneOrder | None:
    """The last order of this editor that was confirmed after `since`, carried out or not yet."""
    sent = select(PhoneOrder).where(
        PhoneOrder.openid == openid, PhoneOrder.state != OrderState.ASKED, PhoneOrder.moved_at > since
    )
    return session.scalar(sent.order_by(PhoneOrder.id.desc()).limit(1))


def keep_deed(session: Session, openid: str, deed: Deed, now: dt.datetime) -> None:
    """Write down what an editor did, in the audit log too; part of the caller's transaction."""
    match deed:
        case Looked():
            audit.note(session, who=openid, what="phone status", subject="campaigns", now=now)
        case Ordered(verb, campaign_id, hash_, word):
            forget(session, openid)
            order = PhoneOrder(openid=openid, verb=verb, campaign_id=campaign_id, hash=hash_, word=word)
            order.state, order.expires_at, order.moved_at = OrderState.ASKED, now + VALID, now
            session.add(order)
            _note(session, openid, "phone ask", verb, campaign_id, now)
        case Confirmed(order_id, verb, campaign_id):
            here = (PhoneOrder.id == order_id) & (PhoneOrder.state == OrderState.ASKED)
            moved = update(PhoneOrder).where(here).values(state=OrderState.CONFIRMED, moved_at=now)
            if session.connection().execute(moved).rowcount == 1:
                _note(session, openid, "phone confirm", verb, campaign_id, now)
        case Mistaken(verb, campaign_id):
            forget(session, openid)
            _note(session, openid, "phone mistake", verb, campaign_id, now)


def claim(db: Database, now: dt.datetime) -> PhoneOrder | None:
    """Take the next confirmed order; nobody else gets it for a minute. None when there is none."""
    free = or_(PhoneOrder.claimed_until.is_(None), PhoneOrder.claimed_until <= now)
    due = (
        select(PhoneOrder)
        .where(PhoneOrder.state == OrderState.CONFIRMED, free)
        .order_by(PhoneOrder.id)
        .limit(1)
    )
    with db.read() as session:
        if session.scalar(due) is None:
            return None  # every second: a look costs nothing, a transaction that writes holds others up
    with db.begin() as session:
        order = session.scalar(due)
        if order is None:
            return None
        here = (PhoneOrder.id == order.id) & (PhoneOrder.state == OrderState.CONFIRMED) & free
        taken = update(PhoneOrder).where(here).values(claimed_until=now + LEASE)
        return order if session.connection().execute(taken).rowcount == 1 else None


def finish(db: Database, order_id: int, result: str, now: dt.datetime) -> None:
    """Note what became of an order: "" when it was done, else why not."""
    with db.begin() as session:
        here = update(PhoneOrder).where(PhoneOrder.id == order_id)
        session.execute(here.values(state=OrderState.DONE, result=result, moved_at=now))


def forget(session: Session, openid: str) -> None:
    """Drop the orders of one editor that wait for their word."""
    session.execute(
        delete(PhoneOrder).where(PhoneOrder.openid == openid, PhoneOrder.state == OrderState.ASKED)
    )


def prune(session: Session, before: dt.datetime) -> int:
    """Drop orders that moved last before `before`; the audit log keeps the deeds. Gives how many."""
    gone = delete(PhoneOrder).where(PhoneOrder.moved_at < before, PhoneOrder.state != OrderState.CONFIRMED)
    return session.connection().execute(gone).rowcount


def _note(session: Session, openid: str, what: str, verb: str, campaign_id: int, now: dt.datetime) -> None:
    audit.note(session, who=openid, what=what, subject=f"campaign {campaign_id}", now=now, verb=verb)
