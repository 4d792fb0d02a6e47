"""Push (推送): choose who receives an issue, send it, know what became of it.

    plan, write          work out what would go out, and write it down as a campaign with its ledger
    approve              release it; pause, resume, cancel, retry, resolve: what else a person decides
    due, deliver         take what is due as far as it goes now
    sync                 keep our list of followers in step with the platform's
    next_hour            when the rule says that the next push is due
    settle_reports       take in what the platform reports afterwards

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
from wxbot.push.deliver import deliver, due
from wxbot.push.freeze import ONE_BY_ONE
from wxbot.push.lease import take, who
from wxbot.push.plan import Plan, plan
from wxbot.push.roll import Synced, sync
from wxbot.push.schedule import Rule, next_hour
from wxbot.push.settle import settle_reports
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
from wxbot.push.terms import Choice, Pace, Terms

__all__ = [
    "ONE_BY_ONE",
    "ROUTE_WORDS",
    "STATE_WORDS",
    "Audience",
    "Campaign",
    "CampaignState",
    "Choice",
    "Delivery",
    "DeliveryState",
    "Pace",
    "Plan",
    "Route",
    "Rule",
    "Synced",
    "Terms",
    "approve",
    "audience_of",
    "bring_forward",
    "cancel",
    "counts",
    "deliver",
    "due",
    "find",
    "guests_of",
    "history",
    "latest_of",
    "ledger",
    "listed_of",
    "move_delivery",
    "next_hour",
    "pause",
    "pause_all",
    "plan",
    "preview",
    "recall",
    "recent",
    "resolve",
    "resume",
    "retry",
    "settle_reports",
    "sync",
    "take",
    "who",
    "write",
]
