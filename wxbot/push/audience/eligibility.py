"""Decide by which route a campaign reaches one person, or why it does not reach them; pure.

The person's own preferences apply to every route that addresses people individually or by openid. Each route adds a
condition of its own. The first open route is taken and no other, so that nobody is reached twice.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from wxbot.followers import Preferences
from wxbot.push.ledger.tables import Route
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = ["Candidate", "EligibilityRules", "exclusion_reason", "route_for", "unavailable_reasons"]

# A follower may be sent a customer-service message within 48 hours of their last message
# (wechat-platform.md, section E).
CUSTOMER_MESSAGE_WINDOW = dt.timedelta(hours=48)
SAFETY_MARGIN = dt.timedelta(minutes=10)  # a window that would close during the delivery counts as closed


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person whom a campaign could address.

    `consents` are the subscription notices still allowed, `week` the messages received in the last seven days, `month`
    the mass messages received this month.
    """

    openid: str
    follows: bool
    preferences: Preferences
    last_wrote: dt.datetime | None
    consents: int = 0
    week: int = 0
    month: int = 0


@dataclass(frozen=True)
class EligibilityRules:
    """Conditions that are the same for every candidate of a campaign.

    `publication` is the slug of the issue's publication, `sections` are all names of its sections that count, `hour` is
    the hour of delivery in the association's time zone, `routes` those that the campaign may use, in order of
    preference. With `only_recent`, every route is limited to
    people who wrote within 48 hours. `unavailable` holds a reason for each route that the account does not have.
    """

    sections: tuple[str, ...]
    hour: int
    now: dt.datetime
    routes: tuple[Route, ...]
    only_recent: bool = False
    unavailable: tuple[str, ...] = ()
    publication: str = ""


def unavailable_reasons(route: Route, routes: Collection[Route]) -> tuple[str, ...]:
    """Return the reasons in Chinese why a mixed campaign cannot use a route; none for other campaigns."""
    return ("这个账号不能按名单群发",) if route is Route.MIXED and Route.LIST not in routes else ()


def route_for(person: Candidate, rules: EligibilityRules) -> tuple[Route | None, str]:
    """Return the route by which the campaign reaches this person and "", or None and the reason in Chinese."""
    reason = exclusion_reason(person, rules)
    if reason:
        return None, reason
    obstacles = []
    for route in rules.routes:
        obstacle = _route_obstacle(person, rules, route)
        if not obstacle:
            return route, ""
        obstacles.append(obstacle)
    return None, "；".join(dict.fromkeys([*obstacles, *rules.unavailable]))


def exclusion_reason(person: Candidate, rules: EligibilityRules) -> str:
    """Return why no route at all may be used for this person, in Chinese; "" if any may."""
    if rules.only_recent and not _is_window_open(person, rules.now):
        return "超过 48 小时没有来过消息，平台不许发"
    preferences = person.preferences
    if preferences.nothing:
        return "已退订全部"
    if not preferences.wants_issue(rules.publication, rules.sections):
        return "没有订阅这份刊物，也没有订阅这一期里的栏目" if rules.publication else "没有订阅这一期里的栏目"
    if preferences.is_quiet_at(rules.hour):
        return "在粉丝设的免打扰时段"
    if preferences.weekly is not None and person.week >= preferences.weekly:
        return f"本周已收到 {person.week} 次，达到粉丝设的上限"
    return ""


def _route_obstacle(person: Candidate, rules: EligibilityRules, route: Route) -> str:
    """Return why this route is closed for this person, in Chinese; "" if it is open."""
    if route is Route.NOTICE:
        return "" if person.consents > 0 else "没有同意接收订阅通知，或同意的次数已用完"
    if not person.follows:
        return "不在粉丝名单里"
    if route is Route.CUSTOMER:
        return "" if _is_window_open(person, rules.now) else "超过 48 小时没有来过消息，平台不许发"
    if person.month >= MASS_PER_FOLLOWER_MONTH:
        return f"本月已收到 {MASS_PER_FOLLOWER_MONTH} 次群发，再发会被平台过滤"
    return ""


def _is_window_open(person: Candidate, now: dt.datetime) -> bool:
    opened_after = now - CUSTOMER_MESSAGE_WINDOW + SAFETY_MARGIN
    return person.last_wrote is not None and person.last_wrote >= opened_after
