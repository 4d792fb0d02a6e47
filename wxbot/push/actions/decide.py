"""What a person decides about a campaign: approve, bring forward, pause, resume, cancel, retry, resolve."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, UsageError
from wxbot.push.delivery.cleanup import CANCELLED_REASON, DELIVERIES_PER_TRANSACTION
from wxbot.push.delivery.prepare import DRAFT, draft_name
from wxbot.push.ledger.batches import new_clientmsgid
from wxbot.push.ledger.completion import complete_campaign
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.queries import any_delivery, get_campaign
from wxbot.push.ledger.states import CAMPAIGN_MOVES, audit_subject, move_campaign, move_deliveries
from wxbot.push.ledger.tables import (
    ONE_ROW_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Preparation,
)
from wxbot.push.planning.approval_parts import changes_since_plan, update_parts
from wxbot.push.planning.night import is_waiting_for_quiet_hours
from wxbot.push.push_settings import EditorChoice, PushSettings

__all__ = [
    "approve",
    "bring_forward",
    "cancel",
    "pause",
    "pause_all",
    "resolve",
    "resume",
    "retry",
]

_MAY_BE_HURRIED = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)
_LEFT = (DeliveryState.PLANNED, DeliveryState.FAILED)  # what can still be left out
_UNSENT = tuple(state for state in DeliveryState if state is not DeliveryState.SENT)


def approve(
    db: Database,
    campaign_id: int,
    *,
    by: str,
    settings: PushSettings,
    now: dt.datetime,
    given: str | None = None,
    needed: int = 1,
) -> Campaign:
    """Release a campaign; with `needed` 2, only the second of two different persons does.

    `given` is the hash that the editor saw; what changed since is refused with what to do.
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        _as_seen(session, campaign, settings, given)
        names = [name for name in campaign.approved_by.split("、") if name]
        if by in names and campaign.state == CampaignState.PLANNED:
            raise Forbidden(f"{by} 已经批准过，还差另一位", remedy="请另一位编辑批准。")
        approved_by = "、".join([*names, by])
        if len(names) + 1 < needed and campaign.state == CampaignState.PLANNED:
            campaign.approved_by, campaign.reason = (
                approved_by,
                f"{by} 已批准，还差 {needed - len(names) - 1} 位",
            )
            audit.note(
                session,
                who=by,
                what="second",
                subject=audit_subject(campaign_id),
                now=now,
                hash=campaign.hash,
            )
            return campaign
        _moved(session, campaign, "approve", now, by=by, approved_by=approved_by, approved_at=now, reason="")
        return campaign


def _as_seen(session: Session, campaign: Campaign, settings: PushSettings, given: str | None) -> None:
    if given is not None and given != campaign.hash:
        raise Forbidden(
            f"批准的是 {given}，而计划 {campaign.id} 现在是 {campaign.hash}",
            remedy=f"wxbot push show {campaign.id} 看清楚后，用现在的哈希重新批准。",
        )
    said = changes_since_plan(session, campaign, settings)
    if said:
        raise Forbidden(
            f"计划 {campaign.id} 之后，{campaign.number} 的内容改了：{'；'.join(said)}",
            remedy=f"重新计划：wxbot push plan {campaign.number}",
        )


def bring_forward(
    db: Database, campaign_id: int, *, by: str, settings: PushSettings, now: dt.datetime
) -> None:
    """Let a campaign be due at once, in quiet hours too: its hour is taken away, its hash is that of the new plan.

    What was approved for an hour is to be approved again. Raises Forbidden when the issue has changed since the plan.
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        if is_waiting_for_quiet_hours(campaign, settings, now):
            campaign.look_again_at = None
        elif campaign.state not in _MAY_BE_HURRIED:
            return
        if not any_delivery(session, campaign_id, POSSIBLY_SENT):
            _as_seen(session, campaign, settings, None)
        audit.note(session, who=by, what="bring forward", subject=audit_subject(campaign_id), now=now)
        campaign.choice = replace(EditorChoice.from_campaign(campaign), hurried_at=now).to_json()
        if campaign.at is not None:
            campaign.at, campaign.moved_at, campaign.approved_by = None, now, ""
            update_parts(session, campaign, settings)
            session.flush()
            move_campaign(session, campaign_id, "change", now, by=by, reason="改为立即发送，请重新批准")


def pause(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Stop a campaign before its next call; what is out stays out."""
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        running = campaign.state == CampaignState.RUNNING
        if (
            running
            and any_delivery(session, campaign_id, (DeliveryState.SENT,))
            and not any_delivery(session, campaign_id, _UNSENT)
        ):
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
        campaign = get_campaign(session, campaign_id)
        _moved(session, campaign, "resume", now, by=by, reason="", approved_at=now, look_again_at=None)
        return campaign


def cancel(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """End a campaign. If something of it may be out, it still stands in the way of a second one.

    The campaign ends first, which stops every worker; then its open lines are told, by pages: a million take a while.
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        may_be_out = any_delivery(session, campaign_id, POSSIBLY_SENT)
        # Nor does a correction make room that was never sent: what it corrects was.
        keeps = may_be_out or EditorChoice.from_campaign(campaign).correction is not None
        values = {} if keeps else {"claims": None}
        reason = f"由 {by} 取消" + ("；可能已有内容发出" if may_be_out else "")
        _moved(session, campaign, "cancel", now, by=by, reason=reason, **values)
    skipped = 1
    while skipped:
        with db.begin() as session:
            page = select(Delivery.id).where(_lines(campaign_id, _LEFT)).limit(DELIVERIES_PER_TRANSACTION)
            skipped = move_deliveries(session, Delivery.id.in_(page), "skip", now, reason=CANCELLED_REASON)
    return campaign


def retry(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Try again what failed and may pass: with a new key, since a failed job may keep the old one (reference, F4)."""
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        if not any_delivery(session, campaign_id, (DeliveryState.FAILED, DeliveryState.PLANNED)):
            raise Forbidden(
                f"计划 {campaign_id} 没有可以重试的投递",
                remedy=f"wxbot push show {campaign_id} 看每一条的原因。",
            )
        _anew(session, _lines(campaign_id, (DeliveryState.FAILED,)), "retry", now)
        _forget_draft(session, campaign_id)
        _moved(session, campaign, "retry", now, by=by, reason="", approved_at=now, look_again_at=None)
        return campaign


def resolve(
    db: Database,
    campaign_id: int,
    *,
    sent: bool,
    by: str,
    now: dt.datetime,
    openids: Collection[str] | None = None,
) -> Campaign:
    """Say what became of unknown deliveries, of all or of those to `openids`, after looking at the platform's records.

    The campaign goes on; what is still unknown when it has done the rest makes it unknown again.
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        unknown = _lines(campaign_id, (DeliveryState.UNKNOWN,))
        if openids is not None:
            unknown &= Delivery.recipient.in_(openids)
        if (
            not any_delivery(session, campaign_id, (DeliveryState.UNKNOWN,))
            and campaign.state != CampaignState.UNKNOWN
        ):
            raise Forbidden(
                f"计划 {campaign_id} 没有结果不明的投递", remedy=f"wxbot push show {campaign_id} 查看。"
            )
        reason = f"由 {by} 核实：{'已发出' if sent else '没有发出'}"
        if sent:
            # Of one call's lines some are known: from here on they are no part of it, and the others are.
            apart: dict[str, Any] = {} if openids is None else {"segment": None}
            move_deliveries(session, unknown, "find sent", now, reason=reason, settled_at=now, **apart)
        else:
            # A person looked: the old key has had its day, and what is sent now is a new message.
            _anew(session, unknown, "find unsent", now, reason=reason)
            _forget_draft(session, campaign_id)
        said = "sent" if sent else "unsent"
        audit.note(session, who=by, what="resolve", subject=audit_subject(campaign_id), now=now, said=said)
        campaign.look_again_at = None
        session.flush()
        session.expire_all()  # the moves above went past the objects that this session holds
        move_campaign(session, campaign_id, "start", now, by=by, reason="")
        complete_campaign(session, campaign_id, now)
        session.refresh(campaign)
        return campaign


def _lines(campaign_id: int, states: Sequence[DeliveryState]) -> ColumnElement[bool]:
    return (Delivery.campaign_id == campaign_id) & Delivery.state.in_(states)


def _anew(session: Session, lines: ColumnElement[bool], event: str, now: dt.datetime, **values: Any) -> None:
    """Let lines be called for again, by calls of their own: a message to all with a new key, a list in new batches."""
    fresh = {"msg_id": None, "settled_at": None, "segment": None, "attempts": 0, "claimed_at": None, **values}
    by_name = Delivery.route.in_(ONE_ROW_PER_FOLLOWER)
    move_deliveries(session, lines & by_name, event, now, clientmsgid="", **fresh)
    move_deliveries(session, lines & ~by_name, event, now, clientmsgid=new_clientmsgid(), **fresh)


def _forget_draft(session: Session, campaign_id: int) -> None:
    """A new message needs a new draft: a job that failed, or went out after all, may have spent the old one.

    The drafts of a list's other calls stay.
    """
    numbered = Delivery.campaign_id == campaign_id, Delivery.segment.is_not(None)
    kept = [
        draft_name(segment)
        for segment in session.scalars(select(Delivery.segment).where(*numbered).distinct())
    ]
    drafts = or_(Preparation.name == DRAFT, Preparation.name.startswith(f"{DRAFT}:"))
    session.execute(
        delete(Preparation).where(
            Preparation.campaign_id == campaign_id, drafts, Preparation.name.not_in(kept)
        )
    )


def _moved(
    session: Session, campaign: Campaign, event: str, now: dt.datetime, *, by: str, **values: Any
) -> None:
    if move_campaign(session, campaign.id, event, now, by=by, **values) is None:
        said = {"approve": "批准", "pause": "暂停", "resume": "恢复", "cancel": "取消", "retry": "重试"}[
            event
        ]
        raise UsageError(
            f"计划 {campaign.id} 现在是「{CAMPAIGN_STATE_LABELS[campaign.state]}」，不能{said}",
            remedy=f"wxbot push show {campaign.id} 查看。",
        )
    session.flush()
    session.refresh(campaign)
