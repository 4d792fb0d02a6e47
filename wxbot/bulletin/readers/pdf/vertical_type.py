"""Turn pages of vertical type: columns, read from the right, become lines from the top.

The characters stay upright; only their places are exchanged, so that every later step reads lines. Rules, areas and
pictures move along with the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from wxbot.bulletin.readers.pdf.printed import Area, Box, CharacterRun, Graphics, PrintedPage, Rule

__all__ = ["turn_vertical_type"]

_MIN_RUNS, _MIN_SHARE = 20, 0.6
"""Characters that stand below the one before, at least, and their share of all runs."""

_ASCENT = 0.88
"""Height of a 汉字 above its base line, in sizes of the type."""

_BESIDE = 0.8
"""How far a sign is aside of the middle of its column, at most."""

_ASIDE, _STEP = 0.35, (0.5, 2.5)
"""How far the next character of a column is aside at most, and how far below, in sizes of the type."""


def turn_vertical_type(page: PrintedPage) -> PrintedPage:
    """Return a page with its columns as lines, if most of its text is set vertically; else the page."""
    if not _is_vertical(page.runs):
        return page
    edge = page.box.top
    return PrintedPage(
        page.number,
        _turn_box(page.box, edge),
        [_turn_run(run, centre, edge) for run, centre in zip(page.runs, _columns(page.runs), strict=True)],
        _turn_graphics(page.graphics, edge),
    )


def _centre(run: CharacterRun) -> float:
    """Return the middle of a run, from the left."""
    return (run.left_edge + run.right_edge) / 2


def _is_vertical(runs: Sequence[CharacterRun]) -> bool:
    """Tell if most runs are single characters, each below the one before it."""
    if len(runs) < _MIN_RUNS or sum(len(run.text) == 1 for run in runs) < _MIN_SHARE * len(runs):
        return False
    below = sum(
        abs(_centre(one) - _centre(other)) < _ASIDE * one.size
        and _STEP[0] * one.size < one.base - other.base < _STEP[1] * one.size
        for one, other in pairwise(runs)
    )
    return below >= max(_MIN_RUNS, _MIN_SHARE * len(runs))


def _columns(runs: Sequence[CharacterRun]) -> Iterator[float]:
    """Yield the middle of the column of each run: signs such as ， stand aside in it."""
    before: CharacterRun | None = None
    middle = 0.0
    for run in runs:
        centre = _centre(run)
        goes_on = (
            before is not None
            and abs(centre - middle) < _BESIDE * run.size
            and 0 < before.base - run.base < _STEP[1] * run.size
        )
        middle = middle if goes_on else centre
        before = run
        yield middle


def _turn_run(run: CharacterRun, centre: float, edge: float) -> CharacterRun:
    """Return a run in its place on the turned page; several characters side by side share the height of one line."""
    left = edge - (run.base + _ASCENT * run.size)
    width = run.size / len(run.text)
    lefts = [left + index * width for index in range(len(run.text))]
    bottom = centre - run.size / 2
    return replace(
        run,
        lefts=lefts,
        rights=[each + width for each in lefts],
        base=bottom + (1 - _ASCENT) * run.size,
        bottom=bottom,
        top=bottom + run.size,
    )


def _turn_box(box: Box, edge: float) -> Box:
    """Return a rectangle in its place on the turned page."""
    return Box(edge - box.top, box.left, edge - box.bottom, box.right)


def _turn_graphics(graphics: Graphics, edge: float) -> Graphics:
    """Return drawings and pictures in their places on the turned page."""
    return Graphics(
        [Rule(rule.at, edge - rule.end, edge - rule.start) for rule in graphics.vertical],
        [Rule(edge - rule.at, rule.start, rule.end) for rule in graphics.horizontal],
        [Area(_turn_box(area.box, edge), area.colour) for area in graphics.areas],
        [replace(picture, box=_turn_box(picture.box, edge)) for picture in graphics.pictures],
        [Area(_turn_box(dot.box, edge), dot.colour) for dot in graphics.dots],
    )
