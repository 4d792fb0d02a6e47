"""Write a plan to the database as a campaign, and prepare the correction of an earlier campaign.

The unique column `claims` lets at most one campaign per issue be live. A campaign that already exists for the issue is
replaced by the new plan, or it blocks the new plan.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError

from wxbot import audit, library
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.audience.selection import openid_pages
from wxbot.push.audience.snapshot import add_listed_openids
from wxbot.push.ledger.batches import new_clientmsgid
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.queries import any_delivery
from wxbot.push.ledger.states import audit_subject, move_campaign
from wxbot.push.ledger.tables import (
    ONE_ROW_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignCorrection,
    CampaignState,
    Delivery,
    DeliveryState,
    EditorChoice,
)
from wxbot.push.planning.approval_parts import article_json, changes_since_plan
from wxbot.push.planning.plan import Plan
from wxbot.push.push_settings import PushSettings

__all__ = ["correction_of", "create_campaign"]

LONGEST_EXPLANATION = 200  # characters
OVER = (CampaignState.FINISHED, CampaignState.FAILED, CampaignState.CANCELLED)
OUT = (DeliveryState.SENT, DeliveryState.UNKNOWN)


def create_campaign(
    db: Database, plan: Plan, settings: PushSettings, by: str, now: dt.datetime, *, insist: bool = False
) -> Campaign:
    """Write a plan to the database as a campaign with its ledger, and return the campaign.

    An existing campaign for the same issue is cancelled if it waits for approval, or if its approval was for other
    content. Raises Forbidden if the existing campaign is approved as it is or may have gone out, unless the editor
    insists. A correction takes the place of the finished campaign that it corrects.
    """
    try:
        with db.begin() as session:
            # The issue may have been withdrawn since it was planned, or at this moment.
            issue = library.public_issue(session, plan.number, lock=True)
            if plan.keeps_form:
                issue.keep_form(plan.form)
                session.flush()
            existing = _live_campaign(session, plan)
            if existing is not None and plan.choice.correction is not None and existing.state in OVER:
                # From here on the correction blocks another campaign for the issue.
                existing.claims = None
                session.flush()
                existing = None
            if existing is not None and not insist:
                if not _is_replaceable(session, existing, plan, settings):
                    raise _blocked_by(existing)
                move_campaign(session, existing.id, "cancel", now, by=by, reason="有了新的计划", claims=None)
                session.flush()
            return _insert_campaign(session, plan, by, now, insist=insist)
    except IntegrityError:
        # Another editor created a campaign for the issue at the same moment; the unique column `claims` let one win.
        with db.read() as session:
            winner = _live_campaign(session, plan)
        if winner is None:
            raise
        raise _blocked_by(winner) from None


def _live_campaign(session: Session, plan: Plan) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.claims == plan.number))


def _is_replaceable(session: Session, existing: Campaign, plan: Plan, settings: PushSettings) -> bool:
    """Return whether nothing was sent, and the campaign waits for approval or what was approved has changed."""
    if any_delivery(session, existing.id, POSSIBLY_SENT):
        return False
    if EditorChoice.from_campaign(existing).correction is not None and plan.choice.correction is None:
        return False  # the campaign that it corrects was sent
    if existing.state == CampaignState.APPROVED:
        return bool(changes_since_plan(session, existing, settings))
    return existing.state == CampaignState.PLANNED


def _blocked_by(existing: Campaign) -> Forbidden:
    state = {
        CampaignState.FINISHED: "已经推送过",
        CampaignState.UNKNOWN: "可能已经推送出去（结果不明）",
        CampaignState.CANCELLED: "可能已经推送过",
    }.get(CampaignState(existing.state), "已有推送计划")
    return Forbidden(
        f"{existing.number} {state}：计划 {existing.id}（{CAMPAIGN_STATE_LABELS[existing.state]}）",
        remedy=f"wxbot push show {existing.id} 查看；确实要再发一次，加 --again。",
    )


def _insert_campaign(session: Session, plan: Plan, by: str, now: dt.datetime, *, insist: bool) -> Campaign:
    correction = plan.choice.correction
    campaign = Campaign(
        number=plan.number,
        route=plan.route,
        audience=plan.audience,
        tag_id=plan.recipients.tag_id,
        at=plan.at,
        hash=plan.hash,
        articles=[article_json(k, article, plan.form) for k, article in enumerate(plan.articles, start=1)],
        warnings=list(plan.warnings),
        choice=plan.choice.to_json(),
        parts=dict(plan.parts),
        recipients=plan.recipients.size,
        claims=None if insist and correction is None else plan.number,
        made_by=by,
        made_at=now,
        moved_at=now,
    )
    session.add(campaign)
    session.flush()
    for page in openid_pages(plan.recipients.openids or ()):
        add_listed_openids(session, campaign.id, page)
    if plan.route not in ONE_ROW_PER_FOLLOWER:
        session.add(_single_delivery(campaign, now))
    details = {"corrects": correction.of} if correction else {}
    subject = audit_subject(campaign.id)
    audit.note(
        session, who=by, what="plan", subject=subject, now=now, number=plan.number, hash=plan.hash, **details
    )
    if correction is not None:
        corrected = audit_subject(correction.of)
        audit.note(session, who=by, what="correct", subject=corrected, now=now, campaign=campaign.id)
    return campaign


def _single_delivery(campaign: Campaign, now: dt.datetime) -> Delivery:
    """Return the one delivery of a campaign that goes to all its recipients by one call."""
    return Delivery(
        campaign_id=campaign.id,
        recipient=str(campaign.audience),
        route=campaign.route,
        state=DeliveryState.PLANNED,
        clientmsgid=new_clientmsgid(),
        moved_at=now,
    )


def correction_of(
    db: Database, number: str, words: str, tz: ZoneInfo, *, insist: bool = False
) -> tuple[CampaignCorrection, tuple[str, ...]]:
    """Return the correction of the last campaign of an issue that was sent, and warnings for the editor.

    `words` explain the mistake. Raises UsageError if they are empty or too long, NotFound if nothing of the issue was
    sent, and Forbidden if the campaign is not over yet, or if the issue was not revised since it was sent: the
    recipients would read nothing new, unless the editor insists.
    """
    words = " ".join(words.split())
    if not words or len(words) > LONGEST_EXPLANATION:
        raise UsageError(
            f"更正的说明要有 1 到 {LONGEST_EXPLANATION} 个字", remedy="写明哪里错了、对的是什么。"
        )
    with db.read() as session:
        earlier = _last_sent_campaign(session, number)
        if earlier.state not in OVER:
            raise Forbidden(
                f"计划 {earlier.id} 现在是「{CAMPAIGN_STATE_LABELS[earlier.state]}」，还不能更正",
                remedy=f"等它结束，或先处理它：wxbot push show {earlier.id}",
            )
        sent_at = _sent_at(session, earlier)
        issue = library.public_issue(session, number)
        if issue.shelved_at <= sent_at and not insist:
            raise Forbidden(
                f"{number} 从推送（计划 {earlier.id}）以来没有改过",
                remedy="先改好简报文件，重新 wxbot ingest；内容确实不用改，加 --again。",
            )
        history = audit.history(session, audit_subject(earlier.id))
    was_recalled = any(entry.what == "recalled" for entry in history)
    warnings = () if was_recalled else (f"原来的推送（计划 {earlier.id}）没有撤回：粉丝会看到两条",)
    return CampaignCorrection(words, earlier.id, sent_at.astimezone(tz).date()), warnings


def _last_sent_campaign(session: Session, number: str) -> Campaign:
    was_sent = exists().where(Delivery.campaign_id == Campaign.id, Delivery.state.in_(OUT))
    sent = select(Campaign).where(Campaign.number == number, was_sent)
    campaign = session.scalar(sent.order_by(Campaign.id.desc()).limit(1))
    if campaign is None:
        raise NotFound(f"{number} 还没有推送过，没有可以更正的", remedy=f"直接计划：wxbot push plan {number}")
    return campaign


def _sent_at(session: Session, campaign: Campaign) -> dt.datetime:
    mine = (Delivery.campaign_id == campaign.id) & Delivery.state.in_(OUT)
    return session.scalar(select(func.min(Delivery.claimed_at)).where(mine)) or campaign.moved_at
