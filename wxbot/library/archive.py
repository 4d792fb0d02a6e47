"""Store the articles of an archive under their own ids, and raise the library's version with each change."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from wxbot.bulletin import ArchivedArticle
from wxbot.bulletin.marked_text import parse_marked_text
from wxbot.db import Session
from wxbot.library.content import summary
from wxbot.library.decision import Outcome
from wxbot.library.library_version import next_version
from wxbot.library.tables import Article

__all__ = ["compare_archive", "save_archive", "save_archive_batch"]


def save_archive(
    session: Session, articles: Iterable[ArchivedArticle], batch: int = 500
) -> dict[Outcome, int]:
    """Store archived articles under their own ids, `batch` at a time; return the number of each outcome.

    An id that an article of an issue has is refused.
    """
    counts = {Outcome.NEW: 0, Outcome.SAME: 0, Outcome.REVISED: 0}
    version: int | None = None
    pending: list[ArchivedArticle] = []
    for article in articles:
        pending.append(article)
        if len(pending) == batch:
            version = _count(counts, *save_archive_batch(session, pending, version))
            pending = []
    if pending:
        _count(counts, *save_archive_batch(session, pending, version))
    return counts


def _count(counts: dict[Outcome, int], outcomes: Mapping[str, Outcome], version: int | None) -> int | None:
    """Add the outcomes of a batch to the counts; return the version."""
    for outcome in outcomes.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    return version


def save_archive_batch(
    session: Session, articles: Sequence[ArchivedArticle], version: int | None = None
) -> tuple[dict[str, Outcome], int | None]:
    """Store one batch; return the outcome of each id, and the library's version once something has changed, else None.

    The last article of a repeated id counts.
    """
    latest = {a.id: _archive_values(a) for a in articles}
    outcomes, known = _compare(session, latest)
    if version is None and any(outcome in {Outcome.NEW, Outcome.REVISED} for outcome in outcomes.values()):
        version = next_version(session)
        # As in `save_issue`: rows of another process are visible only behind the version's row lock.
        outcomes, known = _compare(session, latest)
    for public_id, outcome in outcomes.items():
        if outcome is Outcome.NEW:
            session.add(Article(public_id=public_id, changed=version, **latest[public_id]))
        elif outcome is Outcome.REVISED:
            for name, value in (latest[public_id] | {"changed": version}).items():
                setattr(known[public_id], name, value)
    session.flush()
    session.expunge_all()  # keeps memory bounded: an archive may be larger than memory
    return outcomes, version


def compare_archive(session: Session, articles: Sequence[ArchivedArticle]) -> dict[str, Outcome]:
    """Return what storing these articles would do with each id, and write nothing."""
    outcomes, _ = _compare(session, {a.id: _archive_values(a) for a in articles})
    session.expunge_all()
    return outcomes


def _compare(
    session: Session, given: Mapping[str, dict[str, Any]]
) -> tuple[dict[str, Outcome], dict[str, Article]]:
    """Return the outcome of each id, and the stored articles by id."""
    rows = select(Article).where(Article.public_id.in_(given)).execution_options(populate_existing=True)
    known = {row.public_id: row for row in session.scalars(rows)}
    return {public_id: _outcome(known.get(public_id), values) for public_id, values in given.items()}, known


def _outcome(row: Article | None, values: Mapping[str, Any]) -> Outcome:
    """Return what storing these values does to a row; the article of an issue is not written by an archive."""
    if row is None:
        return Outcome.NEW
    if row.issue_id is not None:
        return Outcome.REFUSED
    is_same = all(getattr(row, name) == value for name, value in values.items())
    return Outcome.SAME if is_same else Outcome.REVISED


def _archive_values(given: ArchivedArticle) -> dict[str, Any]:
    """Return the column values of an archived article."""
    blocks = parse_marked_text(given.body.splitlines())
    return {
        "title": given.title,
        "section": given.section or "",
        "blocks": blocks,
        "summary": summary(blocks),
        "date": given.date,
        "url": given.url,
        "issue_key": given.issue,
        "hidden": False,
    }
