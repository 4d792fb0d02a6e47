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
    ONE_ROW_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    DeliveryState,
)
from wxbot.push.planning.approval_parts import changes_since_plan, update_parts
from wxbot.push.push_settings import PushSettings, WorkerLimits

__all__ = ["verify_approval"]


def verify_approval(
    session: Session, lease: Lease, settings: PushSettings, limits: WorkerLimits, now: dt.datetime
) -> bool:
    """Whether the campaign may go on as it was approved; False when it may not, and its state says why.

    Its approval falls while nothing of it is out. Once some of its followers have it, it is paused before the others
    get something else: whoever resumes it wants them to have what the issue says by then.
    """
    campaign = session.get_one(Campaign, lease.campaign_id)
    if campaign.state == CampaignState.APPROVED and _missed(campaign, limits, now):
        _falls(session, lease, "miss", now, _missed_words(campaign, settings, limits))
        return False
    begun = draft_media_id(session, campaign.id) is not None or any_delivery(
        session, campaign.id, POSSIBLY_SENT
    )
    others = campaign.route in ONE_ROW_PER_FOLLOWER and any_delivery(
        session, campaign.id, (DeliveryState.PLANNED,)
    )
    said = "；".join(changes_since_plan(session, campaign, settings)) if others or not begun else ""
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
    _take_down(session, lease.campaign_id, settings)
    return False


def _take_down(session: Session, campaign_id: int, settings: PushSettings) -> None:
    """Let the plan be for what the issue says now, so that resuming it is for just that."""
    session.flush()
    session.expire_all()  # the move went past the objects that this session holds
    try:
        update_parts(session, session.get_one(Campaign, campaign_id), settings)
    except (NotFound, UsageError, Forbidden):
        return  # there is nothing to send: the reason says so, and resuming comes back to it


def _falls(session: Session, lease: Lease, event: str, now: dt.datetime, reason: str) -> None:
    """The approval falls: whoever gave it may give it again."""
    move_campaign(session, lease.campaign_id, event, now, fence=lease.fence, reason=reason)


def _missed(campaign: Campaign, limits: WorkerLimits, now: dt.datetime) -> bool:
    # The later of the hour and the approval counts: who approves late wants it now.
    moments = [moment for moment in (campaign.at, campaign.approved_at) if moment is not None]
    return bool(moments) and now - max(moments) > dt.timedelta(hours=limits.grace_hours)


def _missed_words(campaign: Campaign, settings: PushSettings, limits: WorkerLimits) -> str:
    hour = f"{campaign.at.astimezone(settings.tz):%Y-%m-%d %H:%M}" if campaign.at else "批准后立即发送的时刻"
    return f"错过了 {hour} 超过 {limits.grace_hours} 小时，没有自动补发，请重新批准"
