"""The façade of the push: every verb of a campaign's life as a method, over one database, account and clock."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from wxbot.errors import WxbotError
from wxbot.followers import SyncProgress, sync_followers
from wxbot.push import approvals, decisions
from wxbot.push.audience.resolve import PlanRequest, count_left_out
from wxbot.push.delivery import deliver_campaign, due_campaigns, reconcile_reports, send_preview
from wxbot.push.ledger.queries import get_campaign
from wxbot.push.ledger.tables import Campaign, CampaignCorrection, CampaignState
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.push.planning.capabilities import Capabilities, fetch_capabilities
from wxbot.push.planning.create import correction_of, create_campaign
from wxbot.push.planning.plan import Plan, plan_campaign
from wxbot.push.push_settings import PushContext
from wxbot.push.reporting.campaign_report import DAYS as QUESTION_DAYS
from wxbot.push.reporting.campaign_report import CampaignReport, campaign_report
from wxbot.push.reporting.statistics import campaigns_still_counted, fetch_figures

__all__ = ["Pusher"]

log = logging.getLogger(__name__)


class Pusher(PushContext):
    """Plan campaigns, act on them, deliver them and report on them.

    Every method may be called again at any time, by any process: the ledger in the database decides what is left to do.
    `by` is the editor's name for the audit log. A method that takes a campaign's id raises NotFound when there is none.
    """

    def plan(self, request: PlanRequest, *, offline: bool = False) -> Plan:
        """Compose the messages for an issue, count recipients and quota; write nothing.

        `offline` plans from our own data without asking the platform.
        """
        wechat = None if offline else self.wechat
        return plan_campaign(self.db, wechat, request, self.settings, self.clock())

    def correction(
        self, number: str, words: str, *, insist: bool = False
    ) -> tuple[CampaignCorrection, tuple[str, ...]]:
        """Return the correction of the issue's last campaign with the explanation `words`, and warnings about it."""
        return correction_of(self.db, number, words, self.settings.tz, insist=insist)

    def create(self, plan: Plan, by: str, *, insist: bool = False) -> Campaign:
        """Write a plan to the database as a campaign with its ledger; `insist` allows a second one for the issue."""
        return create_campaign(self.db, plan, self.settings, by, self.clock(), insist=insist)

    def campaign(self, campaign_id: int) -> Campaign:
        """Return a campaign."""
        with self.db.read() as session:
            return get_campaign(session, campaign_id)

    def changes(self, campaign: Campaign) -> list[str]:
        """Return what has changed since the campaign was planned, a Chinese sentence each."""
        with self.db.read() as session:
            return changes_since_plan(session, campaign, self.settings)

    def count_left_out(self, campaign: Campaign, *, max_followers: int) -> Mapping[str, int] | None:
        """Count the followers, by reason, whom a campaign would leave out if it began now.

        None where that is fixed already, known to the platform only, or would take more than `max_followers` checks.
        """
        return count_left_out(self.db, campaign, self.settings, self.clock(), max_followers=max_followers)

    def approve(
        self,
        campaign_id: int,
        *,
        by: str,
        given: str | None = None,
        needed: int = 1,
        at_terminal: bool = False,
    ) -> Campaign:
        """Record an approval of the hash `given`; release the campaign when `needed` persons have approved."""
        return approvals.approve(
            self, campaign_id, by=by, given=given, needed=needed, at_terminal=at_terminal
        )

    def bring_forward(self, campaign_id: int, *, by: str) -> None:
        """Make a campaign due at once, in quiet hours too; an approval for its planned time is withdrawn."""
        approvals.bring_forward(self, campaign_id, by=by)

    def start(self, campaign_id: int, *, by: str, needed: int = 1, at_terminal: bool = False) -> None:
        """Make a campaign due at once and approve or resume it, as its state requires."""
        self.bring_forward(campaign_id, by=by)
        state = self.campaign(campaign_id).state
        if state == CampaignState.PLANNED:
            self.approve(campaign_id, by=by, needed=needed, at_terminal=at_terminal)
        elif state == CampaignState.PAUSED:
            self.resume(campaign_id, by=by)

    def pause(self, campaign_id: int, *, by: str) -> Campaign:
        """Stop a campaign before its next call to the platform."""
        return decisions.pause(self.db, campaign_id, self.clock(), by=by)

    def resume(self, campaign_id: int, *, by: str) -> Campaign:
        """Resume a paused campaign."""
        return decisions.resume(self.db, campaign_id, self.clock(), by=by)

    def cancel(self, campaign_id: int, *, by: str) -> Campaign:
        """Cancel a campaign; what was sent stays sent."""
        return decisions.cancel(self.db, campaign_id, self.clock(), by=by)

    def retry(self, campaign_id: int, *, by: str) -> Campaign:
        """Retry the deliveries that failed and may succeed."""
        return decisions.retry(self.db, campaign_id, self.clock(), by=by)

    def resolve(
        self, campaign_id: int, *, sent: bool, by: str, openids: Collection[str] | None = None
    ) -> Campaign:
        """Record whether unknown deliveries (all, or those to `openids`) were sent, as an editor found out."""
        return decisions.resolve(self, campaign_id, sent=sent, by=by, openids=openids)

    def preview(self, campaign_id: int, openids: Sequence[str], *, by: str) -> dict[str, str]:
        """Send the content to editors' own WeChat; return for each openid why it failed ("" on success)."""
        return send_preview(self, campaign_id, openids, by=by)

    def can_recall(self, campaign_id: int) -> bool:
        """Return whether there is something of a campaign that the platform can delete."""
        with self.db.read() as session:
            return decisions.can_recall(session, campaign_id)

    def recall(self, campaign_id: int, article: int, *, by: str) -> None:
        """Recall a campaign's mass messages, or one article of them (1 to 8; 0 is all)."""
        decisions.recall(self, campaign_id, article, by=by)

    def due(self) -> list[int]:
        """Return the ids of campaigns that have something to do now, the longest waiting first."""
        return due_campaigns(self.db, self.clock())

    def deliver(
        self, campaign_id: int, *, worker_id: str, stopping: Callable[[], bool] = lambda: False
    ) -> CampaignState | None:
        """Deliver as much of a campaign as possible now; return its state, None while another worker leases it."""
        return deliver_campaign(self, campaign_id, worker_id=worker_id, stopping=stopping)

    def reconcile(self) -> int:
        """Match the platform's reports in the journal with their deliveries; return how many were matched."""
        return reconcile_reports(self.db, self.clock())

    def sync_followers(self) -> Iterator[SyncProgress]:
        """Update our list of followers from the platform's, page by page; an interrupted sync resumes."""
        return sync_followers(self.db, self.wechat, self.clock)

    def report(self, campaign_id: int, *, days: int = QUESTION_DAYS) -> CampaignReport:
        """Return who received a campaign, who did not and why, and who read it; does not ask the platform.

        `days` is how long after the first delivery members' questions count.
        """
        return campaign_report(self.db, campaign_id, self.clock(), days=days)

    def fetch_figures(self, campaign_id: int) -> None:
        """Fetch a campaign's reading figures from the platform, at most once a day."""
        fetch_figures(self.db, self.wechat, campaign_id, self.clock())

    def fetch_recent_figures(self) -> None:
        """Fetch the reading figures of every campaign whose figures may still change."""
        with self.db.read() as session:
            campaign_ids = campaigns_still_counted(session, self.clock())
        for campaign_id in campaign_ids:
            try:
                self.fetch_figures(campaign_id)
            except WxbotError:
                raise
            except Exception:
                # Figures that cannot be read must not hold up those of the other campaigns.
                log.exception("the figures of campaign %s could not be fetched", campaign_id)

    def capabilities(self, *, fresh: bool = False, offline: bool = False) -> Capabilities:
        """Return what the account may do at the platform, as asked within the last day.

        `fresh` asks again; `offline` does not ask, and returns empty capabilities when nothing is stored.
        """
        wechat = None if offline else self.wechat
        return fetch_capabilities(self.db, wechat, self.clock(), fresh=fresh)
