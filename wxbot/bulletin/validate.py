"""Load a file as an issue that the library can store, or raise an error that names the reason; the JSON of an issue."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from wxbot.bulletin.masthead import is_periodical_name
from wxbot.bulletin.model import ParsedArticle, ParsedIssue
from wxbot.bulletin.parser import parse
from wxbot.bulletin.readers import read
from wxbot.errors import BulletinError

__all__ = ["load", "to_json", "validate"]


def load(path: Path) -> ParsedIssue:
    """Read, parse and validate one bulletin.

    Raises BulletinError for a file that cannot be read or is not a bulletin (see `validate`).
    """
    return validate(parse(read(path)), str(path))


def validate(parsed: ParsedIssue, file: str) -> ParsedIssue:
    """Return the issue unchanged if the library can store it.

    Raises BulletinError for an issue without a number or a year (the library's key), without any sign of a
    masthead, or without articles.
    """
    if parsed.issue is None:
        raise BulletinError(
            f"{file} 里没有期号，不像一份简报",
            file=file,
            remedy="请在报头写上期号和日期，例如“2021 年第 2 期 2021 年 1 月 15 日”，再试一次。",
        )
    if parsed.year is None:
        raise BulletinError(
            f"{file} 有期号（第 {parsed.issue} 期），但没有年份",
            file=file,
            remedy="请在报头写上年份或出版日期，例如“2021 年第 2 期”，再试一次。",
        )
    # A notice or a letter may mention an issue; stored under that number it would replace the real issue.
    if not (parsed.date or parsed.editor or is_periodical_name(parsed.title or "")):
        raise BulletinError(
            f"{file} 只是提到 {parsed.number}，没有简报的报头（刊名、日期、编者一样也没有）",
            file=file,
            remedy="若确实是一份简报，请在开头写上刊名、期号和出版日期，再试一次。",
        )
    if not parsed.articles:
        raise BulletinError(
            f"{file} 里没有读出一篇文章", file=file, remedy="请检查正文是否为空，标题是否各占一行。"
        )
    return parsed


def to_json(file: str, parsed: ParsedIssue | None, outcome: str) -> dict[str, Any]:
    """Return the JSON object that `wxbot ingest --json` prints for one file.

    `parsed` is None for a file that could not be read. `outcome` is one of new, same, revised, refused, dry-run.
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
            {"name": section.name, "articles": [_article_json(article) for article in section.articles]}
            for section in issue.sections
        ],
        "problems": [asdict(problem) for problem in issue.problems],
        "dropped": [asdict(dropped) for dropped in issue.dropped],
        "outcome": outcome,
    }


def _article_json(article: ParsedArticle) -> dict[str, Any]:
    """Return one article with lists in place of tuples, as JSON returns them."""
    return {
        "title": article.title,
        "paragraphs": list(article.paragraphs),
        "links": list(article.links),
        "images": list(article.images),
    }
