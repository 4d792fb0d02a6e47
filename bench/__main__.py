"""Run every benchmark (`make bench`)."""

from bench import crowd, push, search, simulator, webhook

for benchmark in (webhook.run, push.run, crowd.run, simulator.run, search.main):
    benchmark()
    print()
