"""Deliver campaigns: one pass takes an approved campaign as far as it goes now.

A pass does what can be done now and leaves the rest in the database. It may be run at any time, by any number of
workers, after any kill. The order is always the same: the ledger row is claimed and committed, then the platform is
called, then the answer is recorded. Workers share the calls to single followers; the start, the bulk calls and the
completion belong to the one worker that holds the campaign's lease.

A campaign is verified against its approval before anything of it is sent: an issue that was revised or withdrawn, a
changed setting and a missed time withdraw the approval. Once the draft exists at the platform, the draft is what was
approved.
"""

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import InterfaceError, OperationalError

from wxbot.db import Database, Session
from wxbot.errors import Busy, OutcomeUnknown, SettingsError, WeChatError, WxbotError
from wxbot.push.audience.snapshot import freeze_audience, recheck_audience
from wxbot.push.delivery.bulk import BulkRun
from wxbot.push.delivery.individual import IndividualRun, sender_for
from wxbot.push.delivery.prepare import draft_media_id
from wxbot.push.ledger.lease import Lease, LeaseLost, complete_campaign, hold_lease
from wxbot.push.ledger.queries import any_delivery
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import (
    ONE_CALL_PER_FOLLOWER,
    ONE_ROW_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Route,
)
from wxbot.push.planning.approval_parts import adopt_changes, changes_since_plan
from wxbot.push.push_settings import PushContext, PushSettings, WorkerLimits
from wxbot.push.timing import wait_for_quiet_hours, watch_quiet_hours
from wxbot.text import one_line

__all__ = ["deliver_campaign", "due_campaigns"]

log = logging.getLogger(__name__)

# Calls to single followers first: a follower's 48 hours end, while a mass message can be sent at any time.
ROUTE_ORDER = (Route.CUSTOMER, Route.NOTICE, Route.MASS, Route.LIST, Route.DRAFT, Route.PUBLISH)
OPEN_STATES = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.UNKNOWN)


def due_campaigns(db: Database, now: dt.datetime) -> list[int]:
    """Return the ids of campaigns that have something to do now, the longest waiting first."""
    is_time = or_(Campaign.at.is_(None), Campaign.at <= now)
    look_again = or_(Campaign.look_again_at.is_(None), Campaign.look_again_at <= now)
    is_free = or_(Campaign.lease_until.is_(None), Campaign.lease_until <= now)
    started = Campaign.state.in_([CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN])
    ready = (Campaign.state == CampaignState.APPROVED) & is_time
    found = select(Campaign.id).where(or_(ready, started & look_again), is_free).order_by(Campaign.moved_at)
    with db.read() as session:
        return list(session.scalars(found))


def deliver_campaign(
    context: PushContext,
    campaign_id: int,
    *,
    worker_id: str,
    stopping: Callable[[], bool] = lambda: False,
) -> CampaignState | None:
    """Deliver as much of the campaign as possible now; return its state, or None while another worker holds its lease.

    Any number of workers may call this for one campaign; they share the calls to single followers. `stopping` is asked
    before each step and ends the pass early, with no delivery left claimed. An error that does not pass by itself, as
    from a picture that a library cannot draw or a row that the database refuses, pauses the campaign with the reason:
    repeated each second, it would only be seen in the log.
    """
    try:
        return _deliver(context, campaign_id, worker_id, stopping)
    except (Busy, WeChatError, OutcomeUnknown, SettingsError, OperationalError, InterfaceError):
        raise
    except WxbotError as error:
        return _pause(context, campaign_id, f"{error.message} {error.remedy}")
    except Exception as error:
        log.exception("campaign %s is paused", campaign_id)
        return _pause(context, campaign_id, f"{type(error).__name__} {getattr(error, 'orig', error)}")


def _pause(context: PushContext, campaign_id: int, error: str) -> CampaignState | None:
    """Pause a campaign whose delivery failed, with the error as the reason that editors read."""
    reason = f"准备或发送时出错，已暂停：{one_line(error)[:200]}"
    with context.db.begin() as session:
        return move_campaign(session, campaign_id, "pause", context.clock(), reason=reason)


def _deliver(
    context: PushContext, campaign_id: int, worker_id: str, stopping: Callable[[], bool]
) -> CampaignState | None:
    quiet_hours_started = watch_quiet_hours(context.settings.quiet, context.clock)
    delivery_pass = _Pass(context, campaign_id, worker_id, lambda: stopping() or quiet_hours_started())
    try:
        with delivery_pass.hold_lease() as lease:
            started = _start(context, lease)
    except LeaseLost:
        return None
    try:
        if started:
            delivery_pass.run()
    except LeaseLost:
        log.info("campaign %s: stopped, or taken over by another worker", campaign_id)
    with context.db.read() as session:
        return CampaignState(session.get_one(Campaign, campaign_id).state)


@dataclass(frozen=True)
class _Pass:
    """One worker's pass over a running campaign."""

    context: PushContext
    campaign_id: int
    worker_id: str
    stopping: Callable[[], bool]

    def hold_lease(self) -> AbstractContextManager[Lease]:
        """Hold the campaign's lease during a block; raise LeaseLost while another worker holds it."""
        context, seconds = self.context, self.context.limits.lease_seconds
        return hold_lease(context.db, self.campaign_id, self.worker_id, seconds, context.clock)

    def run(self) -> None:
        """Run each route that has open deliveries, then complete the campaign if nothing is left."""
        routes = _open_routes(self.context.db, self.campaign_id)
        for route in (route for route in routes if route in ONE_CALL_PER_FOLLOWER):
            if self.stopping() or not self._individual_run(route).run():
                return
        with self.hold_lease() as lease:
            for route in (route for route in routes if route not in ONE_CALL_PER_FOLLOWER):
                if self.stopping() or not BulkRun(self.context, lease, route, self.stopping).run():
                    return
            with self.context.db.begin() as session:
                complete_campaign(session, self.campaign_id, self.context.clock(), fence=lease.fence)

    def _individual_run(self, route: Route) -> IndividualRun:
        with self.context.db.read() as session:
            campaign = session.get_one(Campaign, self.campaign_id)
            send = sender_for(session, self.context, campaign, route)
        return IndividualRun(self.context, self.campaign_id, route, send, self.stopping)


def _open_routes(db: Database, campaign_id: int) -> list[Route]:
    """Return the routes by which something of the campaign is still to be done, in the order of delivery."""
    with db.read() as session:
        route = Route(session.get_one(Campaign, campaign_id).route)
        if route is not Route.MIXED:
            return [route]
        unreported = (
            (Delivery.state == DeliveryState.SENT)
            & Delivery.settled_at.is_(None)
            & Delivery.route.not_in(ONE_CALL_PER_FOLLOWER)
        )
        open_deliveries = select(Delivery.route).where(
            Delivery.campaign_id == campaign_id, or_(Delivery.state.in_(OPEN_STATES), unreported)
        )
        found = set(session.scalars(open_deliveries.distinct()))
    return [route for route in ROUTE_ORDER if route in found]


def _start(context: PushContext, lease: Lease) -> bool:
    """Move the campaign to running with its recipients in the ledger; return False if it must not or cannot start."""
    now, settings = context.clock(), context.settings
    with context.db.begin() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        if not _verify_approval(session, lease, settings, context.limits, now):
            return False
        if wait_for_quiet_hours(session, lease, settings.quiet, now):
            return False
        if campaign.state != CampaignState.RUNNING:
            values: dict[str, Any] = {"reason": "", "look_again_at": None}
            if move_campaign(session, campaign.id, "start", now, fence=lease.fence, **values) is None:
                return False
    if campaign.route not in ONE_ROW_PER_FOLLOWER:
        return True
    if not freeze_audience(context.db, context.wechat, lease, settings, context.clock):
        return False
    recheck_audience(context.db, lease, settings, context.clock)
    return True


def _verify_approval(
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
    session.flush()
    session.expire_all()  # the move bypassed the objects of this session
    adopt_changes(session, session.get_one(Campaign, lease.campaign_id), settings)
    return False


def _is_overdue(campaign: Campaign, limits: WorkerLimits, now: dt.datetime) -> bool:
    # The later of time and approval counts: an editor who approves late wants it sent now.
    moments = [moment for moment in (campaign.at, campaign.approved_at) if moment is not None]
    return bool(moments) and now - max(moments) > dt.timedelta(hours=limits.grace_hours)


def _overdue_reason(campaign: Campaign, settings: PushSettings, limits: WorkerLimits) -> str:
    hour = f"{campaign.at.astimezone(settings.tz):%Y-%m-%d %H:%M}" if campaign.at else "批准后立即发送的时刻"
    return f"错过了 {hour} 超过 {limits.grace_hours} 小时，没有自动补发，请重新批准"
