"""What a person does about a campaign.

decide    approve, bring forward, pause, resume, cancel, retry, resolve
around    a look for its editors before it goes out; taking it back afterwards
"""
