"""How an issue, a date, an address and the order of sections are written: alike on pages, cards and drafts."""

import datetime as dt
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

from wxbot.library import Article, Issue
from wxbot.text import one_line, strip_controls

__all__ = [
    "anchor",
    "article_address",
    "by_section",
    "clean",
    "date_of",
    "issue_address",
    "issue_label",
    "section_address",
    "site_root",
]


def clean(text: str) -> str:
    """One line, without the characters that neither HTML nor a picture can hold."""
    return one_line(strip_controls(text))


def issue_label(issue: Issue) -> str:
    """The issue as readers name it: 2021年第2期."""
    return f"{issue.year}年第{issue.issue}期"


def date_of(article: Article, issue: Issue | None) -> dt.date | None:
    """The article's own date, else its issue's."""
    return article.date or (issue.date if issue else None)


def site_root(public_url: str) -> str:
    """What stands before the path of every page: nothing, or the folder under which the site is served."""
    return urlsplit(public_url).path.rstrip("/")


def issue_address(issue: Issue, root: str = "") -> str:
    """Where the issue's page is, below `root`: an address, or the beginning of a path."""
    return f"{root.rstrip('/')}/i/{quote(issue.number, safe='')}"


def section_address(issue: Issue, section: str, root: str = "") -> str:
    """Where a section begins on the issue's page."""
    return f"{issue_address(issue, root)}#{quote(anchor(section))}"


def article_address(article: Article, root: str = "") -> str:
    """Where the article's page is, below `root`; an archived article's is under its own id."""
    if article.number is None or article.n is None:
        return f"{root.rstrip('/')}/a/archive/{quote(article.public_id)}"
    return f"{root.rstrip('/')}/a/{quote(article.number, safe='')}/{article.n}"


def anchor(section: str) -> str:
    """The name of a section as the id of an element: no white space, never empty."""
    return "-".join(section.split()) or "other"


def by_section(issue: Issue, articles: Iterable[Article]) -> list[tuple[str, Sequence[Article]]]:
    """The articles under their sections, in the order in which the issue prints them; no section is empty.

    What stands under a section that the issue does not list follows behind, in the order of appearance.
    """
    groups: dict[str, list[Article]] = {name: [] for name in issue.sections}
    for article in articles:
        groups.setdefault(article.section, []).append(article)
    return [(name, group) for name, group in groups.items() if group]
