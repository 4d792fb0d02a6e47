"""Quotas of the account: how much of each a plan uses, and how much is left.

Two kinds of quota count (wechat-platform.md, sections 0 and F5). The platform tells the quota of calls to an interface
per day. It does not tell the quota of mass messages that an account may send, or that a follower may receive: for those
our own ledger is counted, so mass messages sent by hand in the platform's console are missing from the count.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from wxbot.db import Session
from wxbot.errors import OutcomeUnknown, WeChatError
from wxbot.local_time import start_of_day, start_of_month
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.batches import batch_sizes
from wxbot.push.ledger.queries import count_mass_messages
from wxbot.push.ledger.tables import Route
from wxbot.push.planning.capabilities import QUOTA_PATHS, RIGHT_OF_ROUTE, RIGHTS, Right
from wxbot.wechat import WeChat
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = ["QuotaUse", "interface_quotas", "mass_message_quotas", "mass_message_warnings"]

MASS_PER_DAY = 1  # of a subscription account


@dataclass(frozen=True)
class QuotaUse:
    """Use of one quota by a plan: its name and period in Chinese, how much is needed, how much is left if known."""

    name: str
    period: str
    needed: int
    left: int | None

    @property
    def summary(self) -> str:
        """The quota and its use in one Chinese sentence."""
        left = "问不到还剩多少" if self.left is None else f"还剩 {self.left} 次"
        return f"{self.name}：{self.period}{left}，这次用 {self.needed} 次"

    @property
    def warning(self) -> str:
        """A warning in Chinese if the quota is too small for the plan; "" if it suffices or is not known."""
        if self.left is None or self.needed <= self.left:
            return ""
        return f"{self.name}{self.period}只剩 {self.left} 次，不够这次的 {self.needed} 次：其余要等额度恢复"


def interface_quotas(wechat: WeChat | None, by_route: Mapping[Route, int]) -> list[QuotaUse]:
    """Return the use of each interface's daily quota of calls; `by_route` is the number of people by each route.

    Asks the platform how much is left; without `wechat`, or without an answer, that is not known. Drafts have no quota
    that a plan could exhaust.
    """
    return [
        QuotaUse(f"{RIGHTS[right].label}接口", "今天", _calls(route, size), _fetch_left(wechat, right))
        for route, size in by_route.items()
        if size and (right := RIGHT_OF_ROUTE.get(route)) and right is not Right.DRAFT
    ]


def mass_message_quotas(
    session: Session, account_kind: str, audience: Audience, now: dt.datetime
) -> list[QuotaUse]:
    """Return the use of the account's quota of mass messages; `account_kind` is `Capabilities.kind`."""
    if account_kind == "sub":
        left = max(0, MASS_PER_DAY - count_mass_messages(session, start_of_day(now)))
        return [QuotaUse("订阅号的群发（每天 1 次）", "今天", 1, left)]
    if account_kind == "svc" and audience.kind is AudienceKind.ALL:
        left = max(0, MASS_PER_FOLLOWER_MONTH - count_mass_messages(session, start_of_month(now), audience))
        return [QuotaUse(f"服务号的群发（每月 {MASS_PER_FOLLOWER_MONTH} 次）", "本月", 1, left)]
    return []


def mass_message_warnings(session: Session, now: dt.datetime) -> list[str]:
    """Return warnings in Chinese about mass messages already sent today and this month, to any audience."""
    today = count_mass_messages(session, start_of_day(now))
    this_month = count_mass_messages(session, start_of_month(now))
    warnings = []
    if today:
        warnings.append(f"今天已经群发 {today} 次：订阅号每天只能群发 {MASS_PER_DAY} 次")
    if this_month >= MASS_PER_FOLLOWER_MONTH:
        warnings.append(
            f"本月已经群发 {this_month} 次：服务号的粉丝每月最多收到 {MASS_PER_FOLLOWER_MONTH} 次，多的平台会过滤"
        )
    return warnings


def _calls(route: Route, size: int) -> int:
    return len(batch_sizes(size)) if route is Route.LIST else size


def _fetch_left(wechat: WeChat | None, right: Right) -> int | None:
    if wechat is None:
        return None
    try:
        return wechat.fetch_quota(QUOTA_PATHS[right]).remain
    except (WeChatError, OutcomeUnknown):
        return None
