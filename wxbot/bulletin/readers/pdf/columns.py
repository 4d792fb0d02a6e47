"""Put the parts of a page in reading order: columns one after the other, and between them what spans them.

A column is a stack of lines beside another one, with a strip of paper between them that no line crosses. A heading, a
table or a picture that crosses the strip divides the page into bands, which are read from top to bottom.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from statistics import median

from wxbot.bulletin.readers.pdf.page_heads import HEAD_ROWS, is_head, split_masthead
from wxbot.bulletin.readers.pdf.placed import CROSS, Placed, is_alone, is_joined, rows_of, sides_of

__all__ = ["Column", "in_columns"]

_MAX_PARTS = 1_500  # of a page: one with more is a drawing
_MAX_DEPTH = 4  # columns inside columns
_LEAST_LINES = 3  # lines of a column, at least
_LEAST_TEXT = 7  # characters of the lines of a column (their median): shorter ones are cells of a table
_GUTTER = 0.7  # of the size of the type: the narrowest strip between two columns
_FEW = 20  # of the parts of a page, one may reach into a strip
_MAX_STRIPS = 12  # strips tried
_MAX_CUTS = 8  # blanks across the page tried
_LEAST_CUT = 0.3  # of the size of the type: the lowest blank across the page between columns of two widths
_TALL = 1.15  # times the usual height: a heading
_BESIDE = 0.3  # of the height: the blank beside a heading that divides both columns, above and below it


@dataclass(slots=True)
class Column:
    """Parts of a page that stand above each other; `left` and `right` are the edges of the column."""

    parts: list[Placed]
    left: float
    right: float


def in_columns(parts: Sequence[Placed], size: float) -> list[Column]:
    """Return the parts of a page by columns in reading order; `size` is the size of its type."""
    if len(parts) > _MAX_PARTS:
        return [_column(list(parts), parts)]
    head, rest = split_masthead(parts)
    columns = _arrange(rest, size, 0)
    # Where nothing stands side by side, the masthead is part of the only column.
    return [_column(head, parts), *columns] if head and len(columns) > 1 else _arrange(list(parts), size, 0)


@dataclass(frozen=True, slots=True)
class _Division:
    """Parts in bands from top to bottom, each with or without columns, and the middle of the strip between columns."""

    bands: Sequence[tuple[bool, list[Placed]]]
    strip: float
    inside: int  # parts in columns


def _arrange(parts: list[Placed], size: float, depth: int) -> list[Column]:
    """Return parts by columns, divided at the strip that leaves most of them in columns."""
    found = _divide(parts, size) if depth < _MAX_DEPTH else None
    if found is None:
        return [_column(parts, parts)] if parts else []
    if zones := _zones(parts, size, found.inside):
        return [column for zone in zones for column in _arrange(zone, size, depth + 1)]
    columns: list[Column] = []
    plain: list[Placed] = []
    for columnar, band in found.bands:
        if not columnar:
            plain += band
            continue
        if plain:
            columns.append(_column(plain, parts))
            plain = []
        edge = found.strip + CROSS
        columns += _arrange([part for part in band if part.box.right <= edge], size, depth + 1)
        columns += _arrange([part for part in band if part.box.right > edge], size, depth + 1)
    if plain:
        columns.append(_column(plain, parts))
    return columns


def _divide(parts: Sequence[Placed], size: float) -> _Division | None:
    """Return parts divided at the strip that leaves most of them in columns; None where nothing stands in columns."""
    if len(parts) < 2 * _LEAST_LINES:
        return None
    best: _Division | None = None
    page = _Rows.of(parts)
    for middle in _strips(parts, size):
        if not _may_divide(parts, middle):
            continue
        bands = _bands(page, middle)
        inside = sum(len(band) for columnar, band in bands if columnar)
        if inside > (best.inside if best else 0):
            best = _Division(bands, middle, inside)
    return best


def _zones(parts: Sequence[Placed], size: float, inside: int) -> tuple[list[Placed], list[Placed]] | None:
    """Return the parts above and below the blank between columns of two widths; None where all share their strips.

    Then the columns above and below hold clearly more parts than those of the whole, of which `inside` are in columns.
    """
    most = inside + max(_LEAST_LINES, len(parts) // _FEW)
    if most >= len(parts):
        return None
    found = None
    for above, below in _cuts(parts, size):
        divided = (_divide(above, size), _divide(below, size))
        count = sum(one.inside for one in divided if one is not None)
        if None not in divided and count > most:
            found, most = (above, below), count
    return found


def _cuts(parts: Sequence[Placed], size: float) -> Iterator[tuple[list[Placed], list[Placed]]]:
    """Yield the parts above and below each of the highest blanks that cross the whole page."""
    ordered = sorted(parts, key=lambda part: -part.box.top)
    lowest = list(accumulate((part.box.bottom for part in ordered), min))
    blanks = sorted(
        (low - part.box.top, index)
        for index, (low, part) in enumerate(zip(lowest, ordered[1:], strict=False), start=1)
    )
    for height, index in blanks[-_MAX_CUTS:]:
        if height >= _LEAST_CUT * size:
            yield ordered[:index], ordered[index:]


def _column(inside: list[Placed], around: Sequence[Placed]) -> Column:
    """Return parts as one column with the edges of all that stand around them."""
    return Column(inside, min(part.box.left for part in around), max(part.box.right for part in around))


def _strips(parts: Sequence[Placed], size: float) -> list[float]:
    """Return the middles of the strips of paper that the fewest lines cross, at most twelve."""
    left, right = min(part.box.left for part in parts), max(part.box.right for part in parts)
    count = int(right - left) + 1
    if not 0 < count < 20_000:
        return []
    steps: Counter[int] = Counter()
    for part in parts:
        steps[int(part.box.left - left)] += 1
        steps[int(part.box.right - left) + 1] -= 1
    starts = [at for at in sorted(steps) if steps[at] and at < count]
    covered = list(accumulate(steps[at] for at in starts))
    ends = [*starts[1:], count]
    valleys = {
        (covered[index], left + (starts[index] + ends[index]) / 2)
        for index in range(1, len(starts) - 1)
        if covered[index - 1] > covered[index] < covered[index + 1]
        and ends[index] - starts[index] >= _GUTTER * size
    }
    # Lines that only reach into a strip, as an imprint below both columns does, leave no valley of its whole width.
    few = max(1, len(parts) // _FEW)
    for is_low, group in groupby(zip(covered, starts, ends, strict=True), key=lambda each: each[0] <= few):
        low = list(group)
        start, end = low[0][1], low[-1][2]
        if is_low and 0 < start and end < count and end - start >= _GUTTER * size:
            valleys.add((max(each[0] for each in low), left + (start + end) / 2))
    return [middle for _, middle in sorted(valleys)[:_MAX_STRIPS]]


def _may_divide(parts: Iterable[Placed], middle: float) -> bool:
    """Tell if a column may stand on both sides of a strip: three lines or a picture."""
    left = right = 0
    for part in parts:
        weight = 1 if part.text else _LEAST_LINES
        if part.box.right <= middle + CROSS:
            left += weight
        elif part.box.left >= middle - CROSS:
            right += weight
    return left >= _LEAST_LINES <= right


@dataclass(frozen=True, slots=True)
class _Rows:
    """Parts that may stand in columns, from top to bottom and in rows, with the least height of a heading."""

    parts: Sequence[Placed]
    rows: Sequence[Sequence[Placed]]
    heading_height: float

    @classmethod
    def of(cls, parts: Sequence[Placed]) -> "_Rows":
        """Return parts in their rows."""
        heights = [part.box.height for part in parts if part.text]
        ordered = sorted(parts, key=lambda part: -part.box.top)
        return cls(ordered, list(rows_of(parts)), _TALL * median(heights) if heights else 0.0)


def _bands(page: _Rows, middle: float) -> list[tuple[bool, list[Placed]]]:
    """Return the parts in bands from top to bottom, and for each band if it has two columns."""
    bands: list[tuple[bool, list[Placed]]] = []
    inside: list[Placed] = []
    across = _across(page, middle)
    for part in page.parts:
        if id(part) in across:
            bands += _split_band(inside, middle)
            inside = []
            bands.append((False, [part]))
        else:
            inside.append(part)
    return bands + _split_band(inside, middle)


def _across(page: _Rows, middle: float) -> set[int]:
    """Return the identities of the parts that cross the strip, and of those that form one row with them."""
    found: set[int] = set()
    low, high = middle - CROSS, middle + CROSS
    for row in page.rows:
        crossing = [part for part in row if part.box.left < low and part.box.right > high]
        if crossing:
            found |= {id(part) for part in row if any(is_joined(part, other) for other in crossing)}
            found |= {
                id(part) for part in row if id(part) not in found and part.text and is_alone(part, page.parts)
            }
    left, right = sides_of([part for part in page.parts if id(part) not in found], middle)
    tall = page.heading_height
    found |= {id(part) for part in left if part.box.height >= tall and _divides(part, right)}
    return found


def _divides(heading: Placed, other: Sequence[Placed]) -> bool:
    """Tell if a heading in the left column divides the right one too, which is blank beside it."""
    box, slack = heading.box, _BESIDE * heading.box.height
    if any(part.box.bottom < box.top + slack and part.box.top > box.bottom - slack for part in other):
        return False
    return any(part.box.bottom > box.top for part in other) and any(
        part.box.top < box.bottom for part in other
    )


def _split_band(band: list[Placed], middle: float) -> list[tuple[bool, list[Placed]]]:
    """Return a band without a crossing part: rows of separate texts at its top, and the columns below them."""
    if not band:
        return []
    rows = list(rows_of(band))
    count = 0
    while count < min(len(rows), HEAD_ROWS) and is_head(rows[count], rows[count:], band, middle):
        count += 1
    above = [part for row in rows[:count] for part in row]
    rest = [part for row in rows[count:] for part in row]
    columnar = all(_is_column(side) for side in sides_of(rest, middle))
    if not columnar:
        return [(False, band)]
    return [(False, above), (True, rest)] if above else [(True, rest)]


def _is_column(side: Sequence[Placed]) -> bool:
    """Tell if parts are a column of text, and not cells or labels."""
    texts = [len(part.text) for part in side if part.text]
    pictures = len(side) - len(texts)
    if len(texts) < _LEAST_LINES:
        # A column may be a picture and its caption beside text.
        return pictures > 0 and len(side) >= 1
    return median(texts) >= _LEAST_TEXT
