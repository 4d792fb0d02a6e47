"""Run every benchmark (`make bench`)."""

from bench import bulletins, crowd, push, search, simulator, webhook

for benchmark in (webhook.run, push.run, crowd.run, simulator.run, search.main, bulletins.main):
    benchmark()
    print()
