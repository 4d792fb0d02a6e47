"""Read issues and articles from the library; each function runs in the caller's transaction.

What members and followers see is public: issues that are neither held nor withdrawn, without removed and withdrawn
articles. Functions with `any` or `current` in their names are for editors, who see everything.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import Select, func, select, tuple_, update

from wxbot.bulletin.issue_number import IssueNumber, IssueReference, NumberKind, newest_match, number_order
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound
from wxbot.library.archive_files import came_with_archive
from wxbot.library.library_version import identity, renew_identity, version
from wxbot.library.publications import split_publication
from wxbot.library.tables import Article, ArticleStatus, Issue, IssueState, Publication

__all__ = [
    "all_articles",
    "any_article",
    "any_issue",
    "any_issue_by_name",
    "any_issues",
    "archived_articles",
    "archived_issue",
    "archived_issues",
    "article",
    "articles",
    "by_id",
    "by_ids",
    "changed_since",
    "count_articles",
    "count_changed_since",
    "current_articles",
    "find",
    "identity",
    "issue",
    "issue_by_name",
    "issue_day",
    "issues",
    "latest",
    "mark_planned",
    "neighbours",
    "newest_articles",
    "public_issue",
    "renew_identity",
    "sections",
    "unplanned_issues",
    "version",
]

_PUBLIC = Article.hidden.is_(False)
_PUBLIC_ISSUE = Issue.state == IssueState.PUBLIC
_ARCHIVED = Article.issue_id.is_(None) & Article.issue_key.is_not(None) & _PUBLIC
_NEWEST_FIRST = (Issue.place.desc(), Issue.id.desc())
_LATEST = {"latest", "最新", "最新一期"}


def changed_since(session: Session, version: int) -> Iterator[Article]:
    """Yield the articles written after `version`, oldest change first, withdrawn ones included (see `withdrawn`)."""
    newer = select(Article).where(Article.changed > version).order_by(Article.changed, Article.id)
    yield from session.scalars(newer.execution_options(yield_per=500))


def count_changed_since(session: Session, version: int) -> int:
    """Return how many articles `changed_since` yields."""
    return session.scalar(select(func.count()).where(Article.changed > version)) or 0


def issues(session: Session, limit: int | None = None, publication: int | None = None) -> list[Issue]:
    """Return the public issues, newest first; those of one publication if its id is given."""
    return list(session.scalars(_of(publication).where(_PUBLIC_ISSUE).order_by(*_NEWEST_FIRST).limit(limit)))


def any_issues(session: Session, limit: int | None = None) -> list[Issue]:
    """Return all issues, newest first, the held and the withdrawn ones too."""
    return list(session.scalars(select(Issue).order_by(*_NEWEST_FIRST).limit(limit)))


def issue(session: Session, key: str) -> Issue | None:
    """Return a public issue by its key, such as "2021-02"; None if there is none."""
    return session.scalar(select(Issue).where(Issue.key == key, _PUBLIC_ISSUE))


def public_issue(session: Session, key: str, *, lock: bool = False) -> Issue:
    """Return a public issue; raise NotFound for an unknown one, Forbidden for one that is held or withdrawn.

    With `lock` it cannot be withdrawn or revised by another process until the transaction ends.
    """
    wanted = select(Issue).where(Issue.key == key)
    if lock:
        wanted = wanted.with_for_update(read=True).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(f"书架上没有 {key}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    if not found.is_public:
        word = "已经撤下" if found.state == IssueState.WITHDRAWN else "还没有公开"
        raise Forbidden(f"{key} {word}", remedy=f"看过没有问题，就公开：wxbot publish {key}")
    return found


def any_issue(session: Session, key: str) -> Issue | None:
    """Return an issue by its key in whatever state."""
    return session.scalar(select(Issue).where(Issue.key == key))


def neighbours(session: Session, found: Issue) -> tuple[Issue | None, Issue | None]:
    """Return the public issue before `found` and the one after it, of the same publication."""
    place, here = tuple_(Issue.place, Issue.id), (found.place, found.id)
    same = _of(found.publication_id).where(_PUBLIC_ISSUE)
    before = same.where(place < here).order_by(*_NEWEST_FIRST).limit(1)
    after = same.where(place > here).order_by(Issue.place, Issue.id).limit(1)
    return session.scalar(before), session.scalar(after)


def latest(session: Session, publication: int | None = None) -> Issue | None:
    """Return the newest public issue, of one publication if its id is given.

    Of issues of several publications the one with the latest date is the newest.
    """
    found = _of(publication).where(_PUBLIC_ISSUE)
    if publication is not None:
        return session.scalar(found.order_by(*_NEWEST_FIRST).limit(1))
    newest = [
        issue
        for each in session.scalars(select(Issue.publication_id).where(_PUBLIC_ISSUE).distinct())
        if (issue := session.scalar(_of(each).where(_PUBLIC_ISSUE).order_by(*_NEWEST_FIRST).limit(1)))
    ]
    return max(newest, key=lambda each: (issue_day(session, each), each.place, each.id), default=None)


def find(
    session: Session, wanted: IssueReference, publication: int | None = None, *, everything: bool = False
) -> Issue | None:
    """Return the newest issue that a person means by 第2期, 总第301期, 第43周 or 增刊; None if there is none.

    第7期 finds the combined issue 7、8 too; where no issue counts so, the running number is meant. Without a
    publication the default one comes first. `everything` finds held and withdrawn issues too.
    """
    newest = _of(publication).order_by(*_NEWEST_FIRST)
    if publication is None:
        newest = _of(None).outerjoin(Publication, Issue.publication_id == Publication.id)
        newest = newest.order_by(func.coalesce(Publication.slug, "") != "", *_NEWEST_FIRST)
    newest = newest.limit(1)
    if not everything:
        newest = newest.where(_PUBLIC_ISSUE)
    if wanted.year is not None:
        newest = newest.where(Issue.year == wanted.year)
    counted = newest.where(Issue.issue <= wanted.issue, Issue.issue_last >= wanted.issue)
    total = newest.where(
        Issue.total <= wanted.issue, func.coalesce(Issue.total_last, Issue.total) >= wanted.issue
    )
    if wanted.kind is NumberKind.COUNT:
        return session.scalar(counted) or session.scalar(total)
    if wanted.kind is NumberKind.RUNNING:
        return session.scalar(total) or session.scalar(counted)
    others = session.scalars(newest.where(Issue.issue.is_(None)).limit(None))
    return next(
        (row for row in others if (value := IssueNumber.parse(row.number)) and wanted.matches(value)), None
    )


def issue_by_name(session: Session, text: str) -> Issue | None:
    """Return the public issue that an editor or an address names: 2021-02, 2021-7 of a double issue, 第2期, latest."""
    return _by_name(session, text, everything=False)


def any_issue_by_name(session: Session, text: str) -> Issue | None:
    """Return the issue that an editor names, in whatever state."""
    return _by_name(session, text, everything=True)


def _by_name(session: Session, text: str, *, everything: bool) -> Issue | None:
    """Return the issue that a text names, `政策快讯第2期` and `kuaixun/2021-02` too."""
    text = text.strip()
    if text in _LATEST:
        return next(iter(any_issues(session, 1)), None) if everything else latest(session)
    found = any_issue(session, text) if everything else issue(session, text)
    if found is not None:
        return found
    publication, rest = split_publication(session, text)
    if publication is not None and rest in {"", *_LATEST}:
        return latest(session, publication.id)
    reference = IssueReference.parse("".join(rest.split()))
    wanted = publication.id if publication else None
    return find(session, reference, wanted, everything=everything) if reference else None


def _of(publication: int | None) -> Select[Issue]:
    """Return the selection of all issues, or of those of one publication."""
    found = select(Issue)
    return found if publication is None else found.where(Issue.publication_id == publication)


def issue_day(session: Session, found: Issue) -> dt.date:
    """Return the day by which issues of different publications are compared: the printed one, else that of storing it.

    The day on which an old issue was brought says nothing about its age: its year counts, if it has one.
    """
    if found.date is not None:
        return found.date
    stored = found.shelved_at.date()
    if found.year is not None and found.year < stored.year:
        return dt.date(found.year, 12, 31)
    return dt.date.min if came_with_archive(session, found.key) else stored


def unplanned_issues(session: Session, *, everything: bool = False) -> list[str]:
    """Return the keys of the public issues whose push the worker has not planned yet; `everything`: held ones too."""
    unplanned = select(Issue.key).where(Issue.to_plan).order_by(Issue.id)
    return list(session.scalars(unplanned if everything else unplanned.where(_PUBLIC_ISSUE)))


def mark_planned(session: Session, key: str) -> None:
    """Record that the push of an issue has been planned, or that it will not be."""
    session.execute(update(Issue).where(Issue.key == key).values(to_plan=False))


def articles(session: Session, key: str) -> list[Article]:
    """Return the public articles of one issue, in order."""
    of_issue = select(Article).join(Issue, Article.issue_id == Issue.id)
    return list(session.scalars(of_issue.where(Issue.key == key, _PUBLIC).order_by(Article.place, Article.n)))


def current_articles(session: Session, key: str) -> list[Article]:
    """Return the articles of one issue in whatever state, in order, without removed and withdrawn ones."""
    of_issue = select(Article).join(Issue, Article.issue_id == Issue.id)
    current = Article.status == ArticleStatus.CURRENT
    return list(session.scalars(of_issue.where(Issue.key == key, current).order_by(Article.place, Article.n)))


def all_articles(session: Session, key: str) -> list[Article]:
    """Return every article that an issue has or had, by `n`."""
    of_issue = select(Article).join(Issue, Article.issue_id == Issue.id)
    return list(session.scalars(of_issue.where(Issue.key == key).order_by(Article.n)))


def article(session: Session, key: str, n: int) -> Article | None:
    """Return a public article of an issue by its `n`."""
    return by_id(session, f"{key}/{n}")


def any_article(session: Session, key: str, n: int) -> Article | None:
    """Return an article of an issue by its `n`, even a removed or withdrawn one."""
    return session.scalar(select(Article).where(Article.public_id == f"{key}/{n}"))


def by_id(session: Session, public_id: str) -> Article | None:
    """Return an article by its public id, which search returns; None if there is none or it is withdrawn."""
    return session.scalar(select(Article).where(Article.public_id == public_id, _PUBLIC))


def by_ids(session: Session, public_ids: Sequence[str]) -> list[Article]:
    """Return articles in the order of `public_ids`, without withdrawn and unknown ones."""
    found = session.scalars(select(Article).where(Article.public_id.in_(public_ids), _PUBLIC))
    known = {article.public_id: article for article in found}
    return [known[i] for i in public_ids if i in known]


def newest_articles(
    session: Session, *, sections: Sequence[str] | None = None, limit: int = 20
) -> list[Article]:
    """Return the newest articles by issue, in printed order, then archived ones by date.

    Of one section if its names are given; then the pinned ones come first.
    """
    found = select(Article).outerjoin(Issue, Article.issue_id == Issue.id).where(_PUBLIC)
    if sections is not None:
        found = found.where(Article.section.in_(sections)).order_by(Article.pinned.desc())
    issues_first = (Article.issue_id.is_(None), *_NEWEST_FIRST, Article.place)
    return list(
        session.scalars(found.order_by(*issues_first, Article.date.desc(), Article.id.desc()).limit(limit))
    )


def sections(session: Session, publication: int | None = None) -> list[str]:
    """Return the names of all sections, or those of one publication, those of the newest issue first."""
    names: dict[str, None] = {}
    public = _of(publication).with_only_columns(Issue.sections).where(_PUBLIC_ISSUE)
    for found in session.scalars(public.order_by(*_NEWEST_FIRST)):
        names.update(dict.fromkeys(found))
    return list(names)


def count_articles(session: Session) -> int:
    """Return the number of articles, without withdrawn ones."""
    return session.scalar(select(func.count()).select_from(Article).where(_PUBLIC)) or 0


def archived_issues(session: Session) -> list[str]:
    """Return the numbers of the issues that only an archive has, newest first; reads every archived article."""
    numbers = session.scalars(select(Article.issue_key).where(_ARCHIVED).distinct())
    return sorted(
        (each for each in numbers if each and IssueNumber.parse(each)), key=number_order, reverse=True
    )


def archived_issue(session: Session, wanted: IssueReference) -> str | None:
    """Return the number of the newest issue of an archive that a person means; None if there is none."""
    return newest_match(wanted, archived_issues(session))


def archived_articles(session: Session, number: str) -> list[Article]:
    """Return the articles that an archive assigns to an issue, in the archive's order."""
    of_issue = select(Article).where(_ARCHIVED, Article.issue_key == number)
    return list(session.scalars(of_issue.order_by(Article.id)))
