"""Heeding what followers choose while a campaign waits: who says 退订 meanwhile, or whose night has come, is left out.

The audience is frozen once, but a spent quota makes a campaign wait until midnight, and a limit makes it take hours.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from wxbot.db import Database
from wxbot.push.audience.eligibility import exclusion_reason
from wxbot.push.audience.selection import RecipientQuery, candidate_pages, planned_openid_pages
from wxbot.push.audience.snapshot import campaign_rules, keep_lease
from wxbot.push.ledger.lease import Lease
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import Campaign, Delivery
from wxbot.push.push_settings import PushSettings

__all__ = ["skip_excluded"]

EVERY = dt.timedelta(minutes=10)  # to look through a million takes some ten seconds


def skip_excluded(
    db: Database, lease: Lease, settings: PushSettings, clock: Callable[[], dt.datetime]
) -> None:
    """Leave out of a running campaign whom their own wishes forbid by now; nothing within ten minutes of the last look.

    A line that is left out leaves its call, too. Raises LeaseLost.
    """
    now = clock()
    with db.read() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        if campaign.frozen_at is None or now - campaign.frozen_at < EVERY:
            return
        rules = campaign_rules(session, campaign, settings, now)
    asked = RecipientQuery(campaign.audience, now, campaign_id=campaign.id)
    for page in candidate_pages(db, asked, planned_openid_pages(db, campaign.id)):
        reasons: dict[str, list[str]] = defaultdict(list)
        for person in page:
            reasons[exclusion_reason(person, rules)].append(person.openid)
        del reasons[""]
        with db.begin() as session:
            keep_lease(session, lease, clock())
            for reason, openids in reasons.items():
                left_out = (Delivery.campaign_id == campaign.id) & Delivery.recipient.in_(openids)
                move_deliveries(session, left_out, "skip", now, reason=reason, segment=None)
    with db.begin() as session:
        keep_lease(session, lease, clock())
        session.get_one(Campaign, campaign.id).frozen_at = now
