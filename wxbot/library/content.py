"""Content of an issue as revisions store it: its JSON form, its digest, and the issue read back from it."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection, Problem
from wxbot.bulletin.blocks import (
    Blocks,
    Heading,
    Note,
    Picture,
    Table,
    blocks_from_json,
    blocks_to_json,
    paragraphs,
)
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.marked_text import parse_marked_text
from wxbot.errors import BulletinError
from wxbot.text import cut_width, one_line

__all__ = [
    "content_digest",
    "content_from_json",
    "content_to_json",
    "issue_number",
    "section_leads",
    "summary",
]

SUMMARY_WIDTH = (
    108  # columns: 54 汉字, the length of the digest that WeChat takes itself (platform reference, G1)
)
_NOT_CONTENT = {
    "web_forms",
    "push",
    "confidence",
    "identity",
    "problems",
    "dropped",
    "masthead",
    "pictures",
    "lead",
    "sections",
}
_SETTLED = ("n", "cover")  # what an editor settled about an article, in a fix file
_HEAD = ("title", "year", "issue", "total", "total_last", "editor")


def issue_number(parsed: ParsedIssue) -> str:
    """Return the number of an issue; raise BulletinError if it has none."""
    if parsed.number is None:
        raise BulletinError(
            "没有期号，也没有日期或时段", remedy="在刊头补上期号或日期后重新上架，或用 --number 写明。"
        )
    return parsed.number


def content_to_json(parsed: ParsedIssue) -> dict[str, Any]:
    """Return the content of an issue as JSON values, with the line of each article's title in the source.

    The lines are no part of the content: they tell an editor to which article a doubt belongs.
    """
    return dict(json.loads(_canonical(parsed))) | {"lines": [each.line for each in parsed.articles]}


def content_digest(parsed: ParsedIssue) -> str:
    """Return the SHA-256 of an issue's content."""
    return hashlib.sha256(_canonical(parsed).encode()).hexdigest()


def content_from_json(stored: Mapping[str, Any], number: str, problems: list[dict[str, Any]]) -> ParsedIssue:
    """Return the issue that a revision stores; its pictures are in the library, not in the result."""
    date = stored.get("date")
    lines = iter(stored.get("lines", ()))
    return ParsedIssue(
        **{name: stored[name] for name in _HEAD if stored.get(name) is not None},
        date=dt.date.fromisoformat(date) if date else None,
        lead=blocks_from_json(stored.get("lead") or ()),
        sections=tuple(_section(each, lines) for each in stored.get("sections", ())),
        problems=tuple(Problem(each["line"], each["says"]) for each in problems),
        identity=IssueNumber.parse(number),
    )


def _section(stored: Mapping[str, Any], lines: Iterator[int]) -> ParsedSection:
    articles = (
        ParsedArticle(
            each["title"],
            # A revision from before typed content holds marked paragraphs.
            blocks_from_json(each["blocks"])
            if "blocks" in each
            else parse_marked_text(each.get("paragraphs") or ()),
            each.get("url") or "",
            line=next(lines, 0),  # a revision from before has none
            n=each.get("n"),
            cover=each.get("cover"),
        )
        for each in stored.get("articles", ())
    )
    return ParsedSection(stored["name"], tuple(articles), blocks_from_json(stored.get("lead") or ()))


def section_leads(parsed: ParsedIssue) -> dict[str, Blocks]:
    """Return the leads by section; a section that stands twice in the issue has both."""
    leads: dict[str, Blocks] = {}
    for section in parsed.sections:
        if section.lead:
            leads[section.name] = leads.get(section.name, ()) + section.lead
    return leads


def summary(blocks: Blocks) -> str:
    """Return the beginning of the text for cards: of text without headings, pictures and tables if there is any."""
    prose = [block for block in blocks if not isinstance(block, Heading | Picture | Table | Note)]
    shown = (text.lstrip("#>-* ") for text in paragraphs(prose) or paragraphs(blocks))
    return cut_width(one_line(" ".join(shown)), SUMMARY_WIDTH)


def _canonical(parsed: ParsedIssue) -> str:
    """Return the content of an issue as canonical JSON."""
    content = {
        each.name: getattr(parsed, each.name) for each in fields(parsed) if each.name not in _NOT_CONTENT
    }
    if parsed.total_last is None:  # keeps the digests of content stored before the field was
        del content["total_last"]
    content["lead"] = blocks_to_json(parsed.lead)
    content["sections"] = [
        {
            "name": section.name,
            "lead": blocks_to_json(section.lead),
            "articles": [
                {"title": article.title, "url": article.url, "blocks": blocks_to_json(article.blocks)}
                | {name: value for name in _SETTLED if (value := getattr(article, name)) is not None}
                for article in section.articles
            ],
        }
        for section in parsed.sections
    ]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
