"""Read plain text as lines with indent, gap and alignment; tables are typed where their columns are clear."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from wxbot.bulletin.blocks import paragraphs
from wxbot.bulletin.line_text import clean, columns
from wxbot.bulletin.model import Document, Line, Source
from wxbot.bulletin.readers.encoding import decode
from wxbot.bulletin.readers.txt_tables import find_rows, find_tables

__all__ = ["document", "lines"]

_LINE_END = re.compile(r"\r\n|\r|\n")
FRONT_MATTER = "front matter"

_MAIL_FIELDS = {
    **dict.fromkeys(("主题", "主旨", "subject"), "title"),
    **dict.fromkeys(("日期", "时间", "发送时间", "发件时间", "date", "sent"), "date"),
    **dict.fromkeys(("发件人", "from"), "sender"),
}
_MAIL_LINE = re.compile(
    r"(?P<label>主题|主旨|日期|时间|发送时间|发件时间|发件人|收件人|抄送|密送|附件|subject|date|sent|from|to|cc|bcc)"
    r"\s*[：:]\s*(?P<value>.{0,300})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[<(（＜]?[\w.+-]{1,64}@[\w.-]{1,100}[>)）＞]?")

_MIN_WIDTH = 30
"""Columns of a page of wrapped lines, at least."""

_MIN_INDENT = 6
"""Columns before a centred line, at least; paragraphs are indented by four."""

_UNEVEN = 5
"""Columns by which the blanks on both sides of a centred line may differ: many were typed by hand."""


def document(source: Source) -> Document:
    """Return the lines of a text file; raises BulletinError for an empty or binary file."""
    found = lines(decode(source.data, source.file))
    end, fields = _mail_head(found)
    head = (replace(line, drop_reason=FRONT_MATTER) for line in found[:end])
    return Document((*head, *found[end:]), fields=fields)


def _mail_head(found: Sequence[Line]) -> tuple[int, dict[str, str]]:
    """Return the number of lines above an e-mail's text, and what they state; 0 where no subject is among them."""
    fields: dict[str, str] = {}
    end = 0
    while end < len(found) and (match := _MAIL_LINE.fullmatch(found[end].text)):
        if name := _MAIL_FIELDS.get(match["label"].casefold().replace(" ", "")):
            fields[name] = match["value"].strip()
        end += 1
    if end < 2 or "title" not in fields:
        return 0, {}
    if sender := fields.get("sender"):
        fields["sender"] = _ADDRESS.sub("", sender).strip(" \"'")
    return end, {name: value for name, value in fields.items() if value}


def lines(text: str) -> tuple[Line, ...]:
    """Return the lines with text, with indent and gap; a form feed starts a page, even without text after it."""
    found: list[Line] = []
    gap = 0
    source = _LINE_END.split(text)
    rows = find_rows(source)
    tables = {table.start: table for table in find_tables(source)}
    width = _page_width(source)
    inside = 0
    for at, printed in enumerate(source, start=1):
        if table := tables.get(at - 1):
            inside = table.end
            row = "\n".join(paragraphs((table.table,)))
            found.append(Line(at, row, block=table.table, gap=gap, complete=True))
        if at - 1 < inside:
            gap = 0
            continue
        is_row = at - 1 in rows
        for page, part in enumerate(printed.split("\f")):
            bare = clean(part)
            if bare or page:
                line = Line(at, bare, indent=_indent(part), gap=gap, page_start=page > 0)
                if not is_row:
                    line = replace(line, align=_align(line, width))
                found.append(replace(line, complete=is_row, table_row=is_row))
                gap = 0
        gap = gap + 1 if not clean(printed) else 0
    return tuple(found)


def _page_width(source: Sequence[str]) -> int:
    """Estimate the columns of a page from its longest lines; 0 for a text whose paragraphs are not wrapped."""
    widths = sorted(_indent(text) + columns(clean(text)) for text in source if text.strip())
    width = widths[len(widths) * 9 // 10] if widths else 0
    longer = sum(one > width + _UNEVEN for one in widths)
    return width if width >= _MIN_WIDTH and longer * 20 <= len(widths) else 0


def _align(line: Line, width: int) -> Literal["", "center", "right"]:
    """Return how a line is set: in the middle of the page, or at its right edge."""
    right = width - line.indent - columns(line.text)
    if not width or line.indent < _MIN_INDENT or not line.text:
        return ""
    if abs(line.indent - right) <= _UNEVEN:
        return "center"
    return "right" if -_UNEVEN <= right <= _UNEVEN and line.indent * 2 > width else ""


def _indent(text: str) -> int:
    """Return the columns of blank space before a line's text; a tab counts as four."""
    blank = text[: len(text) - len(text.lstrip())]
    return columns(blank.replace("\t", "    "))
