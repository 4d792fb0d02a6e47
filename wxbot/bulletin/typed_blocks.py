"""Build the typed content of an article from its lines: paragraphs, headings, lists, tables, pictures, quotations.

Lines that were wrapped are joined with their styles. Entries that the format states nest by their depth; entries that
are only printed with a number or bullet nest by the order in which their kinds of markers appear.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wxbot.bulletin import line_text
from wxbot.bulletin.blocks import (
    Block,
    Blocks,
    Heading,
    Item,
    ItemList,
    Paragraph,
    Picture,
    Quote,
    Span,
    Spans,
    Table,
)
from wxbot.bulletin.captions import captioned_lines
from wxbot.bulletin.line_text import Marker, leading_marker, needs_space
from wxbot.bulletin.model import Line, Role

__all__ = ["LineBlock", "block_spans", "build_blocks", "strip_prefix"]

_URL = re.compile(r"https?://[!#-&(-;=?-\[\]_a-z~]+(?<![.,;:!?)\]])", re.IGNORECASE)
_LIST_MARKERS = {"dash", "glyph", "（1）", "（一）", "①", "❶", "⑴", "1）", "1.", "1、", "1．", "1，", "一、"}
_DEEPEST_QUOTE = 20
"""Depth of nested quotations, at most; deeper ones count as this depth."""

_DEEPEST_LIST = 20
"""Depth of nested lists, at most; entries of deeper ones belong to a list of this depth."""


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines of one title, paragraph, list entry, heading or section name."""

    role: Role
    lines: tuple[Line, ...]
    index: int
    """Position of the first line in the body; the two parts of a run-in title share a source line, but not this."""

    rank: int = 0
    """Rank of a heading among the kinds of headings of the document, from 1 for the highest; 0 for text."""

    @property
    def at(self) -> int:
        """Number of the first line in the source."""
        return self.lines[0].at

    @property
    def text(self) -> str:
        """Text of the block: its lines, joined."""
        return line_text.join_lines([line.text for line in self.lines])


def block_spans(lines: Sequence[Line]) -> Spans:
    """Return the text of lines that were wrapped, joined, with its styles."""
    found: list[Span] = []
    before = ""
    for line in lines:
        if before and line.text and needs_space(before, line.text):
            found.append(Span(" "))
        found += _line_spans(line)
        before = line.text or before
    return tuple(found)


def _line_spans(line: Line) -> Spans:
    """Return the text of one line with its styles."""
    if line.spans:
        return line.spans
    return (Span(line.text),) if line.text else ()


def strip_prefix(spans: Spans, prefix: str) -> Spans:
    """Return spans without the characters of a prefix, which may reach over several of them, and blanks after it."""
    left = sum(not char.isspace() for char in prefix)
    found: list[Span] = []
    for span in spans:
        if found:
            found.append(span)
            continue
        start = 0
        while start < len(span.text) and (left or span.text[start].isspace()):
            left -= not span.text[start].isspace()
            start += 1
        if start < len(span.text):
            found.append(replace(span, text=span.text[start:]))
    return tuple(found)


def build_blocks(body: Sequence[LineBlock]) -> Blocks:
    """Return the typed content that the blocks of lines of one article form."""
    captions = captioned_lines([block.lines[0] for block in body])
    owners = {owner: caption for caption, owner in captions.items()}
    ranks = sorted({block.rank for block in body if block.role is Role.HEADING})
    return tuple(_group_content(body, [i for i in range(len(body)) if i not in captions], owners, ranks))


def _group_content(
    body: Sequence[LineBlock], order: Sequence[int], captions: Mapping[int, int], ranks: Sequence[int]
) -> Iterator[Block]:
    """Yield the content of the blocks at these positions; neighbours that form a quotation or list stand in one."""
    group: list[int] = []
    kind = ""
    for position in [*order, None]:
        block = body[position] if position is not None else None
        new = _group_kind(block, kind) if block else ""
        if group and new != kind:
            yield from _close_group(kind, [body[i] for i in group])
            group = []
        kind = new
        if block is None or position is None:
            return
        if kind:
            group.append(position)
        else:
            caption = captions.get(position)
            yield from _single(block, body[caption] if caption is not None else None, ranks)


def _group_kind(block: LineBlock, before: str) -> str:
    """Return the kind of group that a block belongs to: a quotation, a list, or none."""
    first = block.lines[0]
    if first.quote:
        return "quote"
    if first.item:
        starts = bool(first.item.label) or before == "list"
        return "list" if starts else ""
    if first.block is not None:
        return ""
    return "entries" if _entry_marker(block) else ""


def _entry_marker(block: LineBlock) -> Marker | None:
    """Return the marker of an entry that is only printed as one; None for other blocks."""
    if block.role is not Role.ENTRY:
        return None
    found = leading_marker(block.text)
    return found if found.kind in _LIST_MARKERS else None


def _close_group(kind: str, body: Sequence[LineBlock]) -> Iterator[Block]:
    """Yield a quotation or a list of the blocks of one group."""
    if kind == "quote":
        inside = [_less_quoted(block) for block in body]
        yield Quote(build_blocks(inside))
    elif kind == "list":
        yield from _stated_list(body)
    else:
        yield from _printed_lists(body)


def _less_quoted(block: LineBlock) -> LineBlock:
    """Return a block of a quotation one level further out."""
    lines = tuple(replace(line, quote=min(line.quote, _DEEPEST_QUOTE) - 1) for line in block.lines)
    return replace(block, lines=lines)


@dataclass(slots=True)
class _OpenList:
    """A list that is being built: its entries so far, each with its label and its blocks."""

    key: object
    ordered: bool
    start: int = 1
    entries: list[tuple[str, list[Block]]] = field(default_factory=list)

    def close(self) -> ItemList:
        """Return the list as a block."""
        items = tuple(Item(tuple(blocks), label) for label, blocks in self.entries)
        return ItemList(items, self.ordered, self.start)


def _stated_list(body: Sequence[LineBlock]) -> Iterator[Block]:
    """Yield the lists that entries with a stated depth form."""
    stack: list[_OpenList] = []
    for block in body:
        first = block.lines[0]
        item = first.item
        if item is None:
            continue
        depth = min(item.depth, _DEEPEST_LIST)
        while stack and (
            stack[-1].key > depth  # type: ignore[operator]
            or (item.label and stack[-1].key == depth and stack[-1].ordered != item.ordered)
        ):
            yield from _close_innermost(stack)
        if item.label or not stack:
            if not stack or stack[-1].key != depth:
                stack.append(_OpenList(depth, item.ordered, leading_marker(block.text).value or 1))
            stack[-1].entries.append((item.label.strip(), []))
        elif stack[-1].key != depth:
            # A further paragraph of an outer entry: the inner lists in between are closed already.
            stack[-1].entries[-1][1].extend(_entry_content(block, ""))
            continue
        stack[-1].entries[-1][1].extend(_entry_content(block, item.label))
    while stack:
        yield from _close_innermost(stack)


def _close_innermost(stack: list[_OpenList]) -> Iterator[ItemList]:
    """Close the innermost list: it becomes a block of the entry around it, or is yielded where there is none."""
    closed = stack.pop().close()
    if stack:
        stack[-1].entries[-1][1].append(closed)
    else:
        yield closed


def _entry_content(block: LineBlock, label: str) -> Iterator[Block]:
    """Yield the content of one entry without its label."""
    first = block.lines[0]
    if first.block is not None:
        yield first.block
        return
    spans = strip_prefix(block_spans(block.lines), label) if label else block_spans(block.lines)
    if spans:
        yield Paragraph(tuple(link_addresses(spans)))


def _printed_lists(body: Sequence[LineBlock]) -> Iterator[Block]:
    """Yield the lists of entries that are printed with a marker; a kind of marker seen further out ends inner lists."""
    stack: list[_OpenList] = []
    last: list[int | None] = []
    for block in body:
        found = leading_marker(block.text)
        kinds = [one.key for one in stack]
        if found.kind in kinds:
            while stack[-1].key != found.kind:
                last.pop()
                yield from _close_innermost(stack)
            if found.value is not None and found.value != (last[-1] or 0) + 1:
                last.pop()
                yield from _close_innermost(stack)
        if not stack or stack[-1].key != found.kind:
            stack.append(_OpenList(found.kind, found.value is not None, found.value or 1))
            last.append(None)
        last[-1] = found.value
        stack[-1].entries.append((found.sign, list(_entry_content(block, found.sign))))
    while stack:
        yield from _close_innermost(stack)


def _single(block: LineBlock, caption: LineBlock | None, ranks: Sequence[int]) -> Iterator[Block]:
    """Yield the content of a block that stands alone, with the caption that belongs to it."""
    first = block.lines[0]
    if first.block is not None:
        content = first.block
        if caption is not None and isinstance(content, Picture | Table):
            content = replace(content, caption=block_spans(caption.lines))
        yield content
    else:
        spans = block_spans(block.lines)
        if block.role is Role.HEADING:
            yield _heading(block, spans, ranks)
        elif spans:
            yield Paragraph(tuple(link_addresses(spans)), first.align)


def _heading(block: LineBlock, spans: Spans, ranks: Sequence[int]) -> Heading:
    """Return a heading inside an article; its level is its rank among the headings of the article."""
    found = leading_marker(block.text)
    if found.kind == "#":
        spans = strip_prefix(spans, found.sign)
        last = spans[-1]
        spans = (*spans[:-1], replace(last, text=last.text.rstrip("# ") or last.text))
    return Heading(tuple(replace(span, bold=False) for span in spans), ranks.index(block.rank) + 1)


def link_addresses(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans with each web address that is printed in them as a link."""
    for span in spans:
        if span.url or span.code or "://" not in span.text:
            yield span
            continue
        done = 0
        for found in _URL.finditer(span.text):
            if done < found.start():
                yield replace(span, text=span.text[done : found.start()])
            yield replace(span, text=found[0], url=found[0])
            done = found.end()
        if done < len(span.text):
            yield replace(span, text=span.text[done:])
