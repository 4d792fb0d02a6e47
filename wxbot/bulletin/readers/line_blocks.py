"""Turn the lines inside a table's cell or a note into blocks.

Inside these nothing is a title or a section, so that no parser has to choose roles.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from wxbot.bulletin.blocks import Block, Blocks, Heading, Item, ItemList, Paragraph, Quote, Span
from wxbot.bulletin.model import Line

__all__ = ["line_blocks"]

_NUMBER = re.compile(r"[0-9]{1,9}(?![0-9])")


def line_blocks(lines: Sequence[Line]) -> Blocks:
    """Return the blocks of lines; nested quotations become one."""
    found: list[Block] = []
    for quoted, group in groupby(lines, key=lambda line: line.quote > 0):
        blocks = _flat_blocks(tuple(group))
        found += [Quote(blocks)] if quoted else blocks
    return tuple(found)


def _flat_blocks(lines: Sequence[Line]) -> Blocks:
    """Return the blocks of lines of one depth of quotation."""
    found: list[Block] = []
    for listed, group in groupby(lines, key=lambda line: line.item is not None):
        same = list(group)
        found += _lists(same) if listed else map(_block, same)
    return tuple(found)


def _block(line: Line, label: str = "") -> Block:
    """Return one line as a block, without the label of its list entry."""
    if line.block is not None:
        return line.block
    spans = line.spans or (Span(line.text),)
    if label and spans[0].text.startswith(label):
        rest = replace(spans[0], text=spans[0].text[len(label) :])
        spans = (rest, *spans[1:]) if rest.text else spans[1:]
    return Heading(spans, line.level) if line.level else Paragraph(spans, line.align)


def _lists(lines: Sequence[Line]) -> list[Block]:
    """Return the lists that entries form; a deeper list is a block of the entry above it."""
    found: list[Block] = []
    top = min((line.item.depth for line in lines if line.item), default=1)
    entries: list[list[Line]] = []
    for line in lines:
        item = line.item
        opens = item is not None and item.depth <= top and (bool(item.label) or not entries)
        if opens or not entries:
            entries.append([line])
        else:
            entries[-1].append(line)
    ordered: list[tuple[bool, Item]] = []
    for first, *rest in entries:
        item = first.item
        label = item.label if item is not None else ""
        below = [line for line in rest if line.item is not None and line.item.depth > top]
        beside = [line for line in rest if line.item is None or line.item.depth <= top]
        inside = (_block(first, label), *map(_block, beside), *(_lists(below) if below else ()))
        ordered.append((item is not None and item.ordered, Item(inside, label.strip())))
    for is_ordered, group in groupby(ordered, key=lambda entry: entry[0]):
        items = tuple(item for _, item in group)
        number = _NUMBER.match(items[0].label) if is_ordered else None
        found.append(ItemList(items, is_ordered, int(number[0]) if number else 1))
    return found
