"""Plan a campaign: work out its content, recipients, route, time and quotas before anything is written or sent."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wxbot import rendering
from wxbot.bulletin.push_form import PushForm
from wxbot.db import Database
from wxbot.errors import CommentsForbidden, Forbidden, OutcomeUnknown, UsageError, WeChatError
from wxbot.push.audience.resolve import PlanRequest, Recipients, resolve_recipients
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.push.ledger.tables import ONE_ROW_PER_FOLLOWER, EditorChoice, Route
from wxbot.push.planning.approval_parts import approval_parts, hash_parts
from wxbot.push.planning.capabilities import (
    Capabilities,
    QuotaUse,
    Right,
    fetch_capabilities,
    interface_quotas,
    mass_message_quotas,
    mass_message_warnings,
)
from wxbot.push.planning.compose import compose_draft, compose_notice, push_form_of
from wxbot.push.push_settings import PushSettings
from wxbot.push.timing import quiet_hours_warnings
from wxbot.wechat import WeChat

__all__ = ["Plan", "PlanRequest", "compose_plan", "plan_campaign"]

UNKNOWN_CAPABILITIES = Capabilities({}, {})


@dataclass(frozen=True)
class Plan:
    """A campaign as it would be, in memory only.

    `form` is that of its messages, which `keeps_form` says to keep for the issue's later plans too.
    `parts` is everything that the hash, and thus an approval, covers. `quotas` is the use of the account's quotas,
    `routes` are those that may be used for one person.
    """

    number: str
    recipients: Recipients
    at: dt.datetime | None
    articles: tuple[rendering.DraftArticle, ...]
    hash: str
    warnings: tuple[str, ...]
    route: Route = Route.MASS
    choice: EditorChoice = field(default_factory=EditorChoice)
    parts: Mapping[str, Any] = field(default_factory=dict)
    quotas: tuple[QuotaUse, ...] = ()
    routes: tuple[Route, ...] = ()
    form: PushForm = field(default_factory=PushForm)
    keeps_form: bool = False

    @property
    def audience(self) -> Audience:
        """The audience whose recipients were counted."""
        return self.recipients.audience


def plan_campaign(
    db: Database, wechat: WeChat | None, request: PlanRequest, settings: PushSettings, now: dt.datetime
) -> Plan:
    """Plan a campaign with the account's rights, the number of recipients and the quotas; nothing is written.

    The platform is asked where it answers; without `wechat` our own data are used. Raises Forbidden for a route to
    which the account has no right, CommentsForbidden for comments without the right to them, UsageError for an
    impossible combination or a moment in the past, and NotFound for an issue, article, section, tag or campaign that
    does not exist.
    """
    capabilities = _fetch_known_capabilities(db, wechat, now)
    route = request.route or default_route(request.audience, capabilities, settings)
    if not capabilities.allows_route(route):
        raise Forbidden(
            f"这个账号没有「{ROUTE_LABELS[route]}」的权利（{capabilities.refusal_reason(route)}）",
            remedy="wxbot doctor 列出这个账号能做什么；不写 --route 则自动选能用的方式。",
        )
    request = replace(request, route=route)
    routes = routes_for(route, capabilities, settings)
    recipients = resolve_recipients(db, wechat, request, routes, settings, now)
    plan = compose_plan(db, request, recipients, settings, now, routes)
    _require_comment_right(plan, capabilities)
    quotas = interface_quotas(wechat, recipients.by_route or {plan.route: 1})
    if plan.route is Route.MASS:
        with db.read() as session:
            quotas += mass_message_quotas(session, capabilities.kind, request.audience, now)
    shortages = tuple(quota.warning for quota in quotas if quota.warning)
    return replace(plan, quotas=tuple(quotas), warnings=(*plan.warnings, *shortages))


def compose_plan(
    db: Database,
    request: PlanRequest,
    recipients: Recipients,
    settings: PushSettings,
    now: dt.datetime,
    routes: tuple[Route, ...] = (),
) -> Plan:
    """Compose the plan of a request whose recipients are counted; reads the database only, raises as `plan_campaign`.

    A mass message to which the account has no right becomes a draft that an editor publishes by hand. Without `routes`
    those of an account with unknown rights are used.
    """
    route = request.route or default_route(request.audience, UNKNOWN_CAPABILITIES, settings)
    if route is Route.MASS and not recipients.may_mass:
        route, routes = Route.DRAFT, ()
    routes = routes or routes_for(route, UNKNOWN_CAPABILITIES, settings)
    _require_matching_route(route, request.audience)
    _require_future(request.at, now)
    with db.read() as session:
        form = push_form_of(session, request)
        draft = compose_draft(session, request.number, settings, request.choice, form)
        sent_before = mass_message_warnings(session, now) if route is Route.MASS else []
        shortened = (
            compose_notice(session, request.number, settings, request.choice, form).warnings
            if Route.NOTICE in routes
            else ()
        )
    warnings = [
        *recipients.warnings,
        *_ROUTE_WARNINGS.get(route, ()),
        *sent_before,
        *(f"第 {k} 条：{warning}" for k, article in enumerate(draft, 1) for warning in article.warnings),
        *shortened,
        *quiet_hours_warnings(settings.quiet, route, request.at, now),
    ]
    if recipients.size == 0:
        warnings.append("没有收件人：发送时平台不会投递给任何人")
    parts = approval_parts(replace(request, route=route), draft, settings, routes, form)
    return Plan(
        number=request.number,
        recipients=recipients,
        at=request.at,
        articles=draft,
        hash=hash_parts(parts),
        warnings=tuple(warnings),
        route=route,
        choice=request.choice,
        parts=parts,
        routes=routes,
        form=form,
        keeps_form=request.form is not None,
    )


def routes_for(route: Route, capabilities: Capabilities, settings: PushSettings) -> tuple[Route, ...]:
    """Return the routes that a campaign may use for one person, in order of preference."""
    if route is not Route.MIXED:
        return (route,)
    may_use = {
        Route.CUSTOMER: capabilities.may(Right.CUSTOMER),
        Route.NOTICE: settings.notice is not None and capabilities.may(Right.NOTICE),
        Route.LIST: capabilities.may(Right.LIST),
    }
    return tuple(each for each, allowed in may_use.items() if allowed)


def default_route(audience: Audience, capabilities: Capabilities, settings: PushSettings) -> Route:
    """Return the route to an audience when nobody chose one, within the account's rights."""
    if audience.is_resolved_by_platform:
        return Route.MASS if capabilities.may(Right.MASS) else Route.DRAFT
    if audience.kind is AudienceKind.CONSENTED:
        return Route.NOTICE
    has_notices = settings.notice is not None and capabilities.surely_may(Right.NOTICE)
    has_other_routes = capabilities.surely_may(Right.LIST) or has_notices
    return Route.MIXED if audience.kind is not AudienceKind.RECENT and has_other_routes else Route.CUSTOMER


def _fetch_known_capabilities(db: Database, wechat: WeChat | None, now: dt.datetime) -> Capabilities:
    try:
        return fetch_capabilities(db, wechat, now)
    except (WeChatError, OutcomeUnknown):
        return UNKNOWN_CAPABILITIES  # the plan's warnings say what could not be asked


# Routes by which people get the articles of a draft; the others lead to pages of our own.
_ARTICLE_ROUTES = frozenset({Route.MASS, Route.LIST, Route.PUBLISH, Route.DRAFT})
_ROUTE_WARNINGS = {
    Route.DRAFT: ("只备好草稿：发不发由人到公众平台按「发表」",),
    Route.PUBLISH: ("只发布、不通知：粉丝不会收到消息",),
}


def _require_comment_right(plan: Plan, capabilities: Capabilities) -> None:
    sends_articles = not _ARTICLE_ROUTES.isdisjoint((plan.route, *plan.routes))
    wants_comments = any(article.comments for article in plan.articles)
    if sends_articles and wants_comments and not capabilities.may(Right.COMMENTS):
        reason = capabilities.reasons.get(Right.COMMENTS, "")
        raise CommentsForbidden(f"这个账号没有留言功能，不能开留言{f'（{reason}）' if reason else ''}")


def _require_future(at: dt.datetime | None, now: dt.datetime) -> None:
    if at is not None and at < now - dt.timedelta(minutes=1):
        raise UsageError(
            f"推送时刻 {at:%Y-%m-%d %H:%M} 已经过去",
            remedy="给一个将来的时刻，或不写 --at（批准后立即发送）。",
        )


def _require_matching_route(route: Route, audience: Audience) -> None:
    needs_own_list = not audience.is_resolved_by_platform and route not in ONE_ROW_PER_FOLLOWER
    if needs_own_list or (audience.kind is AudienceKind.ALL and route is Route.CUSTOMER):
        raise UsageError(
            f"--route {route} 不能用于 --to {audience}",
            remedy="mass、publish、draft 发给 all 或 tag:标签名；customer 发给 recent、section:栏目、unreached:编号等；"
            "list、notice、mixed 都可以。",
        )
