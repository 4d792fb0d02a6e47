"""Delivering: from an approved campaign to the platform's word that it took it.

One pass does what can be done now and leaves the rest in the database: it may be called at any time, by any number of
workers, after any kill. Order, always: the line of the ledger is claimed and committed, then the platform is called,
then the answer is written down.

Routes by one call are `whole`'s, those to each follower `each`'s.
"""

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy import or_, select

from wxbot.db import Database, Session
from wxbot.errors import NotFound, UsageError
from wxbot.push.audience import sections_of
from wxbot.push.each import EachRun
from wxbot.push.freeze import freeze
from wxbot.push.lease import Lease, LeaseLost, let_go, take
from wxbot.push.plan import card_of, draft_of, hash_of
from wxbot.push.prepare import draft_media_id
from wxbot.push.states import move_campaign
from wxbot.push.tables import MAY_BE_OUT, Campaign, CampaignState, Delivery, Route
from wxbot.push.terms import Choice, Pace, Terms
from wxbot.push.whole import WholeRun
from wxbot.wechat import WeChat

__all__ = ["deliver", "due"]

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


def due(db: Database, now: dt.datetime) -> list[int]:
    """Which campaigns have something to do now, the longest waiting first."""
    its_hour = or_(Campaign.at.is_(None), Campaign.at <= now)
    look_again = or_(Campaign.look_again_at.is_(None), Campaign.look_again_at <= now)
    free = or_(Campaign.lease_until.is_(None), Campaign.lease_until <= now)
    under_way = Campaign.state.in_([CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN])
    ready = (Campaign.state == CampaignState.APPROVED) & its_hour
    found = select(Campaign.id).where(or_(ready, under_way & look_again), free).order_by(Campaign.moved_at)
    with db.read() as session:
        return list(session.scalars(found))


def deliver(
    db: Database, wechat: WeChat, campaign_id: int, *, holder: str, terms: Terms, pace: Pace, clock: Clock
) -> CampaignState | None:
    """Take the campaign as far as it goes now; gives its state, None when another worker has it."""
    lease = take(db, campaign_id, holder, pace.lease_seconds, clock())
    if lease is None:
        return None
    try:
        if _started(db, lease, terms, pace, clock()):
            _go(db, wechat, lease, terms, pace, clock)
    except LeaseLost:
        log.info("campaign %s: stopped, or taken over by another worker", campaign_id)
    finally:
        let_go(db, lease)
    with db.read() as session:
        return CampaignState(session.get_one(Campaign, campaign_id).state)


def _go(db: Database, wechat: WeChat, lease: Lease, terms: Terms, pace: Pace, clock: Clock) -> None:
    with db.read() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        route = Route(campaign.route)
        card = card_of(session, campaign.number, terms) if route is Route.CUSTOMER else None
    if card is None:
        WholeRun(db, wechat, lease, terms, pace, clock, route).go()
    else:
        EachRun(db, lease, route, partial(wechat.send_card, card=card), clock, pace.per_minute).go()


def _started(db: Database, lease: Lease, terms: Terms, pace: Pace, now: dt.datetime) -> bool:
    """Bring the campaign to running, unless its hour was missed or its content is not what was approved."""
    with db.begin() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        if campaign.state == CampaignState.APPROVED and _missed(campaign, pace, now):
            hour = f"{campaign.at:%Y-%m-%d %H:%M}"
            reason = f"错过了 {hour} 超过 {pace.grace_hours} 小时，没有自动补发，请重新批准"
            move_campaign(session, campaign.id, "miss", now, fence=lease.fence, reason=reason)
            return False
        if _untouched(session, campaign) and _changed(session, campaign, terms):
            reason = "批准之后内容又改了，请重新计划（wxbot push plan）"
            move_campaign(session, campaign.id, "change", now, fence=lease.fence, reason=reason)
            return False
    if campaign.route == Route.CUSTOMER and campaign.state == CampaignState.APPROVED:
        freeze(db, campaign.id, sections_of(db, campaign), terms.tz, now)
    if campaign.state == CampaignState.RUNNING:
        return True
    with db.begin() as session:
        started = move_campaign(
            session, campaign.id, "start", now, fence=lease.fence, reason="", look_again_at=None
        )
    return started is not None


def _untouched(session: Session, campaign: Campaign) -> bool:
    """Whether nothing of this campaign exists at the platform yet, so that its content may still be judged."""
    out = (
        select(Delivery.id)
        .where(Delivery.campaign_id == campaign.id, Delivery.state.in_(MAY_BE_OUT))
        .limit(1)
    )
    return draft_media_id(session, campaign.id) is None and session.scalar(out) is None


def _missed(campaign: Campaign, pace: Pace, now: dt.datetime) -> bool:
    # The later of the hour and the approval counts: who approves late wants it now.
    start = max(m for m in (campaign.at, campaign.approved_at) if m is not None) if campaign.at else None
    return start is not None and now - start > dt.timedelta(hours=pace.grace_hours)


def _changed(session: Session, campaign: Campaign, terms: Terms) -> bool:
    try:
        articles = draft_of(session, campaign.number, terms, Choice.of(campaign))
    except (NotFound, UsageError):
        return True  # the issue is gone, or an article that was chosen
    return hash_of(campaign.number, campaign.route, campaign.audience, campaign.at, articles) != campaign.hash
