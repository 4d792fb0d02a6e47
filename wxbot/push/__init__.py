"""Push (推送): choose who receives an issue, send it, know what became of it.

`Pusher` has the verbs:

    plan, create          compose the messages and count recipients; write the plan down as a campaign
    approve, start        release a campaign; pause, resume, cancel, retry, resolve: what else an editor decides
    preview, recall       show it to editors beforehand; take it back afterwards
    due, deliver          take what is due as far as it goes now
    reconcile             match what the platform reports afterwards with the ledger
    report                return what became of a campaign; fetch_figures asks the platform who read it
    sync_followers        keep our list of followers in step with the platform's

Each may be called again at any time: the ledger decides what is left to do. Queries that join the caller's session are
in `queries`, the tables of allowed moves in `states`, the Chinese names of states, routes and audit events in `labels`.
"""

from wxbot.followers import SyncProgress
from wxbot.push import publishing
from wxbot.push.audience.resolve import PlanRequest, Recipients
from wxbot.push.ledger import labels, queries, states
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.lease import new_worker_id
from wxbot.push.ledger.tables import (
    Campaign,
    CampaignCorrection,
    CampaignState,
    Delivery,
    DeliveryState,
    EditorChoice,
    Route,
)
from wxbot.push.planning.plan import Plan
from wxbot.push.push_settings import NoticeTemplate, PushSettings, WorkerLimits
from wxbot.push.pusher import Pusher
from wxbot.push.reporting.campaign_report import CampaignReport
from wxbot.push.reporting.render import report_html
from wxbot.push.reporting.statistics import send_jobs
from wxbot.push.timing import WEEKDAYS, QuietHours, ScheduleRule, Slot

__all__ = [
    "WEEKDAYS",
    "Audience",
    "AudienceKind",
    "Campaign",
    "CampaignCorrection",
    "CampaignReport",
    "CampaignState",
    "Delivery",
    "DeliveryState",
    "EditorChoice",
    "NoticeTemplate",
    "Plan",
    "PlanRequest",
    "PushSettings",
    "Pusher",
    "QuietHours",
    "Recipients",
    "Route",
    "ScheduleRule",
    "Slot",
    "SyncProgress",
    "WorkerLimits",
    "labels",
    "new_worker_id",
    "publishing",
    "queries",
    "report_html",
    "send_jobs",
    "states",
]
