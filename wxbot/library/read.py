"""Looking at the shelf."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, tuple_, update

from wxbot.db import Session
from wxbot.library.tables import Article, Issue, LibraryVersion

__all__ = [
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

_ON_SHELF = Article.withdrawn.is_(False)
_NEWEST_FIRST = (Issue.year.desc(), Issue.issue.desc(), Issue.id.desc())


def version(session: Session) -> int:
    """The library's version: goes up with every change."""
    return session.scalar(select(LibraryVersion.version).where(LibraryVersion.id == 1)) or 0


def identity(session: Session) -> str:
    """What tells this library from every other: hexadecimal, made with its tables."""
    return session.scalars(select(LibraryVersion.identity).where(LibraryVersion.id == 1)).one()


def changed_since(session: Session, version: int) -> Iterator[Article]:
    """What was written after `version`, oldest first, withdrawn articles included (look at `withdrawn`)."""
    newer = select(Article).where(Article.changed > version).order_by(Article.changed, Article.id)
    yield from session.scalars(newer.execution_options(yield_per=500))


def issues(session: Session, limit: int | None = None) -> list[Issue]:
    """The shelf, newest first."""
    return list(session.scalars(select(Issue).order_by(*_NEWEST_FIRST).limit(limit)))


def issue(session: Session, number: str) -> Issue | None:
    """One issue by its number, such as "2021-02"."""
    return session.scalar(select(Issue).where(Issue.number == number))


def neighbours(session: Session, found: Issue) -> tuple[Issue | None, Issue | None]:
    """The issue before `found` and the one after it on the shelf."""
    place = tuple_(Issue.year, Issue.issue)
    here = (found.year, found.issue)
    before = select(Issue).where(place < here).order_by(Issue.year.desc(), Issue.issue.desc()).limit(1)
    after = select(Issue).where(place > here).order_by(Issue.year, Issue.issue).limit(1)
    return session.scalar(before), session.scalar(after)


def latest(session: Session, issue: int | None = None) -> Issue | None:
    """The newest issue; with `issue`, the newest one that is the so-manyth of its year (「第2期」 without a year)."""
    found = select(Issue).order_by(*_NEWEST_FIRST).limit(1)
    if issue is not None:
        found = found.where(Issue.issue == issue)
    return session.scalar(found)


def unplanned_issues(session: Session) -> list[str]:
    """The numbers of the issues whose push the worker has still to plan."""
    return list(session.scalars(select(Issue.number).where(Issue.to_plan).order_by(Issue.id)))


def mark_planned(session: Session, number: str) -> None:
    """Note that the push of an issue has been mark_planned, or that it will not be."""
    session.execute(update(Issue).where(Issue.number == number).values(to_plan=False))


def articles(session: Session, number: str) -> list[Article]:
    """The articles of one issue, in order."""
    of_issue = select(Article).join(Issue, Article.issue_id == Issue.id)
    return list(session.scalars(of_issue.where(Issue.number == number, _ON_SHELF).order_by(Article.n)))


def article(session: Session, number: str, n: int) -> Article | None:
    """One article; `n` counts from 1 through the whole issue."""
    return by_id(session, f"{number}/{n}")


def by_id(session: Session, public_id: str) -> Article | None:
    """One article by the id that search gives back."""
    return session.scalar(select(Article).where(Article.public_id == public_id, _ON_SHELF))


def by_ids(session: Session, public_ids: Sequence[str]) -> list[Article]:
    """Several articles in the order of `public_ids`; those no longer on the shelf are left out."""
    found = session.scalars(select(Article).where(Article.public_id.in_(public_ids), _ON_SHELF))
    known = {article.public_id: article for article in found}
    return [known[i] for i in public_ids if i in known]


def newest_articles(session: Session, *, section: str | None = None, limit: int = 20) -> list[Article]:
    """The newest articles, of one section when named: issues newest first, in their order, then archives by date."""
    found = select(Article).outerjoin(Issue, Article.issue_id == Issue.id).where(_ON_SHELF)
    if section is not None:
        found = found.where(Article.section == section)
    issues_first = (Article.issue_id.is_(None), Issue.year.desc(), Issue.issue.desc(), Article.n)
    return list(
        session.scalars(found.order_by(*issues_first, Article.date.desc(), Article.id.desc()).limit(limit))
    )


def sections(session: Session) -> list[str]:
    """The names of all sections, those of the newest issue first."""
    names: dict[str, None] = {}
    for found in session.scalars(select(Issue.sections).order_by(*_NEWEST_FIRST)):
        names.update(dict.fromkeys(found))
    return list(names)


def count_articles(session: Session) -> int:
    """How many articles are on the shelf."""
    return session.scalar(select(func.count()).select_from(Article).where(_ON_SHELF)) or 0
