"""Reports on a campaign, counted and shown.

campaign_report  who received it, who did not and why, who read it on which day, what members asked
counts           counts of the ledger, made by the database
calendar         what went out and what is planned, by day
statistics       the platform's reading figures, stored in the database
render           the report as a page
report_csv       the report as a table for spreadsheets
"""
