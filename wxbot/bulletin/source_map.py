"""Trace each line of a document to its place in the parsed issue: masthead, section, title, text, or set apart.

The issue keeps the text of the source in order, so its places are found by comparing letters, and nothing in readers
or parser needs to carry positions. A line that is found nowhere is traced to no place, which an editor should see.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from wxbot.bulletin.blocks import Block, Blocks, Picture, Table, paragraphs, pictures, plain
from wxbot.bulletin.evaluation.structure import letters_of
from wxbot.bulletin.model import Document, Dropped, Line, ParsedIssue

__all__ = ["Place", "PlaceKind", "TracedLine", "trace_lines"]

_NEAR = 400
"""Letters that a line of one or two letters is searched for ahead; further away it would be found by chance."""


class PlaceKind(StrEnum):
    """Kind of a place in an issue."""

    MASTHEAD = "masthead"
    LEAD = "lead"
    SECTION = "section"
    TITLE = "title"
    TEXT = "text"
    PICTURE = "picture"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an issue.

    Attributes
    ----------
    kind : what stands there
    article : number of the article, counted from 1 through the issue; 0 outside an article
    text : name, title or text as the issue has it
    why : reason for which the text was set apart
    """

    kind: PlaceKind
    article: int = 0
    text: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line of the source and the places that its text became: none where it is found nowhere."""

    line: Line
    places: tuple[Place, ...]


class _PlaceFinder:
    """Find the places of texts in an issue, searching on from the last one found."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        keys = [letters_of(place.text) for place in places]
        self._starts: list[int] = []
        at = 0
        for key in keys:
            self._starts.append(at)
            at += len(key)
        self._letters = "".join(keys)
        self._here = 0

    def find(self, key: str) -> tuple[Place, ...]:
        """Return the places that the letters cover; none where they stand nowhere."""
        end = self._here + len(key) + _NEAR if len(key) < 3 else len(self._letters)
        at = self._letters.find(key, self._here, end)
        if at < 0 and len(key) >= 3:
            at = self._letters.find(key)
        if at < 0 or not key:
            return ()
        self._here = at + len(key)
        first = bisect_right(self._starts, at) - 1
        last = bisect_right(self._starts, self._here - 1) - 1
        return tuple(self._places[first : last + 1])


def trace_lines(document: Document, parsed: ParsedIssue) -> tuple[TracedLine, ...]:
    """Return the lines of a document in order, each with what it became."""
    finder = _PlaceFinder(list(_places(parsed)))
    masthead = Counter(map(letters_of, parsed.masthead))
    dropped: dict[int, list[Dropped]] = defaultdict(list)
    for one in parsed.dropped:
        dropped[one.line].append(one)
    shown = {picture.digest or picture.url: place for place, picture in _picture_places(parsed)}
    traced = []
    for line in document.lines:
        if line.text or line.block is not None:
            traced.append(TracedLine(line, _trace(line, finder, masthead, dropped[line.at], shown)))
    return tuple(traced)


def _trace(
    line: Line,
    finder: _PlaceFinder,
    masthead: Counter[str],
    dropped: Sequence[Dropped],
    shown: dict[str, Place],
) -> tuple[Place, ...]:
    """Return the places of one line; its marks that were set apart are left out before the search."""
    key = letters_of(_text(line))
    # Of a title in whose place another one stands the title tells more than its mark.
    longest_first = sorted(dropped, key=lambda one: -len(one.text))
    apart = tuple(Place(PlaceKind.DROPPED, text=one.text, why=one.why) for one in longest_first)
    if any(letters_of(one.text) == key for one in dropped):
        return apart[:1]
    if isinstance(line.block, Picture):
        place = shown.get(line.block.digest or line.block.url)
        return (place,) if place else apart
    if masthead[key]:
        masthead[key] -= 1
        return (Place(PlaceKind.MASTHEAD),)
    found = finder.find(key)
    for one in dropped:
        mark = letters_of(one.text)
        if not found and mark:
            key = key.removeprefix(mark).removesuffix(mark)
            found = finder.find(key)
    return found or apart


def _text(line: Line) -> str:
    """Return the text of a line as the issue holds it."""
    return "".join(paragraphs([line.block])) if isinstance(line.block, Table) else line.text


def _places(parsed: ParsedIssue) -> Iterator[Place]:
    """Yield the places of an issue in printed order, which an editor may have changed in the issue."""
    groups: list[tuple[int, list[Place]]] = [(0, list(_text_places(parsed.lead, PlaceKind.LEAD, 0)))]
    number = 0
    for section in parsed.sections:
        lead = _text_places(section.lead, PlaceKind.LEAD, 0)
        groups.append((section.line, [Place(PlaceKind.SECTION, text=section.name), *lead]))
        for article in section.articles:
            number += 1
            text = _text_places(article.blocks, PlaceKind.TEXT, number)
            groups.append((article.line, [Place(PlaceKind.TITLE, number, article.title), *text]))
    in_order = sorted(_carry_lines(groups), key=itemgetter(0))
    yield from (place for _, places in in_order for place in places)


def _carry_lines(groups: Sequence[tuple[int, list[Place]]]) -> Iterator[tuple[int, list[Place]]]:
    """Yield groups of places with their lines; one without a line of its own gets that of the group before."""
    last = 0
    for line, places in groups:
        last = line or last
        yield last, places


def _text_places(blocks: Blocks, kind: PlaceKind, article: int) -> Iterator[Place]:
    """Yield a place for each block that has text."""
    for block in blocks:
        if text := _block_text(block):
            yield Place(kind, article, text)


def _block_text(block: Block) -> str:
    """Return the text of a block, with the description of a picture."""
    if isinstance(block, Picture):
        return plain(block.caption) or block.alt
    return "".join(paragraphs([block]))


def _picture_places(parsed: ParsedIssue) -> Iterator[tuple[Place, Picture]]:
    """Yield every picture of an issue with its place."""
    number = 0
    leads = [parsed.lead, *(section.lead for section in parsed.sections)]
    for picture in (picture for lead in leads for picture in pictures(lead)):
        yield Place(PlaceKind.PICTURE), picture
    for number, article in enumerate(parsed.articles, start=1):
        for picture in pictures(article.blocks):
            yield Place(PlaceKind.PICTURE, number, article.title), picture
