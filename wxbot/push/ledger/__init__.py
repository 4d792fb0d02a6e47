"""The ledger: what is to be done, what was done, and how a row of it may move.

tables    the tables of a push: a campaign, what has to be prepared for it, its deliveries
states    every move of a campaign and of a delivery, taken by two functions
lease     who does for a campaign what one worker alone must do
batch     lines that go by one call, and so move together
closing   what the whole ledger comes to, and the campaign's move that follows from it
looking   what there is to see of campaigns and their lines
words     what states, ways and deeds are called, wherever editors read of them
"""
