"""Delivering to followers one by one, such as a card to each who wrote within 48 hours (客服消息, reference E).

The platform gives no key of idempotency here: what was asked and not answered stays unknown, and a person decides.
So no more lines are in hand at a time than calls are under way: when a worker dies, only those can be unknown.

Any number of workers may be at one campaign. Each claims lines for itself; a claim that is older than a lease is called
unknown by whoever looks, and what is heard about it afterwards still counts while nobody else has claimed the line.
"""

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, select, update

from wxbot import followers
from wxbot.db import Database, Session
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
from wxbot.push.delivery.after import CallResult, apply_call_results
from wxbot.push.delivery.ways import SendToFollower
from wxbot.push.ledger.states import Claim, claim_deliveries, move_campaign, move_deliveries
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.push.planning.capabilities import expire_capabilities
from wxbot.push.push_settings import WorkerLimits
from wxbot.push.timing.rate_limit import (
    BACKOFF,
    calls_allowed,
    error_text,
    next_call_allowed_at,
    next_quota_reset,
    record_calls,
)

__all__ = ["PARALLEL_CALLS", "IndividualRun"]

PARALLEL_CALLS = 64  # under way at once
GATHER = 0.002  # seconds without an answer after which those that came are written down together
GONE = 43004  # `require subscribe`: this person has left
PAUSE = 0.2  # seconds between two tries while the database is away

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


class _Verdict(NamedTuple):
    """What one call came to: the event for its line, what to write with it, and the error that stops the others."""

    claim: Claim
    event: str
    errcode: int | None = None
    reason: str = ""
    stop: WeChatError | None = None


@dataclass
class IndividualRun:
    """One pass over those lines of one campaign that go by `route`, each by one `send`; ended early by `stopping`."""

    db: Database
    campaign_id: int
    route: Route
    send: SendToFollower
    clock: Clock
    limits: WorkerLimits
    stopping: Callable[[], bool]
    _answers: "SimpleQueue[Future[_Verdict]]" = field(default_factory=SimpleQueue)

    def go(self) -> bool:
        """Write to everybody whose line is planned; False where the platform, a person or `stopping` ended it."""
        self._expire()
        heard: list[_Verdict] = []
        under_way, goes_on = 0, True
        with ThreadPoolExecutor(PARALLEL_CALLS) as calls:
            while True:
                goes_on = goes_on and not any(verdict.stop for verdict in heard) and not self.stopping()
                claims = self._turn(heard, PARALLEL_CALLS - under_way if goes_on else 0)
                for claim in claims:
                    calls.submit(self._call, claim).add_done_callback(self._answers.put)
                under_way += len(claims)
                if not under_way:
                    break
                heard = self._gathered(max(1, under_way // 2))
                under_way -= len(heard)
        return self._may_go_on() and goes_on

    def _gathered(self, most: int) -> list[_Verdict]:
        """Wait for an answer, and take those that follow it closely: one transaction writes them all."""
        heard = [self._answers.get().result()]
        while len(heard) < most:
            try:
                heard.append(self._answers.get(timeout=GATHER).result())
            except Empty:
                break
        return heard

    def _mine(self) -> ColumnElement[bool]:
        return (Delivery.campaign_id == self.campaign_id) & (Delivery.route == self.route)

    def _running(self) -> ColumnElement[bool]:
        here = (Campaign.id == self.campaign_id) & (Campaign.state == CampaignState.RUNNING)
        return exists().where(here)

    def _expire(self) -> None:
        """Lines claimed longer ago than a lease: their worker died with the call in its hand."""
        old = Delivery.claimed_at <= self.clock() - dt.timedelta(seconds=self.limits.lease_seconds)
        dead = self._mine() & (Delivery.state == DeliveryState.CLAIMED) & old
        with self.db.read() as session:
            if session.scalar(select(Delivery.id).where(dead).limit(1)) is None:
                return
        with self.db.begin() as session:
            move_deliveries(session, dead, "expire", self.clock(), reason="发送途中进程中断，结果不明")

    def _turn(self, heard: Sequence[_Verdict], most: int) -> list[Claim]:
        """Write down what was heard and claim up to `most` lines; patiently, since what was heard is heard once.

        A database that is away is asked again for as long as a lease: after that others call the lines unknown.
        """
        tries = int(self.limits.lease_seconds / PAUSE)
        while True:
            try:
                with self.db.begin() as session:
                    self._settle(session, heard)
                    return self._claim(session, most) if most else []
            except Busy as away:
                if not tries:
                    raise
                tries -= 1
                log.warning("campaign %s: %s", self.campaign_id, away.message)
                time.sleep(PAUSE)

    def _claim(self, session: Session, most: int) -> list[Claim]:
        now, per_minute = self.clock(), self.limits.per_minute
        most = calls_allowed(session, most, per_minute, now)
        claims = claim_deliveries(session, self._mine() & self._running(), most, now) if most else []
        record_calls(session, len(claims), per_minute, now)
        return claims

    def _call(self, claim: Claim) -> _Verdict:
        try:
            self.send(claim.recipient)
        except Busy:
            # The token is kept in the database: without it nothing left the house.
            return _Verdict(claim, "defer", None, "数据库暂时不可用，没有发出")
        except OutcomeUnknown as lost:
            reason = f"没有收到平台的回音，可能已经发出（{lost.message.rstrip('。')}）"
            return _Verdict(claim, "lose", None, reason)
        except WeChatError as no:
            if isinstance(no, (QuotaSpent, TryLater, ConfirmationNeeded)):
                return _Verdict(claim, "defer", no.errcode, no.message, no)
            if isinstance(no, Misconfigured):
                return _Verdict(claim, "fail", no.errcode, no.message, no)
            return _Verdict(
                claim, "refuse", no.errcode, no.message, None if isinstance(no, FollowerUnreachable) else no
            )
        return _Verdict(claim, "accept", None, "平台已收下")

    def _settle(self, session: Session, heard: Sequence[_Verdict]) -> None:
        """Each line takes its verdict, unless somebody else has claimed it since; the first stop stops the campaign."""
        now = self.clock()
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        told = [
            CallResult(c.delivery_id, c.fence, c.recipient, event, code, why)
            for c, event, code, why, _ in heard
        ]
        passed = apply_call_results(session, self.campaign_id, self.route, told, now)
        for claim, event, errcode, reason, _ in heard:
            if claim.delivery_id in passed:
                continue
            alike[event, claim.fence, errcode, reason].append(claim.delivery_id)
            if errcode == GONE:
                followers.record_unfollow(session, claim.recipient, now)
        for (event, fence, errcode, reason), delivery_ids in alike.items():
            chosen = Delivery.id.in_(delivery_ids) & (Delivery.fence == fence)
            move_deliveries(session, chosen, event, now, errcode=errcode, reason=reason)
        stop = next((verdict.stop for verdict in heard if verdict.stop is not None), None)
        if stop is not None:
            self._stop(session, stop, now)

    def _stop(self, session: Session, no: WeChatError, now: dt.datetime) -> None:
        if isinstance(no, QuotaSpent):
            self._campaign(session, "wait", error_text(no), next_quota_reset(now))
        elif isinstance(no, (TryLater, ConfirmationNeeded)):
            self._campaign(session, "wait", error_text(no), now + BACKOFF)
        else:
            expire_capabilities(session, no, now)
            self._campaign(session, "fail", error_text(no), None)

    def _may_go_on(self) -> bool:
        """Whether the next route may go: not while the minute is full, nor after a person stopped the campaign."""
        with self.db.begin() as session:
            if not session.scalar(select(self._running())):
                # Called lost by another worker, of whose unknown lines some may be known by now: look at once.
                lost = (Campaign.id == self.campaign_id) & (Campaign.state == CampaignState.UNKNOWN)
                session.execute(update(Campaign).where(lost).values(look_again_at=None))
                return False
            now = self.clock()
            left = select(Delivery.id).where(self._mine(), Delivery.state == DeliveryState.PLANNED).limit(1)
            if session.scalar(left) is None or calls_allowed(session, 1, self.limits.per_minute, now):
                return True
            reason = f"已到每分钟 {self.limits.per_minute} 次的上限，一会儿自动继续"
            self._campaign(session, "wait", reason, next_call_allowed_at(session, now))
            return False

    def _campaign(self, session: Session, event: str, reason: str, look_again_at: dt.datetime | None) -> None:
        move_campaign(
            session, self.campaign_id, event, self.clock(), reason=reason, look_again_at=look_again_at
        )
