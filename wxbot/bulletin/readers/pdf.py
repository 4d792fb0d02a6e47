"""PDF: what is printed where, as lines in the order of reading, each with what its place and its type tell.

A PDF knows characters and places and nothing else: which characters make a line is pdfium's word, which lines are
large, bold, indented or apart is told from the places.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import first_word, join, tidy
from wxbot.errors import BulletinError

__all__ = ["lines"]

_BOLD_NAME = re.compile(r"bold|black|heavy|simhei|heiti|-hei|黑体|xiaobiaosong|小标宋", re.IGNORECASE)
_BOLD_WEIGHT = 600
_LARGER = 1.12  # times the size of the text: from there on a line is a heading
_RANKS = 6
_HYPHEN = "\x02"  # pdfium's sign for a hyphen at the end of a line
_NAME_BYTES = 256
_COLUMN_SHARE = 0.25  # of the lines on each side of the middle: then the page has two columns
_DISORDER = (
    0.3  # of the steps from line to line that go up inside a column: then the order is no reading order
)


@dataclass(slots=True)
class _Printed:
    """One line on a page; lengths in points from the lower left corner."""

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
        """The size of most of its characters."""
        return self.sizes.most_common(1)[0][0]


@dataclass(slots=True)
class _Column:
    """The edges between which the lines of a column stand."""

    left: float
    right: float


def lines(data: bytes, file: str) -> tuple[Line, ...]:
    """The lines of a PDF; `at` counts them through the document.

    BulletinError for a file that is none, that a password keeps shut, or that holds pictures of pages without text.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise _refused(f"{file} 有密码，打不开" if locked else f"{file} 不是完好的 PDF 文件", file) from None
    try:
        pages = [_page(document, index) for index in range(len(document))]
    except pdfium.PdfiumError:
        raise _refused(f"{file} 有读不出的页，文件可能不完整", file) from None
    finally:
        document.close()
    if not any(pages):
        remedy = "请用原来的 Word 文件，或先用文字识别软件把它变成文字。"
        raise BulletinError(f"{file} 里没有文字，可能是扫描件", file=file, remedy=remedy)
    return tuple(_told(pages))


def _refused(says: str, file: str) -> BulletinError:
    return BulletinError(says, file=file, remedy="请另存为没有密码的 PDF、Word 或文本文件。")


def _page(document: pdfium.PdfDocument, index: int) -> list[_Printed]:
    """The printed lines of one page, in the order of reading."""
    page = document[index]
    text = page.get_textpage()
    try:
        printed = _in_order(_merged(list(_pieces(text, index))))
        for box, address in _addresses(document, page):
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


def _pieces(text: pdfium.PdfTextPage, page: int) -> Iterator[_Printed]:
    """What pdfium sees as the lines of a page; a line with a wide blank may come in two."""
    fonts: dict[str, bool] = {}
    piece = _Printed(page)
    for at in range(text.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(text, at))
        if char in "\r\n":
            if piece.text.strip():
                yield piece
            piece = _Printed(page)
        elif raw.FPDFText_IsGenerated(text, at) or char.isspace():
            piece.text += " "
        elif char != "\0":
            _add(piece, text, at, "-" if char == _HYPHEN else char, fonts)
    if piece.text.strip():
        yield piece


def _add(piece: _Printed, text: pdfium.PdfTextPage, at: int, char: str, fonts: dict[str, bool]) -> None:
    """Put one character at the end of a line."""
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
    """Whether a character is set in bold, or in a face that headings are set in."""
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, at, name, _NAME_BYTES, flags)
    font = name.value.decode("utf-8", "replace")
    if font not in fonts:
        fonts[font] = _BOLD_NAME.search(font) is not None
    return fonts[font] or raw.FPDFText_GetFontWeight(text, at) >= _BOLD_WEIGHT


def _merged(pieces: Sequence[_Printed]) -> list[_Printed]:
    """Pieces that stand on one base line, each right of the one before, as one line."""
    merged: list[_Printed] = []
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


def _in_order(printed: list[_Printed]) -> list[_Printed]:
    """The lines as they are read: as the file has them, or from top to bottom where that makes no sense."""
    steps = list(pairwise(printed))
    up = sum(after.base > before.base and after.left < before.right for before, after in steps)
    return (
        sorted(printed, key=lambda line: (-line.base, line.left)) if up > _DISORDER * len(steps) else printed
    )


def _addresses(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> Iterator[tuple[tuple[float, ...], str]]:
    """The addresses that parts of a page lead to, each with its left, lower, right and upper edge."""
    at, link, box = ctypes.c_int(0), raw.FPDF_LINK(), raw.FS_RECTF()
    while raw.FPDFLink_Enumerate(page, at, link):
        action = raw.FPDFLink_GetAction(link)
        length = raw.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if length and raw.FPDFLink_GetAnnotRect(link, box):
            address = ctypes.create_string_buffer(length)
            raw.FPDFAction_GetURIPath(document, action, address, length)
            yield (box.left, box.bottom, box.right, box.top), address.value.decode("utf-8", "replace")


def _told(pages: Sequence[Sequence[_Printed]]) -> Iterator[Line]:
    """The lines of all pages, with what their type and their place say of them."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for printed in page:
            sizes.update(printed.sizes)
    body = sizes.most_common(1)[0][0]
    ranks = sorted(
        {line.size for page in pages for line in page if line.size >= _LARGER * body}, reverse=True
    )
    level = {size: min(rank, _RANKS) for rank, size in enumerate(ranks, start=1)}
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
                and _carries_on(before, printed, columns[index - 1], line, held)
            ):
                held = replace(held, text=join([held.text, line.text]), links=(*held.links, *line.links))
                continue
            if held is not None:
                yield held
            held = line
        if held is not None:
            yield held


def _line(
    printed: _Printed,
    before: _Printed | None,
    column: _Column,
    at: int,
    leading: float,
    body: float,
    level: dict[float, int],
) -> Line:
    """One printed line as a Line."""
    down = before.base - printed.base if before is not None else 0.0
    characters = sum(printed.sizes.values())
    rank = level.get(printed.size, 0)
    return Line(
        at,
        tidy(printed.text),
        indent=max(0, round(2 * (printed.left - column.left) / body)),
        gap=max(0, round(down / leading) - 1),
        page_start=before is None and printed.page > 0,
        level=rank,
        whole=rank > 0,
        bold=printed.bold * 2 > characters,
        links=printed.links,
    )


def _carries_on(before: _Printed, printed: _Printed, column: _Column, line: Line, held: Line) -> bool:
    """Whether a line is the rest of the heading above it, which had no room for its first word."""
    if not line.level or line.level != held.level or before.size != printed.size:
        return False
    close = 0 < before.base - printed.base < 2 * printed.size
    return close and column.right - before.right < first_word(line.text) * printed.size / 2


def _columns(page: Sequence[_Printed]) -> list[_Column]:
    """For each line of a page the column that it stands in."""
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


def _leading(page: Sequence[_Printed]) -> float:
    """The usual step from one line down to the next, in points; 0 where a page has too few lines to tell."""
    steps = sorted(
        before.base - after.base
        for before, after in pairwise(page)
        if before.base - after.base > before.size / 2
    )
    return steps[len(steps) // 4] if len(steps) > 1 else 0.0
