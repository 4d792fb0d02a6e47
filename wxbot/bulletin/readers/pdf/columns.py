"""Put the parts of a page in reading order: columns one after the other, and between them what spans them.

A column is a stack of lines beside another one, with a strip of paper between them that no line crosses. A heading, a
table or a picture that crosses the strip divides the page into bands, which are read from top to bottom.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from statistics import median
from typing import Protocol

from wxbot.bulletin.readers.pdf.printed import Box

__all__ = ["Column", "Placed", "in_columns"]

_MAX_PARTS = 1_500  # of a page: one with more is a drawing
_MAX_DEPTH = 4  # columns inside columns
_LEAST_LINES = 3  # lines of a column, at least
_LEAST_TEXT = 7  # characters of the lines of a column (their median): shorter ones are cells of a table
_GUTTER = 0.7  # of the size of the type: the narrowest strip between two columns
_CROSS = 2.0  # points by which a line may reach into the strip
_FEW = 20  # of the parts of a page, one may reach into a strip
_MAX_STRIPS = 12  # strips tried
_ONE_ROW = 0.3  # of the height of the type: lines whose middles differ by less form one row
_TOGETHER = 2.2  # of the height: parts of a row with a narrower blank belong together
_ALONE = 0.9  # of the height: the blank around a line that belongs to no column
_TALL = 1.15  # times the usual height: a heading
_VERY_TALL = 1.8  # times the usual height: the name of a publication
_BLANK_BELOW = 0.5  # of the usual height: the blank below a masthead
_MASTHEAD_PARTS = 12  # of a masthead, at most
_BESIDE = 0.3  # of the height: the blank beside a heading that divides both columns, above and below it
_HEAD_ROWS = 3  # rows of separate texts above columns, at most


class Placed(Protocol):
    """Something with a place on the page: a line, a table, or a picture."""

    @property
    def box(self) -> Box:
        """Its edges."""
        ...

    @property
    def text(self) -> str:
        """Its text; "" for a picture."""
        ...


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
    head, rest = _split_masthead(parts)
    columns = _arrange(rest, size, 0)
    # Where nothing stands side by side, the masthead is part of the only column.
    return [_column(head, parts), *columns] if head and len(columns) > 1 else _arrange(list(parts), size, 0)


def _split_masthead(parts: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
    """Return the parts above the first blank below a very large title, and the rest.

    The title and the texts beside and below it may stand in the width of one column, and are read before all columns.
    """
    ordered = sorted(parts, key=lambda part: -part.box.top)
    heights = [part.box.height for part in parts if part.text]
    if not heights:
        return [], ordered
    usual, lowest, has_title = median(heights), ordered[0].box.bottom, False
    end = start = 0
    title, left = ordered[0].box, min(part.box.left for part in parts)
    for index, part in enumerate(ordered[: _MASTHEAD_PARTS + 1]):
        if has_title and lowest - part.box.top >= _BLANK_BELOW * usual:
            # Below the title only a single stack of lines still belongs to the masthead.
            if end and not _is_stack(ordered[start:index], title, left):
                break
            end, start = index, index
        if part.text and part.box.height >= _VERY_TALL * usual:
            has_title, title = True, part.box
        lowest = min(lowest, part.box.bottom)
    return ordered[:end], ordered[end:]


def _is_stack(parts: Sequence[Placed], title: Box, left: float) -> bool:
    """Tell if a few lines stand below a title and below each other, with nothing beside them.

    Pieces with a blank between them, as number and date in the middle of a page, are one line; `left` is the edge of
    the page's text.
    """
    boxes = [box for row in _rows(parts) for box in _line_boxes(row, title, left)]
    below = all(upper.bottom > lower.top - _CROSS for upper, lower in pairwise(boxes))
    under = all(box.left < title.right and title.left < box.right for box in boxes)
    return len(parts) <= _HEAD_ROWS and below and under


def _line_boxes(row: Sequence[Placed], title: Box, left: float) -> list[Box]:
    """Return the edges of the parts of a row; of all together where they stand as one line in the middle of a title."""
    ordered = sorted(row, key=lambda part: part.box.left)
    whole = Box(
        ordered[0].box.left,
        min(part.box.bottom for part in row),
        max(part.box.right for part in row),
        max(part.box.top for part in row),
    )
    is_line = (
        all(_is_joined(part, after) for part, after in pairwise(ordered))
        and abs(whole.left + whole.right - title.left - title.right) < 2 * whole.height
        and whole.left > left + 2 * whole.height
    )
    return [whole] if is_line else sorted((part.box for part in row), key=lambda box: -box.top)


def _arrange(parts: list[Placed], size: float, depth: int) -> list[Column]:
    """Return parts by columns, divided at the strip that leaves most of them in columns."""
    best: list[tuple[bool, list[Placed]]] = []
    most = 0
    strip = 0.0
    if depth < _MAX_DEPTH and len(parts) >= 2 * _LEAST_LINES:
        for middle in _strips(parts, size):
            if not _may_divide(parts, middle):
                continue
            bands = _bands(parts, middle)
            inside = sum(len(band) for columnar, band in bands if columnar)
            if inside > most:
                best, most, strip = bands, inside, middle
    if not best:
        return [_column(parts, parts)] if parts else []
    columns: list[Column] = []
    plain: list[Placed] = []
    for columnar, band in best:
        if not columnar:
            plain += band
            continue
        if plain:
            columns.append(_column(plain, parts))
            plain = []
        columns += _arrange([part for part in band if part.box.right <= strip + _CROSS], size, depth + 1)
        columns += _arrange([part for part in band if part.box.right > strip + _CROSS], size, depth + 1)
    if plain:
        columns.append(_column(plain, parts))
    return columns


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
        if part.box.right <= middle + _CROSS:
            left += weight
        elif part.box.left >= middle - _CROSS:
            right += weight
    return left >= _LEAST_LINES <= right


def _bands(parts: Sequence[Placed], middle: float) -> list[tuple[bool, list[Placed]]]:
    """Return the parts in bands from top to bottom, and for each band if it has two columns."""
    bands: list[tuple[bool, list[Placed]]] = []
    inside: list[Placed] = []
    across = _across(parts, middle)
    for part in sorted(parts, key=lambda part: -part.box.top):
        if id(part) in across:
            bands += _split_band(inside, middle)
            inside = []
            bands.append((False, [part]))
        else:
            inside.append(part)
    return bands + _split_band(inside, middle)


def _across(parts: Sequence[Placed], middle: float) -> set[int]:
    """Return the identities of the parts that cross the strip, and of those that form one row with them."""
    found: set[int] = set()
    for row in _rows(parts):
        crossing = [
            part for part in row if part.box.left < middle - _CROSS and part.box.right > middle + _CROSS
        ]
        if crossing:
            found |= {id(part) for part in row if any(_is_joined(part, other) for other in crossing)}
            found |= {id(part) for part in row if part.text and _is_alone(part, parts)}
    heights = [part.box.height for part in parts if part.text]
    tall = _TALL * median(heights) if heights else 0.0
    left, right = _sides([part for part in parts if id(part) not in found], middle)
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


def _rows(parts: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Yield the parts whose middles have one height, from top to bottom."""
    row: list[Placed] = []
    for part in sorted(parts, key=lambda part: -_middle(part)):
        if row and _middle(row[0]) - _middle(part) > _ONE_ROW * min(row[0].box.height, part.box.height):
            yield row
            row = []
        row.append(part)
    if row:
        yield row


def _middle(part: Placed) -> float:
    """Return the height of the middle of a part."""
    return (part.box.bottom + part.box.top) / 2


def _is_joined(part: Placed, other: Placed) -> bool:
    """Tell if two parts of a row are so near that they belong together."""
    gap = max(part.box.left, other.box.left) - min(part.box.right, other.box.right)
    return gap < _TOGETHER * max(part.box.height, other.box.height)


def _is_alone(part: Placed, parts: Iterable[Placed]) -> bool:
    """Tell if no line of a column stands directly above or below a part."""
    box = part.box
    left, right, blank = box.left, box.right, _ALONE * box.height
    high, low = box.top + blank, box.bottom - blank
    for other in parts:
        near = other.box
        is_close = near.bottom < high and near.top > low and near.left < right and left < near.right
        if is_close and other is not part:
            return False
    return True


def _split_band(band: list[Placed], middle: float) -> list[tuple[bool, list[Placed]]]:
    """Return a band without a crossing part: rows of separate texts at its top, and the columns below them."""
    if not band:
        return []
    rows = list(_rows(band))
    count = 0
    while count < min(len(rows), _HEAD_ROWS) and _is_head(rows[count], rows[count:], band, middle):
        count += 1
    above = [part for row in rows[:count] for part in row]
    rest = [part for row in rows[count:] for part in row]
    columnar = all(_is_column(side) for side in _sides(rest, middle))
    if not columnar:
        return [(False, band)]
    return [(False, above), (True, rest)] if above else [(True, rest)]


def _is_head(
    row: Sequence[Placed], below: Sequence[Sequence[Placed]], band: Sequence[Placed], middle: float
) -> bool:
    """Tell if a row at the top of a band stands above both columns: a short heading, or texts at both edges."""
    if not all(_is_alone(part, band) for part in row):
        return False
    left, right = _sides(row, middle)
    inside = [part for others in below for part in others if all(part is not one for one in row)]
    if not inside:
        return False
    if left and right:
        column = [part.box for part in inside if part.box.left > middle]
        edges = (
            (min(box.left for box in column), max(box.right for box in column))
            if column
            else (middle, middle)
        )
        return not any(_fits(part.box, *edges) for part in right)
    other = [part.box.top for part in inside if part.box.right > middle + _CROSS]
    return not right and bool(other) and max(other) <= min(part.box.bottom for part in row) + _CROSS


def _fits(box: Box, left: float, right: float) -> bool:
    """Tell if a line begins at the left edge of a column or is centred in it."""
    return abs(box.left - left) < box.height or abs(box.left - left - (right - box.right)) < box.height


def _sides(band: Iterable[Placed], middle: float) -> tuple[list[Placed], list[Placed]]:
    """Return the parts left and right of the strip."""
    left: list[Placed] = []
    right: list[Placed] = []
    for part in band:
        (left if part.box.right <= middle + _CROSS else right).append(part)
    return left, right


def _is_column(side: Sequence[Placed]) -> bool:
    """Tell if parts are a column of text, and not cells or labels."""
    texts = [len(part.text) for part in side if part.text]
    pictures = len(side) - len(texts)
    if len(texts) < _LEAST_LINES:
        # A column may be a picture and its caption beside text.
        return pictures > 0 and len(side) >= 1
    return median(texts) >= _LEAST_TEXT
