"""Scores of the decoder: how blocks end, follow one another, start and continue. Higher is more plausible.

The fixed scores were tuned by hand on real bulletins; `wxbot evaluate bulletins` measures a change. `LayoutStats` adds
scores estimated from one bulletin: its markers before titles, the width of titles, the indents of paragraphs.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from wxbot.bulletin.line_features import LineFeatures
from wxbot.bulletin.line_text import LineEnd
from wxbot.bulletin.model import CONTINUATION, FIRST_LINE_ROLE, Role

__all__ = [
    "SHORT_LINE",
    "TRANSITION_SCORES",
    "UNMARKED_SECTION_COST",
    "LayoutStats",
    "continuation_score",
    "end_score",
    "start_score",
]

# Scores of traits by role (see `line_features._traits`) before anything is known about the bulletin.
_PRIOR: dict[tuple[Role, str], float] = {
    (Role.TITLE, "marker glyph"): 2.0,
    (Role.TITLE, "marker dash"): -2.0,
    (Role.TITLE, "marker label"): -4.0,
    (Role.TITLE, "marker row"): -6.0,
    (Role.TITLE, "marker run-in"): 6.0,
    (Role.TITLE, "bold"): 2.0,
    (Role.SECTION, "bold"): 1.5,
    (Role.TITLE, "below number"): 4.0,
    (Role.TITLE, "indent small"): 1.0,
    (Role.TITLE, "indent paragraph"): -1.0,
    (Role.TEXT, "marker glyph"): -2.0,
    (Role.TEXT, "marker label"): -0.5,
    (Role.TEXT, "marker row"): -0.5,
    (Role.TEXT, "indent small"): -1.0,
    (Role.TEXT, "indent paragraph"): 1.5,
    (Role.ENTRY, "marker glyph"): -0.5,
    (Role.ENTRY, "marker label"): 2.5,
    (Role.ENTRY, "marker row"): 4.0,
    (Role.ENTRY, "series near"): 1.0,
    (Role.ENTRY, "series far"): -1.0,
    (Role.TITLE, "series near"): -1.0,
    (Role.TITLE, "series far"): 1.0,
    (Role.TEXT_CONT, "indent small"): -1.0,
    (Role.TEXT_CONT, "indent paragraph"): -3.0,
    (Role.TEXT_CONT, "gap wide"): -3.0,
    (Role.TITLE_CONT, "indent paragraph"): -1.0,
    (Role.TITLE_CONT, "gap wide"): -2.0,
    (Role.ENTRY_CONT, "gap wide"): -3.0,
}


_WEIGHT = 1.4
"""Weight of the bulletin's own statistics relative to the prior scores."""

_SLACKS = range(-6, 11)
"""Slacks of a full line, in columns: negative where justified type squeezes signs."""

_SMOOTHING = 0.03
"""Share added to each slack, so that a slack without a line has a share above 0."""

_MIN_SAMPLE = 8
"""Number of lines below which shares are not fully trusted."""

_SLACK_WEIGHT = 1.3
"""Weight of the slack relative to the other scores."""

_MAX_SLACK_SCORE = 4.0


class LayoutStats:
    """Statistics of one bulletin, as scores of a line's traits and slack by role.

    Attributes
    ----------
    title_width : columns of a full line of a title; 0 if unknown
    lost_indent : columns by which first lines of paragraphs are shorter than full lines, because the
        text extraction dropped their indent; 0 if none
    """

    def __init__(self) -> None:
        self.title_width = 0
        self.lost_indent = 0
        self._slack_scores: dict[int, float] = {}
        self._trait_scores: dict[tuple[Role, str], float] = dict(_PRIOR)
        self._role_scores: dict[tuple[Role, tuple[str, ...]], float] = {}

    @classmethod
    def estimate(cls, features: Sequence[LineFeatures], roles: Sequence[Role]) -> "LayoutStats":
        """Estimate the statistics from lines and their roles on the best path of a first pass."""
        stats = cls()
        pairs = list(zip(features, roles, strict=True))
        seen = Counter((_trait_role(role), trait) for one, role in pairs for trait in one.traits)
        by_role: Counter[tuple[Role, str]] = Counter()
        by_mark: Counter[str] = Counter()
        for (role, trait), count in seen.items():
            by_role[role, _kind_of(trait)] += count
            by_mark[trait] += count
        for role in Role:
            for trait in by_mark:
                # For a trait of a plain line: how often lines of this role have it. For a marker: how often a line
                # with this marker has the role.
                marked = _kind_of(trait) == "marker" and trait != "marker "
                total = by_mark[trait] if marked else by_role[_trait_role(role), _kind_of(trait)]
                share = (seen[_trait_role(role), trait] + 0.5) / (total + 1.5)
                stats._trait_scores[role, trait] = (
                    _WEIGHT * math.log(share) + _PRIOR.get((role, trait), 0.0) / 2
                )
        first, other = _slacks(pairs)
        stats.lost_indent = _lost_indent(first, other)
        stats._slack_scores = _slack_scores(first, other)
        stats.title_width = _title_width(pairs)
        return stats

    def trait_score(self, role: Role, line: LineFeatures) -> float:
        """Return the score of a line's traits for a role."""
        key = (role, line.traits)
        if key not in self._role_scores:
            self._role_scores[key] = sum(self._trait_scores.get((role, trait), 0.0) for trait in line.traits)
        return self._role_scores[key]

    def first_line_score(self, line: LineFeatures) -> float:
        """Return the score for a full line being the first of its paragraph, which is shorter by the lost indent."""
        return self._slack_scores.get(line.slack, 0.0)


def _kind_of(trait: str) -> str:
    """Return the kind of a trait, its first word."""
    return trait.split(" ", 1)[0]


def _trait_role(role: Role) -> Role:
    """Return the role under which traits are counted: all continuation lines look alike and are counted together."""
    return Role.TEXT_CONT if FIRST_LINE_ROLE[role] is not role else role


def _title_width(pairs: Sequence[tuple[LineFeatures, Role]]) -> int:
    """Estimate the columns of a full line of a title: the median of wrapped titles, or else the longest title."""
    wrapped = [
        one.width
        for (one, role), (_, after) in pairwise(pairs)
        if (role, after) == (Role.TITLE, Role.TITLE_CONT)
    ]
    widths = [one.width for one, role in pairs if role is Role.TITLE]
    return int(median(wrapped)) if wrapped else max(widths, default=0)


def _slacks(pairs: Sequence[tuple[LineFeatures, Role]]) -> tuple[list[int], list[int]]:
    """Return the slacks of the full lines of paragraphs: those of first lines, and those of the others."""
    found: dict[Role, list[int]] = {Role.TEXT: [], Role.TEXT_CONT: []}
    for (one, role), (_, after) in pairwise(pairs):
        if after is Role.TEXT_CONT and role in found:
            found[role].append(one.slack)
    return found[Role.TEXT], found[Role.TEXT_CONT]


def _lost_indent(first: Sequence[int], other: Sequence[int]) -> int:
    """Estimate by how many columns first lines are shorter than others, because their indent is not in the text."""
    if not first or not other:
        return 0
    return min(8, max(0, int(median(first) - median(other))))


def _slack_scores(first: Sequence[int], other: Sequence[int]) -> dict[int, float]:
    """Return a score by slack: the log odds that a full line with this slack is a first line."""
    near, far = _shares(first), _shares(other)
    odds = {slack: _SLACK_WEIGHT * math.log(near[slack] / far[slack]) for slack in _SLACKS}
    return {slack: max(-_MAX_SLACK_SCORE, min(_MAX_SLACK_SCORE, score)) for slack, score in odds.items()}


def _shares(slacks: Sequence[int]) -> dict[int, float]:
    """Return the share of each slack, smoothed over its neighbours because samples are small."""
    count = Counter(slacks)
    total = max(len(slacks), _MIN_SAMPLE)
    return {
        slack: (count[slack] / 2 + (count[slack - 1] + count[slack + 1]) / 4) / total + _SMOOTHING
        for slack in _SLACKS
    }


SHORT_LINE = 24
"""Columns up to which a line is short for a paragraph and may be a section's name."""

UNMARKED_SECTION_COST = 1.5
"""Cost of a section's name that has no marker."""

_MEDIUM_LINE = 40
"""Columns up to which a line is rather short for a paragraph."""

_CLOSING_BRACKETS = ("）", ")", "】")
_NEVER_AT_START = "，。、；：！？）》】”’,.;:!?)%"

# Scores of the last sign of a block, by role: a title that ends in the middle of a sentence is implausible, and
# so is text that ends without a full stop.
_END_SCORES = {
    Role.TITLE: {
        LineEnd.STOP: -3.0,
        LineEnd.ASK: -0.5,
        LineEnd.COLON: -2.5,
        LineEnd.SEMI: -4.0,
        LineEnd.COMMA: -5.0,
        LineEnd.NONE: 0.0,
    },
    Role.TEXT: {
        LineEnd.STOP: 0.0,
        LineEnd.ASK: 0.0,
        LineEnd.COLON: -1.0,
        LineEnd.SEMI: -2.0,
        LineEnd.COMMA: -7.0,
        LineEnd.NONE: -4.0,
    },
    Role.ENTRY: {
        LineEnd.STOP: 0.0,
        LineEnd.ASK: 0.0,
        LineEnd.COLON: -0.5,
        LineEnd.SEMI: 0.0,
        LineEnd.COMMA: -3.0,
        LineEnd.NONE: -0.5,
    },
}

# Scores of a block of one role directly after a block of another.
_BLOCK_TRANSITIONS = {
    (Role.TITLE, Role.TITLE): -4.0,  # an article without any text
    (Role.TITLE, Role.TEXT): 0.0,
    (Role.TITLE, Role.ENTRY): -1.5,
    (Role.TITLE, Role.HEADING): -1.0,
    (Role.TITLE, Role.SECTION): -4.0,
    (Role.TEXT, Role.TITLE): -1.0,
    (Role.TEXT, Role.TEXT): -0.8,
    (Role.TEXT, Role.ENTRY): -1.8,
    (Role.TEXT, Role.HEADING): 0.0,
    (Role.TEXT, Role.SECTION): 0.0,
    (Role.ENTRY, Role.TITLE): -1.0,
    (Role.ENTRY, Role.TEXT): -0.8,
    (Role.ENTRY, Role.ENTRY): 1.4,  # entries come in lists
    (Role.ENTRY, Role.HEADING): 0.0,
    (Role.ENTRY, Role.SECTION): 0.0,
    (Role.HEADING, Role.TITLE): -4.0,
    (Role.HEADING, Role.TEXT): 0.0,
    (Role.HEADING, Role.ENTRY): 0.0,
    (Role.HEADING, Role.HEADING): -1.0,
    (Role.HEADING, Role.SECTION): -3.0,
    (Role.SECTION, Role.TITLE): 0.0,
    (Role.SECTION, Role.TEXT): -4.0,  # text without a title
    (Role.SECTION, Role.ENTRY): -3.0,
    (Role.SECTION, Role.HEADING): -1.0,
    (Role.SECTION, Role.SECTION): -1.0,
}
TRANSITION_SCORES = [
    [_BLOCK_TRANSITIONS.get((FIRST_LINE_ROLE[old], new), 0.0) for new in Role] for old in Role
]
"""Score by the role of a block's last line, then by the role of the next block's first line."""


def end_score(role: Role, last: LineFeatures | None) -> float:
    """Return the score of a block that ends with this line in this role."""
    block = FIRST_LINE_ROLE[role]
    if last is None or block in {Role.HEADING, Role.SECTION}:
        return 0.0
    score = _END_SCORES[block][last.end]
    if last.unclosed:
        score -= 4.0
    if last.end is LineEnd.NONE and last.free < 4 and block is not Role.TITLE:
        score -= 2.0
    if block is Role.TEXT and last.text.endswith(_CLOSING_BRACKETS):
        score += 2.0  # （记者 某某） and the like stand after the full stop
    if role is Role.TEXT and last.width <= _MEDIUM_LINE:
        score -= 1.2 if last.width <= SHORT_LINE else 0.6  # a paragraph of a few words is rare
    return score


def start_score(block: Role, line: LineFeatures, stats: LayoutStats) -> float:
    """Return the score of a line that starts a block of this role."""
    score = stats.trait_score(block, line)
    if block is Role.TITLE:
        score -= 4.0 if "。" in line.text[:-1] else 0.0
        score -= 1.5 if line.free == 0 else 0.0
        score -= 1.5 if line.text.count("，") > 2 else 0.0
        score -= 2.0 if 0 < stats.title_width < line.width - 4 else 0.0
    elif block is Role.SECTION:
        score -= UNMARKED_SECTION_COST
    if line.text[:1] in _NEVER_AT_START and line.text:
        score -= 4.0
    return score


def continuation_score(role: Role, before: LineFeatures, line: LineFeatures, stats: LayoutStats) -> float:
    """Return the score of a line that continues a block; `role` is the role of the line before it."""
    block = FIRST_LINE_ROLE[role]
    score = stats.trait_score(CONTINUATION[block], line)
    if block is Role.TITLE:
        return score + _title_continuation_score(before, line, stats)
    if block is Role.TEXT:
        score -= stats.first_line_score(line)
    free = max(0, before.free - stats.lost_indent) if role is Role.TEXT else before.free
    score -= min(7.0, 0.3 * max(0, free - 4))
    score += 1.0 if before.unclosed or before.end is LineEnd.COMMA else 0.0
    if before.end in {LineEnd.STOP, LineEnd.ASK} and free > 3:
        score -= 1.5
    if line.marker.kind not in {"", "label"}:
        score -= 1.5
    return score


def _title_continuation_score(before: LineFeatures, line: LineFeatures, stats: LayoutStats) -> float:
    """Return the score of a further line of a title: its first word must not have fitted on the line before."""
    free = max(0, stats.title_width - before.width - line.first_word) if stats.title_width else 4
    score = -1.0 - min(7.0, 0.3 * max(free, before.free - 20))
    score += 4.0 if before.unclosed else 0.0
    score -= 4.0 if "。" in line.text[:-1] else 0.0
    score -= 3.0 if line.free == 0 else 0.0
    return score + {LineEnd.STOP: -4.0, LineEnd.ASK: -2.0, LineEnd.COMMA: 2.0}.get(before.end, 0.0)
