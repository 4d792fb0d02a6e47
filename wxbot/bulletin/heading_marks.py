"""Find the lines that only mark the heading beside them: a number above a title, English words below a section's name.

Editors of web pages and the conversion of Word files put such marks on lines of their own.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from wxbot.bulletin.line_text import columns
from wxbot.bulletin.model import Line
from wxbot.numbers import parse_number

__all__ = ["section_ornaments", "title_numbers"]

_COUNT = re.compile(r"(?P<number>0[0-9]|[0-9]{1,2}(?=[.．、]))[.．、]?")
_SET_NUMBER = re.compile(r"(?P<number>[0-9]{1,2}|[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3})")
_ENGLISH = re.compile(r"[A-Z][A-Za-z]*(?:[ &/.,'’-]{1,3}[A-Za-z]+){0,4}")
_MAX_NAMED = 20
"""Columns of a section's name that English words ornament, at most."""


def title_numbers(lines: Sequence[Line]) -> set[int]:
    """Return the positions of lines that number the heading below them: 01, 1., 一, counting up or restarting."""
    found = {i: number for i in range(len(lines)) if (number := _number_above(lines, i)) is not None}
    numbers = list(found.values())
    steps = all(after in {before + 1, 1} for before, after in pairwise(numbers))
    return set(found) if steps and len(found) > 1 and numbers[0] <= 1 else set()


def _number_above(lines: Sequence[Line], index: int) -> int | None:
    """Return the number alone on a line above a title: 01 or 1. anywhere, 1 or 一 above a line set as headings are."""
    line = lines[index]
    if match := _COUNT.fullmatch(line.text):
        return int(match["number"])
    match = _SET_NUMBER.fullmatch(line.text) if line.complete and line.block is None else None
    below = lines[index + 1] if index + 1 < len(lines) else None
    if match is None or below is None or not (below.bold or below.level):
        return None
    is_figure = line.text.isdigit()
    return parse_number(match["number"]) if line.bold or not is_figure else None


def section_ornaments(lines: Sequence[Line]) -> set[int]:
    """Return the positions of English words below short headings set off from text, as editors ornament sections."""
    found = {
        index + 1
        for index, (name, line) in enumerate(pairwise(lines))
        if line.complete
        and line.block is None
        and not line.level
        and _ENGLISH.fullmatch(line.text)
        and name.block is None
        and (name.bold or name.level or name.size > 1)
        and 0 < columns(name.text) <= _MAX_NAMED
        and not any(char.isascii() and char.isalpha() for char in name.text)
    }
    return found if len(found) > 1 else set()
