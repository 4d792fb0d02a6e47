"""Parse text with Markdown-like marks into typed blocks, as archives of other systems hold the body of an article.

Marks are understood where a person would take them for marks; other text is a paragraph, so that nothing is lost.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

from wxbot.bulletin.blocks import (
    Block,
    Blocks,
    Cell,
    Code,
    Divider,
    Heading,
    Item,
    ItemList,
    Paragraph,
    Picture,
    Quote,
    Span,
    Spans,
    Table,
    link_address,
)
from wxbot.text import strip_controls

__all__ = ["parse_marked_text", "spans"]

_Parser = Callable[["_Lines", int], tuple[Iterable[Block], int] | None]

_HEADING = re.compile(r"(#{1,6})\s+(.+)$")
_ITEM = re.compile(r"(?:[-*+]|(?P<number>\d{1,3})\.)\s+(?P<text>.+)$")
_QUOTE = re.compile(r">\s?(.*)$")
_FENCE = re.compile(r"(?:```|~~~)")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})$")
_DIVIDER = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_TARGET = r"(?:[^\s()<>]|\([^\s()<>]*\))+"  # an address may contain one pair of parentheses
_TITLE = r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?"
_PICTURE = re.compile(rf"!\[([^\[\]]*)\]\(\s*({_TARGET}){_TITLE}\s*\)")

_COLUMNS = 200  # of a table, at most; a wider one is text

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
_ALIGN: dict[tuple[bool, bool], Literal["", "center", "right"]] = {
    (True, True): "center",
    (False, True): "right",
}


class _Lines(list[str]):
    """The lines of a text; `last_fence` tells where the last line is that closes a block of code with a mark."""

    @cached_property
    def last_fence(self) -> dict[str, int]:
        # Without it each of many fences that nothing closes would be looked for to the end of the text.
        return {line.strip(): at for at, line in enumerate(self) if line.strip() in {"```", "~~~"}}


def parse_marked_text(paragraphs: Iterable[str]) -> Blocks:
    """Parse the text of an article into blocks, in order; what has no known mark is a paragraph."""
    lines = _Lines(line.rstrip() for text in paragraphs for line in strip_controls(text).splitlines())
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
        found += [replace(span, bold=True) for span in _split_links(inner)]
        at = strong.end()
    found += _split_links(text[at:])
    return tuple(found)


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
        return Span(mark["text"].strip() or mark["target"], url=link_address(mark["target"])), mark.end()
    if mark["angled"]:
        return Span(mark["angled"], url=link_address(mark["angled"])), mark.end()
    url = _strip_punctuation(mark["bare"])
    return Span(url, url=link_address(url)), mark.start() + len(url)


def _strip_punctuation(url: str) -> str:
    """Return a bare address without the punctuation of the sentence around it."""
    unpaired, end = url.count(")") - url.count("("), len(url)
    while end and (url[end - 1] in ".,;:!?'*[]" or (url[end - 1] == ")" and unpaired > 0)):
        end -= 1
        unpaired -= url[end] == ")"
    return url[:end]


def _blank(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    return None if lines[at].strip() else ((), at + 1)


def _code(lines: _Lines, at: int) -> tuple[Iterable[Block], int] | None:
    mark = _FENCE.match(lines[at].lstrip())
    if mark is None or lines.last_fence.get(mark[0], at) <= at:
        return None
    for end in range(at + 1, len(lines)):
        if lines[end].strip() == mark[0]:
            return (Code("\n".join(lines[at + 1 : end])),), end + 1
    return None  # an unclosed fence is text


def _heading(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    mark = _HEADING.match(lines[at].strip())
    # A level below the article's title, which is the first level of the page.
    if mark is None:
        return None
    text = mark[2].rstrip("#").rstrip() or "#"  # hashes may close the line, too
    return (Heading(spans(text), max(len(mark[1]) - 1, 1)),), at + 1


def _rule(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    return ((Divider(),), at + 1) if _RULE.match(lines[at].strip()) else None


def _items(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse a list; its items must have consecutive numbers or the same kind of mark."""
    first = _ITEM.match(lines[at].strip())
    if first is None:
        return None
    start = int(first["number"] or 1)
    items: list[Item] = []
    while at < len(lines) and (mark := _ITEM.match(lines[at].strip())):
        expected = str(start + len(items)) if first["number"] else None
        # A number out of sequence starts a new list, so that the printed numbers are kept.
        if items and (mark["number"].lstrip("0") if mark["number"] else None) != expected:
            break
        label = f"{int(mark['number'])}." if mark["number"] else ""
        items.append(Item((Paragraph(spans(mark["text"])),), label))
        at += 1
    return (ItemList(tuple(items), first["number"] is not None, start),), at


def _quote(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse consecutive lines with `>` as one quotation."""
    quoted: list[Paragraph] = []
    end = at
    while end < len(lines) and (mark := _QUOTE.match(lines[end].strip())):
        if mark[1].strip():
            quoted.append(Paragraph(spans(mark[1].strip())))
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
    texts = [_split_row(lines[at])]
    alignments = [_ALIGN.get((cell[:1] == ":", cell[-1:] == ":"), "") for cell in _split_row(lines[at + 1])]
    end = at + 2
    while end < len(lines) and "|" in lines[end]:
        texts.append(_split_row(lines[end]))
        end += 1
    wide = max(map(len, texts))
    if wide > _COLUMNS:  # each short row would be filled up to the width of the longest
        return None
    alignments += [""] * (wide - len(alignments))
    rows = tuple(
        tuple(
            Cell(_cell_content(text), header=n == 0, align=align)
            for text, align in zip(row + [""] * (wide - len(row)), alignments, strict=False)
        )
        for n, row in enumerate(texts)
    )
    return (Table(rows),), end


def _split_row(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in inner.split("|")]


def _cell_content(text: str) -> Blocks:
    return (Paragraph(spans(text)),) if text else ()


def _running_text(lines: Sequence[str], at: int) -> tuple[Iterable[Block], int] | None:
    """Parse a paragraph; a picture inside it becomes a block between the text before and after it."""
    found: list[Block] = []
    line, done = lines[at].strip(), 0
    for mark in _PICTURE.finditer(line):
        found += _paragraph(line[done : mark.start()])
        caption = mark[1].strip()
        found.append(Picture(url=mark[2], caption=(Span(caption),) if caption else ()))
        done = mark.end()
    found += _paragraph(line[done:])
    return found, at + 1


def _paragraph(text: str) -> Iterator[Block]:
    if text.strip():
        yield Paragraph(spans(text.strip()))


_PARSERS: tuple[_Parser, ...] = (_blank, _code, _heading, _rule, _items, _quote, _table, _running_text)
