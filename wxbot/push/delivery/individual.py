"""Deliver to followers one call each: a card to those who wrote within 48 hours (客服消息), or a subscription notice.

The platform offers no idempotency key for these calls: when an answer is lost, the delivery stays unknown until an
editor resolves it. Therefore no more deliveries are claimed than calls are under way; when a worker dies, only those
can become unknown.

Any number of workers may work on one campaign. Each claims deliveries for itself. A claim that is older than a lease
expires to unknown, and its answer still counts if it comes later and nobody else has claimed the delivery since.
"""

import contextvars
import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, select, update

from wxbot import consents, followers
from wxbot.db import Session
from wxbot.errors import (
    Busy,
    ConfirmationNeeded,
    FollowerUnreachable,
    Misconfigured,
    OutcomeUnknown,
    QuotaSpent,
    TryLater,
    WeChatError,
)
from wxbot.followers import Follower
from wxbot.push.audience.snapshot import routes_of
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.push.ledger.states import Claim, claim_deliveries, move_campaign, move_deliveries
from wxbot.push.ledger.tables import (
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    EditorChoice,
    Route,
)
from wxbot.push.planning.capabilities import expire_capabilities
from wxbot.push.planning.compose import compose_card, compose_notice
from wxbot.push.push_settings import PushContext
from wxbot.push.rate_limit import (
    BACKOFF,
    calls_allowed,
    error_text,
    next_call_allowed_at,
    next_quota_reset,
    record_calls,
)

__all__ = ["PARALLEL_CALLS", "IndividualRun", "SendToFollower", "sender_for"]

PARALLEL_CALLS = 64
GATHER_SECONDS = 0.002  # a pause between answers of this length ends a transaction's share of them
RETRY_SECONDS = 0.2  # between two tries while the database is away

NOT_FOLLOWING = 43004  # errcode `require subscribe`
NO_CONSENT = 43101
# Refusals which say that this route to the follower is closed; another route may be open.
ROUTE_CLOSED = {
    Route.CUSTOMER: {45015, 45047},
    Route.NOTICE: {NO_CONSENT},
}

log = logging.getLogger(__name__)

SendToFollower = Callable[[str], None]  # sends to one openid; raises what the platform answers


def sender_for(session: Session, context: PushContext, campaign: Campaign, route: Route) -> SendToFollower:
    """Compose the campaign's card or notice once, and return the call that sends it to one openid by `route`.

    The call may be made from many threads. Raises NotFound when the issue is no longer in the library, Forbidden when
    the notice template no longer fits it, and ValueError for a route that does not call once per follower.
    """
    choice, wechat = EditorChoice.from_campaign(campaign), context.wechat
    if route is Route.CUSTOMER:
        card = compose_card(session, campaign.number, context.settings, choice)
        return partial(wechat.send_card, card=card)
    if route is Route.NOTICE:
        notice = compose_notice(session, campaign.number, context.settings, choice)
        return partial(
            wechat.send_notice, template_id=notice.template, values=notice.values, page=notice.page
        )
    raise ValueError(f"{route} does not call once per follower")


class CallResult(NamedTuple):
    """The result of one call: the event for its delivery, what is recorded, and the error that stops the campaign."""

    claim: Claim
    event: str
    errcode: int | None = None
    reason: str = ""
    stop: WeChatError | None = None


@dataclass
class IndividualRun:
    """One pass over the campaign's deliveries by `route`, one `send` each; `stopping` ends it early."""

    context: PushContext
    campaign_id: int
    route: Route
    send: SendToFollower
    stopping: Callable[[], bool]
    _answers: "SimpleQueue[Future[CallResult]]" = field(default_factory=SimpleQueue)

    def run(self) -> bool:
        """Call for every planned delivery; return False if the platform, an editor or `stopping` ended the pass."""
        self._expire_claims()
        results: list[CallResult] = []
        under_way, goes_on = 0, True
        with ThreadPoolExecutor(PARALLEL_CALLS) as threads:
            while True:
                goes_on = goes_on and not any(result.stop for result in results) and not self.stopping()
                claims = self._record_and_claim(results, PARALLEL_CALLS - under_way if goes_on else 0)
                for claim in claims:
                    context = contextvars.copy_context()  # its log lines belong to the same campaign
                    threads.submit(context.run, self._call, claim).add_done_callback(self._answers.put)
                under_way += len(claims)
                if not under_way:
                    break
                results = self._gather_results(max(1, under_way // 2))
                under_way -= len(results)
        return self._may_continue() and goes_on

    def _gather_results(self, most: int) -> list[CallResult]:
        """Wait for a result and take those that follow closely, so that one transaction records them all."""
        results = [self._answers.get().result()]
        while len(results) < most:
            try:
                results.append(self._answers.get(timeout=GATHER_SECONDS).result())
            except Empty:
                break
        return results

    def _mine(self) -> ColumnElement[bool]:
        return (Delivery.campaign_id == self.campaign_id) & (Delivery.route == self.route)

    def _is_running(self) -> ColumnElement[bool]:
        here = (Campaign.id == self.campaign_id) & (Campaign.state == CampaignState.RUNNING)
        return exists().where(here)

    def _expire_claims(self) -> None:
        """Move deliveries claimed longer ago than a lease to unknown: their worker died during the call."""
        now, db = self.context.clock(), self.context.db
        is_old = Delivery.claimed_at <= now - dt.timedelta(seconds=self.context.limits.lease_seconds)
        dead = self._mine() & (Delivery.state == DeliveryState.CLAIMED) & is_old
        with db.read() as session:
            if session.scalar(select(Delivery.id).where(dead).limit(1)) is None:
                return
        with db.begin() as session:
            move_deliveries(session, dead, "expire", now, reason="发送途中进程中断，结果不明")

    def _record_and_claim(self, results: Sequence[CallResult], most: int) -> list[Claim]:
        """Record results and claim up to `most` more deliveries in one transaction.

        A database that is away is retried for as long as a lease, because an answer comes only once; after that other
        workers expire the claims.
        """
        retries = int(self.context.limits.lease_seconds / RETRY_SECONDS)
        while True:
            try:
                with self.context.db.begin() as session:
                    self._record(session, results)
                    return self._claim(session, most) if most else []
            except Busy as away:
                if not retries:
                    raise
                retries -= 1
                log.warning("campaign %s: %s", self.campaign_id, away.message)
                time.sleep(RETRY_SECONDS)

    def _claim(self, session: Session, most: int) -> list[Claim]:
        now, per_minute = self.context.clock(), self.context.limits.per_minute
        most = calls_allowed(session, most, per_minute, now)
        claims = claim_deliveries(session, self._mine() & self._is_running(), most, now) if most else []
        record_calls(session, len(claims), per_minute, now)
        return claims

    def _call(self, claim: Claim) -> CallResult:
        try:
            self.send(claim.recipient)
        except Busy:
            # The access token is stored in the database: without it no call was made.
            return CallResult(claim, "defer", None, "数据库暂时不可用，没有发出")
        except OutcomeUnknown as lost:
            reason = f"没有收到平台的回音，可能已经发出（{lost.message.rstrip('。')}）"
            return CallResult(claim, "lose", None, reason)
        except WeChatError as error:
            if isinstance(error, (QuotaSpent, TryLater, ConfirmationNeeded)):
                return CallResult(claim, "defer", error.errcode, error.message, error)
            if isinstance(error, Misconfigured):
                return CallResult(claim, "fail", error.errcode, error.message, error)
            stop = None if isinstance(error, FollowerUnreachable) else error
            return CallResult(claim, "refuse", error.errcode, error.message, stop)
        return CallResult(claim, "accept", None, "平台已收下")

    def _record(self, session: Session, results: Sequence[CallResult]) -> None:
        """Record each result, unless another worker has claimed its delivery since (fencing); apply the first stop."""
        now = self.context.clock()
        rerouted = _apply_results(session, self.campaign_id, self.route, results, now)
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for claim, event, errcode, reason, _ in results:
            if claim.delivery_id in rerouted:
                continue
            groups[event, claim.fence, errcode, reason].append(claim.delivery_id)
            if errcode == NOT_FOLLOWING:
                followers.record_unfollow(session, claim.recipient, now)
        for (event, fence, errcode, reason), ids in groups.items():
            chosen = Delivery.id.in_(ids) & (Delivery.fence == fence)
            move_deliveries(session, chosen, event, now, errcode=errcode, reason=reason)
        stop = next((result.stop for result in results if result.stop is not None), None)
        if stop is not None:
            self._stop_campaign(session, stop, now)

    def _stop_campaign(self, session: Session, error: WeChatError, now: dt.datetime) -> None:
        if isinstance(error, QuotaSpent):
            self._move_campaign(session, "wait", error_text(error), next_quota_reset(now))
        elif isinstance(error, (TryLater, ConfirmationNeeded)):
            self._move_campaign(session, "wait", error_text(error), now + BACKOFF)
        else:
            expire_capabilities(session, error, now)
            self._move_campaign(session, "fail", error_text(error), None)

    def _may_continue(self) -> bool:
        """Return whether the next route may go; let the campaign wait if the rate limit is reached."""
        with self.context.db.begin() as session:
            if not session.scalar(select(self._is_running())):
                # If another worker moved it to unknown, some of its unknown deliveries may be known now: look at once.
                is_unknown = (Campaign.id == self.campaign_id) & (Campaign.state == CampaignState.UNKNOWN)
                session.execute(update(Campaign).where(is_unknown).values(look_again_at=None))
                return False
            now, per_minute = self.context.clock(), self.context.limits.per_minute
            left = select(Delivery.id).where(self._mine(), Delivery.state == DeliveryState.PLANNED).limit(1)
            if session.scalar(left) is None or calls_allowed(session, 1, per_minute, now):
                return True
            reason = f"已到每分钟 {per_minute} 次的上限，一会儿自动继续"
            self._move_campaign(session, "wait", reason, next_call_allowed_at(session, now))
            return False

    def _move_campaign(
        self, session: Session, event: str, reason: str, look_again_at: dt.datetime | None
    ) -> None:
        now = self.context.clock()
        move_campaign(session, self.campaign_id, event, now, reason=reason, look_again_at=look_again_at)


def _apply_results(
    session: Session, campaign_id: int, route: Route, results: Sequence[CallResult], now: dt.datetime
) -> set[int]:
    """Update consents by the results, and reroute deliveries whose route is closed; return the rerouted ids.

    In a mixed campaign a delivery whose route turned out to be closed is planned again by the follower's next route.
    """
    unfollowed = [result.claim.recipient for result in results if result.errcode == NOT_FOLLOWING]
    if unfollowed:
        consents.forget(session, unfollowed)
    closed_codes = ROUTE_CLOSED.get(route, ())
    closed = [r for r in results if r.event == "refuse" and r.errcode in closed_codes]
    if not closed and route is not Route.NOTICE:
        return set()
    campaign = session.get_one(Campaign, campaign_id)
    if route is Route.NOTICE:
        _use_consents(session, campaign.parts.get("template", ""), results, now)
    return _reroute(session, campaign, route, closed, now)


def _use_consents(session: Session, template: str, results: Sequence[CallResult], now: dt.datetime) -> None:
    """Count down the consents that sent notices have used, and clear those that the platform says do not exist."""
    sent = [result.claim.recipient for result in results if result.event == "accept"]
    none_left = [result.claim.recipient for result in results if result.errcode == NO_CONSENT]
    if sent:
        consents.spend(session, sent, template, now)
    if none_left:
        consents.clear(session, none_left, template, now)


def _reroute(
    session: Session, campaign: Campaign, route: Route, closed: Sequence[CallResult], now: dt.datetime
) -> set[int]:
    routes = routes_of(campaign)
    left = list(closed)
    rerouted: set[int] = set()
    for other in routes[routes.index(route) + 1 :] if route in routes else ():
        openids = [result.claim.recipient for result in left]
        reachable = _reachable(session, other, openids, campaign.parts.get("template", ""))
        rerouted |= _plan_by(session, [r for r in left if r.claim.recipient in reachable], other, now)
        left = [result for result in left if result.claim.recipient not in reachable]
    return rerouted


def _reachable(session: Session, route: Route, openids: Sequence[str], template: str) -> Iterable[str]:
    if route is Route.NOTICE:
        return consents.remaining(session, openids, template)
    here = Follower.openid.in_(openids), Follower.following
    return set(session.scalars(select(Follower.openid).where(*here)))


def _plan_by(session: Session, results: Sequence[CallResult], route: Route, now: dt.datetime) -> set[int]:
    groups: dict[tuple[int, int | None, str], list[int]] = defaultdict(list)
    for claim, _, errcode, reason, _ in results:
        groups[claim.fence, errcode, reason].append(claim.delivery_id)
    for (fence, errcode, reason), ids in groups.items():
        chosen = Delivery.id.in_(ids) & (Delivery.fence == fence)
        values = {"route": route, "errcode": errcode, "reason": f"{reason}；改为{ROUTE_LABELS[route]}"}
        move_deliveries(session, chosen, "pass on", now, claimed_at=None, **values)
    return {result.claim.delivery_id for result in results}
