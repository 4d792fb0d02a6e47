"""Push (推送): choose who receives an issue, send it, know what became of it.

    plan, write          work out what would go out, and write it down as a campaign with its ledger
    approve              release it; pause, resume, cancel, retry, resolve: what else a person decides
    due, deliver         take what is due as far as it goes now
    sync                 keep our list of followers in step with the platform's
    hours, free_hour     when the rule says that the next pushes are due; the first that no other issue has
    settle_reports       take in what the platform reports afterwards
    report, report_html  what became of a campaign; ask_figures asks the platform who read it

Each may be called again at any time: the ledger decides what is left to do.
"""

from wxbot.push.actions.decide import approve, bring_forward, cancel, pause, pause_all, resolve, resume, retry
from wxbot.push.actions.preview import preview, recall
from wxbot.push.audience.resolve import Audience, audience_of, guests_of, listed_of
from wxbot.push.audience.selection import LONGEST_NAME, ONE_BY_ONE
from wxbot.push.audience.sync import Synced, sync
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
from wxbot.push.planning.approval_parts import changed
from wxbot.push.planning.capabilities import Capabilities, Right, rights_of
from wxbot.push.planning.corrections import correction_of
from wxbot.push.planning.create import write
from wxbot.push.planning.plan import Plan, plan, propose
from wxbot.push.reporting.render import report_html
from wxbot.push.reporting.report import Report, report
from wxbot.push.reporting.statistics import ask_figures, jobs_of, read_lately
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
    "Audience",
    "Campaign",
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
    "Report",
    "Right",
    "Route",
    "Rule",
    "Synced",
    "Terms",
    "approve",
    "ask_figures",
    "audience_of",
    "bring_forward",
    "cancel",
    "changed",
    "correction_of",
    "counts",
    "deliver",
    "due",
    "find",
    "free_hour",
    "guests_of",
    "history",
    "hours",
    "jobs_of",
    "latest_of",
    "lines_of",
    "listed_of",
    "move_delivery",
    "move_lines",
    "next_hour",
    "pause",
    "pause_all",
    "plan",
    "preview",
    "propose",
    "read_lately",
    "reasons_of",
    "recall",
    "recent",
    "report",
    "report_html",
    "resolve",
    "resume",
    "retry",
    "rights_of",
    "settle_reports",
    "sync",
    "take",
    "taken_days",
    "wants",
    "who",
    "whom",
    "write",
]
