"""Settling: take in what the platform reports after it took a mass message.

Two ways lead here: the report that the platform pushes (MASSSENDJOBFINISH, with its counts), kept in the journal by
the webhook; and asking (mass/get), which knows only whether it is over. A report may come before we know the id that
our own call returned: it stays in the journal and is matched at the next settling.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update

from wxbot import journal
from wxbot.db import Database, Session
from wxbot.errors import OutcomeUnknown, WeChatError
from wxbot.push.delivery.cleanup import clean_up_deliveries
from wxbot.push.delivery.noticed import reconcile_notices
from wxbot.push.ledger.batches import batch_filter, campaign_batches, move_batch
from wxbot.push.ledger.completion import complete_campaign
from wxbot.push.ledger.lease import Lease
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.wechat import WeChat

__all__ = ["FINISH_EVENT", "reconcile_campaign", "reconcile_reports", "report_status_text"]

FINISH_EVENT = "masssendjobfinish"
FIRST_LOOK = dt.timedelta(seconds=3)
LONGEST_WAIT = dt.timedelta(minutes=10)  # mass/get shares 100 a day with the sending itself (reference, 0)

Clock = Callable[[], dt.datetime]

# Reference, B3.
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
# publish_status (reference, B3) in the words of mass/get; whatever is not here failed.
_PUBLISHED = {0: "SEND_SUCCESS", 1: "SENDING"}
# What mass/get says of a job that is over: the move of its lines, and the reason.
_ENDS = {
    "SEND_SUCCESS": ("report", "群发完成"),
    "SEND_FAIL": ("report failed", "平台群发失败"),
    "DELETE": ("report failed", "这条群发在平台上被删除"),
}
# What may pass when tried again without any change of the content.
_MAY_PASS = {30001, 40001, 40002}


def reconcile_reports(db: Database, now: dt.datetime) -> int:
    """Match every report in the journal with its delivery; gives how many found theirs.

    Lines that nobody will hear of any more are settled, too: see `leftovers`.
    """
    clean_up_deliveries(db, now)
    matched = reconcile_notices(db, now)
    with db.read() as session:
        if not journal.unmatched_job_events(session, FINISH_EVENT, limit=1):
            return matched  # every second: a look costs nothing, a transaction that writes holds others up
    with db.begin() as session:
        for event in journal.unmatched_job_events(session, FINISH_EVENT):
            line = _line_of(session, event)
            if line is not None:
                _take_in(session, line, event.job, event.report, now)
                journal.mark_matched(session, event, now)
                matched += 1
        return matched


def reconcile_campaign(db: Database, wechat: WeChat, lease: Lease, route: Route, clock: Clock) -> None:
    """Ask the platform what became of the calls of `route` that no report told of; else say when to look again.

    Of a list one batch is asked about at a time, the oldest: asking costs the quota that sending needs.
    """
    reconcile_reports(db, clock())
    with db.read() as session:
        state = session.get_one(Campaign, lease.campaign_id).state
        found = campaign_batches(session, lease.campaign_id, route) if state == CampaignState.RUNNING else []
    open_ones = [b for b in found if b.state is DeliveryState.SENT and b.settled_at is None]
    if not open_ones:
        return
    oldest = min(open_ones, key=lambda batch: batch.moved_at)
    sent_for = clock() - oldest.moved_at
    status = "SENDING"
    if oldest.msg_id is None or sent_for >= FIRST_LOOK:
        status = _ask(wechat, oldest.msg_id, route)
    if status == "SENDING":
        _look_again(db, lease, clock() + min(max(FIRST_LOOK, sent_for), LONGEST_WAIT))
        return
    with db.begin() as session:
        event, reason = _ENDS[status]
        move_batch(session, oldest, event, clock(), reason=reason, settled_at=clock())
    if len(open_ones) > 1:
        _look_again(db, lease, clock() + FIRST_LOOK)


def _look_again(db: Database, lease: Lease, at: dt.datetime) -> None:
    here = Campaign.id == lease.campaign_id, Campaign.fence == lease.fence
    with db.begin() as session:
        session.execute(update(Campaign).where(*here).values(look_again_at=at))


def report_status_text(status: str) -> str:
    """What a report's status means: `send success`, `send fail`, `err(10001)`."""
    code = _err(status)
    if code is not None:
        return f"平台没有群发：{_REASONS.get(code, '未知原因')}（{status}）"
    return {"send success": "群发完成", "send fail": "平台群发失败"}.get(status, f"平台报告：{status}")


def _ask(wechat: WeChat, msg_id: str | None, route: Route) -> str:
    if msg_id is None:
        # Known by its spent draft, which is spent at the end, or by a person who looked.
        return "SEND_SUCCESS"
    try:
        if route is Route.PUBLISH:
            return _PUBLISHED.get(wechat.fetch_publish_status(msg_id).status, "SEND_FAIL")
        status = wechat.fetch_mass_status(msg_id)
    except (WeChatError, OutcomeUnknown):
        return "SENDING"  # asked again at the next look
    return status if status in _ENDS else "SENDING"


def _line_of(session: Session, event: journal.JobEvent) -> Delivery | None:
    """The first line of the batch that a report is about."""
    by_id = session.scalar(
        select(Delivery).where(Delivery.msg_id == event.job).order_by(Delivery.id).limit(1)
    )
    if by_id is not None:
        return by_id
    # A batch that is known to be sent by its spent draft alone has no id; the one report that came after its call,
    # when there is just one such batch, is its own.
    firsts = select(func.min(Delivery.id)).where(
        Delivery.msg_id.is_(None),
        Delivery.state == DeliveryState.SENT,
        Delivery.route.in_([Route.MASS, Route.LIST]),
        Delivery.claimed_at <= event.received_at,
    )
    nameless = session.scalars(firsts.group_by(Delivery.campaign_id, Delivery.segment).limit(2)).all()
    return session.get(Delivery, nameless[0]) if len(nameless) == 1 else None


def _take_in(session: Session, first: Delivery, job: str, report: dict[str, Any], now: dt.datetime) -> None:
    """Let all lines of a batch take what its report says; the report itself is kept on its first line."""
    status = str(report.get("status", ""))
    values: dict[str, Any] = {"msg_id": job, "reason": report_status_text(status), "settled_at": now}
    code = _err(status)
    event = "report"
    if status != "send success":
        event = "report refused" if code is not None and code not in _MAY_PASS else "report failed"
        values["errcode"] = code
    move_deliveries(session, batch_filter(first.campaign_id, first.id, first.segment), event, now, **values)
    session.execute(update(Delivery).where(Delivery.id == first.id).values(report=report))
    complete_campaign(session, first.campaign_id, now)


def _err(status: str) -> int | None:
    found = re.fullmatch(r"err\((\d+)\)", status)
    return int(found[1]) if found else None
