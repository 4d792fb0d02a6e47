"""Build the lines of a document from arranged pages, with the evidence of their layout: size, gap, indent, look."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from wxbot.bulletin.blocks import Picture, Span, Spans, Table
from wxbot.bulletin.line_text import first_word_width, join_lines
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.pdf.page_furniture import HIDDEN
from wxbot.bulletin.readers.pdf.page_layout import ArrangedColumn, ArrangedPage, TypeFacts
from wxbot.bulletin.readers.pdf.page_lines import PrintedLine
from wxbot.bulletin.readers.pdf.printed import PrintedPage
from wxbot.bulletin.readers.pdf.table_blocks import PlacedBlock, join_spans, join_tables, table_text

__all__ = ["document_lines"]

PICTURE = "picture"

_HEADING_SCALE = 1.12  # a line whose type is this many times larger than the text is a heading
_MAX_LEVEL = 6
_CENTRED = 0.6  # of the size: the margins of a centred line differ by less
_FREE = 2.5  # of the size: the margins of a line that is set apart are at least that wide
_LONG_RULE = 0.3  # of the width of the column


@dataclass(slots=True)
class _Part:
    """A part of the document with its surroundings: page, column, the part above it."""

    page: ArrangedPage
    column: ArrangedColumn
    part: PrintedLine | PlacedBlock
    before: PrintedLine | PlacedBlock | None
    starts_page: bool


def document_lines(pages: Sequence[ArrangedPage], facts: TypeFacts) -> Iterator[Line]:
    """Yield the lines of a document in reading order; `at` counts them."""
    return _LineWriter(pages, facts).lines()


class _LineWriter:
    """Lines of one document, in which sizes and edges are compared."""

    def __init__(self, pages: Sequence[ArrangedPage], facts: TypeFacts) -> None:
        self._pages, self._facts = pages, facts
        self._level = self._levels()
        self._left = self._left_edges()
        self._leading = {id(column): _leading(column) for page in pages for column in page.columns}
        self._at = 0

    def _next(self) -> int:
        """Return the number of the next line."""
        self._at += 1
        return self._at

    def _levels(self) -> dict[float, int]:
        """Return the level of each size of type that is clearly larger than the text."""
        sizes = {_half(part.size) for part in self._text_lines()}
        ranks = sorted((size for size in sizes if size >= _HEADING_SCALE * self._facts.size), reverse=True)
        return {size: min(rank, _MAX_LEVEL) for rank, size in enumerate(ranks, start=1)}

    def _text_lines(self) -> Iterator[PrintedLine]:
        """Yield the lines of text of all pages."""
        return (
            part
            for page in self._pages
            for column in page.columns
            for part in column.parts
            if isinstance(part, PrintedLine)
        )

    def _left_edges(self) -> dict[int, float]:
        """Return the left edge of the text of each column, by the identity of the column.

        A page whose lines are all indented has the edge of the other pages.
        """
        every = Counter(round(part.box.left) for part in self._text_lines())
        found = {id(column): _left_edge(column, every) for page in self._pages for column in page.columns}
        wide = [column for page in self._pages if len(page.columns) == 1 for column in page.columns]
        edges = Counter(round(found[id(column)]) for column in wide)
        for column in wide:
            own = found[id(column)]
            usual = [edge for edge, _ in edges.most_common(2) if 0 < own - edge < 3 * self._facts.size]
            if usual:
                found[id(column)] = float(min(usual))
        return found

    def lines(self) -> Iterator[Line]:
        """Yield the lines of all pages; wrapped headings and divided tables are joined."""
        held: Line | None = None
        last: _Part | None = None
        for entry in self._entries():
            if isinstance(entry, Line):
                # What is set apart between two parts of a table does not divide it.
                if held is not None and not isinstance(held.block, Table):
                    yield held
                    held = None
                yield entry
                continue
            line = self._line(entry)
            if held is not None and last is not None:
                joined = self._join(held, last, line, entry)
                if joined is not None:
                    held, last = joined, entry
                    continue
                yield held
            held, last = line, entry
        if held is not None:
            yield held

    def _entries(self) -> Iterator[_Part | Line]:
        """Yield the parts of all pages, and text that was set apart as finished lines."""
        hidden = False
        for page in self._pages:
            starts_page = page.page.number > 0
            middle = (page.page.box.bottom + page.page.box.top) / 2
            for found in (one for one in page.apart if one.height > middle):
                yield Line(self._next(), found.text, page_start=starts_page, drop_reason=found.reason)
                starts_page = False
            for column in page.columns:
                before: PrintedLine | PlacedBlock | None = None
                for part in column.parts:
                    yield _Part(page, column, part, before, starts_page)
                    before, starts_page = part, False
            hidden = hidden or any(one.reason == HIDDEN for one in page.apart)
            for found in (one for one in page.apart if one.height <= middle and one.reason != HIDDEN):
                yield Line(self._next(), found.text, drop_reason=found.reason)
        if hidden:
            yield Line(self._next(), "（文件里有看不见的文字，未收入）", drop_reason=HIDDEN)

    def _line(self, entry: _Part) -> Line:
        """Return one part as a line."""
        if isinstance(entry.part, PlacedBlock):
            return replace(_block_line(entry.part), at=self._next(), page_start=entry.starts_page)
        printed, before = entry.part, entry.before
        body = self._facts.size
        rank = self._level.get(_half(printed.size), 0)
        leading = self._leading[id(entry.column)] or 1.5 * body
        down = before.base - printed.base if isinstance(before, PrintedLine) else 0.0
        left = self._left[id(entry.column)]
        return Line(
            self._next(),
            printed.text,
            spans=printed.spans(body_is_bold=self._facts.is_bold),
            indent=max(0, round(2 * (printed.box.left - left) / body)),
            gap=max(0, round(down / leading) - 1),
            page_start=entry.starts_page,
            level=rank,
            complete=rank > 0,
            bold=printed.bold and not self._facts.is_bold,
            size=round(printed.size / body, 2),
            align=_align(printed, left, entry.column.right, body),
            look=self._look(printed, entry.page.page),
            below_rule=_is_below_rule(entry),
        )

    def _look(self, printed: PrintedLine, page: PrintedPage) -> str:
        """Return the key of typeface, colour and background of a line; "" if they are those of the text."""
        main = printed.main
        x, y = (printed.box.left + printed.box.right) / 2, (printed.box.bottom + printed.box.top) / 2
        behind = [
            f"{area.colour:06x}"
            for area in page.graphics.areas
            if area.box.holds(x, y) and area.box.height < page.box.height / 2
        ]
        family = "" if main.face.family == self._facts.family else main.face.family
        colour = "" if _is_dark(main.colour) else f"{main.colour:06x}"
        ground = behind[-1] if behind and behind[-1] != "ffffff" else ""
        return "/".join((family, colour, ground)) if family or colour or ground else ""

    def _join(self, held: Line, last: _Part, line: Line, entry: _Part) -> Line | None:
        """Return a line and the one after it as one, where they are parts of one heading or table; else None."""
        if isinstance(held.block, Table) and isinstance(line.block, Table):
            return self._join_divided_table(held, last, line, entry)
        if held.block or line.block or not self._continues_heading(last, entry, held, line):
            return None
        spans: Spans = ()
        if held.spans or line.spans:
            spans = join_spans(held.spans or (Span(held.text),), line.spans or (Span(line.text),))
        return replace(held, text=join_lines([held.text, line.text]), spans=spans)

    def _join_divided_table(self, held: Line, last: _Part, line: Line, entry: _Part) -> Line | None:
        """Return a table that goes on at the top of the next page as one table."""
        first, second = last.part, entry.part
        if not (isinstance(first, PlacedBlock) and isinstance(second, PlacedBlock)):
            return None
        if not (isinstance(held.block, Table) and isinstance(line.block, Table)):
            return None
        next_page = entry.page.page.number == last.page.page.number + 1
        equal = len(first.columns) == len(second.columns) and all(
            abs(one - other) < self._facts.size
            for one, other in zip(first.columns, second.columns, strict=True)
        )
        if not next_page or not equal or entry.before is not None:
            return None
        table = join_tables(held.block, line.block)
        return replace(held, text=table_text(table), block=table)

    def _continues_heading(self, last: _Part, entry: _Part, held: Line, line: Line) -> bool:
        """Tell if a line continues the heading above it, where its first word had not fitted."""
        above, printed = last.part, entry.part
        if not isinstance(above, PrintedLine) or not isinstance(printed, PrintedLine):
            return False
        if not line.level or line.level != held.level or above.size != printed.size:
            return False
        if last.column is not entry.column:
            return False
        close = 0 < above.base - printed.base < 2 * printed.size
        free = entry.column.right - above.box.right
        return close and free < first_word_width(line.text) * printed.size / 2


def _half(size: float) -> float:
    """Return a size of type rounded to half a point."""
    return round(2 * size) / 2


def _block_line(placed: PlacedBlock) -> Line:
    """Return a table or a picture as a line; a picture that is left out as a line with the reason."""
    match placed.block:
        case Table() as table:
            return Line(0, table_text(table), block=table, complete=True)
        case Picture() as picture:
            return Line(0, picture.alt, block=picture, complete=True)
        case _:
            return Line(0, f"［图片：{placed.reason}］", drop_reason=PICTURE)


def _left_edge(column: ArrangedColumn, every: Counter[int]) -> float:
    """Return the left edge of a column: the leftmost that other lines of the document share."""
    lefts = sorted(part.box.left for part in column.parts if isinstance(part, PrintedLine))
    if not lefts:
        return column.left
    edges = sorted([column.left, *lefts])
    shared = (left for left in edges if sum(every[round(left) + step] for step in (-1, 0, 1)) > 1)
    return next(shared, lefts[0])


def _leading(column: ArrangedColumn) -> float:
    """Estimate the distance between base lines in points; 0 for a column with too few lines."""
    printed = [part for part in column.parts if isinstance(part, PrintedLine)]
    steps = sorted(
        before.base - after.base
        for before, after in pairwise(printed)
        if before.base - after.base > before.size / 2
    )
    return steps[len(steps) // 4] if len(steps) > 1 else 0.0


def _align(printed: PrintedLine, start: float, end: float, body: float) -> Literal["", "center", "right"]:
    """Return how a line is set in a column with these edges."""
    left, right = printed.box.left - start, end - printed.box.right
    if min(left, right) >= body and abs(left - right) < _CENTRED * printed.size + body / 4:
        return "center" if abs(left - 2 * body) > body / 4 else ""
    return "right" if left > max(_FREE * body, (end - start) / 3) and right < body / 2 else ""


def _is_dark(colour: int) -> bool:
    """Tell if a colour is black, or a grey or blue that reads as black."""
    return max(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF) < 0x50


def _is_below_rule(entry: _Part) -> bool:
    """Tell if a rule stands between a line and the part above it."""
    box = entry.part.box
    if isinstance(entry.before, PlacedBlock):
        return False
    top = entry.before.box.bottom if entry.before is not None else box.top + 3 * box.height
    least = _LONG_RULE * (entry.column.right - entry.column.left)
    return any(
        box.top - 1 <= rule.at <= top + 1
        and min(rule.end, entry.column.right) - max(rule.start, entry.column.left) >= least
        for rule in entry.page.page.graphics.horizontal
    )
