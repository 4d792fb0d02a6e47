"""Group the runs of a page into lines: rows on one base line, split at wide blanks, with the text in styled spans.

Characters are ordered by their place: a file may hold quotes and dashes of another font behind the rest of the line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Literal

from wxbot.bulletin.blocks import Span, Spans
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.pdf.printed import Box, CharacterRun

__all__ = ["PrintedLine", "add_bullets", "group_lines", "join_pieces", "line_of"]

_ONE_ROW = 0.24  # of the size: base lines that differ by less are one
_WIDE = 0.9  # of the size: a blank that may separate columns
_SMALL = 0.9  # of the size: a superscript or subscript is at most that large
_RAISE = 0.75  # of the size: the base line of a superscript is at most that much higher
_NEAR = 0.6  # of the size: a superscript stands at most that far from the text
_SHIFT = 0.08  # of the size: a smaller displacement is not intended
_LATIN_BLANK = 0.17  # of the size: a blank between two Latin letters
# Marks of Chinese type that fill half of their square: the other half looks like a blank and is none.
_OPENING, _CLOSING = "“‘《〈（【「『〔", "”’》〉）】」』〕，。、；：！？"
# Of the size, beyond the spacing: a blank between a Latin letter or figure and a 汉字. Writer programs set a fifth
# there by themselves; a typed blank is wider in every common typeface.
_MIXED_BLANK = 0.215
_BLANK = 0.42  # of the size: a blank between other characters, beyond the spacing of the line
_MAX_PAIRS = 4_000  # of runs of two rows that are compared
_MAX_DOTS = 300  # of a page: more are a pattern
_BULLET_DISTANCE = 1.6  # of the size: a drawn bullet stands at most that far before its line
_DOUBLE = 0.35  # of the size: the same character printed again within this distance makes it bold

_Glyph = tuple[float, float, str, CharacterRun]


@dataclass(slots=True)
class PrintedLine:
    """Text on one base line without a wide blank, or several such pieces joined.

    `size` is the size of most of its characters; `doubled` tells that it is printed twice, which makes it bold.
    """

    runs: list[CharacterRun]
    base: float
    size: float
    box: Box
    doubled: bool = False
    notes: dict[int, str] = field(default_factory=dict)
    _text: str | None = None

    @property
    def text(self) -> str:
        """The text as printed."""
        if self._text is None:
            self._text = clean("".join(text for text, _ in self._parts()))
        return self._text

    @property
    def bold(self) -> bool:
        """Most of its characters are bold."""
        if len(self.runs) == 1:
            return self.doubled or self.runs[0].bold
        count = sum(len(run.text) for run in self.runs if run.bold)
        return self.doubled or count * 2 > sum(len(run.text) for run in self.runs)

    @property
    def main(self) -> CharacterRun:
        """Return the run with the most 汉字, whose typeface is that of the line; else the longest one."""
        if len(self.runs) == 1:
            return self.runs[0]
        return max(self.runs, key=lambda run: (sum(char > "\u2e7f" for char in run.text), len(run.text)))

    def spans(self, *, body_is_bold: bool = False) -> Spans:
        """Return the text in runs of one style each; () where none has a style."""
        styles = [self._style(run, body_is_bold) for run in self.runs]
        if all(style == _PLAIN for style in styles):
            return ()
        by_run = {id(run): style for run, style in zip(self.runs, styles, strict=True)}
        styled: list[tuple[str, _Style]] = []
        for text, run in self._parts():
            style = by_run[id(run)]
            if styled and (styled[-1][1] == style or text == " "):
                styled[-1] = (styled[-1][0] + text, styled[-1][1])
            else:
                styled.append((text, style))
        return tuple(_spans(styled))

    def _style(self, run: CharacterRun, body_is_bold: bool) -> "_Style":
        """Return the style of a run in this line."""
        bold = (run.bold or self.doubled) and not body_is_bold
        note = self.notes.get(id(run), "")
        return (run.url, bold, run.face.italic, self._script(run), note)

    def _script(self, run: CharacterRun) -> Literal["", "super", "sub"]:
        """Tell if a run is raised or lowered small type."""
        shift = run.base - self.base
        if run.size > _SMALL * self.size or abs(shift) < _SHIFT * self.size:
            return ""
        return "super" if shift > 0 else "sub"

    def superscripts(self) -> Iterator[CharacterRun]:
        """Yield the runs that are raised small type."""
        return (run for run in self.runs if self._script(run) == "super")

    def _parts(self) -> Iterator[tuple[str, CharacterRun]]:
        """Yield the text from left to right in parts of one run, with blanks where there is room for one."""
        runs = self.runs
        if any(
            before.right_edge > after.left_edge + _DOUBLE * after.size for before, after in pairwise(runs)
        ):
            yield from self._characters()
            return
        spacing: float | None = None
        for index, run in enumerate(runs):
            if index:
                before = runs[index - 1]
                gap = run.left_edge - before.right_edge
                if gap > _LATIN_BLANK * self.size:
                    if spacing is None:
                        spacing = _letter_spacing(list(_glyphs(runs)), self.size)
                    if _has_blank(before.text[-1], run.text[0], gap, self.size, spacing):
                        yield " ", before
            yield run.text, run

    def _characters(self) -> Iterator[tuple[str, CharacterRun]]:
        """Yield the characters of runs that stand inside each other by their place."""
        placed = sorted(_glyphs(self.runs), key=lambda glyph: (glyph[0], glyph[1]))
        glyphs = [glyph for at, glyph in enumerate(placed) if not _is_filled_blank(placed, at)]
        spacing = _letter_spacing(glyphs, self.size)
        for index, (left, _, char, run) in enumerate(glyphs):
            before = glyphs[index - 1]
            gap = left - before[1]
            if (
                index
                and " " not in {char, before[2]}
                and _has_blank(before[2], char, gap, self.size, spacing)
            ):
                yield " ", before[3]
            yield char, run


_Style = tuple[str, bool, bool, Literal["", "super", "sub"], str]
_PLAIN: _Style = ("", False, False, "", "")


def _spans(styled: Sequence[tuple[str, _Style]]) -> Iterator[Span]:
    """Yield spans whose joined text is clean."""
    last = len(styled) - 1
    open_end = False
    for index, (text, (url, bold, italic, script, note)) in enumerate(styled):
        # The letters keep the blanks at the edges, which `clean` removes.
        kept = clean(f"x{text}x")[1:-1]
        if index == 0 or open_end:
            kept = kept.lstrip()
        if index == last:
            kept = kept.rstrip()
        if kept:
            open_end = kept.endswith(" ")
            yield Span(kept, url, bold, italic, script=script, note=note)


def _glyphs(runs: Sequence[CharacterRun]) -> Iterator[_Glyph]:
    """Yield the characters of runs with their edges."""
    return (
        (left, right, char, run)
        for run in runs
        for left, right, char in zip(run.lefts, run.rights, run.text, strict=True)
    )


def _is_filled_blank(placed: Sequence[_Glyph], at: int) -> bool:
    """Tell if a blank was computed by the library for a gap in which a character of another run stands."""
    left, right, char, run = placed[at]
    neighbours = placed[max(0, at - 1) : at + 2]
    return char == " " and right <= left and any(one[3] is not run for one in neighbours)


def _letter_spacing(glyphs: Sequence[_Glyph], size: float) -> float:
    """Estimate the distance between the characters of a letter-spaced or justified line."""
    gaps = [
        after[0] - before[1]
        for before, after in pairwise(glyphs)
        if before[2] != " " and after[2] != " " and not (before[2].isascii() and after[2].isascii())
    ]
    return min(max(0.0, median(gaps)), 2 * size) if len(gaps) > 2 else 0.0


def _has_blank(before: str, after: str, gap: float, size: float, spacing: float) -> bool:
    """Tell if there is room for a blank between two characters that the file puts next to each other."""
    if gap <= _LATIN_BLANK * size or before in _OPENING or after in _CLOSING:
        return False
    if before.isascii() and after.isascii() and (before.isalnum() or after.isalnum()):
        return gap > spacing + _LATIN_BLANK * size
    if (before.isascii() and before.isalnum() and after.isalpha()) or (
        after.isascii() and after.isalnum() and before.isalpha()
    ):
        return gap > spacing + _MIXED_BLANK * size
    return gap > spacing + _BLANK * size


def group_lines(runs: Iterable[CharacterRun]) -> list[PrintedLine]:
    """Return the lines of a page from top to bottom; what a wide blank separates is a line of its own."""
    rows = _attach_scripts(_rows(runs))
    return [piece for row in rows for piece in _pieces(row)]


def _rows(runs: Iterable[CharacterRun]) -> list[list[CharacterRun]]:
    """Return runs by base line, from top to bottom."""
    rows: list[list[CharacterRun]] = []
    base = size = 0.0
    for run in sorted(runs, key=lambda run: -run.base):
        if rows and base - run.base < _ONE_ROW * min(size, run.size):
            rows[-1].append(run)
        else:
            rows.append([run])
            base, size = run.base, run.size
    return rows


def _attach_scripts(rows: list[list[CharacterRun]]) -> list[list[CharacterRun]]:
    """Move superscripts and subscripts into the row of the text that they stand at."""
    for index, row in enumerate(rows):
        for near in (index + 1, index - 1):
            if not row or not 0 <= near < len(rows) or not rows[near]:
                continue
            if len(row) * len(rows[near]) > _MAX_PAIRS:
                continue
            host = rows[near]
            raised = row[0].base - host[0].base
            moved = [run for run in row if _is_script_of(run, host, raised)]
            if moved:
                kept = {id(run) for run in moved}
                row[:] = [run for run in row if id(run) not in kept]
                host.extend(moved)
    return [row for row in rows if row]


def _is_script_of(run: CharacterRun, host: Sequence[CharacterRun], raised: float) -> bool:
    """Tell if a run is small type at the text of a row, raised or lowered."""
    return any(
        run.size <= _SMALL * other.size
        and -_RAISE / 2 * other.size <= raised <= _RAISE * other.size
        and run.right_edge >= other.left_edge - _NEAR * other.size
        and run.left_edge <= other.right_edge + _NEAR * other.size
        for other in host
    )


def _pieces(row: list[CharacterRun]) -> Iterator[PrintedLine]:
    """Yield the parts of a row that wide blanks separate."""
    row.sort(key=lambda run: run.left_edge)
    part: list[CharacterRun] = []
    right = 0.0
    doubled = False
    for run in row:
        if part and run.left_edge - right > _WIDE * min(run.size, part[-1].size):
            yield line_of(part, doubled=doubled)
            part, doubled = [], False
        twin = next((one for one in part[-3:] if _is_double(one, run)), None)
        if twin is not None:
            doubled = True
            continue
        right = max(right, run.right_edge) if part else run.right_edge
        part.append(run)
    if part:
        yield line_of(part, doubled=doubled)


def _is_double(one: CharacterRun, other: CharacterRun) -> bool:
    """Tell if the same text is printed twice at nearly the same place."""
    return (
        one.text == other.text
        and abs(one.left_edge - other.left_edge) < _DOUBLE * one.size
        and abs(one.base - other.base) < _DOUBLE * one.size
    )


def line_of(runs: list[CharacterRun], *, doubled: bool = False) -> PrintedLine:
    """Return the line that runs form."""
    if len(runs) == 1:
        run = runs[0]
        box = Box(run.left_edge, run.bottom, run.right_edge, run.top)
        return PrintedLine(runs, round(run.base, 1), run.size, box, doubled)
    sizes: Counter[float] = Counter()
    for run in runs:
        sizes[run.size] += len(run.text)
    size = max(sizes, key=lambda one: (sizes[one], one))
    base = Counter(round(run.base, 1) for run in runs if run.size == size).most_common(1)[0][0]
    box = Box(
        runs[0].left_edge,
        min(run.bottom for run in runs),
        max(run.right_edge for run in runs),
        max(run.top for run in runs),
    )
    return PrintedLine(runs, base, size, box, doubled)


def join_pieces(pieces: Iterable[PrintedLine]) -> list[PrintedLine]:
    """Return lines from top to bottom, with the pieces on one base line joined."""
    joined: list[PrintedLine] = []
    group: list[PrintedLine] = []
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        if group and group[0].base - piece.base >= _ONE_ROW * min(group[0].size, piece.size):
            joined.append(_join(group))
            group = []
        group.append(piece)
    if group:
        joined.append(_join(group))
    return joined


def _join(group: list[PrintedLine]) -> PrintedLine:
    """Return the pieces of one row as one line."""
    if len(group) == 1:
        return group[0]
    group.sort(key=lambda piece: piece.box.left)
    runs = [run for piece in group for run in piece.runs]
    return line_of(runs, doubled=all(piece.doubled for piece in group))


def add_bullets(pieces: Sequence[PrintedLine], dots: Sequence[Box]) -> None:
    """Put a bullet before the lines at whose left a small sign is drawn, as browsers draw those of lists."""
    if not dots or len(dots) > _MAX_DOTS:
        return
    for piece in pieces:
        low, high = piece.base - 0.1 * piece.size, piece.base + 0.9 * piece.size
        for dot in dots:
            beside = 0 < piece.box.left - dot.right < _BULLET_DISTANCE * piece.size
            if beside and low <= (dot.bottom + dot.top) / 2 <= high:
                first = piece.runs[0]
                bullet = first.part(0, 1)
                bullet.text, bullet.lefts, bullet.rights = (
                    "• ",
                    [dot.left, dot.right],
                    [dot.right, first.left_edge],
                )
                piece.runs.insert(0, bullet)
                piece.box = Box(dot.left, piece.box.bottom, piece.box.right, piece.box.top)
                break
