"""Which lines may be headings, and of which rank: what their marks allow, before anything is read."""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from wxbot.bulletin import line_features
from wxbot.bulletin.line_features import End
from wxbot.bulletin.model import Line
from wxbot.bulletin.roles import Role
from wxbot.bulletin.typeset import close_up, width

__all__ = ["Ranks", "candidates", "section_name"]

Ranks = dict[int, Role]
"""Position of a line → the role that its mark gives it."""

_LONGEST = 30
"""Columns of the longest name taken for a section's; what is longer is a title."""

_LONGEST_BOXED = 44
"""The same inside brackets, where the other names in brackets are short."""

_MOST_GLYPHS = 4
"""Glyphs that are tried as marks of sections, the most frequent first: emoji may open each line with another."""

_NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、．.]|第[一二三四五六七八九十0-9]{1,3}(?:部分|篇|章|版|单元|板块)[\s、：:]*|\d{1,2}\s*[、．.，,])\s*"
)


def candidates(lines: Sequence[Line]) -> list[Ranks]:
    """What the headings of a body may be, in each of the ways its marks allow; the last knows of no section.

    Which of them holds shows when the lines below are read: under a section's name stands a title.
    """
    sharp = {i: level for i, line in enumerate(lines) if (level := _level(line))}
    levelled = _by_level(lines, sharp)
    if len(levelled) == 1 and any(line.level for line in lines):
        return levelled
    inner: Ranks = dict.fromkeys(sharp, Role.HEADING)
    boxed = [i for i, line in enumerate(lines) if _is_boxed(line)]
    counted = [i for i, line in enumerate(lines) if _is_counted(line)]
    # Under names in brackets or after `一、`, headings of one level are titles, or parts of articles.
    ways = [inner, dict.fromkeys(sharp, Role.TITLE)] if len(set(sharp.values())) == 1 else [inner]
    found: list[Ranks] = []
    if boxed and median(width(section_name(lines[i].text)) for i in boxed) <= _LONGEST:
        short = [i for i in boxed if width(section_name(lines[i].text)) <= _LONGEST_BOXED]
        found += [way | dict.fromkeys(short, Role.SECTION) for way in ways]
    if counted:
        found += [way | dict.fromkeys(counted, Role.SECTION) for way in ways]
        found.append(inner | dict.fromkeys(counted, Role.HEADING))
    found += [inner | dict.fromkeys(named, Role.SECTION) for named in _by_glyph(lines)]
    return [*found, *levelled, inner]


def _is_boxed(line: Line) -> bool:
    """Whether a line stands in brackets as names of sections do, and not as a source or a title before its text."""
    return (
        line_features.bracketed(line.text) is not None
        and not line.run_in
        and line_features.mark(line.text).kind != "label"
    )


def _by_glyph(lines: Sequence[Line]) -> Iterator[list[int]]:
    """The lines after each glyph that opens short names and nothing else."""
    opened: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        if (found := line_features.mark(line.text)).kind == "glyph":
            opened.setdefault(found.sign, []).append(index)
    short = [
        indices
        for indices in opened.values()
        if all(_is_short(line_features.mark(lines[i].text).rest) for i in indices)
    ]
    yield from sorted(short, key=len, reverse=True)[:_MOST_GLYPHS]


def _by_level(lines: Sequence[Line], sharp: dict[int, int]) -> list[Ranks]:
    """What headings with levels may be: the first level names sections, the second titles."""
    levels = sorted(set(sharp.values()))
    led = [i for i, line in enumerate(lines) if line.ruled and line.anchor and i not in sharp]
    if len(levels) > 1:
        roles = {levels[0]: Role.SECTION, levels[1]: Role.TITLE}
        return [{i: roles.get(level, Role.HEADING) for i, level in sharp.items()}]
    if levels and led:
        return [dict.fromkeys(sharp, Role.SECTION) | dict.fromkeys(led, Role.TITLE)]
    return [dict.fromkeys(sharp, Role.SECTION), dict.fromkeys(sharp, Role.TITLE)] if levels else []


def _level(line: Line) -> int:
    """The rank of a heading, told by the reader or by the sharps before it; 0 for other lines."""
    found = line_features.mark(line.text)
    return line.level or (len(found.sign) if found.kind == "#" else 0)


def section_name(text: str) -> str:
    """A section's name as readers know it: closed up, without brackets, number, sharps and glyphs."""
    inside = close_up(line_features.bracketed(text) or text)
    found = line_features.mark(inside)
    bare = found.rest if found.kind in {"#", "glyph"} else inside
    return close_up(_NUMBERING.sub("", bare).strip().rstrip("：:")) or inside


def _is_counted(line: Line) -> bool:
    """Whether a line is a short name after `一、`."""
    found = line_features.mark(line.text)
    return found.kind == "一、" and _is_short(found.rest)


def _is_short(text: str) -> bool:
    """Whether a text is as short as names of sections are, and no sentence."""
    return width(text) <= _LONGEST and line_features.end(text) is End.NONE
