"""What really happened to an account, day by day: the ground under the figures of datacube (section K5).

Facts are counted where they happen, under names such as `read m1_0`, `reader m1_0 <who>` or `message text`.
"""

__all__ = ["ArticleFacts", "Counts", "articles", "hours_of", "of_day", "readings", "since", "with_prefix"]

from collections.abc import Iterable
from dataclasses import dataclass

from wechat_simulator.account import Account
from wechat_simulator.shelf import Page

Counts = dict[str, int]


@dataclass(frozen=True)
class ArticleFacts:
    """An article that went out: its page, its key in statistics, whether it was mass-sent (0) or published (1)."""

    page: Page
    msgid: str
    publish_type: int
    target: int


def hours_of(account: Account, day: str) -> dict[int, Counts]:
    """The facts of each hour of a day in which anything happened."""
    return {int(key[11:]): counts for key, counts in account.facts.items() if key[:10] == day}


def of_day(account: Account, day: str) -> Counts:
    return _sum(hours_of(account, day).values())


def since(account: Account, day: str) -> Counts:
    """The facts after the end of a day."""
    return _sum(counts for key, counts in account.facts.items() if key[:10] > day)


def _sum(many: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for counts in many:
        for name, times in counts.items():
            total[name] = total.get(name, 0) + times
    return total


def with_prefix(counts: Counts, prefix: str) -> Counts:
    """The facts whose name begins so, under the rest of their names."""
    return {name[len(prefix) :]: times for name, times in counts.items() if name.startswith(prefix)}


def articles(account: Account) -> list[ArticleFacts]:
    """Every article that went out, in the order of sending."""
    pages = account.shelf.pages
    sent = [
        ArticleFacts(pages[page], f"{job.msg_data_id}_{at}", 0, job.sent)
        for job in account.masses.jobs.values()
        for at, page in enumerate(job.pages, start=1)
    ]
    published = [
        ArticleFacts(pages[page], f"{one.msg_data_id}_{at}", 1, 0)
        for one in account.publications.values()
        for at, page in enumerate(one.pages, start=1)
    ]
    return sorted(sent + published, key=lambda one: one.page.at)


def readings(counts: Counts, what: str, page_id: str) -> tuple[int, int]:
    """How many people, and how often, `what` (read, share, favour) was done with an article."""
    people = sum(name.startswith(f"{what}er {page_id} ") for name in counts)
    return people, counts.get(f"{what} {page_id}", 0)
