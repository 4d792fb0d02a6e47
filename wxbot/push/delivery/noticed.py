"""What became of subscription notices: the platform tells by an event for each, and by nothing else (reference, J3).

The call answers with no id, so an event is matched by its follower and template with the newest notice of ours. It may
come before our own call has returned: then it waits in the journal. It also tells what became of a call whose answer
was lost.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update

from wxbot import consents, journal
from wxbot.db import Database, Session
from wxbot.push.ledger.states import move_delivery
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, Route

__all__ = ["SENT_EVENT", "reconcile_notices"]

SENT_EVENT = "subscribe_msg_sent_event"
AT_ONCE = 500  # events a transaction
LATELY = dt.timedelta(days=3)  # campaigns that an event may be about
WAITS = dt.timedelta(minutes=15)  # for its call to return; after that it was nobody's of ours

_MAY_BE_MEANT = (DeliveryState.CLAIMED, DeliveryState.UNKNOWN, DeliveryState.SENT)


def reconcile_notices(db: Database, now: dt.datetime) -> int:
    """Take in what the platform told of notices; gives how many events found their line."""
    with db.read() as session:
        if not journal.unmatched_job_events(session, SENT_EVENT, limit=1):
            return 0
    settled, after = 0, 0
    while True:
        with db.begin() as session:
            events = journal.unmatched_job_events(session, SENT_EVENT, limit=AT_ONCE, after=after)
            campaigns = _campaigns(session, now)
            settled += sum(_settled(session, event, campaigns, now) for event in events)
        if len(events) < AT_ONCE:
            return settled
        after = events[-1].id


def _campaigns(session: Session, now: dt.datetime) -> dict[int, str]:
    """The templates of campaigns that sent notices lately."""
    lately = select(Campaign).where(
        Campaign.moved_at > now - LATELY, Campaign.route.in_([Route.NOTICE, Route.MIXED])
    )
    return {campaign.id: campaign.parts.get("template", "") for campaign in session.scalars(lately)}


def _settled(session: Session, event: journal.JobEvent, campaigns: dict[int, str], now: dt.datetime) -> bool:
    template = event.report["template_id"]
    meant = [campaign_id for campaign_id, its in campaigns.items() if its == template]
    line = _line_of(session, event, meant)
    if line is None or line.state == DeliveryState.CLAIMED:
        if event.received_at < now - WAITS:
            journal.mark_matched(session, event, now)
        return False
    _take_in(session, line, event, template, now)
    journal.mark_matched(session, event, now)
    return True


def _line_of(session: Session, event: journal.JobEvent, campaigns: Sequence[int]) -> Delivery | None:
    """The newest notice to that follower of which nothing was told yet."""
    here = (
        Delivery.campaign_id.in_(campaigns),
        Delivery.recipient == event.job,
        Delivery.route == Route.NOTICE,
        Delivery.state.in_(_MAY_BE_MEANT),
        Delivery.settled_at.is_(None),
    )
    return session.scalar(select(Delivery).where(*here).order_by(Delivery.claimed_at.desc()).limit(1))


def _take_in(
    session: Session, line: Delivery, event: journal.JobEvent, template: str, now: dt.datetime
) -> None:
    errcode = int(event.report["errcode"])
    if line.state == DeliveryState.UNKNOWN:
        move_delivery(session, line.id, "find sent", now, reason="平台报告：这一条发出了")
        consents.spend(session, [line.recipient], template, now)
        here = Campaign.id == line.campaign_id, Campaign.state == CampaignState.UNKNOWN
        session.execute(update(Campaign).where(*here).values(look_again_at=None))
    if errcode == 0:
        values = {"reason": "平台报告：已送达", "errcode": None}
        move_delivery(session, line.id, "report", now, settled_at=now, **values)
        return
    reason = f"平台报告：没有送达（{errcode} {event.report['status']}）"
    move_delivery(session, line.id, "report refused", now, settled_at=now, errcode=errcode, reason=reason)
