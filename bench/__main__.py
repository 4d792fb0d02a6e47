"""Run every benchmark (`make bench`)."""

from bench import bulletins, crowd, pages, push, search, search_scale, simulator, webhook

for benchmark in (
    webhook.run,
    pages.run,
    push.run,
    crowd.run,
    simulator.run,
    search.main,
    search_scale.main,
    bulletins.main,
):
    benchmark()
    print()
