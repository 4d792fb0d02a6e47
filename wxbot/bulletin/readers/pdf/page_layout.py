"""Arrange the parts of each page: tables, text in columns, pictures, with notes and furniture set apart."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.readers.pdf.column_tables import find_column_tables
from wxbot.bulletin.readers.pdf.columns import Column, in_columns
from wxbot.bulletin.readers.pdf.footnotes import Footnotes, split_footnotes, split_inline_notes
from wxbot.bulletin.readers.pdf.page_furniture import SetApart, split_furniture, split_watermarks
from wxbot.bulletin.readers.pdf.page_lines import PrintedLine, add_bullets, group_lines, join_pieces
from wxbot.bulletin.readers.pdf.printed import Box, CharacterRun, PlacedPicture, PrintedPage
from wxbot.bulletin.readers.pdf.ruled_tables import Grid, find_grids
from wxbot.bulletin.readers.pdf.table_blocks import PlacedBlock, split_at_grid, table_of
from wxbot.bulletin.readers.pictures import PictureCollector
from wxbot.bulletin.scanned_pages import scanned_page_alt

__all__ = ["ArrangedColumn", "ArrangedPage", "TypeFacts", "arrange_pages", "type_facts"]

_PAGE_SIZED = 0.7  # of the page: a picture that large is a scan or a background
_BOLD_BODY = 0.6  # of all characters: if more are bold, bold tells nothing
_SAME_PLACE = 4.0  # points


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """Type of the running text of a document: its size, its typeface, and if it is bold."""

    size: float
    family: str
    is_bold: bool


@dataclass(slots=True)
class ArrangedColumn:
    """Lines and blocks of a column from top to bottom, and its edges."""

    parts: list[PrintedLine | PlacedBlock]
    left: float
    right: float


@dataclass(slots=True)
class ArrangedPage:
    """A page in reading order, with what was set apart."""

    page: PrintedPage
    columns: list[ArrangedColumn] = field(default_factory=list)
    apart: list[SetApart] = field(default_factory=list)


def type_facts(pages: Sequence[PrintedPage]) -> TypeFacts:
    """Return the most common size and typeface of a document."""
    sizes: Counter[float] = Counter()
    families: Counter[str] = Counter()
    bold = total = 0
    for page in pages:
        for run in page.runs:
            count = len(run.text)
            sizes[run.size] += count
            families[run.face.family] += count
            bold += count * run.bold
            total += count
    if not total:
        return TypeFacts(1.0, "", False)
    return TypeFacts(sizes.most_common(1)[0][0], families.most_common(1)[0][0], bold > _BOLD_BODY * total)


def arrange_pages(
    pages: Sequence[PrintedPage], facts: TypeFacts, notes: Footnotes, collector: PictureCollector
) -> list[ArrangedPage]:
    """Return the pages in reading order; footnotes go to `notes`, pictures to `collector`."""
    arranged = [ArrangedPage(page) for page in pages]
    blocks: list[list[PlacedBlock]] = []
    lines: list[list[PrintedLine]] = []
    repeated = _repeated_pictures(pages)
    grids = find_grids([page.graphics for page in pages])
    for one in arranged:
        runs, apart = split_watermarks(one.page, facts.size)
        one.apart += apart
        pictures = list(_pictures(one.page, bool(runs), repeated, collector))
        tables, runs, pictures = _tables(one.page, grids[one.page.number], runs, pictures, facts)
        blocks.append([*tables, *pictures])
        pieces = group_lines(runs)
        add_bullets(pieces, [dot.box for dot in one.page.graphics.dots])
        lines.append(pieces)
    lines, apart = split_furniture(pages, lines)
    for one, pieces, placed in zip(arranged, lines, blocks, strict=True):
        one.apart += [found for found in apart if found.page == one.page.number]
        text = split_footnotes(one.page, pieces, facts.size, notes)
        columns = in_columns([*text, *placed], facts.size)
        one.columns = [_column(column, facts) for column in columns]
    _remove_inline_notes(arranged, notes)
    return arranged


def _remove_inline_notes(arranged: Sequence[ArrangedPage], notes: Footnotes) -> None:
    """Move notes that stand in the running text to the notes."""
    columns = [column for one in arranged for column in one.columns]
    lines = [[part for part in column.parts if isinstance(part, PrintedLine)] for column in columns]
    used = split_inline_notes(lines, notes)
    for column in columns:
        column.parts = [part for part in column.parts if id(part) not in used]


def _column(column: Column, facts: TypeFacts) -> ArrangedColumn:
    """Return a column with its pieces joined to lines and tables."""
    pieces = [part for part in column.parts if isinstance(part, PrintedLine)]
    blocks = [part for part in column.parts if isinstance(part, PlacedBlock)]
    tables, rest = find_column_tables(pieces, body_is_bold=facts.is_bold)
    parts: list[PrintedLine | PlacedBlock] = [*join_pieces(rest), *tables, *blocks]
    parts.sort(key=lambda part: -(part.base if isinstance(part, PrintedLine) else part.box.top))
    return ArrangedColumn(parts, column.left, column.right)


def _tables(
    page: PrintedPage,
    grids: Sequence[Grid],
    runs: list[CharacterRun],
    pictures: list[PlacedBlock],
    facts: TypeFacts,
) -> tuple[list[PlacedBlock], list[CharacterRun], list[PlacedBlock]]:
    """Return the ruled tables of a page, and the runs and pictures outside them."""
    tables: list[PlacedBlock] = []
    # The smallest first: a table inside a cell of another one is a block of that cell.
    for grid in sorted(grids, key=lambda grid: grid.box.width * grid.box.height):
        content, outside = split_at_grid(grid, runs)
        inner = [one for one in (*tables, *pictures) if _is_inside(one.box, grid.box) and one.block]
        table = table_of(grid, content, inner, page.graphics.areas, body_is_bold=facts.is_bold)
        if table is None:
            continue
        within = {id(one) for one in inner}
        tables = [one for one in tables if id(one) not in within]
        pictures = [one for one in pictures if id(one) not in within]
        tables.append(PlacedBlock(grid.box, table, grid.columns))
        runs = outside
    return tables, runs, pictures


def _is_inside(inner: Box, outer: Box) -> bool:
    """Tell if the middle of a rectangle lies in another one that is larger."""
    middle = ((inner.left + inner.right) / 2, (inner.bottom + inner.top) / 2)
    return outer.holds(*middle) and inner.width <= outer.width and inner.height <= outer.height


def _key(picture: PlacedPicture) -> tuple[bytes, int, int]:
    """Equal for the same picture at the same place of several pages."""
    place = round(picture.box.left / _SAME_PLACE), round(picture.box.bottom / _SAME_PLACE)
    return (hashlib.sha256(picture.data).digest(), *place)


def _repeated_pictures(pages: Sequence[PrintedPage]) -> set[tuple[bytes, int, int]]:
    """Return the pictures that several pages show at one place, such as a logo in the header."""
    counts = Counter(
        key for page in pages for key in {_key(picture) for picture in page.graphics.pictures if picture.data}
    )
    return {key for key, count in counts.items() if count > 1 and count * 2 >= len(pages)}


def _pictures(
    page: PrintedPage,
    has_text: bool,
    repeated: set[tuple[bytes, int, int]],
    collector: PictureCollector,
) -> Iterator[PlacedBlock]:
    """Yield the pictures of a page; one that is left out has a reason."""
    for picture in page.graphics.pictures:
        if not page.box.overlap(picture.box):
            continue
        page_sized = picture.box.overlap(page.box) > _PAGE_SIZED * page.box.width * page.box.height
        reason = picture.reason
        if not reason and page_sized and has_text:
            reason = "整页的底图"
        if not reason and _key(picture) in repeated:
            reason = "每页都有的图片（页眉或页脚）"
        if reason:
            yield PlacedBlock(picture.box, None, reason=reason)
            continue
        alt = scanned_page_alt(page.number + 1) if page_sized else ""
        added = collector.add(picture.data, alt=alt)
        if isinstance(added, Picture):
            yield PlacedBlock(picture.box, added)
        else:
            yield PlacedBlock(picture.box, None, reason=added)
