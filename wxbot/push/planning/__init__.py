"""Planning: what would go out, to whom, by which route and when, before anything leaves.

plan          the plan itself
content       what an issue becomes: a message of several articles, or a card
notice        what a subscription notice says of an issue
capabilities  what the account may do
costs         what a plan takes of the account's quotas
differences   what an approval is for, part by part, and what has changed since
correcting    a message that corrects one which went out
standing      the plan written down as a campaign
"""
