"""Delivering to followers one by one, such as a card to each who wrote within 48 hours (客服消息, reference E).

The platform gives no key of idempotency here: what was asked and not answered stays unknown, and a person decides.
So no more lines are in hand at a time than calls are under way: when a worker dies, only those can be unknown.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select

from wxbot import followers
from wxbot.db import Database, Session
from wxbot.errors import Misconfigured, QuotaSpent, RefusedReader, TryLater, Unheard, Waiting, WeChatError
from wxbot.push.lease import Lease, LeaseLost, move, renew
from wxbot.push.states import move_lines
from wxbot.push.tables import Delivery, DeliveryState, Route
from wxbot.push.tempo import BACK_OFF, next_midnight, next_minute, room, said

__all__ = ["EachRun"]

CALLS = 32  # under way at once
GONE = 43004  # `require subscribe`: this person has left

Clock = Callable[[], dt.datetime]
Send = Callable[[str], None]  # to one openid; raises what the platform answers


@dataclass(frozen=True)
class _Verdict:
    """What one call came to: the event for its line, what to write with it, and the error that stops the others."""

    line_id: int
    openid: str
    event: str
    values: dict[str, Any] = field(default_factory=dict)
    stop: WeChatError | None = None


@dataclass
class EachRun:
    """One pass over those lines of one campaign that go by `route`, each by one `send`."""

    db: Database
    lease: Lease
    route: Route
    send: Send
    clock: Clock
    per_minute: int = 0

    def go(self) -> None:
        """Write to everybody whose line is planned; stop where the platform or a person says so."""
        self._expire()
        stop: WeChatError | None = None
        with ThreadPoolExecutor(CALLS) as calls:
            lines = self._turn([], stop)
            while lines:
                verdicts = list(calls.map(self._call, lines))
                stop = next((verdict.stop for verdict in verdicts if verdict.stop is not None), None)
                lines = self._turn(verdicts, stop)
        if stop is None:
            self._close()
        else:
            self._stopped(stop)

    def _mine(self) -> ColumnElement[bool]:
        return (Delivery.campaign_id == self.lease.campaign_id) & (Delivery.route == self.route)

    def _expire(self) -> None:
        """Lines that are claimed while nobody holds the campaign: their worker died with the calls in its hand."""
        with self.db.begin() as session:
            move_lines(session, self._mine(), "expire", self.clock(), reason="发送途中进程中断，结果不明")

    def _turn(self, verdicts: Sequence[_Verdict], stop: WeChatError | None) -> list[tuple[int, str]]:
        """In one transaction: write down what the calls came to, and claim the next lines, unless they must stop."""
        with self.db.begin() as session:
            self._settle(session, verdicts)
            if stop is not None:
                return []
            if renew(session, self.lease, self.clock()):
                return self._claim(session)
        # What was heard is written all the same: only after that is the campaign somebody else's.
        raise LeaseLost

    def _claim(self, session: Session) -> list[tuple[int, str]]:
        most = room(session, CALLS, self.per_minute, self.clock())
        planned = select(Delivery.id, Delivery.recipient).where(
            self._mine(), Delivery.state == DeliveryState.PLANNED
        )
        lines = [
            (row.id, row.recipient) for row in session.execute(planned.order_by(Delivery.id).limit(most))
        ]
        if lines:
            now = self.clock()
            chosen = Delivery.id.in_([line_id for line_id, _ in lines])
            move_lines(session, chosen, "claim", now, claimed_at=now, attempts=Delivery.attempts + 1)
        return lines

    def _call(self, line: tuple[int, str]) -> _Verdict:
        line_id, openid = line
        try:
            self.send(openid)
        except Unheard as lost:
            reason = f"没有收到平台的回音，可能已经发出（{lost.message.rstrip('。')}）"
            return _Verdict(line_id, openid, "lose", {"reason": reason})
        except WeChatError as no:
            values = {"errcode": no.errcode, "reason": no.message}
            if isinstance(no, (QuotaSpent, TryLater, Waiting)):
                return _Verdict(line_id, openid, "defer", values, stop=no)
            if isinstance(no, Misconfigured):
                return _Verdict(line_id, openid, "fail", values, stop=no)
            stop = None if isinstance(no, RefusedReader) else no
            return _Verdict(line_id, openid, "refuse", values, stop=stop)
        return _Verdict(line_id, openid, "accept", {"errcode": None, "reason": "平台已收下"})

    def _settle(self, session: Session, verdicts: Sequence[_Verdict]) -> None:
        alike: dict[tuple[Any, ...], list[_Verdict]] = defaultdict(list)
        for verdict in verdicts:
            alike[verdict.event, *sorted(verdict.values.items())].append(verdict)
        now = self.clock()
        for same in alike.values():
            chosen = Delivery.id.in_([verdict.line_id for verdict in same])
            move_lines(session, chosen, same[0].event, now, **same[0].values)
        for verdict in verdicts:
            if verdict.values.get("errcode") == GONE:
                followers.unfollowed(session, verdict.openid, now)

    def _stopped(self, no: WeChatError) -> None:
        if isinstance(no, QuotaSpent):
            self._campaign("wait", reason=said(no), look_again_at=next_midnight(self.clock()))
        elif isinstance(no, (TryLater, Waiting)):
            self._campaign("wait", reason=said(no), look_again_at=self.clock() + BACK_OFF)
        else:
            self._campaign("fail", reason=said(no))

    def _close(self) -> None:
        """Nothing more can be done now: the minute is full, or somebody's line is unknown, or all is done."""
        with self.db.read() as session:
            left = self._count(session, DeliveryState.PLANNED)
            lost = self._count(session, DeliveryState.UNKNOWN)
        if left:
            reason = f"已到每分钟 {self.per_minute} 次的上限，还有 {left} 位"
            self._campaign("wait", reason=reason, look_again_at=next_minute(self.clock()))
        elif lost:
            reason = (
                f"{lost} 位粉丝的结果不明（平台没有办法核实），其余已发完；"
                f"核对后用 wxbot push resolve {self.lease.campaign_id} --sent 或 --unsent"
            )
            self._campaign("lose", reason=reason, look_again_at=self.clock() + dt.timedelta(days=3650))
        else:
            self._campaign("finish", reason="已发完")

    def _count(self, session: Session, state: DeliveryState) -> int:
        return session.scalar(select(func.count()).where(self._mine(), Delivery.state == state)) or 0

    def _campaign(self, event: str, *, reason: str, look_again_at: dt.datetime | None = None) -> None:
        move(self.db, self.lease, event, self.clock(), reason=reason, look_again_at=look_again_at)
