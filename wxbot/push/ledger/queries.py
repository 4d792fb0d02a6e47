"""Queries for campaigns and their deliveries; each joins the caller's session."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select

from wxbot import audit
from wxbot.audit import AuditEntry
from wxbot.db import Session
from wxbot.errors import NotFound
from wxbot.push.ledger.audience import Audience
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import POSSIBLY_SENT, Campaign, CampaignState, Delivery, DeliveryState, Route

__all__ = [
    "DeliveryCount",
    "any_delivery",
    "campaign_deliveries",
    "campaign_history",
    "campaign_numbers",
    "campaigns_in",
    "coming_campaigns",
    "count_campaigns",
    "count_mass_messages",
    "delivery_counts",
    "first_overdue",
    "get_campaign",
    "issue_campaigns",
    "latest_campaign",
    "reason_counts",
    "recent_campaigns",
    "recent_delivery_counts",
]

# Deliveries with problems first, then open ones, then finished ones.
_PROBLEMS_FIRST = (
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED,
    DeliveryState.REFUSED,
    DeliveryState.CLAIMED,
    DeliveryState.PLANNED,
    DeliveryState.SENT,
    DeliveryState.SKIPPED,
)


def get_campaign(session: Session, campaign_id: int, *, lock: bool = False) -> Campaign:
    """Return one campaign; NotFound if there is none of that id.

    With `lock`, PostgreSQL makes other transactions that lock the campaign wait until this one ends.
    """
    campaign = session.get(Campaign, campaign_id, with_for_update=lock or None)
    if campaign is None:
        raise NotFound(f"没有推送计划 {campaign_id}", remedy="wxbot push list 列出所有计划。")
    return campaign


def latest_campaign(session: Session, number: str) -> Campaign | None:
    """Return the newest campaign of an issue that was not cancelled."""
    alive = select(Campaign).where(Campaign.number == number, Campaign.state != CampaignState.CANCELLED)
    return session.scalar(alive.order_by(Campaign.id.desc()).limit(1))


def issue_campaigns(session: Session, number: str) -> list[Campaign]:
    """Return the campaigns of an issue that were not cancelled, oldest first."""
    alive = select(Campaign).where(Campaign.number == number, Campaign.state != CampaignState.CANCELLED)
    return list(session.scalars(alive.order_by(Campaign.id)))


def campaigns_in(session: Session, states: Collection[CampaignState], limit: int = 200) -> list[Campaign]:
    """Return campaigns in one of `states`, the one with the earliest time first; without a time, last."""
    found = select(Campaign).where(Campaign.state.in_(states))
    return list(session.scalars(found.order_by(Campaign.at.asc().nulls_last(), Campaign.id).limit(limit)))


def campaign_numbers(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the number of the issue of each of these campaigns, as far as they exist."""
    rows = session.execute(select(Campaign.id, Campaign.number).where(Campaign.id.in_(ids)))
    return {row.id: row.number for row in rows}


def recent_campaigns(
    session: Session, limit: int = 50, states: Sequence[CampaignState] = ()
) -> list[Campaign]:
    """Return the newest campaigns, newest first; with `states` only those in one of them."""
    wanted = select(Campaign).where(Campaign.state.in_(states)) if states else select(Campaign)
    return list(session.scalars(wanted.order_by(Campaign.id.desc()).limit(limit)))


def coming_campaigns(session: Session, now: dt.datetime) -> list[Campaign]:
    """Return the campaigns that wait for a time after `now`, the earliest first."""
    waiting = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.WAITING)
    coming = select(Campaign).where(Campaign.state.in_(waiting), Campaign.at > now)
    return list(session.scalars(coming.order_by(Campaign.at, Campaign.id)))


def any_delivery(session: Session, campaign_id: int, states: Sequence[DeliveryState]) -> bool:
    """Return whether any delivery of a campaign is in one of `states`."""
    found = select(Delivery.id).where(Delivery.campaign_id == campaign_id, Delivery.state.in_(states))
    return session.scalar(found.limit(1)) is not None


def campaign_deliveries(
    session: Session, campaign_id: int, limit: int = 50, states: Sequence[DeliveryState] = _PROBLEMS_FIRST
) -> list[Delivery]:
    """Return at most `limit` deliveries of a campaign that are in one of `states`, in the order of `states`."""
    deliveries: list[Delivery] = []
    for state in states:
        here = select(Delivery).where(Delivery.campaign_id == campaign_id, Delivery.state == state)
        # In the order of the index, so that of a million rows only these are read.
        found = here.order_by(Delivery.route, Delivery.id).limit(limit - len(deliveries))
        deliveries += session.scalars(found) if len(deliveries) < limit else []
    return deliveries


def delivery_counts(session: Session, campaign_id: int) -> dict[str, int]:
    """Return the number of a campaign's deliveries in each state; states without deliveries are left out."""
    found = select(Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id)
    rows = session.execute(found.group_by(Delivery.state).order_by(Delivery.state)).all()
    return {row[0]: row[1] for row in rows}


def count_campaigns(session: Session) -> dict[str, int]:
    """Return the number of campaigns in each state that occurs."""
    rows = session.execute(select(Campaign.state, func.count()).group_by(Campaign.state)).all()
    return {row[0]: row[1] for row in rows}


def first_overdue(session: Session, now: dt.datetime) -> dt.datetime | None:
    """Return since when the longest waiting campaign could be sent and is not finished; None if none is due.

    That is its time, or its approval if that came later or it has no time. Paused ones wait for an editor.
    """
    going = [CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN]
    due = select(Campaign.at, Campaign.approved_at, Campaign.made_at).where(Campaign.state.in_(going))
    rows = session.execute(due.where(or_(Campaign.at.is_(None), Campaign.at <= now)))
    starts = [max(row.at or row.made_at, row.approved_at or row.made_at) for row in rows]
    return min(starts, default=None)


class DeliveryCount(NamedTuple):
    """The number of deliveries in a state; for those not accepted by the platform's errcode, None without one."""

    state: str
    errcode: int | None
    size: int


def recent_delivery_counts(session: Session, since: dt.datetime) -> list[DeliveryCount]:
    """Count the deliveries of campaigns that are going on or moved since then, over all of them.

    States are counted in an index, as a campaign may have millions of deliveries; errcodes only where something failed.
    """
    ended = [CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED]
    recent = select(Campaign.id).where(or_(Campaign.state.not_in(ended), Campaign.moved_at >= since))
    failed = [DeliveryState.FAILED, DeliveryState.REFUSED, DeliveryState.UNKNOWN]
    here = Delivery.campaign_id.in_(recent)
    states = select(Delivery.state, func.count()).where(here).group_by(Delivery.state)
    codes = select(Delivery.state, Delivery.errcode, func.count()).where(here, Delivery.state.in_(failed))
    counts = [DeliveryCount(row[0], None, row[1]) for row in session.execute(states) if row[0] not in failed]
    for row in session.execute(codes.group_by(Delivery.state, Delivery.errcode)):
        counts.append(DeliveryCount(row[0], row[1], row[2]))
    return counts


def reason_counts(
    session: Session, campaign_id: int, state: DeliveryState, limit: int = 50
) -> list[tuple[str, int]]:
    """Return the reasons of the deliveries in a state with their numbers, the most frequent first."""
    size = func.count().label("size")
    here = (Delivery.campaign_id == campaign_id) & (Delivery.state == state)
    found = select(Delivery.reason, size).where(here).group_by(Delivery.reason)
    rows = session.execute(found.order_by(size.desc(), Delivery.reason).limit(limit))
    return [(row.reason, row.size) for row in rows]


def campaign_history(session: Session, campaign_id: int) -> list[AuditEntry]:
    """Return a campaign's entries in the audit log, oldest first."""
    return audit.history(session, audit_subject(campaign_id))[::-1]


def count_mass_messages(
    session: Session,
    since: dt.datetime,
    audience: Audience | None = None,
    *,
    until: dt.datetime | None = None,
) -> int:
    """Count the mass messages that went out, or may have, since then and before `until`: to one audience, or to any.

    This is the only counter of the account's mass-message quota. Messages sent by hand in the platform's own console
    are not in our ledger and are not counted.
    """
    sent = select(func.count()).where(
        Delivery.route == Route.MASS, Delivery.state.in_(POSSIBLY_SENT), Delivery.claimed_at >= since
    )
    if audience is not None:
        sent = sent.where(Delivery.recipient == str(audience))
    if until is not None:
        sent = sent.where(Delivery.claimed_at < until)
    return session.scalar(sent) or 0
