"""When, and how fast: the rule of config/wxbot.toml, quiet hours, calls a minute.

schedule  the moments at which issues go out, one after the other
places    which of those moments no other issue has
quiet     the account's quiet hours
tempo     calls a minute, waits after a refusal, the midnight at which quotas turn
"""
