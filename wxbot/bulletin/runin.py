"""Titles that run in: 【title】and the text after it, on one line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import width

__all__ = ["split"]

_RUN_IN = re.compile(r"(?P<title>【[^【】]+】)\s*(?P<text>[^\s【】].*)")
_FEWEST = 2
_SHORTEST = 14
"""Columns of a title of middling length; shorter ones name a place, a source or a part of an article."""

_SHORTEST_TEXT = 20
"""Columns that the text on the same line fills at least."""


def split(lines: Sequence[Line]) -> list[Line]:
    """The lines, those with a title that runs in as two: both keep the number of the line they come from.

    Brackets before text are taken for titles when they are long and no two say the same.
    """
    found = {index: match for index, line in enumerate(lines) if (match := _run_in(line))}
    titles = [match["title"] for match in found.values()]
    if len(titles) < _FEWEST or len(set(titles)) < len(titles) or median(map(width, titles)) < _SHORTEST:
        return list(lines)
    return [part for index, line in enumerate(lines) for part in _parts(line, found.get(index))]


def _run_in(line: Line) -> re.Match[str] | None:
    """The title and the text of a line that holds both."""
    found = None if line.level else _RUN_IN.fullmatch(line.text)
    return found if found and width(found["text"]) >= _SHORTEST_TEXT else None


def _parts(line: Line, found: re.Match[str] | None) -> Iterator[Line]:
    """A line as it is, or its two parts; what it links to stays with the text."""
    if found is None:
        yield line
        return
    yield replace(line, text=found["title"], whole=True, run_in=True, links=(), images=(), anchor="")
    yield replace(line, text=found["text"], indent=0, gap=0, page_start=False, ruled=False)
