"""Find the lines that only mark the heading beside them: a number above a title, English words below a section's name.

Editors of web pages and the conversion of Word files put such marks on lines of their own.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from wxbot.bulletin.line_text import columns
from wxbot.bulletin.model import Line

__all__ = ["section_ornaments", "title_numbers"]

_COUNT = re.compile(r"(?P<number>0[0-9]|[0-9]{1,2}(?=[.．、]))[.．、]?")
_BOLD_NUMBER = re.compile(r"(?P<number>[0-9]{1,2})")
_ENGLISH = re.compile(r"[A-Z][A-Za-z]*(?:[ &/.,'’-]{1,3}[A-Za-z]+){0,4}")
_MAX_NAMED = 20
"""Columns of a section's name that English words ornament, at most."""


def title_numbers(lines: Sequence[Line]) -> set[int]:
    """Return the positions of lines that number the title below them: 01, 1. or a bold 1, counting up or restarting."""
    found = [
        (i, int(match["number"]))
        for i, line in enumerate(lines)
        if (match := _COUNT.fullmatch(line.text) or _match_bold_number(lines, i))
    ]
    numbers = [number for _, number in found]
    steps = all(after in {before + 1, 1} for before, after in pairwise(numbers))
    return {index for index, _ in found} if steps and len(found) > 1 and numbers[0] <= 1 else set()


def _match_bold_number(lines: Sequence[Line], index: int) -> re.Match[str] | None:
    """Match a bold figure alone on a line above a bold line, where the format states both lines."""
    pair = lines[index : index + 2]
    stated = len(pair) > 1 and all(line.complete and line.bold for line in pair)
    return _BOLD_NUMBER.fullmatch(pair[0].text) if stated else None


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
