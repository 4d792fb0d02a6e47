"""Describe the parts of a page by their place: rows of parts side by side, and the blank around a part."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from wxbot.bulletin.readers.pdf.printed import Box

__all__ = ["CROSS", "Placed", "is_alone", "is_joined", "rows_of", "sides_of"]

CROSS = 2.0
"""Points by which a line may reach into the strip of paper between two columns."""

_ONE_ROW = 0.3  # of the height of the type: lines whose middles differ by less form one row
_TOGETHER = 2.2  # of the height: parts of a row with a narrower blank belong together
_ALONE = 0.9  # of the height: the blank around a line that belongs to no column


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


def rows_of(parts: Iterable[Placed]) -> Iterator[list[Placed]]:
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


def is_joined(part: Placed, other: Placed) -> bool:
    """Tell if two parts of a row are so near that they belong together."""
    gap = max(part.box.left, other.box.left) - min(part.box.right, other.box.right)
    return gap < _TOGETHER * max(part.box.height, other.box.height)


def is_alone(part: Placed, parts: Iterable[Placed]) -> bool:
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


def sides_of(band: Iterable[Placed], middle: float) -> tuple[list[Placed], list[Placed]]:
    """Return the parts left and right of the strip."""
    left: list[Placed] = []
    right: list[Placed] = []
    for part in band:
        (left if part.box.right <= middle + CROSS else right).append(part)
    return left, right
