"""List which lines of a body may be headings, from their markers and levels alone, before the roles are decoded.

A title in brackets with its text on the same line (run-in title) is split into two lines first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd, columns, remove_letterspacing
from wxbot.bulletin.model import Line, Role

__all__ = ["KnownRoles", "role_candidates", "section_name", "split_run_in_titles"]

KnownRoles = dict[int, Role]
"""Role by position of the line, for the lines whose role follows from their marker."""

_MAX_NAME = 30
"""Columns of the longest section name; a longer heading is a title."""

_MAX_BRACKETED_NAME = 44
"""Columns of the longest section name in brackets, where most names in brackets are short."""

_MAX_GLYPHS = 4
"""Number of glyphs tried as section markers, the most frequent first: each line may open with an emoji of its own."""

_NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、．.]|第[一二三四五六七八九十0-9]{1,3}(?:部分|篇|章|版|单元|板块)[\s、：:]*|\d{1,2}\s*[、．.，,])\s*"
)
_RUN_IN = re.compile(r"(?P<title>【[^【】]+】)\s*(?P<text>[^\s【】].*)")

_MIN_RUN_IN_TITLES = 2
_MIN_RUN_IN_TITLE = 14
"""Median columns of run-in titles, at least; shorter brackets name a place, a source or a part of an article."""

_MIN_RUN_IN_TEXT = 20
"""Columns of the text on the same line, at least."""


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
    counted = [i for i, line in enumerate(lines) if _is_counted_name(line)]
    # Below section names in brackets or after `一、`, headings of a single level are titles or parts of articles.
    below = [inner, dict.fromkeys(levels, Role.TITLE)] if len(set(levels.values())) == 1 else [inner]
    found: list[KnownRoles] = []
    if bracketed and median(columns(section_name(lines[i].text)) for i in bracketed) <= _MAX_NAME:
        short = [i for i in bracketed if columns(section_name(lines[i].text)) <= _MAX_BRACKETED_NAME]
        found += [roles | dict.fromkeys(short, Role.SECTION) for roles in below]
    if counted:
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
    links = [i for i, line in enumerate(lines) if line.below_rule and line.anchor and i not in levels]
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


def section_name(text: str) -> str:
    """Return a section's name without letter-spacing, brackets, number, `#` and glyphs."""
    inside = remove_letterspacing(line_text.bracket_content(text) or text)
    found = line_text.leading_marker(inside)
    bare = found.rest if found.kind in {"#", "glyph"} else inside
    return remove_letterspacing(_NUMBERING.sub("", bare).strip().rstrip("：:")) or inside


def _is_counted_name(line: Line) -> bool:
    """Tell if a line is a short name after `一、`."""
    found = line_text.leading_marker(line.text)
    return found.kind == "一、" and _is_short_name(found.rest)


def _is_short_name(text: str) -> bool:
    """Tell if a text is short enough for a section's name and not a sentence."""
    return columns(text) <= _MAX_NAME and line_text.line_end(text) is LineEnd.NONE


def split_run_in_titles(lines: Sequence[Line]) -> list[Line]:
    """Split each line 【title】text into a title and its text; both keep the number of the source line.

    Brackets before text are titles if there are at least two, they are long, and no two are equal; otherwise
    the lines are returned unchanged.
    """
    found = {index: match for index, line in enumerate(lines) if (match := _match_run_in(line))}
    titles = [match["title"] for match in found.values()]
    if len(titles) < _MIN_RUN_IN_TITLES or len(set(titles)) < len(titles):
        return list(lines)
    if median(map(columns, titles)) < _MIN_RUN_IN_TITLE:
        return list(lines)
    return [part for index, line in enumerate(lines) for part in _split_line(line, found.get(index))]


def _match_run_in(line: Line) -> re.Match[str] | None:
    """Match the title and the text of a line that holds both."""
    found = None if line.level else _RUN_IN.fullmatch(line.text)
    return found if found and columns(found["text"]) >= _MIN_RUN_IN_TEXT else None


def _split_line(line: Line, found: re.Match[str] | None) -> Iterator[Line]:
    """Yield a line unchanged, or its title and its text; links and images stay with the text."""
    if found is None:
        yield line
        return
    yield replace(line, text=found["title"], complete=True, run_in=True, links=(), images=(), anchor="")
    yield replace(line, text=found["text"], indent=0, gap=0, page_start=False, below_rule=False)
