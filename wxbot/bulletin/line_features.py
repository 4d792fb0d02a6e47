"""Extract from each line of a body the features that the decoder scores: width, end, marker, indent, blanks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd, Marker, columns, first_word_width
from wxbot.bulletin.model import Line

__all__ = ["LineFeatures", "extract_features", "full_width"]

_NARROWEST = 24
"""Columns of the shortest line that is used to estimate the width of a full line."""

_MIN_BROKEN = 50
"""Columns of a line that breaks off inside a bracket because it is full, at least; shorter ones have a typing error."""

_NO_WRAP = 99
"""Free columns of each line where nothing was wrapped: every line break ends a paragraph."""

_SLACK = 6
"""Columns by which a full line may fall short: justified type squeezes signs and stretches blanks."""


@dataclass(slots=True)
class LineFeatures:
    """Features of one line, all widths in columns.

    Attributes
    ----------
    text : the line's text
    width : width of the text
    first_word : width of its first word
    slack : columns that stay free after the next line's first word is added to this line: a large value
        means that the line break was intended, a negative one that this line is longer than usual
    free : the slack, at least 0
    end : kind of the last sign
    unclosed : a bracket or quote is still open at the end of the line
    marker : the marker before the text
    traits : features of the space before the text, the marker included; the first word names the kind
    complete : as the reader set it
    opens : a rule above the line closes what stands above it
    """

    text: str
    width: int
    first_word: int
    free: int
    slack: int
    end: LineEnd
    unclosed: bool
    marker: Marker
    traits: tuple[str, ...]
    complete: bool
    opens: bool = False


def extract_features(lines: Sequence[Line]) -> list[LineFeatures]:
    """Return the features of each line of a body, in the same order."""
    widths = [columns(line.text) for line in lines]
    ends = [line_text.line_end(line.text) for line in lines]
    full = full_width(lines)
    gap = _usual_gap(lines, widths, ends, full)
    words = [first_word_width(line.text) for line in lines]
    found = [_marker(lines, index) for index in range(len(lines))]
    series = _series(found)
    features = []
    for index, line in enumerate(lines):
        after = words[index + 1] if index + 1 < len(lines) else 0
        slack = full - widths[index] - after if full else _NO_WRAP
        features.append(
            LineFeatures(
                text=line.text,
                width=widths[index],
                first_word=words[index],
                free=max(0, slack),
                slack=slack,
                end=ends[index],
                unclosed=line_text.has_open_bracket(line.text),
                marker=found[index],
                traits=_traits(line, found[index], series[index], gap),
                complete=line.complete,
                opens=line.below_rule and not line.page_start,
            )
        )
    return features


def _marker(lines: Sequence[Line], index: int) -> Marker:
    """Return the marker of a line; rows of tables, captions and run-in titles have kinds of their own."""
    line = lines[index]
    if line.table_row:
        return Marker("row", "", line.text)
    return Marker("run-in", "", line.text) if line.run_in else line_text.leading_marker(line.text)


def _traits(line: Line, marker: Marker, series: str, gap: int) -> tuple[str, ...]:
    """Return the traits of a line, each as its kind and its value; one word where it is there or not.

    The series tells if the number continues that of the line above (near) or of one further above (far). At the
    top of a page indentation and blank lines carry no evidence and are left out.
    """
    traits = [f"marker {marker.kind}"]
    if series:
        traits.append(f"series {series}")
    if not line.page_start and not (gap > 0 and line.gap == 0):
        traits.append(
            "indent none" if line.indent == 0 else "indent small" if line.indent < 3 else "indent paragraph"
        )
        traits.append("gap wide" if line.gap > gap else "gap usual")
    if line.bold:
        traits.append("bold")
    if line.below_number:
        traits.append("below number")
    return tuple(traits)


def full_width(lines: Sequence[Line]) -> int:
    """Estimate the columns of a full line; 0 where nothing was wrapped and each line is a paragraph.

    Lines that stop in the middle of a sentence were wrapped, so most of them are full.
    """
    widths = [0 if line.complete else columns(line.text) for line in lines]
    ends = [line_text.line_end(line.text) for line in lines]
    cut = sorted(
        w
        for w, end in zip(widths, ends, strict=True)
        if end in {LineEnd.NONE, LineEnd.COMMA} and w >= _NARROWEST
    )
    # A number or glyph opens an entry or a title: alone it is no proof that text was wrapped.
    unmarked = any(
        end in {LineEnd.NONE, LineEnd.COMMA}
        and wide >= _NARROWEST
        and not line_text.leading_marker(line.text).kind
        for line, wide, end in zip(lines, widths, ends, strict=True)
    )
    if not cut or not unmarked:
        return 0
    full = cut[len(cut) * 4 // 5]
    longer = sum(w > full + _SLACK for w in widths)
    reached = sum(full - _SLACK <= w <= full + _SLACK for w in widths)
    return _broken_width(lines, widths) if longer * 4 > reached else full


def _broken_width(lines: Sequence[Line], widths: Sequence[int]) -> int:
    """Return the columns of the widest line that breaks off inside a bracket; 0 without one: nothing was wrapped."""
    return max(
        (
            wide
            for line, wide in zip(lines, widths, strict=True)
            if wide >= _MIN_BROKEN and line_text.has_open_bracket(line.text)
        ),
        default=0,
    )


def _usual_gap(lines: Sequence[Line], widths: Sequence[int], ends: Sequence[LineEnd], full: int) -> int:
    """Estimate the number of blank lines between two lines of one paragraph."""
    pairs = range(1, len(lines))
    inside = [
        i
        for i in pairs
        if ends[i - 1] in {LineEnd.NONE, LineEnd.COMMA} and widths[i - 1] >= full - _SLACK > 0
    ]
    gaps = Counter(min(lines[i].gap, 2) for i in inside if not lines[i].page_start)
    return gaps.most_common(1)[0][0] if gaps else 0


def _series(sequence: Sequence[Marker]) -> list[str]:
    """Classify each line whose number continues a count: from the adjacent line (`near`) or from a distant one (`far`).

    The other lines have an empty string.
    """
    found = [""] * len(sequence)
    last: dict[str, int] = {}
    for index, marker in enumerate(sequence):
        if marker.value is None:
            continue
        before = last.get(marker.kind)
        if before is not None and sequence[before].value == marker.value - 1:
            distance = "near" if index - before == 1 else "far" if index - before > 2 else ""
            found[index] = distance
            found[before] = found[before] or distance
        last[marker.kind] = index
    return found
