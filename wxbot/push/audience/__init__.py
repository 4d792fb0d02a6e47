"""The audience: who may receive an issue, by which way each, and who is left out and why.

chosen    what an editor may name: everybody, a tag, a list; how many that is
people    the people of a list, a page at a time, with what decides about them
judge     by which way one person is reached, or why not; pure
freeze    the audience written into the ledger, a line a follower
heeding   what they choose while a campaign waits
roll      our list of followers kept in step with the platform's
"""
