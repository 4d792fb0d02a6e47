"""Delivery: from an approved campaign to what the platform says became of it; the row first, the call second.

deliver   what is due, as far as it goes now
checking  whether it is still what was approved
prepare   pictures, covers and the draft, which must exist at the platform first
whole     calls that each reach many: mass message, list, publication, draft
each      calls that reach one follower: a card, a notice
ways      the call by which each route reaches one follower
after     what else an answer changes: the next way for a follower who cannot be reached by this one
settle    what the platform reports of a mass message afterwards
noticed   what it reports of notices
leftovers lines of campaigns that are over, which nobody comes to any more
"""
