"""Push (推送): choose who receives an issue, send it, know what became of it.

    plan_campaign        work out what would go out; create_campaign writes it down with its ledger
    approve              release it; pause, resume, cancel, retry, resolve: what else a person decides
    due, deliver         take what is due as far as it goes now
    sync_followers       keep our list of followers in step with the platform's
    hours, free_hour     when the rule says that the next pushes are due; the first that no other issue has
    settle_reports       take in what the platform reports afterwards
    campaign_report      what became of a campaign; fetch_figures asks the platform who read it

Each may be called again at any time: the ledger decides what is left to do.
"""

from wxbot.push.actions.decide import approve, bring_forward, cancel, pause, pause_all, resolve, resume, retry
from wxbot.push.actions.preview import preview, recall
from wxbot.push.audience.follower_sync import SyncProgress, sync_followers
from wxbot.push.audience.resolve import (
    Recipients,
    count_listed_recipients,
    count_platform_audience,
    count_recipients,
)
from wxbot.push.audience.selection import LONGEST_NAME, ONE_BY_ONE
from wxbot.push.delivery.reconcile import settle_reports
from wxbot.push.delivery.run import deliver, due
from wxbot.push.ledger.labels import DEED_WORDS, LINE_WORDS, ROUTE_WORDS, STATE_WORDS, whom
from wxbot.push.ledger.lease import take, who
from wxbot.push.ledger.queries import counts, find, history, latest_of, lines_of, reasons_of, recent
from wxbot.push.ledger.states import CAMPAIGN_MOVES, DELIVERY_MOVES, move_delivery, move_lines
from wxbot.push.ledger.tables import (
    BY_NAME,
    SINGLY,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Guest,
    Route,
)
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.push.planning.capabilities import Capabilities, Right, fetch_capabilities
from wxbot.push.planning.corrections import correction_of
from wxbot.push.planning.create import create_campaign
from wxbot.push.planning.plan import Plan, compose_plan, plan_campaign
from wxbot.push.reporting.campaign_report import CampaignReport, campaign_report
from wxbot.push.reporting.render import report_html
from wxbot.push.reporting.statistics import campaigns_still_counted, fetch_figures, send_jobs
from wxbot.push.terms import Choice, Correction, NoticeForm, Pace, Terms
from wxbot.push.timing.quiet_hours import Quiet
from wxbot.push.timing.schedule import Hour, Rule, hours, next_hour
from wxbot.push.timing.slots import free_hour, taken_days, wants

__all__ = [
    "BY_NAME",
    "CAMPAIGN_MOVES",
    "DEED_WORDS",
    "DELIVERY_MOVES",
    "LINE_WORDS",
    "LONGEST_NAME",
    "ONE_BY_ONE",
    "ROUTE_WORDS",
    "SINGLY",
    "STATE_WORDS",
    "Campaign",
    "CampaignReport",
    "CampaignState",
    "Capabilities",
    "Choice",
    "Correction",
    "Delivery",
    "DeliveryState",
    "Guest",
    "Hour",
    "NoticeForm",
    "Pace",
    "Plan",
    "Quiet",
    "Recipients",
    "Right",
    "Route",
    "Rule",
    "SyncProgress",
    "Terms",
    "approve",
    "bring_forward",
    "campaign_report",
    "campaigns_still_counted",
    "cancel",
    "changes_since_plan",
    "compose_plan",
    "correction_of",
    "count_listed_recipients",
    "count_platform_audience",
    "count_recipients",
    "counts",
    "create_campaign",
    "deliver",
    "due",
    "fetch_capabilities",
    "fetch_figures",
    "find",
    "free_hour",
    "history",
    "hours",
    "latest_of",
    "lines_of",
    "move_delivery",
    "move_lines",
    "next_hour",
    "pause",
    "pause_all",
    "plan_campaign",
    "preview",
    "reasons_of",
    "recall",
    "recent",
    "report_html",
    "resolve",
    "resume",
    "retry",
    "send_jobs",
    "settle_reports",
    "sync_followers",
    "take",
    "taken_days",
    "wants",
    "who",
    "whom",
]
