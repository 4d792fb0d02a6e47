"""Planning: what a campaign would send, to whom, by which route and when, before anything is written or sent.

plan            the plan: content, recipients, route, time, warnings and hash
compose         content of an issue: a message of several articles, a card, a subscription notice
capabilities    rights of the account, the table of rights and routes, and the quotas that a plan uses
approval_parts  what an approval covers, part by part, and what has changed since
create          the plan written to the database as a campaign; corrections of earlier campaigns
"""
