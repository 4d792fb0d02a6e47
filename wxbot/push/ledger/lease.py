"""Control of a campaign as a whole: the lease of the worker that moves it, and its completion.

The lease lets one worker at a time start a campaign, prepare its draft, make bulk calls and complete it. Calls to
single followers need no lease: each delivery is claimed by itself (`push.ledger.states.claim_deliveries`). The lease
carries a fencing token that goes up with every holder: a worker that paused beyond the end of its lease still believes
that it holds the campaign, and the database rejects its writes by the older token.

Completion finishes, fails or loses a campaign by the states of its deliveries. The runs of its routes move deliveries;
none of them ends the campaign. When nothing is left for them to do, and when a report of the platform arrives, one
aggregate over all deliveries decides.
"""

import datetime as dt
import os
import secrets
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Row, func, or_, select, update

from wxbot.db import Database, Session
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER, Campaign, CampaignState, Delivery, DeliveryState

__all__ = [
    "Lease",
    "LeaseLost",
    "acquire_lease",
    "complete_campaign",
    "hold_lease",
    "move_leased_campaign",
    "new_worker_id",
    "release_lease",
    "renew_lease",
]

WORKABLE = (CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN)
D = DeliveryState
UNTIL_RESOLVED = dt.timedelta(days=3650)  # an editor's resolution ends the wait

_Group = Row[str, str, int, int, str]  # route, state, size, settled, reason


class LeaseLost(Exception):
    """Another worker took the campaign over, or an editor stopped it: stop working on it at once."""


@dataclass(frozen=True)
class Lease:
    """The right of `holder` to work on one campaign for `seconds`, with the fencing token `fence`."""

    campaign_id: int
    holder: str
    fence: int
    seconds: int


def new_worker_id() -> str:
    """Return an id for this process that no other process has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def acquire_lease(
    db: Database, campaign_id: int, holder: str, seconds: int, now: dt.datetime
) -> Lease | None:
    """Acquire the campaign's lease; return None if another worker holds it or the campaign's state allows no work."""
    free = or_(Campaign.lease_until.is_(None), Campaign.lease_until <= now)
    with db.begin() as session:
        won = session.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id, Campaign.state.in_(WORKABLE), free)
            .values(holder=holder, lease_until=now + dt.timedelta(seconds=seconds), fence=Campaign.fence + 1)
            .returning(Campaign.fence)
        ).scalar_one_or_none()
    return None if won is None else Lease(campaign_id, holder, won, seconds)


@contextmanager
def hold_lease(
    db: Database, campaign_id: int, holder: str, seconds: int, clock: Callable[[], dt.datetime]
) -> Generator[Lease]:
    """Hold the campaign's lease during a block; raise LeaseLost when it cannot be acquired."""
    lease = acquire_lease(db, campaign_id, holder, seconds, clock())
    if lease is None:
        raise LeaseLost
    try:
        yield lease
    finally:
        release_lease(db, lease)


def renew_lease(session: Session, lease: Lease, now: dt.datetime) -> bool:
    """Renew the lease if the campaign still runs and nobody took it over; return whether it was renewed."""
    held = (
        update(Campaign)
        .where(
            Campaign.id == lease.campaign_id,
            Campaign.fence == lease.fence,
            Campaign.state == CampaignState.RUNNING,
        )
        .values(lease_until=now + dt.timedelta(seconds=lease.seconds))
    )
    return session.connection().execute(held).rowcount == 1


def move_leased_campaign(
    db: Database,
    lease: Lease,
    event: str,
    now: dt.datetime,
    *,
    reason: str,
    look_again_at: dt.datetime | None = None,
) -> None:
    """Move the campaign in a transaction of its own, unless another worker holds the lease by now."""
    with db.begin() as session:
        move_campaign(
            session,
            lease.campaign_id,
            event,
            now,
            fence=lease.fence,
            reason=reason,
            look_again_at=look_again_at,
        )


def release_lease(db: Database, lease: Lease) -> None:
    """Release the lease, unless another worker holds it already."""
    with db.begin() as session:
        session.execute(
            update(Campaign)
            .where(Campaign.id == lease.campaign_id, Campaign.fence == lease.fence)
            .values(holder="", lease_until=None)
        )


def complete_campaign(
    session: Session, campaign_id: int, now: dt.datetime, *, fence: int | None = None
) -> CampaignState | None:
    """End the campaign if its deliveries allow it; return its new state, or None when it goes on.

    It goes on while a delivery is planned or claimed, while the platform has not reported the end of an accepted job
    (`settled_at`), and while a bulk call is unknown, because its run repeats the call. Joins the caller's transaction.
    """
    if _has_open_delivery(session, campaign_id):
        return None
    groups = _groups(session, campaign_id)
    bulk = [group for group in groups if group.route not in ONE_CALL_PER_FOLLOWER]
    if any(g.state == D.UNKNOWN or (g.state == D.SENT and g.settled < g.size) for g in bulk):
        return None
    unknown = sum(group.size for group in groups if group.state == D.UNKNOWN)
    failures = _failure_reasons(bulk)
    if unknown:
        event, reason, again = "lose", _unknown_reason(unknown, campaign_id), now + UNTIL_RESOLVED
    elif failures:
        event, reason, again = "fail", "；".join(failures), None
    else:
        event, reason, again = "finish", _finish_reason(groups), None
    return move_campaign(session, campaign_id, event, now, fence=fence, reason=reason, look_again_at=again)


def _has_open_delivery(session: Session, campaign_id: int) -> bool:
    """Return whether a delivery is planned or claimed; asked often, and cheap by the index."""
    open_ids = select(Delivery.id).where(
        Delivery.campaign_id == campaign_id, Delivery.state.in_([D.PLANNED, D.CLAIMED])
    )
    return session.scalar(open_ids.limit(1)) is not None


def _groups(session: Session, campaign_id: int) -> Sequence[_Group]:
    found = select(
        Delivery.route,
        Delivery.state,
        func.count().label("size"),
        func.count(Delivery.settled_at).label("settled"),
        func.max(Delivery.reason).label("reason"),
    )
    by = (Delivery.route, Delivery.state)
    return session.execute(found.where(Delivery.campaign_id == campaign_id).group_by(*by).order_by(*by)).all()


def _failure_reasons(bulk: Sequence[_Group]) -> list[str]:
    """Return the reasons of bulk calls that failed, or were refused while nothing was sent by the same route."""
    sent = {group.route for group in bulk if group.state == D.SENT}
    return [
        group.reason
        for group in bulk
        if group.state == D.FAILED or (group.state == D.REFUSED and group.route not in sent)
    ]


def _unknown_reason(unknown: int, campaign_id: int) -> str:
    return (
        f"{unknown} 位粉丝的结果不明（平台没有办法核实），其余已发完；"
        f"核对后用 wxbot push resolve {campaign_id} --sent 或 --unsent"
    )


def _finish_reason(groups: Sequence[_Group]) -> str:
    """Return the platform's reports on bulk calls, and a sentence for calls to single followers."""
    reports = [g.reason for g in groups if g.route not in ONE_CALL_PER_FOLLOWER and g.state == D.SENT]
    individual = any(group.route in ONE_CALL_PER_FOLLOWER for group in groups)
    return "；".join([*reports, *(["已发完"] if individual or not reports else [])])
