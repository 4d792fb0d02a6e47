"""Actions of an editor on a campaign.

decide    approve, bring forward, pause, resume, cancel, retry, resolve
preview   send a preview to editors before the campaign; recall its mass messages afterwards
"""
