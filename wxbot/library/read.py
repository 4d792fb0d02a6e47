"""Read issues and articles from the library; each function runs in the caller's transaction."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, tuple_, update

from wxbot.bulletin.issue_number import IssueNumber, IssueReference, NumberKind, newest_match, number_order
from wxbot.db import Session
from wxbot.library.tables import Article, Issue, LibraryVersion

__all__ = [
    "archived_articles",
    "archived_issue",
    "archived_issues",
    "article",
    "articles",
    "by_id",
    "by_ids",
    "changed_since",
    "count_articles",
    "find",
    "identity",
    "issue",
    "issue_by_name",
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
_NEWEST_FIRST = (Issue.place.desc(), Issue.id.desc())
_LATEST = {"latest", "最新", "最新一期"}


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
    """Return the issue before `found` and the one after it."""
    place, here = tuple_(Issue.place, Issue.id), (found.place, found.id)
    before = select(Issue).where(place < here).order_by(*_NEWEST_FIRST).limit(1)
    after = select(Issue).where(place > here).order_by(Issue.place, Issue.id).limit(1)
    return session.scalar(before), session.scalar(after)


def latest(session: Session) -> Issue | None:
    """Return the newest issue."""
    return session.scalar(select(Issue).order_by(*_NEWEST_FIRST).limit(1))


def find(session: Session, wanted: IssueReference) -> Issue | None:
    """Return the newest issue that a person means by 第2期, 总第301期, 第43周 or 增刊; None if there is none.

    第7期 finds the combined issue 7、8 too; where no issue counts so, the running number is meant.
    """
    newest = select(Issue).order_by(*_NEWEST_FIRST).limit(1)
    if wanted.year is not None:
        newest = newest.where(Issue.year == wanted.year)
    counted = newest.where(Issue.issue <= wanted.issue, Issue.issue_last >= wanted.issue)
    total = newest.where(Issue.total == wanted.issue)
    if wanted.kind is NumberKind.COUNT:
        return session.scalar(counted) or session.scalar(total)
    if wanted.kind is NumberKind.RUNNING:
        return session.scalar(total) or session.scalar(counted)
    others = session.scalars(select(Issue.number).where(Issue.issue.is_(None)).order_by(*_NEWEST_FIRST))
    parsed = ((number, IssueNumber.parse(number)) for number in others)
    found = next((number for number, value in parsed if value and wanted.matches(value)), None)
    return issue(session, found) if found else None


def issue_by_name(session: Session, text: str) -> Issue | None:
    """Return the issue that an editor or an address names: 2021-02, 2021-7 of a combined issue, 第2期, latest."""
    if text.strip() in _LATEST:
        return latest(session)
    reference = IssueReference.parse("".join(text.split()))
    return issue(session, text.strip()) or (find(session, reference) if reference else None)


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
    issues_first = (Article.issue_id.is_(None), *_NEWEST_FIRST, Article.n)
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


def archived_issues(session: Session) -> list[str]:
    """Return the numbers of the issues that only an archive has, newest first; reads every archived article."""
    numbers = session.scalars(select(Article.number).where(_ARCHIVED).distinct())
    return sorted(
        (each for each in numbers if each and IssueNumber.parse(each)), key=number_order, reverse=True
    )


def archived_issue(session: Session, wanted: IssueReference) -> str | None:
    """Return the number of the newest issue of an archive that a person means; None if there is none."""
    return newest_match(wanted, archived_issues(session))


def archived_articles(session: Session, number: str) -> list[Article]:
    """Return the articles that an archive assigns to an issue, in the archive's order."""
    of_issue = select(Article).where(_ARCHIVED, Article.number == number)
    return list(session.scalars(of_issue.order_by(Article.id)))
