"""Data types of what a page of a PDF shows: runs of characters, lines of text, rules, areas of colour, pictures.

All lengths are points from the lower left corner of the page, as it is read (a turned page is turned upright).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = [
    "Area",
    "Box",
    "CharacterRun",
    "Graphics",
    "PlacedPicture",
    "PrintedPage",
    "Rule",
    "Typeface",
    "bounds",
]


class Box(NamedTuple):
    """A rectangle on the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Distance of the left and the right edge."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Distance of the lower and the upper edge."""
        return self.top - self.bottom

    def holds(self, x: float, y: float, slack: float = 0.0) -> bool:
        """Tell if a point lies inside, or outside by at most `slack`."""
        return self.left - slack <= x <= self.right + slack and self.bottom - slack <= y <= self.top + slack

    def overlap(self, other: "Box") -> float:
        """Return the area that this rectangle shares with another."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return wide * high if wide > 0 and high > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font of the file; `symbol` is set for fonts of signs, such as Wingdings."""

    name: str
    bold: bool = False
    italic: bool = False
    symbol: bool = False

    @property
    def family(self) -> str:
        """Name without the style."""
        return self.name.partition("-")[0].partition(",")[0]


@dataclass(slots=True)
class CharacterRun:
    """Characters of one typeface and size next to each other on one base line.

    Attributes
    ----------
    text : the characters; a blank stands for a blank that the file contains
    lefts, rights : edges of each character
    base, bottom, top : height of the base line, and the lowest and highest edge of the type
    size : size of the type
    colour : red, green and blue in 24 bits
    alpha : 255 for opaque type
    outlined : the type is drawn with an outline in its own colour, which makes it bold
    unseen : the type is drawn without ink, as in the text layer of a scan
    angle : direction of the type in degrees against that of the page
    url : address of the link that the run is
    """

    text: str
    lefts: list[float]
    rights: list[float]
    base: float
    bottom: float
    top: float
    size: float
    face: Typeface
    colour: int = 0
    alpha: int = 255
    outlined: bool = False
    unseen: bool = False
    angle: float = 0.0
    url: str = ""

    @property
    def left_edge(self) -> float:
        """Left edge of the first character."""
        return self.lefts[0]

    @property
    def right_edge(self) -> float:
        """Right edge of the last character."""
        return self.rights[-1]

    @property
    def bold(self) -> bool:
        """Set in bold type, or made bold by an outline."""
        return self.face.bold or self.outlined

    def part(self, start: int, end: int) -> "CharacterRun":
        """Return the run of some of the characters."""
        return CharacterRun(
            self.text[start:end],
            self.lefts[start:end],
            self.rights[start:end],
            self.base,
            self.bottom,
            self.top,
            self.size,
            self.face,
            self.colour,
            self.alpha,
            self.outlined,
            self.unseen,
            self.angle,
            self.url,
        )


class Rule(NamedTuple):
    """A straight line, horizontal or vertical: `at` is its height or its place from the left."""

    at: float
    start: float
    end: float


class Area(NamedTuple):
    """An area filled with one colour."""

    box: Box
    colour: int


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture on the page: its place, its bytes, or the reason in Chinese for which it has none."""

    box: Box
    data: bytes = b""
    reason: str = ""


@dataclass(slots=True)
class Graphics:
    """Drawings and pictures of a page; `dots` are small signs that are drawn, such as the bullets of a browser."""

    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    pictures: list[PlacedPicture] = field(default_factory=list)
    dots: list[Area] = field(default_factory=list)


@dataclass(slots=True)
class PrintedPage:
    """Content of one page: its number from 0, its edges, its characters, and its drawings."""

    number: int
    box: Box
    runs: list[CharacterRun]
    graphics: Graphics


def bounds(boxes: Iterable[Box]) -> Box:
    """Return the smallest rectangle around all rectangles; at least one is expected."""
    found = list(boxes)
    return Box(
        min(box.left for box in found),
        min(box.bottom for box in found),
        max(box.right for box in found),
        max(box.top for box in found),
    )
