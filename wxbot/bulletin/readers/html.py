"""Read a web page as typed lines: an article saved from the official account, or a page of Word or LibreOffice.

html_page      choose what of the page is the article
html_lines     walk through its elements and collect lines with styles, lists, tables, pictures and notes
html_style     the style of an element
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from wxbot.bulletin.blocks import Span, Spans
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Document, Line, Source
from wxbot.bulletin.readers.encoding import declared_encoding, decode
from wxbot.bulletin.readers.html_draft import PageLine
from wxbot.bulletin.readers.html_left_out import NOTICES, SCRIPT
from wxbot.bulletin.readers.html_lines import LineWalker
from wxbot.bulletin.readers.html_notes import find_notes
from wxbot.bulletin.readers.html_page import choose_article
from wxbot.bulletin.readers.html_style import PageStyles
from wxbot.bulletin.readers.page_pictures import PagePictures
from wxbot.bulletin.readers.styled_text import merge_spans, spans_text
from wxbot.bulletin.readers.unfollowed_links import LinkAddresses
from wxbot.errors import BulletinError

__all__ = ["document", "fragment_lines"]

# An lxml element; lxml ships no types.
Element = Any

_MAX_TAGS = 400_000
"""Tags of a page, at most: its tree takes about 300 bytes for each."""

_MAX_NESTED = 2000
"""Elements inside each other, at most; the parser cuts a page off a little above."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NUMBER = re.compile(r"(?:No\.?|NO\.?|PART|Part)?\s*[0-9０-９]{1,2}[.．、/]?")
_SAVE_AS = "请另存为完整的网页，或文本文件。"


def document(source: Source) -> Document:
    """Return the article of a web page; `at` of a line is the line of the source on which it begins.

    Raises BulletinError for a page without text, one with too many tags, and one nested too deep to be read whole.
    """
    page = _parse_page(decode(source.data, source.file, declared_encoding(source.data)), source.file)
    article = choose_article(page)
    pictures, links = PagePictures(source), LinkAddresses(_base(page))
    generator = " ".join(meta.get("content", "") for meta in page.xpath("//meta[@name='generator']"))
    walker = LineWalker(
        PageStyles("\n".join(style.text for style in page.iter("style") if style.text)),
        pictures,
        find_notes(page),
        omitted=article.left_out,
        follow=links.follow,
        keep_indent="LibreOffice" in generator or "OpenOffice" in generator,
    )
    found = [line for root in article.roots for line in walker.lines(root)]
    lines = [*article.head, *_with_looks(_joined_letters(found)), *walker.notices(), *links.report()]
    lines += article.dropped
    if not any(line.text or line.block for line in lines if not line.drop_reason):
        raise BulletinError(f"{source.file} 里没有文字", file=source.file, remedy=_SAVE_AS)
    return Document(tuple(lines), walker.notes, pictures.pictures)


def fragment_lines(content: str, pictures: PagePictures, follow: Callable[[str, int], str]) -> list[Line]:
    """Return the lines of a piece of HTML inside another format; [] for one without content.

    `follow` returns the address on the web of a link, as `LinkAddresses.follow` does.
    """
    try:
        page = _parse_page(f"<div>{content}</div>", "")
    except BulletinError:
        return [Line(1, clean(content), complete=True)] if clean(content) else []
    walker = LineWalker(PageStyles(""), pictures, find_notes(page), omitted={}, follow=follow)
    scripts = [Line(1, NOTICES[SCRIPT], complete=True, drop_reason=SCRIPT)] if page.xpath(".//script") else []
    return [*(found.line for found in walker.lines(page)), *walker.notices(), *scripts]


def _parse_page(text: str, file: str) -> Element:
    """Return the tree of a page, whole."""
    if text.count("<") > _MAX_TAGS:
        raise BulletinError(
            f"{file} 有超过 {_MAX_TAGS // 10_000} 万个标签", file=file, remedy="这不像一份简报；" + _SAVE_AS
        )
    parser = lxml_html.HTMLParser(huge_tree=True)
    try:
        page = lxml_html.document_fromstring(_DECLARATION.sub("", text), parser=parser)
    except (etree.ParserError, ValueError):
        raise BulletinError(f"{file} 里没有网页", file=file, remedy=_SAVE_AS) from None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise BulletinError(
            f"{file} 的内容一层套一层，超过 {_MAX_NESTED} 层，读不完整",
            file=file,
            remedy="请在浏览器里打开，复制文字，另存为 Word 或文本文件。",
        )
    return page


def _base(page: Element) -> str:
    """Return the address against which a page's links are read; "" where it states none on the web."""
    stated = page.xpath("//base/@href | //link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return next((str(one) for one in stated if str(one).startswith(("http://", "https://"))), "")


def _joined_letters(found: Sequence[PageLine]) -> list[PageLine]:
    """Join the single letters of a name that is set as a row of boxes, one letter each."""
    joined: list[PageLine] = []
    for one in found:
        last = joined[-1] if joined else None
        if (
            last is not None
            and _is_letter(one)
            and one.together is not None
            and last.together is one.together
        ):
            spans = merge_spans((*_spans(last.line), *_spans(one.line)))
            text, styled = spans_text(spans)
            joined[-1] = replace(last, line=replace(last.line, text=text, spans=styled))
        else:
            joined.append(one)
    return joined


def _is_letter(found: PageLine) -> bool:
    """Tell if a line is one letter."""
    return len(found.line.text) == 1 and found.line.block is None and not found.line.drop_reason


def _spans(line: Line) -> Spans:
    """Return a line's text as spans."""
    return line.spans or (Span(line.text),)


def _with_looks(found: Sequence[PageLine]) -> list[Line]:
    """Return the lines with size and look relative to the body text, and with numbers above titles."""
    sizes: Counter[float] = Counter()
    looks: Counter[str] = Counter()
    for one in found:
        if not one.line.drop_reason and not one.line.level and one.line.block is None:
            sizes[one.size] += len(one.line.text)
            looks[one.look] += len(one.line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    usual = looks.most_common(1)[0][0] if looks else ""
    is_sized = any(one.is_sized for one in found)
    lines: list[Line] = []
    below_number = False
    for one in found:
        line = one.line
        if line.block is None and not line.drop_reason:
            size = round(one.size / body, 2) if is_sized and body else 0.0
            look = one.look if one.look != usual else ""
            line = replace(line, size=size, look=look, below_number=below_number)
            below_number = _NUMBER.fullmatch(clean(line.text)) is not None
        lines.append(line)
    return lines
