"""Typed blocks as HTML: the elements that pages and drafts have in common.

`BlockHtml` writes the elements; a subclass says how each looks, where links and pictures lead, and how notes are told
from the text. Every text is escaped here.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from html import escape
from itertools import takewhile

from wxbot.bulletin.blocks import (
    Block,
    Blocks,
    Cell,
    Code,
    Divider,
    Heading,
    Item,
    ItemList,
    Note,
    Paragraph,
    Picture,
    Quote,
    Span,
    Spans,
    Table,
)
from wxbot.text import strip_controls

__all__ = ["BlockHtml", "escape_text", "note_mark"]

_BULLETS = "-*+·•●○■□◆◇▪▸►※–—"
_LOWEST_HEADING = 6
_MOST_COVERED = 1000  # columns or rows that a cell covers: browsers read no more


def escape_text(raw: str) -> str:
    """Return text as HTML; braces are escaped too, so that no article can imitate a picture placeholder."""
    return escape(strip_controls(raw), quote=True).replace("{", "&#123;")


def note_mark(label: str) -> str:
    """Return the mark of a note as readers know it: a number in brackets, another label as it is."""
    return f"[{label}]" if label.isalnum() and label.isascii() else label


class BlockHtml(ABC):
    """Writes blocks as HTML; headings of the first level have the rank `first_heading`."""

    names_scopes = False
    """Whether the head cells of a table say which cells they stand above or before."""

    def __init__(self, first_heading: int) -> None:
        self._first_heading = first_heading

    @abstractmethod
    def attributes(self, role: str) -> str:
        """Return the attributes, such as ` class="x"`, of an element in a role; "" for none."""

    @abstractmethod
    def link(self, url: str, inner: str) -> str:
        """Return text with a link around it, or with a mark that refers to its address."""

    @abstractmethod
    def note_reference(self, label: str, inner: str) -> str:
        """Return the mark of a note in the text."""

    @abstractmethod
    def notes(self, notes: Sequence[Note]) -> str:
        """Return the notes that stand behind the text."""

    @abstractmethod
    def image(self, picture: Picture) -> str:
        """Return a picture without its caption; "" for one that cannot be shown."""

    @abstractmethod
    def code(self, text: str) -> str:
        """Return a text in a type of equal widths, whose lines stay as they are."""

    @abstractmethod
    def framed_table(self, rows: str, caption: str, columns: int) -> str:
        """Return the rows of a table as a table that fits on a telephone, with its caption."""

    def cell_content(self, inner: str) -> str:
        """Return what stands in a cell of a table."""
        return inner

    def parts(self, blocks: Iterable[Block]) -> tuple[str, ...]:
        """Return the HTML of each block, and at the end that of the notes; blocks without content are left out."""
        shown = list(blocks)
        text = [self.block(block) for block in shown if not isinstance(block, Note)]
        notes = [block for block in shown if isinstance(block, Note)]
        return tuple(filter(None, [*text, self.notes(notes) if notes else ""]))

    def element(self, name: str, inner: str, role: str = "", extra: str = "") -> str:
        """Return an element around HTML; `extra` are further attributes, which must not come from a bulletin."""
        return f"<{name}{extra}{self.attributes(role)}>{inner}</{name}>"

    def block(self, block: Block) -> str:
        """Return the HTML of one block."""
        match block:
            case Paragraph(spans, align):
                return self.element("p", self.line(spans), align or "paragraph") if spans else ""
            case Heading(spans, level):
                rank = min(max(level, 1) + self._first_heading - 1, _LOWEST_HEADING)
                return self.element(f"h{rank}", self.line(spans), f"heading-{min(max(level, 1), 3)}")
            case Picture():
                return self._figure(block)
            case Code(text):
                return self.code(text)
            case Divider():
                return f"<hr{self.attributes('divider')}>"
        return self._container(block)

    def line(self, spans: Spans) -> str:
        """Return a line of text with its links and styles."""
        return "".join(map(self._span, spans))

    def content(self, blocks: Blocks) -> str:
        """Return the blocks inside a cell or an entry; a first paragraph stands there without an element."""
        if blocks and isinstance(blocks[0], Paragraph):
            return self.line(blocks[0].spans) + "".join(map(self.block, blocks[1:]))
        return "".join(map(self.block, blocks))

    def text(self, raw: str) -> str:
        """Return a run of text as HTML."""
        return escape_text(raw)

    def quotation(self, blocks: Blocks) -> str:
        """Return the blocks inside a quotation."""
        return "".join(map(self.block, blocks))

    def _container(self, block: Block) -> str:
        """Return the HTML of a block that holds other blocks."""
        match block:
            case ItemList():
                return self._list(block)
            case Table():
                return self._table(block)
            case Quote(inside):
                return self.element("blockquote", self.quotation(inside), "quote")
            case Note(label, inside):  # inside another block; those of the article stand at its end
                mark = self.element("sup", escape_text(note_mark(label)))
                return self.element("p", f"{mark} {self.content(inside)}", "note")
        raise TypeError(f"unknown block {block!r}")

    def _span(self, span: Span) -> str:
        """Return a run of text in its style."""
        inner = self.text(span.text).replace("\n", "<br>")
        if span.note:
            return self.note_reference(span.note, inner)
        if span.code:
            inner = self.element("span", inner, "mono")
        if span.script:
            inner = self.element("sup" if span.script == "super" else "sub", inner)
        if span.italic:
            inner = self.element("em", inner)
        if span.bold:
            inner = self.element("strong", inner)
        return self.link(span.url, inner) if span.url else inner

    def _list(self, block: ItemList) -> str:
        """Return a list; a label that a browser would not print itself is printed as text."""
        if _has_usual_labels(block):
            name = "ol" if block.ordered else "ul"
            start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
            items = (self.element("li", self.content(item.blocks), "item") for item in block.items)
            return self.element(name, "".join(items), "list", start)
        return self.element("ul", "".join(map(self._labelled_item, block.items)), "labelled-list")

    def _labelled_item(self, item: Item) -> str:
        label = self.element("span", escape_text(item.label.strip()), "label") if item.label.strip() else ""
        inner = self.element("section", self.content(item.blocks), "labelled-content")
        return self.element("li", label + inner, "labelled-item")

    def _table(self, block: Table) -> str:
        """Return a table; rows of headings at its top are its head unless a cell reaches from there into the body."""
        head = list(takewhile(lambda row: row and all(cell.header for cell in row), block.rows))
        reaches_out = any(n + cell.rowspan > len(head) for n, row in enumerate(head) for cell in row)
        if reaches_out or len(head) == len(block.rows):
            head = []
        body = block.rows[len(head) :]
        rows = "".join(self.element("tr", self._cells(row, "col")) for row in head)
        rows = self.element("thead", rows) if head else ""
        rows += self.element("tbody", "".join(self.element("tr", self._cells(row, "row")) for row in body))
        columns = max((sum(cell.colspan for cell in row) for row in block.rows), default=0)
        return self.framed_table(rows, self.line(block.caption), columns)

    def _cells(self, row: Sequence[Cell], scope: str) -> str:
        return "".join(self._cell(cell, scope) for cell in row)

    def _cell(self, cell: Cell, scope: str) -> str:
        only = cell.blocks[0] if len(cell.blocks) == 1 else None
        align = cell.align or (only.align if isinstance(only, Paragraph) else "")
        spans = {"colspan": cell.colspan, "rowspan": cell.rowspan}
        extra = "".join(f' {name}="{min(n, _MOST_COVERED)}"' for name, n in spans.items() if n > 1)
        name, role = ("th", "head") if cell.header else ("td", "cell")
        extra += f' scope="{scope}"' if cell.header and self.names_scopes else ""
        content = self.cell_content(self.content(cell.blocks))
        return self.element(name, content, f"{role}-{align}" if align else role, extra)

    def _figure(self, picture: Picture) -> str:
        """Return a picture with its caption; of one that cannot be shown the caption or the alternative text stays."""
        image = self.image(picture)
        caption = self.line(picture.caption)
        if not image and not caption:
            caption = escape_text(picture.alt)
        if caption:
            caption = self.element("figcaption", caption, "caption")
        return self.element("figure", image + caption, "figure") if image or caption else ""


def _has_usual_labels(block: ItemList) -> bool:
    """Tell if the labels of a list are those that a browser prints: 1. 2. 3., or bullets."""
    if block.ordered:
        numbers = range(block.start, block.start + len(block.items))
        return all(item.label.strip() in {"", f"{n}."} for item, n in zip(block.items, numbers, strict=True))
    return all(item.label.strip() in _BULLETS for item in block.items)
