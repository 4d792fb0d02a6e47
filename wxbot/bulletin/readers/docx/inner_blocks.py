"""Turn the lines inside a cell or a note into blocks: nothing there is a title or a section."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from wxbot.bulletin.blocks import Block, Blocks, Heading, Item, ItemList, Paragraph, Quote, Span
from wxbot.bulletin.model import Line

__all__ = ["inner_blocks"]

_NUMBER = re.compile(r"[0-9]{1,9}(?![0-9])")


def inner_blocks(lines: Sequence[Line]) -> Blocks:
    """Return the blocks of lines; nested quotations become one."""
    found: list[Block] = []
    for is_quote, quoted in groupby(lines, key=lambda line: line.quote > 0):
        blocks: list[Block] = []
        for is_list, group in groupby(quoted, key=lambda line: line.item is not None):
            inside = list(group)
            blocks += _lists(inside) if is_list else map(_block, inside)
        found += [Quote(tuple(blocks))] if is_quote else blocks
    return tuple(found)


def _block(line: Line) -> Block:
    """Return one line as a block, without the label of its list entry."""
    if line.block is not None:
        return line.block
    label = line.item.label if line.item is not None else ""
    spans = line.spans or (Span(line.text),)
    if label and spans[0].text.startswith(label):
        rest = replace(spans[0], text=spans[0].text[len(label) :])
        spans = (rest, *spans[1:]) if rest.text else spans[1:]
    return Heading(spans, line.level) if line.level else Paragraph(spans, line.align)


def _lists(lines: Sequence[Line]) -> list[ItemList]:
    """Return the lists that entries form; deeper entries are a list inside the entry above them."""
    top = min((line.item.depth for line in lines if line.item), default=1)
    entries: list[list[Line]] = []
    for line in lines:
        if not entries or (line.item is not None and line.item.depth <= top and line.item.label):
            entries.append([line])
        else:
            entries[-1].append(line)
    found: list[ItemList] = []
    for is_ordered, group in groupby(
        entries, key=lambda entry: bool(entry[0].item and entry[0].item.ordered)
    ):
        items = tuple(_item(entry, top) for entry in group)
        number = _NUMBER.match(items[0].label) if is_ordered else None
        found.append(ItemList(items, is_ordered, int(number[0]) if number else 1))
    return found


def _item(entry: Sequence[Line], depth: int) -> Item:
    """Return an entry: its own lines, and the list of the deeper lines below them."""
    own = [line for line in entry if line is entry[0] or line.item is None or line.item.depth <= depth]
    deeper = [line for line in entry[1:] if line.item is not None and line.item.depth > depth]
    label = entry[0].item.label.strip() if entry[0].item is not None else ""
    return Item((*map(_block, own), *(_lists(deeper) if deeper else ())), label)
