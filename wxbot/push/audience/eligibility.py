"""Judging: by which way one person is reached, or why not. Pure.

What a person wished binds every way that reaches people one by one or by name; beyond that each way has a condition of
its own. Of several ways the first that is open is taken, and no other: nobody is reached twice.
"""

import datetime as dt
from dataclasses import dataclass

from wxbot.followers import Preferences
from wxbot.push.ledger.tables import Route
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = ["MARGIN", "WINDOW", "Candidate", "EligibilityRules", "exclusion_reason", "route_for"]

WINDOW = dt.timedelta(hours=48)  # in which a follower who wrote may be written to (reference, E)
MARGIN = dt.timedelta(minutes=10)  # a window that closes while we are at it is closed

Verdict = tuple[Route | None, str]  # the way, or why there is none


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of one person: `week` and `month` are messages received in seven days, and by list this month."""

    openid: str
    follows: bool
    wishes: Preferences
    last_wrote: dt.datetime | None
    consents: int = 0
    week: int = 0
    month: int = 0


@dataclass(frozen=True)
class EligibilityRules:
    """What holds for everybody of one campaign.

    `sections` are those that count, `hour` is the association's at the time of sending, `ways` are those that the
    campaign may use, in their order; with `recent`, only who wrote within 48 hours is meant, whatever the way.
    `lacking` says of each way that the account does not have why.
    """

    sections: tuple[str, ...]
    hour: int
    now: dt.datetime
    ways: tuple[Route, ...]
    recent: bool = False
    lacking: tuple[str, ...] = ()


def route_for(person: Candidate, rules: EligibilityRules) -> Verdict:
    """The way by which the campaign reaches this person, and ""; or None, and the reason for editors."""
    no = exclusion_reason(person, rules)
    if no:
        return None, no
    closed = []
    for way in rules.ways:
        why = _route_obstacle(person, rules, way)
        if not why:
            return way, ""
        closed.append(why)
    return None, "；".join(dict.fromkeys([*closed, *rules.lacking]))


def exclusion_reason(person: Candidate, rules: EligibilityRules) -> str:
    """Why this person is not to be reached, by whatever way; "" where nothing forbids it."""
    if rules.recent and not _window_open(person, rules.now):
        return "超过 48 小时没有来过消息，平台不许发"
    wishes = person.wishes
    if wishes.nothing:
        return "已退订全部"
    if not any(wishes.wants_section(section) for section in rules.sections):
        return "没有订阅这一期里的栏目"
    if wishes.is_quiet_at(rules.hour):
        return "在粉丝设的免打扰时段"
    if wishes.weekly is not None and person.week >= wishes.weekly:
        return f"本周已收到 {person.week} 次，达到粉丝设的上限"
    return ""


def _route_obstacle(person: Candidate, rules: EligibilityRules, way: Route) -> str:
    """Why this way does not lead to this person; "" when it does."""
    if way is Route.NOTICE:
        return "" if person.consents > 0 else "没有同意接收订阅通知，或同意的次数已用完"
    if not person.follows:
        return "不在粉丝名单里"
    if way is Route.CUSTOMER:
        return "" if _window_open(person, rules.now) else "超过 48 小时没有来过消息，平台不许发"
    if person.month >= MASS_PER_FOLLOWER_MONTH:
        return f"本月已收到 {MASS_PER_FOLLOWER_MONTH} 次群发，再发会被平台过滤"
    return ""


def _window_open(person: Candidate, now: dt.datetime) -> bool:
    return person.last_wrote is not None and person.last_wrote >= now - WINDOW + MARGIN
