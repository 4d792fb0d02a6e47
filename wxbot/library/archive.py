"""Store the articles of an archive under their own ids, and raise the library's version with each change."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from wxbot.bulletin import ArchivedArticle
from wxbot.bulletin.marked_text import parse_marked_text
from wxbot.db import Session
from wxbot.library.content import summary
from wxbot.library.decision import Outcome
from wxbot.library.library_version import next_version
from wxbot.library.tables import Article

__all__ = ["save_archive"]


def save_archive(
    session: Session, articles: Iterable[ArchivedArticle], batch: int = 500
) -> dict[Outcome, int]:
    """Store archived articles under their own ids, `batch` at a time; return how many were new, same and revised.

    Those whose id belongs to an article of an issue are refused, and counted only where there are some.
    """
    counts = {Outcome.NEW: 0, Outcome.SAME: 0, Outcome.REVISED: 0}
    version: int | None = None
    pending: list[ArchivedArticle] = []
    for article in articles:
        pending.append(article)
        if len(pending) == batch:
            version = _write_archive(session, pending, version, counts)
            pending = []
    if pending:
        _write_archive(session, pending, version, counts)
    return counts


def _write_archive(
    session: Session, articles: list[ArchivedArticle], version: int | None, counts: dict[Outcome, int]
) -> int | None:
    """Store one batch; return the library's version once something has changed, else None."""
    latest = {a.id: _archive_values(a) for a in articles}  # the last line of a repeated id counts
    changes = _archive_changes(session, latest)
    if version is None and changes:
        version = next_version(session)
        # As in `save_issue`: rows of another process are visible only behind the version's row lock.
        changes = _archive_changes(session, latest)
    # An article of an issue changes with its issue only: its id in an archive is no right to overwrite it, and to
    # show it again after it was withdrawn.
    foreign = {
        public_id for public_id, row in changes.items() if row is not None and row.issue_id is not None
    }
    changes = {public_id: row for public_id, row in changes.items() if public_id not in foreign}
    counts[Outcome.SAME] += len(latest) - len(changes) - len(foreign)
    if foreign:
        counts[Outcome.REFUSED] = counts.get(Outcome.REFUSED, 0) + len(foreign)
    for public_id, row in changes.items():
        counts[Outcome.NEW if row is None else Outcome.REVISED] += 1
        if row is None:
            session.add(Article(public_id=public_id, changed=version, **latest[public_id]))
        else:
            for name, value in (latest[public_id] | {"changed": version}).items():
                setattr(row, name, value)
    session.flush()
    session.expunge_all()  # keeps memory bounded: an archive may be larger than memory
    return version


def _archive_changes(session: Session, given: dict[str, dict[str, Any]]) -> dict[str, Article | None]:
    """Return the ids of new or changed articles, each with its stored row; None for a new one."""
    rows = select(Article).where(Article.public_id.in_(given)).execution_options(populate_existing=True)
    known = {row.public_id: row for row in session.scalars(rows)}
    return {
        public_id: known.get(public_id)
        for public_id, values in given.items()
        if public_id not in known
        or any(getattr(known[public_id], name) != value for name, value in values.items())
    }


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
