"""Batches: the lines of a ledger that go by one call, and so move together.

A mass message to all, a publication, a draft have one line, of the call itself. A list has a line a follower: those
with one number are one batch, share key and job, and are named in one call of two to ten thousand (reference, F1).
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from wxbot.db import Database, Session
from wxbot.push.ledger.lease import Lease, LeaseLost, renew_lease
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER, Delivery, DeliveryState, Route
from wxbot.wechat.limits import MASS_LIST

__all__ = [
    "SINGLE_RECIPIENT_REASON",
    "Batch",
    "assign_batches",
    "batch_filter",
    "batch_openids",
    "batch_sizes",
    "campaign_batches",
    "move_batch",
    "new_clientmsgid",
]

MAX_BATCH_SIZE = MASS_LIST.stop - 1
SINGLE_RECIPIENT_REASON = "按名单群发至少要两位，只剩这一位"


@dataclass(frozen=True)
class Batch:
    """One call's lines, as its first one stood when they were looked at."""

    campaign_id: int
    route: Route
    segment: int | None
    first: int
    state: DeliveryState
    clientmsgid: str
    msg_id: str | None
    attempts: int
    reason: str
    claimed_at: dt.datetime | None
    moved_at: dt.datetime
    settled_at: dt.datetime | None

    @property
    def lines(self) -> ColumnElement[bool]:
        """What names its lines in a WHERE."""
        return batch_filter(self.campaign_id, self.first, self.segment)


def batch_filter(campaign_id: int, first: int, segment: int | None) -> ColumnElement[bool]:
    """The lines of the batch that holds the line `first`: it alone, or all of its segment."""
    if segment is None:
        return Delivery.id == first
    return (Delivery.campaign_id == campaign_id) & (Delivery.segment == segment)


def campaign_batches(session: Session, campaign_id: int, route: Route) -> list[Batch]:
    """The batches of a campaign that go by `route`, in their order."""
    mine: ColumnElement[bool] = (Delivery.campaign_id == campaign_id) & (Delivery.route == route)
    if route is Route.LIST:
        numbered = Delivery.campaign_id == campaign_id, Delivery.segment.is_not(None)
        firsts = session.scalars(
            select(func.min(Delivery.id)).where(*numbered).group_by(Delivery.segment)
        ).all()
        mine = Delivery.id.in_(firsts)
    found = session.scalars(select(Delivery).where(mine).order_by(Delivery.segment, Delivery.id))
    return [_batch(line) for line in found]


def _batch(line: Delivery) -> Batch:
    return Batch(
        line.campaign_id,
        Route(line.route),
        line.segment,
        line.id,
        DeliveryState(line.state),
        line.clientmsgid,
        line.msg_id,
        line.attempts,
        line.reason,
        line.claimed_at,
        line.moved_at,
        line.settled_at,
    )


def batch_openids(session: Session, batch: Batch) -> list[str]:
    """The openids of a list's batch."""
    return list(session.scalars(select(Delivery.recipient).where(batch.lines).order_by(Delivery.id)))


def move_batch(session: Session, batch: Batch, event: str, now: dt.datetime, **values: Any) -> bool:
    """Let all lines of a batch take one move, by one UPDATE; False when it allows none."""
    return move_deliveries(session, batch.lines, event, now, **values) > 0


def new_clientmsgid() -> str:
    """A clientmsgid that no other call has: random, so that a new database never repeats an old one's."""
    return f"wx{secrets.token_hex(14)}"


def batch_sizes(people: int) -> list[int]:
    """How many go by each call: as few calls as can be, of nearly equal size, so that none is left with one alone."""
    calls = -(-people // MAX_BATCH_SIZE)
    return [people // calls + (k < people % calls) for k in range(calls)]


def assign_batches(db: Database, lease: Lease, clock: Callable[[], dt.datetime]) -> None:
    """Put the planned lines of a list that have no number yet into batches, each with its key.

    One transaction a batch; after a kill the next run numbers the rest. Somebody left alone waits while others may
    still be passed on to the list, then joins a batch that has not gone, or is left out with the reason. Raises
    LeaseLost.
    """
    _loosen(db, lease.campaign_id)
    with db.read() as session:
        left = _unnumbered(session, lease.campaign_id)
        if left == 1 and _others_under_way(session, lease.campaign_id):
            return
    last = 0
    for size in batch_sizes(left):
        with db.begin() as session:
            if not renew_lease(session, lease, clock()):
                raise LeaseLost
            if size == 1:
                _place_alone(session, lease.campaign_id, clock())
            else:
                last = _number(session, lease.campaign_id, size, last)


def _waiting(campaign_id: int) -> ColumnElement[bool]:
    return (
        (Delivery.campaign_id == campaign_id)
        & (Delivery.route == Route.LIST)
        & (Delivery.state == DeliveryState.PLANNED)
        & Delivery.segment.is_(None)
    )


def _unnumbered(session: Session, campaign_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(_waiting(campaign_id))) or 0


def _others_under_way(session: Session, campaign_id: int) -> bool:
    singly = select(Delivery.id).where(
        Delivery.campaign_id == campaign_id,
        Delivery.state.in_([DeliveryState.PLANNED, DeliveryState.CLAIMED]),
        Delivery.route.in_(ONE_CALL_PER_FOLLOWER),
    )
    return session.scalar(singly.limit(1)) is not None


def _number(session: Session, campaign_id: int, size: int, after: int) -> int:
    """Number the next lines behind the line `after`; gives the last of them."""
    waiting = _waiting(campaign_id) & (Delivery.id > after)
    chosen = session.scalars(select(Delivery.id).where(waiting).order_by(Delivery.id).limit(size)).all()
    values = {"segment": _next_segment(session, campaign_id), "clientmsgid": new_clientmsgid()}
    _write(session, waiting & (Delivery.id <= chosen[-1]), values)
    return chosen[-1]


def _loosen(db: Database, campaign_id: int) -> None:
    """Take out of their batches those who are left alone in them, because the others were left out meanwhile."""
    mine: ColumnElement[bool] = Delivery.campaign_id == campaign_id
    numbers = select(Delivery.segment).where(mine, Delivery.segment.is_not(None)).group_by(Delivery.segment)
    with db.read() as session:
        alone = session.scalars(numbers.having(func.count() == 1)).all()
    if alone:
        waiting = mine & (Delivery.state == DeliveryState.PLANNED) & Delivery.segment.in_(alone)
        with db.begin() as session:
            _write(session, waiting, {"segment": None})


def _place_alone(session: Session, campaign_id: int, now: dt.datetime) -> None:
    for batch in campaign_batches(session, campaign_id, Route.LIST):
        if batch.state is DeliveryState.PLANNED and len(batch_openids(session, batch)) < MAX_BATCH_SIZE:
            _write(
                session, _waiting(campaign_id), {"segment": batch.segment, "clientmsgid": batch.clientmsgid}
            )
            return
    move_deliveries(session, _waiting(campaign_id), "skip", now, reason=SINGLE_RECIPIENT_REASON)


def _write(session: Session, where: ColumnElement[bool], values: dict[str, Any]) -> None:
    session.connection().execute(update(Delivery).where(where).values(values))


def _next_segment(session: Session, campaign_id: int) -> int:
    numbered = Delivery.campaign_id == campaign_id, Delivery.segment.is_not(None)
    return (session.scalar(select(func.max(Delivery.segment)).where(*numbered)) or 0) + 1
