"""Read a web page: its blocks as lines, for example an article saved from the official account."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from wxbot.bulletin.line_text import clean, columns
from wxbot.bulletin.model import Line
from wxbot.errors import BulletinError

__all__ = ["lines"]

PICTURE = "picture"

_MAX_CELL = 60
"""Columns of a table cell, at most; longer cells are page layout, not a table."""

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
_IGNORED = frozenset(
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
class _BlockDraft:
    """The block that is being read."""

    at: int = 0
    text: str = ""
    bold: int = 0
    level: int = 0
    below_rule: bool = False
    marker: str = ""
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    anchor: str = ""


def lines(text: str, file: str) -> tuple[Line, ...]:
    """Return the blocks of a page; `at` is the line of the source on which each begins.

    Raises BulletinError for a page without text.
    """
    try:
        root = lxml_html.document_fromstring(_DECLARATION.sub("", text))
    except (etree.ParserError, ValueError):
        raise BulletinError(
            f"{file} 里没有网页", file=file, remedy="请另存为完整的网页，或文本文件。"
        ) from None
    draft = _BlockDraft()
    found = [*_walk(root, draft, False), *_flush(draft)]
    if not any(line.text for line in found):
        raise BulletinError(f"{file} 里没有文字", file=file, remedy="请另存为完整的网页，或文本文件。")
    return tuple(found)


def _walk(element: lxml_html.HtmlElement, draft: _BlockDraft, bold: bool) -> Iterator[Line]:
    """Yield the blocks of an element in order; text after the last complete block stays in `draft`."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _IGNORED or _is_hidden(element):
        return
    if tag == "tr":
        yield from _flush(draft)
        yield from _row([list(_cell(cell)) for cell in element])
        return
    block = tag in _BLOCKS
    if block:
        yield from _flush(draft)
        draft.level = _HEADINGS.get(tag, draft.level if tag not in _BLOCKS else 0)
        draft.marker = _list_marker(element) if tag == "li" else draft.marker
        draft.below_rule = draft.below_rule or tag == "hr"
    bold = bold or tag in _BOLD or _HEAVY.search(element.get("style", "")) is not None
    if tag == "br":
        yield from _flush(draft)
    elif (
        tag == "img"
        and (source := element.get("data-src") or element.get("src"))
        and not _SCRIPT.match(source)
    ):
        draft.images.append(source)
    before = len(draft.text)
    _append_text(draft, element, element.text, bold)
    for child in element:
        yield from _walk(child, draft, bold)
        _append_text(draft, element, child.tail, bold)
    if tag == "a" and (address := element.get("href", "")).startswith(("http://", "https://")):
        draft.links.append(address)
        draft.anchor = draft.anchor or clean(draft.text[before:])
    if block:
        yield from _flush(draft)


def _cell(cell: lxml_html.HtmlElement) -> Iterator[Line]:
    """Yield the blocks of one cell of a table."""
    draft = _BlockDraft()
    yield from _walk(cell, draft, False)
    yield from _flush(draft)


def _row(cells: list[list[Line]]) -> Iterator[Line]:
    """Yield a row as one line; for page layout without a real table, the blocks of its cells."""
    full = [cell for cell in cells if cell]
    if len(full) < 2 or any(
        len(cell) > 1 or cell[0].drop_reason or columns(cell[0].text) > _MAX_CELL for cell in full
    ):
        yield from (line for cell in full for line in cell)
        return
    lines = [cell[0] for cell in full]
    yield Line(
        lines[0].at,
        " ".join(line.text for line in lines),
        complete=True,
        table_row=True,
        links=tuple(link for line in lines for link in line.links),
        images=tuple(image for line in lines for image in line.images),
    )


def _append_text(draft: _BlockDraft, element: lxml_html.HtmlElement, text: str | None, bold: bool) -> None:
    """Append an element's own text to the block."""
    if not text:
        return
    if text.strip() and not draft.text.strip():
        draft.at = element.sourceline or draft.at
    draft.text += text
    draft.bold += len("".join(text.split())) if bold else 0


def _flush(draft: _BlockDraft) -> Iterator[Line]:
    """Yield the block as one line and reset the draft; a picture alone becomes a dropped line that keeps its image."""
    text = clean(draft.text)
    images, links = tuple(draft.images), tuple(draft.links)
    if text:
        yield Line(
            max(draft.at, 1),
            f"{draft.marker}{text}",
            level=draft.level,
            bold=draft.bold * 2 > len("".join(text.split())),
            below_rule=draft.below_rule,
            complete=True,
            links=links,
            images=images,
            anchor=draft.anchor,
        )
    elif images:
        yield Line(max(draft.at, 1), "", images=images, drop_reason=PICTURE)
    if text or images:
        draft.below_rule, draft.marker = False, ""
    draft.text, draft.bold, draft.level, draft.anchor = "", 0, 0, ""
    draft.links, draft.images = [], []


def _list_marker(item: lxml_html.HtmlElement) -> str:
    """Return what a browser prints before an entry of a list."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "- "
    before = sum(1 for _ in item.itersiblings("li", preceding=True))
    start = parent.get("start", "1")
    return f"{(int(start) if start.isdecimal() else 1) + before}. "


def _is_hidden(element: lxml_html.HtmlElement) -> bool:
    """Tell if a browser hides an element; the text of WeChat's pages, which a script reveals, counts as visible."""
    if element.get("id") == "js_content":
        return False
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style", "")) is not None
