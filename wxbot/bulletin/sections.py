"""Which lines may name a section: the marks that bulletins use for it."""

import re
from collections.abc import Sequence
from statistics import median

from wxbot.bulletin import marks
from wxbot.bulletin.marks import End
from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import close_up, width

__all__ = ["Sections", "candidates", "name"]

Sections = dict[int, str]
"""Position of a line → the section's name printed on it."""

_LONGEST = 30
"""Columns of the longest name taken for a section's; what is longer is a title."""

_LONGEST_BOXED = 44
"""The same inside brackets, where the other names in brackets are short."""

_NUMBERING = re.compile(r"^(?:第?[一二三四五六七八九十]{1,3}[、．.]|\d{1,2}\s*[、．.，,])\s*")


def candidates(lines: Sequence[Line]) -> list[Sections]:
    """The sets of lines that may be a body's section headings; the last one is empty.

    Which of them it is shows when the lines below are read: under a section's name stands a title.
    """
    boxed = {i: name(line.text) for i, line in enumerate(lines) if marks.bracketed(line.text)}
    counted = {i: name(rest) for i, line in enumerate(lines) if (rest := _counted(line))}
    found: list[Sections] = []
    if boxed and median(map(width, boxed.values())) <= _LONGEST:
        found.append({i: text for i, text in boxed.items() if width(text) <= _LONGEST_BOXED})
    if counted:
        found.append(counted)
    return [*found, {}]


def name(text: str) -> str:
    """A section's name as readers know it: closed up, without brackets and number."""
    inside = close_up(marks.bracketed(text) or text)
    return close_up(_NUMBERING.sub("", inside).strip()) or inside


def _counted(line: Line) -> str | None:
    """The short name after `一、`, where a line is such a heading."""
    found = marks.mark(line.text)
    if found.kind == "一、" and width(found.rest) <= _LONGEST and marks.end(found.rest) is End.NONE:
        return found.rest
    return None
