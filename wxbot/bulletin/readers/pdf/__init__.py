"""Read a PDF: text in reading order with styles and links, tables, pictures, notes, and what was set apart.

A PDF stores characters, lines and pictures with their positions; everything else is computed here.

    pages                              read all pages, within limits, by the next five
    form_nesting                       refuse a file whose forms draw each other without end
    characters, page_links, graphics   read a page: runs of characters, links, rules, areas, pictures (`picture_bytes`)
    typefaces, drawn_fonts             tell the style of fonts, also of those that browsers draw
    vertical_type                      turn pages of vertical type, so that their columns are lines
    page_lines                         group runs into lines with styled spans
    page_furniture, footnotes          set watermarks, headers, page numbers and notes apart
    ruled_tables, column_tables        find tables by their rules, or by their columns; `table_blocks` builds them
    columns, page_layout               put the parts of a page in reading order (`placed`, `page_heads`)
    evidence                           build lines with the evidence of their layout
    bookmarks                          take the levels of headings from the bookmarks
"""

from wxbot.bulletin.model import Document, Source, limit_lines
from wxbot.bulletin.readers.pdf.bookmarks import set_levels
from wxbot.bulletin.readers.pdf.evidence import document_lines
from wxbot.bulletin.readers.pdf.footnotes import Footnotes
from wxbot.bulletin.readers.pdf.page_layout import arrange_pages, type_facts
from wxbot.bulletin.readers.pdf.pages import MAX_PAGES, read_pages
from wxbot.bulletin.readers.pictures import PictureCollector
from wxbot.errors import BulletinError

__all__ = ["MAX_PAGES", "document"]


def document(source: Source) -> Document:
    """Return the content of a PDF.

    Raises BulletinError for a file that is damaged, protected by a password, too long, or a scan without text.
    """
    pages, bookmarks = read_pages(source)
    if not any(page.runs for page in pages):
        remedy = "请用原来的 Word 文件，或先用文字识别软件把它变成文字。"
        raise BulletinError(f"{source.file} 里没有文字，可能是扫描件", file=source.file, remedy=remedy)
    facts, notes, collector = type_facts(pages), Footnotes({}), PictureCollector()
    arranged = arrange_pages(pages, facts, notes, collector)
    lines = set_levels(limit_lines(document_lines(arranged, facts), source.file), bookmarks)
    return Document(tuple(lines), notes.by_label, collector.pictures)
