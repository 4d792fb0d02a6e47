"""After a call to one follower: what else its answer changes, in the transaction that writes it down.

A notice that went out has used up a consent, one that was refused for want of it tells that there is none. And in a
mixed campaign a line whose way turned out to be closed goes by the next one, instead of being lost.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from wxbot import consents
from wxbot.db import Session
from wxbot.followers import Follower
from wxbot.push.audience.snapshot import routes_of
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import Campaign, Delivery, Route

__all__ = ["CallResult", "apply_call_results"]

NOT_FOLLOWING = 43004  # `require subscribe`: this person has left
NO_CONSENT = 43101
# Refusals that say that a way to this follower is closed, and nothing of the follower.
CLOSED = {
    Route.CUSTOMER: {45015, 45047},
    Route.NOTICE: {NO_CONSENT},
}


class CallResult(NamedTuple):
    """What one call came to: the line, the fence of its claim, whose it is, and the event that its line is to take."""

    delivery_id: int
    fence: int
    openid: str
    event: str
    errcode: int | None
    reason: str


def apply_call_results(
    session: Session, campaign_id: int, route: Route, heard: Sequence[CallResult], now: dt.datetime
) -> set[int]:
    """Take in what calls by `route` came to, before their lines are moved; gives the lines that are moved already.

    Those are the ones that go on by another way: planned again, with its route. Lines that somebody else has claimed
    since stay as they are.
    """
    gone = [each.openid for each in heard if each.errcode == NOT_FOLLOWING]
    if gone:
        consents.forget(session, gone)
    closed = [each for each in heard if each.event == "refuse" and each.errcode in CLOSED.get(route, ())]
    if not closed and route is not Route.NOTICE:
        return set()
    campaign = session.get_one(Campaign, campaign_id)
    if route is Route.NOTICE:
        _spend(session, campaign.parts.get("template", ""), heard, now)
    return _pass_on(session, campaign, route, closed, now)


def _spend(session: Session, template: str, heard: Sequence[CallResult], now: dt.datetime) -> None:
    sent = [each.openid for each in heard if each.event == "accept"]
    none_left = [each.openid for each in heard if each.errcode == NO_CONSENT]
    if sent:
        consents.spend(session, sent, template, now)
    if none_left:
        consents.clear(session, none_left, template, now)


def _pass_on(
    session: Session, campaign: Campaign, route: Route, closed: Sequence[CallResult], now: dt.datetime
) -> set[int]:
    ways = routes_of(campaign)
    left = list(closed)
    passed: set[int] = set()
    for way in ways[ways.index(route) + 1 :] if route in ways else ():
        open_to = _open_to(session, way, [each.openid for each in left], campaign.parts.get("template", ""))
        passed |= _move(session, [each for each in left if each.openid in open_to], way, now)
        left = [each for each in left if each.openid not in open_to]
    return passed


def _open_to(session: Session, way: Route, openids: Sequence[str], template: str) -> Iterable[str]:
    if way is Route.NOTICE:
        return consents.remaining(session, openids, template)
    here = Follower.openid.in_(openids), Follower.following
    return set(session.scalars(select(Follower.openid).where(*here)))


def _move(session: Session, lines: Sequence[CallResult], way: Route, now: dt.datetime) -> set[int]:
    alike: dict[tuple[int, int | None, str], list[int]] = defaultdict(list)
    for each in lines:
        alike[each.fence, each.errcode, each.reason].append(each.delivery_id)
    for (fence, errcode, reason), delivery_ids in alike.items():
        chosen = Delivery.id.in_(delivery_ids) & (Delivery.fence == fence)
        values = {"route": way, "errcode": errcode, "reason": f"{reason}；改为{ROUTE_LABELS[way]}"}
        move_deliveries(session, chosen, "pass on", now, claimed_at=None, **values)
    return {each.delivery_id for each in lines}
