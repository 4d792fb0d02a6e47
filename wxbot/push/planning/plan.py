"""Planning: what would go out, to whom, by which route and when, before anything leaves."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from sqlalchemy import func, select

from wxbot import rendering
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, OutcomeUnknown, UsageError, WeChatError
from wxbot.local_time import start_of_day
from wxbot.push.audience.resolve import Recipients, count_platform_audience, count_recipients
from wxbot.push.audience.selection import ONE_BY_ONE
from wxbot.push.audience.snapshot import tag_member_pages
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.push.ledger.tables import ONE_ROW_PER_FOLLOWER, Campaign, Delivery, DeliveryState, Route
from wxbot.push.planning.approval_parts import approval_parts, hash_parts
from wxbot.push.planning.capabilities import Capabilities, Right, fetch_capabilities
from wxbot.push.planning.content import compose_card, compose_draft
from wxbot.push.planning.night import quiet_hours_warnings
from wxbot.push.planning.notice import compose_notice
from wxbot.push.planning.quotas import QuotaUse, quota_uses
from wxbot.push.push_settings import EditorChoice, PushSettings
from wxbot.wechat import WeChat
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = ["Plan", "compose_card", "compose_draft", "compose_plan", "plan_campaign", "routes_for"]


@dataclass(frozen=True)
class Plan:
    """What a campaign would do; nothing has been written.

    `parts` is all that its hash stands for, `costs` what it takes of the account's quotas, `ways` those by which it may
    reach one follower.
    """

    number: str
    audience: Recipients
    at: dt.datetime | None
    articles: tuple[rendering.DraftArticle, ...]
    hash: str
    warnings: tuple[str, ...]
    route: Route = Route.MASS
    choice: EditorChoice = field(default_factory=EditorChoice)
    parts: Mapping[str, Any] = field(default_factory=dict)
    costs: tuple[QuotaUse, ...] = ()
    ways: tuple[Route, ...] = ()


def plan_campaign(
    db: Database,
    wechat: WeChat | None,
    number: str,
    to: str,
    at: dt.datetime | None,
    settings: PushSettings,
    now: dt.datetime,
    *,
    route: Route | None = None,
    choice: EditorChoice | None = None,
    names: Iterable[str] | None = None,
) -> Plan:
    """Plan with all that can be known: what the account may do, how many by which way, what it costs, what is left.

    `to` is an audience ("file:NAME" for the openids in `names`, which may be gone through more than once). Without a
    route, the account's rights choose it. Asks the platform where it can; nothing is written. Raises Forbidden for a
    route to which the account has no right, UsageError and NotFound for what is not there.
    """
    can = _rights(db, wechat, now)
    route = route or _chosen(to, can, settings)
    if not can.may_go(route):
        raise Forbidden(
            f"这个账号没有「{ROUTE_LABELS[route]}」的权利（{can.reason(route)}）",
            remedy="wxbot doctor 列出这个账号能做什么；不写 --route 则自动选能用的方式。",
        )
    ways = routes_for(route, can, settings)
    audience = _audience(db, wechat, number, to, at, settings, now, route=route, ways=ways, names=names)
    if route is Route.MASS and not audience.may_mass:
        route, ways = Route.DRAFT, (Route.DRAFT,)
    made = compose_plan(db, number, audience, at, settings, now, route=route, choice=choice, ways=ways)
    by_way = audience.by_way or {route: 1}
    costs = quota_uses(db, wechat, can, audience.name, by_way, now)
    short = tuple(cost.warning for cost in costs if cost.warning)
    return replace(made, costs=costs, warnings=(*made.warnings, *short))


def compose_plan(
    db: Database,
    number: str,
    audience: Recipients,
    at: dt.datetime | None,
    settings: PushSettings,
    now: dt.datetime,
    *,
    route: Route | None = None,
    choice: EditorChoice | None = None,
    ways: Sequence[Route] = (),
) -> Plan:
    """Work out what a campaign for `number` would do; nothing is written. The route follows from the audience."""
    route = route or audience.route
    ways = tuple(ways) or routes_for(route, Capabilities({}, {}), settings)
    _fitting(route, audience)
    if at is not None and at < now - dt.timedelta(minutes=1):
        raise UsageError(
            f"推送时刻 {at:%Y-%m-%d %H:%M} 已经过去",
            remedy="给一个将来的时刻，或不写 --at（批准后立即发送）。",
        )
    with db.read() as session:
        draft = compose_draft(session, number, settings, choice)
        said_before = _sent_before(session, route, now)
        cut = compose_notice(session, number, settings, choice).warnings if Route.NOTICE in ways else ()
    said = [
        *audience.warnings,
        *_BY_ROUTE.get(route, ()),
        *said_before,
        *(f"第 {k} 条：{w}" for k, a in enumerate(draft, 1) for w in a.warnings),
        *cut,
    ]
    said += quiet_hours_warnings(settings, route, at, now)
    if audience.size == 0:
        said.append("没有收件人：发送时平台不会投递给任何人")
    parts = approval_parts(number, route, audience.name, at, draft, settings, ways)
    return Plan(
        number,
        audience,
        at,
        draft,
        hash_parts(parts),
        tuple(said),
        route,
        choice or EditorChoice(),
        parts,
        ways=ways,
    )


def routes_for(route: Route, can: Capabilities, settings: PushSettings) -> tuple[Route, ...]:
    """The ways by which a campaign of this route may reach one follower, the first open one being taken."""
    if route is not Route.MIXED:
        return (route,)
    ways = {
        Route.CUSTOMER: can.may(Right.CUSTOMER),
        Route.NOTICE: settings.notice is not None and can.may(Right.NOTICE),
        Route.LIST: can.may(Right.LIST),
    }
    return tuple(way for way, open_ in ways.items() if open_)


def _rights(db: Database, wechat: WeChat | None, now: dt.datetime) -> Capabilities:
    try:
        return fetch_capabilities(db, wechat, now)
    except (WeChatError, OutcomeUnknown):
        return Capabilities({}, {})  # nothing is known: the plan says below what could not be asked


def _chosen(to: str, can: Capabilities, settings: PushSettings) -> Route:
    """How an audience is reached where nobody says otherwise, as far as the account may."""
    kind = to.partition(":")[0]
    if kind not in ONE_BY_ONE:
        return Route.MASS if can.may(Right.MASS) else Route.DRAFT
    if kind == "consented":
        return Route.NOTICE
    more = can.knows(Right.LIST) or (settings.notice is not None and can.knows(Right.NOTICE))
    return Route.MIXED if kind != "recent" and more else Route.CUSTOMER


def _audience(
    db: Database,
    wechat: WeChat | None,
    number: str,
    to: str,
    at: dt.datetime | None,
    settings: PushSettings,
    now: dt.datetime,
    *,
    route: Route,
    ways: Sequence[Route],
    names: Iterable[str] | None,
) -> Recipients:
    if route not in ONE_ROW_PER_FOLLOWER:
        return (
            count_platform_audience(db, wechat, to)
            if to.partition(":")[0] not in ONE_BY_ONE
            else Recipients(to, None, 0)
        )
    template = settings.notice.template if settings.notice else ""
    tag_id = None
    if to.startswith("tag:"):
        found = count_platform_audience(db, wechat, to)
        tag_id = found.tag_id
        if wechat is not None and tag_id is not None:
            names = chain.from_iterable(tag_member_pages(wechat, tag_id))
    return count_recipients(
        db,
        number,
        to,
        settings.tz,
        now,
        route=route,
        ways=ways,
        at=at,
        template=template,
        names=names,
        tag_id=tag_id,
    )


_BY_ROUTE = {
    Route.DRAFT: ("只备好草稿：发不发由人到公众平台按「发表」",),
    Route.PUBLISH: ("只发布、不通知：粉丝不会收到消息",),
}


def _sent_before(session: Session, route: Route, now: dt.datetime) -> list[str]:
    """What our own ledger says of the platform's product quota (reference, F5)."""
    if route is not Route.MASS:
        return []
    today = start_of_day(now)
    times = {
        word: _mass_messages_since(session, start)
        for word, start in (("today", today), ("month", today.replace(day=1)))
    }
    said = []
    if times["today"]:
        said.append(f"今天已经群发 {times['today']} 次：订阅号每天只能群发 1 次")
    if times["month"] >= MASS_PER_FOLLOWER_MONTH:
        said.append(
            f"本月已经群发 {times['month']} 次：服务号的粉丝每月最多收到 {MASS_PER_FOLLOWER_MONTH} 次，"
            "多的平台会过滤"
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


def _fitting(route: Route, audience: Recipients) -> None:
    ours = audience.name.partition(":")[0] in ONE_BY_ONE
    if (ours and route not in ONE_ROW_PER_FOLLOWER) or (audience.name == "all" and route is Route.CUSTOMER):
        raise UsageError(
            f"--route {route} 不能用于 --to {audience.name}",
            remedy="mass、publish、draft 发给 all 或 tag:标签名；customer 发给 recent、section:栏目、unreached:编号等；"
            "list、notice、mixed 都可以。",
        )
