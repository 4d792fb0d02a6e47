"""How a bulletin is set: the width of its lines, what separates them, where its pages begin."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.bulletin import line_features
from wxbot.bulletin.line_features import End, Mark
from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import first_word, width

__all__ = ["Look", "look"]

_NARROWEST = 24
"""Columns below which lines tell nothing about the width of a page."""

_NO_WRAP = 99
"""The room left where lines are as long as their text: every break was meant."""

_CAPTIONS = "▲△↑⬆"
"""What points from a line to the picture above it."""

_SLACK = 6
"""Columns a full line may lack: justified type squeezes signs and stretches blanks."""


@dataclass(slots=True)
class Look:
    """One line as the page shows it.

    `word` is the width of its first word. `room` is how many columns stayed free although the next line's
    first word would have fitted, so a large room means that the break was meant; `spare` is the same, but
    negative where the line is longer than usual. `traits` name what is seen before the line's text; their
    first letter tells the kind of trait. `whole` is as the reader said.
    """

    text: str
    width: int
    word: int
    room: int
    spare: int
    end: End
    open: bool
    mark: Mark
    traits: tuple[str, ...]
    whole: bool


def look(lines: Sequence[Line]) -> list[Look]:
    """The looks of a body's lines, in the same order."""
    widths = [width(line.text) for line in lines]
    cut = [0 if line.whole else wide for line, wide in zip(lines, widths, strict=True)]
    ends = [line_features.end(line.text) for line in lines]
    full = _full_width(cut, ends)
    gap = _usual_gap(lines, widths, ends, full)
    words = [first_word(line.text) for line in lines]
    signs = [_sign(lines, index) for index in range(len(lines))]
    series = _series(signs)
    looks = []
    for index, line in enumerate(lines):
        after = words[index + 1] if index + 1 < len(lines) else 0
        spare = full - widths[index] - after if full else _NO_WRAP
        looks.append(
            Look(
                text=line.text,
                width=widths[index],
                word=words[index],
                room=max(0, spare),
                spare=spare,
                end=ends[index],
                open=line_features.opens(line.text),
                mark=signs[index],
                traits=_traits(line, signs[index], series[index], gap),
                whole=line.whole,
            )
        )
    return looks


def _sign(lines: Sequence[Line], index: int) -> Mark:
    """What opens a line, or what it is instead: a row of a table, a title with its text on the same line."""
    line = lines[index]
    if line.row:
        return Mark("row", "", line.text)
    if index and lines[index - 1].images and line.text[0] in _CAPTIONS:
        return Mark("label", "", line.text)
    return Mark("run-in", "", line.text) if line.run_in else line_features.mark(line.text)


def _traits(line: Line, sign: Mark, series: str, gap: int) -> tuple[str, ...]:
    """What is seen before a line's text.

    m… the mark; snear, sfar whether its number continues that of the line above or of one further away;
    i… the indentation; a1 for more blank lines than usual; b1 for
    a line in bold; n1 for one below a number of its own. At the top of a page blanks tell nothing: there
    they are no traits.
    """
    traits = [f"m{sign.kind}"]
    if series:
        traits.append(f"s{series}")
    if not line.page_start and not (gap > 0 and line.gap == 0):
        traits.append("i0" if line.indent == 0 else "i1" if line.indent < 3 else "i4")
        traits.append("a1" if line.gap > gap else "a0")
    if line.bold:
        traits.append("b1")
    if line.counted:
        traits.append("n1")
    return tuple(traits)


def _full_width(widths: Sequence[int], ends: Sequence[End]) -> int:
    """The columns of a full line; 0 where nothing was wrapped and each line is a paragraph.

    Lines that stop in the middle of a sentence were cut by the page, so most of them are full.
    """
    cut = sorted(
        w for w, end in zip(widths, ends, strict=True) if end in {End.NONE, End.COMMA} and w >= _NARROWEST
    )
    if not cut:
        return 0
    full = cut[len(cut) * 4 // 5]
    longer = sum(w > full + _SLACK for w in widths)
    reached = sum(full - _SLACK <= w <= full + _SLACK for w in widths)
    return 0 if longer * 4 > reached else full


def _usual_gap(lines: Sequence[Line], widths: Sequence[int], ends: Sequence[End], full: int) -> int:
    """How many blank lines stand between two lines of one paragraph."""
    pairs = range(1, len(lines))
    inside = [i for i in pairs if ends[i - 1] in {End.NONE, End.COMMA} and widths[i - 1] >= full - _SLACK > 0]
    gaps = Counter(min(lines[i].gap, 2) for i in inside if not lines[i].page_start)
    return gaps.most_common(1)[0][0] if gaps else 0


def _series(signs: Sequence[Mark]) -> list[str]:
    """Of each line, whether its number is one of a row of lines (`near`) or of lines apart (`far`)."""
    found = [""] * len(signs)
    last: dict[str, int] = {}
    for index, sign in enumerate(signs):
        if sign.value is None:
            continue
        before = last.get(sign.kind)
        if before is not None and signs[before].value == sign.value - 1:
            how = "near" if index - before == 1 else "far" if index - before > 2 else ""
            found[index] = how
            found[before] = found[before] or how
        last[sign.kind] = index
    return found
