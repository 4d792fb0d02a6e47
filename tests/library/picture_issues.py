"""Invented issues whose articles show pictures."""

import hashlib
import io

from PIL import Image

from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Blocks
from wxbot.bulletin.issue_number import IssueNumber

__all__ = ["an_issue", "digest_of", "encoded"]


def encoded(colour: str, kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def digest_of(data: bytes) -> str:
    """Return the name of a picture."""
    return hashlib.sha256(data).hexdigest()


def an_issue(*blocks: Blocks, pictures: tuple[bytes, ...] = (), issue: int = 3) -> ParsedIssue:
    """Return an issue with an article for each content."""
    articles = tuple(ParsedArticle(f"第{n}篇", content) for n, content in enumerate(blocks, start=1))
    return ParsedIssue(
        "通讯",
        2024,
        issue,
        sections=(ParsedSection("要闻", articles),),
        pictures={digest_of(data): data for data in pictures},
        identity=IssueNumber.parse(f"2024-{issue:02d}"),
    )
