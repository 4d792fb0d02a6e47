"""Deliver by bulk calls that reach many followers: a mass message, a list, a publication, or the draft alone.

The order is always the same: the deliveries of the batch are claimed and committed, then the platform is called, then
the answer is recorded. When the answer to a mass message was lost, the same call is repeated after a wait with the same
idempotency key (clientmsgid). The platform remembers that key for a day and answers 45065 if it had accepted the
message (wechat-platform.md, F4), so the repetition cannot send a second message. After that day only an editor can find
out, in the platform's records.

A list goes in batches, each claimed, sent, repeated and reconciled separately, with a draft of its own, because sending
consumes a draft (wechat-platform.md, F3). A batch that is refused or whose answer was lost does not hold up the others;
a spent quota, a busy platform and a missing right do.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wxbot import rendering
from wxbot.errors import ConfirmationNeeded, Misconfigured, OutcomeUnknown, QuotaSpent, TryLater, WeChatError
from wxbot.push.delivery import reconcile
from wxbot.push.delivery.prepare import draft_media_id, prepare_draft
from wxbot.push.ledger.batches import Batch, assign_batches, batch_openids, campaign_batches, move_batch
from wxbot.push.ledger.lease import Lease, LeaseLost, move_leased_campaign, renew_lease
from wxbot.push.ledger.tables import Campaign, CampaignState, Delivery, DeliveryState, EditorChoice, Route
from wxbot.push.planning.capabilities import expire_capabilities
from wxbot.push.planning.compose import compose_draft
from wxbot.push.push_settings import PushContext
from wxbot.push.rate_limit import BACKOFF, error_text, next_quota_reset
from wxbot.wechat import MassSubmission
from wxbot.wechat.limits import MASS_CALLS_A_MINUTE

__all__ = ["BulkRun"]

# The platform remembers a clientmsgid for 24 h; one hour less leaves a margin for differing clocks.
KEY_LIFETIME = dt.timedelta(hours=23)
MAX_DOUBLINGS = 5  # of the wait between two tries
SAME_KEY_TOO_SOON = 45066  # errcode: the same clientmsgid within a minute
MINUTE_QUOTA_SPENT = 45011
INVALID_MEDIA_ID = 40007  # errcode for a draft that was consumed by sending
MINUTE = dt.timedelta(seconds=60)
SAME_KEY_WAIT = dt.timedelta(seconds=61)  # 45066 before 60 s have passed
UNTIL_RESOLVED = dt.timedelta(days=3650)  # an editor's resolution ends the wait
DRAFT_READY = "草稿已备好：请到公众平台「内容与互动 → 草稿箱」打开它，检查后按「发表」"


@dataclass
class BulkRun:
    """One pass over the campaign's deliveries by `route`, one call a batch, under one lease."""

    context: PushContext
    lease: Lease
    route: Route = Route.MASS
    stopping: Callable[[], bool] = lambda: False
    # For each batch whose answer was lost: when to look again, and the reason shown to editors.
    lost: list[tuple[dt.datetime, str]] = field(default_factory=list)
    articles: Sequence[rendering.DraftArticle] | None = None
    calls: int = 0

    def run(self) -> bool:
        """Prepare, send, reconcile; return False if the pass stopped, with the reason in the campaign's state."""
        context = self.context
        self._expire_claims()
        if self.route is Route.LIST:
            assign_batches(context.db, self.lease, context.clock, context.limits.list_batch_size)
        for batch in self._batches(DeliveryState.PLANNED, DeliveryState.UNKNOWN):
            if self.stopping() or not self._deliver(batch):
                return False
        if self.lost:
            look_again_at, reason = min(self.lost)
            self._move_campaign("lose", reason=reason, look_again_at=look_again_at)
            return False
        reconcile.reconcile_campaign(context, self.lease, self.route)
        with context.db.read() as session:
            return session.get_one(Campaign, self.lease.campaign_id).state == CampaignState.RUNNING

    def _batches(self, *states: DeliveryState) -> list[Batch]:
        with self.context.db.read() as session:
            found = campaign_batches(session, self.lease.campaign_id, self.route)
        return [batch for batch in found if batch.state in states]

    def _expire_claims(self) -> None:
        """Move claimed batches to unknown: nobody held the lease, so their worker died during the call."""
        for batch in self._batches(DeliveryState.CLAIMED):
            with self.context.db.begin() as session:
                move_batch(
                    session, batch, "expire", self.context.clock(), reason="发送途中进程中断，结果不明"
                )

    def _deliver(self, batch: Batch) -> bool:
        """Prepare and send one batch; return False if the other batches must wait, too."""
        try:
            media_id = self._prepare_draft(batch)
            if self.route is Route.DRAFT:
                self._mark_draft_ready(batch)
                return True
            return self._send(batch, media_id)
        except WeChatError as error:
            self._stop_preparing(error)
        except OutcomeUnknown as lost:
            why = f"准备素材时没有收到回音：{lost.message}"
            self._move_campaign("wait", reason=why, look_again_at=self._after_unknown_wait())
        return False

    def _prepare_draft(self, batch: Batch) -> str:
        with self.context.db.read() as session:
            found = draft_media_id(session, self.lease.campaign_id, batch.segment)
            if found is not None:
                return found
            if self.articles is None:
                campaign = session.get_one(Campaign, self.lease.campaign_id)
                choice = EditorChoice.from_campaign(campaign)
                self.articles = compose_draft(session, campaign.number, self.context.settings, choice)
        return prepare_draft(self.context, self.lease, self.articles, batch.segment)

    def _mark_draft_ready(self, batch: Batch) -> None:
        """Mark a draft-only campaign as sent: publishing the draft is left to an editor."""
        now = self.context.clock()
        with self.context.db.begin() as session:
            move_batch(session, batch, "claim", now, claimed_at=now)
            move_batch(session, batch, "accept", now, reason=DRAFT_READY, settled_at=now)

    def _send(self, batch: Batch, media_id: str) -> bool:
        """Claim, call, record; return False if the other batches must wait, too."""
        if batch.state is DeliveryState.UNKNOWN and not self._may_repeat(batch, media_id):
            return True
        if self.calls >= MASS_CALLS_A_MINUTE:
            why = f"平台每分钟最多收 {MASS_CALLS_A_MINUTE} 次群发，其余一分钟后继续"
            self._move_campaign("wait", reason=why, look_again_at=self.context.clock() + MINUTE)
            return False
        if not self._claim(batch):
            return True
        try:
            submission = self._call(batch, media_id)
        except WeChatError as error:
            return self._record_refusal(batch, error, media_id)
        except OutcomeUnknown as lost:
            self._record_lost_answer(batch, lost)
        else:
            self._record_acceptance(batch, submission)
        return True

    def _may_repeat(self, batch: Batch, media_id: str) -> bool:
        """Return whether a call whose answer was lost may be repeated now; else note when to look again.

        A mass message has its idempotency key. Publishing has none, but consumes the draft if the platform accepted it
        (wechat-platform.md, M).
        """
        claimed_at, now = batch.claimed_at or batch.moved_at, self.context.clock()
        if now - claimed_at < dt.timedelta(seconds=self.context.limits.unknown_wait_seconds):
            self.lost.append((self._after_unknown_wait(), batch.reason))
            return False
        if self.route is Route.PUBLISH and self._is_draft_consumed(media_id):
            self._record_found_sent(batch, from_unknown=True)
            return False
        if self.route is Route.PUBLISH or now - claimed_at < KEY_LIFETIME:
            return True
        reason = (
            "发送的结果过了一天仍不明，平台已不能核实。请到公众平台「发表记录」查看这一期是否已经群发，"
            f"然后用 wxbot push resolve {self.lease.campaign_id} --sent 或 --unsent 告诉系统"
        )
        self.lost.append((now + UNTIL_RESOLVED, reason))
        return False

    def _claim(self, batch: Batch) -> bool:
        with self.context.db.begin() as session:
            if not renew_lease(session, self.lease, self.context.clock()):
                raise LeaseLost
            now = self.context.clock()
            if batch.state is DeliveryState.UNKNOWN:
                move_batch(session, batch, "find unsent", now)
                # claimed_at stays that of the first call: the platform forgets the key a day after it.
                return move_batch(session, batch, "claim", now, attempts=Delivery.attempts + 1)
            # settled_at is cleared: on a retry it belongs to the failed job.
            values = {"attempts": Delivery.attempts + 1, "claimed_at": now, "settled_at": None}
            return move_batch(session, batch, "claim", now, **values)

    def _call(self, batch: Batch, media_id: str) -> MassSubmission:
        self.calls += 1
        wechat = self.context.wechat
        if self.route is Route.PUBLISH:
            return MassSubmission(wechat.publish(media_id), None, duplicate=False)
        with self.context.db.read() as session:
            tag_id = session.get_one(Campaign, self.lease.campaign_id).tag_id
            openids = batch_openids(session, batch) if self.route is Route.LIST else []
        if self.route is Route.LIST:
            return wechat.send_to_list(openids, media_id, batch.clientmsgid)
        return wechat.send_to_all(media_id, batch.clientmsgid, tag_id=tag_id)

    def _record_acceptance(self, batch: Batch, submission: MassSubmission) -> None:
        accepted_before = "平台说这条消息早已收下（45065），没有重复发送"
        values = {
            "msg_id": str(submission.msg_id),
            "msg_data_id": str(submission.msg_data_id) if submission.msg_data_id else None,
            "errcode": None,
            "reason": accepted_before if submission.duplicate else "平台已收下",
        }
        with self.context.db.begin() as session:
            move_batch(session, batch, "accept", self.context.clock(), **values)

    def _record_lost_answer(self, batch: Batch, lost: OutcomeUnknown) -> None:
        wait = self.context.limits.unknown_wait_seconds
        reason = f"发送后没有收到平台的回音（{lost.message.rstrip('。')}），可能已经发出；{wait} 秒后核实"
        with self.context.db.begin() as session:
            move_batch(session, batch, "lose", self.context.clock(), reason=reason)
        self.lost.append((self._after_unknown_wait(), reason))

    def _record_refusal(self, batch: Batch, error: WeChatError, media_id: str) -> bool:
        """Record the platform's refusal of a batch; return False if the other batches must wait or fail, too."""
        if batch.state is DeliveryState.UNKNOWN:
            self._record_refused_repetition(batch, error, media_id)
            return True
        if isinstance(error, (QuotaSpent, TryLater, ConfirmationNeeded)):
            self._move_batch(batch, "defer", error)
            self._move_campaign("wait", reason=error_text(error), look_again_at=self._retry_at(batch, error))
            return False
        if isinstance(error, Misconfigured):
            self._move_batch(batch, "fail", error)
            with self.context.db.begin() as session:
                expire_capabilities(session, error, self.context.clock())
            self._move_campaign("fail", reason=error_text(error))
            return False
        self._move_batch(batch, "refuse", error)
        if batch.segment is None:
            self._move_campaign("fail", reason=f"平台拒绝：{error.message}")
        return batch.segment is not None

    def _record_refused_repetition(self, batch: Batch, error: WeChatError, media_id: str) -> None:
        """Record that the repetition of a lost call was refused, which says nothing about the first call.

        Unless the draft is consumed, the batch stays unknown whatever the refusal's reason: a retry with another key
        could send a second message.
        """
        if error.errcode == INVALID_MEDIA_ID or self._is_draft_consumed(media_id):
            self._record_found_sent(batch)
            return
        self._move_batch(batch, "lose", error)
        self.lost.append((self._retry_at(batch, error), f"核实时平台拒绝：{error_text(error)}"))

    def _record_found_sent(self, batch: Batch, *, from_unknown: bool = False) -> None:
        now = self.context.clock()
        with self.context.db.begin() as session:
            if not from_unknown:
                move_batch(session, batch, "lose", now)
            reason = "草稿已经用掉：那一次发送成功了"
            move_batch(session, batch, "find sent", now, errcode=None, reason=reason)

    def _move_batch(self, batch: Batch, event: str, error: WeChatError) -> None:
        with self.context.db.begin() as session:
            now = self.context.clock()
            move_batch(session, batch, event, now, errcode=error.errcode, reason=error.message)

    def _retry_at(self, batch: Batch, error: WeChatError) -> dt.datetime:
        """Return when to retry: after the quota's reset, in the next minute, or with a wait that doubles each time."""
        now = self.context.clock()
        if isinstance(error, QuotaSpent):
            return next_quota_reset(now)
        if error.errcode == MINUTE_QUOTA_SPENT:
            return now + MINUTE
        least = SAME_KEY_WAIT if error.errcode == SAME_KEY_TOO_SOON else BACKOFF
        doubled: dt.timedelta = BACKOFF * 2 ** min(batch.attempts, MAX_DOUBLINGS)
        return now + max(doubled, least)

    def _is_draft_consumed(self, media_id: str) -> bool:
        """Ask the platform for the draft: only a mass message or publication that succeeded consumes it (F3)."""
        try:
            self.context.wechat.get_draft(media_id)
        except WeChatError as error:
            return error.errcode == INVALID_MEDIA_ID
        except OutcomeUnknown:
            return False
        return False

    def _stop_preparing(self, error: WeChatError) -> None:
        why, now = f"准备素材时平台拒绝：{error_text(error)}", self.context.clock()
        if isinstance(error, QuotaSpent):
            self._move_campaign("wait", reason=why, look_again_at=next_quota_reset(now))
        elif isinstance(error, (TryLater, ConfirmationNeeded)):
            self._move_campaign("wait", reason=why, look_again_at=now + BACKOFF)
        else:
            self._move_campaign("fail", reason=why)

    def _after_unknown_wait(self) -> dt.datetime:
        return self.context.clock() + dt.timedelta(seconds=self.context.limits.unknown_wait_seconds)

    def _move_campaign(self, event: str, *, reason: str, look_again_at: dt.datetime | None = None) -> None:
        now = self.context.clock()
        move_leased_campaign(
            self.context.db, self.lease, event, now, reason=reason, look_again_at=look_again_at
        )
