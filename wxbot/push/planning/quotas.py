"""What a plan costs of the account's quotas, and what is left of them.

Two kinds of quota count (reference, 0 and F5): calls of an interface a day, which the platform tells; and messages that
an account may send, or a follower may receive, which it does not tell: for those our own ledger is asked, so what was
sent by hand at the platform's console is not in it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from wxbot.db import Database, Session
from wxbot.errors import OutcomeUnknown, WeChatError
from wxbot.local_time import start_of_day, start_of_month
from wxbot.push.audience.selection import sent_to_all
from wxbot.push.ledger.batches import batch_sizes
from wxbot.push.ledger.tables import POSSIBLY_SENT, Delivery, Route
from wxbot.push.planning.capabilities import PATHS, WORDS, Capabilities, Right
from wxbot.wechat import WeChat
from wxbot.wechat.limits import MASS_PER_FOLLOWER_MONTH

__all__ = ["QuotaUse", "quota_uses"]

_RIGHTS = {
    Route.MASS: Right.MASS,
    Route.LIST: Right.LIST,
    Route.CUSTOMER: Right.CUSTOMER,
    Route.NOTICE: Right.NOTICE,
    Route.PUBLISH: Right.PUBLISH,
}


@dataclass(frozen=True)
class QuotaUse:
    """One quota: what it counts, in which time, how much a plan needs of it, how much is left (None: not known)."""

    what: str
    when: str
    needed: int
    left: int | None

    @property
    def says(self) -> str:
        """In words."""
        known = "问不到还剩多少" if self.left is None else f"还剩 {self.left} 次"
        return f"{self.what}：{self.when}{known}，这次用 {self.needed} 次"

    @property
    def warning(self) -> str:
        """What an editor must know when it is not enough; "" when it is."""
        if self.left is None or self.needed <= self.left:
            return ""
        return f"{self.what}{self.when}只剩 {self.left} 次，不够这次的 {self.needed} 次：其余要等额度恢复"


def quota_uses(
    db: Database,
    wechat: WeChat | None,
    can: Capabilities,
    audience: str,
    by_way: Mapping[Route, int],
    now: dt.datetime,
) -> tuple[QuotaUse, ...]:
    """The quotas that a plan touches: calls by each way, then messages of the account.

    `by_way` is how many people each way reaches; a call for all, a publication, is one.
    """
    found = [
        QuotaUse(f"{WORDS[_RIGHTS[way]]}接口", "今天", _calls(way, size), _left(wechat, _RIGHTS[way]))
        for way, size in by_way.items()
        if way in _RIGHTS and size
    ]
    if Route.MASS in by_way:
        with db.read() as session:
            found += _messages(session, can.kind, audience, now)
    return tuple(found)


def _calls(way: Route, size: int) -> int:
    return len(batch_sizes(size)) if way is Route.LIST else size


def _left(wechat: WeChat | None, right: Right) -> int | None:
    if wechat is None:
        return None
    try:
        return wechat.fetch_quota(PATHS[right]).remain
    except (WeChatError, OutcomeUnknown):
        return None


def _messages(session: Session, kind: str, audience: str, now: dt.datetime) -> list[QuotaUse]:
    """What a mass message takes of the account's own quota."""
    today = start_of_day(now)
    if kind == "sub":
        return [QuotaUse("订阅号的群发（每天 1 次）", "今天", 1, max(0, 1 - _mass_messages(session, today)))]
    if kind == "svc" and audience == "all":
        sent = sent_to_all(session, start_of_month(now))
        left = max(0, MASS_PER_FOLLOWER_MONTH - sent)
        return [QuotaUse(f"服务号的群发（每月 {MASS_PER_FOLLOWER_MONTH} 次）", "本月", 1, left)]
    return []


def _mass_messages(session: Session, since: dt.datetime) -> int:
    sent = select(func.count()).where(
        Delivery.route == Route.MASS, Delivery.state.in_(POSSIBLY_SENT), Delivery.claimed_at >= since
    )
    return session.scalar(sent) or 0
