"""Campaigns by day: what went out and what is planned in a span of time, and the mass messages that it uses.

A campaign that waits stands at the time for which it is planned, one that began at the moment when it began. One
without a time goes out as soon as it is approved, and stands on no day.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from wxbot.audit import AuditEntry
from wxbot.db import Session
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.queries import count_mass_messages
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import Campaign, CampaignState, Route
from wxbot.push.timing import WAITING_STATES
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = ["CalendarEntry", "MonthQuota", "calendar_entries", "month_quota", "undated_campaigns"]

_TO_ALL = Audience(AudienceKind.ALL)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A campaign at its moment; `has_begun` tells that it went out, or began to."""

    campaign: Campaign
    moment: dt.datetime
    has_begun: bool


@dataclass(frozen=True, slots=True)
class MonthQuota:
    """Mass messages of a month: `sent` to any audience, `sent_to_all` and `planned_to_all` to all followers.

    `kind` is `Capabilities.kind` of the account, "" if it is not known.
    """

    kind: str
    sent: int
    sent_to_all: int
    planned_to_all: int

    @property
    def summary(self) -> str:
        """The use of the quota in Chinese."""
        if self.kind == "sub":
            return f"群发 {self.sent} 次（订阅号每天 1 次）"
        planned = f"，还计划了 {self.planned_to_all} 次" if self.planned_to_all else ""
        if self.kind == "svc":
            return f"发给全部粉丝的群发 {self.sent_to_all} 次{planned}（服务号每月 {MASS_PER_FOLLOWER_MONTH} 次）"
        return f"群发 {self.sent} 次{planned}（服务号每月 {MASS_PER_FOLLOWER_MONTH} 次，订阅号每天 1 次）"

    @property
    def is_short(self) -> bool:
        """True if the plans need more than a service account has."""
        needed = self.sent_to_all + self.planned_to_all
        return self.kind != "sub" and self.planned_to_all > 0 and needed > MASS_PER_FOLLOWER_MONTH


def calendar_entries(session: Session, start: dt.datetime, end: dt.datetime) -> list[CalendarEntry]:
    """Return the campaigns from `start` until before `end`, the earliest first; cancelled ones are left out."""
    waits = Campaign.state.in_(WAITING_STATES)
    found = select(Campaign).where(
        Campaign.state != CampaignState.CANCELLED,
        Campaign.made_at < end,
        or_(waits, Campaign.moved_at >= start),
    )
    campaigns = list(session.scalars(found.order_by(Campaign.id)))
    begun = _first_starts(session, campaigns)
    entries = (_entry(campaign, begun.get(audit_subject(campaign.id))) for campaign in campaigns)
    inside = [each for each in entries if each is not None and start <= each.moment < end]
    return sorted(inside, key=lambda each: (each.moment, each.campaign.id))


def undated_campaigns(session: Session) -> list[Campaign]:
    """Return the campaigns that wait without a time: they go out as soon as they are approved or resumed."""
    states = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)
    found = select(Campaign).where(Campaign.at.is_(None), Campaign.state.in_(states))
    return list(session.scalars(found.order_by(Campaign.id)))


def month_quota(
    session: Session, kind: str, start: dt.datetime, end: dt.datetime, entries: Sequence[CalendarEntry]
) -> MonthQuota:
    """Return the mass messages of a month; `entries` are its campaigns."""
    planned = [
        each
        for each in entries
        if not each.has_begun and each.campaign.route == Route.MASS and each.campaign.audience == _TO_ALL
    ]
    return MonthQuota(
        kind,
        count_mass_messages(session, start, until=end),
        count_mass_messages(session, start, _TO_ALL, until=end),
        len(planned),
    )


def _first_starts(session: Session, campaigns: Sequence[Campaign]) -> dict[str, dt.datetime]:
    """Return by audit subject the moment at which each of these campaigns began."""
    subjects = [audit_subject(campaign.id) for campaign in campaigns]
    started = select(AuditEntry.subject, func.min(AuditEntry.at).label("at")).where(
        AuditEntry.subject.in_(subjects), AuditEntry.what == "start"
    )
    return {row.subject: row.at for row in session.execute(started.group_by(AuditEntry.subject))}


def _entry(campaign: Campaign, begun: dt.datetime | None) -> CalendarEntry | None:
    """Return the entry of a campaign; None for one without a time."""
    if begun is not None:
        return CalendarEntry(campaign, begun, has_begun=True)
    if campaign.state == CampaignState.WAITING and campaign.look_again_at is not None:
        return CalendarEntry(campaign, campaign.look_again_at, has_begun=False)
    if campaign.at is not None:
        return CalendarEntry(campaign, campaign.at, has_begun=False)
    return (
        None
        if campaign.state in WAITING_STATES
        else CalendarEntry(campaign, campaign.moved_at, has_begun=True)
    )
