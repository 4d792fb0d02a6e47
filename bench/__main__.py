"""Run every benchmark (`make bench`)."""

from bench import bulletins, crowd, pages, push, search, simulator, webhook

for benchmark in (webhook.run, pages.run, push.run, crowd.run, simulator.run, search.main, bulletins.main):
    benchmark()
    print()
