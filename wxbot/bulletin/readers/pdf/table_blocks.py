"""Build tables from grids: the text, pictures and inner tables of each cell, merged cells, headers, alignment."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from wxbot.bulletin.blocks import Block, Cell, Paragraph, Picture, Span, Spans, Table, paragraphs, plain
from wxbot.bulletin.line_text import first_word_width, join_lines
from wxbot.bulletin.readers.pdf.page_lines import PrintedLine, group_lines, join_pieces
from wxbot.bulletin.readers.pdf.printed import Area, Box, CharacterRun
from wxbot.bulletin.readers.pdf.ruled_tables import Grid, RuledCell

__all__ = [
    "PlacedBlock",
    "cell_of",
    "join_spans",
    "join_tables",
    "join_wrapped",
    "split_at_grid",
    "table_of",
    "table_text",
    "with_header",
]

_FREE = 2.5  # of the size: the blank in a cell that tells how its text is set
_EVEN = 0.4  # of the size: the margins of centred text differ by less
_LAYOUT_CHARS = 160  # characters of the filled cells on average: a page laid out in a table has more
_HEADER_CHARS = 14  # characters of a cell of a header, at most
_LEAST_ROWS = 3  # lines in each cell, at least, that are rows of their own
_Align = Literal["", "center", "right"]
_FIGURES = re.compile(r"[\d.,，%％+\-—–/ ]*")


@dataclass(slots=True)
class PlacedBlock:
    """A table or a picture with its place; `reason` tells why a picture is left out."""

    box: Box
    block: Table | Picture | None
    columns: tuple[float, ...] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        """No text that tells columns."""
        return ""


def split_at_grid(
    grid: Grid, runs: Iterable[CharacterRun]
) -> tuple[dict[RuledCell, list[CharacterRun]], list[CharacterRun]]:
    """Return the runs in each cell of a grid, and the runs outside; a run over several cells is split."""
    inside: dict[RuledCell, list[CharacterRun]] = {}
    outside: list[CharacterRun] = []
    by_height: dict[float, list[RuledCell]] = {}
    for run in runs:
        middle = (run.bottom + run.top) / 2
        if not grid.box.bottom <= middle <= grid.box.top or not (
            run.left_edge < grid.box.right and run.right_edge > grid.box.left
        ):
            outside.append(run)
            continue
        height = round(middle, 1)
        if height not in by_height:
            by_height[height] = [cell for cell in grid.cells if cell.box.bottom <= height <= cell.box.top]
        cells = by_height[height]
        for cell, part in _parts(run, cells):
            if cell is None:
                outside.append(part)
            else:
                inside.setdefault(cell, []).append(part)
    return inside, outside


def _parts(run: CharacterRun, cells: Sequence[RuledCell]) -> list[tuple[RuledCell | None, CharacterRun]]:
    """Return the parts of a run by cell."""
    whole = next(
        (
            cell
            for cell in cells
            if cell.box.left - 1 <= run.left_edge and run.right_edge <= cell.box.right + 1
        ),
        None,
    )
    if whole is not None:
        return [(whole, run)]
    owners = [
        next((cell for cell in cells if cell.box.left <= (left + right) / 2 <= cell.box.right), None)
        for left, right in zip(run.lefts, run.rights, strict=True)
    ]
    starts = [0, *(at for at in range(1, len(owners)) if owners[at] is not owners[at - 1]), len(owners)]
    return [(owners[start], run.part(start, end)) for start, end in pairwise(starts)]


def table_of(
    grid: Grid,
    content: dict[RuledCell, list[CharacterRun]],
    blocks: Sequence[PlacedBlock],
    areas: Sequence[Area],
    *,
    body_is_bold: bool,
) -> Table | None:
    """Return the table of a grid; None for an empty one, and for a page that is laid out in a table."""
    filled = [sum(len(run.text) for run in runs) for runs in content.values()]
    if not filled and not blocks:
        return None
    if filled and sum(filled) > _LAYOUT_CHARS * len(filled):
        return None
    rows: list[list[tuple[int, Cell, _Align | None]]] = []
    shades: list[list[int]] = []
    for number in range(grid.rows):
        cells = sorted((cell for cell in grid.cells if cell.row == number), key=lambda cell: cell.column)
        lines = [join_pieces(group_lines(content.get(cell, ()))) for cell in cells]
        inner = [
            [one.block for one in blocks if one.block and _is_inside(one.box, cell.box)] for cell in cells
        ]
        dark = [_shade(cell, areas) for cell in cells if cell in content]
        is_simple = not any(inner) and all(cell.rowspan == 1 for cell in cells)
        parts = _split_row(cells, lines) if is_simple else [lines]
        for part in parts:
            row = []
            for cell, found, within in zip(cells, part, inner, strict=True):
                span = (cell.colspan, cell.rowspan)
                block = cell_of(found, cell.box, within, span, body_is_bold=body_is_bold)
                row.append((cell.column, block, _cell_align(found, cell.box)))
            rows.append(row)
            shades.append(dark)
    return Table(with_header(_align_columns(rows), shades))


def _split_row(
    cells: Sequence[RuledCell], lines: Sequence[list[PrintedLine]]
) -> list[list[list[PrintedLine]]]:
    """Return the rows that stand between two rules without a rule of their own; one row where lines were wrapped.

    Rows have a line at the same height in each column, and in one column all lines are figures or none is full.
    """
    filled = [(cell, found) for cell, found in zip(cells, lines, strict=True) if found]
    count = len(filled[0][1]) if filled else 0
    if len(filled) < 2 or count < _LEAST_ROWS or any(len(found) != count for _, found in filled):
        return [list(lines)]
    first = filled[0][1]
    level = all(
        abs(line.base - first[index].base) < line.size / 2
        for _, found in filled
        for index, line in enumerate(found)
    )
    loose = any(
        all(_FIGURES.fullmatch(line.text) for line in found)
        or not any(_has_no_room(before, after, cell.box.right) for before, after in pairwise(found))
        for cell, found in filled
    )
    if not level or not loose:
        return [list(lines)]
    return [[found[index : index + 1] for found in lines] for index in range(count)]


def _shade(cell: RuledCell, areas: Iterable[Area]) -> int:
    """Return the colour behind a cell; that of the paper where there is none."""
    middle = ((cell.box.left + cell.box.right) / 2, (cell.box.bottom + cell.box.top) / 2)
    colours = [area.colour for area in areas if area.box.holds(*middle)]
    return colours[-1] if colours else 0xFFFFFF


def _is_inside(inner: Box, outer: Box) -> bool:
    """Tell if the middle of a rectangle lies in another."""
    return outer.holds((inner.left + inner.right) / 2, (inner.bottom + inner.top) / 2)


def cell_of(
    lines: Sequence[PrintedLine],
    box: Box,
    inner: Sequence[Block] = (),
    span: tuple[int, int] = (1, 1),
    *,
    body_is_bold: bool = False,
) -> Cell:
    """Return a cell with its lines in paragraphs; `span` are the columns and rows that it covers."""
    spans = join_wrapped(lines, box.right, body_is_bold=body_is_bold)
    blocks: tuple[Block, ...] = (*(Paragraph(part) for part in spans), *inner)
    return Cell(blocks, False, *span)


def join_wrapped(lines: Sequence[PrintedLine], right: float, *, body_is_bold: bool = False) -> list[Spans]:
    """Return lines as paragraphs: a line continues the one above it that had no room for its first word."""
    joined: list[Spans] = []
    for index, line in enumerate(lines):
        spans = line.spans(body_is_bold=body_is_bold) or (Span(line.text),)
        if not line.text:
            continue
        before = lines[index - 1] if index else None
        if before is not None and joined and _has_no_room(before, line, right):
            joined[-1] = join_spans(joined[-1], spans)
        else:
            joined.append(spans)
    return joined


def _has_no_room(before: PrintedLine, line: PrintedLine, right: float) -> bool:
    """Tell if the first word of a line would not have fitted into the line before."""
    free = right - before.box.right
    return free < (first_word_width(line.text) / 2 + 1) * line.size


def join_spans(first: Spans, second: Spans) -> Spans:
    """Return two lines as one, with a blank where the line end replaced one."""
    head, tail = plain(first), plain(second)
    blank = len(join_lines([head, tail])) > len(head) + len(tail)
    last = first[-1]
    style = (last.url, last.bold, last.italic, last.code, last.script, last.note)
    joined = (*first[:-1], Span(last.text + " ", *style)) if blank else first
    following = second[0]
    if style == (
        following.url,
        following.bold,
        following.italic,
        following.code,
        following.script,
        following.note,
    ):
        return (*joined[:-1], Span(joined[-1].text + following.text, *style), *second[1:])
    return (*joined, *second)


def _cell_align(lines: Sequence[PrintedLine], box: Box) -> _Align | None:
    """Return how all lines of a cell are set; None if they are too wide to tell."""
    found = {_line_align(line, box) for line in lines} - {None}
    return found.pop() if len(found) == 1 else None if not found else ""


def _line_align(line: PrintedLine, box: Box) -> _Align | None:
    """Return how a line is set in a cell; None if it fills the cell."""
    left, right = line.box.left - box.left, box.right - line.box.right
    if left + right < _FREE * line.size:
        return None
    if abs(left - right) < _EVEN * line.size:
        return "center"
    return "right" if left > right else ""


def _align_columns(
    rows: Sequence[Sequence[tuple[int, Cell, _Align | None]]],
) -> list[tuple[Cell, ...]]:
    """Return rows of cells with the alignment of their columns; a full cell is set as the others of its column."""
    votes: dict[int, Counter[_Align]] = {}
    for row in rows[1:] or rows:
        for column, cell, align in row:
            if cell.colspan == 1 and align is not None:
                votes.setdefault(column, Counter())[align] += 1
    usual = {column: counts.most_common(1)[0][0] for column, counts in votes.items()}
    return [
        tuple(
            replace(cell, align=usual.get(column, "") if align is None and cell.colspan == 1 else align or "")
            for column, cell, align in row
        )
        for row in rows
    ]


def with_header(
    rows: Sequence[tuple[Cell, ...]], shades: Sequence[Sequence[int]] = ()
) -> tuple[tuple[Cell, ...], ...]:
    """Return rows with the cells of the first ones marked as headers, where their look tells it."""
    count = _header_rows(rows, shades)
    return tuple(
        tuple(Cell(cell.blocks, index < count, cell.colspan, cell.rowspan, cell.align) for cell in row)
        for index, row in enumerate(rows)
    )


def _header_rows(rows: Sequence[tuple[Cell, ...]], shades: Sequence[Sequence[int]]) -> int:
    """Return the number of rows at the top that are headers: bold, shaded, or labels above data."""
    if len(rows) < 2:
        return 0
    bold = [all(_is_bold(cell) for cell in row if cell.blocks) for row in rows]
    if bold[0] and not all(bold):
        count = bold.index(False)
    elif shades and shades[0] and _differs(shades):
        count = 1
    else:
        texts = [" ".join(paragraphs(cell.blocks)) for cell in rows[0]]
        count = int(len(rows) > 2 and all(_is_label(text) for text in texts))
    # A header cell over two columns stands above labels of its own.
    spanned = max((cell.rowspan for row in rows[:count] for cell in row), default=1)
    return min(max(count, spanned if count else 0), len(rows) - 1)


def _differs(shades: Sequence[Sequence[int]]) -> bool:
    """Tell if the first row has one colour that the others do not have."""
    first = set(shades[0])
    rest = {colour for row in shades[1:] for colour in row}
    return len(first) == 1 and not first & rest


def _is_bold(cell: Cell) -> bool:
    """Tell if the whole text of a cell is bold."""
    return all(
        span.bold
        for block in cell.blocks
        if isinstance(block, Paragraph)
        for span in block.spans
        if span.text.strip()
    )


def _is_label(text: str) -> bool:
    """Tell if a text may name a column: short, no figures only, no sentence."""
    return 0 < len(text) <= _HEADER_CHARS and not _FIGURES.fullmatch(text) and not text.endswith(("。", "；"))


def table_text(table: Table) -> str:
    """Return the plain text of a table, its rows joined."""
    return " ".join(text for text in paragraphs((table,)))


def join_tables(first: Table, second: Table) -> Table:
    """Return a table that a page break divides as one; a header that the second part repeats is left out."""
    repeated = 0
    while repeated < min(len(first.rows), len(second.rows) - 1):
        row = _row_text(first.rows[repeated])
        if row != _row_text(second.rows[repeated]) or not any(row):
            break
        repeated += 1
    rest = tuple(tuple(replace(cell, header=False) for cell in row) for row in second.rows[repeated:])
    rows = (*first.rows, *rest)
    has_header = any(cell.header for row in first.rows for cell in row)
    return Table(rows if has_header else with_header(rows), first.caption)


def _row_text(row: Sequence[Cell]) -> list[str]:
    """Return the texts of the cells of a row."""
    return [" ".join(paragraphs(cell.blocks)) for cell in row]
