"""Find the tables in plain text: rows of cells with wide blanks or tabs between them, and frames drawn with lines.

Where the cells of successive rows fall into the same columns the rows become one table; other rows with wide blanks
stay lines that are marked as rows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from wxbot.bulletin.blocks import Cell, Paragraph, Table
from wxbot.bulletin.line_text import clean, columns

__all__ = ["TextTable", "find_rows", "find_tables"]

_WIDE_BLANK = re.compile(r"\t+| {2,}|\u3000{2,}")
_VERY_WIDE_BLANK = re.compile(r"\t+| {4,}|\u3000{2,}")
_BARS = "│┃║|｜┆┊"
_BORDER = re.compile(r"[\s+|│┃║┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╟╢╤╧╪╞╡─━═┄┈┠┨┯┷┿╂\-=－]+")
_CORNERS = frozenset("+┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╟╢╤╧╪╞╡┠┨┯┷┿╂")
_BAR = re.compile(f"[{_BARS}]")
_LABEL = re.compile(r"\S{1,10}[：:]")
_MASTHEAD = re.compile(
    r"(?<!上)第\s*[0-9〇一二三四五六七八九十百]{1,5}\s*[期号]|[12二][0-9〇○零一二三四五六七八九]{3}\s*年\s*\S{1,3}\s*月\s*\S{1,3}\s*日\s*$"
)
"""Number or date of the issue, which stand at both edges of a masthead's line."""

_MASTHEAD_LINES = 8
"""Lines with text at the top that may belong to the masthead."""

_NEAR = 3
"""Columns by which a cell may stand beside its column."""

_MAX_CELL = 60
"""Columns of a cell, at most; a longer piece between wide blanks is text."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table and the positions of its first line and of the line below its last."""

    start: int
    end: int
    table: Table


@dataclass(frozen=True, slots=True)
class _PlacedCell:
    """A cell with the columns at which it begins and ends."""

    text: str
    left: int
    right: int


def find_tables(source: Sequence[str]) -> list[TextTable]:
    """Return the tables in the lines of a text, in order."""
    found = list(_framed_tables(source))
    taken = {index for table in found for index in range(table.start, table.end)}
    rows = find_rows(source) - taken
    for positions in _runs(source, rows):
        if (table := _aligned_table([source[index] for index in positions])) is not None:
            found.append(TextTable(positions[0], positions[-1] + 1, table))
    return sorted(found, key=lambda table: table.start)


def find_rows(source: Sequence[str]) -> set[int]:
    """Return the positions of table rows: three cells with wide blanks between them, or two in adjacent lines."""
    filled = [index for index, text in enumerate(source) if text.strip()]
    cells = {index: len(_cells(source[index], _WIDE_BLANK)) for index in filled}
    pairs = {index for index in filled if len(_cells(source[index], _VERY_WIDE_BLANK)) == 2}
    rows = {index for index in filled if cells[index] > 2}
    wide = rows | pairs
    running = [pair for pair in pairwise(filled) if wide.issuperset(pair)]
    masthead = {index for index in filled[:_MASTHEAD_LINES] if _MASTHEAD.search(source[index])}
    return rows.union(*running) - masthead


def _runs(source: Sequence[str], rows: set[int]) -> Iterator[list[int]]:
    """Yield rows that have nothing but blank lines between them."""
    run: list[int] = []
    for index in sorted(rows):
        if run and any(text.strip() for text in source[run[-1] + 1 : index]):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _cells(text: str, blank: re.Pattern[str]) -> list[str]:
    """Split a line at wide blanks; a letter-spaced name counts as one cell."""
    bare = text.strip()
    if not ("  " in bare or "\t" in bare or "\u3000" in bare):
        return [bare]
    cells = blank.split(bare)
    return [bare] if all(len(cell) < 2 for cell in cells) else cells


def _placed_cells(text: str) -> list[_PlacedCell]:
    """Return the cells of a row with their columns; of a row with tabs the count of the tab is the column."""
    if "\t" in text.strip():
        parts = text.strip("\r\n").split("\t")
        return [_PlacedCell(clean(part), 100 * i, 100 * i) for i, part in enumerate(parts) if clean(part)]
    found: list[_PlacedCell] = []
    for match in re.finditer(r"\S+(?:[ \u3000]\S+)*", text):
        left = columns(text[: match.start()])
        found.append(_PlacedCell(clean(match[0]), left, left + columns(match[0])))
    return found


def _aligned_table(texts: Sequence[str]) -> Table | None:
    """Return rows as a table whose cells stand in columns; None where that is not clear."""
    rows = [_placed_cells(text) for text in texts]
    width = max((len(row) for row in rows), default=0)
    full = [row for row in rows if len(row) == width]
    if width < 2 or len(rows) < 2 + (width == 2) or len(full) * 2 < len(rows):
        return None
    cells = [cell for row in rows for cell in row]
    labels = sum(_LABEL.match(cell.text) is not None for cell in cells)
    if labels * 3 > len(cells) or any(columns(cell.text) > _MAX_CELL for cell in cells):
        return None
    if width == 2 and not _is_column([row[1] for row in full]):
        return None
    lefts = [sorted(row[i].left for row in full)[len(full) // 2] for i in range(width)]
    built = []
    for row in rows:
        placed = _in_columns(row, lefts, width)
        if placed is None:
            return None
        built.append(tuple(Cell((Paragraph.of(text),) if text else ()) for text in placed))
    return Table(tuple(built))


def _is_column(cells: Sequence[_PlacedCell]) -> bool:
    """Tell if cells begin or end at the same place."""
    lefts, rights = [cell.left for cell in cells], [cell.right for cell in cells]
    return max(lefts) - min(lefts) <= _NEAR or max(rights) - min(rights) <= _NEAR


def _in_columns(row: Sequence[_PlacedCell], lefts: Sequence[int], width: int) -> list[str] | None:
    """Return the texts of a row by column, "" for an empty place; None where two cells fall into one column."""
    if len(row) == width:
        return [cell.text for cell in row]
    texts = [""] * width
    for cell in row:
        nearest = min(range(width), key=lambda i: abs(lefts[i] - cell.left))
        if texts[nearest]:
            return None
        texts[nearest] = cell.text
    return texts


def _framed_tables(source: Sequence[str]) -> Iterator[TextTable]:
    """Yield the tables that are drawn with lines."""
    index = 0
    while index < len(source):
        end = index
        while end < len(source) and _is_framed(source[end]):
            end += 1
        if end - index > 1 and (table := _framed_table(source[index:end])) is not None:
            yield TextTable(index, end, table)
        index = max(end, index + 1)


def _is_border(text: str) -> bool:
    """Tell if a line is one of the horizontal lines of a frame."""
    return _BORDER.fullmatch(text) is not None and (
        not _CORNERS.isdisjoint(text) or (text.strip()[:1] in _BARS and "-" in text)
    )


def _is_framed(text: str) -> bool:
    """Tell if a line belongs to a frame: a horizontal line, or cells between two bars."""
    bare = text.strip()
    if len(bare) < 3:
        return False
    return _is_border(bare) or (bare[0] in _BARS and bare[-1] in _BARS and len(_BAR.findall(bare)) > 1)


def _framed_table(texts: Sequence[str]) -> Table | None:
    """Return the rows of a frame as a table; None for a frame around text."""
    borders = [_is_border(text.strip()) for text in texts]
    rows: list[list[list[str]]] = []
    inner = sum(borders[1:-1])
    every = inner > 1
    """A line is drawn below every row, so that a row may fill several lines."""
    is_open = False
    for text, is_border in zip(texts, borders, strict=True):
        if is_border:
            is_open = False
            continue
        cells = [clean(part) for part in _BAR.split(text.strip()[1:-1])]
        if every and is_open and rows and len(rows[-1]) == len(cells):
            for cell, more in zip(rows[-1], cells, strict=True):
                cell.append(more)
        else:
            rows.append([[cell] for cell in cells])
        is_open = True
    width = max((len(row) for row in rows), default=0)
    if len(rows) < 2 or width < 2:
        return None
    has_head = len(borders) > 2 and inner == 1 and borders.index(True, 1) == 2
    built = []
    for number, row in enumerate(rows):
        parts = ["".join(filter(None, cell)) for cell in row]
        last = width - len(parts) + 1
        built.append(
            tuple(
                Cell(
                    (Paragraph.of(part),) if part else (),
                    header=has_head and number == 0,
                    colspan=last if place == len(parts) - 1 else 1,
                )
                for place, part in enumerate(parts)
            )
        )
    return Table(tuple(built))
