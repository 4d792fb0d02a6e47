"""Delivery: from an approved campaign to the platform's report. The ledger row comes first, the call second.

run         verify that a campaign is still what was approved, and take it as far as it goes now
prepare     upload pictures and covers and add the draft; send previews to editors
bulk        calls that reach many: mass message, list, publication, draft
individual  one call a follower: a card or a notice, and the next route where this one is closed
reconcile   match the platform's reports with the ledger; clean up abandoned deliveries
"""

from wxbot.push.delivery.prepare import send_preview
from wxbot.push.delivery.reconcile import reconcile_reports
from wxbot.push.delivery.run import deliver_campaign, due_campaigns

__all__ = ["deliver_campaign", "due_campaigns", "reconcile_reports", "send_preview"]
