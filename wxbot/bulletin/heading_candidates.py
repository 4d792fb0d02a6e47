"""List which lines of a body may be headings, from their markers and levels alone, before the roles are decoded."""

from collections.abc import Iterator, Sequence
from statistics import median

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Line, Role
from wxbot.bulletin.titles import section_name

__all__ = ["KnownRoles", "role_candidates"]

KnownRoles = dict[int, Role]
"""Role by position of the line, for the lines whose role follows from their marker."""

_MAX_NAME = 30
"""Columns of the longest section name; a longer heading is a title."""

_MAX_BRACKETED_NAME = 44
"""Columns of the longest section name in brackets, where most names in brackets are short."""

_SECTION_STYLES = ("第一", "❶", "①")
"""Styles of numbers other than `一、` that count sections where they count short names only and never restart."""

_MAX_GLYPHS = 4
"""Number of glyphs tried as section markers, the most frequent first: each line may open with an emoji of its own."""


def role_candidates(lines: Sequence[Line]) -> list[KnownRoles]:
    """Return every consistent interpretation of a body's markers as headings; the last one has no sections.

    The decoder decides between them: under the right one, a title follows each section's name.
    """
    levels = {i: level for i, line in enumerate(lines) if (level := _heading_level(line))}
    by_level = _candidates_by_level(lines, levels)
    if len(by_level) == 1 and any(line.level for line in lines):
        return by_level
    inner: KnownRoles = dict.fromkeys(levels, Role.HEADING)
    bracketed = [i for i, line in enumerate(lines) if _is_bracketed_name(line)]
    # Below section names in brackets or after `一、`, headings of a single level are titles or parts of articles.
    below = [inner, dict.fromkeys(levels, Role.TITLE)] if len(set(levels.values())) == 1 else [inner]
    found: list[KnownRoles] = []
    if bracketed and median(columns(section_name(lines[i].text)) for i in bracketed) <= _MAX_NAME:
        short = [i for i in bracketed if columns(section_name(lines[i].text)) <= _MAX_BRACKETED_NAME]
        found += [roles | dict.fromkeys(short, Role.SECTION) for roles in below]
    for counted in _counted_names(lines):
        found += [roles | dict.fromkeys(counted, Role.SECTION) for roles in below]
        found.append(inner | dict.fromkeys(counted, Role.HEADING))
    found += [inner | dict.fromkeys(named, Role.SECTION) for named in _names_by_glyph(lines)]
    return [*found, *by_level, inner]


def _is_bracketed_name(line: Line) -> bool:
    """Tell if a line stands in brackets as section names do, and is neither a source nor a run-in title."""
    return (
        line_text.bracket_content(line.text) is not None
        and not line.run_in
        and line_text.leading_marker(line.text).kind != "label"
    )


def _names_by_glyph(lines: Sequence[Line]) -> Iterator[list[int]]:
    """Yield, for each glyph that opens short names only, the positions of its lines."""
    opened: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        if (found := line_text.leading_marker(line.text)).kind == "glyph":
            opened.setdefault(found.sign, []).append(index)
    short = [
        indices
        for indices in opened.values()
        if all(_is_short_name(line_text.leading_marker(lines[i].text).rest) for i in indices)
    ]
    yield from sorted(short, key=len, reverse=True)[:_MAX_GLYPHS]


def _candidates_by_level(lines: Sequence[Line], levels: dict[int, int]) -> list[KnownRoles]:
    """Return the interpretations of heading levels: the first level names sections, the second titles."""
    ranks = sorted(set(levels.values()))
    links = [
        i
        for i, line in enumerate(lines)
        if line.below_rule and i not in levels and any(span.url for span in line.spans)
    ]
    if len(ranks) > 1:
        roles = {ranks[0]: Role.SECTION, ranks[1]: Role.TITLE}
        return [{i: roles.get(level, Role.HEADING) for i, level in levels.items()}]
    if ranks and links:
        return [dict.fromkeys(levels, Role.SECTION) | dict.fromkeys(links, Role.TITLE)]
    return [dict.fromkeys(levels, Role.SECTION), dict.fromkeys(levels, Role.TITLE)] if ranks else []


def _heading_level(line: Line) -> int:
    """Return the level of a heading, from the reader or from the number of `#`; 0 for other lines."""
    found = line_text.leading_marker(line.text)
    return line.level or (len(found.sign) if found.kind == "#" else 0)


def _counted_names(lines: Sequence[Line]) -> Iterator[list[int]]:
    """Yield the positions of short names after `一、`, and of each other style that only counts short names, once."""
    by_style: dict[str, list[int]] = {style: [] for style in ("一、", *_SECTION_STYLES)}
    other: set[str] = set()
    for index, line in enumerate(lines):
        found = line_text.leading_marker(line.text)
        if found.kind in by_style and _is_short_name(found.rest):
            by_style[found.kind].append(index)
        if found.kind in _SECTION_STYLES and found.value != len(by_style[found.kind]):
            other.add(found.kind)
    yield from (found for style, found in by_style.items() if found and style not in other)


def _is_short_name(text: str) -> bool:
    """Tell if a text is short enough for a section's name and not a sentence."""
    return columns(text) <= _MAX_NAME and line_text.line_end(text) is LineEnd.NONE
