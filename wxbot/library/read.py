"""Read issues and articles from the library; each function runs in the caller's transaction."""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, tuple_, update

from wxbot.db import Session
from wxbot.library.tables import Article, Issue, LibraryVersion

__all__ = [
    "archived_articles",
    "archived_issues",
    "article",
    "articles",
    "by_id",
    "by_ids",
    "changed_since",
    "count_articles",
    "identity",
    "issue",
    "issues",
    "latest",
    "mark_planned",
    "neighbours",
    "newest_articles",
    "sections",
    "unplanned_issues",
    "version",
]

_PUBLIC = Article.withdrawn.is_(False)
_ARCHIVED = Article.issue_id.is_(None) & Article.number.is_not(None) & _PUBLIC
_NEWEST_FIRST = (Issue.year.desc(), Issue.issue.desc(), Issue.id.desc())
_YEAR_AND_COUNT = re.compile(r"([0-9]{4})-([0-9]{2,3})")


def version(session: Session) -> int:
    """Return the library's version, which increases with every change."""
    return session.scalar(select(LibraryVersion.version).where(LibraryVersion.id == 1)) or 0


def identity(session: Session) -> str:
    """Return the random hexadecimal id that was created with this library's tables."""
    return session.scalars(select(LibraryVersion.identity).where(LibraryVersion.id == 1)).one()


def changed_since(session: Session, version: int) -> Iterator[Article]:
    """Yield the articles written after `version`, oldest change first, withdrawn ones included (see `withdrawn`)."""
    newer = select(Article).where(Article.changed > version).order_by(Article.changed, Article.id)
    yield from session.scalars(newer.execution_options(yield_per=500))


def issues(session: Session, limit: int | None = None) -> list[Issue]:
    """Return the issues, newest first."""
    return list(session.scalars(select(Issue).order_by(*_NEWEST_FIRST).limit(limit)))


def issue(session: Session, number: str) -> Issue | None:
    """Return an issue by its number, such as "2021-02"; None if there is none."""
    return session.scalar(select(Issue).where(Issue.number == number))


def neighbours(session: Session, found: Issue) -> tuple[Issue | None, Issue | None]:
    """Return the issue before `found` and the one after it, by year and issue."""
    place = tuple_(Issue.year, Issue.issue)
    here = (found.year, found.issue)
    before = select(Issue).where(place < here).order_by(Issue.year.desc(), Issue.issue.desc()).limit(1)
    after = select(Issue).where(place > here).order_by(Issue.year, Issue.issue).limit(1)
    return session.scalar(before), session.scalar(after)


def latest(session: Session, issue: int | None = None) -> Issue | None:
    """Return the newest issue; with `issue`, the newest issue of this count (「第2期」 without a year)."""
    found = select(Issue).order_by(*_NEWEST_FIRST).limit(1)
    if issue is not None:
        found = found.where(Issue.issue == issue)
    return session.scalar(found)


def unplanned_issues(session: Session) -> list[str]:
    """Return the numbers of the issues whose push the worker has not planned yet."""
    return list(session.scalars(select(Issue.number).where(Issue.to_plan).order_by(Issue.id)))


def mark_planned(session: Session, number: str) -> None:
    """Record that the push of an issue has been planned, or that it will not be."""
    session.execute(update(Issue).where(Issue.number == number).values(to_plan=False))


def articles(session: Session, number: str) -> list[Article]:
    """Return the articles of one issue, in order."""
    of_issue = select(Article).join(Issue, Article.issue_id == Issue.id)
    return list(session.scalars(of_issue.where(Issue.number == number, _PUBLIC).order_by(Article.n)))


def article(session: Session, number: str, n: int) -> Article | None:
    """Return an article of an issue; `n` counts from 1 through the whole issue."""
    return by_id(session, f"{number}/{n}")


def by_id(session: Session, public_id: str) -> Article | None:
    """Return an article by its public id, which search returns; None if there is none or it is withdrawn."""
    return session.scalar(select(Article).where(Article.public_id == public_id, _PUBLIC))


def by_ids(session: Session, public_ids: Sequence[str]) -> list[Article]:
    """Return articles in the order of `public_ids`, without withdrawn and unknown ones."""
    found = session.scalars(select(Article).where(Article.public_id.in_(public_ids), _PUBLIC))
    known = {article.public_id: article for article in found}
    return [known[i] for i in public_ids if i in known]


def newest_articles(session: Session, *, section: str | None = None, limit: int = 20) -> list[Article]:
    """Return the newest articles, of one section if given: by issue, in printed order, then archived ones by date."""
    found = select(Article).outerjoin(Issue, Article.issue_id == Issue.id).where(_PUBLIC)
    if section is not None:
        found = found.where(Article.section == section)
    issues_first = (Article.issue_id.is_(None), Issue.year.desc(), Issue.issue.desc(), Article.n)
    return list(
        session.scalars(found.order_by(*issues_first, Article.date.desc(), Article.id.desc()).limit(limit))
    )


def sections(session: Session) -> list[str]:
    """Return the names of all sections, those of the newest issue first."""
    names: dict[str, None] = {}
    for found in session.scalars(select(Issue.sections).order_by(*_NEWEST_FIRST)):
        names.update(dict.fromkeys(found))
    return list(names)


def count_articles(session: Session) -> int:
    """Return the number of articles, without withdrawn ones."""
    return session.scalar(select(func.count()).select_from(Article).where(_PUBLIC)) or 0


def archived_issues(session: Session) -> list[tuple[int, int]]:
    """Return the issues that only an archive has, as (year, issue), newest first; reads every archived article."""
    numbers = session.scalars(select(Article.number).where(_ARCHIVED).distinct())
    matches = (_YEAR_AND_COUNT.fullmatch(number) for number in numbers if number)
    return sorted({(int(match[1]), int(match[2])) for match in matches if match}, reverse=True)


def archived_articles(session: Session, year: int, issue: int) -> list[Article]:
    """Return the articles that an archive assigns to an issue, in the archive's order."""
    of_issue = select(Article).where(_ARCHIVED, Article.number == f"{year}-{issue:02d}")
    return list(session.scalars(of_issue.order_by(Article.id)))
