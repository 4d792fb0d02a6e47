"""One bulletin as a line of `wxbot ingest --json`."""

from dataclasses import asdict
from typing import Any

from wxbot.bulletin.model import ParsedArticle, ParsedIssue

__all__ = ["to_json"]


def to_json(file: str, parsed: ParsedIssue | None, outcome: str) -> dict[str, Any]:
    """The JSON object for one file; `parsed` is None for a file that could not be read at all.

    `outcome` is one of new, same, revised, refused, dry-run.
    """
    issue = parsed or ParsedIssue()
    return {
        "file": file,
        "number": issue.number,
        "year": issue.year,
        "issue": issue.issue,
        "total": issue.total,
        "date": issue.date.isoformat() if issue.date else None,
        "title": issue.title,
        "editor": issue.editor,
        "sections": [
            {"name": section.name, "articles": [_article(article) for article in section.articles]}
            for section in issue.sections
        ],
        "problems": [asdict(problem) for problem in issue.problems],
        "dropped": [asdict(dropped) for dropped in issue.dropped],
        "outcome": outcome,
    }


def _article(article: ParsedArticle) -> dict[str, Any]:
    """One article as JSON has it: lists, no tuples."""
    return {
        "title": article.title,
        "paragraphs": list(article.paragraphs),
        "links": list(article.links),
        "images": list(article.images),
    }
