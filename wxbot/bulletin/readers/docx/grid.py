"""Put the cells of a Word table on a grid: merged ones, those in content controls, hidden and deleted rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wxbot.bulletin.readers.docx.drafts import DraftLine
from wxbot.bulletin.readers.docx.markup import Element, child, is_on, members, number, value, w

__all__ = ["TableGrid", "WordCell", "read_grid"]

_MAX_SPAN = 63
"""Columns of a table in Word, at most."""

CellLines = Callable[[Element], list[DraftLine]]


@dataclass(slots=True)
class WordCell:
    """A cell: its lines, its place on the grid, and its shade."""

    lines: list[DraftLine]
    start: int
    span: int = 1
    rowspan: int = 1
    shade: str = ""

    @property
    def content(self) -> list[DraftLine]:
        """The lines that are printed."""
        return [draft for draft in self.lines if draft.is_printed]

    @property
    def text(self) -> str:
        """The printed text."""
        return " ".join(draft.line.text for draft in self.content)


@dataclass(slots=True)
class TableGrid:
    """The rows of a table; `headers` counts the first rows that are repeated on each page."""

    rows: list[list[WordCell]] = field(default_factory=list)
    headers: int = 0
    covered: list[DraftLine] = field(default_factory=list)
    deleted: int = 0
    hidden: int = 0

    @property
    def cells(self) -> list[WordCell]:
        """The cells in which something is printed."""
        return [cell for row in self.rows for cell in row if cell.content]

    @property
    def width(self) -> int:
        """Number of columns."""
        return max((cell.start + cell.span for row in self.rows for cell in row), default=0)


def read_grid(table: Element, cell_lines: CellLines) -> TableGrid:
    """Return the grid of a table, its cells read in order; columns that no cell begins or ends at are removed."""
    grid = TableGrid()
    open_cells: dict[int, WordCell] = {}
    for row in members(table, w("tr")):
        properties = child(row, "trPr")
        if child(properties, "del") is not None:
            grid.deleted += 1
            continue
        hidden = child(properties, "hidden")
        if hidden is not None and is_on(hidden):
            grid.hidden += 1
            continue
        header = child(properties, "tblHeader")
        if header is not None and is_on(header) and grid.headers == len(grid.rows):
            grid.headers += 1
        before = number(value(child(properties, "gridBefore")), 0, high=_MAX_SPAN)
        grid.rows.append(_read_row(row, before, open_cells, grid, cell_lines))
    _number_columns(grid.rows)
    return grid


def _read_row(
    row: Element, at: int, open_cells: dict[int, WordCell], grid: TableGrid, cell_lines: CellLines
) -> list[WordCell]:
    """Return the cells that begin in a row; cells that go on from the row above make those longer."""
    found: list[WordCell] = []
    for element in members(row, w("tc")):
        properties = child(element, "tcPr")
        if child(properties, "cellDel") is not None:
            grid.deleted += 1
            continue
        span = number(value(child(properties, "gridSpan"), "1"), 1, low=1, high=_MAX_SPAN)
        vertical, across = child(properties, "vMerge"), child(properties, "hMerge")
        lines = cell_lines(element)
        above = open_cells.get(at)
        if across is not None and value(across, "continue") == "continue" and found:
            found[-1].span += span
            grid.covered += lines
        elif vertical is not None and value(vertical, "continue") == "continue" and above is not None:
            above.rowspan += 1
            grid.covered += lines
        else:
            shading = child(properties, "shd")
            fill = "" if shading is None else shading.get(w("fill"), "")
            cell = WordCell(lines, at, span, shade="" if fill in {"auto", "FFFFFF"} else fill)
            found.append(cell)
            for column in range(at, at + span):
                open_cells.pop(column, None)
            if vertical is not None:
                open_cells[at] = cell
        at += span
    return found


def _number_columns(rows: Sequence[Sequence[WordCell]]) -> None:
    """Number the columns that cells really begin or end at."""
    edges = sorted({edge for row in rows for cell in row for edge in (cell.start, cell.start + cell.span)})
    column = {edge: index for index, edge in enumerate(edges)}
    for row in rows:
        for cell in row:
            end = column[cell.start + cell.span]
            cell.start = column[cell.start]
            cell.span = end - cell.start
