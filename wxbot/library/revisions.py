"""Revisions of an issue: publish, withdraw and restore; each function runs in the caller's transaction.

Withdrawn content leaves every answer, page and index in the same commit, because the library's version increases.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select

from wxbot.bulletin import ParsedIssue
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound
from wxbot.library.content import content_from_json
from wxbot.library.file_reports import settle_reports
from wxbot.library.library_version import next_version
from wxbot.library.read import any_article, any_issue
from wxbot.library.store import apply_content, hide_and_show
from wxbot.library.tables import Article, ArticleStatus, HoldReason, Issue, IssueState, Revision

__all__ = [
    "pin_article",
    "publish_article",
    "publish_issue",
    "restore_revision",
    "revision_content",
    "revisions",
    "withdraw_article",
    "withdraw_issue",
]


def revisions(session: Session, key: str) -> Sequence[Revision]:
    """Return the revisions of an issue, the first one first."""
    of_issue = select(Revision).join(Issue, Revision.issue_id == Issue.id).where(Issue.key == key)
    return list(session.scalars(of_issue.order_by(Revision.revision)))


def revision_content(session: Session, issue: Issue, revision: int) -> ParsedIssue:
    """Return the content of a revision; raise NotFound for a number that the issue does not have."""
    found = session.scalar(
        select(Revision).where(Revision.issue_id == issue.id, Revision.revision == revision)
    )
    if found is None:
        raise NotFound(
            f"{issue.key} 没有第 {revision} 次修订", remedy=f"wxbot issues history {issue.key} 列出各次修订。"
        )
    return content_from_json(found.parsed, issue.number, found.problems)


def publish_issue(session: Session, key: str, now: dt.datetime) -> bool:
    """Make an issue public, with the revision that waits if there is one; False if nothing was to be done."""
    version = next_version(session)
    issue = _issue(session, key)
    if issue.is_public and issue.pending is None:
        return False
    issue.state, issue.hold_reason, issue.state_note = IssueState.PUBLIC, HoldReason.NONE, ""
    if issue.pending is not None:
        content = revision_content(session, issue, issue.pending)
        apply_content(session, issue, content, issue.pending, version, now)
    hide_and_show(session, issue, version)
    settle_reports(session, issue)
    return True


def withdraw_issue(session: Session, key: str, reason: str) -> bool:
    """Take an issue back; False if it is withdrawn already."""
    version = next_version(session)
    issue = _issue(session, key)
    if issue.state == IssueState.WITHDRAWN:
        return False
    issue.state, issue.state_note, issue.to_plan = IssueState.WITHDRAWN, reason, False
    hide_and_show(session, issue, version)
    settle_reports(session, issue)
    return True


def withdraw_article(session: Session, key: str, n: int, reason: str) -> tuple[Article, bool]:
    """Take one article back; it stays withdrawn through later revisions. The flag is False if it was already."""
    return _set_status(session, key, n, ArticleStatus.WITHDRAWN, reason)


def publish_article(session: Session, key: str, n: int) -> tuple[Article, bool]:
    """Show an article again that was withdrawn; raise Forbidden for one that a revision removed."""
    return _set_status(session, key, n, ArticleStatus.CURRENT, "")


def pin_article(session: Session, key: str, n: int, *, pinned: bool) -> tuple[Article, bool]:
    """Let an article come first in the list of its section, or end that."""
    version = next_version(session)
    article = _article(session, _issue(session, key), n)
    if article.pinned == pinned:
        return article, False
    article.pinned, article.changed = pinned, version
    return article, True


def restore_revision(session: Session, key: str, revision: int, by: str, now: dt.datetime) -> int | None:
    """Make an earlier revision the content of an issue, as a new revision; return its number.

    None: the issue has this content. Its state stays. A source that is unchanged does not undo it: only a new version
    of the file brings another revision.
    """
    version = next_version(session)
    issue = _issue(session, key)
    content = revision_content(session, issue, revision)
    stored = session.scalars(
        select(Revision).where(Revision.issue_id == issue.id, Revision.revision == revision)
    ).one()
    if stored.digest == issue.digest and issue.pending is None:
        return None
    last = session.scalars(select(func.max(Revision.revision)).where(Revision.issue_id == issue.id)).one()
    session.add(
        Revision(
            issue_id=issue.id,
            revision=last + 1,
            digest=stored.digest,
            source=stored.source,
            parsed=stored.parsed,
            problems=stored.problems,
            by=by,
            restores=revision,
            shelved_at=now,
        )
    )
    if issue.is_public:
        issue.hold_reason = HoldReason.NONE  # no revision waits any more
    apply_content(session, issue, content, last + 1, version, now)
    return int(last) + 1


def _set_status(session: Session, key: str, n: int, status: ArticleStatus, note: str) -> tuple[Article, bool]:
    """Withdraw an article or show it again."""
    version = next_version(session)
    issue = _issue(session, key)
    article = _article(session, issue, n)
    if article.status == ArticleStatus.REMOVED:
        raise Forbidden(
            f"{key} 的第 {n} 篇《{article.title}》在后来的修订里去掉了",
            remedy=f"要它回来：wxbot issues restore {key} 修订号",
        )
    if article.status == status:
        return article, False
    article.status, article.status_note = status, note
    hide_and_show(session, issue, version)
    return article, True


def _issue(session: Session, key: str) -> Issue:
    """Return an issue in whatever state; raise NotFound."""
    found = any_issue(session, key)
    if found is None:
        raise NotFound(f"书架上没有 {key}", remedy="wxbot issues 列出已有的各期。")
    session.refresh(found)
    return found


def _article(session: Session, issue: Issue, n: int) -> Article:
    """Return an article in whatever state; raise NotFound."""
    found = any_article(session, issue.key, n)
    if found is None:
        raise NotFound(f"{issue.key} 没有第 {n} 篇", remedy=f"wxbot show {issue.key} 看目录。")
    return found
