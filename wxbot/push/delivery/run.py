"""Delivering: from an approved campaign to the platform's word that it took it.

One pass does what can be done now and leaves the rest in the database: it may be called at any time, by any number of
workers, after any kill. Order, always: the line of the ledger is claimed and committed, then the platform is called,
then the answer is written down. What goes one by one, workers do together, line by line; the start, what goes by one
call, and the end are one worker's, under the campaign's lease.

Routes by one call are `whole`'s, those to each follower `each`'s.
"""

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import or_, select

from wxbot.db import Database
from wxbot.push.audience.snapshot import freeze_audience, recheck_audience
from wxbot.push.delivery.bulk import BulkRun
from wxbot.push.delivery.individual import IndividualRun
from wxbot.push.delivery.preflight import verify_approval
from wxbot.push.delivery.ways import sender_for
from wxbot.push.ledger.completion import complete_campaign
from wxbot.push.ledger.lease import Lease, LeaseLost, hold_lease
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import (
    ONE_CALL_PER_FOLLOWER,
    ONE_ROW_PER_FOLLOWER,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Route,
)
from wxbot.push.planning.night import wait_for_quiet_hours, watch_quiet_hours
from wxbot.push.push_settings import PushSettings, WorkerLimits
from wxbot.wechat import WeChat

__all__ = ["deliver_campaign", "due_campaigns"]

log = logging.getLogger(__name__)

# One by one first: a follower's 48 hours end, while a mass message can be made at any time.
ORDER = (Route.CUSTOMER, Route.NOTICE, Route.MASS, Route.LIST, Route.DRAFT, Route.PUBLISH)
OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.UNKNOWN)

Clock = Callable[[], dt.datetime]


def due_campaigns(db: Database, now: dt.datetime) -> list[int]:
    """Which campaigns have something to do now, the longest waiting first."""
    its_hour = or_(Campaign.at.is_(None), Campaign.at <= now)
    look_again = or_(Campaign.look_again_at.is_(None), Campaign.look_again_at <= now)
    free = or_(Campaign.lease_until.is_(None), Campaign.lease_until <= now)
    under_way = Campaign.state.in_([CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN])
    ready = (Campaign.state == CampaignState.APPROVED) & its_hour
    found = select(Campaign.id).where(or_(ready, under_way & look_again), free).order_by(Campaign.moved_at)
    with db.read() as session:
        return list(session.scalars(found))


def deliver_campaign(
    db: Database,
    wechat: WeChat,
    campaign_id: int,
    *,
    holder: str,
    settings: PushSettings,
    limits: WorkerLimits,
    clock: Clock,
    stopping: Callable[[], bool] = lambda: False,
) -> CampaignState | None:
    """Take the campaign as far as it goes now; gives its state, None when another worker has it for itself.

    Any number of workers may call this for one campaign: what goes one by one they do together. `stopping` is asked
    before each step and ends the work early, with nothing left in hand.
    """
    night = watch_quiet_hours(settings.quiet, clock)
    done = _Pass(db, wechat, campaign_id, holder, settings, limits, clock, lambda: stopping() or night())
    try:
        with done.alone() as lease:
            started = _started(db, wechat, lease, settings, limits, clock)
    except LeaseLost:
        return None
    try:
        if started:
            done.go()
    except LeaseLost:
        log.info("campaign %s: stopped, or taken over by another worker", campaign_id)
    with db.read() as session:
        return CampaignState(session.get_one(Campaign, campaign_id).state)


@dataclass(frozen=True)
class _Pass:
    """One worker's pass over a campaign that runs."""

    db: Database
    wechat: WeChat
    campaign_id: int
    holder: str
    settings: PushSettings
    limits: WorkerLimits
    clock: Clock
    stopping: Callable[[], bool]

    def alone(self) -> AbstractContextManager[Lease]:
        """The campaign's lease, for what one worker must do; LeaseLost when another has it."""
        return hold_lease(self.db, self.campaign_id, self.holder, self.limits.lease_seconds, self.clock)

    def go(self) -> None:
        """Let each route of the campaign's open lines do what it can, then look whether all is over."""
        routes = _routes(self.db, self.campaign_id)
        for route in (route for route in routes if route in ONE_CALL_PER_FOLLOWER):
            if self.stopping() or not self._singly(route).go():
                return
        with self.alone() as lease:
            for route in (route for route in routes if route not in ONE_CALL_PER_FOLLOWER):
                if self.stopping() or not self._whole(route, lease).go():
                    return
            with self.db.begin() as session:
                complete_campaign(session, self.campaign_id, self.clock(), fence=lease.fence)

    def _singly(self, route: Route) -> IndividualRun:
        with self.db.read() as session:
            campaign = session.get_one(Campaign, self.campaign_id)
            send = sender_for(session, campaign, route, self.wechat, self.settings)
        return IndividualRun(self.db, self.campaign_id, route, send, self.clock, self.limits, self.stopping)

    def _whole(self, route: Route, lease: Lease) -> BulkRun:
        return BulkRun(
            self.db, self.wechat, lease, self.settings, self.limits, self.clock, route, self.stopping
        )


def _routes(db: Database, campaign_id: int) -> list[Route]:
    """The routes by which something of the campaign is still to be done, in the order in which they go."""
    with db.read() as session:
        route = Route(session.get_one(Campaign, campaign_id).route)
        if route is not Route.MIXED:
            return [route]
        untold = (
            (Delivery.state == DeliveryState.SENT)
            & Delivery.settled_at.is_(None)
            & Delivery.route.not_in(ONE_CALL_PER_FOLLOWER)
        )
        open_lines = select(Delivery.route).where(
            Delivery.campaign_id == campaign_id, or_(Delivery.state.in_(OPEN), untold)
        )
        found = set(session.scalars(open_lines.distinct()))
    return [route for route in ORDER if route in found]


def _started(
    db: Database, wechat: WeChat, lease: Lease, settings: PushSettings, limits: WorkerLimits, clock: Clock
) -> bool:
    """Bring the campaign to running, its followers in its ledger, unless it is late or not as approved."""
    now = clock()
    with db.begin() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        if not verify_approval(session, lease, settings, limits, now) or wait_for_quiet_hours(
            session, lease, settings, now
        ):
            return False
        if campaign.state != CampaignState.RUNNING:
            started = move_campaign(
                session, campaign.id, "start", now, fence=lease.fence, reason="", look_again_at=None
            )
            if started is None:
                return False
    if campaign.route not in ONE_ROW_PER_FOLLOWER:
        return True
    if not freeze_audience(db, wechat, lease, settings, clock):
        return False
    recheck_audience(db, lease, settings, clock)
    return True
