"""Resolve an audience before a campaign exists: count its recipients by route, and those left out by reason."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from wxbot import followers
from wxbot.bulletin.push_form import PushForm
from wxbot.db import Database
from wxbot.errors import Misconfigured, NotFound, UsageError, WeChatError
from wxbot.push.audience.eligibility import EligibilityRules, route_for, unavailable_reasons
from wxbot.push.audience.selection import (
    RecipientQuery,
    candidate_pages,
    distinct_openid_pages,
    stored_openid_pages,
)
from wxbot.push.audience.snapshot import issue_topics, routes_of, tag_member_pages
from wxbot.push.ledger.audience import AUDIENCE_HELP, Audience, AudienceKind
from wxbot.push.ledger.batches import SINGLE_RECIPIENT_REASON
from wxbot.push.ledger.tables import ONE_ROW_PER_FOLLOWER, Campaign, CampaignState, EditorChoice, Route
from wxbot.push.push_settings import PushSettings
from wxbot.wechat import WeChat

__all__ = [
    "PlanRequest",
    "Recipients",
    "count_left_out",
    "count_platform_audience",
    "count_recipients",
    "resolve_recipients",
]

_RECIPIENTS_MAY_CHANGE = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)
UNAUTHORIZED = 48001  # errcode: the account has no right to this interface


@dataclass(frozen=True)
class PlanRequest:
    """A request to plan a campaign, from an editor or from the schedule.

    `at` is the moment of delivery (None: as soon as the campaign is approved). Without a `route`, the account's rights
    decide. `openids` are those of an audience that is an editor's file; they can be iterated more than once. `form` is
    a new form for the issue's pushes, kept when the campaign is created; None for the one that is kept already.
    """

    number: str
    audience: Audience
    at: dt.datetime | None = None
    route: Route | None = None
    choice: EditorChoice = field(default_factory=EditorChoice)
    openids: Iterable[str] | None = None
    form: PushForm | None = None


@dataclass(frozen=True)
class Recipients:
    """Size of a resolved audience: `size` people, `by_route` of them by each route, `left_out` by reason.

    `by_route` is empty for an audience that the platform resolves. `tag_id` is the platform's id of a tag.
    `may_mass` is False if the platform says that the account has no right to mass messages. `openids` are those of an
    editor's file.
    """

    audience: Audience
    tag_id: int | None
    size: int
    warnings: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    may_mass: bool = True
    by_route: Mapping[Route, int] = field(default_factory=dict)
    openids: Iterable[str] | None = None


def count_recipients(
    db: Database, request: PlanRequest, routes: Sequence[Route], settings: PushSettings, now: dt.datetime
) -> Recipients:
    """Count the people of an audience who are addressed individually or by openid.

    `routes` are those that the campaign may use. Raises NotFound for an issue, a section or a campaign that does not
    exist, Forbidden for `reached` and `unreached` of a mass message, UsageError for an audience that only the
    platform knows.
    """
    audience, template = request.audience, settings.notice.template if settings.notice else ""
    if audience.kind is AudienceKind.TAG and request.openids is None:
        raise UsageError(f"看不懂 --to {audience}", remedy=AUDIENCE_HELP)
    with db.read() as session:
        topics = issue_topics(session, request.number, audience, settings.habits())
    rules = EligibilityRules(
        publication=topics.publication,
        sections=topics.sections,
        hour=(request.at or now).astimezone(settings.tz).hour,
        now=now,
        routes=tuple(routes),
        only_recent=audience.kind is AudienceKind.RECENT,
        unavailable=unavailable_reasons(request.route, routes) if request.route else (),
    )
    pages: Iterable[Sequence[str]] | None = None
    if request.openids is not None:
        pages = distinct_openid_pages(request.openids)
    elif audience.is_openid_list:
        pages = stored_openid_pages(db, audience, 0, template)
    query = RecipientQuery(audience, now, template, counts_mass_messages=Route.LIST in routes)
    by_route, left_out = Counter[Route](), Counter[str]()
    for page in candidate_pages(db, query, pages):
        for person in page:
            route, reason = route_for(person, rules)
            if route is None:
                left_out[reason] += 1
            else:
                by_route[route] += 1
    if by_route[Route.LIST] == 1:
        left_out[SINGLE_RECIPIENT_REASON] += by_route.pop(Route.LIST)
    openids = request.openids if audience.kind is AudienceKind.FILE else None
    return Recipients(audience, None, by_route.total(), left_out=left_out, by_route=by_route, openids=openids)


def count_left_out(
    db: Database, campaign: Campaign, settings: PushSettings, now: dt.datetime, *, max_followers: int
) -> Mapping[str, int] | None:
    """Count the followers, by reason, whom a campaign would leave out if it began now.

    None where the number is fixed already, is known to the platform only, or where there are more than
    `max_followers` to check.
    """
    audience = campaign.audience
    is_known = audience.is_resolved_by_platform or audience.kind is AudienceKind.FILE
    if campaign.state not in _RECIPIENTS_MAY_CHANGE or is_known:
        return None
    with db.read() as session:
        if followers.count(session) > max_followers:
            return None
    request = PlanRequest(campaign.number, audience, campaign.at, Route(campaign.route))
    return count_recipients(db, request, routes_of(campaign), settings, now).left_out


def count_platform_audience(db: Database, wechat: WeChat | None, audience: Audience) -> Recipients:
    """Ask the platform for the size of `all` or of a tag; without an answer count our own list, with a warning.

    Raises NotFound for an unknown tag, or one that cannot be looked up, UsageError for any other audience.
    """
    if not audience.is_resolved_by_platform:
        raise UsageError(f"看不懂 --to {audience}", remedy=AUDIENCE_HELP)
    try:
        if wechat is not None:
            return _ask_platform(wechat, audience)
        return _count_own_list(db, audience, "没有询问平台")
    except Misconfigured as refusal:
        recipients = _count_own_list(db, audience, f"账号可能没有群发的权限（{refusal.message}）")
        return replace(recipients, may_mass=refusal.errcode != UNAUTHORIZED)
    except WeChatError as refusal:
        return _count_own_list(db, audience, f"平台暂时问不到（{refusal.message}）")


def _ask_platform(wechat: WeChat, audience: Audience) -> Recipients:
    if audience.kind is AudienceKind.ALL:
        return Recipients(audience, None, wechat.fetch_followers("").total)
    for tag in wechat.fetch_tags():
        if tag.name == audience.argument:
            return Recipients(audience, tag.id, tag.count)
    raise NotFound(
        f"平台上没有名为「{audience.argument}」的标签", remedy="标签名要与公众平台后台的完全一致。"
    )


def _count_own_list(db: Database, audience: Audience, why: str) -> Recipients:
    if audience.kind is not AudienceKind.ALL:
        raise NotFound(f"{why}，无法核对标签 {audience.argument}", remedy="稍后再试，或先用 --to all。")
    with db.read() as session:
        return Recipients(audience, None, followers.count(session), (f"{why}，人数按本地名单估计",))


def resolve_recipients(
    db: Database,
    wechat: WeChat | None,
    request: PlanRequest,
    routes: tuple[Route, ...],
    settings: PushSettings,
    now: dt.datetime,
) -> Recipients:
    """Count the recipients in our own database, or ask the platform where it resolves the audience."""
    audience = request.audience
    if request.route not in ONE_ROW_PER_FOLLOWER:
        if audience.is_resolved_by_platform:
            return count_platform_audience(db, wechat, audience)
        return Recipients(audience, None, 0)  # refused by `compose_plan`
    if audience.kind is not AudienceKind.TAG:
        return count_recipients(db, request, routes, settings, now)
    tag_id = count_platform_audience(db, wechat, audience).tag_id
    members = chain.from_iterable(tag_member_pages(wechat, tag_id)) if wechat and tag_id is not None else ()
    recipients = count_recipients(db, replace(request, openids=members), routes, settings, now)
    return replace(recipients, tag_id=tag_id)
