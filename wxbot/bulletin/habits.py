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
    (Role.TITLE, "b1"): 2.0,
    (Role.SECTION, "b1"): 1.5,
    (Role.TITLE, "i1"): 1.0,
    (Role.TITLE, "i4"): -1.0,
    (Role.TEXT, "mglyph"): -2.0,
    (Role.TEXT, "mlabel"): -0.5,
    (Role.TEXT, "i1"): -1.0,
    (Role.TEXT, "i4"): 1.5,
    (Role.ENTRY, "mglyph"): -0.5,
    (Role.ENTRY, "mlabel"): 2.5,
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


class Habits:
    """Which marks a bulletin puts before what: points for a line's mark, by role."""

    def __init__(self) -> None:
        self.title_width = 0
        self.lost = 0
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
        habits.lost = _lost_indent(pairs)
        habits.title_width = _title_width(pairs)
        return habits

    def points(self, role: Role, one: Look) -> float:
        """How well the marks of a line fit a role."""
        key = (role, one.traits)
        if key not in self._points:
            self._points[key] = sum(self._marks.get((role, trait), 0.0) for trait in one.traits)
        return self._points[key]

    def shyness(self, one: Look) -> float:
        """Points for a full line being a paragraph's first: it is shorter where its indentation was lost."""
        if self.lost < 3 or not -6 <= one.spare <= self.lost + 2:
            return 0.0
        return max(-1.0, min(1.0, one.spare * 0.3))


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


def _lost_indent(pairs: Sequence[tuple[Look, Role]]) -> int:
    """By how many columns the first lines of paragraphs are shorter than full: their indentation is lost."""
    first = [
        one.spare for (one, role), (_, after) in pairwise(pairs) if (role, after) == (Role.TEXT, Role.TEXT_ON)
    ]
    other = [
        one.spare
        for (one, role), (_, after) in pairwise(pairs)
        if (role, after) == (Role.TEXT_ON, Role.TEXT_ON)
    ]
    if not first or not other:
        return 0
    return min(8, max(0, int(median(first) - median(other))))
