"""Rank the kinds of headings of a document into sections, titles and inner headings, by how they nest.

Every plausible assignment of roles to kinds is scored over the whole document: sections are followed by titles, titles
by text, numbers count on within what is above them, and each has the length that such lines have. What the format
states is never contradicted: a heading of a lower level never ranks above one of a higher level.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import islice, pairwise, product

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


_BODY, _START, _END = 4, 5, 6
Choice = tuple[int, ...]
"""The role of each kind, in the order of the kinds."""

# Scores of one line directly after another, by their roles. BODY is running text.
_FOLLOW: dict[tuple[int, int], float] = {
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

_HASH_GAIN = 0.8
"""Gain of a line behind # in plain text as an inner heading: mostly it was copied from the middle of an article."""

_LATE_SECTION_COST = 2.5
"""Cost of the first section below a title: either all articles stand in sections, or none does."""

_SOLE_SECTION_COST = 1.0
"""Cost of the only section of a document with text directly below its name: more likely that is a title."""

_INNER_PAIR_COST = 0.5
"""Cost of inner headings of two kinds: an article may number them in two depths."""

_WITHIN_TITLE_COST = 2.0
"""Cost of a title below the text of another one that the format states, or that type and number show, to rank above."""

_NUMBER_ORDER = {
    "第一": -1,
    "一、": 0,
    "（一）": 1,
    "1.": 2,
    "1、": 2,
    "1．": 2,
    "1 ": 2,
    "（1）": 3,
    "⑴": 3,
    "1）": 3,
    "①": 4,
}


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

    kind: int | None
    index: int
    value: int | None = None
    marker: str = ""


def rank_kinds(
    lines: Sequence[Line], kinds: Sequence[HeadingKind | None], confirmed: Set[int] = frozenset()
) -> Outline:
    """Return the best assignment of roles to the kinds; the table of contents names the lines at `confirmed`."""
    present = list(dict.fromkeys(kind for kind in kinds if kind))
    numbers = {kind: number for number, kind in enumerate(present)}
    events = list(islice(_events(lines, kinds, numbers), _SAMPLE))
    gains = _line_gains(lines, present, events, confirmed)
    pairs = _pair_costs(present)
    below = {
        (i, j) for i, one in enumerate(present) for j, other in enumerate(present) if _is_below(one, other)
    }
    best: list[tuple[float, Choice]] = []
    for choice in islice(_choices(present), max(1, _STEPS // max(1, len(events)))):
        score = 0.0 + sum(gain[Rank(rank)] for gain, rank in zip(gains, choice, strict=True))
        score -= sum(costs[choice[one], choice[other]] for one, other, costs in pairs)
        score += _nesting_score(events, choice, below) - _mixture_cost(present, events, choice)
        best.append((score, choice))
    if not best:
        return Outline({}, 0.0, 0.0, {})
    score, chosen = max(best)
    headings = _headings(chosen)
    other = max((one for one in best if _headings(one[1]) != headings), default=(score - 99.0, chosen))
    return Outline(_ranks(present, chosen), score, score - other[0], _ranks(present, other[1]))


def _ranks(present: Sequence[HeadingKind], choice: Choice) -> dict[HeadingKind, Rank]:
    """Return the role by kind."""
    return {kind: Rank(rank) for kind, rank in zip(present, choice, strict=True)}


def _headings(choice: Choice) -> Choice:
    """Return an assignment in which only sections and titles differ: what the others are changes neither."""
    return tuple(min(rank, 2) for rank in choice)


def _events(
    lines: Sequence[Line], kinds: Sequence[HeadingKind | None], numbers: Mapping[HeadingKind, int]
) -> Iterator[_Event]:
    """Yield the headings in order, and one event for all text between two of them."""
    in_text = False
    for index, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind is not None:
            yield _Event(numbers[kind], index, line_text.leading_marker(line.text).value, kind.marker)
        elif not in_text:
            yield _Event(None, index)
        in_text = kind is None


def _line_gains(
    lines: Sequence[Line], present: Sequence[HeadingKind], events: Sequence[_Event], confirmed: Set[int]
) -> list[dict[Rank, float]]:
    """Return the score of all lines of each kind by role."""
    by_kind: list[list[int]] = [[] for _ in present]
    for event in events:
        if event.kind is not None:
            by_kind[event.kind].append(event.index)
    gains = []
    for kind, indices in zip(present, by_kind, strict=True):
        gain = _line_scores(kind, [lines[index] for index in indices])
        listed = sum(index in confirmed for index in indices)
        gain[Rank.TEXT] -= listed * _UNLISTED_COST
        gain[Rank.INNER] -= listed * _UNLISTED_COST
        gains.append(gain)
    return gains


def _choices(present: Sequence[HeadingKind]) -> Iterator[Choice]:
    """Yield the assignments that contradict nothing that the format states."""
    stated = [i for i, kind in enumerate(present) if kind.level and not (kind.marker or kind.outer)]
    stated.sort(key=lambda i: present[i].level)
    plain = [i for i, kind in enumerate(present) if replace(kind, outer=False).is_plain]
    for choice in product(*map(_options, present)):
        ranks = [choice[i] for i in stated]
        if any(above > below for above, below in pairwise(ranks)) or ranks[:1] == [Rank.INNER]:
            continue
        # What the format states to be a heading is never on a par with a line that looks like text.
        if stated and any(choice[i] < Rank.INNER and choice[i] in ranks for i in plain):
            continue
        yield tuple(choice)


def _options(kind: HeadingKind) -> tuple[Rank, ...]:
    """Return the roles that a kind may have."""
    heads = (Rank.SECTION, Rank.TITLE)
    if kind.run_in:
        return (Rank.TITLE,)
    if kind.level or kind.marker.startswith("#"):
        return (*heads, Rank.INNER)
    if kind.below_rule or kind.marker in {"-", "*", "+", "–", "—", "dash"}:
        return (Rank.TITLE, Rank.TEXT)
    if kind.marker == "：":
        return (Rank.SECTION, Rank.TEXT)
    return (*heads, Rank.TEXT) if kind.is_plain or kind.entry else (*heads, Rank.INNER, Rank.TEXT)


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
        found[Rank.SECTION] -= 1.0 if end is LineEnd.ASK or "，" in bare else 0.0
        found[Rank.TITLE] -= 1.0 if "。" in bare[:-1] else 0.0
        found[Rank.TEXT] -= _text_cost(kind)
        if kind.is_plain:
            found[Rank.TITLE] -= 0.8
            found[Rank.SECTION] -= 0.5
    if kind.marker.startswith("#"):
        found[Rank.INNER] += _HASH_GAIN * len(lines)
    if kind.below_number:
        found[Rank.INNER] -= len(lines)
    return found


def _mixture_cost(present: Sequence[HeadingKind], events: Sequence[_Event], choice: Choice) -> float:
    """Return the cost of titles that are set otherwise than most titles."""
    titles = [number for number, rank in enumerate(choice) if rank == Rank.TITLE]
    if len(titles) < 2:
        return 0.0
    counts = Counter(event.kind for event in events)
    # Lines that are set off as titles are the usual ones, however many lines with a number alone stand below them.
    usual = max(titles, key=lambda number: (_is_set_off(present[number]), counts[number]))
    return sum(
        counts[number] * _other_title_cost(present[number], present[usual])
        for number in titles
        if number != usual and (present[number].marker != present[usual].marker or present[number].is_plain)
    )


def _is_set_off(kind: HeadingKind) -> bool:
    """Tell if a kind is a stated heading, or bold or larger type."""
    return bool(kind.level or kind.bold or kind.size > 10)


def _other_title_cost(kind: HeadingKind, usual: HeadingKind) -> float:
    """Return the cost of a title of a kind other than the usual one."""
    if kind.level or kind.is_visual or kind.run_in:
        return 0.2
    return 1.2 if kind.is_plain or _is_set_off(usual) else 0.6


def _by_width(width: int, steps: Sequence[tuple[int, float]]) -> float:
    """Return the score of the first step that a width does not exceed."""
    return next((score for limit, score in steps if width <= limit), steps[-1][1])


def _text_cost(kind: HeadingKind) -> float:
    """Return the cost of taking a line of this kind for text."""
    if kind.bold or kind.size > 10 or kind.below_number:
        return 1.2
    if kind.marker.startswith("["):
        return 0.8
    return 0.5 if kind.look or kind.align or kind.linked or kind.below_rule else 0.2


def _pair_costs(present: Sequence[HeadingKind]) -> list[tuple[int, int, dict[tuple[int, int], float]]]:
    """Return for each pair of kinds the cost of each pair of roles: against numbering and size, or shared."""
    return [
        (
            i,
            j,
            {(one, other): _pair_cost(present[i], one, present[j], other) for one in Rank for other in Rank},
        )
        for i in range(len(present))
        for j in range(i + 1, len(present))
    ]


def _pair_cost(one: HeadingKind, rank: Rank, other: HeadingKind, other_rank: Rank) -> float:
    """Return the cost of two kinds having these roles."""
    if Rank.TEXT in {rank, other_rank}:
        return 0.0
    if rank == other_rank == Rank.INNER:
        return _INNER_PAIR_COST
    if rank == other_rank:
        return 0.5 if one.marker == other.marker or bool(one.level) != bool(other.level) else 1.2
    above, below = (one, other) if rank < other_rank else (other, one)
    cost = 0.0
    outer, inner = _NUMBER_ORDER.get(above.marker), _NUMBER_ORDER.get(below.marker)
    if outer is not None and inner is not None and outer > inner:
        cost += _ORDER_COST
    if not (above.level or below.level) and below.size > above.size:
        cost += _ORDER_COST
    return cost


def _is_below(kind: HeadingKind, other: HeadingKind) -> bool:
    """Tell if a kind ranks below another by its level, or by its number in smaller type."""
    if kind.level and other.level:
        return kind.level > other.level and not (kind.marker or other.marker)
    counted = kind.marker in _NUMBER_ORDER and not other.marker
    return counted and not (kind.level or other.level) and kind.size < other.size


def _nesting_score(events: Sequence[_Event], choice: Choice, below: Set[tuple[int, int]]) -> float:
    """Score how regularly sections, titles and text follow one another, and how their numbers count.

    `below` holds the pairs of kinds of which the first ranks below the second.
    """
    score = 0.0
    title: int | None = None
    sections = led = 0
    before = _START
    seen_title = seen_section = has_title = False
    last: dict[tuple[int, str], int] = {}
    for event in events:
        rank: int = _BODY if event.kind is None else choice[event.kind]
        score += _FOLLOW.get((before, rank), 0.0)
        led += before == Rank.SECTION and rank == _BODY
        if rank == Rank.SECTION:
            sections += 1
            score -= _LATE_SECTION_COST if seen_title and not seen_section else 0.0
            seen_section, has_title, title = True, False, None
        elif rank == Rank.TITLE:
            seen_title = has_title = True
            if title is not None and (event.kind, title) in below:
                score -= _WITHIN_TITLE_COST
            else:
                title = event.kind
        elif rank == Rank.INNER and not has_title:
            score -= _ORPHAN_COST
        if rank < Rank.TEXT:
            score += _series_score(event, rank, last)
        before = rank
    if sections == led == 1 and seen_title:
        score -= _SOLE_SECTION_COST
    return score + _FOLLOW.get((before, _END), 0.0)


def _series_score(event: _Event, rank: int, last: dict[tuple[int, str], int]) -> float:
    """Score the number of a heading against the last one of its style, and remember it.

    `last` holds the last number of each role and style; a heading clears the styles of lower roles.
    """
    for key in [key for key in last if key[0] > rank]:
        del last[key]
    if event.value is None:
        return 0.0
    key = rank, event.marker
    before = last.get(key)
    last[key] = event.value
    if before is None:
        return _SERIES_GAIN if event.value == 1 else 0.0
    if event.value == before + 1:
        return _SERIES_GAIN
    return -_RESTART_COST if event.value == 1 else 0.0
