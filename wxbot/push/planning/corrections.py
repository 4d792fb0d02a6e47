"""Correcting what went out: a new message about the same issue, which says that it corrects and what."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select

from wxbot import audit, library
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState
from wxbot.push.push_settings import CampaignCorrection

__all__ = ["correction_of"]

LONGEST = 200  # characters: the sentence is to be read before anything else
OVER = (CampaignState.FINISHED, CampaignState.FAILED, CampaignState.CANCELLED)
OUT = (DeliveryState.SENT, DeliveryState.UNKNOWN)


def correction_of(
    db: Database, number: str, words: str, tz: ZoneInfo, *, insist: bool = False
) -> tuple[CampaignCorrection, tuple[str, ...]]:
    """What a correction of the issue's last message would be, and what an editor should know of it.

    `words` say what was wrong. Raises UsageError for none or too many of them, NotFound where no message of the issue
    went out, Forbidden where it is still under way, and where the issue has not been revised since: unless the editor
    insists, for there is nothing new to read then.
    """
    words = " ".join(words.split())
    if not words or len(words) > LONGEST:
        raise UsageError(f"更正的说明要有 1 到 {LONGEST} 个字", remedy="写明哪里错了、对的是什么。")
    with db.read() as session:
        before = _before(session, number)
        if before.state not in OVER:
            raise Forbidden(
                f"计划 {before.id} 现在是「{CAMPAIGN_STATE_LABELS[before.state]}」，还不能更正",
                remedy=f"等它结束，或先处理它：wxbot push show {before.id}",
            )
        sent_at = _sent_at(session, before)
        issue = library.issue(session, number)
        if issue is None:
            raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架。")
        if issue.shelved_at <= sent_at and not insist:
            raise Forbidden(
                f"{number} 从推送（计划 {before.id}）以来没有改过",
                remedy="先改好简报文件，重新 wxbot ingest；内容确实不用改，加 --again。",
            )
        recalled = any(entry.what == "recalled" for entry in audit.history(session, audit_subject(before.id)))
    said = () if recalled else (f"原来的推送（计划 {before.id}）没有撤回：粉丝会看到两条",)
    return CampaignCorrection(words, before.id, sent_at.astimezone(tz).date()), said


def _before(session: Session, number: str) -> Campaign:
    """The last campaign of which something went out."""
    out = exists().where(Delivery.campaign_id == Campaign.id, Delivery.state.in_(OUT))
    found = select(Campaign).where(Campaign.number == number, out).order_by(Campaign.id.desc()).limit(1)
    campaign = session.scalar(found)
    if campaign is None:
        raise NotFound(f"{number} 还没有推送过，没有可以更正的", remedy=f"直接计划：wxbot push plan {number}")
    return campaign


def _sent_at(session: Session, campaign: Campaign) -> dt.datetime:
    here = (Delivery.campaign_id == campaign.id) & Delivery.state.in_(OUT)
    return session.scalar(select(func.min(Delivery.claimed_at)).where(here)) or campaign.moved_at
