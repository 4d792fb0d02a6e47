"""Delivery: from an approved campaign to the platform's report. The ledger row comes first, the call second.

run         take a campaign as far as it goes now
preflight   verify right before sending that it is still what was approved
prepare     upload pictures and covers and add the draft
bulk        calls that reach many: mass message, list, publication, draft
individual  one call a follower: a card or a notice, and the next route where this one is closed
reconcile   match the platform's reports with the ledger; clean up abandoned deliveries
"""
