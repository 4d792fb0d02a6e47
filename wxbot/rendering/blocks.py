"""Parse an article's paragraphs into typed blocks: headings, lists, pictures, tables, and links inside a line.

The library stores an article's text as a list of strings with Markdown-like marks. Pages and drafts render the blocks,
so that only this module reads the marks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from wxbot.text import strip_controls

__all__ = [
    "Block",
    "Code",
    "Divider",
    "Heading",
    "Image",
    "ItemList",
    "Paragraph",
    "Quote",
    "Span",
    "Spans",
    "Table",
    "blocks",
    "plain",
    "spans",
    "web_address",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; with `url` (http or https only) it is a link."""

    text: str
    url: str = ""
    strong: bool = False
    code: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the article, one level below the article's title."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list; an ordered one counts from `start`, the first number that the bulletin printed."""

    ordered: bool
    start: int
    items: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation; each line is a paragraph."""

    lines: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; `url` is a web address or a path beside the bulletin, `alt` the caption."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a heading row, and rows of the same length."""

    head: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text, with its spaces and line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Divider:
    """A horizontal rule."""


Block = Heading | Paragraph | ItemList | Quote | Image | Table | Code | Divider
_Parser = Callable[[Sequence[str], int], tuple[Iterable[Block], int] | None]

_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*$")
_ITEM = re.compile(r"(?:[-*+]|(?P<number>\d{1,3})\.)\s+(?P<text>.+)$")
_QUOTE = re.compile(r">\s?(.*)$")
_FENCE = re.compile(r"(?:```|~~~)")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})$")
_DIVIDER = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_TARGET = r"(?:[^\s()<>]|\([^\s()<>]*\))+"  # an address may contain one pair of parentheses
_TITLE = r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?"
_PICTURE = re.compile(rf"!\[([^\[\]]*)\]\(\s*({_TARGET}){_TITLE}\s*\)")

_ADDRESS = r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
_INLINE = re.compile(
    r"`(?P<code>[^`]+)`"
    # Text such as [注](见附件), whose target is neither an address nor a path, is prose and not a link.
    rf"|\[(?P<text>[^\[\]]*)\]\(\s*(?=https?:|mailto:|[#./])(?P<target>{_TARGET}){_TITLE}\s*\)"
    rf"|<(?P<angled>{_ADDRESS})>"
    rf"|(?P<bare>{_ADDRESS})",
    re.IGNORECASE,
)
# The length is bounded: otherwise text with many unpaired stars would take quadratic time.
_STRONG = re.compile(r"\*\*(?=\S)(.{1,300}?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.{1,300}?)(?<=\S)__(?!\w)")
_WEB = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
# Characters of an address that are not escaped; quotes and angle brackets always are.
_SAFE_IN_ADDRESS = "%-._~:/?#[]@!$&()*+,;="


def blocks(paragraphs: Iterable[str]) -> tuple[Block, ...]:
    """Parse the text of an article into blocks, in order; what has no known mark is a paragraph."""
    lines = [line.rstrip() for text in paragraphs for line in strip_controls(text).splitlines()]
    found: list[Block] = []
    at = 0
    while at < len(lines):
        for parse in _PARSERS:
            if (taken := parse(lines, at)) is not None:
                found.extend(taken[0])
                at = taken[1]
                break
    return tuple(found)


def spans(text: str) -> Spans:
    """Split one line into runs of text: plain, strong, code and links.

    `[text](url)`, `<url>` and bare web addresses become links.
    """
    found: list[Span] = []
    at = 0
    for strong in _STRONG.finditer(text):
        found += _split_links(text[at : strong.start()])
        inner = next(filter(None, strong.groups()))
        found += [replace(span, strong=True) for span in _split_links(inner)]
        at = strong.end()
    found += _split_links(text[at:])
    return tuple(found)


def plain(line: Spans) -> str:
    """Return the text of a line without its styles."""
    return "".join(span.text for span in line)


def web_address(url: str) -> str:
    """Return an address escaped for use in a page; "" for everything but http and https addresses."""
    return quote(url, safe=_SAFE_IN_ADDRESS) if _WEB.match(url) else ""


def _split_links(text: str) -> Iterator[Span]:
    """Yield the runs of a text without strong marks."""
    at = 0
    for mark in _INLINE.finditer(text):
        if at < mark.start():
            yield Span(text[at : mark.start()])
        span, at = _span_of(mark)
        yield span
    if at < len(text):
        yield Span(text[at:])


def _span_of(mark: re.Match[str]) -> tuple[Span, int]:
    """Return the span that a mark stands for, and the position in the text after it."""
    if mark["code"]:
        return Span(mark["code"], code=True), mark.end()
    if mark["target"]:
        return Span(mark["text"].strip() or mark["target"], url=web_address(mark["target"])), mark.end()
    if mark["angled"]:
        return Span(mark["angled"], url=web_address(mark["angled"])), mark.end()
    url = _strip_punctuation(mark["bare"])
    return Span(url, url=web_address(url)), mark.start() + len(url)


def _strip_punctuation(url: str) -> str:
    """Return a bare address without the punctuation of the sentence around it."""
    while True:
        shorter = url.rstrip(".,;:!?'*[]")
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def _blank(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    return None if lines[at].strip() else ((), at + 1)


def _code(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    mark = _FENCE.match(lines[at].lstrip())
    if mark is None:
        return None
    for end in range(at + 1, len(lines)):
        if lines[end].strip() == mark[0]:
            return (Code("\n".join(lines[at + 1 : end])),), end + 1
    return None  # an unclosed fence is text


def _heading(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    mark = _HEADING.match(lines[at].strip())
    return None if mark is None else ((Heading(spans(mark[1])),), at + 1)


def _rule(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    return ((Divider(),), at + 1) if _RULE.match(lines[at].strip()) else None


def _items(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse a list; its items must have consecutive numbers or the same kind of mark."""
    first = _ITEM.match(lines[at].strip())
    if first is None:
        return None
    start = int(first["number"] or 1)
    items: list[Spans] = []
    while at < len(lines) and (mark := _ITEM.match(lines[at].strip())):
        expected = str(start + len(items)) if first["number"] else None
        # A number out of sequence starts a new list, so that the printed numbers are kept.
        if items and (mark["number"].lstrip("0") if mark["number"] else None) != expected:
            break
        items.append(spans(mark["text"]))
        at += 1
    return (ItemList(first["number"] is not None, start, tuple(items)),), at


def _quote(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse consecutive lines with `>` as one quotation."""
    quoted: list[Spans] = []
    end = at
    while end < len(lines) and (mark := _QUOTE.match(lines[end].strip())):
        if mark[1].strip():
            quoted.append(spans(mark[1].strip()))
        end += 1
    if end == at:
        return None
    return ((Quote(tuple(quoted)),) if quoted else ()), end


def _table(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse a table: a heading row, a divider row, and rows of any length."""
    if "|" not in lines[at] or at + 1 >= len(lines) or "|" not in lines[at + 1]:
        return None
    if not _DIVIDER.match(lines[at + 1].strip()):
        return None
    head = _cells(lines[at])
    end = at + 2
    rows: list[tuple[Spans, ...]] = []
    while end < len(lines) and "|" in lines[end]:
        row = _cells(lines[end])
        rows.append((row + ((),) * len(head))[: max(len(head), len(row))])
        end += 1
    wide = max(len(row) for row in [head, *rows])
    padded = tuple(row + ((),) * (wide - len(row)) for row in rows)
    return (Table(head + ((),) * (wide - len(head)), padded),), end


def _cells(line: str) -> tuple[Spans, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(spans(cell.strip()) for cell in inner.split("|"))


def _running_text(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse a paragraph; a picture inside it becomes a block between the text before and after it."""
    found: list[Block] = []
    line, done = lines[at].strip(), 0
    for mark in _PICTURE.finditer(line):
        found += _paragraph(line[done : mark.start()])
        found.append(Image(mark[2], mark[1].strip()))
        done = mark.end()
    found += _paragraph(line[done:])
    return found, at + 1


def _paragraph(text: str) -> Iterator[Block]:
    if text.strip():
        yield Paragraph(spans(text.strip()))


_PARSERS: tuple[_Parser, ...] = (_blank, _code, _heading, _rule, _items, _quote, _table, _running_text)
