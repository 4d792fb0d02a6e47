"""The library (书架): issues and articles, and every revision of them.

    ingest           files and folders onto the shelf, one result a file
    save_issue           put a parsed issue on the shelf: new, same, or a revision
    save_archive   put articles from elsewhere on it, each under its own id
    outcome_of       what `save_issue` would do, without doing it
    issue, latest, issues, articles, article, by_id, by_ids, newest_articles, sections    look at it
    archived_articles, archived_issues                                    the issues that only an archive has
    unplanned_issues, mark_planned                                             issues whose push is still to be planned
    identity, version, changed_since                    what an index needs to keep up

The library's version goes up with every change; whoever copies from it (the index) compares versions.
"""

from wxbot.library.archives import archived_articles, archived_issues
from wxbot.library.ingest import IngestResult, ingest
from wxbot.library.read import (
    article,
    articles,
    by_id,
    by_ids,
    changed_since,
    count_articles,
    identity,
    issue,
    issues,
    latest,
    mark_planned,
    neighbours,
    newest_articles,
    sections,
    unplanned_issues,
    version,
)
from wxbot.library.store import Outcome, outcome_of, save_archive, save_issue
from wxbot.library.tables import Article, Issue, Revision

__all__ = [
    "Article",
    "IngestResult",
    "Issue",
    "Outcome",
    "Revision",
    "archived_articles",
    "archived_issues",
    "article",
    "articles",
    "by_id",
    "by_ids",
    "changed_since",
    "count_articles",
    "identity",
    "ingest",
    "issue",
    "issues",
    "latest",
    "mark_planned",
    "neighbours",
    "newest_articles",
    "outcome_of",
    "save_archive",
    "save_issue",
    "sections",
    "unplanned_issues",
    "version",
]
