"""Show an account as the app does: its name card, its history, and how often an article was read."""

from dataclasses import dataclass
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.media_store import ArticlePage, local_path
from wechat_simulator.platform_clock import to_beijing
from wechat_simulator.rights import KINDS

__all__ = ["SentIssue", "name_card", "read_count", "sent_issues"]


@dataclass(frozen=True)
class SentIssue:
    """One message of the history: the time at which it was sent to all followers, and its articles."""

    at: str
    articles: list[dict[str, Any]]


def name_card(account: Account) -> dict[str, Any]:
    """Return the account's name card: name, kind, how many articles are in its history, address of its profile."""
    name = account.identity.name
    return {
        "name": name,
        "initial": name[:1] or "号",
        "kind": KINDS[account.identity.kind],
        "articles": sum(len(issue.articles) for issue in sent_issues(account)),
        "address": f"/profile/{account.identity.app_id}",
    }


def sent_issues(account: Account) -> list[SentIssue]:
    """Return the history, the latest first: messages to all followers; others are in no history."""
    jobs = [job for job in account.mass_messages.jobs.values() if job.to_all and job.pages]
    issues = []
    for job in sorted(jobs, key=lambda each: -each.at):
        pages = [account.media.pages[page] for page in job.pages]
        shown = [_history_entry(page) for page in pages if not page.deleted]
        if shown:
            issues.append(SentIssue(f"{to_beijing(job.at):%Y年%-m月%-d日}", shown))
    return issues


def read_count(account: Account, page: str) -> int:
    """Return how often an article was read."""
    return sum(counts.get(f"read {page}", 0) for counts in account.event_counts.values())


def _history_entry(page: ArticlePage) -> dict[str, Any]:
    return {
        "title": page.article["title"],
        "open": f"/s/{page.id}",
        "picture": local_path(page.article.get("thumb_url", "")),
    }
