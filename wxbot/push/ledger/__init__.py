"""The ledger: campaigns and their deliveries in the database, and how their states may change.

tables      campaigns, approvals, preparations, deliveries
audience    the audience of a campaign as a value and as a column type
states      every move of a campaign, a delivery and a preparation
lease       the right of one worker to do what only one may do
batches     deliveries that share one bulk call
completion  finish, fail or lose a campaign by the states of its deliveries
queries     campaigns, deliveries and counts, in the caller's session
labels      Chinese labels of states, routes, audiences and audit events
"""
