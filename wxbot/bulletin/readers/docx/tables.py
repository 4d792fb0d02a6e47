"""Read a table of a Word file: as a table, or as lines where a page is laid out in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, Protocol, Self

from wxbot.bulletin.blocks import Block, Cell, Heading, Paragraph, Table
from wxbot.bulletin.readers.docx.drafts import DraftLine, dropped_line, table_line
from wxbot.bulletin.readers.docx.grid import TableGrid, WordCell, read_grid
from wxbot.bulletin.readers.docx.layout_tables import (
    has_column_names,
    has_heading_row,
    imprint_rows,
    is_layout,
    layout_lines,
)
from wxbot.bulletin.readers.docx.markup import Element, child, children_of, value, w
from wxbot.bulletin.readers.docx.shared import WordDocument
from wxbot.bulletin.readers.line_blocks import line_blocks

__all__ = ["TableReader"]

_COVERED = "text under a merged cell"
_FIRST_ROW = 0x20


class CellStories(Protocol):
    """Reader of the story in which a table stands, and of those in its cells."""

    @property
    def is_opening(self) -> bool:
        """Tell if a masthead may stand here."""

    def inner(self) -> Self:
        """Return a reader for a cell."""

    def read(self, elements: Iterable[Element]) -> Iterator[DraftLine]:
        """Yield the lines of block elements."""


class TableReader:
    """Reader of one table."""

    def __init__(self, story: CellStories, document: WordDocument) -> None:
        self._story = story
        self._document = document

    def read(self, table: Element) -> Iterator[DraftLine]:
        """Yield the lines of a table: one with the table as its block, or those of a layout."""
        is_opening = self._story.is_opening
        grid = read_grid(table, self._cell_lines)
        self._document.deletions += grid.deleted
        self._document.hidden += grid.hidden
        properties = child(table, "tblPr")
        if is_layout(grid, is_opening=is_opening, is_framed=_is_framed(properties)):
            yield from layout_lines(grid)
        else:
            headers = grid.headers or int(self._has_header(grid, properties))
            rows = tuple(
                tuple(_cell(cell, header=at < headers) for cell in row) for at, row in enumerate(grid.rows)
            )
            yield table_line(Table(tuple(row for row in rows if row)), imprint_rows(grid))
            left_out = (
                draft for row in grid.rows for cell in row for draft in cell.lines if not draft.is_printed
            )
            yield from left_out
        for draft in grid.covered:
            if draft.is_printed:
                yield dropped_line(draft.line.text or "［图片］", _COVERED)

    def _cell_lines(self, cell: Element) -> list[DraftLine]:
        """Return the lines of a cell."""
        self._document.count_line()
        return list(self._story.inner().read(children_of(cell)))

    def _has_header(self, grid: TableGrid, properties: Element | None) -> bool:
        """Tell if the first row is a header that no property marks: it reads like one, and is set apart."""
        look = child(properties, "tblLook")
        if not has_heading_row(grid) or (look is not None and not _marks_first_row(look)):
            return False
        first, second = grid.rows[0], grid.rows[1]
        stands_out = _is_bold(first) and not _is_bold(second)
        stands_out = stands_out or (
            all(cell.shade for cell in first) and not all(cell.shade for cell in second)
        )
        styled = self._document.styles.is_first_row_bold(value(child(properties, "tblStyle")))
        below = [cell.text for row in grid.rows[1:] for cell in row[1:]]
        has_figures = grid.width > 1 and sum(text[:1].isdigit() for text in below) * 3 >= len(below)
        return stands_out or styled or has_figures or has_column_names(first)


def _is_framed(properties: Element | None) -> bool:
    """Tell if a table has borders, or a style that may draw them."""
    borders = child(properties, "tblBorders")
    if borders is not None:
        return any(value(one, "none") not in {"none", "nil"} for one in borders.iterchildren("*"))
    return child(properties, "tblStyle") is not None


def _marks_first_row(look: Element) -> bool:
    """Tell if the first row of a table is meant to stand out."""
    stated = look.get(w("firstRow"))
    if stated is not None:
        return stated in {"1", "true", "on"}
    try:
        return bool(int(value(look, "0"), 16) & _FIRST_ROW)
    except ValueError:
        return False


def _is_bold(row: list[WordCell]) -> bool:
    """Tell if all cells of a row are bold."""
    return all(draft.line.bold for cell in row for draft in cell.content)


def _cell(cell: WordCell, *, header: bool) -> Cell:
    """Return a cell with its content; one alignment of all its paragraphs is that of the cell."""
    lines = [draft.line for draft in cell.content]
    aligns = {line.align for line in lines}
    align: Literal["", "center", "right"] = aligns.pop() if len(aligns) == 1 else ""
    blocks = line_blocks([replace(line, align="") if align else line for line in lines])
    if header:
        blocks = tuple(map(_without_bold, blocks))
    return Cell(blocks, header, cell.span, cell.rowspan, align)


def _without_bold(block: Block) -> Block:
    """Return a block of a header, whose bold type is no emphasis."""
    if isinstance(block, Paragraph | Heading):
        return replace(block, spans=tuple(replace(span, bold=False) for span in block.spans))
    return block
