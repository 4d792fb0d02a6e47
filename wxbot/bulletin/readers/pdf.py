"""Read a PDF: lines in reading order, with level, bold type, indent and gap computed from positions and type sizes.

A PDF stores characters with their positions. pdfium groups them into lines; everything else is computed here.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.line_text import clean, first_word_width, join_lines
from wxbot.bulletin.model import Line
from wxbot.errors import BulletinError

__all__ = ["lines"]

_BOLD_NAME = re.compile(r"bold|black|heavy|simhei|heiti|-hei|黑体|xiaobiaosong|小标宋", re.IGNORECASE)
_BOLD_WEIGHT = 600
_HEADING_SCALE = 1.12  # a line whose type is this many times larger than the text is a heading
_MAX_LEVEL = 6
_HYPHEN = "\x02"  # pdfium's code for a hyphen at the end of a line
_NAME_BYTES = 256
_COLUMN_SHARE = 0.25  # a page has two columns if this share of its lines stands on each side of the middle
_DISORDER = (
    0.3  # of the steps from line to line that go up inside a column: then the order is no reading order
)


@dataclass(slots=True)
class _PrintedLine:
    """One line on a page; lengths in points from the lower left corner.

    `base` is the height of the base line, `sizes` counts characters by type size, `bold` counts bold characters.
    """

    page: int
    text: str = ""
    left: float = 0.0
    right: float = 0.0
    base: float = 0.0
    sizes: Counter[float] = field(default_factory=Counter)
    bold: int = 0
    links: tuple[str, ...] = ()

    @property
    def size(self) -> float:
        """Type size of most of its characters."""
        return self.sizes.most_common(1)[0][0]


@dataclass(slots=True)
class _Column:
    """Left and right edge of a column of text."""

    left: float
    right: float


def lines(data: bytes, file: str) -> tuple[Line, ...]:
    """Return the lines of a PDF; `at` counts them through the document.

    Raises BulletinError for a file that is damaged, protected by a password, or a scan without text.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise _unreadable(
            f"{file} 有密码，打不开" if locked else f"{file} 不是完好的 PDF 文件", file
        ) from None
    try:
        pages = [_page(document, index) for index in range(len(document))]
    except pdfium.PdfiumError:
        raise _unreadable(f"{file} 有读不出的页，文件可能不完整", file) from None
    finally:
        document.close()
    if not any(pages):
        remedy = "请用原来的 Word 文件，或先用文字识别软件把它变成文字。"
        raise BulletinError(f"{file} 里没有文字，可能是扫描件", file=file, remedy=remedy)
    return tuple(_document_lines(pages))


def _unreadable(says: str, file: str) -> BulletinError:
    """Return the error for a file that cannot be opened or read."""
    return BulletinError(says, file=file, remedy="请另存为没有密码的 PDF、Word 或文本文件。")


def _page(document: pdfium.PdfDocument, index: int) -> list[_PrintedLine]:
    """Return the printed lines of one page in reading order, with their links."""
    page = document[index]
    text = page.get_textpage()
    try:
        printed = _reading_order(_merge_pieces(list(_pieces(text, index))))
        for box, address in _page_links(document, page):
            for line in printed:
                if (
                    box[1] <= line.base + line.size / 2 <= box[3]
                    and box[0] < line.right
                    and line.left < box[2]
                ):
                    line.links = (*line.links, address)
                    break
        return printed
    finally:
        text.close()
        page.close()


def _pieces(text: pdfium.PdfTextPage, page: int) -> Iterator[_PrintedLine]:
    """Yield the lines of a page as pdfium groups them; a line with a wide blank may be split in two."""
    fonts: dict[str, bool] = {}
    piece = _PrintedLine(page)
    for at in range(text.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(text, at))
        if char in "\r\n":
            if piece.text.strip():
                yield piece
            piece = _PrintedLine(page)
        elif raw.FPDFText_IsGenerated(text, at) or char.isspace():
            piece.text += " "
        elif char != "\0":
            _append_char(piece, text, at, "-" if char == _HYPHEN else char, fonts)
    if piece.text.strip():
        yield piece


def _append_char(
    piece: _PrintedLine, text: pdfium.PdfTextPage, at: int, char: str, fonts: dict[str, bool]
) -> None:
    """Append one character to a line, and update its extent, sizes and bold count."""
    left, _, right, _ = text.get_charbox(at, loose=True)
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, at, matrix)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, at, x, y)
    size = round(2 * raw.FPDFText_GetFontSize(text, at) * (abs(matrix.d) or 1.0)) / 2
    if not piece.sizes:
        piece.left, piece.base = left, y.value
    piece.right = max(piece.right, right)
    piece.sizes[size] += 1
    piece.bold += _is_bold(text, at, fonts)
    piece.text += char


def _is_bold(text: pdfium.PdfTextPage, at: int, fonts: dict[str, bool]) -> bool:
    """Tell if a character is bold, or in a typeface used for headings."""
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, at, name, _NAME_BYTES, flags)
    font = name.value.decode("utf-8", "replace")
    if font not in fonts:
        fonts[font] = _BOLD_NAME.search(font) is not None
    return fonts[font] or raw.FPDFText_GetFontWeight(text, at) >= _BOLD_WEIGHT


def _merge_pieces(pieces: Sequence[_PrintedLine]) -> list[_PrintedLine]:
    """Merge pieces on one base line, each right of the one before, into one line."""
    merged: list[_PrintedLine] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        level = last is not None and abs(last.base - piece.base) < min(last.size, piece.size) / 3
        if last is not None and level and last.right <= piece.left < last.right + 12 * last.size:
            last.text += f" {piece.text}"
            last.right, last.bold = piece.right, last.bold + piece.bold
            last.sizes.update(piece.sizes)
        else:
            merged.append(piece)
    return merged


def _reading_order(printed: list[_PrintedLine]) -> list[_PrintedLine]:
    """Return the lines in the file's order, or from top to bottom where the file's order jumps up too often."""
    steps = list(pairwise(printed))
    up = sum(after.base > before.base and after.left < before.right for before, after in steps)
    return (
        sorted(printed, key=lambda line: (-line.base, line.left)) if up > _DISORDER * len(steps) else printed
    )


def _page_links(
    document: pdfium.PdfDocument, page: pdfium.PdfPage
) -> Iterator[tuple[tuple[float, ...], str]]:
    """Yield the links of a page: left, lower, right and upper edge, and the address."""
    at, link, box = ctypes.c_int(0), raw.FPDF_LINK(), raw.FS_RECTF()
    while raw.FPDFLink_Enumerate(page, at, link):
        action = raw.FPDFLink_GetAction(link)
        length = raw.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if length and raw.FPDFLink_GetAnnotRect(link, box):
            address = ctypes.create_string_buffer(length)
            raw.FPDFAction_GetURIPath(document, action, address, length)
            yield (box.left, box.bottom, box.right, box.top), address.value.decode("utf-8", "replace")


def _document_lines(pages: Sequence[Sequence[_PrintedLine]]) -> Iterator[Line]:
    """Yield the lines of all pages with their layout evidence; wrapped headings are joined."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for printed in page:
            sizes.update(printed.sizes)
    body = sizes.most_common(1)[0][0]
    ranks = sorted(
        {line.size for page in pages for line in page if line.size >= _HEADING_SCALE * body}, reverse=True
    )
    level = {size: min(rank, _MAX_LEVEL) for rank, size in enumerate(ranks, start=1)}
    at = 0
    for page in pages:
        columns = _columns(page)
        leading = _leading(page) or 1.5 * body
        held: Line | None = None
        for index, printed in enumerate(page):
            at += 1
            before = page[index - 1] if index else None
            line = _line(printed, before, columns[index], at, leading, body, level)
            if (
                held is not None
                and before is not None
                and _continues_heading(before, printed, columns[index - 1], line, held)
            ):
                held = replace(
                    held, text=join_lines([held.text, line.text]), links=(*held.links, *line.links)
                )
                continue
            if held is not None:
                yield held
            held = line
        if held is not None:
            yield held


def _line(
    printed: _PrintedLine,
    before: _PrintedLine | None,
    column: _Column,
    at: int,
    leading: float,
    body: float,
    level: dict[float, int],
) -> Line:
    """Return one printed line as a Line."""
    down = before.base - printed.base if before is not None else 0.0
    characters = sum(printed.sizes.values())
    rank = level.get(printed.size, 0)
    return Line(
        at,
        clean(printed.text),
        indent=max(0, round(2 * (printed.left - column.left) / body)),
        gap=max(0, round(down / leading) - 1),
        page_start=before is None and printed.page > 0,
        level=rank,
        complete=rank > 0,
        bold=printed.bold * 2 > characters,
        links=printed.links,
    )


def _continues_heading(
    before: _PrintedLine, printed: _PrintedLine, column: _Column, line: Line, held: Line
) -> bool:
    """Tell if a line continues the heading above it, where its first word had not fitted."""
    if not line.level or line.level != held.level or before.size != printed.size:
        return False
    close = 0 < before.base - printed.base < 2 * printed.size
    return close and column.right - before.right < first_word_width(line.text) * printed.size / 2


def _columns(page: Sequence[_PrintedLine]) -> list[_Column]:
    """Return for each line of a page the column it stands in."""
    left, right = min(line.left for line in page), max(line.right for line in page)
    middle = (left + right) / 2
    least = _COLUMN_SHARE * len(page)
    split = sum(line.right <= middle for line in page) >= least <= sum(line.left >= middle for line in page)
    if not split:
        return [_Column(left, right)] * len(page)
    sides = [[line for line in page if line.right <= middle], [line for line in page if line.left >= middle]]
    edges = [_Column(min(x.left for x in side), max(x.right for x in side)) for side in sides]
    whole = _Column(left, right)
    return [edges[0] if line.right <= middle else edges[1] if line.left >= middle else whole for line in page]


def _leading(page: Sequence[_PrintedLine]) -> float:
    """Estimate the distance between base lines in points; 0 for a page with too few lines."""
    steps = sorted(
        before.base - after.base
        for before, after in pairwise(page)
        if before.base - after.base > before.size / 2
    )
    return steps[len(steps) // 4] if len(steps) > 1 else 0.0
