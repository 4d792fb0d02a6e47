"""Leftovers: lines of a campaign that is over, to which no worker's pass comes any more.

A worker that died with a call in its hand leaves its line claimed; a refusal that came after the campaign was cancelled
puts its line back; a cancelling that was cut short leaves the rest. None of them may stay like that for ever.
"""

import datetime as dt

from sqlalchemy import ColumnElement, exists, or_, select

from wxbot.db import Database
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState

__all__ = ["CANCELLED_REASON", "DELIVERIES_PER_TRANSACTION", "clean_up_deliveries"]

DEAD = dt.timedelta(minutes=15)  # no call takes so long, and no cancelling
DELIVERIES_PER_TRANSACTION = 20_000  # lines that one transaction moves
CANCELLED_REASON = "计划已取消"

_OVER = (CampaignState.CANCELLED, CampaignState.FAILED)
_LEFT = Delivery.state.in_([DeliveryState.PLANNED, DeliveryState.FAILED])


def clean_up_deliveries(db: Database, now: dt.datetime) -> int:
    """Call unknown what a dead worker held, and leave out what a cancelled campaign still has; gives how many lines."""
    in_hand = (Delivery.state == DeliveryState.CLAIMED) & (Delivery.claimed_at <= now - DEAD)
    still = Campaign.state.in_(_OVER) & (Campaign.moved_at <= now - DEAD)
    of_cancelled = _LEFT & (Campaign.state == CampaignState.CANCELLED)
    lines = exists().where(Delivery.campaign_id == Campaign.id, or_(in_hand, of_cancelled))
    with db.read() as session:
        found = session.execute(select(Campaign.id, Campaign.state).where(still, lines)).all()
    cleared = 0
    for campaign_id, state in found:
        mine: ColumnElement[bool] = Delivery.campaign_id == campaign_id
        with db.begin() as session:
            cleared += move_deliveries(
                session, mine & in_hand, "expire", now, reason="发送途中进程中断，结果不明"
            )
            if state == CampaignState.CANCELLED:
                page = Delivery.id.in_(
                    select(Delivery.id).where(mine, _LEFT).limit(DELIVERIES_PER_TRANSACTION)
                )
                cleared += move_deliveries(session, page, "skip", now, reason=CANCELLED_REASON)
    return cleared
