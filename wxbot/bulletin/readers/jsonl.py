"""Read `articles.jsonl`, an archive of another system with one article a line, without loading it into memory."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wxbot.bulletin.model import ArchivedArticle, Problem
from wxbot.errors import BulletinError
from wxbot.numbers import normalise_issue_number

__all__ = ["parse_article", "read_archive"]

_MAX_LINE = 4 * 2**20
"""Characters of a line, at most; a longer one is reported and skipped."""


def read_archive(path: Path) -> Iterator[ArchivedArticle | Problem]:
    """Yield the articles of an archive in order, and a Problem for each line that is not an article.

    One line is in memory at a time. Raises BulletinError for a file that cannot be opened.
    """
    try:
        if path.exists() and not path.is_file():  # opening a pipe or a device could block for ever
            raise BulletinError(f"{path} 不是普通文件", file=str(path), remedy="请检查是否放错了文件。")
        opened = path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise BulletinError(
            f"打不开 {path}：{error.strerror}", file=str(path), remedy="请检查文件是否存在、是否有权读取。"
        ) from error
    with opened:
        at = 0
        while line := opened.readline(_MAX_LINE):
            at += 1
            if len(line) == _MAX_LINE and not line.endswith("\n"):
                yield Problem(at, "这一行太长，未收入")
                while (rest := opened.readline(_MAX_LINE)) and not rest.endswith("\n"):
                    continue
            elif line.strip():
                yield parse_article(line, at)


def parse_article(line: str, at: int) -> ArchivedArticle | Problem:
    """Return the article of one line, or a Problem that describes the error in it."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return Problem(at, "这一行不是 JSON，未收入")
    if not isinstance(entry, dict):
        return Problem(at, "这一行不是一篇文章的 JSON 对象，未收入")
    wrong = _find_error(entry)
    if wrong:
        return Problem(at, f"这一行未收入：{wrong}")
    day = entry.get("date")
    return ArchivedArticle(
        id=entry["id"],
        issue=normalise_issue_number(entry["issue"]) if entry.get("issue") else None,
        title=entry["title"].strip(),
        section=entry.get("section"),
        date=dt.date.fromisoformat(day) if day else None,
        body=entry.get("body") or "",
        url=entry.get("url"),
    )


def _find_error(entry: dict[str, Any]) -> str | None:
    """Return the first error of an article object, in Chinese; None for a valid one."""
    for key in ("id", "title"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"缺少 {key}"
    for key in ("issue", "section", "date", "body", "url"):
        if not isinstance(entry.get(key), str | None):
            return f"{key} 应当是文字或 null"
    if entry.get("date") and not _is_date(entry["date"]):
        return f"date 应当是 2021-01-15 这样的日期，而不是 {entry['date'][:20]!r}"
    return None


def _is_date(text: str) -> bool:
    """Tell if a text is an ISO date such as 2021-01-15."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
