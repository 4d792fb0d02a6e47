"""List issues for editors: by publication and state, and the token of a state that an editor has seen.

An order from a page is carried out only while the issue is still as that page showed it, so that two editors do not
undo each other's work unseen.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select

from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound
from wxbot.library.tables import Article, ArticleStatus, HoldReason, Issue, IssueState, LibraryVersion

__all__ = [
    "IssueFilter",
    "IssueView",
    "WaitingCounts",
    "article_counts",
    "count_issues",
    "count_waiting",
    "issue_of_source",
    "issue_sources",
    "require_seen",
    "seen_token",
    "select_issues",
]

Selected = TypeVar("Selected")


class IssueView(StrEnum):
    """View of the list of issues: all of them, or those in one state."""

    ALL = "all"
    WAITING = "waiting"  # held, or public with a revision that waits for a look
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class IssueFilter:
    """Selection of issues: of one publication if its id is given, and of one view."""

    publication: int | None = None
    view: IssueView = IssueView.ALL


@dataclass(frozen=True)
class WaitingCounts:
    """Numbers of issues that wait for an editor: held for a doubt, held by choice, and public ones with a revision."""

    doubtful: int
    held: int
    revised: int


_CONDITIONS: Mapping[IssueView, ColumnElement[bool]] = {
    IssueView.WAITING: or_(Issue.state == IssueState.HELD, Issue.pending.is_not(None)),
    IssueView.PUBLIC: Issue.state == IssueState.PUBLIC,
    IssueView.WITHDRAWN: Issue.state == IssueState.WITHDRAWN,
}


def select_issues(session: Session, wanted: IssueFilter, limit: int, offset: int = 0) -> list[Issue]:
    """Return a page of the selected issues, newest first."""
    newest = select(Issue).order_by(Issue.place.desc(), Issue.id.desc())
    return list(session.scalars(_narrow(newest, wanted).limit(limit).offset(offset)))


def count_issues(session: Session, publication: int | None = None) -> dict[IssueView, int]:
    """Return the number of issues in each view."""
    counts = select(func.count()).select_from(Issue)
    return {view: session.scalar(_narrow(counts, IssueFilter(publication, view))) or 0 for view in IssueView}


def count_waiting(session: Session) -> WaitingCounts:
    """Return the numbers of issues that wait for an editor, by what they wait for."""
    rows = session.execute(
        select(Issue.state, Issue.hold_reason, func.count())
        .where(_CONDITIONS[IssueView.WAITING])
        .group_by(Issue.state, Issue.hold_reason)
    ).all()
    held = {reason: count for state, reason, count in rows if state == IssueState.HELD}
    return WaitingCounts(
        doubtful=held.get(HoldReason.DOUBT, 0),
        held=sum(count for reason, count in held.items() if reason != HoldReason.DOUBT),
        revised=sum(count for state, _, count in rows if state != IssueState.HELD),
    )


def article_counts(session: Session, issues: Sequence[Issue]) -> dict[str, int]:
    """Return by key how many articles each issue has."""
    counted = select(Article.issue_key, func.count()).where(
        Article.issue_id.in_([each.id for each in issues]), Article.status == ArticleStatus.CURRENT
    )
    return {key: count for key, count in session.execute(counted.group_by(Article.issue_key)) if key}


def issue_sources(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Return by key the file that brought each of these issues, as far as the library has them."""
    rows = session.execute(select(Issue.key, Issue.source).where(Issue.key.in_(keys)))
    return {row.key: row.source for row in rows}


def issue_of_source(session: Session, source: str) -> str:
    """Return the key of the newest issue that a file brought; "" for none."""
    mine = select(Issue.key).where(Issue.source == source).order_by(Issue.place.desc()).limit(1)
    return session.scalar(mine) or ""


def seen_token(session: Session, key: str) -> str:
    """Return a token of an issue's state and content and of its articles' status; raise NotFound without the issue."""
    issue = session.execute(
        select(Issue.id, Issue.state, Issue.revision, Issue.pending, Issue.digest).where(Issue.key == key)
    ).one_or_none()
    if issue is None:
        raise NotFound(f"书架上没有 {key}", remedy="回到书架看有哪些期。")
    articles = session.execute(
        select(Article.n, Article.status, Article.pinned)
        .where(Article.issue_id == issue.id)
        .order_by(Article.n)
    ).all()
    seen = (*map(str, issue), *(str(value) for row in articles for value in row))
    return hashlib.sha256("|".join(seen).encode()).hexdigest()[:16]


def require_seen(session: Session, key: str, seen: str | None) -> None:
    """Refuse an order for an issue that changed since an editor saw it as `seen`; None: whatever it is like now.

    Other changes of the library wait from here on until the transaction ends.
    """
    if seen is None:
        return
    session.scalars(select(LibraryVersion).where(LibraryVersion.id == 1).with_for_update()).one()
    if seen_token(session, key) != seen:
        raise Forbidden(
            f"您看过之后，{key} 变了，什么也没有做",
            remedy="请看清楚下面现在的样子，再按一次。",
        )


def _narrow(statement: Select[Selected], wanted: IssueFilter) -> Select[Selected]:
    """Restrict a statement to the selected issues."""
    if wanted.publication is not None:
        statement = statement.where(Issue.publication_id == wanted.publication)
    condition = _CONDITIONS.get(wanted.view)
    return statement if condition is None else statement.where(condition)
