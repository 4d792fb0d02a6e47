"""Find tables without rules: successive rows of short texts that stand below each other in two columns or more."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wxbot.bulletin.blocks import Table
from wxbot.bulletin.line_text import leading_marker
from wxbot.bulletin.readers.pdf.page_lines import PrintedLine, join_pieces
from wxbot.bulletin.readers.pdf.printed import Box, bounds
from wxbot.bulletin.readers.pdf.table_blocks import PlacedBlock, cell_of, with_header

__all__ = ["find_column_tables"]

_LEAST_ROWS = 3
_ALIGNED = 0.6  # of the size: edges or middles of a column differ by less
_LEADING = 2.6  # of the size: the distance of two rows, at most
_MAX_CELL = 40  # characters of a cell, at most: longer texts are columns of text
_NUMBER = re.compile(r"[…．.·\s]*\d{1,3}")


@dataclass(slots=True)
class _Stack:
    """Pieces of successive rows that are set below each other."""

    pieces: list[PrintedLine] = field(default_factory=list)

    def takes(self, piece: PrintedLine) -> bool:
        """Tell if a piece has the left edge, the middle or the right edge of the column."""
        last = self.pieces[0].box
        box, slack = piece.box, _ALIGNED * piece.size
        middle = (box.left + box.right) / 2 - (last.left + last.right) / 2
        return min(abs(box.left - last.left), abs(middle), abs(box.right - last.right)) < slack


def find_column_tables(
    pieces: Sequence[PrintedLine], *, body_is_bold: bool
) -> tuple[list[PlacedBlock], list[PrintedLine]]:
    """Return the tables among the pieces of a column of text, and the pieces outside them."""
    rows = list(_rows(pieces))
    tables: list[PlacedBlock] = []
    rest: list[PrintedLine] = []
    at = 0
    while at < len(rows):
        end = _end(rows, at)
        if end - at >= _LEAST_ROWS and not _is_contents(rows[at:end]) and not _is_list(rows[at:end]):
            tables.append(_table(rows[at:end], body_is_bold))
        else:
            end = at + 1
            rest += rows[at]
        at = end
    return tables, rest


def _rows(pieces: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    """Yield the pieces by base line, from top to bottom, each row from left to right."""
    row: list[PrintedLine] = []
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        if row and row[0].base - piece.base > 0.3 * min(row[0].size, piece.size):
            yield sorted(row, key=lambda piece: piece.box.left)
            row = []
        row.append(piece)
    if row:
        yield sorted(row, key=lambda piece: piece.box.left)


def _end(rows: Sequence[Sequence[PrintedLine]], start: int) -> int:
    """Return the position after the last row of a table that begins at `start`."""
    first = rows[start]
    if not _may_be_row(first):
        return start
    stacks = [_Stack([piece]) for piece in first]
    end = start + 1
    while end < len(rows):
        row = rows[end]
        near = rows[end - 1][0].base - row[0].base <= _LEADING * row[0].size
        same = len(row) == len(stacks) and _may_be_row(row) and row[0].size == first[0].size
        if not near or not same:
            break
        if not all(stack.takes(piece) for stack, piece in zip(stacks, row, strict=True)):
            break
        for stack, piece in zip(stacks, row, strict=True):
            stack.pieces.append(piece)
        end += 1
    return end


def _may_be_row(row: Sequence[PrintedLine]) -> bool:
    """Tell if pieces may be the cells of a row."""
    return len(row) > 1 and all(len(piece.text) <= _MAX_CELL for piece in row)


def _is_contents(rows: Sequence[Sequence[PrintedLine]]) -> bool:
    """Tell if rows are titles with page numbers, which are a table of contents."""
    return (
        len(rows[0]) == 2
        and all(_NUMBER.fullmatch(row[-1].text) for row in rows)
        and any(len(row[0].text) > 6 for row in rows)
    )


def _is_list(rows: Sequence[Sequence[PrintedLine]]) -> bool:
    """Tell if the first column holds nothing but bullets or numbers of entries."""
    return len(rows[0]) == 2 and all(leading_marker(f"{row[0].text} x").rest == "x" for row in rows)


def _table(rows: Sequence[Sequence[PrintedLine]], body_is_bold: bool) -> PlacedBlock:
    """Return rows of pieces as a table."""
    columns = [bounds(row[index].box for row in rows) for index in range(len(rows[0]))]
    cells = [
        tuple(
            cell_of(
                join_pieces([piece]),
                Box(box.left, piece.box.bottom, box.right, piece.box.top),
                body_is_bold=body_is_bold,
            )
            for piece, box in zip(row, columns, strict=True)
        )
        for row in rows
    ]
    box = bounds(piece.box for row in rows for piece in row)
    return PlacedBlock(box, Table(with_header(cells)), tuple(column.left for column in columns))
