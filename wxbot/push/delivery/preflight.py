"""Checking a campaign against its approval, right before anything of it goes out.

What was approved long ago is asked about again, and so is what would not be what was approved: an issue that was
revised or taken away, a setting that is another. Of what has a draft at the platform, the draft is what was approved.
"""

import datetime as dt

from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.delivery.prepare import draft_media_id
from wxbot.push.ledger.lease import Lease
from wxbot.push.ledger.queries import any_delivery
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import (
    BY_NAME,
    MAY_BE_OUT,
    Campaign,
    CampaignState,
    DeliveryState,
)
from wxbot.push.planning.approval_parts import changes_since_plan, update_parts
from wxbot.push.terms import Pace, Terms

__all__ = ["is_as_approved"]


def is_as_approved(session: Session, lease: Lease, terms: Terms, pace: Pace, now: dt.datetime) -> bool:
    """Whether the campaign may go on as it was approved; False when it may not, and its state says why.

    Its approval falls while nothing of it is out. Once some of its followers have it, it is paused before the others
    get something else: whoever resumes it wants them to have what the issue says by then.
    """
    campaign = session.get_one(Campaign, lease.campaign_id)
    if campaign.state == CampaignState.APPROVED and _missed(campaign, pace, now):
        _falls(session, lease, "miss", now, _missed_words(campaign, terms, pace))
        return False
    begun = draft_media_id(session, campaign.id) is not None or any_delivery(session, campaign.id, MAY_BE_OUT)
    others = campaign.route in BY_NAME and any_delivery(session, campaign.id, (DeliveryState.PLANNED,))
    said = "；".join(changes_since_plan(session, campaign, terms)) if others or not begun else ""
    if not said:
        return True
    if not begun:
        _falls(session, lease, "change", now, f"批准之后改了：{said}。请重新计划（wxbot push plan）")
        return False
    reason = (
        f"发送途中改了：{said}。已发的不变；其余的按现在的内容发用 wxbot push resume {campaign.id}，"
        f"不再发用 wxbot push cancel {campaign.id}"
    )
    move_campaign(session, campaign.id, "pause", now, fence=lease.fence, reason=reason)
    _take_down(session, lease.campaign_id, terms)
    return False


def _take_down(session: Session, campaign_id: int, terms: Terms) -> None:
    """Let the plan be for what the issue says now, so that resuming it is for just that."""
    session.flush()
    session.expire_all()  # the move went past the objects that this session holds
    try:
        update_parts(session, session.get_one(Campaign, campaign_id), terms)
    except (NotFound, UsageError, Forbidden):
        return  # there is nothing to send: the reason says so, and resuming comes back to it


def _falls(session: Session, lease: Lease, event: str, now: dt.datetime, reason: str) -> None:
    """The approval falls: whoever gave it may give it again."""
    move_campaign(session, lease.campaign_id, event, now, fence=lease.fence, reason=reason, approved_by="")


def _missed(campaign: Campaign, pace: Pace, now: dt.datetime) -> bool:
    # The later of the hour and the approval counts: who approves late wants it now.
    moments = [moment for moment in (campaign.at, campaign.approved_at) if moment is not None]
    return bool(moments) and now - max(moments) > dt.timedelta(hours=pace.grace_hours)


def _missed_words(campaign: Campaign, terms: Terms, pace: Pace) -> str:
    hour = f"{campaign.at.astimezone(terms.tz):%Y-%m-%d %H:%M}" if campaign.at else "批准后立即发送的时刻"
    return f"错过了 {hour} 超过 {pace.grace_hours} 小时，没有自动补发，请重新批准"
