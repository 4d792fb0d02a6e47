"""Compare stored revisions of an issue: read both, number their articles, and return the differences."""

from dataclasses import dataclass
from typing import Any

from wxbot.bulletin import ParsedIssue
from wxbot.db import Session
from wxbot.errors import NotFound
from wxbot.library.decision import match_articles_of
from wxbot.library.revision_diff import IssueContent, IssueDiff, diff_issues, issue_content
from wxbot.library.revisions import revision_content, revisions
from wxbot.library.tables import Issue

__all__ = ["RevisionComparison", "compare_revisions", "compare_with_file", "compare_with_present"]


@dataclass(frozen=True, slots=True)
class RevisionComparison:
    """Differences between two revisions of an issue; `before` is None if nothing is there to compare with."""

    key: str
    before: int | None
    after: int
    diff: IssueDiff

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        return {
            "issue": self.key,
            "before": self.before,
            "after": self.after,
            "changed": bool(self.diff),
            "changes": self.diff.as_json(),
        }


def compare_revisions(session: Session, issue: Issue, revision: int | None = None) -> RevisionComparison:
    """Return what a revision changed; by default the one that waits, else the one in force.

    One that waits is compared with the one in force, every other one with the one before it. Raises NotFound for a
    revision that the issue does not have.
    """
    after = revision or issue.pending or issue.revision
    numbers = [each.revision for each in revisions(session, issue.key)]
    if after not in numbers:
        raise NotFound(
            f"{issue.key} 没有第 {after} 次修订", remedy=f"wxbot issues history {issue.key} 列出各次修订。"
        )
    if after == issue.pending:
        before: int | None = issue.revision
    else:
        before = max((number for number in numbers if number < after), default=None)
    return _compare(session, issue, before, after)


def compare_with_present(session: Session, issue: Issue, revision: int) -> RevisionComparison:
    """Return what restoring a revision changes; raise NotFound for one that the issue does not have."""
    return _compare(session, issue, issue.revision, revision)


def compare_with_file(session: Session, issue: Issue, parsed: ParsedIssue) -> RevisionComparison:
    """Return what the content of a file would change as the next revision."""
    numbers = match_articles_of(session, issue, parsed)[0].numbers
    diff = diff_issues(_content(session, issue, issue.revision), issue_content(parsed, numbers))
    after = max(each.revision for each in revisions(session, issue.key)) + 1
    return RevisionComparison(issue.key, issue.revision, after, diff)


def _compare(session: Session, issue: Issue, before: int | None, after: int) -> RevisionComparison:
    if before is None:
        return RevisionComparison(issue.key, None, after, IssueDiff())
    diff = diff_issues(_content(session, issue, before), _content(session, issue, after))
    return RevisionComparison(issue.key, before, after, diff)


def _content(session: Session, issue: Issue, revision: int) -> IssueContent:
    """Return the content of a revision; its articles have the numbers of those that the issue has or had."""
    parsed = revision_content(session, issue, revision)
    return issue_content(parsed, match_articles_of(session, issue, parsed)[0].numbers)
