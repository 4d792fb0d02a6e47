"""`make bench`: every measure beside its rival, in one run."""

from bench import crowd, push, search, simulator, webhook

for measure in (webhook.run, push.run, crowd.run, simulator.run, search.main):
    measure()
    print()
