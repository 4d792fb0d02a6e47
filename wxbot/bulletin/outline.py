"""Rank the kinds of headings of a document into sections, titles and inner headings, by how they nest.

Every plausible assignment of roles to kinds is scored over the whole document: sections are followed by titles, titles
by text, numbers count on within what is above them, and each has the length that such lines have. What the format
states is never contradicted: a heading of a lower level never ranks above one of a higher level.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise, product

from wxbot.bulletin import line_text
from wxbot.bulletin.heading_kinds import HeadingKind
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Line

__all__ = ["Outline", "Rank", "rank_kinds"]

_STEPS = 60_000
"""Events looked at in all assignments together, at most, so that time does not grow with the number of kinds."""

_SAMPLE = 600
"""Events of a document that are looked at."""


class Rank(IntEnum):
    """Role of a kind of lines; a smaller value ranks above a larger one."""

    SECTION = 0
    TITLE = 1
    INNER = 2
    TEXT = 3


_START, _BODY, _END = "start", "body", "end"
_State = Rank | str

# Scores of one line directly after another, by their roles. BODY is running text.
_FOLLOW: dict[tuple[_State, _State], float] = {
    (_START, Rank.SECTION): 1.0,
    (_START, Rank.TITLE): 0.5,
    (_START, Rank.INNER): -3.0,
    (_START, Rank.TEXT): -0.5,
    (_START, _BODY): -0.3,
    (Rank.SECTION, Rank.SECTION): -2.0,
    (Rank.SECTION, Rank.TITLE): 1.0,
    (Rank.SECTION, Rank.INNER): -2.0,
    (Rank.SECTION, Rank.TEXT): -0.9,
    (Rank.SECTION, _BODY): -0.8,
    (Rank.SECTION, _END): -3.0,
    (Rank.TITLE, Rank.SECTION): -3.0,
    (Rank.TITLE, Rank.TITLE): -2.5,
    (Rank.TITLE, Rank.INNER): 0.2,
    (Rank.TITLE, Rank.TEXT): 0.6,
    (Rank.TITLE, _BODY): 1.0,
    (Rank.TITLE, _END): -3.0,
    (Rank.INNER, Rank.SECTION): -2.5,
    (Rank.INNER, Rank.TITLE): -2.5,
    (Rank.INNER, Rank.INNER): -1.0,
    (Rank.INNER, Rank.TEXT): 0.2,
    (Rank.INNER, _BODY): 0.3,
    (Rank.INNER, _END): -2.5,
}
_ORPHAN_COST = 3.0
"""Cost of an inner heading where no article has begun."""

_RESTART_COST = 1.5
"""Cost of a number that starts again at 1 although nothing of a higher rank stands between."""

_SERIES_GAIN = 0.5
"""Gain of a line whose number continues its series."""

_ORDER_COST = 3.0
"""Cost of a kind that ranks above another although its numbering or size says otherwise."""

_UNLISTED_COST = 2.0
"""Cost of a line that the table of contents names and that heads neither a section nor an article."""

_LATE_SECTION_COST = 2.5
"""Cost of the first section below a title: either all articles stand in sections, or none does."""

_NUMBER_ORDER = {"一、": 0, "（一）": 1, "1.": 2, "1、": 2, "1．": 2, "（1）": 3, "1）": 3, "①": 4}


@dataclass(frozen=True, slots=True)
class Outline:
    """The role of each kind, the score, and the next best assignment of sections and titles with its distance."""

    ranks: Mapping[HeadingKind, Rank]
    score: float
    margin: float
    other: Mapping[HeadingKind, Rank]


@dataclass(frozen=True, slots=True)
class _Event:
    """A heading, or the text up to the next heading."""

    kind: HeadingKind | None
    index: int
    value: int | None = None


def rank_kinds(
    lines: Sequence[Line], kinds: Sequence[HeadingKind | None], confirmed: Set[int] = frozenset()
) -> Outline:
    """Return the best assignment of roles to the kinds; the table of contents names the lines at `confirmed`."""
    events = list(_events(lines, kinds))[:_SAMPLE]
    present = list(dict.fromkeys(event.kind for event in events if event.kind))
    costs = {kind: _line_scores(kind, [lines[e.index] for e in events if e.kind == kind]) for kind in present}
    for event in events:
        if event.kind and event.index in confirmed:
            costs[event.kind][Rank.TEXT] -= _UNLISTED_COST
            costs[event.kind][Rank.INNER] -= _UNLISTED_COST
    options = [_options(kind) for kind in present]
    best: list[tuple[float, dict[HeadingKind, Rank]]] = []
    tried = 0
    for choice in product(*options):
        ranks = dict(zip(present, choice, strict=True))
        if not _keeps_levels(ranks):
            continue
        if tried * len(events) > _STEPS:
            break
        tried += 1
        score = sum(costs[kind][rank] for kind, rank in ranks.items())
        score += _nesting_score(events, ranks) + _order_score(ranks)
        best.append((score, ranks))
    best.sort(key=lambda one: -one[0])
    if not best:
        return Outline({}, 0.0, 0.0, {})
    score, ranks = best[0]
    chosen = _headings(ranks)
    other = next((one for one in best if _headings(one[1]) != chosen), (score - 99.0, ranks))
    return Outline(ranks, score, score - other[0], other[1])


def _headings(ranks: Mapping[HeadingKind, Rank]) -> dict[HeadingKind, Rank]:
    """Return the kinds that head sections and articles; what the others are changes neither."""
    return {kind: rank for kind, rank in ranks.items() if rank in {Rank.SECTION, Rank.TITLE}}


def _events(lines: Sequence[Line], kinds: Sequence[HeadingKind | None]) -> Iterator[_Event]:
    """Yield the headings in order, and one event for all text between two of them."""
    in_text = False
    for index, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind is not None:
            yield _Event(kind, index, line_text.leading_marker(line.text).value)
        elif not in_text:
            yield _Event(None, index)
        in_text = kind is None


def _options(kind: HeadingKind) -> tuple[Rank, ...]:
    """Return the roles that a kind may have."""
    if kind.run_in:
        return (Rank.TITLE,)
    if kind.level:
        return (Rank.SECTION, Rank.TITLE, Rank.INNER)
    if kind.is_plain or kind.entry:
        return (Rank.SECTION, Rank.TITLE, Rank.TEXT)
    if kind.marker in {"-", "*", "+", "–", "—", "dash"}:
        return (Rank.TITLE, Rank.TEXT)
    return (Rank.SECTION, Rank.TITLE, Rank.INNER, Rank.TEXT)


def _keeps_levels(ranks: Mapping[HeadingKind, Rank]) -> bool:
    """Tell if no heading level ranks above a higher one, and the highest one heads sections or titles."""
    stated = sorted(
        (kind.level, rank) for kind, rank in ranks.items() if kind.level and not (kind.marker or kind.outer)
    )
    in_order = all(above[1] <= below[1] for above, below in pairwise(stated))
    return in_order and (not stated or stated[0][1] is not Rank.INNER)


def _line_scores(kind: HeadingKind, lines: Sequence[Line]) -> dict[Rank, float]:
    """Return the score of the lines of one kind by role, from their lengths and last signs."""
    found = dict.fromkeys(Rank, 0.0)
    for line in lines:
        bare = line_text.bracket_content(line.text) or line_text.leading_marker(line.text).rest
        width = columns(bare)
        end = line_text.line_end(bare)
        found[Rank.SECTION] += _by_width(width, ((16, 0.6), (24, 0.4), (32, 0.0), (44, -0.8), (999, -2.0)))
        found[Rank.TITLE] += _by_width(width, ((4, -1.2), (8, -0.3), (72, 0.5), (100, 0.0), (9999, -1.5)))
        found[Rank.INNER] += 0.2 if width <= 40 else -0.3
        if end in {LineEnd.STOP, LineEnd.COMMA}:
            found[Rank.SECTION] -= 2.0
            found[Rank.TITLE] -= 0.3 if kind.level else 1.2
        found[Rank.SECTION] -= 1.0 if end is LineEnd.ASK else 0.0
        found[Rank.TITLE] -= 1.0 if "。" in bare[:-1] else 0.0
        found[Rank.TEXT] -= _text_cost(kind)
        if kind.is_plain:
            found[Rank.TITLE] -= 0.8
            found[Rank.SECTION] -= 0.5
    if kind.below_number:
        found[Rank.INNER] -= len(lines)
    return found


def _by_width(width: int, steps: Sequence[tuple[int, float]]) -> float:
    """Return the score of the first step that a width does not exceed."""
    return next((score for limit, score in steps if width <= limit), steps[-1][1])


def _text_cost(kind: HeadingKind) -> float:
    """Return the cost of taking a line of this kind for text."""
    if kind.bold or kind.size > 10 or kind.below_number:
        return 1.2
    if kind.marker in "【〖［[≡◆★■「『〔" and kind.marker:
        return 0.8
    return 0.5 if kind.look or kind.align or kind.linked else 0.2


def _order_score(ranks: Mapping[HeadingKind, Rank]) -> float:
    """Score how well roles follow the order of numbering styles and sizes, and how few kinds share a role."""
    score = 0.0
    kinds = list(ranks)
    for position, one in enumerate(kinds):
        for other in kinds[position + 1 :]:
            above, below = (one, other) if ranks[one] < ranks[other] else (other, one)
            if Rank.TEXT in {ranks[above], ranks[below]}:
                continue
            if ranks[above] == ranks[below]:
                alike = one.marker == other.marker or bool(one.level) != bool(other.level)
                score -= 0.5 if alike else 1.2
                continue
            outer, inner = _NUMBER_ORDER.get(above.marker), _NUMBER_ORDER.get(below.marker)
            if outer is not None and inner is not None and outer > inner:
                score -= _ORDER_COST
            if not (above.level or below.level) and below.size > above.size:
                score -= _ORDER_COST
    return score


def _nesting_score(events: Sequence[_Event], ranks: Mapping[HeadingKind, Rank]) -> float:
    """Score how regularly sections, titles and text follow one another, and how their numbers count."""
    score = 0.0
    before: _State = _START
    has_title = False
    seen: set[Rank] = set()
    last: dict[str, int] = {}
    for event in events:
        rank: _State = ranks[event.kind] if event.kind else _BODY
        score += _FOLLOW.get((before, rank), 0.0)
        if rank is Rank.SECTION:
            score -= _LATE_SECTION_COST if seen == {Rank.TITLE} else 0.0
            seen.add(Rank.SECTION)
            has_title = False
        elif rank is Rank.TITLE:
            seen.add(Rank.TITLE)
            has_title = True
        elif rank is Rank.INNER and not has_title:
            score -= _ORPHAN_COST
        if event.kind and rank is not Rank.TEXT:
            score += _series_score(event, rank, last)
        before = rank
    return score + _FOLLOW.get((before, _END), 0.0)


def _series_score(event: _Event, rank: _State, last: dict[str, int]) -> float:
    """Score the number of a heading against the last one of its style, and remember it.

    `last` holds the last number of each role and style; a heading clears the styles of lower roles.
    """
    for key in [key for key in last if key[0] > str(int(rank))]:
        del last[key]
    if event.value is None or event.kind is None:
        return 0.0
    key = f"{int(rank)}{event.kind.marker or line_text.LineEnd.NONE.value}"
    before = last.get(key)
    last[key] = event.value
    if before is None:
        return _SERIES_GAIN if event.value == 1 else 0.0
    if event.value == before + 1:
        return _SERIES_GAIN
    return -_RESTART_COST if event.value == 1 else 0.0
