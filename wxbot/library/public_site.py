"""Read what the public site lists: the newest issues, all issues by year, and the addresses of all pages.

Lists read only the columns that name an issue, so that an archive of thousands of issues is listed at once.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import load_only

from wxbot.db import Session
from wxbot.library.publications import publications
from wxbot.library.read import issue_day
from wxbot.library.tables import Article, Issue, IssueState

__all__ = [
    "ListedArticle",
    "article_parts",
    "issue_year",
    "issues_by_year",
    "listed_articles",
    "newest_archived",
    "newest_issues",
]

PART = 20_000  # article ids in one part of the sitemap, which may have 50,000 addresses

_NAMED = load_only(
    Issue.key,
    Issue.publication_id,
    Issue.year,
    Issue.issue,
    Issue.total,
    Issue.total_last,
    Issue.place,
    Issue.date,
    Issue.title,
    Issue.editor,
    Issue.shelved_at,
)
_NEWEST_FIRST = (Issue.place.desc(), Issue.id.desc())
_PUBLIC_ISSUE = Issue.state == IssueState.PUBLIC


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """Address of a public article's page: the issue's key and `n`, or the id of an archived article."""

    key: str | None
    n: int | None
    public_id: str
    changed_at: dt.datetime | None


def newest_issues(session: Session, limit: int) -> list[Issue]:
    """Return the newest public issues of all publications, the latest first, without their content.

    Within a publication their numbers decide, between publications their days.
    """
    named = select(Issue).options(_NAMED).where(_PUBLIC_ISSUE).order_by(*_NEWEST_FIRST).limit(limit)
    waiting = [
        list(session.scalars(named.where(Issue.publication_id == each)))
        for each in session.scalars(select(Issue.publication_id).where(_PUBLIC_ISSUE).distinct())
    ]
    days = {issue.key: issue_day(session, issue) for group in waiting for issue in group}
    found: list[Issue] = []
    while len(found) < limit and any(waiting):
        # A merge, not a sort: an issue with a misprinted date keeps its place among those of its publication.
        next_group = max(filter(None, waiting), key=lambda group: (days[group[0].key], group[0].place))
        found.append(next_group.pop(0))
    return found


def issues_by_year(session: Session) -> list[Issue]:
    """Return all public issues without their content: the newest year first, and a year's issues by publication.

    Issues of which nothing tells the year come last.
    """
    order = {each.id: at for at, each in enumerate(publications(session))}
    found = session.scalars(select(Issue).options(_NAMED).where(_PUBLIC_ISSUE).order_by(*_NEWEST_FIRST))
    return sorted(
        found, key=lambda each: (-(issue_year(each) or 0), order.get(each.publication_id or 0, len(order)))
    )


def issue_year(issue: Issue) -> int | None:
    """Return the year under which an issue is listed; None where nothing tells."""
    return issue.year or (issue.date.year if issue.date else None)


def newest_archived(session: Session, limit: int) -> list[Article]:
    """Return the newest public articles that belong to no issue."""
    archived = select(Article).where(Article.issue_id.is_(None), Article.hidden.is_(False))
    newest = archived.order_by(Article.date.is_(None), Article.date.desc(), Article.id)
    return list(session.scalars(newest.limit(limit)))


def article_parts(session: Session) -> list[int]:
    """Return the parts of the sitemap that have articles."""
    part = (Article.id // PART).label("part")
    return list(session.scalars(select(part).where(_has_own_page()).distinct().order_by(part)))


def listed_articles(session: Session, part: int) -> Iterator[ListedArticle]:
    """Yield the public articles of one part that have their page on this site.

    The parts divide the ids, so that an article stays in its part, and a part is read without those before it.
    """
    found = (
        select(Article.issue_key, Article.n, Article.public_id, Issue.shelved_at)
        .outerjoin(Issue, Article.issue_id == Issue.id)
        .where(_has_own_page(), Article.id >= part * PART, Article.id < (part + 1) * PART)
        .order_by(Article.id)
    )
    for row in session.execute(found):
        yield ListedArticle(row.issue_key, row.n, row.public_id, row.shelved_at)


def _has_own_page() -> ColumnElement[bool]:
    """Return the condition of public articles, without archived ones whose page is on another site."""
    is_here = or_(Article.issue_id.is_not(None), Article.url.is_(None), Article.url == "")
    return and_(Article.hidden.is_(False), is_here)
