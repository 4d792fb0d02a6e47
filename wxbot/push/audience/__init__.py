"""Audience: who may receive an issue, by which route each person is reached, and who is left out and why.

selection    people of an audience, page by page, with what decides about them
eligibility  the route to one person, or the reason why there is none
resolve      size of an audience before a campaign exists
snapshot     audience frozen into the ledger when the campaign starts, and rechecked while it waits
"""
