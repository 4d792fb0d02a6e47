"""What a person does with a campaign: approve, pause, resume, cancel, retry, resolve; and look."""

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from wxbot import audit
from wxbot.audit import AuditEntry
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.plan import draft_of, hash_of
from wxbot.push.prepare import DRAFT
from wxbot.push.states import CAMPAIGN_MOVES, move_campaign, move_delivery, subject
from wxbot.push.tables import (
    MAY_BE_OUT,
    STATE_WORDS,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Preparation,
)
from wxbot.push.terms import Choice, Terms

__all__ = [
    "approve",
    "bring_forward",
    "cancel",
    "counts",
    "find",
    "history",
    "latest_of",
    "ledger",
    "pause",
    "pause_all",
    "recent",
    "resolve",
    "resume",
    "retry",
]

_MAY_BE_HURRIED = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)
_OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.UNKNOWN)


def find(session: Session, campaign_id: int) -> Campaign:
    """One campaign; NotFound when there is none of that id."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(f"没有推送计划 {campaign_id}", remedy="wxbot push list 列出所有计划。")
    return campaign


def latest_of(session: Session, number: str) -> Campaign | None:
    """The newest campaign of an issue that was not cancelled."""
    alive = select(Campaign).where(Campaign.number == number, Campaign.state != CampaignState.CANCELLED)
    return session.scalar(alive.order_by(Campaign.id.desc()).limit(1))


def recent(session: Session, limit: int = 50) -> list[Campaign]:
    """Campaigns, newest first."""
    return list(session.scalars(select(Campaign).order_by(Campaign.id.desc()).limit(limit)))


def ledger(session: Session, campaign_id: int) -> list[Delivery]:
    """The lines of a campaign's ledger."""
    return list(
        session.scalars(select(Delivery).where(Delivery.campaign_id == campaign_id).order_by(Delivery.id))
    )


def history(session: Session, campaign_id: int) -> list[AuditEntry]:
    """What happened to a campaign, oldest first."""
    return audit.history(session, subject(campaign_id))[::-1]


def counts(lines: Sequence[Delivery]) -> dict[str, int]:
    """How many lines stand in each state; states without any are left out."""
    return dict(sorted(Counter(line.state for line in lines).items()))


def approve(
    db: Database,
    campaign_id: int,
    *,
    by: str,
    terms: Terms,
    now: dt.datetime,
    given: str | None = None,
    needed: int = 1,
) -> Campaign:
    """Release a campaign; with `needed` 2, only the second of two different persons does.

    `given` is the hash that the editor saw; what changed since is refused with what to do.
    """
    with db.begin() as session:
        campaign = find(session, campaign_id)
        _as_seen(session, campaign, terms, given)
        names = [name for name in campaign.approved_by.split("、") if name]
        if by in names:
            raise Forbidden(f"{by} 已经批准过，还差另一位", remedy="请另一位编辑批准。")
        approved_by = "、".join([*names, by])
        if len(names) + 1 < needed and campaign.state == CampaignState.PLANNED:
            campaign.approved_by, campaign.reason = (
                approved_by,
                f"{by} 已批准，还差 {needed - len(names) - 1} 位",
            )
            audit.note(
                session, who=by, what="second", subject=subject(campaign_id), now=now, hash=campaign.hash
            )
            return campaign
        _moved(session, campaign, "approve", now, by=by, approved_by=approved_by, approved_at=now, reason="")
        return campaign


def _as_seen(session: Session, campaign: Campaign, terms: Terms, given: str | None) -> None:
    if given is not None and given != campaign.hash:
        raise Forbidden(
            f"批准的是 {given}，而计划 {campaign.id} 现在是 {campaign.hash}",
            remedy=f"wxbot push show {campaign.id} 看清楚后，用现在的哈希重新批准。",
        )
    articles = draft_of(session, campaign.number, terms, Choice.of(campaign))
    now = hash_of(campaign.number, campaign.route, campaign.audience, campaign.at, articles)
    if now != campaign.hash:
        raise Forbidden(
            f"计划 {campaign.id} 之后，{campaign.number} 的内容改了",
            remedy=f"重新计划：wxbot push plan {campaign.number}",
        )


def bring_forward(db: Database, campaign_id: int, *, by: str, terms: Terms, now: dt.datetime) -> None:
    """Take away a campaign's hour, so that it is due at once; its hash is that of the new plan."""
    with db.begin() as session:
        campaign = find(session, campaign_id)
        if campaign.at is not None and campaign.state in _MAY_BE_HURRIED:
            articles = draft_of(session, campaign.number, terms, Choice.of(campaign))
            audit.note(session, who=by, what="bring forward", subject=subject(campaign_id), now=now)
            campaign.at, campaign.moved_at = None, now
            campaign.hash = hash_of(campaign.number, campaign.route, campaign.audience, None, articles)


def pause(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Stop a campaign before its next call; what is out stays out."""
    with db.begin() as session:
        campaign = find(session, campaign_id)
        states = {line.state for line in ledger(session, campaign_id)}
        if campaign.state == CampaignState.RUNNING and states == {DeliveryState.SENT}:
            raise Forbidden("平台已经收下，停不住了", remedy=f"wxbot push show {campaign_id} 看进展。")
        _moved(session, campaign, "pause", now, by=by, reason=f"由 {by} 暂停")
        return campaign


def pause_all(db: Database, now: dt.datetime, reason: str) -> list[Campaign]:
    """Stop everything that could move by itself, such as after a backup was restored; gives what was stopped."""
    with db.begin() as session:
        moving = [
            c
            for c in session.scalars(select(Campaign))
            if ("pause", CampaignState(c.state)) in CAMPAIGN_MOVES
        ]
        for campaign in moving:
            _moved(session, campaign, "pause", now, by="wxbot", reason=reason)
        return moving


def resume(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Let a paused campaign go on."""
    with db.begin() as session:
        campaign = find(session, campaign_id)
        _moved(session, campaign, "resume", now, by=by, reason="", approved_at=now, look_again_at=None)
        return campaign


def cancel(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """End a campaign. If something of it may be out, it still stands in the way of a second one."""
    with db.begin() as session:
        campaign = find(session, campaign_id)
        lines = ledger(session, campaign_id)
        may_be_out = any(line.state in MAY_BE_OUT for line in lines)
        for line in lines:
            move_delivery(session, line.id, "skip", now, reason="计划已取消")
        values = {} if may_be_out else {"claims": None}
        reason = f"由 {by} 取消" + ("；可能已有内容发出" if may_be_out else "")
        _moved(session, campaign, "cancel", now, by=by, reason=reason, **values)
        return campaign


def retry(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Try again what failed and may pass: with a new key, since a failed job may keep the old one (reference, F4)."""
    with db.begin() as session:
        campaign = find(session, campaign_id)
        failed = [line for line in ledger(session, campaign_id) if line.state == DeliveryState.FAILED]
        waiting = [line for line in ledger(session, campaign_id) if line.state == DeliveryState.PLANNED]
        if not failed and not waiting:
            raise Forbidden(
                f"计划 {campaign_id} 没有可以重试的投递",
                remedy=f"wxbot push show {campaign_id} 看每一条的原因。",
            )
        for line in failed:
            move_delivery(
                session, line.id, "retry", now, clientmsgid=f"wx{secrets.token_hex(14)}", msg_id=None
            )
        if failed:
            _forget_draft(session, campaign_id)
        _moved(session, campaign, "retry", now, by=by, reason="", approved_at=now, look_again_at=None)
        return campaign


def resolve(db: Database, campaign_id: int, *, sent: bool, by: str, now: dt.datetime) -> Campaign:
    """Say what became of an unknown delivery, after looking at the platform's own records."""
    with db.begin() as session:
        campaign = find(session, campaign_id)
        lines = [line for line in ledger(session, campaign_id) if line.state == DeliveryState.UNKNOWN]
        if not lines:
            raise Forbidden(
                f"计划 {campaign_id} 没有结果不明的投递", remedy=f"wxbot push show {campaign_id} 查看。"
            )
        for line in lines:
            event = "find sent" if sent else "find unsent"
            # A person looked: the old key has had its day, and what is sent now is a new message.
            key = (
                {}
                if sent
                else {"clientmsgid": f"wx{secrets.token_hex(14)}", "attempts": 0, "claimed_at": None}
            )
            move_delivery(
                session,
                line.id,
                event,
                now,
                reason=f"由 {by} 核实：{'已发出' if sent else '没有发出'}",
                **key,
            )
        if not sent:
            _forget_draft(session, campaign_id)
        said = "sent" if sent else "unsent"
        audit.note(session, who=by, what="resolve", subject=subject(campaign_id), now=now, said=said)
        campaign.look_again_at = None
        session.flush()
        session.expire_all()  # the moves above went past the objects that this session holds
        move_campaign(session, campaign_id, "start", now, by=by, reason="")
        if sent and all(line.state not in _OPEN for line in ledger(session, campaign_id)):
            move_campaign(session, campaign_id, "finish", now, by=by, reason=f"由 {by} 核实：已发出")
        session.refresh(campaign)
        return campaign


def _forget_draft(session: Session, campaign_id: int) -> None:
    """A new message needs a new draft: a job that failed, or went out after all, may have spent the old one."""
    gone = (Preparation.campaign_id == campaign_id) & (Preparation.name == DRAFT)
    session.execute(delete(Preparation).where(gone))


def _moved(
    session: Session, campaign: Campaign, event: str, now: dt.datetime, *, by: str, **values: Any
) -> None:
    if move_campaign(session, campaign.id, event, now, by=by, **values) is None:
        said = {"approve": "批准", "pause": "暂停", "resume": "恢复", "cancel": "取消", "retry": "重试"}[
            event
        ]
        raise UsageError(
            f"计划 {campaign.id} 现在是「{STATE_WORDS[campaign.state]}」，不能{said}",
            remedy=f"wxbot push show {campaign.id} 查看。",
        )
    session.flush()
    session.refresh(campaign)
