"""Timing: when campaigns go out, and how fast.

schedule     the times that the rule in config/wxbot.toml gives, and which of them are free
quiet_hours  the account's quiet hours, in which due campaigns wait
rate_limit   calls a minute, backoff after a refusal, the reset of daily quotas
"""
