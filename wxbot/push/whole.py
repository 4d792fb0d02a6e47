"""Delivering by one call: a mass message, a publication, or the draft alone.

Order, always: the line of the ledger is claimed and committed, then the platform is called, then the answer is written
down. When the answer to a mass message was lost, the same call is made again after a while with the same clientmsgid.
The platform remembers that key for a day and says 45065 when it had taken the message (reference, F4): so the question
is asked without any risk of a second message. After that day nobody can tell by asking, and a person has to look.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from wxbot.db import Database
from wxbot.errors import Misconfigured, QuotaSpent, TryLater, Unheard, Waiting, WeChatError
from wxbot.push import settle
from wxbot.push.lease import Lease, LeaseLost, move, renew
from wxbot.push.plan import draft_of
from wxbot.push.prepare import draft_media_id, prepared_draft
from wxbot.push.states import move_delivery
from wxbot.push.tables import Campaign, Delivery, DeliveryState, Route
from wxbot.push.tempo import BACK_OFF, next_midnight, said
from wxbot.push.terms import Choice, Pace, Terms
from wxbot.wechat import Sent, WeChat

__all__ = ["WholeRun"]

# The platform remembers a clientmsgid for 24 h; an hour is ours, to be sure.
KEY_LASTS = dt.timedelta(hours=23)
TRIES = 5
TOO_FAST = 45066  # the same key within a minute
SPENT = 40007  # `invalid media_id`: what the platform says of a draft that was sent
BETWEEN_EQUAL_KEYS = dt.timedelta(seconds=61)  # 45066 before 60 s are over
BY_HAND = "草稿已备好：请到公众平台「内容与互动 → 草稿箱」打开它，检查后按「发表」"

Clock = Callable[[], dt.datetime]


@dataclass
class WholeRun:
    """One pass over one campaign whose issue goes out by one call, under one lease."""

    db: Database
    wechat: WeChat
    lease: Lease
    terms: Terms
    pace: Pace
    clock: Clock
    route: Route = Route.MASS

    def go(self) -> None:
        """Prepare, send, take in what is known; whatever stops it is written down as the campaign's state."""
        self._expire()
        line = self._line()
        if line.state in {DeliveryState.PLANNED, DeliveryState.UNKNOWN}:
            try:
                media_id = self._draft()
                if self.route == Route.DRAFT:
                    self._hand_over(line)
                else:
                    self._send(line, media_id)
            except WeChatError as no:
                self._stop_preparing(no)
                return
            except Unheard as lost:
                self._campaign(
                    "wait", reason=f"准备素材时没有收到回音：{lost.message}", look_again_at=self._later()
                )
                return
        settle.settle_campaign(self.db, self.wechat, self.lease, self.clock)

    def _line(self) -> Delivery:
        with self.db.read() as session:
            return session.scalars(
                select(Delivery).where(Delivery.campaign_id == self.lease.campaign_id)
            ).one()

    def _expire(self) -> None:
        """A line that is claimed while nobody holds the campaign: its worker died with the call in its hand."""
        with self.db.begin() as session:
            line = session.scalars(
                select(Delivery).where(Delivery.campaign_id == self.lease.campaign_id)
            ).one()
            move_delivery(session, line.id, "expire", self.clock(), reason="发送途中进程中断，结果不明")

    def _draft(self) -> str:
        with self.db.read() as session:
            found = draft_media_id(session, self.lease.campaign_id)
            if found is not None:
                return found
            campaign = session.get_one(Campaign, self.lease.campaign_id)
            articles = draft_of(session, campaign.number, self.terms, Choice.of(campaign))
        return prepared_draft(self.db, self.wechat, self.lease, articles, self.clock)

    def _hand_over(self, line: Delivery) -> None:
        """The draft lies in the box: what is left is for a person to do."""
        now = self.clock()
        with self.db.begin() as session:
            move_delivery(session, line.id, "claim", now, claimed_at=now)
            move_delivery(session, line.id, "accept", now, reason=BY_HAND, settled_at=now)
        self._campaign("finish", reason=BY_HAND)

    def _send(self, line: Delivery, media_id: str) -> None:
        if line.state == DeliveryState.UNKNOWN and not self._may_ask_again(line, media_id):
            return
        if not self._claim(line):
            return
        try:
            sent = self._call(line, media_id)
        except WeChatError as no:
            self._refused(line, no, media_id)
        except Unheard as lost:
            self._lost(line, lost)
        else:
            word = "平台说这条消息早已收下（45065），没有重复发送" if sent.duplicate else "平台已收下"
            with self.db.begin() as session:
                move_delivery(
                    session,
                    line.id,
                    "accept",
                    self.clock(),
                    msg_id=str(sent.msg_id),
                    msg_data_id=str(sent.msg_data_id) if sent.msg_data_id else None,
                    errcode=None,
                    reason=word,
                )

    def _may_ask_again(self, line: Delivery, media_id: str) -> bool:
        """Whether the same call may be made again, to learn what became of the first.

        A mass message has its key; publishing has none, but spends the draft when it was taken (reference, M).
        """
        asked = line.claimed_at or line.moved_at
        if self.clock() - asked < dt.timedelta(seconds=self.pace.unknown_wait_seconds):
            self._campaign("lose", reason=line.reason, look_again_at=self._later())
            return False
        if self.route == Route.PUBLISH and self._spent(media_id):
            self._was_sent(line, from_unknown=True)
            return False
        if self.route == Route.PUBLISH or self.clock() - asked < KEY_LASTS:
            return True
        reason = (
            "发送的结果过了一天仍不明，平台已不能核实。请到公众平台「发表记录」查看这一期是否已经群发，"
            f"然后用 wxbot push resolve {self.lease.campaign_id} --sent 或 --unsent 告诉系统"
        )
        self._campaign("lose", reason=reason, look_again_at=self.clock() + dt.timedelta(days=3650))
        return False

    def _claim(self, line: Delivery) -> bool:
        with self.db.begin() as session:
            if not renew(session, self.lease, self.clock()):
                raise LeaseLost
            now = self.clock()
            if line.state == DeliveryState.UNKNOWN:
                move_delivery(session, line.id, "find unsent", now)
                # The first asking counts: a day after it the platform has forgotten the key.
                return (
                    move_delivery(session, line.id, "claim", now, attempts=Delivery.attempts + 1) is not None
                )
            return (
                move_delivery(session, line.id, "claim", now, attempts=Delivery.attempts + 1, claimed_at=now)
                is not None
            )

    def _call(self, line: Delivery, media_id: str) -> Sent:
        with self.db.read() as session:
            campaign = session.get_one(Campaign, self.lease.campaign_id)
        if campaign.route == Route.PUBLISH:
            return Sent(self.wechat.publish(media_id), None, duplicate=False)
        return self.wechat.send_to_all(media_id, line.clientmsgid, tag_id=campaign.tag_id)

    def _lost(self, line: Delivery, lost: Unheard) -> None:
        wait = self.pace.unknown_wait_seconds
        reason = f"发送后没有收到平台的回音（{lost.message.rstrip('。')}），可能已经发出；{wait} 秒后核实"
        with self.db.begin() as session:
            move_delivery(session, line.id, "lose", self.clock(), reason=reason)
        self._campaign("lose", reason=reason, look_again_at=self._later())

    def _refused(self, line: Delivery, no: WeChatError, media_id: str) -> None:
        """The platform said no: what that means for the line and for the campaign."""
        if line.state == DeliveryState.UNKNOWN:
            self._still_unknown(line, no, media_id)
        elif isinstance(no, (QuotaSpent, TryLater, Waiting)):
            self._line_moves(line, "defer", no)
            self._campaign("wait", reason=said(no), look_again_at=self._again(line, no))
        elif isinstance(no, Misconfigured):
            self._line_moves(line, "fail", no)
            self._campaign("fail", reason=said(no))
        else:
            self._line_moves(line, "refuse", no)
            self._campaign("fail", reason=f"平台拒绝：{no.message}")

    def _still_unknown(self, line: Delivery, no: WeChatError, media_id: str) -> None:
        """Asked again what became of a send, the platform refused: that says nothing of the first call.

        Unless the draft is spent, the line stays unknown, whatever the reason of the refusal: a retry with another
        key could be the second message.
        """
        if no.errcode == SPENT or self._spent(media_id):
            self._was_sent(line)
            return
        self._line_moves(line, "lose", no)
        self._campaign("lose", reason=f"核实时平台拒绝：{said(no)}", look_again_at=self._again(line, no))

    def _was_sent(self, line: Delivery, *, from_unknown: bool = False) -> None:
        with self.db.begin() as session:
            if not from_unknown:
                move_delivery(session, line.id, "lose", self.clock())
            reason = "草稿已经用掉：那一次发送成功了"
            move_delivery(session, line.id, "find sent", self.clock(), errcode=None, reason=reason)

    def _line_moves(self, line: Delivery, event: str, no: WeChatError) -> None:
        with self.db.begin() as session:
            move_delivery(session, line.id, event, self.clock(), errcode=no.errcode, reason=no.message)

    def _again(self, line: Delivery, no: WeChatError) -> dt.datetime:
        """When to try again: after midnight for a quota, else later each time."""
        if isinstance(no, QuotaSpent):
            return next_midnight(self.clock())
        least = BETWEEN_EQUAL_KEYS if no.errcode == TOO_FAST else BACK_OFF
        doubled: dt.timedelta = BACK_OFF * 2 ** min(line.attempts, TRIES)
        return self.clock() + max(doubled, least)

    def _spent(self, media_id: str) -> bool:
        """Whether the draft is gone: a mass message that succeeded spends it, nothing else of ours (reference, F3)."""
        try:
            self.wechat.get_draft(media_id)
        except WeChatError as no:
            return no.errcode == SPENT
        except Unheard:
            return False
        return False

    def _stop_preparing(self, no: WeChatError) -> None:
        why = f"准备素材时平台拒绝：{said(no)}"
        if isinstance(no, QuotaSpent):
            self._campaign("wait", reason=why, look_again_at=next_midnight(self.clock()))
        elif isinstance(no, (TryLater, Waiting)):
            self._campaign("wait", reason=why, look_again_at=self.clock() + BACK_OFF)
        else:
            self._campaign("fail", reason=why)

    def _later(self) -> dt.datetime:
        return self.clock() + dt.timedelta(seconds=self.pace.unknown_wait_seconds)

    def _campaign(self, event: str, *, reason: str, look_again_at: dt.datetime | None = None) -> None:
        move(self.db, self.lease, event, self.clock(), reason=reason, look_again_at=look_again_at)
