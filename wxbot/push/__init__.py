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

from wxbot.push.around import preview, recall
from wxbot.push.audience import Audience, audience_of, guests_of, listed_of
from wxbot.push.campaigns import (
    approve,
    bring_forward,
    cancel,
    counts,
    find,
    history,
    latest_of,
    ledger,
    pause,
    pause_all,
    recent,
    resolve,
    resume,
    retry,
)
from wxbot.push.capabilities import Capabilities, Right, rights_of
from wxbot.push.correcting import correction_of
from wxbot.push.deliver import deliver, due
from wxbot.push.differences import changed
from wxbot.push.figures import ask_figures, read_lately
from wxbot.push.lease import take, who
from wxbot.push.people import ONE_BY_ONE
from wxbot.push.places import free_hour, taken_days, wants
from wxbot.push.plan import Plan, plan, propose
from wxbot.push.quiet import Quiet
from wxbot.push.report import Report, report
from wxbot.push.roll import Synced, sync
from wxbot.push.schedule import Hour, Rule, hours, next_hour
from wxbot.push.settle import settle_reports
from wxbot.push.showing import report_html
from wxbot.push.standing import write
from wxbot.push.states import move_delivery
from wxbot.push.tables import (
    ROUTE_WORDS,
    STATE_WORDS,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Route,
)
from wxbot.push.terms import Choice, Correction, NoticeForm, Pace, Terms

__all__ = [
    "ONE_BY_ONE",
    "ROUTE_WORDS",
    "STATE_WORDS",
    "Audience",
    "Campaign",
    "CampaignState",
    "Capabilities",
    "Choice",
    "Correction",
    "Delivery",
    "DeliveryState",
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
    "latest_of",
    "ledger",
    "listed_of",
    "move_delivery",
    "next_hour",
    "pause",
    "pause_all",
    "plan",
    "preview",
    "propose",
    "read_lately",
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
    "write",
]
