"""Capabilities: what this account may do at the platform, asked by calls that change nothing and kept for a day.

What an account may do depends on its kind and its verification, and the platform withdraws rights (reference, L and
G3). So it is asked: `openapi/quota/get` of an interface answers with its quota where there is a right to it and with
76022 where there is none; followers and tags are read. What could not be found out counts as allowed: the call
itself will tell, and a call that says otherwise ends what is kept.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import update

from wxbot.db import Database, KeyValueStore, Session
from wxbot.db.key_value import KeyValue
from wxbot.errors import Misconfigured, OutcomeUnknown, WeChatError
from wxbot.push.ledger.tables import Route
from wxbot.wechat import WeChat

__all__ = ["PATHS", "Capabilities", "Right", "expire_capabilities", "fetch_capabilities"]

KEPT = "capabilities"
LASTS = dt.timedelta(days=1)
NO_RIGHT = 76022  # of `openapi/quota/get`: no right to that interface
# Calls that answer with one of these tell that the account's rights are not what we thought.
MISSING_RIGHT_CODES = {48001, 48003, 48004, 50001, 50002}


class Right(StrEnum):
    """One thing that an account may or may not do."""

    DRAFT = "draft"
    PUBLISH = "publish"
    MASS = "mass"
    LIST = "list"
    CUSTOMER = "customer"
    NOTICE = "notice"
    FOLLOWERS = "followers"
    TAGS = "tags"


WORDS = {
    Right.DRAFT: "草稿箱",
    Right.PUBLISH: "发布（不通知）",
    Right.MASS: "群发",
    Right.LIST: "按名单群发",
    Right.CUSTOMER: "客服消息",
    Right.NOTICE: "订阅通知",
    Right.FOLLOWERS: "粉丝名单",
    Right.TAGS: "标签",
}

KINDS = {
    "svc": "像是已认证的服务号",
    "sub": "像是已认证的订阅号",
    "unverified": "像是未认证的账号",
    "": "看不出是哪种账号",
}

# The interface of each right whose quota is asked for.
PATHS = {
    Right.DRAFT: "/cgi-bin/draft/add",
    Right.PUBLISH: "/cgi-bin/freepublish/submit",
    Right.MASS: "/cgi-bin/message/mass/sendall",
    Right.LIST: "/cgi-bin/message/mass/send",
    Right.CUSTOMER: "/cgi-bin/message/custom/send",
    Right.NOTICE: "/cgi-bin/message/subscribe/bizsend",
}

_NEEDS = {
    Route.MASS: Right.MASS,
    Route.LIST: Right.LIST,
    Route.CUSTOMER: Right.CUSTOMER,
    Route.NOTICE: Right.NOTICE,
    Route.DRAFT: Right.DRAFT,
    Route.PUBLISH: Right.PUBLISH,
}


@dataclass(frozen=True)
class Capabilities:
    """What was found out: for each right whether the account has it (what is missing is not known), why not, when."""

    has: Mapping[str, bool]
    reasons: Mapping[str, str]
    asked_at: dt.datetime | None = None

    def may(self, right: Right) -> bool:
        """Whether the account may do that, as far as is known."""
        return self.has.get(right, True)

    def knows(self, right: Right) -> bool:
        """Whether the account is known to be allowed to do that."""
        return self.has.get(right, False)

    def may_go(self, route: Route) -> bool:
        """Whether the account may push by that route; by MIXED when one way to a single follower is open."""
        if route is Route.MIXED:
            return any(self.may(right) for right in (Right.CUSTOMER, Right.NOTICE, Right.LIST))
        return self.may(_NEEDS[route])

    def reason(self, route: Route) -> str:
        """Why it may not push by that route, in the platform's words."""
        return self.reasons.get(_NEEDS.get(route, Right.CUSTOMER), "")

    @property
    def says(self) -> str:
        """All of it for an editor: what the account may do, what not, what could not be found out."""
        groups = (
            ("能用", [right for right in Right if self.has.get(right) is True]),
            ("不能用", [right for right in Right if self.has.get(right) is False]),
            ("没问到", [right for right in Right if right not in self.has]),
        )
        told = (f"{word}：{'、'.join(WORDS[right] for right in rights)}" for word, rights in groups if rights)
        return "；".join([KINDS[self.kind], *told])

    @property
    def kind(self) -> str:
        """What kind of account that looks like: `svc`, `sub` (both verified), `unverified`, or "" when unknown."""
        if not {Right.MASS, Right.LIST} <= self.has.keys():
            return ""
        if self.has[Right.LIST]:
            return "svc"
        return "sub" if self.has[Right.MASS] else "unverified"


def fetch_capabilities(
    db: Database, wechat: WeChat | None, now: dt.datetime, *, fresh: bool = False
) -> Capabilities:
    """What the account may do: what is kept of the last day, else asked now; nothing is known without `wechat`."""
    kept = None if fresh else _stored_capabilities(db, now)
    if kept is not None:
        return kept
    if wechat is None:
        return Capabilities({}, {})
    found = _ask_platform(wechat, now)
    if found.has:
        whole = {"has": dict(found.has), "reasons": dict(found.reasons), "at": now.isoformat()}
        KeyValueStore(db).put(KEPT, json.dumps(whole, ensure_ascii=False), now + LASTS)
    return found


def expire_capabilities(session: Session, no: WeChatError, now: dt.datetime) -> None:
    """Take note of a refusal: where it tells of a right that is missing, all rights are asked for anew next time.

    Part of the caller's transaction.
    """
    if no.errcode in MISSING_RIGHT_CODES:
        session.execute(update(KeyValue).where(KeyValue.name == KEPT).values(value="", expires_at=now))


def _stored_capabilities(db: Database, now: dt.datetime) -> Capabilities | None:
    found = KeyValueStore(db).get(KEPT)
    if found is None or not found.value or found.expires_at <= now:
        return None
    kept = json.loads(found.value)
    return Capabilities(kept["has"], kept["reasons"], dt.datetime.fromisoformat(kept["at"]))


def _ask_platform(wechat: WeChat, now: dt.datetime) -> Capabilities:
    questions: dict[Right, Callable[[], object]] = {
        Right.FOLLOWERS: lambda: wechat.fetch_followers(""),
        Right.TAGS: wechat.fetch_tags,
    }
    questions |= {right: lambda path=path: wechat.fetch_quota(path) for right, path in PATHS.items()}  # type: ignore[misc]
    has: dict[str, bool] = {}
    reasons: dict[str, str] = {}
    for right, ask in questions.items():
        try:
            ask()
            has[right] = True
        except WeChatError as no:
            if no.errcode == NO_RIGHT or no.errcode in MISSING_RIGHT_CODES:
                has[right], reasons[right] = False, no.message
            elif isinstance(no, Misconfigured):
                raise  # the secret or the allow-list is wrong: every other question would be answered alike
        except OutcomeUnknown:
            continue
    return Capabilities(has, reasons, now)
