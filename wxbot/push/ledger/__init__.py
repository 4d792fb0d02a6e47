"""The ledger: campaigns and their deliveries in the database, and how their states may change.

tables    campaigns, approvals, preparations, deliveries
audience  the audience of a campaign as a value and as a column type
states    every move of a campaign, a delivery and a preparation
lease     the right of one worker to move a campaign as a whole, and its completion
batches   deliveries that share one bulk call
queries   campaigns, deliveries and counts, in the caller's session
labels    Chinese labels of states, routes, audiences and audit events
"""
