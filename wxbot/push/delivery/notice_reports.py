"""Reconciliation of subscription notices: match the platform's events about them with the ledger.

A notice is reported by an event for each follower (wechat-platform.md, J3), and by nothing else; its call returns no
id, so the event is matched by follower and template with our newest notice. An event may arrive before our own call
has returned: it then stays in the journal and is matched later. It also resolves a call whose answer was lost.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, or_, select, update

from wxbot import consents, journal
from wxbot.db import Database, Session
from wxbot.push.ledger.states import move_delivery
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, Route

__all__ = ["EVENTS_PER_TRANSACTION", "LARGEST_ERROR_CODE", "MATCH_WINDOW", "reconcile_notices"]

NOTICE_EVENT = "subscribe_msg_sent_event"
EVENTS_PER_TRANSACTION = 500
NOTICE_REPORT_DAYS = dt.timedelta(days=3)  # an event can only be about a campaign that moved within this time
MATCH_WINDOW = dt.timedelta(minutes=15)  # an event without a delivery after this time is not ours
LARGEST_ERROR_CODE = 2**31 - 1  # that the column holds: one report with a larger number would stop all others
_AWAITING_NOTICE_REPORT = (
    Delivery.route == Route.NOTICE,
    Delivery.state.in_([DeliveryState.CLAIMED, DeliveryState.UNKNOWN, DeliveryState.SENT]),
    Delivery.settled_at.is_(None),
)


def reconcile_notices(db: Database, now: dt.datetime) -> int:
    """Match the events about subscription notices with their deliveries; return how many were matched."""
    matched, after = 0, 0
    while True:
        with db.read() as session:
            # Asked every second, and another program's notices are reported to us too: a look must not write.
            templates = _notice_templates(session, now)
            page = session.execute(_notices_to_record(templates, now, after)).all()
        known = set(templates.values())
        old = now - MATCH_WINDOW
        found = [id_ for id_, at, report in page if at < old or report.get("template_id") in known]
        if found:
            with db.begin() as session:
                events = session.scalars(select(journal.JobEvent).where(journal.JobEvent.id.in_(found)))
                matched += sum(_match_notice(session, event, templates, now) for event in events.all())
        if len(page) < EVENTS_PER_TRANSACTION:
            return matched
        after = page[-1].id


def _notices_to_record(
    templates: dict[int, str], now: dt.datetime, after: int
) -> Select[int, dt.datetime, dict[str, Any]]:
    """Return the statement that finds events with a delivery that waits for one, and those of nobody that are old."""
    event = journal.JobEvent
    ours = exists().where(
        Delivery.recipient == event.job, Delivery.campaign_id.in_(templates), *_AWAITING_NOTICE_REPORT
    )
    waiting = select(event.id, event.received_at, event.report).where(
        event.event == NOTICE_EVENT, event.matched_at.is_(None), event.id > after
    )
    old = event.received_at < now - MATCH_WINDOW
    return waiting.where(or_(ours, old)).order_by(event.id).limit(EVENTS_PER_TRANSACTION)


def _notice_templates(session: Session, now: dt.datetime) -> dict[int, str]:
    """Return the notice template of each campaign that may have sent notices recently."""
    lately = select(Campaign).where(
        Campaign.moved_at > now - NOTICE_REPORT_DAYS, Campaign.route.in_([Route.NOTICE, Route.MIXED])
    )
    return {campaign.id: campaign.parts.get("template", "") for campaign in session.scalars(lately)}


def _match_notice(
    session: Session, event: journal.JobEvent, templates: dict[int, str], now: dt.datetime
) -> bool:
    template = str(event.report.get("template_id", ""))
    campaign_ids = [campaign_id for campaign_id, its in templates.items() if its == template]
    delivery = _notice_delivery(session, event, campaign_ids)
    if delivery is None or delivery.state == DeliveryState.CLAIMED:
        if event.received_at < now - MATCH_WINDOW:
            journal.mark_matched(session, event, now)
        return False
    _record_notice_report(session, delivery, event, template, now)
    journal.mark_matched(session, event, now)
    return True


def _notice_delivery(
    session: Session, event: journal.JobEvent, campaign_ids: Sequence[int]
) -> Delivery | None:
    """Find the newest notice to the event's follower that has no report yet."""
    here = (
        Delivery.campaign_id.in_(campaign_ids),
        Delivery.recipient == event.job,
        *_AWAITING_NOTICE_REPORT,
    )
    return session.scalar(select(Delivery).where(*here).order_by(Delivery.claimed_at.desc()).limit(1))


def _record_notice_report(
    session: Session, delivery: Delivery, event: journal.JobEvent, template: str, now: dt.datetime
) -> None:
    errcode = min(int(event.report.get("errcode", 0)), LARGEST_ERROR_CODE)
    if delivery.state == DeliveryState.UNKNOWN:
        move_delivery(session, delivery.id, "find sent", now, reason="平台报告：这一条发出了")
        consents.spend(session, [delivery.recipient], template, now)
        here = Campaign.id == delivery.campaign_id, Campaign.state == CampaignState.UNKNOWN
        session.execute(update(Campaign).where(*here).values(look_again_at=None))
    values: dict[str, Any] = {"reason": "平台报告：已送达", "errcode": None, "settled_at": now}
    if errcode == 0:
        move_delivery(session, delivery.id, "report", now, **values)
        return
    values |= {
        "reason": f"平台报告：没有送达（{errcode} {event.report.get('status', '')}）",
        "errcode": errcode,
    }
    move_delivery(session, delivery.id, "report refused", now, **values)
