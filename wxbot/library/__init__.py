"""The library (书架): issues and articles, and every revision of them.

    ingest           files and folders onto the shelf, one result a file
    shelve           put a parsed issue on the shelf: new, same, or a revision
    shelve_archive   put articles from elsewhere on it, each under its own id
    outcome_of       what `shelve` would do, without doing it
    issue, latest, issues, articles, article, by_id, by_ids, newest, sections    look at it
    archived, archived_issues                                    the issues that only an archive has
    to_plan, planned                                             issues whose push is still to be planned
    identity, version, changed_since                    what an index needs to keep up

The library's version goes up with every change; whoever copies from it (the index) compares versions.
"""

from wxbot.library.archives import archived, archived_issues
from wxbot.library.ingest import Ingested, ingest
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
    neighbours,
    newest,
    planned,
    sections,
    to_plan,
    version,
)
from wxbot.library.shelve import Outcome, outcome_of, shelve, shelve_archive
from wxbot.library.tables import Article, Issue, Revision

__all__ = [
    "Article",
    "Ingested",
    "Issue",
    "Outcome",
    "Revision",
    "archived",
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
    "neighbours",
    "newest",
    "outcome_of",
    "planned",
    "sections",
    "shelve",
    "shelve_archive",
    "to_plan",
    "version",
]
