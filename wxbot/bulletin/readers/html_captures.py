"""Put together what is collected apart from the lines around it: tables, figures, captions, notes and code."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wxbot.bulletin.blocks import Blocks, Code, Picture, Span, Spans, Table
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.html_draft import PageLine
from wxbot.bulletin.readers.html_notes import without_mark
from wxbot.bulletin.readers.html_tables import CellLines, table_of, table_text
from wxbot.bulletin.readers.line_blocks import line_blocks
from wxbot.bulletin.readers.styled_text import spans_text

__all__ = ["Capture", "caption_spans", "code_lines", "figure_lines", "note_blocks", "table_lines"]

# An lxml element; lxml ships no types.
Element = Any


@dataclass(slots=True)
class Capture:
    """An element whose lines are collected apart: a table, a cell, a caption, a figure, a note or a code block.

    Attributes
    ----------
    element, kind : the element, and what it is
    lines : the lines collected so far
    rows : the rows of a table
    caption, is_above : the caption of a table or figure, and whether it stands above the figure's content
    label : label of a note
    code : text of a code block in pieces
    entries : number of lists' entries that were open around the element
    """

    element: Element
    kind: str
    lines: list[PageLine] = field(default_factory=list)
    rows: list[list[CellLines]] = field(default_factory=list)
    caption: Spans = ()
    is_above: bool = False
    label: str = ""
    code: list[str] = field(default_factory=list)
    entries: int = 0

    @property
    def at(self) -> int:
        """Line of the source on which the element begins."""
        return max(self.element.sourceline or 1, 1)

    @property
    def text_lines(self) -> list[Line]:
        """The collected lines that are not left out."""
        return [found.line for found in self.lines if not found.line.drop_reason]

    @property
    def left_out_lines(self) -> list[PageLine]:
        """The collected lines that are left out."""
        return [found for found in self.lines if found.line.drop_reason]

    def end_code_line(self) -> None:
        """End a line of code where its element ends."""
        if self.code and not self.code[-1].endswith("\n"):
            self.code.append("\n")

    def add_cell(self, cell: CellLines) -> None:
        """Add a cell to the last row of a table."""
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append(cell)


def caption_spans(lines: Sequence[Line]) -> Spans:
    """Return the spans of a caption's lines, with a blank between two."""
    found: list[Span] = []
    for line in lines:
        if line.text:
            found += [Span(" ")] if found else []
            found += line.spans or (Span(line.text),)
    return tuple(found)


def note_blocks(capture: Capture) -> Blocks:
    """Return the content of a note without its mark."""
    return line_blocks(without_mark(capture.text_lines, capture.label))


def code_lines(capture: Capture) -> list[Line]:
    """Return a code block as one line; nothing for an empty one."""
    text = "".join(capture.code).strip("\n").rstrip()
    return [Line(capture.at, text, block=Code(text), complete=True)] if text.strip() else []


def figure_lines(capture: Capture) -> list[PageLine]:
    """Return the lines of a figure: its caption belongs to its picture or table, else it is a line of its own."""
    if not capture.caption:
        return capture.lines
    lines = list(capture.lines)
    blocks = [i for i, found in enumerate(lines) if isinstance(found.line.block, Picture | Table)]
    if len(blocks) == 1:
        found = lines[blocks[0]]
        block = found.line.block
        if isinstance(block, Picture | Table) and not block.caption:
            block = replace(block, caption=capture.caption)
            text = table_text(block) if isinstance(block, Table) else found.line.text
            lines[blocks[0]] = replace(found, line=replace(found.line, block=block, text=text))
            return lines
    caption = _caption_line(capture)
    return [*caption, *lines] if capture.is_above else [*lines, *caption]


def table_lines(capture: Capture, depth: int) -> tuple[list[PageLine], Line | None, list[PageLine]]:
    """Return what stands before a table, the table as one line, and what stands behind it.

    A table that only lays out the page is None, and the lines of its cells stand behind it. `depth` counts the
    tables around it.
    """
    cells = [found for row in capture.rows for cell in row for found in cell.lines]
    table = table_of(capture.element, capture.rows, capture.caption, depth=depth)
    if table is None:
        return [*capture.lines, *_caption_line(capture)], None, cells
    line = Line(capture.at, table_text(table), block=table, complete=True)
    return capture.lines, line, [found for found in cells if found.line.drop_reason]


def _caption_line(capture: Capture) -> list[PageLine]:
    """Return the caption as a line of its own."""
    if not capture.caption:
        return []
    text, styled = spans_text(capture.caption)
    return [PageLine(Line(capture.at, text, spans=styled, complete=True))]
