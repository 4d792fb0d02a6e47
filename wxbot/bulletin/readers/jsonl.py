"""An archive from elsewhere: `articles.jsonl`, one article a line, read without holding it in memory."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wxbot.bulletin.model import ArchivedArticle, Problem
from wxbot.errors import BulletinError
from wxbot.numbers import normalise_issue_number

__all__ = ["article", "read_archive"]

_LONGEST = 4 * 2**20
"""Characters of the longest line that is read as an article."""


def read_archive(path: Path) -> Iterator[ArchivedArticle | Problem]:
    """The articles of an archive in its order, a Problem in place of each line that is none.

    One line is in memory at a time. BulletinError for a file that cannot be opened.
    """
    try:
        opened = path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise BulletinError(
            f"打不开 {path}：{error.strerror}", file=str(path), remedy="请检查文件是否存在、是否有权读取。"
        ) from error
    with opened:
        at = 0
        while line := opened.readline(_LONGEST):
            at += 1
            if len(line) == _LONGEST and not line.endswith("\n"):
                yield Problem(at, "这一行太长，未收入")
                while (rest := opened.readline(_LONGEST)) and not rest.endswith("\n"):
                    continue
            elif line.strip():
                yield article(line, at)


def article(line: str, at: int) -> ArchivedArticle | Problem:
    """One line's article, or what is wrong with the line."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return Problem(at, "这一行不是 JSON，未收入")
    if not isinstance(entry, dict):
        return Problem(at, "这一行不是一篇文章的 JSON 对象，未收入")
    wrong = _wrong(entry)
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


def _wrong(entry: dict[str, Any]) -> str | None:
    """What keeps an object from being an article; None when nothing does."""
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
    """Whether a text is a day in the form 2021-01-15."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
