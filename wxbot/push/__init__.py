"""Push (推送): choose who receives an issue, send it, know what became of it.

    plan_campaign        work out what would go out; create_campaign writes it down with its ledger
    approve              release it; pause, resume, cancel, retry, resolve: what else a person decides
    due, deliver         take what is due as far as it goes now
    sync_followers       keep our list of followers in step with the platform's
    hours, free_hour     when the rule says that the next pushes are due; the first that no other issue has
    reconcile_reports    take in what the platform reports afterwards
    campaign_report      what became of a campaign; fetch_figures asks the platform who read it

Each may be called again at any time: the ledger decides what is left to do.
"""

from wxbot.push.actions.decide import approve, bring_forward, cancel, pause, pause_all, resolve, resume, retry
from wxbot.push.actions.preview import preview, recall
from wxbot.push.audience.follower_sync import SyncProgress, sync_followers
from wxbot.push.audience.resolve import (
    PlanRequest,
    Recipients,
    count_platform_audience,
    count_recipients,
)
from wxbot.push.audience.selection import LONGEST_OPENID
from wxbot.push.audience.snapshot import routes_of
from wxbot.push.delivery.reconcile import reconcile_reports
from wxbot.push.delivery.run import deliver_campaign, due_campaigns
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.labels import (
    AUDIT_EVENT_LABELS,
    CAMPAIGN_STATE_LABELS,
    DELIVERY_STATE_LABELS,
    ROUTE_LABELS,
    audience_label,
)
from wxbot.push.ledger.lease import acquire_lease, new_worker_id
from wxbot.push.ledger.queries import (
    campaign_deliveries,
    campaign_history,
    delivery_counts,
    get_campaign,
    latest_campaign,
    reason_counts,
    recent_campaigns,
)
from wxbot.push.ledger.states import CAMPAIGN_MOVES, DELIVERY_MOVES, move_deliveries, move_delivery
from wxbot.push.ledger.tables import (
    ONE_CALL_PER_FOLLOWER,
    ONE_ROW_PER_FOLLOWER,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    ListedOpenid,
    Route,
)
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.push.planning.capabilities import Capabilities, Right, fetch_capabilities
from wxbot.push.planning.create import correction_of, create_campaign
from wxbot.push.planning.plan import Plan, compose_plan, plan_campaign
from wxbot.push.push_settings import (
    CampaignCorrection,
    EditorChoice,
    NoticeTemplate,
    PushSettings,
    WorkerLimits,
)
from wxbot.push.reporting.campaign_report import CampaignReport, campaign_report
from wxbot.push.reporting.render import report_html
from wxbot.push.reporting.statistics import campaigns_still_counted, fetch_figures, send_jobs
from wxbot.push.timing.quiet_hours import QuietHours
from wxbot.push.timing.schedule import ScheduleRule, Slot, next_slot, slots_after
from wxbot.push.timing.slots import next_free_slot, occupied_days, schedule_applies

__all__ = [
    "AUDIT_EVENT_LABELS",
    "CAMPAIGN_MOVES",
    "CAMPAIGN_STATE_LABELS",
    "DELIVERY_MOVES",
    "DELIVERY_STATE_LABELS",
    "LONGEST_OPENID",
    "ONE_CALL_PER_FOLLOWER",
    "ONE_ROW_PER_FOLLOWER",
    "ROUTE_LABELS",
    "Audience",
    "AudienceKind",
    "Campaign",
    "CampaignCorrection",
    "CampaignReport",
    "CampaignState",
    "Capabilities",
    "Delivery",
    "DeliveryState",
    "EditorChoice",
    "ListedOpenid",
    "NoticeTemplate",
    "Plan",
    "PlanRequest",
    "PushSettings",
    "QuietHours",
    "Recipients",
    "Right",
    "Route",
    "ScheduleRule",
    "Slot",
    "SyncProgress",
    "WorkerLimits",
    "acquire_lease",
    "approve",
    "audience_label",
    "bring_forward",
    "campaign_deliveries",
    "campaign_history",
    "campaign_report",
    "campaigns_still_counted",
    "cancel",
    "changes_since_plan",
    "compose_plan",
    "correction_of",
    "count_platform_audience",
    "count_recipients",
    "create_campaign",
    "deliver_campaign",
    "delivery_counts",
    "due_campaigns",
    "fetch_capabilities",
    "fetch_figures",
    "get_campaign",
    "latest_campaign",
    "move_deliveries",
    "move_delivery",
    "new_worker_id",
    "next_free_slot",
    "next_slot",
    "occupied_days",
    "pause",
    "pause_all",
    "plan_campaign",
    "preview",
    "reason_counts",
    "recall",
    "recent_campaigns",
    "reconcile_reports",
    "report_html",
    "resolve",
    "resume",
    "retry",
    "routes_of",
    "schedule_applies",
    "send_jobs",
    "slots_after",
    "sync_followers",
]
