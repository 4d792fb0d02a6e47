"""What a bulletin's own habits are: which marks it puts before titles, how wide it sets them, what it indents."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from wxbot.bulletin.layout import Look
from wxbot.bulletin.roles import BLOCK, Role

__all__ = ["Habits"]

# What marks stand for in general, before a bulletin has shown its own habits.
_GENERAL: dict[tuple[Role, str], float] = {
    (Role.TITLE, "mglyph"): 2.0,
    (Role.TITLE, "mdash"): -2.0,
    (Role.TITLE, "mlabel"): -4.0,
    (Role.TITLE, "mrow"): -6.0,
    (Role.TITLE, "mrun-in"): 6.0,
    (Role.TITLE, "b1"): 2.0,
    (Role.SECTION, "b1"): 1.5,
    (Role.TITLE, "n1"): 4.0,
    (Role.TITLE, "i1"): 1.0,
    (Role.TITLE, "i4"): -1.0,
    (Role.TEXT, "mglyph"): -2.0,
    (Role.TEXT, "mlabel"): -0.5,
    (Role.TEXT, "mrow"): -0.5,
    (Role.TEXT, "i1"): -1.0,
    (Role.TEXT, "i4"): 1.5,
    (Role.ENTRY, "mglyph"): -0.5,
    (Role.ENTRY, "mlabel"): 2.5,
    (Role.ENTRY, "mrow"): 4.0,
    (Role.ENTRY, "snear"): 1.0,
    (Role.ENTRY, "sfar"): -1.0,
    (Role.TITLE, "snear"): -1.0,
    (Role.TITLE, "sfar"): 1.0,
    (Role.TEXT_ON, "i1"): -1.0,
    (Role.TEXT_ON, "i4"): -3.0,
    (Role.TEXT_ON, "a1"): -3.0,
    (Role.TITLE_ON, "i4"): -1.0,
    (Role.TITLE_ON, "a1"): -2.0,
    (Role.ENTRY_ON, "a1"): -3.0,
}


_WEIGHT = 1.4
"""How much a bulletin's own habits count beside the general rules."""

_SPARE = range(-6, 11)
"""Columns that a full line may have to spare, less what justified type squeezes."""

_UNSEEN = 0.03
"""The share of each of these although no line had so much."""

_FEW = 8
"""Lines that are too few to show what is usual."""

_SHYNESS = 1.3
"""How much the room that a line has to spare counts beside the other rules."""

_MOST_SHY = 4.0


class Habits:
    """Which marks a bulletin puts before what: points for a line's mark, by role."""

    def __init__(self) -> None:
        self.title_width = 0
        self.lost = 0
        self._shyness: dict[int, float] = {}
        self._marks: dict[tuple[Role, str], float] = dict(_GENERAL)
        self._points: dict[tuple[Role, tuple[str, ...]], float] = {}

    @classmethod
    def of(cls, looks: Sequence[Look], roles: Sequence[Role]) -> "Habits":
        """What one reading of a bulletin shows of its habits."""
        habits = cls()
        pairs = list(zip(looks, roles, strict=True))
        seen = Counter((_kin(role), trait) for one, role in pairs for trait in one.traits)
        by_role: Counter[tuple[Role, str]] = Counter()
        by_mark: Counter[str] = Counter()
        for (role, trait), count in seen.items():
            by_role[role, trait[0]] += count
            by_mark[trait] += count
        for role in Role:
            for trait in by_mark:
                # Of a plain line it is asked how often this role is plain; of a mark, how often it means this role.
                marked = trait[0] == "m" and trait != "m"
                total = by_mark[trait] if marked else by_role[_kin(role), trait[0]]
                share = (seen[_kin(role), trait] + 0.5) / (total + 1.5)
                habits._marks[role, trait] = _WEIGHT * math.log(share) + _GENERAL.get((role, trait), 0.0) / 2
        first, other = _spares(pairs)
        habits.lost = _lost_indent(first, other)
        habits._shyness = _shyness(first, other)
        habits.title_width = _title_width(pairs)
        return habits

    def points(self, role: Role, one: Look) -> float:
        """How well the marks of a line fit a role."""
        key = (role, one.traits)
        if key not in self._points:
            self._points[key] = sum(self._marks.get((role, trait), 0.0) for trait in one.traits)
        return self._points[key]

    def shyness(self, one: Look) -> float:
        """Points for a full line being a paragraph's first and no later one: without its indentation it is shorter."""
        return self._shyness.get(one.spare, 0.0)


def _kin(role: Role) -> Role:
    """The role to which one is counted: lines that carry something on look alike, whatever it is."""
    return Role.TEXT_ON if BLOCK[role] is not role else role


def _title_width(pairs: Sequence[tuple[Look, Role]]) -> int:
    """The columns of a full line of a title: where titles were cut, or else the longest one."""
    cut = [
        one.width
        for (one, role), (_, after) in pairwise(pairs)
        if (role, after) == (Role.TITLE, Role.TITLE_ON)
    ]
    whole = [one.width for one, role in pairs if role is Role.TITLE]
    return int(median(cut)) if cut else max(whole, default=0)


def _spares(pairs: Sequence[tuple[Look, Role]]) -> tuple[list[int], list[int]]:
    """What the full lines of paragraphs have to spare: the first lines, and the others."""
    found: dict[Role, list[int]] = {Role.TEXT: [], Role.TEXT_ON: []}
    for (one, role), (_, after) in pairwise(pairs):
        if after is Role.TEXT_ON and role in found:
            found[role].append(one.spare)
    return found[Role.TEXT], found[Role.TEXT_ON]


def _lost_indent(first: Sequence[int], other: Sequence[int]) -> int:
    """By how many columns the first lines of paragraphs are shorter than full: their indentation is lost."""
    if not first or not other:
        return 0
    return min(8, max(0, int(median(first) - median(other))))


def _shyness(first: Sequence[int], other: Sequence[int]) -> dict[int, float]:
    """Points by what a line has to spare: how much oftener first lines have so much than others do."""
    near, far = _shares(first), _shares(other)
    shyness = {spare: _SHYNESS * math.log(near[spare] / far[spare]) for spare in _SPARE}
    return {spare: max(-_MOST_SHY, min(_MOST_SHY, points)) for spare, points in shyness.items()}


def _shares(spares: Sequence[int]) -> dict[int, float]:
    """The share of each value, smoothed over its neighbours, since few lines tell little."""
    count = Counter(spares)
    total = max(len(spares), _FEW)
    return {
        spare: (count[spare] / 2 + (count[spare - 1] + count[spare + 1]) / 4) / total + _UNSEEN
        for spare in _SPARE
    }
