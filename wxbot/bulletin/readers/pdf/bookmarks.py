"""Take the levels of headings from the bookmarks (outline) of a PDF, which Word and browsers write from their headings.

Bookmarks state what type and place only suggest. They count where most of them name a line of the text; the bookmark of
a title that was wrapped names several lines, which become one. Contents pages repeat the titles above the text, so the
lines are searched from the end.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import pypdfium2 as pdfium

from wxbot.bulletin.line_text import join_lines
from wxbot.bulletin.model import Line

__all__ = ["Bookmark", "read_bookmarks", "set_levels"]

_MAX_BOOKMARKS = 2_000
"""Bookmarks that are read, at most."""

_MIN_FOUND, _MIN_SHARE = 3, 0.6
"""Bookmarks that name lines of the text, at least, and their share."""

_WIDEST = 3  # times the longest bookmark: a wider line is no heading
_MAX_LINES = 4
"""Lines of a title, at most."""

_DEEPEST = 6


class Bookmark(NamedTuple):
    """A bookmark: its level from 1, and the letters and digits of its title."""

    level: int
    key: str


def read_bookmarks(opened: pdfium.PdfDocument) -> list[Bookmark]:
    """Return the bookmarks of an open file in order; [] where they cannot be read."""
    try:
        found = islice(opened.get_toc(max_depth=_DEEPEST), _MAX_BOOKMARKS)
        return [Bookmark(min(each.level + 1, _DEEPEST), _key(each.get_title())) for each in found]
    except (pdfium.PdfiumError, ValueError):
        return []


def set_levels(lines: Sequence[Line], bookmarks: Sequence[Bookmark]) -> Sequence[Line]:
    """Return the lines with the levels that bookmarks state; unchanged where these do not name the headings.

    What is no bookmark has no level then: its type remains.
    """
    named = [each for each in bookmarks if each.key]
    if not named:
        return lines
    found = _find_lines(lines, named)
    if len(found) < _MIN_FOUND or len(found) < _MIN_SHARE * len(named):
        return lines
    return list(_with_levels(lines, found))


def _key(text: str) -> str:
    """Return a text without signs and blanks, to compare it."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _find_lines(lines: Sequence[Line], bookmarks: Sequence[Bookmark]) -> dict[int, tuple[int, int]]:
    """Return end and level by the position of each line that a bookmark names, the last bookmark first."""
    places = _places(lines, {bookmark.key for bookmark in bookmarks})
    found: dict[int, tuple[int, int]] = {}
    start = len(lines)
    for bookmark in reversed(bookmarks):
        named = places.get(bookmark.key, [])
        while named and named[-1][0] > start:
            named.pop()
        if named:
            end, first = named.pop()
            found[first] = (end, bookmark.level)
            start = first
    return found


def _places(lines: Sequence[Line], wanted: Set[str]) -> dict[str, list[tuple[int, int]]]:
    """Return where one to four successive lines make up a wanted text: the end and the first line, in order."""
    longest = max(map(len, wanted), default=0)
    widest = _WIDEST * (longest + 1)
    keys = [
        "" if line.block or line.drop_reason or len(line.text) > widest else _key(line.text) for line in lines
    ]
    found: dict[str, list[tuple[int, int]]] = {}
    for end in range(1, len(keys) + 1):
        text = ""
        for first in range(end - 1, max(-1, end - 1 - _MAX_LINES), -1):
            text = keys[first] + text
            if not keys[first] or len(text) > longest:
                break
            if text in wanted:
                found.setdefault(text, []).append((end, first))
    return found


def _with_levels(lines: Sequence[Line], found: dict[int, tuple[int, int]]) -> Iterator[Line]:
    """Yield the lines with their levels, those of one title joined."""
    index = 0
    while index < len(lines):
        line = lines[index]
        end, level = found.get(index, (index + 1, 0))
        for after in lines[index + 1 : end]:
            spans = line.spans + after.spans if line.spans and after.spans else ()
            line = replace(line, text=join_lines((line.text, after.text)), spans=spans)
        yield replace(line, level=level, complete=line.complete if level == 0 else True)
        index = end
