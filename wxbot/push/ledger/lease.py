"""Lease of a campaign: lets one worker at a time start it, prepare its draft, make bulk calls and complete it.

Calls to single followers need no lease: each delivery is claimed by itself (`push.ledger.states.claim_deliveries`).
The lease carries a fencing token that goes up with every holder: a worker that paused beyond the end of its lease still
believes that it holds the campaign, and the database rejects its writes by the older token.
"""

import datetime as dt
import os
import secrets
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import or_, update

from wxbot.db import Database, Session
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import Campaign, CampaignState

__all__ = [
    "Lease",
    "LeaseLost",
    "acquire_lease",
    "hold_lease",
    "move_leased_campaign",
    "new_worker_id",
    "release_lease",
    "renew_lease",
]

WORKABLE = (CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN)


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
