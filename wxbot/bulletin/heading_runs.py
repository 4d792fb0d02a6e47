"""Decide what headings directly below one another are: a title on several lines, or a section above a title."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import pairwise
from statistics import median

from wxbot.bulletin import line_text
from wxbot.bulletin.heading_kinds import HeadingKind
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Line

__all__ = ["find_subtitles", "resolve_runs"]

_MAX_JOINED = 110
"""Columns of a title on several lines, at most."""

_SHORT_NAME = 16
"""Columns of the section's name above a title of the same type, at most."""

_MIN_BEFORE_COLON = 12
"""Columns before the colon of a title that goes on below; a shorter text with a colon is a section's name."""

_MAX_LINES = 3
"""Lines of one title, at most."""

_SUBTITLE = re.compile(r"(?:[—―─–]{2,}|--)\s*\S")
_MAX_SUBTITLE = 60
"""Columns of the second line of a title that begins with a dash, at most."""


def resolve_runs(lines: Sequence[Line], kinds: list[HeadingKind | None]) -> set[int]:
    """Return the positions of lines that continue the heading above them.

    Short lines above another heading of the same type get an outer kind of their own in `kinds`.
    """
    spaced = _are_spaced(lines)
    alone = {
        kind
        for index, kind in enumerate(kinds)
        if kind and not _same_type(kinds[index - 1] if index else None, kind)
    }
    continued: set[int] = set()
    named = _below_names(lines, kinds)
    for run in _runs(kinds):
        parts = 1
        for index in run[1:]:
            above = index - 1
            is_titled = above == run[0] and above in named and _may_be_titled(lines, kinds, above)
            if parts < _MAX_LINES and (is_titled or _continues(lines, kinds, above, alone, spaced=spaced)):
                continued.add(index)
                parts += 1
            else:
                parts = 1
    _mark_outer(lines, kinds, continued)
    return continued


def _below_names(lines: Sequence[Line], kinds: Sequence[HeadingKind | None]) -> set[int]:
    """Return the positions of headings directly below a section's name of a kind of its own.

    Names of one kind stand above headings of one other kind at least twice, and above nothing else but text. Then a
    short heading below them is the beginning of a title on two lines, and no section.
    """
    above = {
        i: kinds[i - 1] for i, kind in enumerate(kinds) if i and kind and kinds[i - 1] not in {None, kind}
    }
    pairs = Counter((name, kinds[i]) for i, name in above.items())
    headed = {
        name: {kind for other, kind in pairs if other == name and kind and not kind.is_plain}
        for name, _ in pairs
    }
    # Looked at once for each kind: a file of thousands of equal lines would take time quadratic in its length.
    names = {name for name in headed if name and len(headed[name]) == 1 and _is_of_names(lines, kinds, name)}
    return {i for i, name in above.items() if name in names and pairs[name, kinds[i]] > 1}


def _is_of_names(lines: Sequence[Line], kinds: Sequence[HeadingKind | None], name: HeadingKind) -> bool:
    """Tell if lines of a kind are set off and short, as names of sections are."""
    widths = [columns(line.text) for line, kind in zip(lines, kinds, strict=True) if kind == name]
    return name.is_visual and median(widths) <= _SHORT_NAME


def _may_be_titled(lines: Sequence[Line], kinds: Sequence[HeadingKind | None], above: int) -> bool:
    """Tell if a heading without marker below a section's name and the line below it may be one title."""
    kind, first = kinds[above + 1], lines[above]
    is_open = line_text.line_end(first.text) is LineEnd.NONE and not line_text.leading_marker(first.text).kind
    return (
        kind is not None
        and kind == kinds[above]
        and not kind.level
        and is_open
        and _may_continue(first, lines[above + 1], kind)
    )


def _are_spaced(lines: Sequence[Line]) -> bool:
    """Tell if blank lines of the source usually stand between two paragraphs."""
    steps = [
        max(after.at - before.at, after.gap + 1)
        for before, after in pairwise(lines)
        if before.text and after.text
    ]
    return bool(steps) and median(steps) > 1


def _runs(kinds: Sequence[HeadingKind | None]) -> Iterator[list[int]]:
    """Yield the positions of two or more headings of one type directly below one another."""
    run: list[int] = []
    for index, kind in enumerate(kinds):
        if kind and run and _same_type(kinds[run[-1]], kind):
            run.append(index)
            continue
        if len(run) > 1:
            yield run
        run = [index] if kind else []
    if len(run) > 1:
        yield run


def _same_type(one: HeadingKind | None, other: HeadingKind) -> bool:
    """Tell if two kinds differ at most in marker and number."""
    return one is not None and replace(one, marker="", below_number=False) == replace(
        other, marker="", below_number=False
    )


def _continues(
    lines: Sequence[Line],
    kinds: Sequence[HeadingKind | None],
    above: int,
    alone: Set[HeadingKind],
    *,
    spaced: bool,
) -> bool:
    """Tell if a heading continues the one above it: it has no marker, and their text or place says so.

    `alone` holds the kinds of which some headings stand below text.
    """
    first, second, kind = lines[above], lines[above + 1], kinds[above + 1]
    if kind is None or not _may_continue(first, second, kind):
        return False
    if kind.level or _breaks_off(first.text):
        return _breaks_off(first.text)
    if line_text.leading_marker(first.text).value is not None and kind not in alone:
        return True
    if spaced:
        return max(second.at - first.at, second.gap + 1) <= 1
    return columns(first.text) > _SHORT_NAME and line_text.line_end(first.text) is LineEnd.NONE


def _may_continue(first: Line, second: Line, kind: HeadingKind) -> bool:
    """Tell if two headings may be one: neither stands in brackets, the second has no marker, and both fit a title."""
    if kind.is_plain or kind.entry or kind.linked or kind.below_number:
        return False
    marked = line_text.leading_marker(second.text).kind or line_text.bracket_content(second.text)
    return (
        not marked
        and not line_text.bracket_content(first.text)
        and columns(first.text) + columns(second.text) <= _MAX_JOINED
    )


def _breaks_off(text: str) -> bool:
    """Tell if a heading is not finished: a bracket is open, or its last sign says that more follows."""
    end = line_text.line_end(text)
    colon = end is LineEnd.COLON and columns(text) >= _MIN_BEFORE_COLON
    return line_text.has_open_bracket(text) or end is LineEnd.COMMA or colon


def _mark_outer(lines: Sequence[Line], kinds: list[HeadingKind | None], continued: set[int]) -> None:
    """Give an outer kind to each short heading directly above another one of exactly the same kind."""
    starts = [i for i, kind in enumerate(kinds) if kind and i not in continued]
    outer = [
        above
        for above, index in pairwise(starts)
        if kinds[above] == kinds[index]
        and not any(kinds[i] is None for i in range(above, index))
        and columns(lines[above].text) <= _SHORT_NAME < columns(lines[index].text) + 6
        and columns(lines[above].text) < columns(lines[index].text)
    ]
    for index in outer:
        kind = kinds[index]
        if kind is not None:
            kinds[index] = replace(kind, outer=True)


def find_subtitles(lines: Sequence[Line], kinds: Sequence[HeadingKind | None]) -> list[int]:
    """Return the positions of lines with a dash below a heading whose level the format does not state: ——记周平."""
    return [
        index
        for index, line in enumerate(lines)
        if index
        and (above := kinds[index - 1]) is not None
        and not (above.level or line.level)
        and _SUBTITLE.match(line.text)
        and columns(line.text) <= _MAX_SUBTITLE
        and line_text.line_end(line.text) in {LineEnd.NONE, LineEnd.ASK}
    ]
