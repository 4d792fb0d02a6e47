"""Set apart what a page prints beside the text: watermarks, headers and footers, page numbers.

All of it is returned with a reason, so that the editor sees what was left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from wxbot.bulletin.readers.pdf.page_lines import PrintedLine, join_pieces
from wxbot.bulletin.readers.pdf.printed import Area, Box, CharacterRun, PrintedPage

__all__ = ["BROWSER", "HIDDEN", "WATERMARK", "SetApart", "split_furniture", "split_watermarks"]

WATERMARK = "watermark"
ROTATED = "rotated text"
HIDDEN = "hidden text"
OUTSIDE = "text outside the page"
BROWSER = "browser header"
RUNNING_HEADER = "running header"
PAGE_NUMBER = "page number"

_UPRIGHT = 2.0  # degrees: type turned by less stands upright
_FAINT_ALPHA = 90  # of 255: type that lets more through is a watermark
_PALE = 0xC8  # of 255: type in which each colour is at least that bright is pale
_WHITE = 0xF5
_LARGE = 1.5  # times the size of the text: pale type that large is a watermark
_EDGE = 0.125  # of the height of a page: headers and footers stand that near to its edge
_EDGE_ROWS = 3
_APART = 1.2  # of the size: the blank between the text and a page number
_SAME_HEIGHT = 6.0  # points
_OFTEN = 0.4  # of the pages: a line that more of them repeat is a header
_D = r"[0-9０-９]{1,4}"
_SIGN = r"[-–—―－─~·•|]+"
_PAGE_NUMBER = re.compile(
    rf"{_SIGN}\s*(?:{_D}|[ivxlIVXL]{{1,6}})\s*{_SIGN}|第?\s*{_D}\s*[页頁](?:\s*[,，/／]?\s*[(（]?\s*共\s*{_D}\s*[页頁]\s*[)）]?)?"
    rf"|{_D}\s*[/／]\s*{_D}|[Pp](?:age)?\.?\s*{_D}(?:\s*(?:of|/)\s*{_D})?"
)
_BARE_NUMBER = re.compile(r"[0-9]{1,4}")
_DIGITS = re.compile(r"[0-9０-９]+")
_PRINTED_AT = re.compile(
    r"(?:(?:19|20)\d{2}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2}/\d{1,2}/(?:\d{2}|\d{4})),?\s*(?:上午|下午)?\s*\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AP]M)?(?:\s.*)?"
)
_PRINTED_FROM = re.compile(r"(?:(?:https?|file|about|data|chrome)\S*\s+)?\d{1,4}\s*/\s*\d{1,4}")
_ADDRESS_ONLY = re.compile(r"(?:https?|file)://\S+(?:\s+\d{1,4}\s*/\s*\d{1,4})?")


@dataclass(slots=True)
class SetApart:
    """Text that is no part of the bulletin: its page, its height on it, and the reason."""

    page: int
    height: float
    text: str
    reason: str


def split_watermarks(page: PrintedPage, size: float) -> tuple[list[CharacterRun], list[SetApart]]:
    """Return the runs of a page, whose text has this size, without watermarks, turned and hidden text; and those."""
    kept: list[CharacterRun] = []
    apart: list[tuple[str, CharacterRun]] = []
    is_scan = _is_scan(page)
    for run in page.runs:
        reason = _reason(run, page, size, is_scan)
        if reason:
            apart.append((reason, run))
        else:
            kept.append(run)
    return kept, [
        SetApart(page.number, page.box.bottom, _text(run for _, run in group), reason)
        for reason, group in groupby(apart, key=lambda pair: pair[0])
    ]


def _is_scan(page: PrintedPage) -> bool:
    """Tell if a picture covers most of the page, whose text was then recognised by a program."""
    area = page.box.width * page.box.height
    return any(picture.box.overlap(page.box) > 0.7 * area for picture in page.graphics.pictures)


def _reason(run: CharacterRun, page: PrintedPage, size: float, is_scan: bool) -> str:
    """Return the reason for which a run is no text of the page; "" for text."""
    box = Box(run.left_edge, run.bottom, run.right_edge, run.top)
    if not page.box.overlap(box) and not page.box.holds(run.left_edge, run.base):
        return OUTSIDE
    if abs(run.angle) > _UPRIGHT:
        return WATERMARK if abs(run.angle) % 90 > _UPRIGHT else ROTATED
    if run.unseen or run.alpha <= _FAINT_ALPHA:
        return "" if is_scan else HIDDEN if run.unseen else WATERMARK
    if not _is_pale(run.colour, _PALE) or _is_on_colour(box, run.colour, page):
        return ""
    if _is_pale(run.colour, _WHITE):
        return HIDDEN
    return WATERMARK if run.size >= _LARGE * size else ""


def _is_pale(colour: int, least: int) -> bool:
    """Tell if each part of a colour is bright."""
    return min(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF) >= least


def _is_on_colour(box: Box, colour: int, page: PrintedPage) -> bool:
    """Tell if type stands on a picture, or on an area of another colour."""
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    areas: Iterable[Area] = (area for area in page.graphics.areas if area.box.holds(x, y))
    return any(_distance(area.colour, colour) > 48 for area in areas) or any(
        picture.box.holds(x, y) for picture in page.graphics.pictures
    )


def _distance(one: int, other: int) -> int:
    """Return the largest difference of two colours in one of their parts."""
    return max(abs((one >> shift & 0xFF) - (other >> shift & 0xFF)) for shift in (0, 8, 16))


def _text(runs: Iterable[CharacterRun]) -> str:
    """Return the characters of runs in the order of the file, with blanks where the file leaves room."""
    text = ""
    before: CharacterRun | None = None
    for run in runs:
        if before is not None:
            far = max(abs(run.left_edge - before.left_edge), abs(run.base - before.base)) / max(
                len(before.text), 1
            )
            text += " " if far > 1.3 * before.size or run.size != before.size else ""
        text += run.text
        before = run
    return " ".join(text.split())


@dataclass(slots=True)
class _Row:
    """Pieces on one base line near the upper or lower edge of a page."""

    page: int
    is_top: bool
    rank: int
    pieces: list[PrintedLine]
    text: str
    base: float
    is_apart: bool

    @property
    def key(self) -> tuple[bool, str]:
        """Equal for the headers of different pages, whatever their page number."""
        return self.is_top, _DIGITS.sub("0", self.text)


def split_furniture(
    pages: Sequence[PrintedPage], lines: Sequence[list[PrintedLine]]
) -> tuple[list[list[PrintedLine]], list[SetApart]]:
    """Return the pieces of each page without headers, footers and page numbers, and those."""
    rows = [row for page, pieces in zip(pages, lines, strict=True) for row in _edge_rows(page, pieces)]
    reasons = _repeated_rows(rows, len(pages)) | _browser_lines(rows) | _page_numbers(rows, len(pages))
    first_page = "".join(piece.text for piece in lines[0]) if lines else ""
    removed: set[int] = set()
    apart: list[SetApart] = []
    for index, row in enumerate(rows):
        reason = reasons.get(index, "")
        # The header of the first page may be the only place that names the publication.
        is_name = reason == RUNNING_HEADER and row.page == 0 and row.is_top
        if not reason or (is_name and first_page.count(row.pieces[0].text) < 2):
            continue
        removed |= {id(piece) for piece in row.pieces}
        apart.append(SetApart(row.page, row.base, row.text, reason))
    return [[piece for piece in page if id(piece) not in removed] for page in lines], apart


def _edge_rows(page: PrintedPage, pieces: Sequence[PrintedLine]) -> list[_Row]:
    """Return the rows near the upper and the lower edge of a page, the outermost first."""
    rows: list[list[PrintedLine]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        if rows and rows[-1][0].base - piece.base < 0.3 * piece.size:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    edge = _EDGE * page.box.height
    found: list[_Row] = []
    for is_top in (True, False):
        ordered = rows if is_top else rows[::-1]
        for rank, row in enumerate(ordered[:_EDGE_ROWS]):
            box = join_pieces(row)[0].box
            near = page.box.top - box.bottom if is_top else box.top - page.box.bottom
            if near > edge:
                break
            following = ordered[rank + 1][0] if rank + 1 < len(ordered) else None
            is_apart = following is None or abs(following.base - row[0].base) > (1 + _APART) * row[0].size
            ordered_row = sorted(row, key=lambda piece: piece.box.left)
            text = " ".join(piece.text for piece in ordered_row)
            found.append(_Row(page.number, is_top, rank, ordered_row, text, row[0].base, is_apart))
    return found


def _repeated_rows(rows: Sequence[_Row], pages: int) -> dict[int, str]:
    """Return the rows that many pages repeat at one height."""
    if pages < 2:
        return {}
    by_key: dict[tuple[bool, str], list[int]] = {}
    for index, row in enumerate(rows):
        by_key.setdefault(row.key, []).append(index)
    found: dict[int, str] = {}
    for same in by_key.values():
        heights = Counter(round(rows[index].base / _SAME_HEIGHT) for index in same)
        usual = heights.most_common(1)[0][0] * _SAME_HEIGHT
        level = [index for index in same if abs(rows[index].base - usual) <= 2 * _SAME_HEIGHT]
        on_pages = len({rows[index].page for index in level})
        if on_pages >= 2 and on_pages >= min(3, _OFTEN * pages):
            found |= dict.fromkeys(level, RUNNING_HEADER)
    return found


def _browser_lines(rows: Sequence[_Row]) -> dict[int, str]:
    """Return the rows that a browser prints: date, time and title, and address and number of the page."""
    tops = {
        i for i, row in enumerate(rows) if row.is_top and row.rank == 0 and _PRINTED_AT.fullmatch(row.text)
    }
    pages = {rows[index].page for index in tops}
    bottoms = {
        i
        for i, row in enumerate(rows)
        if not row.is_top
        and row.rank == 0
        and (_ADDRESS_ONLY.fullmatch(row.text) or (row.page in pages and _PRINTED_FROM.fullmatch(row.text)))
    }
    with_number = {i for i in bottoms if rows[i].page in pages or "/" in rows[i].text.split(" ")[-1][-9:]}
    return dict.fromkeys(tops | with_number, BROWSER)


def _page_numbers(rows: Sequence[_Row], pages: int) -> dict[int, str]:
    """Return the rows that are page numbers."""
    found = {index: PAGE_NUMBER for index, row in enumerate(rows) if _PAGE_NUMBER.fullmatch(row.text)}
    bare = [
        (index, int(row.text) - row.page)
        for index, row in enumerate(rows)
        if _BARE_NUMBER.fullmatch(row.text) and (row.is_apart or row.rank == 0)
    ]
    steps = Counter(step for _, step in bare)
    for index, step in bare:
        row = rows[index]
        counted = steps[step] > 1
        alone = row.rank == 0 and row.is_apart and (pages == 1 or step == 1)
        if counted or alone:
            found[index] = PAGE_NUMBER
    return found
