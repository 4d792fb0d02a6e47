"""Doubts of an issue as editors see them: counted in the list, and beside the article to which each belongs."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from sqlalchemy import func, select

from wxbot.bulletin import Problem
from wxbot.db import Session
from wxbot.library.decision import match_articles_of
from wxbot.library.revisions import revision_content
from wxbot.library.tables import Issue, Revision

__all__ = ["IssueDoubts", "count_doubts", "issue_doubts"]


@dataclass(frozen=True, slots=True)
class IssueDoubts:
    """Doubts of one revision: those about the issue as a whole, and those about single articles by their `n`."""

    general: tuple[Problem, ...] = ()
    by_article: Mapping[int, Sequence[Problem]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of doubts."""
        return len(self.general) + sum(map(len, self.by_article.values()))


def count_doubts(session: Session, issues: Sequence[Issue]) -> dict[str, int]:
    """Return by key the number of doubts: of the revision that waits, else of the one in force."""
    shown = func.coalesce(Issue.pending, Issue.revision)
    rows = select(Issue.key, Revision.problems).join(Revision, Revision.issue_id == Issue.id)
    found = session.execute(
        rows.where(Issue.id.in_([each.id for each in issues]), Revision.revision == shown)
    )
    return {key: len(problems) for key, problems in found}


def issue_doubts(session: Session, issue: Issue) -> IssueDoubts:
    """Return the doubts about the revision that waits, else about the one in force.

    A doubt belongs to the article in whose lines it is. One about an article that has no number yet, and one of a
    revision that does not know the lines of its articles, is about the issue.
    """
    content = revision_content(session, issue, issue.pending or issue.revision)
    numbers = match_articles_of(session, issue, content)[0].numbers
    numbered = zip(content.articles, numbers, strict=True)
    begins = sorted(((article.line, n) for article, n in numbered if article.line), key=itemgetter(0))
    lines = [line for line, _ in begins]
    general, by_article = [], defaultdict[int, list[Problem]](list)
    for problem in content.problems:
        at = bisect_right(lines, problem.line) - 1 if problem.line else -1
        n = begins[at][1] if at >= 0 else None
        if n is None:
            general.append(problem)
        else:
            by_article[n].append(problem)
    return IssueDoubts(tuple(general), by_article)
