"""Find the tables of a page by their ruling lines: a grid of rules, whose missing parts join cells.

The lines of a page that touch each other form one frame. A frame with a single cell is a box around text, and a frame
with one row or one column is a layout; neither is a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wxbot.bulletin.readers.pdf.printed import Area, Box, Graphics, Rule

__all__ = ["Grid", "RuledCell", "find_grids"]

_TOUCH = 4.0  # points between the ends of rules that touch
_SAME = 2.5  # points between two rules that are one
_MAX_RULES = 3_000  # of a page: more are a drawing
_MAX_CELLS = 4_000  # of a grid
_COVERED = 0.6  # of an edge of a cell that must be ruled
_PALE = 0xFAFAFA  # areas lighter than this are the paper


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell of a grid: its first row and column, the rows and columns that it covers, and its edges."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as its rules draw it, row by row from the top."""

    box: Box
    rows: int
    columns: tuple[float, ...]
    cells: tuple[RuledCell, ...]

    @property
    def has_rows(self) -> bool:
        """Has two rows or more."""
        return len({cell.row for cell in self.cells}) > 1

    def continues(self, other: "Grid") -> bool:
        """Tell if two grids have the same columns."""
        return len(self.columns) == len(other.columns) and all(
            abs(one - two) < _TOUCH for one, two in zip(self.columns, other.columns, strict=True)
        )


def find_grids(pages: Sequence[Graphics]) -> list[list[Grid]]:
    """Return the tables that the rules of each page draw.

    A single row is a table only if a table on the page before or after has the same columns: a page break divides it.
    """
    found = [_page_grids(graphics) for graphics in pages]
    whole = [[grid for grid in grids if grid.has_rows] for grids in found]
    kept: list[list[Grid]] = []
    for number, grids in enumerate(found):
        near = [grid for beside in whole[max(0, number - 1) : number + 2] for grid in beside]
        kept.append([grid for grid in grids if grid.has_rows or any(grid.continues(other) for other in near)])
    return kept


def _page_grids(graphics: Graphics) -> list[Grid]:
    """Return the tables, and the single rows of cells, that the rules of a page draw."""
    horizontal = _merge([*graphics.horizontal, *_edges(graphics.areas, across=True)])
    vertical = _merge([*graphics.vertical, *_edges(graphics.areas, across=False)])
    if len(horizontal) + len(vertical) > _MAX_RULES:
        return []
    found = (_grid(across, up) for across, up in _frames(horizontal, vertical))
    return [grid for grid in found if grid is not None]


def _edges(areas: Iterable[Area], *, across: bool) -> list[Rule]:
    """Return the edges of coloured areas, which draw a table where it has no lines."""
    rules = []
    for area in areas:
        if _is_pale(area.colour):
            continue
        box = area.box
        if across:
            rules += [Rule(at, box.left, box.right) for at in (box.bottom, box.top)]
        else:
            rules += [Rule(at, box.bottom, box.top) for at in (box.left, box.right)]
    return rules


def _is_pale(colour: int) -> bool:
    """Tell if a colour is that of the paper."""
    return all((colour >> shift & 0xFF) >= (_PALE >> shift & 0xFF) for shift in (0, 8, 16))


def _merge(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules with those joined that continue or repeat each other."""
    merged: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.at / _SAME), rule.start)):
        last = merged[-1] if merged else None
        if last is not None and abs(last.at - rule.at) <= _SAME and rule.start <= last.end + _TOUCH:
            merged[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            merged.append(rule)
    return merged


def _frames(horizontal: Sequence[Rule], vertical: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Return groups of rules that touch each other."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    by_place = sorted(range(len(vertical)), key=lambda index: vertical[index].at)
    for row, rule in enumerate(horizontal):
        for index in by_place:
            other = vertical[index]
            if other.at > rule.end + _TOUCH:
                break
            if other.at < rule.start - _TOUCH:
                continue
            if other.start - _TOUCH <= rule.at <= other.end + _TOUCH:
                parent[root(len(horizontal) + index)] = root(row)
    frames: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for row, rule in enumerate(horizontal):
        frames.setdefault(root(row), ([], []))[0].append(rule)
    for index, rule in enumerate(vertical):
        frames.setdefault(root(len(horizontal) + index), ([], []))[1].append(rule)
    return list(frames.values())


def _grid(across: Sequence[Rule], up: Sequence[Rule]) -> Grid | None:
    """Return the table that a frame draws; None for a frame that is no table."""
    if not across or not up:
        return None
    ends = [end for rule in across for end in (rule.start, rule.end)]
    xs = _positions([*(rule.at for rule in up), min(ends), max(ends)])
    ends = [end for rule in up for end in (rule.start, rule.end)]
    ys = _positions([*(rule.at for rule in across), min(ends), max(ends)])[::-1]
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > _MAX_CELLS:
        return None
    cells = _cells(xs, ys, across, up)
    if cells is None or len({cell.column for cell in cells}) < 2:
        return None
    box = Box(xs[0], ys[-1], xs[-1], ys[0])
    return Grid(box, len(ys) - 1, tuple(xs), tuple(cells))


def _positions(found: Iterable[float]) -> list[float]:
    """Return positions in ascending order, each once."""
    positions: list[float] = []
    for position in sorted(found):
        if not positions or position - positions[-1] > _SAME * 2:
            positions.append(position)
    return positions


def _cells(
    xs: Sequence[float], ys: Sequence[float], across: Sequence[Rule], up: Sequence[Rule]
) -> list[RuledCell] | None:
    """Return the cells of a grid; places without a rule between them are one cell.

    None where such places form no rectangle, as in a drawing.
    """
    rows, columns = len(ys) - 1, len(xs) - 1
    # Whether a rule stands right of, and below, each place.
    right = [[_is_ruled(up, xs[c + 1], ys[r + 1], ys[r]) for c in range(columns)] for r in range(rows)]
    below = [[_is_ruled(across, ys[r + 1], xs[c], xs[c + 1]) for c in range(columns)] for r in range(rows)]
    owner: dict[tuple[int, int], int] = {}
    cells: list[RuledCell] = []
    for r in range(rows):
        for c in range(columns):
            if (r, c) in owner:
                continue
            wide, high = 1, 1
            while c + wide < columns and not right[r][c + wide - 1] and (r, c + wide) not in owner:
                wide += 1
            while r + high < rows and not any(below[r + high - 1][c : c + wide]):
                high += 1
            for row in range(r, r + high):
                for column in range(c, c + wide):
                    owner.setdefault((row, column), len(cells))
            cells.append(RuledCell(r, c, high, wide, Box(xs[c], ys[r + high], xs[c + wide], ys[r])))
    covered = sum(cell.rowspan * cell.colspan for cell in cells)
    return cells if covered == rows * columns else None


def _is_ruled(rules: Sequence[Rule], at: float, start: float, end: float) -> bool:
    """Tell if most of an edge is ruled."""
    ruled = sum(
        max(0.0, min(rule.end, end) - max(rule.start, start))
        for rule in rules
        if abs(rule.at - at) <= _SAME * 2
    )
    return ruled >= _COVERED * (end - start)
