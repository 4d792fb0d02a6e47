"""Reconciliation: match what the platform reports afterwards with the ledger, and clean up abandoned deliveries.

A mass message is reported in two ways: by an event with its counts (MASSSENDJOBFINISH), which the webhook keeps in the
journal, and by a query (mass/get), which tells only whether the job is over. Reports of subscription notices are
matched by `notice_reports`.
"""

import datetime as dt
import re
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update

from wxbot import journal
from wxbot.db import Database, Session
from wxbot.errors import OutcomeUnknown, WeChatError
from wxbot.push.delivery.notice_reports import (
    EVENTS_PER_TRANSACTION,
    LARGEST_ERROR_CODE,
    MATCH_WINDOW,
    reconcile_notices,
)
from wxbot.push.ledger.batches import batch_filter, campaign_batches, move_batch
from wxbot.push.ledger.lease import Lease, complete_campaign
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.push.push_settings import PushContext
from wxbot.wechat import WeChat

__all__ = [
    "CANCELLED_REASON",
    "DELIVERIES_PER_TRANSACTION",
    "clean_up_deliveries",
    "reconcile_campaign",
    "reconcile_reports",
    "report_status_text",
]

FINISH_EVENT = "masssendjobfinish"
FIRST_QUERY = dt.timedelta(seconds=3)
LONGEST_WAIT = dt.timedelta(minutes=10)  # mass/get shares its quota of 100 a day with sending

ABANDONED = dt.timedelta(minutes=15)  # longer than any call and any cancellation takes
DELIVERIES_PER_TRANSACTION = 20_000
CANCELLED_REASON = "计划已取消"

# errcodes of a mass message's report (wechat-platform.md, B3).
_REASONS = {
    10001: "涉嫌广告",
    20001: "涉嫌政治",
    20002: "涉嫌色情",
    20004: "涉嫌社会",
    20006: "涉嫌违法犯罪",
    20008: "涉嫌欺诈",
    20013: "涉嫌版权",
    21000: "涉嫌其他",
    22000: "涉嫌互推",
    30001: "原创校验出现系统错误",
    30002: "原创校验判定不能群发",
    30003: "原创校验判定为转载，而没有允许转载",
    40001: "管理员拒绝了这次群发",
    40002: "管理员 30 分钟内没有确认",
}
_RETRYABLE = {30001, 40001, 40002}  # may succeed without a change of the content
# publish_status (wechat-platform.md, B3) as the status of mass/get; any other value is a failure.
_PUBLISH_STATUS = {0: "SEND_SUCCESS", 1: "SENDING"}
# Status of a finished job: the move of its deliveries, and the reason.
_FINISHED_STATUS = {
    "SEND_SUCCESS": ("report", "群发完成"),
    "SEND_FAIL": ("report failed", "平台群发失败"),
    "DELETE": ("report failed", "这条群发在平台上被删除"),
}


def reconcile_reports(db: Database, now: dt.datetime) -> int:
    """Match the reports in the journal with their deliveries and clean up; return how many reports were matched."""
    clean_up_deliveries(db, now)
    matched = reconcile_notices(db, now)
    with db.read() as session:
        # Asked every second: a write transaction for reports that are not ours would hold up the answers to members.
        found = session.scalars(_reports_to_record(session, now)).all()
    if not found:
        return matched
    with db.begin() as session:
        for event in session.scalars(select(journal.JobEvent).where(journal.JobEvent.id.in_(found))):
            delivery = _reported_delivery(session, event)
            if delivery is not None:
                _record_report(session, delivery, event.job, event.report, now)
                matched += 1
            if delivery is not None or event.received_at < now - MATCH_WINDOW:
                journal.mark_matched(session, event, now)
        return matched


def _reports_to_record(session: Session, now: dt.datetime) -> Select[int]:
    """Return the statement that finds reports on mass messages of ours, and those of nobody that are old enough.

    A message sent by hand in the platform's console, or by another program, is reported to us too.
    """
    event = journal.JobEvent
    ours: ColumnElement[bool] = exists().where(Delivery.msg_id == event.job)
    if session.scalar(_batches_without_id().limit(1)) is not None:
        ours = ours | (event.received_at >= now - MATCH_WINDOW)
    waiting = select(event.id).where(event.event == FINISH_EVENT, event.matched_at.is_(None))
    old = event.received_at < now - MATCH_WINDOW
    return waiting.where(or_(ours, old)).order_by(event.id).limit(EVENTS_PER_TRANSACTION)


def reconcile_campaign(context: PushContext, lease: Lease, route: Route) -> None:
    """Query the platform for the state of the calls by `route` that have no report yet, or schedule the next query.

    Of a list only the oldest batch is queried, because a query uses the quota that sending needs.
    """
    db, clock = context.db, context.clock
    reconcile_reports(db, clock())
    with db.read() as session:
        state = session.get_one(Campaign, lease.campaign_id).state
        is_running = state == CampaignState.RUNNING
        found = campaign_batches(session, lease.campaign_id, route) if is_running else []
    unreported = [b for b in found if b.state is DeliveryState.SENT and b.settled_at is None]
    if not unreported:
        return
    oldest = min(unreported, key=lambda batch: batch.moved_at)
    elapsed = clock() - oldest.moved_at
    status = "SENDING"
    if oldest.msg_id is None or elapsed >= FIRST_QUERY:
        status = _query_status(context.wechat, oldest.msg_id, route)
    if status == "SENDING":
        _look_again(db, lease, clock() + min(max(FIRST_QUERY, elapsed), LONGEST_WAIT))
        return
    with db.begin() as session:
        event, reason = _FINISHED_STATUS[status]
        move_batch(session, oldest, event, clock(), reason=reason, settled_at=clock())
    if len(unreported) > 1:
        _look_again(db, lease, clock() + FIRST_QUERY)


def _look_again(db: Database, lease: Lease, at: dt.datetime) -> None:
    here = Campaign.id == lease.campaign_id, Campaign.fence == lease.fence
    with db.begin() as session:
        session.execute(update(Campaign).where(*here).values(look_again_at=at))


def report_status_text(status: str) -> str:
    """Return a report's status in Chinese; it is `send success`, `send fail` or like `err(10001)`."""
    code = _error_code(status)
    if code is not None:
        return f"平台没有群发：{_REASONS.get(code, '未知原因')}（{status}）"
    return {"send success": "群发完成", "send fail": "平台群发失败"}.get(status, f"平台报告：{status}")


def _query_status(wechat: WeChat, msg_id: str | None, route: Route) -> str:
    if msg_id is None:
        # Known to be sent by its consumed draft, which sending consumes last, or by an editor's resolution.
        return "SEND_SUCCESS"
    try:
        if route is Route.PUBLISH:
            return _PUBLISH_STATUS.get(wechat.fetch_publish_status(msg_id).status, "SEND_FAIL")
        status = wechat.fetch_mass_status(msg_id)
    except (WeChatError, OutcomeUnknown):
        return "SENDING"  # queried again later
    return status if status in _FINISHED_STATUS else "SENDING"


def _reported_delivery(session: Session, event: journal.JobEvent) -> Delivery | None:
    """Find the first delivery of the batch that a mass message's report is about."""
    by_id = session.scalar(
        select(Delivery).where(Delivery.msg_id == event.job).order_by(Delivery.id).limit(1)
    )
    if by_id is not None:
        return by_id
    # A batch known to be sent only by its consumed draft has no msg_id. A report that came after its call is its own,
    # if it is the only such batch.
    firsts = _batches_without_id().where(Delivery.claimed_at <= event.received_at)
    without_id = session.scalars(firsts.limit(2)).all()
    return session.get(Delivery, without_id[0]) if len(without_id) == 1 else None


def _batches_without_id() -> Select[int]:
    """Return the statement that finds the first delivery of each batch that was sent and has no msg_id."""
    firsts = select(func.min(Delivery.id)).where(
        Delivery.msg_id.is_(None),
        Delivery.state == DeliveryState.SENT,
        Delivery.route.in_([Route.MASS, Route.LIST]),
    )
    return firsts.group_by(Delivery.campaign_id, Delivery.segment)


def _record_report(
    session: Session, first: Delivery, job: str, report: dict[str, Any], now: dt.datetime
) -> None:
    """Move all deliveries of a batch as its report says; store the report with the first of them."""
    status = str(report.get("status", ""))
    values: dict[str, Any] = {"msg_id": job, "reason": report_status_text(status), "settled_at": now}
    code = _error_code(status)
    event = "report"
    if status != "send success":
        event = "report refused" if code is not None and code not in _RETRYABLE else "report failed"
        values["errcode"] = code
    batch = batch_filter(first.campaign_id, first.id, first.segment)
    move_deliveries(session, batch, event, now, **values)
    session.execute(update(Delivery).where(Delivery.id == first.id).values(report=report))
    complete_campaign(session, first.campaign_id, now)


def _error_code(status: str) -> int | None:
    found = re.fullmatch(r"err\((\d{1,20})\)", status)
    return min(int(found[1]), LARGEST_ERROR_CODE) if found else None


def clean_up_deliveries(db: Database, now: dt.datetime) -> int:
    """Finish deliveries that no worker will visit again; return how many were moved.

    A worker that died during a call leaves its delivery claimed: it becomes unknown. A cancelled campaign may still
    have open deliveries, if the cancellation was interrupted or a refusal came after it: they are skipped.
    """
    claimed = (Delivery.state == DeliveryState.CLAIMED) & (Delivery.claimed_at <= now - ABANDONED)
    skippable = Delivery.state.in_([DeliveryState.PLANNED, DeliveryState.FAILED])
    is_over = Campaign.state.in_([CampaignState.CANCELLED, CampaignState.FAILED])
    is_cancelled = Campaign.state == CampaignState.CANCELLED
    left = exists().where(Delivery.campaign_id == Campaign.id, or_(claimed, skippable & is_cancelled))
    abandoned = select(Campaign.id, Campaign.state).where(is_over, Campaign.moved_at <= now - ABANDONED, left)
    with db.read() as session:
        found = session.execute(abandoned).all()
    moved = 0
    for campaign_id, state in found:
        mine: ColumnElement[bool] = Delivery.campaign_id == campaign_id
        with db.begin() as session:
            reason = "发送途中进程中断，结果不明"
            moved += move_deliveries(session, mine & claimed, "expire", now, reason=reason)
            if state == CampaignState.CANCELLED:
                open_ids = select(Delivery.id).where(mine, skippable).limit(DELIVERIES_PER_TRANSACTION)
                page = Delivery.id.in_(open_ids)
                moved += move_deliveries(session, page, "skip", now, reason=CANCELLED_REASON)
    return moved
