"""Settling: take in what the platform reports after it took a mass message.

Two ways lead here: the report that the platform pushes (MASSSENDJOBFINISH, with its counts), kept in the journal by
the webhook; and asking (mass/get), which knows only whether it is over. A report may come before we know the id that
our own call returned: it stays in the journal and is matched at the next settling.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from wxbot import journal
from wxbot.db import Database, Session
from wxbot.errors import Unheard, WeChatError
from wxbot.push.lease import Lease
from wxbot.push.states import move_campaign, move_delivery
from wxbot.push.tables import Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.wechat import WeChat

__all__ = ["FINISH_EVENT", "settle_campaign", "settle_reports", "status_in_words"]

FINISH_EVENT = "masssendjobfinish"
FIRST_LOOK = dt.timedelta(seconds=3)
LONGEST_WAIT = dt.timedelta(
    minutes=10
)  # mass/get shares a quota of 100 a day with the sending itself (reference, 0)

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
# What may pass when tried again without any change of the content.
_MAY_PASS = {30001, 40001, 40002}


def settle_reports(db: Database, now: dt.datetime) -> int:
    """Match every report in the journal with its delivery; gives how many found theirs."""
    with db.read() as session:
        if not journal.unmatched(session, FINISH_EVENT):
            return 0  # every second: a look costs nothing, a transaction that writes holds others up
    with db.begin() as session:
        matched = 0
        for event in journal.unmatched(session, FINISH_EVENT):
            line = _line_of(session, event)
            if line is not None:
                _take_in(session, line, event.job, event.report, now)
                journal.match(session, event, now)
                matched += 1
        return matched


def settle_campaign(db: Database, wechat: WeChat, lease: Lease, clock: Callable[[], dt.datetime]) -> None:
    """Close the campaign if its message is over; else say when to look again."""
    settle_reports(db, clock())
    with db.read() as session:
        line = session.scalars(select(Delivery).where(Delivery.campaign_id == lease.campaign_id)).one()
        campaign = session.get_one(Campaign, lease.campaign_id)
        state, route = campaign.state, campaign.route
    if state != CampaignState.RUNNING or line.state != DeliveryState.SENT:
        return
    sent_for = clock() - line.moved_at
    status = "SENDING"
    if line.msg_id is None or sent_for >= FIRST_LOOK:
        status = _ask(wechat, line, route)
    if status == "SEND_SUCCESS":
        _finish(db, lease, line, clock())
    elif status in {"SEND_FAIL", "DELETE"}:
        _fail(db, lease, line, status, clock())
    else:
        again = clock() + min(max(FIRST_LOOK, sent_for), LONGEST_WAIT)
        with db.begin() as session:
            session.get_one(Campaign, lease.campaign_id).look_again_at = again


def status_in_words(status: str) -> str:
    """What a report's status means: `send success`, `send fail`, `err(10001)`."""
    code = _err(status)
    if code is not None:
        return f"平台没有群发：{_REASONS.get(code, '未知原因')}（{status}）"
    return {"send success": "群发完成", "send fail": "平台群发失败"}.get(status, f"平台报告：{status}")


def _ask(wechat: WeChat, line: Delivery, route: str) -> str:
    if line.msg_id is None:
        # Known by its spent draft, which is spent at the end, or by a person who looked.
        return "SEND_SUCCESS"
    try:
        if route == Route.PUBLISH:
            return _PUBLISHED.get(wechat.publish_status(line.msg_id).status, "SEND_FAIL")
        return wechat.mass_status(line.msg_id)
    except (WeChatError, Unheard):
        return "SENDING"  # asked again at the next look


def _finish(db: Database, lease: Lease, line: Delivery, now: dt.datetime) -> None:
    with db.begin() as session:
        move_delivery(session, line.id, "report", now, reason="平台说群发完成；人数报告没有收到")
        move_campaign(
            session,
            lease.campaign_id,
            "finish",
            now,
            fence=lease.fence,
            reason="群发完成",
            look_again_at=None,
        )


def _fail(db: Database, lease: Lease, line: Delivery, status: str, now: dt.datetime) -> None:
    reason = {"SEND_FAIL": "平台群发失败", "DELETE": "这条群发在平台上被删除"}[status]
    with db.begin() as session:
        move_delivery(session, line.id, "report failed", now, reason=reason)
        move_campaign(session, lease.campaign_id, "fail", now, fence=lease.fence, reason=reason)


def _line_of(session: Session, event: journal.JobEvent) -> Delivery | None:
    by_id = session.scalar(select(Delivery).where(Delivery.msg_id == event.job))
    if by_id is not None:
        return by_id
    # A line that is known to be sent by its spent draft alone has no id; the one report that came after its call,
    # when there is just one such line, is its own.
    nameless = list(
        session.scalars(
            select(Delivery).where(
                Delivery.msg_id.is_(None),
                Delivery.state == DeliveryState.SENT,
                Delivery.claimed_at <= event.received_at,
            )
        )
    )
    return nameless[0] if len(nameless) == 1 else None


def _take_in(session: Session, line: Delivery, job: str, report: dict[str, Any], now: dt.datetime) -> None:
    status = str(report.get("status", ""))
    values = {"msg_id": job, "report": report, "reason": status_in_words(status)}
    code = _err(status)
    if status == "send success":
        move_delivery(session, line.id, "report", now, **values)
        move_campaign(session, line.campaign_id, "finish", now, reason="群发完成", look_again_at=None)
        return
    event = "report refused" if code is not None and code not in _MAY_PASS else "report failed"
    move_delivery(session, line.id, event, now, errcode=code, **values)
    move_campaign(session, line.campaign_id, "fail", now, reason=status_in_words(status))


def _err(status: str) -> int | None:
    found = re.fullmatch(r"err\((\d+)\)", status)
    return int(found[1]) if found else None
