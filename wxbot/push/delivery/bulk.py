"""Delivering by calls that each reach many: a mass message, a list, a publication, or the draft alone.

Order, always: the lines of the batch are claimed and committed, then the platform is called, then the answer is written
down. When the answer to a mass message was lost, the same call is made again after a while with the same clientmsgid.
The platform remembers that key for a day and says 45065 when it had taken the message (reference, F4): so the question
is asked without any risk of a second message. After that day nobody can tell by asking, and a person has to look.

A list goes in batches, each claimed, sent, asked for again and settled on its own, with a draft of its own: a draft is
spent when its message has gone out (reference, F3). One that is refused or lost does not hold up the others; a quota,
a busy platform, a right that is missing does.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wxbot import rendering
from wxbot.db import Database
from wxbot.errors import ConfirmationNeeded, Misconfigured, OutcomeUnknown, QuotaSpent, TryLater, WeChatError
from wxbot.push.delivery import reconcile
from wxbot.push.delivery.prepare import draft_media_id, prepare_draft
from wxbot.push.ledger.batches import Batch, assign_batches, batch_openids, campaign_batches, move_batch
from wxbot.push.ledger.lease import Lease, LeaseLost, move_leased_campaign, renew_lease
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.push.planning.capabilities import expire_capabilities
from wxbot.push.planning.content import compose_draft
from wxbot.push.push_settings import EditorChoice, PushSettings, WorkerLimits
from wxbot.push.timing.rate_limit import BACKOFF, error_text, next_quota_reset
from wxbot.wechat import MassSubmission, WeChat
from wxbot.wechat.limits import MASS_CALLS_A_MINUTE

__all__ = ["BulkRun"]

# The platform remembers a clientmsgid for 24 h; an hour is ours, to be sure.
KEY_LASTS = dt.timedelta(hours=23)
TRIES = 5
TOO_FAST = 45066  # the same key within a minute
MINUTE_FULL = 45011
SPENT = 40007  # `invalid media_id`: what the platform says of a draft that was sent
MINUTE = dt.timedelta(seconds=60)
BETWEEN_EQUAL_KEYS = dt.timedelta(seconds=61)  # 45066 before 60 s are over
LONG = dt.timedelta(days=3650)  # until a person says what became of it
BY_HAND = "草稿已备好：请到公众平台「内容与互动 → 草稿箱」打开它，检查后按「发表」"

Clock = Callable[[], dt.datetime]


@dataclass
class BulkRun:
    """One pass over those lines of one campaign that go by `route`, a call a batch, under one lease."""

    db: Database
    wechat: WeChat
    lease: Lease
    settings: PushSettings
    limits: WorkerLimits
    clock: Clock
    route: Route = Route.MASS
    stopping: Callable[[], bool] = lambda: False
    # When to ask again for each batch whose answer was lost, and what is said of it.
    lost: list[tuple[dt.datetime, str]] = field(default_factory=list)
    made: Sequence[rendering.DraftArticle] | None = None
    calls: int = 0

    def go(self) -> bool:
        """Prepare, send, take in what is known; False when it stopped, and the campaign's state says why."""
        self._expire()
        if self.route is Route.LIST:
            assign_batches(self.db, self.lease, self.clock)
        to_do = {DeliveryState.PLANNED, DeliveryState.UNKNOWN}
        for batch in (batch for batch in self._batches() if batch.state in to_do):
            if self.stopping() or not self._one(batch):
                return False
        if self.lost:
            again, reason = min(self.lost)
            self._campaign("lose", reason=reason, look_again_at=again)
            return False
        reconcile.reconcile_campaign(self.db, self.wechat, self.lease, self.route, self.clock)
        with self.db.read() as session:
            return session.get_one(Campaign, self.lease.campaign_id).state == CampaignState.RUNNING

    def _batches(self) -> list[Batch]:
        with self.db.read() as session:
            return campaign_batches(session, self.lease.campaign_id, self.route)

    def _expire(self) -> None:
        """What is claimed while nobody holds the campaign: its worker died with the call in its hand."""
        dead = [batch for batch in self._batches() if batch.state is DeliveryState.CLAIMED]
        for batch in dead:
            with self.db.begin() as session:
                move_batch(session, batch, "expire", self.clock(), reason="发送途中进程中断，结果不明")

    def _one(self, batch: Batch) -> bool:
        """Do what can be done for one batch; False when the others must wait, too."""
        try:
            media_id = self._draft(batch)
            if self.route is Route.DRAFT:
                self._hand_over(batch)
                return True
            return self._send(batch, media_id)
        except WeChatError as no:
            self._stop_preparing(no)
        except OutcomeUnknown as lost:
            why = f"准备素材时没有收到回音：{lost.message}"
            self._campaign("wait", reason=why, look_again_at=self._later())
        return False

    def _draft(self, batch: Batch) -> str:
        with self.db.read() as session:
            found = draft_media_id(session, self.lease.campaign_id, batch.segment)
            if found is not None:
                return found
            if self.made is None:
                campaign = session.get_one(Campaign, self.lease.campaign_id)
                self.made = compose_draft(
                    session, campaign.number, self.settings, EditorChoice.from_campaign(campaign)
                )
        return prepare_draft(self.db, self.wechat, self.lease, self.made, self.clock, batch.segment)

    def _hand_over(self, batch: Batch) -> None:
        """The draft lies in the box: what is left is for a person to do."""
        now = self.clock()
        with self.db.begin() as session:
            move_batch(session, batch, "claim", now, claimed_at=now)
            move_batch(session, batch, "accept", now, reason=BY_HAND, settled_at=now)

    def _send(self, batch: Batch, media_id: str) -> bool:
        if batch.state is DeliveryState.UNKNOWN and not self._may_ask_again(batch, media_id):
            return True
        if self.calls >= MASS_CALLS_A_MINUTE:
            why = f"平台每分钟最多收 {MASS_CALLS_A_MINUTE} 次群发，其余一分钟后继续"
            self._campaign("wait", reason=why, look_again_at=self.clock() + MINUTE)
            return False
        if not self._claim(batch):
            return True
        try:
            sent = self._call(batch, media_id)
        except WeChatError as no:
            return self._refused(batch, no, media_id)
        except OutcomeUnknown as lost:
            self._lost(batch, lost)
        else:
            self._accepted(batch, sent)
        return True

    def _may_ask_again(self, batch: Batch, media_id: str) -> bool:
        """Whether the same call may be made again, to learn what became of the first.

        A mass message has its key; publishing has none, but spends the draft when it was taken (reference, M).
        """
        asked = batch.claimed_at or batch.moved_at
        if self.clock() - asked < dt.timedelta(seconds=self.limits.unknown_wait_seconds):
            self.lost.append((self._later(), batch.reason))
            return False
        if self.route is Route.PUBLISH and self._spent(media_id):
            self._was_sent(batch, from_unknown=True)
            return False
        if self.route is Route.PUBLISH or self.clock() - asked < KEY_LASTS:
            return True
        reason = (
            "发送的结果过了一天仍不明，平台已不能核实。请到公众平台「发表记录」查看这一期是否已经群发，"
            f"然后用 wxbot push resolve {self.lease.campaign_id} --sent 或 --unsent 告诉系统"
        )
        self.lost.append((self.clock() + LONG, reason))
        return False

    def _claim(self, batch: Batch) -> bool:
        with self.db.begin() as session:
            if not renew_lease(session, self.lease, self.clock()):
                raise LeaseLost
            now = self.clock()
            if batch.state is DeliveryState.UNKNOWN:
                move_batch(session, batch, "find unsent", now)
                # The first asking counts: a day after it the platform has forgotten the key.
                return move_batch(session, batch, "claim", now, attempts=Delivery.attempts + 1)
            # A batch that is tried again has been told the end of its first job, not of this one.
            values = {"attempts": Delivery.attempts + 1, "claimed_at": now, "settled_at": None}
            return move_batch(session, batch, "claim", now, **values)

    def _call(self, batch: Batch, media_id: str) -> MassSubmission:
        self.calls += 1
        if self.route is Route.PUBLISH:
            return MassSubmission(self.wechat.publish(media_id), None, duplicate=False)
        with self.db.read() as session:
            tag_id = session.get_one(Campaign, self.lease.campaign_id).tag_id
            people = batch_openids(session, batch) if self.route is Route.LIST else []
        if self.route is Route.LIST:
            return self.wechat.send_to_list(people, media_id, batch.clientmsgid)
        return self.wechat.send_to_all(media_id, batch.clientmsgid, tag_id=tag_id)

    def _accepted(self, batch: Batch, sent: MassSubmission) -> None:
        word = "平台说这条消息早已收下（45065），没有重复发送" if sent.duplicate else "平台已收下"
        values = {
            "msg_id": str(sent.msg_id),
            "msg_data_id": str(sent.msg_data_id) if sent.msg_data_id else None,
            "errcode": None,
            "reason": word,
        }
        with self.db.begin() as session:
            move_batch(session, batch, "accept", self.clock(), **values)

    def _lost(self, batch: Batch, lost: OutcomeUnknown) -> None:
        wait = self.limits.unknown_wait_seconds
        reason = f"发送后没有收到平台的回音（{lost.message.rstrip('。')}），可能已经发出；{wait} 秒后核实"
        with self.db.begin() as session:
            move_batch(session, batch, "lose", self.clock(), reason=reason)
        self.lost.append((self._later(), reason))

    def _refused(self, batch: Batch, no: WeChatError, media_id: str) -> bool:
        """The platform said no: what that means for the batch, and whether the others may go on."""
        if batch.state is DeliveryState.UNKNOWN:
            self._still_unknown(batch, no, media_id)
            return True
        if isinstance(no, (QuotaSpent, TryLater, ConfirmationNeeded)):
            self._moves(batch, "defer", no)
            self._campaign("wait", reason=error_text(no), look_again_at=self._again(batch, no))
            return False
        if isinstance(no, Misconfigured):
            self._moves(batch, "fail", no)
            with self.db.begin() as session:
                expire_capabilities(session, no, self.clock())
            self._campaign("fail", reason=error_text(no))
            return False
        self._moves(batch, "refuse", no)
        if batch.segment is None:
            self._campaign("fail", reason=f"平台拒绝：{no.message}")
        return batch.segment is not None

    def _still_unknown(self, batch: Batch, no: WeChatError, media_id: str) -> None:
        """Asked again what became of a send, the platform refused: that says nothing of the first call.

        Unless the draft is spent, the batch stays unknown, whatever the reason of the refusal: a retry with another
        key could be the second message.
        """
        if no.errcode == SPENT or self._spent(media_id):
            self._was_sent(batch)
            return
        self._moves(batch, "lose", no)
        self.lost.append((self._again(batch, no), f"核实时平台拒绝：{error_text(no)}"))

    def _was_sent(self, batch: Batch, *, from_unknown: bool = False) -> None:
        with self.db.begin() as session:
            if not from_unknown:
                move_batch(session, batch, "lose", self.clock())
            reason = "草稿已经用掉：那一次发送成功了"
            move_batch(session, batch, "find sent", self.clock(), errcode=None, reason=reason)

    def _moves(self, batch: Batch, event: str, no: WeChatError) -> None:
        with self.db.begin() as session:
            move_batch(session, batch, event, self.clock(), errcode=no.errcode, reason=no.message)

    def _again(self, batch: Batch, no: WeChatError) -> dt.datetime:
        """When to try again: after midnight for a quota, in the next minute, else later each time."""
        if isinstance(no, QuotaSpent):
            return next_quota_reset(self.clock())
        if no.errcode == MINUTE_FULL:
            return self.clock() + MINUTE
        least = BETWEEN_EQUAL_KEYS if no.errcode == TOO_FAST else BACKOFF
        doubled: dt.timedelta = BACKOFF * 2 ** min(batch.attempts, TRIES)
        return self.clock() + max(doubled, least)

    def _spent(self, media_id: str) -> bool:
        """Whether the draft is gone: a mass message that succeeded spends it, nothing else of ours (reference, F3)."""
        try:
            self.wechat.get_draft(media_id)
        except WeChatError as no:
            return no.errcode == SPENT
        except OutcomeUnknown:
            return False
        return False

    def _stop_preparing(self, no: WeChatError) -> None:
        why = f"准备素材时平台拒绝：{error_text(no)}"
        if isinstance(no, QuotaSpent):
            self._campaign("wait", reason=why, look_again_at=next_quota_reset(self.clock()))
        elif isinstance(no, (TryLater, ConfirmationNeeded)):
            self._campaign("wait", reason=why, look_again_at=self.clock() + BACKOFF)
        else:
            self._campaign("fail", reason=why)

    def _later(self) -> dt.datetime:
        return self.clock() + dt.timedelta(seconds=self.limits.unknown_wait_seconds)

    def _campaign(self, event: str, *, reason: str, look_again_at: dt.datetime | None = None) -> None:
        move_leased_campaign(
            self.db, self.lease, event, self.clock(), reason=reason, look_again_at=look_again_at
        )
