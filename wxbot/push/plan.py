"""Planning: what would go out, to whom, by which route and when, before anything leaves."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from wxbot import audit, cards, followers, library
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, Misconfigured, NotFound, UsageError, WeChatError
from wxbot.push.states import move_campaign, subject
from wxbot.push.tables import STATE_WORDS, Campaign, CampaignState, Delivery, DeliveryState
from wxbot.wechat import WeChat

__all__ = ["Audience", "Plan", "Terms", "audience_of", "draft_of", "hash_of", "plan", "write"]

ROUTE = "mass"


@dataclass(frozen=True)
class Terms:
    """What every draft of this account carries; `folder` is where pictures named in bulletins lie."""

    public_url: str
    author: str = ""
    folder: Path | None = None


@dataclass(frozen=True)
class Audience:
    """Whom a mass message reaches: everybody, or the followers with one tag."""

    name: str
    tag_id: int | None
    size: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a campaign would do; nothing has been written."""

    number: str
    audience: Audience
    at: dt.datetime | None
    articles: tuple[cards.DraftArticle, ...]
    hash: str
    warnings: tuple[str, ...]


def audience_of(db: Database, wechat: WeChat | None, to: str) -> Audience:
    """Look up whom `to` means ("all" or "tag:NAME"), and how many they are.

    Asks the platform where it can; without it our own list is counted, and a warning says so.
    """
    kind, _, name = to.partition(":")
    if to != "all" and (kind != "tag" or not name):
        raise UsageError(f"看不懂 --to {to}", remedy="群发可以发给 all（全部粉丝）或 tag:标签名。")
    try:
        return _asked(wechat, to, name) if wechat is not None else _counted(db, to, "没有询问平台")
    except Misconfigured as no:
        return _counted(db, to, f"账号可能没有群发的权限（{no.message}）")
    except WeChatError as no:
        return _counted(db, to, f"平台暂时问不到（{no.message}）")


def _asked(wechat: WeChat, to: str, name: str) -> Audience:
    if to == "all":
        return Audience(to, None, wechat.followers("").total)
    for tag in wechat.tags():
        if tag.name == name:
            return Audience(to, tag.id, tag.count)
    raise NotFound(f"平台上没有名为「{name}」的标签", remedy="标签名要与公众平台后台的完全一致。")


def _counted(db: Database, to: str, why: str) -> Audience:
    if to != "all":
        raise NotFound(f"{why}，无法核对标签 {to.removeprefix('tag:')}", remedy="稍后再试，或先用 --to all。")
    with db.read() as session:
        return Audience(to, None, followers.count(session), (f"{why}，人数按本地名单估计",))


def draft_of(session: Session, number: str, terms: Terms) -> tuple[cards.DraftArticle, ...]:
    """The multi-article message that an issue becomes."""
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    articles = library.articles(session, number)
    if not articles:
        raise Forbidden(
            f"{number} 里没有文章，没有可以推送的内容", remedy="改好简报文件后重新 wxbot ingest。"
        )
    return cards.draft_articles(
        issue, articles, public_url=terms.public_url, author=terms.author, folder=terms.folder
    )


def plan(
    db: Database, number: str, audience: Audience, at: dt.datetime | None, terms: Terms, now: dt.datetime
) -> Plan:
    """Work out what a campaign for `number` would do; nothing is written."""
    if at is not None and at < now - dt.timedelta(minutes=1):
        raise UsageError(
            f"推送时刻 {at:%Y-%m-%d %H:%M} 已经过去",
            remedy="给一个将来的时刻，或不写 --at（批准后立即发送）。",
        )
    with db.read() as session:
        draft = draft_of(session, number, terms)
    said = [*audience.warnings, *(f"第 {k} 条：{w}" for k, a in enumerate(draft, 1) for w in a.warnings)]
    if audience.size == 0:
        said.append("没有收件人：发送时平台不会投递给任何人")
    return Plan(number, audience, at, draft, hash_of(number, audience.name, at, draft), tuple(said))


def hash_of(
    number: str, audience: str, at: dt.datetime | None, articles: Sequence[cards.DraftArticle]
) -> str:
    """A short mark of all that an approval is for: other content, audience, route or hour, other mark."""
    content = [[a.title, a.digest, a.content, a.content_source_url, a.author] for a in articles]
    when = at.astimezone(dt.UTC).isoformat() if at else None
    whole = json.dumps([number, ROUTE, audience, when, content], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def write(
    db: Database, made: Plan, terms: Terms, by: str, now: dt.datetime, *, insist: bool = False
) -> Campaign:
    """Write the plan down as a campaign, with its ledger.

    A campaign for the same issue that only waits for approval, or whose approval was for other content, gives way to
    the new one. One that is approved as it is, or may have gone out, to whomever, stands in the way: Forbidden,
    unless the editor insists.
    """
    try:
        with db.begin() as session:
            standing = _standing(session, made)
            if standing is not None and not insist and _makes_room(session, standing, terms):
                _give_way(session, standing, by, now)
            elif standing is not None and not insist:
                raise _in_the_way(standing)
            return _write(session, made, by, now, insist=insist)
    except IntegrityError:
        with db.read() as session:
            winner = _standing(session, made)
        if winner is None:
            raise
        raise _in_the_way(winner) from None


def _makes_room(session: Session, standing: Campaign, terms: Terms) -> bool:
    """Whether a campaign gives way to a new plan: it only waits for approval, or what was approved is no more."""
    if standing.state == CampaignState.APPROVED:
        articles = draft_of(session, standing.number, terms)
        return hash_of(standing.number, standing.audience, standing.at, articles) != standing.hash
    return standing.state == CampaignState.PLANNED


def _standing(session: Session, made: Plan) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.claims == made.number))


def _give_way(session: Session, standing: Campaign, by: str, now: dt.datetime) -> None:
    move_campaign(session, standing.id, "cancel", now, by=by, reason="有了新的计划", claims=None)
    session.flush()


def _in_the_way(standing: Campaign) -> Forbidden:
    said = {
        CampaignState.FINISHED: "已经推送过",
        CampaignState.UNKNOWN: "可能已经推送出去（结果不明）",
    }.get(CampaignState(standing.state), "已有推送计划")
    return Forbidden(
        f"{standing.number} {said}：计划 {standing.id}（{STATE_WORDS[standing.state]}）",
        remedy=f"wxbot push show {standing.id} 查看；确实要再发一次，加 --again。",
    )


def _write(session: Session, made: Plan, by: str, now: dt.datetime, *, insist: bool) -> Campaign:
    campaign = Campaign(
        number=made.number,
        route=ROUTE,
        audience=made.audience.name,
        tag_id=made.audience.tag_id,
        at=made.at,
        hash=made.hash,
        articles=[
            {"title": a.title, "n": k, "holds": list(a.articles)} for k, a in enumerate(made.articles, 1)
        ],
        warnings=list(made.warnings),
        recipients=made.audience.size,
        claims=None if insist else made.number,
        made_by=by,
        made_at=now,
        moved_at=now,
    )
    session.add(campaign)
    session.flush()
    ledger = Delivery(
        campaign_id=campaign.id,
        recipient=made.audience.name,
        state=DeliveryState.PLANNED,
        clientmsgid=f"wx{secrets.token_hex(14)}",
        moved_at=now,
    )
    session.add(ledger)
    audit.note(
        session,
        who=by,
        what="plan",
        subject=subject(campaign.id),
        now=now,
        number=made.number,
        hash=made.hash,
    )
    return campaign
