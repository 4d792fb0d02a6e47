"""Preflight: verify a campaign against its approval, right before anything of it is sent.

An issue that was revised or withdrawn, a changed setting and a missed time withdraw the approval. Once the draft exists
at the platform, the draft is what was approved.
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
    """Verify that the campaign is still what was approved; return False if not, with the reason in its state.

    If nothing has been sent, the approval is withdrawn. If some followers have received the message, the campaign is
    paused before the others get different content; an editor who resumes it accepts the issue's present content.
    """
    campaign = session.get_one(Campaign, lease.campaign_id)
    if campaign.state == CampaignState.APPROVED and _is_overdue(campaign, limits, now):
        reason = _overdue_reason(campaign, settings, limits)
        move_campaign(session, campaign.id, "miss", now, fence=lease.fence, reason=reason)
        return False
    begun = draft_media_id(session, campaign.id) is not None
    begun = begun or any_delivery(session, campaign.id, POSSIBLY_SENT)
    per_follower = campaign.route in ONE_ROW_PER_FOLLOWER
    others_wait = per_follower and any_delivery(session, campaign.id, (DeliveryState.PLANNED,))
    changes = changes_since_plan(session, campaign, settings) if others_wait or not begun else []
    if not changes:
        return True
    changed = "；".join(changes)
    if not begun:
        reason = f"批准之后改了：{changed}。请重新计划（wxbot push plan）"
        move_campaign(session, campaign.id, "change", now, fence=lease.fence, reason=reason)
        return False
    reason = (
        f"发送途中改了：{changed}。已发的不变；其余的按现在的内容发用 wxbot push resume {campaign.id}，"
        f"不再发用 wxbot push cancel {campaign.id}"
    )
    move_campaign(session, campaign.id, "pause", now, fence=lease.fence, reason=reason)
    _adopt_changes(session, lease.campaign_id, settings)
    return False


def _adopt_changes(session: Session, campaign_id: int, settings: PushSettings) -> None:
    """Update the campaign's parts and hash to the present content, which is what an editor resumes."""
    session.flush()
    session.expire_all()  # the move bypassed the objects of this session
    try:
        update_parts(session, session.get_one(Campaign, campaign_id), settings)
    except (NotFound, UsageError, Forbidden):
        return  # there is nothing to send: the reason says so, and a resumed campaign is verified again


def _is_overdue(campaign: Campaign, limits: WorkerLimits, now: dt.datetime) -> bool:
    # The later of time and approval counts: an editor who approves late wants it sent now.
    moments = [moment for moment in (campaign.at, campaign.approved_at) if moment is not None]
    return bool(moments) and now - max(moments) > dt.timedelta(hours=limits.grace_hours)


def _overdue_reason(campaign: Campaign, settings: PushSettings, limits: WorkerLimits) -> str:
    hour = f"{campaign.at.astimezone(settings.tz):%Y-%m-%d %H:%M}" if campaign.at else "批准后立即发送的时刻"
    return f"错过了 {hour} 超过 {limits.grace_hours} 小时，没有自动补发，请重新批准"
