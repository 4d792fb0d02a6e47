"""Compare entries of a table of contents with the lines of a body, by what an entry shares with its title."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd
from wxbot.bulletin.model import Line

__all__ = ["BodyKeys", "has_leader", "key"]

_LEADER = re.compile(
    r"\s*(?:[.．…·•\s]{2,}\s*[（(]?\d{1,3}[）)]?|[.．…·•]{2,}|\s\d{1,3}|\s*[/／|]\s*[Pp]?\.?\s*\d{1,3}|\s*[Pp]\.?\s*\d{1,3}|[（(]\s*\d{1,3}\s*[)）])\s*$"
)
_DECIMALS = re.compile(r"^\d{1,2}[.．]\d{1,2}\s+(?=\S)")
_SIGNS = re.compile(r"[\s\W_]+")
_MAX_LEADER = 120
"""Characters of the dots and the number that end an entry, at most."""

_MAX_TRIES = 40
"""Places inside lines at which the text of an entry may be found before one at the beginning of a line."""

_MAX_EXTRA, _MAX_EXTRA_SHARE = 8, 0.5
"""Characters by which a title may be longer than its entry, at most: a number, or this share of the entry."""


class BodyKeys:
    """The lines of a body as one text of keys, to find where the text of an entry begins a line further down."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.keys = [key(line.text) for line in lines]
        self._lines = lines
        self._text = "".join(self.keys)
        self._starts = [0]
        for one in self.keys:
            self._starts.append(self._starts[-1] + len(one))

    def find_repetition(self, entry: str, after: int) -> int | None:
        """Return the position of the first line at or below `after` that begins with a key; None without one."""
        if not entry or after >= len(self.keys):
            return None
        place = self._text.find(entry, self._starts[after])
        for _ in range(_MAX_TRIES):
            if place < 0:
                break
            line = bisect_left(self._starts, place)
            while line < len(self.keys) and not self.keys[line]:
                line += 1
            if line < len(self.keys) and self._starts[line] == place:
                return line
            place = self._text.find(entry, place + 1)
        return None

    def find_title(self, entry: str, after: int) -> int | None:
        """Return the position of the first line at or below `after` that may be the title of an entry, else None.

        A sentence that only begins with the same words is no title.
        """
        place = self.find_repetition(entry, after)
        for _ in range(_MAX_TRIES):
            if place is None:
                break
            extra = len(self.keys[place]) - len(entry)
            is_sentence = line_text.line_end(self._lines[place].text) is LineEnd.STOP
            if extra <= 0 or (not is_sentence and extra <= max(_MAX_EXTRA, _MAX_EXTRA_SHARE * len(entry))):
                return place
            place = self.find_repetition(entry, place + 1)
        return None


def key(text: str) -> str:
    """Return what an entry and its title share: the text without marker, page number, blanks and signs."""
    bare = text[:-_MAX_LEADER] + _LEADER.sub("", text[-_MAX_LEADER:])
    inside = line_text.bracket_content(bare) or line_text.leading_marker(bare).rest
    return _SIGNS.sub("", _DECIMALS.sub("", line_text.leading_marker(inside).rest))


def has_leader(line: Line) -> bool:
    """Tell if a line ends in leader dots or a page number, as entries of a table do."""
    return _LEADER.search(line.text[-_MAX_LEADER:]) is not None
