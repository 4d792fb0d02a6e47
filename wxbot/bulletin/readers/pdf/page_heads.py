"""Find what stands above the columns of a page: the masthead, and rows of separate texts."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from wxbot.bulletin.readers.pdf.placed import CROSS, Placed, is_alone, is_joined, rows_of, sides_of
from wxbot.bulletin.readers.pdf.printed import Box

__all__ = ["HEAD_ROWS", "is_head", "split_masthead"]

HEAD_ROWS = 3
"""Rows of separate texts above columns, at most."""

_VERY_TALL = 1.8  # times the usual height: the name of a publication
_BLANK_BELOW = 0.5  # of the usual height: the blank below a masthead
_MASTHEAD_PARTS = 12  # of a masthead, at most


def split_masthead(parts: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
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
    boxes = [box for row in rows_of(parts) for box in _line_boxes(row, title, left)]
    below = all(upper.bottom > lower.top - CROSS for upper, lower in pairwise(boxes))
    under = all(box.left < title.right and title.left < box.right for box in boxes)
    return len(parts) <= HEAD_ROWS and below and under


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
        all(is_joined(part, after) for part, after in pairwise(ordered))
        and abs(whole.left + whole.right - title.left - title.right) < 2 * whole.height
        and whole.left > left + 2 * whole.height
    )
    return [whole] if is_line else sorted((part.box for part in row), key=lambda box: -box.top)


def is_head(
    row: Sequence[Placed], below: Sequence[Sequence[Placed]], band: Sequence[Placed], middle: float
) -> bool:
    """Tell if a row at the top of a band stands above both columns: a short heading, or texts at both edges."""
    if not all(is_alone(part, band) for part in row):
        return False
    left, right = sides_of(row, middle)
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
    other = [part.box.top for part in inside if part.box.right > middle + CROSS]
    return not right and bool(other) and max(other) <= min(part.box.bottom for part in row) + CROSS


def _fits(box: Box, left: float, right: float) -> bool:
    """Tell if a line begins at the left edge of a column or is centred in it."""
    return abs(box.left - left) < box.height or abs(box.left - left - (right - box.right)) < box.height
