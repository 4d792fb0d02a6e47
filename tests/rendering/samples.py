"""Sample issues and articles without a database."""

import datetime as dt
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from wxbot.bulletin.blocks import Paragraph
from wxbot.bulletin.marked_text import parse_marked_text
from wxbot.library import Article, Issue

__all__ = ["Outline", "an_article", "an_issue", "articles_of"]

VOID = {"meta", "link", "img", "hr", "br", "input", "wbr"}


def an_issue(**changed: Any) -> Issue:
    """Return the third issue of an invented bulletin."""
    fields: dict[str, Any] = {
        "key": "2024-03",
        "year": 2024,
        "issue": 3,
        "total": None,
        "date": dt.date(2024, 3, 8),
        "title": "东篱学会通讯",
        "editor": "东篱学会编辑部",
        "sections": ["要闻", "成果", "活动"],
        "lead": (),
        "section_leads": {},
        "source": "",
        "digest": "",
        "revision": 1,
    }
    return Issue(**(fields | changed))


def an_article(n: int | None = 1, *, text: Sequence[str] | None = None, **changed: Any) -> Article:
    """Return article n of that issue; `text` is its text with marks, one string a line."""
    fields: dict[str, Any] = {
        "public_id": f"2024-03/{n}",
        "issue_key": "2024-03",
        "n": n,
        "title": f"第{n}项观测计划通过评审",
        "section": "要闻",
        "blocks": (
            Paragraph.of("学会日前组织评审，专家一致认为方案可行。"),
            Paragraph.of("项目将于下月启动。"),
        ),
        "summary": "学会日前组织评审，专家一致认为方案可行。",
        "date": None,
        "url": None,
    }
    if text is not None:
        fields["blocks"] = parse_marked_text(text)
    return Article(**(fields | changed))


def articles_of(sizes: dict[str, int]) -> list[Article]:
    """Return the given number of articles for each section, numbered consecutively."""
    names = [name for name, size in sizes.items() for _ in range(size)]
    return [an_article(n, section=name) for n, name in enumerate(names, start=1)]


class Outline(HTMLParser):
    """Parser of a page's elements; fails on elements that are not closed, or closed without being open."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, as the platform writes its pictures."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text, with the element that it stands in; a place where a line may end divides no text."""
        within = self.open[-1] if self.open else ""
        if self.tags and self.tags[-1][0] == "wbr" and self.texts and self.texts[-1][0] == within:
            data = self.texts.pop()[1] + data
        self.texts.append((within, data))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element, in order."""
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, *within: str) -> str:
        """The text of the page, or only what stands directly in the elements of these names."""
        return "".join(data for tag, data in self.texts if not within or tag in within)
