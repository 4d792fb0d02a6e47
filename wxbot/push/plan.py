"""Planning: what would go out, to whom, by which route and when, before anything leaves."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from wxbot import cards, library
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.audience import Audience
from wxbot.push.freeze import ONE_BY_ONE
from wxbot.push.tables import Campaign, Delivery, DeliveryState, Route
from wxbot.push.tempo import BEIJING
from wxbot.push.terms import Choice, Terms
from wxbot.wechat import Card

__all__ = ["Plan", "card_of", "draft_of", "hash_of", "plan"]

MONTHLY = 4  # mass messages a follower of a service account receives in a month at most (reference, F5)


@dataclass(frozen=True)
class Plan:
    """What a campaign would do; nothing has been written."""

    number: str
    audience: Audience
    at: dt.datetime | None
    articles: tuple[cards.DraftArticle, ...]
    hash: str
    warnings: tuple[str, ...]
    route: Route = Route.MASS
    choice: Choice = field(default_factory=Choice)


def draft_of(
    session: Session, number: str, terms: Terms, choice: Choice | None = None
) -> tuple[cards.DraftArticle, ...]:
    """The multi-article message that an issue becomes, as the editor chose."""
    choice = choice or Choice()
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    articles = {a.n: a for a in library.articles(session, number) if a.n is not None}
    unknown = [n for n in (*choice.lead, *choice.without) if n not in articles]
    if unknown:
        raise UsageError(
            f"{number} 没有第 {'、'.join(map(str, unknown))} 篇", remedy=f"wxbot show {number} 看每篇的编号。"
        )
    left = [article for n, article in articles.items() if n not in choice.without]
    if not left:
        raise Forbidden(f"{number} 里没有可以推送的文章", remedy="改好简报文件后重新 wxbot ingest。")
    return cards.draft_articles(
        issue,
        left,
        public_url=terms.public_url,
        author=terms.author,
        folder=terms.folder,
        headlines=[articles[n] for n in choice.lead if n not in choice.without],
    )


def card_of(session: Session, number: str, terms: Terms) -> Card:
    """The card that a single follower gets of an issue: its page, its picture, what is in it."""
    issue = library.issue(session, number)
    lead = draft_of(session, number, terms)[0]
    assert issue is not None  # noqa: S101  `draft_of` has just found it
    return Card(
        title=f"{issue.title} {cards.issue_label(issue)}".strip(),
        description=lead.digest,
        picture_url=f"{terms.public_url}/p/i/{number}.jpg",
        url=cards.issue_address(issue, terms.public_url),
    )


def plan(
    db: Database,
    number: str,
    audience: Audience,
    at: dt.datetime | None,
    terms: Terms,
    now: dt.datetime,
    *,
    route: Route | None = None,
    choice: Choice | None = None,
) -> Plan:
    """Work out what a campaign for `number` would do; nothing is written. The route follows from the audience."""
    route = route or audience.route
    _fitting(route, audience)
    if at is not None and at < now - dt.timedelta(minutes=1):
        raise UsageError(
            f"推送时刻 {at:%Y-%m-%d %H:%M} 已经过去",
            remedy="给一个将来的时刻，或不写 --at（批准后立即发送）。",
        )
    with db.read() as session:
        draft = draft_of(session, number, terms, choice)
        said_before = _sent_before(session, route, now)
    said = [
        *audience.warnings,
        *_BY_ROUTE.get(route, ()),
        *said_before,
        *(f"第 {k} 条：{w}" for k, a in enumerate(draft, 1) for w in a.warnings),
    ]
    if audience.size == 0:
        said.append("没有收件人：发送时平台不会投递给任何人")
    mark = hash_of(number, route, audience.name, at, draft)
    return Plan(number, audience, at, draft, mark, tuple(said), route, choice or Choice())


_BY_ROUTE = {
    Route.DRAFT: ("只备好草稿：发不发由人到公众平台按「发表」",),
    Route.PUBLISH: ("只发布、不通知：粉丝不会收到消息",),
}


def _sent_before(session: Session, route: Route, now: dt.datetime) -> list[str]:
    """What our own ledger says of the platform's product quota (reference, F5)."""
    if route is not Route.MASS:
        return []
    today = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    times = {
        word: _mass_messages_since(session, start)
        for word, start in (("today", today), ("month", today.replace(day=1)))
    }
    said = []
    if times["today"]:
        said.append(f"今天已经群发 {times['today']} 次：订阅号每天只能群发 1 次")
    if times["month"] >= MONTHLY:
        said.append(
            f"本月已经群发 {times['month']} 次：服务号的粉丝每月最多收到 {MONTHLY} 次，多的平台会过滤"
        )
    return said


def _mass_messages_since(session: Session, start: dt.datetime) -> int:
    sent = select(func.count()).where(
        Delivery.campaign_id == Campaign.id,
        Campaign.route == Route.MASS,
        Delivery.state == DeliveryState.SENT,
        Delivery.claimed_at >= start,
    )
    return session.scalar(sent) or 0


def _fitting(route: Route, audience: Audience) -> None:
    one_by_one = audience.name.partition(":")[0] in ONE_BY_ONE
    if one_by_one != (route is Route.CUSTOMER):
        raise UsageError(
            f"--route {route} 不能用于 --to {audience.name}",
            remedy="customer 发给 recent、section:栏目、unreached:编号；其余方式发给 all 或 tag:标签名。",
        )


def hash_of(
    number: str, route: str, audience: str, at: dt.datetime | None, articles: Sequence[cards.DraftArticle]
) -> str:
    """A short mark of all that an approval is for: other content, audience, route or hour, other mark."""
    content = [[a.title, a.digest, a.content, a.content_source_url, a.author] for a in articles]
    when = at.astimezone(dt.UTC).isoformat() if at else None
    whole = json.dumps([number, route, audience, when, content], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:12]
