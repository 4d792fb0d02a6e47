"""Typed blocks as HTML of our own pages: pictures by address, links, notes with a way there and back.

Pages allow no inline styles, so an element's role is its class; `page.css` says how it looks.
"""

import re
from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from wxbot.bulletin.blocks import Blocks, Note, Picture, link_address, plain, web_address
from wxbot.rendering.block_html import BlockHtml, escape_text, note_mark
from wxbot.rendering.links import content_picture_path
from wxbot.words import keep_units

__all__ = ["blocks_as_page_html"]

_COLUMNS_OF_A_PHONE = 3  # a table of more scrolls sideways
_LONG_CELL = 14  # characters that a narrow column would break into many lines
_TAGS = re.compile(r"<[^>]*>")

_CLASSES = {
    "center": "center",
    "right": "right",
    "cell-center": "center",
    "cell-right": "right",
    "head-center": "center",
    "head-right": "right",
    "mono": "mono",
    "labelled-list": "labelled",
    "label": "label",
}


def blocks_as_page_html(blocks: Blocks, root: str, *, first_heading: int = 2, prefix: str = "") -> Markup:
    """Return blocks as HTML for a page below `root`; `prefix` tells the notes of several texts on one page apart."""
    html = _PageHtml(root, blocks, first_heading, prefix)
    return Markup("\n".join(html.parts(blocks)))  # noqa: S704  every text in it is escaped


class _PageHtml(BlockHtml):
    """Writes blocks for one page; knows its notes, so that a mark without a note is no link."""

    names_scopes = True

    def __init__(self, root: str, blocks: Blocks, first_heading: int, prefix: str) -> None:
        super().__init__(first_heading)
        self._root = root
        self._prefix = prefix
        labels = dict.fromkeys(block.label for block in blocks if isinstance(block, Note))
        self._numbers = {label: n for n, label in enumerate(labels, start=1)}
        self._referred: set[str] = set()
        self._placed: set[str] = set()
        self._frames = 0  # tables and code, whose names must differ

    def attributes(self, role: str) -> str:
        return f' class="{_CLASSES[role]}"' if role in _CLASSES else ""

    def link(self, url: str, inner: str) -> str:
        address = link_address(url)
        return f'<a href="{escape(address)}" rel="noopener nofollow">{inner}</a>' if address else inner

    def note_reference(self, label: str, inner: str) -> str:
        number = self._numbers.get(label)
        if number is None:
            return self.element("sup", inner)
        # Of several references to one note, the way back leads to the first.
        place = "" if label in self._referred else f' id="{self._prefix}ref-{number}"'
        self._referred.add(label)
        return f'<sup><a{place} href="#{self._prefix}note-{number}">{inner}</a></sup>'

    def notes(self, notes: Sequence[Note]) -> str:
        return self.element(
            "section", "\n".join(map(self._note, notes)), extra=' class="notes" aria-label="注释"'
        )

    def image(self, picture: Picture) -> str:
        if picture.digest:
            size = (
                f' width="{picture.width}" height="{picture.height}"'
                if picture.width and picture.height
                else ""
            )
            address = escape(self._root + content_picture_path(picture.digest))
            alt = escape_text(picture.alt or plain(picture.caption))
            return f'<img src="{address}" alt="{alt}"{size} loading="lazy" decoding="async">'
        if address := web_address(picture.url):
            label = escape_text(picture.alt) or "查看图片"
            return f'<a class="remote" href="{escape(address)}" rel="noopener nofollow">{label}</a>'
        return ""

    def code(self, text: str) -> str:
        return self.element("pre", escape_text(text), extra=self._frame("代码"))

    def text(self, raw: str) -> str:
        return escape_text(keep_units(raw))

    def cell_content(self, inner: str) -> str:
        """Return long text of a cell in a box of its own, to which a table of many columns gives a readable width."""
        length = len(_TAGS.sub("", inner))
        return f'<div class="long">{inner}</div>' if length >= _LONG_CELL else inner

    def framed_table(self, rows: str, caption: str, columns: int) -> str:
        title = self.element("caption", caption) if caption else ""
        table = self.element("table", title + rows)
        kind = "wide many" if columns > _COLUMNS_OF_A_PHONE else "wide"
        return self.element("div", table, extra=f' class="{kind}"{self._frame("表格")}')

    def _frame(self, kind: str) -> str:
        """Return the attributes of a frame that scrolls sideways, also by the keyboard."""
        self._frames += 1
        chapter = "".join(filter(str.isdigit, self._prefix))
        number = f"{chapter}.{self._frames}" if chapter else self._frames
        return f' tabindex="0" role="region" aria-label="{kind} {number}"'

    def _note(self, note: Note) -> str:
        number = self._numbers[note.label]
        mark = escape_text(note_mark(note.label))
        if note.label in self._referred:
            mark = f'<a href="#{self._prefix}ref-{number}" aria-label="回到正文">{mark}</a>'
        # Of several notes with one label, the marks lead to the first.
        place = f' id="{self._prefix}note-{number}"' if note.label not in self._placed else ""
        self._placed.add(note.label)
        return f"<p{place}>{mark} {self.content(note.blocks)}</p>"
