"""An editor's decisions about a campaign beside its approval: pause, resume, cancel, retry, resolve, recall.

Each function opens its own transaction, raises Forbidden when the campaign does not allow the decision and UsageError
when its state does not, and writes the decision to the audit log.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, OutcomeUnknown, UsageError, WeChatError
from wxbot.push.delivery.prepare import discard_drafts
from wxbot.push.delivery.reconcile import CANCELLED_REASON, DELIVERIES_PER_TRANSACTION
from wxbot.push.ledger.batches import new_clientmsgid
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.lease import complete_campaign
from wxbot.push.ledger.queries import any_delivery, get_campaign
from wxbot.push.ledger.states import (
    CAMPAIGN_MOVES,
    audit_subject,
    move_campaign,
    move_deliveries,
)
from wxbot.push.ledger.tables import (
    ONE_ROW_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    EditorChoice,
    Route,
)
from wxbot.push.planning.approval_parts import (
    require_not_withdrawn,
)
from wxbot.push.push_settings import PushContext

__all__ = [
    "can_recall",
    "cancel",
    "mass_message_ids",
    "move_or_refuse",
    "pause",
    "pause_all",
    "recall",
    "resolve",
    "resume",
    "retry",
    "skip_open_deliveries",
]

_SKIPPABLE = (DeliveryState.PLANNED, DeliveryState.FAILED)
_NOT_SENT = tuple(state for state in DeliveryState if state is not DeliveryState.SENT)
_VERBS = {"approve": "批准", "pause": "暂停", "resume": "恢复", "cancel": "取消", "retry": "重试"}


def pause(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Stop a campaign before its next call to the platform; raise Forbidden when everything has been sent."""
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        if campaign.state == CampaignState.RUNNING and _is_all_sent(session, campaign_id):
            raise Forbidden("平台已经收下，停不住了", remedy=f"wxbot push show {campaign_id} 看进展。")
        move_or_refuse(session, campaign, "pause", now, by=by, reason=f"由 {by} 暂停")
        return campaign


def _is_all_sent(session: Session, campaign_id: int) -> bool:
    sent = any_delivery(session, campaign_id, (DeliveryState.SENT,))
    return sent and not any_delivery(session, campaign_id, _NOT_SENT)


def pause_all(db: Database, now: dt.datetime, reason: str) -> list[Campaign]:
    """Pause every campaign that would go on by itself, for example after a restore; return the paused campaigns."""
    with db.begin() as session:
        active = [
            campaign
            for campaign in session.scalars(select(Campaign))
            if ("pause", CampaignState(campaign.state)) in CAMPAIGN_MOVES
        ]
        for campaign in active:
            move_or_refuse(session, campaign, "pause", now, by="wxbot", reason=reason)
        return active


def resume(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Resume a paused campaign; raise Forbidden while its issue is withdrawn."""
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        require_not_withdrawn(session, campaign)
        values = {"reason": "", "approved_at": now, "look_again_at": None}
        move_or_refuse(session, campaign, "resume", now, by=by, **values)
        return campaign


def cancel(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Cancel a campaign. If something of it may have been sent, it keeps blocking a second push of the issue.

    The campaign is cancelled first, which stops every worker; its open deliveries are skipped afterwards, one page a
    transaction, because a million of them take a while.
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        possibly_sent = any_delivery(session, campaign_id, POSSIBLY_SENT)
        # A correction keeps blocking even if unsent, because the message that it corrects was sent.
        blocks = possibly_sent or EditorChoice.from_campaign(campaign).correction is not None
        values = {} if blocks else {"claims": None}
        reason = f"由 {by} 取消" + ("；可能已有内容发出" if possibly_sent else "")
        move_or_refuse(session, campaign, "cancel", now, by=by, reason=reason, **values)
    skip_open_deliveries(db, campaign_id, now)
    return campaign


def skip_open_deliveries(db: Database, campaign_id: int, now: dt.datetime) -> None:
    """Skip what a cancelled campaign has not sent, one page a transaction."""
    skipped = 1
    while skipped:
        with db.begin() as session:
            open_ids = select(Delivery.id).where(_in_states(campaign_id, _SKIPPABLE))
            page = Delivery.id.in_(open_ids.limit(DELIVERIES_PER_TRANSACTION))
            skipped = move_deliveries(session, page, "skip", now, reason=CANCELLED_REASON)


def retry(db: Database, campaign_id: int, now: dt.datetime, *, by: str) -> Campaign:
    """Retry deliveries that failed and may succeed, with a new idempotency key.

    The key must be new because a failed job may keep the old one (wechat-platform.md, F4). Raises Forbidden when there
    is nothing to retry, and while the issue is withdrawn.
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        require_not_withdrawn(session, campaign)
        if not any_delivery(session, campaign_id, (DeliveryState.FAILED, DeliveryState.PLANNED)):
            raise Forbidden(
                f"计划 {campaign_id} 没有可以重试的投递",
                remedy=f"wxbot push show {campaign_id} 看每一条的原因。",
            )
        _plan_again(session, _in_states(campaign_id, (DeliveryState.FAILED,)), "retry", now)
        discard_drafts(session, campaign_id)
        values = {"reason": "", "approved_at": now, "look_again_at": None}
        move_or_refuse(session, campaign, "retry", now, by=by, **values)
        return campaign


def resolve(
    context: PushContext, campaign_id: int, *, sent: bool, by: str, openids: Collection[str] | None = None
) -> Campaign:
    """Record what an editor found in the platform's records about unknown deliveries: sent or not sent.

    `openids` limits it to these followers' deliveries. The campaign then goes on; deliveries that are still unknown at
    its end make it unknown again. Raises Forbidden when nothing is unknown.
    """
    now = context.clock()
    with context.db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        unknown = _in_states(campaign_id, (DeliveryState.UNKNOWN,))
        if openids is not None:
            unknown &= Delivery.recipient.in_(openids)
        is_unknown = campaign.state == CampaignState.UNKNOWN
        if not is_unknown and not any_delivery(session, campaign_id, (DeliveryState.UNKNOWN,)):
            raise Forbidden(
                f"计划 {campaign_id} 没有结果不明的投递", remedy=f"wxbot push show {campaign_id} 查看。"
            )
        reason = f"由 {by} 核实：{'已发出' if sent else '没有发出'}"
        if sent:
            # Only part of a batch may be resolved: detach the resolved deliveries from it.
            detached: dict[str, Any] = {} if openids is None else {"segment": None}
            move_deliveries(session, unknown, "find sent", now, reason=reason, settled_at=now, **detached)
        else:
            # An editor has looked, so the old key is no longer needed: what is sent now is a new message.
            _plan_again(session, unknown, "find unsent", now, reason=reason)
            discard_drafts(session, campaign_id)
        found = "sent" if sent else "unsent"
        audit.note(session, who=by, what="resolve", subject=audit_subject(campaign_id), now=now, said=found)
        campaign.look_again_at = None
        session.flush()
        session.expire_all()  # the moves above bypassed the objects of this session
        move_campaign(session, campaign_id, "start", now, by=by, reason="")
        complete_campaign(session, campaign_id, now)
        session.refresh(campaign)
        return campaign


def recall(context: PushContext, campaign_id: int, article: int, *, by: str) -> None:
    """Recall a campaign's mass messages, or one article of them (1 to 8; 0 is all), so that its cards open to nothing.

    What was read stays read, and the cards stay in the chats (wechat-platform.md, F3). The request and its result are
    written to the audit log. Raises Forbidden when there is nothing to recall, and what the platform raises.
    """
    with context.db.read() as session:
        get_campaign(session, campaign_id)
        jobs = list(session.scalars(mass_message_ids(campaign_id)))
    if not jobs:
        raise Forbidden(
            f"计划 {campaign_id} 没有可以撤回的群发", remedy=f"wxbot push show {campaign_id} 查看。"
        )
    note = partial(_note_recall, context, campaign_id, by, article=article)
    note("recall")
    for done, job in enumerate(jobs):
        try:
            context.wechat.delete_mass(str(job), article)
        except (WeChatError, OutcomeUnknown) as error:
            note("recall failed", reason=error.message, done=done, of=len(jobs))
            raise
    note("recalled")


def can_recall(session: Session, campaign_id: int) -> bool:
    """Return whether a campaign has mass messages, which are all that the platform can delete."""
    return session.scalar(mass_message_ids(campaign_id).limit(1)) is not None


def _note_recall(context: PushContext, campaign_id: int, by: str, what: str, **details: object) -> None:
    with context.db.begin() as session:
        about, now = audit_subject(campaign_id), context.clock()
        audit.note(session, who=by, what=what, subject=about, now=now, **details)


def mass_message_ids(campaign_id: int) -> Select[str | None]:
    """Select the ids of a campaign's mass messages; all deliveries of one list batch share one id."""
    mine = (Delivery.campaign_id == campaign_id) & Delivery.msg_id.is_not(None)
    return select(Delivery.msg_id).where(mine, Delivery.route.in_([Route.MASS, Route.LIST])).distinct()


def _in_states(campaign_id: int, states: Sequence[DeliveryState]) -> ColumnElement[bool]:
    return (Delivery.campaign_id == campaign_id) & Delivery.state.in_(states)


def _plan_again(
    session: Session, deliveries: ColumnElement[bool], event: str, now: dt.datetime, **values: Any
) -> None:
    """Reset deliveries for calls of their own: a mass message gets a new key, a list new batches."""
    reset = {"msg_id": None, "settled_at": None, "segment": None, "attempts": 0, "claimed_at": None, **values}
    per_follower = Delivery.route.in_(ONE_ROW_PER_FOLLOWER)
    move_deliveries(session, deliveries & per_follower, event, now, clientmsgid="", **reset)
    move_deliveries(session, deliveries & ~per_follower, event, now, clientmsgid=new_clientmsgid(), **reset)


def move_or_refuse(
    session: Session, campaign: Campaign, event: str, now: dt.datetime, *, by: str, **values: Any
) -> None:
    """Move the campaign; raise UsageError when its state does not allow the event."""
    if move_campaign(session, campaign.id, event, now, by=by, **values) is None:
        label = CAMPAIGN_STATE_LABELS[campaign.state]
        raise UsageError(
            f"计划 {campaign.id} 现在是「{label}」，不能{_VERBS[event]}",
            remedy=f"wxbot push show {campaign.id} 查看。",
        )
    session.flush()
    session.refresh(campaign)
