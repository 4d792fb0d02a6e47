"""Scores of the decoder: how blocks end, follow one another, start and continue. Higher is more plausible.

The values were tuned by hand on real bulletins; `wxbot evaluate bulletins` measures a change.
"""

from wxbot.bulletin.layout_stats import LayoutStats
from wxbot.bulletin.line_features import LineFeatures
from wxbot.bulletin.markers import LineEnd
from wxbot.bulletin.model import CONTINUATION, FIRST_LINE_ROLE, Role

__all__ = [
    "SHORT_LINE",
    "TRANSITION_SCORES",
    "UNMARKED_SECTION_COST",
    "continuation_score",
    "end_score",
    "start_score",
]

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
    if line.text[0] in _NEVER_AT_START:
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
