"""Tell a table from page layout, and build the table from the lines of its cells."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from wxbot.bulletin.blocks import Cell, Paragraph, Spans, Table, paragraphs
from wxbot.bulletin.line_text import LineEnd, columns, line_end
from wxbot.bulletin.readers.html_draft import PageLine
from wxbot.bulletin.readers.line_blocks import line_blocks

__all__ = ["CellLines", "is_code", "table_of", "table_text"]

# An lxml element; lxml ships no types.
Element = Any

_MAX_SPAN = 200
"""Columns or rows that a cell covers, at most."""

_MAX_DEPTH = 3
"""Tables inside tables, at most; those around them lay out the page."""

_LONG = 120
"""Columns from which a cell holds text rather than a value."""

_VERY_LONG = 1200
_STATED_WIDTH = re.compile(
    r"(?<![\w-])border(?:-(?:top|left|bottom|right))?\s*:\s*(?!0|none|medium none|unset)\S"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_CODE_NAME = re.compile(r"\b(?:code|hljs|highlight|prettyprint|prism|language-|lang-|brush)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellLines:
    """A cell that was read: its element, the lines in it, and how they are set."""

    element: Element
    lines: tuple[PageLine, ...]
    align: Literal["", "center", "right"] = ""

    @property
    def width(self) -> int:
        """Columns of the cell's text."""
        return sum(columns(found.line.text) for found in self.lines if not found.line.drop_reason)


def table_of(
    element: Element, rows: Sequence[Sequence[CellLines]], caption: Spans, *, depth: int
) -> Table | None:
    """Return the table that an element is; None where it only lays out the page.

    `depth` counts the tables around it.
    """
    full = [row for row in rows if row]
    if depth >= _MAX_DEPTH or not full or _is_layout(element, full, bool(caption)):
        return None
    head = element.find("thead")
    in_head = set(head.iter("tr")) if head is not None else set()
    built = []
    for index, row in enumerate(full):
        is_head = row[0].element.getparent() in in_head
        built.append(tuple(_cell(cell, len(full) - index, is_head=is_head) for cell in row))
    return Table(tuple(built), caption)


def table_text(table: Table) -> str:
    """Return a table as the plain text of its line."""
    return "\n".join(paragraphs((table,)))


def _cell(cell: CellLines, rows_left: int, *, is_head: bool) -> Cell:
    """Return one cell with its content as blocks; bold type in a header is the header's own."""
    lines = [found.line for found in cell.lines if not found.line.drop_reason]
    header = is_head or cell.element.tag == "th"
    if header:
        lines = [
            replace(line, spans=tuple(replace(span, bold=False) for span in line.spans), align="")
            for line in lines
        ]
    blocks = tuple(
        replace(block, align="") if isinstance(block, Paragraph) else block for block in line_blocks(lines)
    )
    return Cell(
        blocks,
        header,
        _span(cell.element, "colspan", _MAX_SPAN),
        _span(cell.element, "rowspan", rows_left),
        cell.align,
    )


def _span(element: Element, name: str, most: int) -> int:
    """Return the columns or rows that a cell covers."""
    text = element.get(name, "").strip()
    if not (text.isascii() and text.isdecimal()):
        return 1
    stated = int(text) if len(text) <= 6 else most
    # A rowspan of 0 reaches to the last row.
    return min(stated or (most if name == "rowspan" else 1), most)


def _is_layout(element: Element, rows: Sequence[Sequence[CellLines]], has_caption: bool) -> bool:
    """Tell if a table only places text on the page."""
    cells = [cell for row in rows for cell in row]
    filled = [cell for cell in cells if cell.width or any(found.line.block for found in cell.lines)]
    holds_headings = any(found.line.level for cell in filled for found in cell.lines)
    if element.get("role") in {"presentation", "none"} or not filled or holds_headings:
        return True
    if has_caption or any(cell.element.tag == "th" for cell in cells):
        return False
    has_border = _has_border(element, filled)
    if len(filled) == 1 or all(len(row) == 1 for row in rows) or (len(rows) == 1 and not has_border):
        return True
    if not has_border and _holds_pictures_or_tables(filled):
        return True
    prose = sum(map(_is_prose, filled))
    return any(cell.width > _VERY_LONG for cell in filled) or prose * (2 if has_border else 3) > len(filled)


def _is_prose(cell: CellLines) -> bool:
    """Tell if a cell holds running text: long sentences, or several paragraphs of which one is a sentence."""
    texts = [found.line.text for found in cell.lines if not found.line.drop_reason]
    sentences = [text for text in texts if columns(text) > _LONG // 3 and line_end(text) is LineEnd.STOP]
    return bool(sentences) and (cell.width > _LONG or len(texts) > 1)


def _has_border(element: Element, cells: Iterable[CellLines]) -> bool:
    """Tell if lines are drawn around the cells."""
    if element.get("border", "0").strip() not in {"", "0"}:
        return True
    styled = [element, *(cell.element for cell in list(cells)[:20])]
    return any(_STATED_WIDTH.search(one.get("style", "").lower()) for one in styled)


def _holds_pictures_or_tables(cells: Sequence[CellLines]) -> bool:
    """Tell if half of the cells hold a picture or a table beside or in place of a value."""
    holding = sum(any(found.line.block is not None for found in cell.lines) for cell in cells)
    return holding * 2 >= len(cells)


def is_code(element: Element) -> bool:
    """Tell if preformatted text is code, and not a text whose line ends are kept."""
    names = " ".join(one.get("class", "") for one in (element, *element.iterchildren("code")))
    if next(element.iterchildren("code"), None) is not None or _CODE_NAME.search(names):
        return True
    if any(True for _ in element.iter("a", "img", "table", "p", "h1", "h2", "h3")):
        return False
    text = "".join(element.itertext())
    return len(_HAN.findall(text)) * 2 < len("".join(text.split())) or "。" not in text
