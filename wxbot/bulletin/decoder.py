"""Reading a body: of all the roles that its lines may have, the most plausible ones together.

Each line may start a title, a paragraph or an entry of a list, or carry one on. The rules of `points` value
each choice; the reading with the most points in all wins, so that one odd line is judged by its neighbours.
A first reading goes by what holds in general; it shows which marks this bulletin uses for what, and a second
reading weighs them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wxbot.bulletin.layout import Look
from wxbot.bulletin.layout_stats import Habits
from wxbot.bulletin.line_features import End, bracketed
from wxbot.bulletin.roles import BLOCK, CARRIED, Role
from wxbot.bulletin.scoring import BARE_NAME, FOLLOWING, SHORT, carrying, ending, starting

__all__ = ["Reading", "read", "weigh"]

_SAMPLE = 2000
"""How many lines are enough to show a bulletin's habits."""

_DOUBT = 0.6
"""Points by which a reading must beat the next one to be sure of what is a title."""

_HOMELESS = 8.0
"""What a heading inside an article costs where no article has begun."""

_TITLES = {Role.TITLE, Role.TITLE_ON}

_NEVER = -1e9

Points = dict[Role, float]
Ways = dict[Role, Role]
Starts = Sequence[tuple[Role, ...]]

_BEFORE: Points = {Role.TEXT: 0.0}
"""The line before the first; after text anything may come."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The role of each line, and the positions of the lines that may as well be a title, or none."""

    roles: list[Role]
    doubtful: list[int]


def read(looks: Sequence[Look], known: Mapping[int, Role]) -> Reading:
    """The most plausible reading; `known` holds, by position, the roles that marks already tell.

    Where no section is known, short lines above titles may turn out to name sections.
    """
    starts = _starts(looks, known)
    sample = looks[:_SAMPLE]
    habits = Habits.of(sample, _best(sample, starts, Habits())[0])
    points, ways = _forward(looks, starts, habits)
    roles, _ = _back(looks, points, ways)
    rest = _backward(looks, starts, habits, points)
    return Reading(roles, [i for i, role in enumerate(roles) if _lead(role, points[i], rest[i]) < _DOUBT])


def weigh(looks: Sequence[Look], known: Mapping[int, Role]) -> float:
    """The points of the most plausible reading when `known` holds, to compare what may be known."""
    sample = looks[:_SAMPLE]
    marked = sum(BARE_NAME / 2 if role is Role.HEADING else BARE_NAME for role in known.values())
    roles, points = _best(sample, _starts(sample, known), Habits())
    first = roles.index(Role.TITLE) if Role.TITLE in roles else len(roles)
    homeless = sum(role is Role.HEADING for role in roles[:first])
    return points + marked - homeless * _HOMELESS


def _starts(looks: Sequence[Look], known: Mapping[int, Role]) -> list[tuple[Role, ...]]:
    """What each line can start; a single role where that is known.

    Where marks tell titles, as levels of headings do, no other line is one.
    """
    told = set(known.values())
    free = (Role.TEXT,) if Role.TITLE in told else (Role.TITLE, Role.TEXT)
    starts: list[tuple[Role, ...]] = []
    for index, one in enumerate(looks):
        if index in known:
            starts.append((known[index],))
            continue
        more = (Role.ENTRY,) if one.mark.kind else ()
        if told.isdisjoint({Role.SECTION, Role.TITLE}) and _may_be_name(one):
            more = (Role.SECTION,)
        starts.append((*free, *more))
    return starts


def _may_be_name(one: Look) -> bool:
    """Whether a line could name a section although nothing marks it; marked ones are known together or not at all."""
    short = one.end in {End.NONE, End.COLON} and one.width <= SHORT
    return short and not one.mark.kind and bracketed(one.text) is None


def _best(looks: Sequence[Look], starts: Starts, habits: Habits) -> tuple[list[Role], float]:
    """The roles of the reading with the most points, and these points."""
    return _back(looks, *_forward(looks, starts, habits))


def _forward(looks: Sequence[Look], starts: Starts, habits: Habits) -> tuple[list[Points], list[Ways]]:
    """For each line and role: the most points of a way there, and the role of the line before on it."""
    points: list[Points] = []
    ways: list[Ways] = []
    last: Points = _BEFORE
    for index in range(len(looks)):
        reached: Points = {}
        way: Ways = {}
        for old, new, gain in _moves(looks, index, last, starts[index], habits):
            so_far = last[old] + gain
            if new not in reached or so_far > reached[new]:
                reached[new], way[new] = so_far, old
        points.append(reached)
        ways.append(way)
        last = reached
    return points, ways


def _back(looks: Sequence[Look], points: Sequence[Points], ways: Sequence[Ways]) -> tuple[list[Role], float]:
    """The roles along the best way, found from its end, and its points."""
    if not looks:
        return [], 0.0
    role = max(points[-1], key=lambda role: points[-1][role] + _closing(role, looks[-1]))
    total = points[-1][role] + _closing(role, looks[-1])
    roles = []
    for way in reversed(ways):
        roles.append(role)
        role = way[role]
    return roles[::-1], total


def _backward(
    looks: Sequence[Look], starts: Starts, habits: Habits, points: Sequence[Points]
) -> list[Points]:
    """For each line and role: the most points of a way from there to the end."""
    rest: list[Points] = [{}] * len(looks)
    for index in range(len(looks) - 1, -1, -1):
        if index == len(looks) - 1:
            rest[index] = {role: _closing(role, looks[index]) for role in points[index]}
            continue
        best: Points = {}
        for old, new, gain in _moves(looks, index + 1, points[index], starts[index + 1], habits):
            best[old] = max(best.get(old, _NEVER), rest[index + 1][new] + gain)
        rest[index] = best
    return rest


def _moves(
    looks: Sequence[Look], index: int, olds: Iterable[Role], starts: Sequence[Role], habits: Habits
) -> Iterator[tuple[Role, Role, float]]:
    """Each step from a role of the line before to a role of this line, with its points."""
    one = looks[index]
    before = looks[index - 1] if index else None
    started = [(new, starting(new, one, habits)) for new in starts]
    for old in olds:
        ended = ending(old, before)
        for new, gain in started:
            yield old, new, ended + FOLLOWING[old][new] + gain
        # A line that is known to start something carries nothing on, and nothing carries on what is whole.
        if (
            before is not None
            and Role.TEXT in starts
            and not (one.whole or before.whole)
            and (on := CARRIED.get(BLOCK[old])) is not None
        ):
            yield old, on, carrying(old, before, one, habits)


def _closing(role: Role, last: Look) -> float:
    """Points for the end of the body, where as little may be missing as before a new section."""
    return ending(role, last) + FOLLOWING[role][Role.SECTION]


def _lead(role: Role, points: Points, rest: Points) -> float:
    """By how many points a line's role beats the best reading in which a title is none, or text a title."""
    others = [points[r] + rest[r] for r in points if (r in _TITLES) != (role in _TITLES)]
    return points[role] + rest[role] - max(others, default=_NEVER)
