"""Capabilities and quotas of the account: which interfaces it may use, which route needs which, and how often.

An account's rights depend on its kind and its verification, and the platform can withdraw them (wechat-platform.md,
sections L and G3). They are probed with calls that change nothing, and the result is stored for a day:
`openapi/quota/get` answers with the quota of an interface that the account may use, and with 76022 for one that it may
not; followers and tags are read. A right that could not be probed counts as granted: the call itself will show. A call
that is refused for a missing right expires the stored result.

Two kinds of quota count (wechat-platform.md, sections 0 and F5). The platform tells the quota of calls to an interface
per day. It does not tell the quota of mass messages that an account may send, or that a follower may receive: for those
our own ledger is counted, so mass messages sent by hand in the platform's console are missing from the count.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sqlalchemy import update

from wxbot.db import Database, KeyValueStore, Session
from wxbot.db.key_value import KeyValue
from wxbot.errors import Misconfigured, OutcomeUnknown, WeChatError
from wxbot.local_time import start_of_day, start_of_month
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.batches import batch_sizes
from wxbot.push.ledger.queries import count_mass_messages
from wxbot.push.ledger.tables import Route
from wxbot.wechat import WeChat
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = [
    "QUOTA_PATHS",
    "RIGHTS",
    "RIGHT_OF_ROUTE",
    "Capabilities",
    "QuotaUse",
    "Right",
    "expire_capabilities",
    "fetch_capabilities",
    "interface_quotas",
    "mass_message_quotas",
    "mass_message_warnings",
]

STORE_KEY = "capabilities"
VALID_FOR = dt.timedelta(days=1)
NO_RIGHT = 76022  # errcode of `openapi/quota/get`: the account has no right to that interface
# Errcodes of other calls which show that the stored rights are no longer true.
MISSING_RIGHT_CODES = {48001, 48003, 48004, 50001, 50002, 88000}
MASS_PER_DAY = 1  # of a subscription account


class Right(StrEnum):
    """One right that an account may have."""

    DRAFT = "draft"
    PUBLISH = "publish"
    MASS = "mass"
    LIST = "list"
    CUSTOMER = "customer"
    NOTICE = "notice"
    FOLLOWERS = "followers"
    TAGS = "tags"
    COMMENTS = "comments"


@dataclass(frozen=True)
class RightInfo:
    """A right's Chinese label, the route that needs it, and the interface whose quota shows whether it is granted."""

    label: str
    route: Route | None = None
    quota_path: str = ""


# The only table of rights and routes. A mixed campaign needs no right of its own: see `Capabilities.allows_route`.
RIGHTS = {
    Right.DRAFT: RightInfo("草稿箱", Route.DRAFT, "/cgi-bin/draft/add"),
    Right.PUBLISH: RightInfo("发布（不通知）", Route.PUBLISH, "/cgi-bin/freepublish/submit"),
    Right.MASS: RightInfo("群发", Route.MASS, "/cgi-bin/message/mass/sendall"),
    Right.LIST: RightInfo("按名单群发", Route.LIST, "/cgi-bin/message/mass/send"),
    Right.CUSTOMER: RightInfo("客服消息", Route.CUSTOMER, "/cgi-bin/message/custom/send"),
    Right.NOTICE: RightInfo("订阅通知", Route.NOTICE, "/cgi-bin/message/subscribe/bizsend"),
    Right.FOLLOWERS: RightInfo("粉丝名单"),
    Right.TAGS: RightInfo("标签"),
    Right.COMMENTS: RightInfo("留言", quota_path="/cgi-bin/comment/open"),
}
RIGHT_OF_ROUTE = {info.route: right for right, info in RIGHTS.items() if info.route is not None}
QUOTA_PATHS = {right: info.quota_path for right, info in RIGHTS.items() if info.quota_path}

ACCOUNT_KINDS = {
    "svc": "像是已认证的服务号",
    "sub": "像是已认证的订阅号",
    "unverified": "像是未认证的账号",
    "": "看不出是哪种账号",
}


@dataclass(frozen=True)
class Capabilities:
    """Rights of the account as far as they are known.

    `granted` maps a right to whether the account has it, and lacks a right that could not be probed. `reasons` holds
    the platform's message for each missing right. `asked_at` is when the rights were probed.
    """

    granted: Mapping[str, bool]
    reasons: Mapping[str, str]
    asked_at: dt.datetime | None = None

    def may(self, right: Right) -> bool:
        """Return whether the account has the right, or it is not known."""
        return self.granted.get(right, True)

    def surely_may(self, right: Right) -> bool:
        """Return whether the account is known to have the right."""
        return self.granted.get(right, False)

    def allows_route(self, route: Route) -> bool:
        """Return whether the account may push by this route; by MIXED, if it may address single followers."""
        if route is Route.MIXED:
            return any(self.may(right) for right in (Right.CUSTOMER, Right.NOTICE, Right.LIST))
        return self.may(RIGHT_OF_ROUTE[route])

    def refusal_reason(self, route: Route) -> str:
        """Return the platform's message why the account may not push by this route; "" if there is none."""
        return self.reasons.get(RIGHT_OF_ROUTE.get(route, Right.CUSTOMER), "")

    @property
    def summary(self) -> str:
        """All rights in one Chinese sentence: granted, missing, not known."""
        groups = (
            ("能用", [right for right in Right if self.granted.get(right) is True]),
            ("不能用", [right for right in Right if self.granted.get(right) is False]),
            ("没问到", [right for right in Right if right not in self.granted]),
        )
        parts = (
            f"{label}：{'、'.join(RIGHTS[right].label for right in rights)}"
            for label, rights in groups
            if rights
        )
        return "；".join([ACCOUNT_KINDS[self.kind], *parts])

    @property
    def kind(self) -> str:
        """Likely kind of the account: `svc` or `sub` (both verified), `unverified`, or "" if it cannot be told."""
        if not {Right.MASS, Right.LIST} <= self.granted.keys():
            return ""
        if self.granted[Right.LIST]:
            return "svc"
        return "sub" if self.granted[Right.MASS] else "unverified"


def fetch_capabilities(
    db: Database, wechat: WeChat | None, now: dt.datetime, *, fresh: bool = False
) -> Capabilities:
    """Return the account's rights: those stored within the last day, else probe the platform and store them.

    With `fresh` the platform is always asked; without `wechat` an unstored result is empty. Raises Misconfigured if the
    account's credentials are wrong.
    """
    stored = None if fresh else _read_stored(db, now)
    if stored is not None:
        return stored
    if wechat is None:
        return Capabilities({}, {})
    capabilities = _probe_platform(wechat, now)
    if capabilities.granted:
        document = {
            "has": dict(capabilities.granted),
            "reasons": dict(capabilities.reasons),
            "at": now.isoformat(),
        }
        KeyValueStore(db).put(STORE_KEY, json.dumps(document, ensure_ascii=False), now + VALID_FOR)
    return capabilities


def expire_capabilities(session: Session, refusal: WeChatError, now: dt.datetime) -> None:
    """Expire the stored rights if a refused call shows that one is missing; in the caller's transaction."""
    if refusal.errcode in MISSING_RIGHT_CODES:
        session.execute(update(KeyValue).where(KeyValue.name == STORE_KEY).values(value="", expires_at=now))


def _read_stored(db: Database, now: dt.datetime) -> Capabilities | None:
    row = KeyValueStore(db).get(STORE_KEY)
    if row is None or not row.value or row.expires_at <= now:
        return None
    document = json.loads(row.value)
    return Capabilities(document["has"], document["reasons"], dt.datetime.fromisoformat(document["at"]))


def _probe_platform(wechat: WeChat, now: dt.datetime) -> Capabilities:
    probes: dict[Right, Callable[[], object]] = {
        Right.FOLLOWERS: lambda: wechat.fetch_followers(""),
        Right.TAGS: wechat.fetch_tags,
    }
    probes |= {right: partial(wechat.fetch_quota, path) for right, path in QUOTA_PATHS.items()}
    granted: dict[str, bool] = {}
    reasons: dict[str, str] = {}
    for right, probe in probes.items():
        try:
            probe()
            granted[right] = True
        except WeChatError as refusal:
            if refusal.errcode == NO_RIGHT or refusal.errcode in MISSING_RIGHT_CODES:
                granted[right], reasons[right] = False, refusal.message
            elif isinstance(refusal, Misconfigured):
                raise  # wrong secret or IP allow-list: every other probe would fail in the same way
        except OutcomeUnknown:
            continue
    return Capabilities(granted, reasons, now)


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
