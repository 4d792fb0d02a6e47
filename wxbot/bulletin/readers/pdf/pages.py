"""Read the pages of a PDF: runs of characters with their typefaces and links, drawings and pictures.

Raises BulletinError with the true reason for a file that cannot be read, or that is too large.
"""

from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.model import Source
from wxbot.bulletin.readers.pdf.bookmarks import Bookmark, read_bookmarks
from wxbot.bulletin.readers.pdf.characters import page_turn, read_runs
from wxbot.bulletin.readers.pdf.drawn_fonts import DrawnFonts
from wxbot.bulletin.readers.pdf.form_nesting import MAX_DRAWINGS, count_drawings
from wxbot.bulletin.readers.pdf.graphics import read_graphics
from wxbot.bulletin.readers.pdf.page_links import link_runs
from wxbot.bulletin.readers.pdf.picture_bytes import PictureBytes
from wxbot.bulletin.readers.pdf.printed import PrintedPage
from wxbot.bulletin.readers.pdf.typefaces import Typefaces
from wxbot.bulletin.readers.pdf.vertical_type import turn_vertical_type
from wxbot.errors import BulletinError

__all__ = ["MAX_PAGES", "read_pages"]

MAX_PAGES = 1_000
"""Pages of a file, at most; a thick yearbook has half of them."""

_MAX_CHARACTERS = 4_000_000


def read_pages(source: Source) -> tuple[list[PrintedPage], list[Bookmark]]:
    """Return what the pages of a file show, and its bookmarks."""
    if count_drawings(source.data) > MAX_DRAWINGS:
        remedy = "请用原来的 Word 文件，或用“打印”重新做成 PDF。"
        says = f"{source.file} 里的图形互相套用超过 {MAX_DRAWINGS // 10_000} 万次"
        raise BulletinError(says, file=source.file, remedy=remedy)
    try:
        opened = pdfium.PdfDocument(source.data)
    except pdfium.PdfiumError as error:
        raise _refusal(source.file, error) from None
    try:
        count = len(opened)
        if count > MAX_PAGES:
            remedy = "这不像一份简报；请检查是否放错了文件，或把各期分开保存。"
            says = f"{source.file} 有 {count} 页，超过 {MAX_PAGES} 页"
            raise BulletinError(says, file=source.file, remedy=remedy)
        return list(_limit(_pages(opened, source.data), source.file)), read_bookmarks(opened)
    except pdfium.PdfiumError:
        raise _unreadable(f"{source.file} 有读不出的页，文件可能不完整", source.file) from None
    finally:
        opened.close()


def _refusal(file: str, error: pdfium.PdfiumError) -> BulletinError:
    """Return the true reason for which a file cannot be opened."""
    match getattr(error, "err_code", None):
        case raw.FPDF_ERR_PASSWORD:
            return _unreadable(f"{file} 有密码，打不开", file)
        case raw.FPDF_ERR_SECURITY:
            return _unreadable(f"{file} 用了打不开的加密方式", file)
        case _:
            return _unreadable(f"{file} 不是完好的 PDF 文件", file)


def _unreadable(says: str, file: str) -> BulletinError:
    """Return the error for a file that cannot be opened or read."""
    return BulletinError(says, file=file, remedy="请另存为没有密码的 PDF、Word 或文本文件。")


def _limit(pages: Iterator[PrintedPage], file: str) -> Iterator[PrintedPage]:
    """Yield pages; raise BulletinError for more than four million characters."""
    total = 0
    for page in pages:
        total += sum(len(run.text) for run in page.runs)
        if total > _MAX_CHARACTERS:
            remedy = "这不像一份简报；请检查是否放错了文件，或把各期分开保存。"
            raise BulletinError(f"{file} 超过 {_MAX_CHARACTERS // 10_000} 万字", file=file, remedy=remedy)
        yield page


def _pages(opened: pdfium.PdfDocument, data: bytes) -> Iterator[PrintedPage]:
    """Yield the pages of an open file, whose bytes these are."""
    picture_bytes, drawn_fonts = PictureBytes(opened, data), DrawnFonts(data)
    for number in range(len(opened)):
        page = opened[number]
        text = page.get_textpage()
        try:
            turn, typefaces = page_turn(text), Typefaces(drawn_fonts.names(page, number))
            box = raw.FS_RECTF()
            raw.FPDF_GetPageBoundingBox(page.raw, box)
            printed = PrintedPage(
                number,
                turn.box(box.left, box.bottom, box.right, box.top),
                link_runs(opened, page, turn, read_runs(text, turn, typefaces)),
                read_graphics(page, turn, picture_bytes),
            )
            yield turn_vertical_type(printed)
        finally:
            text.close()
            page.close()
