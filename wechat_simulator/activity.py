"""Activity of users on articles, and the event counts from which datacube reports are made (reference, section K5).

Events are counted where they happen, under names such as `read m1_0`, `reader m1_0 <openid>` or `message text`.
"""

__all__ = [
    "KINDS",
    "EventCounts",
    "SentArticle",
    "add_comment",
    "counts_by_hour",
    "counts_of_day",
    "counts_since",
    "people_and_times",
    "record_activity",
    "sent_articles",
    "with_prefix",
]

from collections.abc import Iterable
from dataclasses import dataclass

from wechat_simulator.account import Account
from wechat_simulator.media_store import ArticlePage

EventCounts = dict[str, int]


@dataclass(frozen=True)
class SentArticle:
    """An article that was mass-sent (`publish_type` 0) or published (1); `msgid` is its key in statistics."""

    page: ArticlePage
    msgid: str
    publish_type: int
    target: int


def counts_by_hour(account: Account, day: str) -> dict[int, EventCounts]:
    """Return the event counts of each hour of a day (`YYYY-MM-DD`) that has any."""
    return {int(key[11:]): counts for key, counts in account.event_counts.items() if key[:10] == day}


def counts_of_day(account: Account, day: str) -> EventCounts:
    """Return the event counts of a whole day."""
    return _sum_counts(counts_by_hour(account, day).values())


def counts_since(account: Account, day: str) -> EventCounts:
    """Return the event counts after the end of a day."""
    return _sum_counts(counts for key, counts in account.event_counts.items() if key[:10] > day)


def _sum_counts(many: Iterable[EventCounts]) -> EventCounts:
    total: EventCounts = {}
    for counts in many:
        for name, times in counts.items():
            total[name] = total.get(name, 0) + times
    return total


def with_prefix(counts: EventCounts, prefix: str) -> EventCounts:
    """Return the counts of the events whose name starts with `prefix`, keyed by the rest of the name."""
    return {name[len(prefix) :]: times for name, times in counts.items() if name.startswith(prefix)}


def sent_articles(account: Account) -> list[SentArticle]:
    """Return every article that was sent or published, ordered by time."""
    pages = account.media.pages
    sent = [
        SentArticle(pages[page], f"{job.msg_data_id}_{at}", 0, job.sent)
        for job in account.mass_messages.jobs.values()
        for at, page in enumerate(job.pages, start=1)
    ]
    published = [
        SentArticle(pages[page], f"{one.msg_data_id}_{at}", 1, 0)
        for one in account.publications.values()
        for at, page in enumerate(one.pages, start=1)
    ]
    return sorted(sent + published, key=lambda one: one.page.at)


def people_and_times(counts: EventCounts, what: str, page_id: str) -> tuple[int, int]:
    """Return how many people did `what` (read, share, favour) with an article, and how many times in all."""
    people = sum(name.startswith(f"{what}er {page_id} ") for name in counts)
    return people, counts.get(f"{what} {page_id}", 0)


KINDS = ("read", "share", "favour", "like")


def record_activity(account: Account, page_id: str, what: str, who: str, now: float) -> None:
    """Count that a user read, shared, favoured or liked an article.

    Raise ValueError for an unknown article or activity.
    """
    if page_id not in account.media.pages:
        raise ValueError(f"no article {page_id}")
    if what not in KINDS:
        raise ValueError(f"does must be one of {', '.join(KINDS)}")
    account.count_event(now, f"{what} {page_id}")
    account.count_event(now, f"{what}er {page_id} {who}")


def add_comment(account: Account, page_id: str, openid: str, content: str, now: float) -> int:
    """Add a user's comment to an article and return its user_comment_id.

    Raise ValueError for an unknown article, or one whose comments are closed.
    """
    found = next((one for one in sent_articles(account) if one.page.id == page_id), None)
    if found is None:
        raise ValueError(f"no article {page_id}")
    data_id, _, at = found.msgid.partition("_")
    thread = account.comments.setdefault(f"{data_id}_{int(at) - 1}", {"open": True, "list": []})
    if not thread["open"]:
        raise ValueError("comments are closed")
    number = account.next_number("comment")
    thread["list"].append(
        {
            "user_comment_id": number,
            "openid": openid,
            "create_time": int(now),
            "content": content,
            "comment_type": 0,
        }
    )
    account.count_event(now, f"comment {page_id}")
    return number
