"""Decode the role of each line of a body with the Viterbi algorithm.

The roles of the lines are the hidden states of a chain, `scoring` gives the emission and transition scores, and
the path with the highest total score wins: an ambiguous line is decided by its neighbours. Two passes are made.
The first uses general scores; its path shows which markers and indents this bulletin uses for which role
(`LayoutStats`), and the second pass adds those statistics to the scores.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wxbot.bulletin.line_features import LineFeatures
from wxbot.bulletin.line_text import LineEnd, bracket_content
from wxbot.bulletin.model import CONTINUATION, FIRST_LINE_ROLE, Role
from wxbot.bulletin.scoring import (
    SHORT_LINE,
    TRANSITION_SCORES,
    UNMARKED_SECTION_COST,
    LayoutStats,
    continuation_score,
    end_score,
    start_score,
)

__all__ = ["DecodedRoles", "best_path_score", "decode"]

_SAMPLE = 2000
"""Number of lines from which the layout statistics are estimated."""

_DOUBT_MARGIN = 0.6
"""A line is doubtful if the best path with the opposite title decision scores less than this below the best path."""

_ORPHAN_HEADING_COST = 8.0
"""Cost of a heading inside an article where no article has begun."""

_TITLES = {Role.TITLE, Role.TITLE_CONT}

_IMPOSSIBLE = -1e9

Scores = dict[Role, float]
Backpointers = dict[Role, Role]
StartRoles = Sequence[tuple[Role, ...]]

_INITIAL: Scores = {Role.TEXT: 0.0}
"""State before the first line: after text, any role may follow without cost."""


@dataclass(frozen=True, slots=True)
class DecodedRoles:
    """The role of each line, and the positions of lines that are doubtful: a title or not is a close decision."""

    roles: list[Role]
    doubtful: list[int]


def decode(features: Sequence[LineFeatures], known: Mapping[int, Role]) -> DecodedRoles:
    """Return the roles of the best path; `known` fixes roles by position.

    Where no section is known, a short unmarked line above a title may be decoded as a section's name.
    """
    starts = _start_roles(features, known)
    sample = features[:_SAMPLE]
    stats = LayoutStats.estimate(sample, _best_path(sample, starts, LayoutStats())[0])
    scores, pointers = _forward(features, starts, stats)
    roles, _ = _backtrack(features, scores, pointers)
    rest = _backward(features, starts, stats, scores)
    doubtful = [i for i, role in enumerate(roles) if _margin(role, scores[i], rest[i]) < _DOUBT_MARGIN]
    return DecodedRoles(roles, doubtful)


def best_path_score(features: Sequence[LineFeatures], known: Mapping[int, Role]) -> float:
    """Return the score of the best path if `known` holds, to compare several candidates for `known`."""
    sample = features[:_SAMPLE]
    # A known heading saves the cost that the same line would have without its marker.
    bonus = sum(
        UNMARKED_SECTION_COST / 2 if role is Role.HEADING else UNMARKED_SECTION_COST
        for role in known.values()
    )
    roles, score = _best_path(sample, _start_roles(sample, known), LayoutStats())
    first = roles.index(Role.TITLE) if Role.TITLE in roles else len(roles)
    orphans = sum(role is Role.HEADING for role in roles[:first])
    return score + bonus - orphans * _ORPHAN_HEADING_COST


def _start_roles(features: Sequence[LineFeatures], known: Mapping[int, Role]) -> list[tuple[Role, ...]]:
    """Return for each line the roles of blocks that it may start; a single one where the role is known.

    Where titles are known, as from heading levels, no other line is a title.
    """
    known_roles = set(known.values())
    free = (Role.TEXT,) if Role.TITLE in known_roles else (Role.TITLE, Role.TEXT)
    starts: list[tuple[Role, ...]] = []
    for index, line in enumerate(features):
        if index in known:
            starts.append((known[index],))
            continue
        more = (Role.ENTRY,) if line.marker.kind else ()
        if known_roles.isdisjoint({Role.SECTION, Role.TITLE}) and _may_be_section(line):
            more = (Role.SECTION,)
        starts.append((*free, *more))
    return starts


def _may_be_section(line: LineFeatures) -> bool:
    """Tell if an unmarked line is short enough for a section's name; marked names are all known or none is."""
    short = line.end in {LineEnd.NONE, LineEnd.COLON} and line.width <= SHORT_LINE
    return short and not line.marker.kind and bracket_content(line.text) is None


def _best_path(
    features: Sequence[LineFeatures], starts: StartRoles, stats: LayoutStats
) -> tuple[list[Role], float]:
    """Return the roles of the path with the highest score, and that score."""
    return _backtrack(features, *_forward(features, starts, stats))


def _forward(
    features: Sequence[LineFeatures], starts: StartRoles, stats: LayoutStats
) -> tuple[list[Scores], list[Backpointers]]:
    """Return for each line and role the best score of a path ending there, and the previous role on that path."""
    scores: list[Scores] = []
    pointers: list[Backpointers] = []
    last: Scores = _INITIAL
    for index in range(len(features)):
        reached: Scores = {}
        pointer: Backpointers = {}
        for old, new, gain in _transitions(features, index, last, starts[index], stats):
            score = last[old] + gain
            if new not in reached or score > reached[new]:
                reached[new], pointer[new] = score, old
        scores.append(reached)
        pointers.append(pointer)
        last = reached
    return scores, pointers


def _backtrack(
    features: Sequence[LineFeatures], scores: Sequence[Scores], pointers: Sequence[Backpointers]
) -> tuple[list[Role], float]:
    """Follow the back pointers from the best final role; return the path and its total score."""
    if not features:
        return [], 0.0
    role = max(scores[-1], key=lambda role: scores[-1][role] + _final_score(role, features[-1]))
    total = scores[-1][role] + _final_score(role, features[-1])
    roles = []
    for pointer in reversed(pointers):
        roles.append(role)
        role = pointer[role]
    return roles[::-1], total


def _backward(
    features: Sequence[LineFeatures], starts: StartRoles, stats: LayoutStats, scores: Sequence[Scores]
) -> list[Scores]:
    """Return for each line and role the best score of a path from there to the end."""
    rest: list[Scores] = [{}] * len(features)
    for index in range(len(features) - 1, -1, -1):
        if index == len(features) - 1:
            rest[index] = {role: _final_score(role, features[index]) for role in scores[index]}
            continue
        best: Scores = {}
        for old, new, gain in _transitions(features, index + 1, scores[index], starts[index + 1], stats):
            best[old] = max(best.get(old, _IMPOSSIBLE), rest[index + 1][new] + gain)
        rest[index] = best
    return rest


def _transitions(
    features: Sequence[LineFeatures],
    index: int,
    olds: Iterable[Role],
    starts: Sequence[Role],
    stats: LayoutStats,
) -> Iterator[tuple[Role, Role, float]]:
    """Yield each transition from a role of the previous line to a role of this line, with its score."""
    line = features[index]
    before = features[index - 1] if index else None
    started = [(new, start_score(new, line, stats)) for new in starts]
    for old in olds:
        ended = end_score(old, before)
        for new, gain in started:
            yield old, new, ended + TRANSITION_SCORES[old][new] + gain
        # A line whose role is known or that stands below a rule starts a block, and a complete line neither
        # continues nor is continued.
        if (
            before is not None
            and Role.TEXT in starts
            and not (line.complete or line.opens or before.complete)
            and (continued := CONTINUATION.get(FIRST_LINE_ROLE[old])) is not None
            and not (continued is Role.TITLE_CONT and _is_label(line))
        ):
            yield old, continued, continuation_score(old, before, line, stats)


def _is_label(line: LineFeatures) -> bool:
    """Tell if a line is a label such as 文/许诺; one in brackets, such as （上）, may end a title."""
    return line.marker.kind == "label" and line.text[0] not in "（([【"


def _final_score(role: Role, last: LineFeatures) -> float:
    """Return the score of a body that ends with this role, scored like the end before a new section."""
    return end_score(role, last) + TRANSITION_SCORES[role][Role.SECTION]


def _margin(role: Role, scores: Scores, rest: Scores) -> float:
    """Return by how much a line's role beats the best path that makes the opposite title decision for the line."""
    others = [scores[r] + rest[r] for r in scores if (r in _TITLES) != (role in _TITLES)]
    return scores[role] + rest[role] - max(others, default=_IMPOSSIBLE)
