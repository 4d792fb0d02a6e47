"""Planning: what would go out, to whom, by which route and when, before anything leaves."""

import datetime as dt
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from wxbot import audit, cards, followers, library
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, Misconfigured, NotFound, UsageError, WeChatError
from wxbot.push.freeze import AUDIENCES, ONE_BY_ONE, Guest, count, listed
from wxbot.push.states import move_campaign, subject
from wxbot.push.tables import MAY_BE_OUT, STATE_WORDS, Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.wechat import Card, WeChat

__all__ = [
    "Audience",
    "Choice",
    "Pace",
    "Plan",
    "Terms",
    "audience_of",
    "card_of",
    "draft_of",
    "guests_of",
    "hash_of",
    "listed_of",
    "plan",
    "sections_of",
    "write",
]

UNAUTHORIZED = 48001
MONTHLY = 4  # mass messages a follower of a service account receives in a month at most
BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Terms:
    """What is the same for every push of this account.

    `folder` is where pictures named in bulletins lie, `tz` the zone of quiet hours.
    """

    public_url: str
    author: str = ""
    folder: Path | None = None
    tz: ZoneInfo = BEIJING


@dataclass(frozen=True)
class Pace:
    """How patient a worker is, and how fast.

    Seconds of a lease and of waiting for a lost answer, hours of grace for a missed hour; calls a minute to single
    followers at most (0: no limit).
    """

    lease_seconds: int = 60
    unknown_wait_seconds: int = 60
    grace_hours: int = 24
    per_minute: int = 0


@dataclass(frozen=True)
class Choice:
    """What an editor chose of an issue: the numbers of its articles that come first, and of those left out."""

    lead: tuple[int, ...] = ()
    without: tuple[int, ...] = ()

    @classmethod
    def of(cls, campaign: Campaign) -> "Choice":
        """What was chosen for a campaign."""
        kept = campaign.choice
        return cls(tuple(kept.get("lead", ())), tuple(kept.get("without", ())))


@dataclass(frozen=True)
class Audience:
    """Whom a push is for, how many they are, who of them is left out and why.

    `may_mass` is False where the platform says that this account has no right to mass messages.
    """

    name: str
    tag_id: int | None
    size: int
    warnings: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    may_mass: bool = True
    guests: tuple[
        Guest, ...
    ] = ()  # of a list that an editor gave: everybody, with the reason of who is left out

    @property
    def route(self) -> Route:
        """How such an audience is reached where nobody says otherwise."""
        if self.name.partition(":")[0] in ONE_BY_ONE:
            return Route.CUSTOMER
        return Route.MASS if self.may_mass else Route.DRAFT


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
    choice: Choice = Choice()


def guests_of(db: Database, number: str, to: str, tz: ZoneInfo, now: dt.datetime) -> Audience:
    """Count whom one of our own lists means: "recent", "section:NAME", "unreached:ID"."""
    with db.read() as session:
        counted = count(session, to, _sections(session, number, to), tz, now)
    size = counted.pop("", 0)
    return Audience(to, None, size, (), counted)


def listed_of(
    db: Database, number: str, name: str, openids: Sequence[str], tz: ZoneInfo, now: dt.datetime
) -> Audience:
    """The people of a list that an editor gave, called by its file's `name`. UsageError when nobody is on it."""
    if not openids:
        raise UsageError(f"{name} 里没有 openid", remedy="每行一个 openid。")
    with db.read() as session:
        found = tuple(listed(session, openids, _sections(session, number, "file"), tz, now))
    left_out = Counter(reason for _, reason in found if reason)
    return Audience(f"file:{name}"[:200], None, len(found) - left_out.total(), (), left_out, guests=found)


def sections_of(db: Database, campaign: Campaign) -> list[str]:
    """The sections that count for who wants this campaign: the one that the audience names, or all of the issue."""
    with db.read() as session:
        return _sections(session, campaign.number, campaign.audience)


def _sections(session: Session, number: str, to: str) -> list[str]:
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    kind, _, name = to.partition(":")
    if kind != "section":
        return issue.sections
    if name not in issue.sections:
        raise NotFound(f"{number} 没有栏目「{name}」", remedy="栏目有：" + "、".join(issue.sections))
    return [name]


def audience_of(db: Database, wechat: WeChat | None, to: str) -> Audience:
    """Look up whom `to` means ("all" or "tag:NAME"), and how many they are.

    Asks the platform where it can; without it our own list is counted, and a warning says so.
    """
    kind, _, name = to.partition(":")
    if to != "all" and (kind != "tag" or not name):
        raise UsageError(
            f"看不懂 --to {to}",
            remedy=AUDIENCES,
        )
    try:
        return _asked(wechat, to, name) if wechat is not None else _counted(db, to, "没有询问平台")
    except Misconfigured as no:
        found = _counted(db, to, f"账号可能没有群发的权限（{no.message}）")
        return replace(found, may_mass=no.errcode != UNAUTHORIZED)
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
    out = select(Delivery.id).where(Delivery.campaign_id == standing.id, Delivery.state.in_(MAY_BE_OUT))
    if session.scalar(out.limit(1)) is not None:
        return False
    if standing.state == CampaignState.APPROVED:
        articles = draft_of(session, standing.number, terms, Choice.of(standing))
        now = hash_of(standing.number, standing.route, standing.audience, standing.at, articles)
        return now != standing.hash
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
        route=made.route,
        audience=made.audience.name,
        tag_id=made.audience.tag_id,
        at=made.at,
        hash=made.hash,
        articles=[
            {"title": a.title, "n": k, "holds": list(a.articles)} for k, a in enumerate(made.articles, 1)
        ],
        warnings=list(made.warnings),
        choice=asdict(made.choice),
        recipients=made.audience.size,
        claims=None if insist else made.number,
        made_by=by,
        made_at=now,
        moved_at=now,
    )
    session.add(campaign)
    session.flush()
    for openid, reason in made.audience.guests:
        state = DeliveryState.SKIPPED if reason else DeliveryState.PLANNED
        session.add(
            Delivery(campaign_id=campaign.id, recipient=openid, state=state, reason=reason, moved_at=now)
        )
    if made.route is not Route.CUSTOMER:
        session.add(
            Delivery(
                campaign_id=campaign.id,
                recipient=made.audience.name,
                state=DeliveryState.PLANNED,
                clientmsgid=f"wx{secrets.token_hex(14)}",
                moved_at=now,
            )
        )
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
