"""Read Markdown as typed lines, and its front matter as fields.

front_matter    the fields above the text
md_syntax       markdown-it-py with deviations for bulletins
md_blocks       headings, lists, tables, code, quotations, pictures, footnotes
md_paragraphs   the parts of one paragraph
md_inline       the styled text of one part
"""

import re

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Document, Line, Source
from wxbot.bulletin.readers.encoding import decode
from wxbot.bulletin.readers.front_matter import read_front_matter
from wxbot.bulletin.readers.line_blocks import line_blocks
from wxbot.bulletin.readers.md_blocks import BlockReader
from wxbot.bulletin.readers.page_pictures import PagePictures

__all__ = ["document"]

FRONT_MATTER = "front matter"

_LINE_END = re.compile(r"\r\n|\r|\n")


def document(source: Source) -> Document:
    """Return the content of a Markdown file; `at` of a line is the line of the source on which it begins."""
    lines = _LINE_END.split(decode(source.data, source.file))
    front = read_front_matter(lines)
    pictures = PagePictures(source)
    reader = BlockReader(lines, front.end, pictures)
    fields = [
        Line(at, clean(text), complete=True, drop_reason=FRONT_MATTER)
        for at, text in enumerate(lines[: front.end], start=1)
        if clean(text) and clean(text) not in {"---", "+++", "..."}
    ]
    found = (*fields, *reader.lines())
    notes = {label: line_blocks(kept) for label, kept in reader.notes.items()}
    return Document(found, notes, pictures.pictures, fields=front.fields)
