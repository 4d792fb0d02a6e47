"""Delivering: from an approved campaign to the platform's word that it took it.

One pass does what can be done now and leaves the rest in the database: it may be called at any time, by any number of
workers, after any kill. Order, always: the line of the ledger is claimed and committed, then the platform is called,
then the answer is written down.

When an answer was lost, the same call is made again after a while with the same clientmsgid. The platform remembers
that key for a day and says 45065 when it had taken the message (reference, F4): so the question is asked without any
risk of a second message. After that day nobody can tell by asking, and a person has to look.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from wxbot.db import Database, Session
from wxbot.errors import Misconfigured, NotFound, QuotaSpent, TryLater, Unheard, Waiting, WeChatError
from wxbot.push import settle
from wxbot.push.lease import Lease, let_go, renew, take
from wxbot.push.plan import Terms, draft_of, hash_of
from wxbot.push.prepare import LeaseLost, draft_media_id, prepared_draft
from wxbot.push.states import move_campaign, move_delivery
from wxbot.push.tables import Campaign, CampaignState, Delivery, DeliveryState
from wxbot.wechat import WeChat

__all__ = ["Pace", "deliver", "due", "next_midnight"]

BEIJING = ZoneInfo("Asia/Shanghai")  # whose midnight turns the platform's counters (reference, 0)
KEY_LASTS = dt.timedelta(
    hours=23
)  # the platform remembers a clientmsgid for 24 h; an hour is ours to be sure
TRIES = 5
TOO_FAST = 45066  # the same key within a minute
SPENT = 40007  # `invalid media_id`: what the platform says of a draft that was sent
BACK_OFF = dt.timedelta(seconds=30)
BETWEEN_EQUAL_KEYS = dt.timedelta(seconds=61)  # 45066 before 60 s are over

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Pace:
    """How patient a worker is: seconds of a lease, of waiting for a lost answer, hours of grace for a missed hour."""

    lease_seconds: int = 60
    unknown_wait_seconds: int = 60
    grace_hours: int = 24


def due(db: Database, now: dt.datetime) -> list[int]:
    """Which campaigns have something to do now, the longest waiting first."""
    its_hour = or_(Campaign.at.is_(None), Campaign.at <= now)
    look_again = or_(Campaign.look_again_at.is_(None), Campaign.look_again_at <= now)
    free = or_(Campaign.lease_until.is_(None), Campaign.lease_until <= now)
    under_way = Campaign.state.in_([CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN])
    ready = (Campaign.state == CampaignState.APPROVED) & its_hour
    found = select(Campaign.id).where(or_(ready, under_way & look_again), free).order_by(Campaign.moved_at)
    with db.read() as session:
        return list(session.scalars(found))


def deliver(
    db: Database, wechat: WeChat, campaign_id: int, *, holder: str, terms: Terms, pace: Pace, clock: Clock
) -> CampaignState | None:
    """Take the campaign as far as it goes now; gives its state, None when another worker has it."""
    lease = take(db, campaign_id, holder, pace.lease_seconds, clock())
    if lease is None:
        return None
    try:
        if _started(db, lease, terms, pace, clock()):
            _Run(db, wechat, lease, terms, pace, clock).go()
    except LeaseLost:
        log.info("campaign %s: stopped, or taken over by another worker", campaign_id)
    finally:
        let_go(db, lease)
    with db.read() as session:
        return CampaignState(session.get_one(Campaign, campaign_id).state)


def _started(db: Database, lease: Lease, terms: Terms, pace: Pace, now: dt.datetime) -> bool:
    """Bring the campaign to running, unless its hour was missed or its content is not what was approved."""
    with db.begin() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        if campaign.state == CampaignState.APPROVED and _missed(campaign, pace, now):
            reason = (
                f"错过了 {campaign.at:%Y-%m-%d %H:%M} 超过 {pace.grace_hours} 小时，没有自动补发，请重新批准"
            )
            move_campaign(session, campaign.id, "miss", now, fence=lease.fence, reason=reason)
            return False
        if draft_media_id(session, campaign.id) is None and _changed(session, campaign, terms):
            reason = "批准之后内容又改了，请重新计划（wxbot push plan）"
            move_campaign(session, campaign.id, "change", now, fence=lease.fence, reason=reason)
            return False
        if campaign.state == CampaignState.RUNNING:
            return True
        moved = move_campaign(
            session, campaign.id, "start", now, fence=lease.fence, reason="", look_again_at=None
        )
        return moved is not None


def _missed(campaign: Campaign, pace: Pace, now: dt.datetime) -> bool:
    # The later of the hour and the approval counts: who approves late wants it now.
    start = max(m for m in (campaign.at, campaign.approved_at) if m is not None) if campaign.at else None
    return start is not None and now - start > dt.timedelta(hours=pace.grace_hours)


def _changed(session: Session, campaign: Campaign, terms: Terms) -> bool:
    try:
        articles = draft_of(session, campaign.number, terms)
    except NotFound:
        return True
    return hash_of(campaign.number, campaign.audience, campaign.at, articles) != campaign.hash


@dataclass
class _Run:
    """One pass over one campaign, under one lease."""

    db: Database
    wechat: WeChat
    lease: Lease
    terms: Terms
    pace: Pace
    clock: Clock

    def go(self) -> None:
        """Prepare, send, take in what is known; whatever stops it is written down as the campaign's state."""
        self._expire()
        line = self._line()
        if line.state in {DeliveryState.PLANNED, DeliveryState.UNKNOWN}:
            try:
                media_id = self._draft()
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
            articles = draft_of(session, campaign.number, self.terms)
        return prepared_draft(self.db, self.wechat, self.lease, articles, self.clock)

    def _send(self, line: Delivery, media_id: str) -> None:
        if line.state == DeliveryState.UNKNOWN and not self._may_ask_again(line):
            return
        if not self._claim(line):
            return
        try:
            sent = self.wechat.send_to_all(media_id, line.clientmsgid, tag_id=self._tag())
        except WeChatError as no:
            self._refused(line, no, media_id)
        except Unheard as lost:
            self._lost(line, lost)
        else:
            said = "平台说这条消息早已收下（45065），没有重复发送" if sent.duplicate else "平台已收下"
            with self.db.begin() as session:
                move_delivery(
                    session,
                    line.id,
                    "accept",
                    self.clock(),
                    msg_id=str(sent.msg_id),
                    msg_data_id=str(sent.msg_data_id) if sent.msg_data_id else None,
                    errcode=None,
                    reason=said,
                )

    def _may_ask_again(self, line: Delivery) -> bool:
        """Whether the same call with the same key may be made again, to learn what became of the first."""
        asked = line.claimed_at or line.moved_at
        if self.clock() - asked < dt.timedelta(seconds=self.pace.unknown_wait_seconds):
            self._campaign("lose", reason=line.reason, look_again_at=self._later())
            return False
        if self.clock() - asked < KEY_LASTS:
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

    def _tag(self) -> int | None:
        with self.db.read() as session:
            return session.get_one(Campaign, self.lease.campaign_id).tag_id

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
            self._campaign("wait", reason=_said(no), look_again_at=self._again(line, no))
        elif isinstance(no, Misconfigured):
            self._line_moves(line, "fail", no)
            self._campaign("fail", reason=_said(no))
        else:
            self._line_moves(line, "refuse", no)
            self._campaign("fail", reason=f"平台拒绝：{no.message}")

    def _still_unknown(self, line: Delivery, no: WeChatError, media_id: str) -> None:
        """Asked again what became of a send, the platform refused: that says nothing of the first call.

        Unless the draft is spent, the line stays unknown, whatever the reason of the refusal: a retry with another
        key could be the second message.
        """
        if no.errcode == SPENT or self._spent(media_id):
            with self.db.begin() as session:
                move_delivery(session, line.id, "lose", self.clock())
                reason = "草稿已被群发用掉：那一次发送成功了"
                move_delivery(session, line.id, "find sent", self.clock(), errcode=None, reason=reason)
            return
        self._line_moves(line, "lose", no)
        self._campaign("lose", reason=f"核实时平台拒绝：{_said(no)}", look_again_at=self._again(line, no))

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
        said = f"准备素材时平台拒绝：{_said(no)}"
        if isinstance(no, QuotaSpent):
            self._campaign("wait", reason=said, look_again_at=next_midnight(self.clock()))
        elif isinstance(no, (TryLater, Waiting)):
            self._campaign("wait", reason=said, look_again_at=self.clock() + BACK_OFF)
        else:
            self._campaign("fail", reason=said)

    def _later(self) -> dt.datetime:
        return self.clock() + dt.timedelta(seconds=self.pace.unknown_wait_seconds)

    def _campaign(self, event: str, *, reason: str, look_again_at: dt.datetime | None = None) -> None:
        with self.db.begin() as session:
            move_campaign(
                session,
                self.lease.campaign_id,
                event,
                self.clock(),
                fence=self.lease.fence,
                reason=reason,
                look_again_at=look_again_at,
            )


def _said(no: WeChatError) -> str:
    return f"{no.message} {no.remedy}".strip()


def next_midnight(now: dt.datetime) -> dt.datetime:
    """A minute past the next midnight in Beijing: the hour of the reset is not documented to the minute."""
    tomorrow = now.astimezone(BEIJING).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(0, 1), BEIJING)
