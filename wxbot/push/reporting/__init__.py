"""What became of a campaign, counted and shown.

report    who received it, who did not and why, who read it
tally     the ledger counted in the database
figures   the platform's statistics, kept in the database
asked     what members asked about the issue
showing   the report as a page
"""
