"""`make bench`: every measure beside its rival, in one run."""

from bench import push, search, simulator, webhook

for measure in (webhook.run, push.run, simulator.run, search.main):
    measure()
    print()
