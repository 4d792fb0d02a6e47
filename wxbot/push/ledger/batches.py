"""Batches: deliveries that share one bulk call, and therefore move together.

A mass message to all, a publication and a draft have one delivery, for the call itself. A list has one delivery a
follower: those with the same segment number form a batch, share an idempotency key and a job, and are sent in one call
of two to ten thousand openids (wechat-platform.md, F1).
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
    "MAX_BATCH_SIZE",
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
    """The deliveries of one call, with the values that their first row had when it was read."""

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
    def deliveries(self) -> ColumnElement[bool]:
        """Return the WHERE clause that matches the batch's deliveries."""
        return batch_filter(self.campaign_id, self.first, self.segment)


def batch_filter(campaign_id: int, first: int, segment: int | None) -> ColumnElement[bool]:
    """Return a WHERE clause for the batch with the delivery `first`: that row alone, or all of its segment."""
    if segment is None:
        return Delivery.id == first
    return (Delivery.campaign_id == campaign_id) & (Delivery.segment == segment)


def campaign_batches(session: Session, campaign_id: int, route: Route) -> list[Batch]:
    """Return the batches of a campaign by `route`, in order."""
    mine: ColumnElement[bool] = (Delivery.campaign_id == campaign_id) & (Delivery.route == route)
    if route is Route.LIST:
        numbered = Delivery.campaign_id == campaign_id, Delivery.segment.is_not(None)
        firsts = session.scalars(
            select(func.min(Delivery.id)).where(*numbered).group_by(Delivery.segment)
        ).all()
        mine = Delivery.id.in_(firsts)
    found = session.scalars(select(Delivery).where(mine).order_by(Delivery.segment, Delivery.id))
    return [_batch_of(delivery) for delivery in found]


def _batch_of(delivery: Delivery) -> Batch:
    return Batch(
        delivery.campaign_id,
        Route(delivery.route),
        delivery.segment,
        delivery.id,
        DeliveryState(delivery.state),
        delivery.clientmsgid,
        delivery.msg_id,
        delivery.attempts,
        delivery.reason,
        delivery.claimed_at,
        delivery.moved_at,
        delivery.settled_at,
    )


def batch_openids(session: Session, batch: Batch) -> list[str]:
    """Return the openids of a list's batch."""
    return list(session.scalars(select(Delivery.recipient).where(batch.deliveries).order_by(Delivery.id)))


def move_batch(session: Session, batch: Batch, event: str, now: dt.datetime, **values: Any) -> bool:
    """Move all deliveries of a batch by one UPDATE; return False when their state allows no move."""
    return move_deliveries(session, batch.deliveries, event, now, **values) > 0


def new_clientmsgid() -> str:
    """Return a new idempotency key (clientmsgid), random so that a new database never repeats an old key."""
    return f"wx{secrets.token_hex(14)}"


def batch_sizes(openids: int, largest: int = MAX_BATCH_SIZE) -> list[int]:
    """Return the sizes of the calls for so many openids: few calls of nearly equal size, so that none has only one."""
    calls = -(-openids // largest)
    return [openids // calls + (k < openids % calls) for k in range(calls)]


def assign_batches(
    db: Database, lease: Lease, clock: Callable[[], dt.datetime], largest: int = MAX_BATCH_SIZE
) -> None:
    """Assign the planned deliveries of a list that have no batch yet to batches of at most `largest`, each with a key.

    One transaction a batch; after a kill the next run assigns the rest. A single remaining delivery waits while others
    may still be rerouted to the list; then it joins a batch that has not been sent, or is skipped with the reason.
    Raises LeaseLost.
    """
    _dissolve_single_batches(db, lease.campaign_id)
    with db.read() as session:
        left = _count_unassigned(session, lease.campaign_id)
        if left == 1 and _has_open_individual_deliveries(session, lease.campaign_id):
            return
    last = 0
    for size in batch_sizes(left, largest):
        with db.begin() as session:
            if not renew_lease(session, lease, clock()):
                raise LeaseLost
            if size == 1:
                _place_single(session, lease.campaign_id, clock(), largest)
            else:
                last = _assign_batch(session, lease.campaign_id, size, last)


def _unassigned_deliveries(campaign_id: int) -> ColumnElement[bool]:
    return (
        (Delivery.campaign_id == campaign_id)
        & (Delivery.route == Route.LIST)
        & (Delivery.state == DeliveryState.PLANNED)
        & Delivery.segment.is_(None)
    )


def _count_unassigned(session: Session, campaign_id: int) -> int:
    return (
        session.scalar(select(func.count()).select_from(Delivery).where(_unassigned_deliveries(campaign_id)))
        or 0
    )


def _has_open_individual_deliveries(session: Session, campaign_id: int) -> bool:
    individual = select(Delivery.id).where(
        Delivery.campaign_id == campaign_id,
        Delivery.state.in_([DeliveryState.PLANNED, DeliveryState.CLAIMED]),
        Delivery.route.in_(ONE_CALL_PER_FOLLOWER),
    )
    return session.scalar(individual.limit(1)) is not None


def _assign_batch(session: Session, campaign_id: int, size: int, after: int) -> int:
    """Assign the next `size` deliveries with an id above `after` to a new batch; return the last id."""
    unassigned = _unassigned_deliveries(campaign_id) & (Delivery.id > after)
    chosen = session.scalars(select(Delivery.id).where(unassigned).order_by(Delivery.id).limit(size)).all()
    values = {"segment": _next_segment(session, campaign_id), "clientmsgid": new_clientmsgid()}
    _update(session, unassigned & (Delivery.id <= chosen[-1]), values)
    return chosen[-1]


def _dissolve_single_batches(db: Database, campaign_id: int) -> None:
    """Take deliveries out of batches in which they are the only ones left, because the others were skipped."""
    mine: ColumnElement[bool] = Delivery.campaign_id == campaign_id
    numbers = select(Delivery.segment).where(mine, Delivery.segment.is_not(None)).group_by(Delivery.segment)
    with db.read() as session:
        segments = session.scalars(numbers.having(func.count() == 1)).all()
    if segments:
        planned = mine & (Delivery.state == DeliveryState.PLANNED) & Delivery.segment.in_(segments)
        with db.begin() as session:
            _update(session, planned, {"segment": None})


def _place_single(session: Session, campaign_id: int, now: dt.datetime, largest: int) -> None:
    """Add a single remaining delivery to a batch that has room and was not sent, or skip it with the reason."""
    for batch in campaign_batches(session, campaign_id, Route.LIST):
        if batch.state is DeliveryState.PLANNED and len(batch_openids(session, batch)) < largest:
            _update(
                session,
                _unassigned_deliveries(campaign_id),
                {"segment": batch.segment, "clientmsgid": batch.clientmsgid},
            )
            return
    move_deliveries(session, _unassigned_deliveries(campaign_id), "skip", now, reason=SINGLE_RECIPIENT_REASON)


def _update(session: Session, where: ColumnElement[bool], values: dict[str, Any]) -> None:
    session.connection().execute(update(Delivery).where(where).values(values))


def _next_segment(session: Session, campaign_id: int) -> int:
    numbered = Delivery.campaign_id == campaign_id, Delivery.segment.is_not(None)
    return (session.scalar(select(func.max(Delivery.segment)).where(*numbered)) or 0) + 1
