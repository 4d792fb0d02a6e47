"""The standing rule for each new issue: whether it concerns it, and which moment is still free."""

import datetime as dt

from sqlalchemy import or_, select

from wxbot import library
from wxbot.db import Session
from wxbot.local_time import BEIJING, start_of_day
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER, Campaign, CampaignState
from wxbot.push.timing.schedule import ScheduleRule, Slot, slots_after

__all__ = ["next_free_slot", "occupied_days", "schedule_applies"]

WAITS = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED, CampaignState.WAITING)
WENT = (CampaignState.RUNNING, CampaignState.UNKNOWN, CampaignState.FINISHED)


def occupied_days(session: Session, number: str, now: dt.datetime) -> dict[dt.date, str]:
    """The days in Beijing on which something goes out to everybody at once, or went today, and what it is.

    By day, since an account may send one mass message a day, or four a month (reference, F5). What another plan for
    the issue `number` itself takes does not count: the new one takes its place.
    """
    today = start_of_day(now)
    waits = Campaign.state.in_(WAITS) & (Campaign.at >= today)
    went = Campaign.state.in_(WENT) & (Campaign.moved_at >= today)
    found = select(Campaign).where(
        or_(waits, went), Campaign.number != number, Campaign.route.not_in(ONE_CALL_PER_FOLLOWER)
    )
    return {
        (campaign.at if campaign.state in WAITS and campaign.at else campaign.moved_at)
        .astimezone(BEIJING)
        .date(): f"{campaign.number}（计划 {campaign.id}）"
        for campaign in session.scalars(found.order_by(Campaign.id))
    }


def next_free_slot(session: Session, rule: ScheduleRule, number: str, now: dt.datetime) -> Slot:
    """The first moment of the rule after `now` on a day that no other issue has."""
    taken = occupied_days(session, number, now)
    return next(hour for hour in slots_after(rule, now) if hour.at.astimezone(BEIJING).date() not in taken)


def schedule_applies(session: Session, number: str, audience: Audience) -> bool:
    """Return whether a scheduled push to this audience concerns an issue: to a section, only if the issue has it."""
    issue = library.issue(session, number)
    return issue is not None and (
        audience.kind is not AudienceKind.SECTION or audience.argument in issue.sections
    )
