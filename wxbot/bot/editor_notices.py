"""Notices to editors' own WeChat about the watched folder: a file is held, refused, or no longer there.

    waiting ──claim──> claimed ──accept / refuse / lose──> sent, refused, unknown

A notice is stored in the transaction that stores the news, and claimed before its call, so that no restart and no other
worker sends it twice. A customer-service message reaches only who wrote within 48 hours: a notice waits until its
editor writes, and expires after three days. `NOTICE_MOVES` holds every change of state; nothing else writes `state`.
"""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, String, Text, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Database, Moment, Session
from wxbot.errors import Busy, ConfirmationNeeded, OutcomeUnknown, QuotaSpent, TryLater, WeChatError
from wxbot.followers import Follower
from wxbot.library import FileReport
from wxbot.push import Pusher
from wxbot.text import cut_bytes

__all__ = [
    "NOTICE_MOVES",
    "EditorNotice",
    "NoticeState",
    "count_unsent",
    "prune",
    "queue_notices",
    "send_notices",
]

log = logging.getLogger(__name__)

Id = BigInteger().with_variant(Integer, "sqlite")
WINDOW = dt.timedelta(hours=48)  # after an editor's message (wechat-platform.md, section E)
VALID = dt.timedelta(days=3)
LEASE = dt.timedelta(seconds=60)  # then the worker of a claimed notice is dead
RETRY = dt.timedelta(minutes=5)
_REPORTS = 5
_REPORT_BYTES = 360


class NoticeState(StrEnum):
    """State of a notice; the values are stored."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the answer was lost: it may have arrived, and is not sent again
    EXPIRED = "expired"


NOTICE_MOVES: dict[tuple[str, NoticeState], NoticeState] = {
    ("claim", NoticeState.WAITING): NoticeState.CLAIMED,
    ("defer", NoticeState.CLAIMED): NoticeState.WAITING,  # the platform did not accept it: safe to retry
    ("accept", NoticeState.CLAIMED): NoticeState.SENT,
    ("refuse", NoticeState.CLAIMED): NoticeState.REFUSED,
    ("lose", NoticeState.CLAIMED): NoticeState.UNKNOWN,
    ("expire", NoticeState.WAITING): NoticeState.EXPIRED,
}


class EditorNotice(Base):
    """One notice to one editor."""

    __tablename__ = "editor_notice"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[NoticeState] = mapped_column(String(12), default=NoticeState.WAITING, index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[dt.datetime] = mapped_column(Moment)
    look_again_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    moved_at: Mapped[dt.datetime] = mapped_column(Moment)


def queue_notices(
    session: Session, reports: Sequence[FileReport], openids: Collection[str], now: dt.datetime
) -> None:
    """Store one notice about these reports for each editor, in the transaction that stores the reports."""
    if not reports:
        return
    lines = [f"简报文件夹里有 {len(reports)} 件事请您看："]
    for report in reports[:_REPORTS]:
        lines.append(cut_bytes(f"· {report.source} {report.label}：{report.says}", _REPORT_BYTES))
        if report.remedy:
            lines.append(cut_bytes(f"  {report.remedy}", _REPORT_BYTES))
    if len(reports) > _REPORTS:
        lines.append(f"（另有 {len(reports) - _REPORTS} 件）")
    lines.append("全部：wxbot issues --files，或网页后台的「书架」")
    text = "\n".join(lines)
    for openid in sorted(openids):
        session.add(EditorNotice(openid=openid, text=text, made_at=now, moved_at=now))
        if not _can_reach(session, openid, now):
            log.warning(
                "editor %s did not write within 48 hours: the notice waits until the editor writes", openid
            )


def send_notices(pusher: Pusher) -> int:
    """Send the notices whose editors can be reached now; return how many were sent."""
    _end_old(pusher.db, pusher.clock())
    sent = 0
    while (notice := _claim(pusher.db, pusher.clock())) is not None:
        event, reason = _send(pusher, notice)
        now = pusher.clock()
        again = now + RETRY if event == "defer" else None
        with pusher.db.begin() as session:
            mine = EditorNotice.id == notice.id
            _move(session, event, mine, now, reason=reason, look_again_at=again)
        if reason:
            log.warning("notice %s to editor %s: %s", notice.id, notice.openid, reason)
        sent += event == "accept"
    return sent


def count_unsent(session: Session, now: dt.datetime) -> dict[NoticeState, int]:
    """Return how many notices of the last three days did not reach their editors, by state."""
    found = select(EditorNotice.state, func.count()).where(
        EditorNotice.state != NoticeState.SENT, EditorNotice.made_at > now - VALID
    )
    return {NoticeState(state): count for state, count in session.execute(found.group_by(EditorNotice.state))}


def prune(session: Session, before: dt.datetime) -> int:
    """Delete notices that moved last before `before`; return how many."""
    return session.connection().execute(delete(EditorNotice).where(EditorNotice.moved_at < before)).rowcount


def _send(pusher: Pusher, notice: EditorNotice) -> tuple[str, str]:
    """Make the call for one claimed notice; return the event for it, and the reason why it was not accepted."""
    try:
        pusher.wechat.send_text(notice.openid, notice.text)
    except (Busy, TryLater, QuotaSpent, ConfirmationNeeded) as error:
        return "defer", error.message
    except OutcomeUnknown as error:
        return "lose", f"没有收到平台的回音，可能已经送到（{error.message.rstrip('。')}）"
    except WeChatError as error:
        return "refuse", error.message
    return "accept", ""


def _end_old(db: Database, now: dt.datetime) -> None:
    """End the notices of workers that died during the call, and those that nobody needs any more."""
    dead = (EditorNotice.state == NoticeState.CLAIMED) & (EditorNotice.moved_at <= now - LEASE)
    stale = (EditorNotice.state == NoticeState.WAITING) & (EditorNotice.made_at <= now - VALID)
    # Called often: look with a read first, because a write transaction would hold up other writers.
    with db.read() as session:
        if session.scalar(select(EditorNotice.id).where(or_(dead, stale)).limit(1)) is None:
            return
    with db.begin() as session:
        _move(session, "lose", dead, now, reason="发送途中进程中断，结果不明")
        _move(session, "expire", stale, now, reason="三天里没有送到")


def _claim(db: Database, now: dt.datetime) -> EditorNotice | None:
    """Claim the next notice whose editor can be reached; None when there is none."""
    reachable = select(Follower.openid).where(_wrote_lately(now))
    due = or_(EditorNotice.look_again_at.is_(None), EditorNotice.look_again_at <= now)
    waiting = select(EditorNotice).where(
        EditorNotice.state == NoticeState.WAITING, due, EditorNotice.openid.in_(reachable)
    )
    first = waiting.order_by(EditorNotice.id).limit(1)
    with db.read() as session:
        notice = session.scalar(first)
    if notice is None:
        return None
    with db.begin() as session:
        is_ours = _move(session, "claim", EditorNotice.id == notice.id, now)
    return notice if is_ours else _claim(db, now)


def _can_reach(session: Session, openid: str, now: dt.datetime) -> bool:
    found = select(Follower.openid).where(Follower.openid == openid, _wrote_lately(now))
    return session.scalar(found) is not None


def _wrote_lately(now: dt.datetime) -> ColumnElement[bool]:
    return Follower.following & (Follower.last_wrote > now - WINDOW)


def _move(session: Session, event: str, where: ColumnElement[bool], now: dt.datetime, **values: Any) -> bool:
    """Take the move that `event` allows; the WHERE names the expected state, so of two workers one changes the row."""
    moved = 0
    for (name, old), new in NOTICE_MOVES.items():
        if name == event:
            here = update(EditorNotice).where(where, EditorNotice.state == old)
            moved += session.connection().execute(here.values(state=new, moved_at=now, **values)).rowcount
    return moved > 0
