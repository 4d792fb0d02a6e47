"""Web pages: the blocks of a page as lines, such as an article saved from the account's own pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import tidy, width
from wxbot.errors import BulletinError

__all__ = ["lines"]

PICTURE = "picture"

_WIDEST_CELL = 60
"""Columns of a cell of a table; what is longer is text set beside other text."""

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    }
)
_UNSEEN = frozenset(
    {
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "svg",
        "button",
        "input",
        "select",
        "textarea",
        "object",
    }
)
_HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
_BOLD = {"b", "strong"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEAVY = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*(?:javascript|vbscript)\s*:", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(slots=True)
class _Open:
    """The block that is being read."""

    at: int = 0
    text: str = ""
    bold: int = 0
    level: int = 0
    ruled: bool = False
    sign: str = ""
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    anchor: str = ""


def lines(text: str, file: str) -> tuple[Line, ...]:
    """The blocks of a page; `at` is the line of the source on which each begins.

    BulletinError for a page without any text.
    """
    try:
        root = lxml_html.document_fromstring(_DECLARATION.sub("", text))
    except (etree.ParserError, ValueError):
        raise BulletinError(
            f"{file} 里没有网页", file=file, remedy="请另存为完整的网页，或文本文件。"
        ) from None
    held = _Open()
    found = [*_walk(root, held, False), *_flush(held)]
    if not any(line.text for line in found):
        raise BulletinError(f"{file} 里没有文字", file=file, remedy="请另存为完整的网页，或文本文件。")
    return tuple(found)


def _walk(element: lxml_html.HtmlElement, held: _Open, bold: bool) -> Iterator[Line]:
    """An element's blocks, in order; what stands after the last of them stays in `held`."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN or _is_hidden(element):
        return
    if tag == "tr":
        yield from _flush(held)
        yield from _row([list(_cell(cell)) for cell in element])
        return
    block = tag in _BLOCKS
    if block:
        yield from _flush(held)
        held.level = _HEADINGS.get(tag, held.level if tag not in _BLOCKS else 0)
        held.sign = _sign(element) if tag == "li" else held.sign
        held.ruled = held.ruled or tag == "hr"
    bold = bold or tag in _BOLD or _HEAVY.search(element.get("style", "")) is not None
    if tag == "br":
        yield from _flush(held)
    elif (
        tag == "img"
        and (source := element.get("data-src") or element.get("src"))
        and not _SCRIPT.match(source)
    ):
        held.images.append(source)
    before = len(held.text)
    _say(held, element, element.text, bold)
    for child in element:
        yield from _walk(child, held, bold)
        _say(held, element, child.tail, bold)
    if tag == "a" and (address := element.get("href", "")).startswith(("http://", "https://")):
        held.links.append(address)
        held.anchor = held.anchor or tidy(held.text[before:])
    if block:
        yield from _flush(held)


def _cell(cell: lxml_html.HtmlElement) -> Iterator[Line]:
    """The blocks of one cell of a table."""
    held = _Open()
    yield from _walk(cell, held, False)
    yield from _flush(held)


def _row(cells: list[list[Line]]) -> Iterator[Line]:
    """A row as one line; the blocks of its cells where these are parts of a page and no table."""
    full = [cell for cell in cells if cell]
    if len(full) < 2 or any(
        len(cell) > 1 or cell[0].why or width(cell[0].text) > _WIDEST_CELL for cell in full
    ):
        yield from (line for cell in full for line in cell)
        return
    lines = [cell[0] for cell in full]
    yield Line(
        lines[0].at,
        " ".join(line.text for line in lines),
        whole=True,
        row=True,
        links=tuple(link for line in lines for link in line.links),
        images=tuple(image for line in lines for image in line.images),
    )


def _say(held: _Open, element: lxml_html.HtmlElement, text: str | None, bold: bool) -> None:
    """Add an element's own text to the block."""
    if not text:
        return
    if text.strip() and not held.text.strip():
        held.at = element.sourceline or held.at
    held.text += text
    held.bold += len("".join(text.split())) if bold else 0


def _flush(held: _Open) -> Iterator[Line]:
    """The block so far as one line; a picture alone is no text, but belongs to the article."""
    text = tidy(held.text)
    images, links = tuple(held.images), tuple(held.links)
    if text:
        yield Line(
            max(held.at, 1),
            f"{held.sign}{text}",
            level=held.level,
            bold=held.bold * 2 > len("".join(text.split())),
            ruled=held.ruled,
            whole=True,
            links=links,
            images=images,
            anchor=held.anchor,
        )
    elif images:
        yield Line(max(held.at, 1), "", images=images, why=PICTURE)
    if text or images:
        held.ruled, held.sign = False, ""
    held.text, held.bold, held.level, held.anchor = "", 0, 0, ""
    held.links, held.images = [], []


def _sign(item: lxml_html.HtmlElement) -> str:
    """What a browser prints before an entry of a list."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "- "
    before = sum(1 for _ in item.itersiblings("li", preceding=True))
    start = parent.get("start", "1")
    return f"{(int(start) if start.isdecimal() else 1) + before}. "


def _is_hidden(element: lxml_html.HtmlElement) -> bool:
    """Whether a browser shows nothing of an element; WeChat's pages hide their text until a script has run."""
    if element.get("id") == "js_content":
        return False
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style", "")) is not None
