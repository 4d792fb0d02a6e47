"""Read the blocks of a Markdown text as typed lines: headings, lists, tables, code, quotations, pictures, footnotes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from markdown_it.token import Token

from wxbot.bulletin.blocks import Code, Span
from wxbot.bulletin.line_text import LineEnd, clean, columns, line_end
from wxbot.bulletin.model import Line, ListItem
from wxbot.bulletin.readers import md_tables
from wxbot.bulletin.readers.md_inline import InlinePicture, inline_lines
from wxbot.bulletin.readers.md_paragraphs import NOTE, item_of, left_out, parts, text_line, with_label
from wxbot.bulletin.readers.md_syntax import is_link_definition, parse_blocks, parse_inline
from wxbot.bulletin.readers.page_pictures import PagePictures
from wxbot.bulletin.readers.unfollowed_links import NOT_WEB, LinkAddresses
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from wxbot.bulletin.readers import html
else:
    # Few texts hold HTML, and its library takes long to load.
    html = LazyModule("wxbot.bulletin.readers.html")

__all__ = ["BlockReader"]

DEFINITION = "definition of a link"
LINK_OF_PICTURE = "link of a picture"
RULE = "rule"

_LEAVES = {"inline", "heading_open", "fence", "html_block", "hr", "table_open"}
"""Tokens of which the whole source is read."""

_TASK = re.compile(r"\[([ xX])\]\s+")
_ATTRIBUTES = re.compile(r"\s*\{\s*[#.:][^{}]{0,200}\}\s*$")
_MAX_DEPTH = 9
_MAX_UNDERLINED = 80


@dataclass(slots=True)
class _OpenEntry:
    """An entry of a list that is open; its label stands before its first line."""

    item: ListItem
    is_labelled: bool = False


@dataclass(slots=True)
class _Counter:
    """A list that is open: its last number as a reader counts, and its last number as written."""

    number: int = 0
    written: int = -1


class BlockReader:
    """Read the blocks of one text in order; `notes` holds the lines of its footnotes."""

    def __init__(self, source: Sequence[str], start: int, pictures: PagePictures) -> None:
        self._source = source
        self._start = start
        self._pictures = pictures
        self._links = LinkAddresses()
        self._env: dict[str, object] = {}
        self._tokens = parse_blocks("\n".join(source[start:]), self._env)
        self._labels = {found[1] for line in source if (found := NOTE.match(line.lstrip(" >")))}
        self.notes: dict[str, list[Line]] = {}
        self._entries: list[_OpenEntry] = []
        self._lists: list[_Counter] = []
        self._quote = 0
        self._below_rule = False
        self._note = ""

    def lines(self) -> list[Line]:
        """Return the lines of the text; those of footnotes are kept apart."""
        found = [*self._block_lines(), *self._other_lines()]
        return sorted([*found, *self._links.report()], key=lambda line: line.at)

    def _other_lines(self) -> Iterator[Line]:
        """Yield the lines of the source that are in no block: definitions of links, and what is nested too deep."""
        within: set[int] = set()
        for token in self._tokens:
            if token.map and token.type in _LEAVES:
                within.update(range(self._start + token.map[0], self._start + token.map[1]))
        for position in range(self._start, len(self._source)):
            text = clean(self._source[position])
            if position in within or not any(map(str.isalnum, text)):
                continue
            reason = DEFINITION if is_link_definition(self._source[position]) else ""
            yield Line(position + 1, text, complete=True, drop_reason=reason)

    def _block_lines(self) -> Iterator[Line]:
        """Yield the lines of the blocks in order."""
        tokens = self._tokens
        index = 0
        while index < len(tokens):
            token = tokens[index]
            first = self._start + token.map[0] if token.map else 0
            if token.type == "table_open":
                end = next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")
                yield from self._table(tokens[index : end + 1])
                index = end
            elif token.type == "heading_open":
                index += 1
                yield from self._heading(token, tokens[index], first)
            elif token.type == "inline":
                yield from self._paragraph(token.content, first)
            elif token.type in {"fence", "html_block"}:
                yield from self._code_or_html(token, first + 1)
            elif token.type == "hr":
                self._below_rule = True
                yield Line(first + 1, clean(self._source[first]), complete=True, drop_reason=RULE)
            else:
                self._enter(token)
            index += 1

    def _enter(self, token: Token) -> None:
        """Open or close a quotation, a list or an entry of one."""
        match token.type:
            case "blockquote_open" | "blockquote_close":
                self._quote += token.nesting
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(_Counter())
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._open_entry(token)
            case "list_item_close":
                self._entries.pop()

    def _open_entry(self, token: Token) -> None:
        """Open an entry of a list, with the number that a browser shows."""
        counter = self._lists[-1]
        label = "- "
        if token.info:
            written = int(token.info)
            counter.number = written if written > counter.written else counter.number + 1
            counter.written = written
            label = f"{counter.number}{token.markup} "
        depth = min(len(self._lists), _MAX_DEPTH)
        self._entries.append(_OpenEntry(ListItem(depth, label, bool(token.info))))

    def _heading(self, token: Token, inline: Token, first: int) -> Iterator[Line]:
        """Yield a heading; a paragraph above a rule of dashes, which Markdown takes for one, as text."""
        content = _ATTRIBUTES.sub("", inline.content)
        level = int(token.tag[1:])
        is_underlined = token.markup[:1] in {"-", "="}
        is_text = is_underlined and (
            columns(content) > _MAX_UNDERLINED or line_end(content.strip()) in {LineEnd.STOP, LineEnd.COMMA}
        )
        if is_text:
            yield from self._paragraph(inline.content, first)
            self._below_rule = True
            return
        self._note = ""
        for line in self._group(content, first, level=level):
            # A rule above `#` is decoration; above other lines it may open an entry.
            yield line if is_underlined else replace(line, below_rule=False)

    def _code_or_html(self, token: Token, at: int) -> Iterator[Line]:
        """Yield a fenced code block as one line, or the lines of a block of HTML, read as a page."""
        if token.type == "html_block":

            def follow(address: str, line: int) -> str:
                return self._links.follow(address, at + line - 1)

            for line in html.fragment_lines(token.content, self._pictures, follow):
                yield from self._in_place(replace(line, at=at + line.at - 1))
        elif text := token.content.rstrip("\n"):
            yield from self._in_place(Line(at, text, block=Code(text), complete=True))

    def _table(self, tokens: Sequence[Token]) -> Iterator[Line]:
        """Yield a table as one line, and lines below it that are no rows as text."""
        at = self._start + (tokens[0].map[0] if tokens[0].map else 0) + 1
        rows, below = md_tables.split_rows(tokens, self._source, self._start)
        dropped: list[Line] = []
        cells = [
            [
                md_tables.CellText(*self._cell(cell.content, at, dropped), cell.header, cell.align)
                for cell in row
            ]
            for row in rows
        ]
        if cells:
            yield from self._in_place(md_tables.table_line(cells, at))
        yield from dropped
        if below:
            yield from self._paragraph("\n".join(text for _, text in below), below[0][0])

    def _cell(self, content: str, at: int, dropped: list[Line]) -> tuple[list[Line], str]:
        """Return the lines of a cell and its plain text; what is left out of it is added to `dropped`."""
        found = list(self._styled_lines(content, at))
        dropped += [line for line in found if line.drop_reason]
        kept = [line for line in found if not line.drop_reason]
        return kept, " ".join(line.text for line in kept)

    def _paragraph(self, content: str, first: int) -> Iterator[Line]:
        """Yield the lines of a paragraph; rows of a table, entries of a list and pictures in it start a new line."""
        raw = content.split("\n")
        indented = self._source[first][:1] in {" ", "\t"} if first < len(self._source) else False
        self._note = self._note if indented and not self._entries else ""
        position = 0
        for is_row, group in groupby(raw, key=md_tables.is_row):
            texts = list(group)
            if is_row and len(texts) > 1 and (line := self._loose_table(texts, first + position)):
                yield from self._in_place(line)
            else:
                for start, part in parts(texts, split=is_row):
                    yield from self._part("\n".join(part), first + position + start, is_row=is_row)
            position += len(texts)

    def _loose_table(self, rows: Sequence[str], first: int) -> Line | None:
        """Return rows between bars without a row of dashes below the first as a table; None where they differ."""
        cells = [md_tables.cells_of(row) for row in rows if not md_tables.is_delimiter(row)]
        if len(cells) < 2 or len({len(row) for row in cells}) != 1 or len(cells[0]) < 2:
            return None
        dropped: list[Line] = []
        read = [
            [md_tables.CellText(*self._cell(text, first + 1, dropped), False, "") for text in row]
            for row in cells
        ]
        return None if dropped else md_tables.table_line(read, first + 1)

    def _part(self, content: str, first: int, *, is_row: bool) -> Iterator[Line]:
        """Yield a part of a paragraph, which may open a footnote or be an entry of a list by its look."""
        if found := NOTE.match(content):
            self._note = found[1]
            yield from self._group(content[found.end() :], first)
            return
        item, text = (None, content) if self._entries else item_of(content)
        yield from self._group(text, first, item=item, is_row=is_row)

    def _group(
        self, content: str, first: int, *, level: int = 0, item: ListItem | None = None, is_row: bool = False
    ) -> Iterator[Line]:
        """Yield the lines of text, each with its place in lists and quotations."""
        if self._entries and not self._entries[-1].is_labelled and (task := _TASK.match(content)):
            content = f"{'☐' if task[1] == ' ' else '☑'} {content[task.end() :]}"
        for line in self._styled_lines(content, first + 1):
            placed = replace(line, level=level, table_row=is_row)
            if item is not None and not line.drop_reason:
                placed, item = with_label(placed, item), None
            yield from self._in_place(placed)

    def _in_place(self, line: Line) -> Iterator[Line]:
        """Yield a line with its list, quotation and rule; a line of a footnote is kept for its note."""
        if line.drop_reason:
            yield line
            return
        line = replace(line, quote=min(self._quote + line.quote, _MAX_DEPTH))
        if self._entries and line.item is None:
            entry = self._entries[-1]
            opens = not entry.is_labelled and line.block is None
            entry.is_labelled = entry.is_labelled or opens
            line = with_label(line, entry.item if opens else replace(entry.item, label=""))
        if self._note:
            self.notes.setdefault(self._note, []).append(line)
            return
        below_rule = self._below_rule and not line.table_row
        self._below_rule = self._below_rule and not below_rule
        yield replace(line, below_rule=line.below_rule or below_rule)

    def _styled_lines(self, content: str, at: int) -> Iterator[Line]:
        """Yield text as styled lines, and its pictures: before the text where they stand first, else behind it."""
        tokens = parse_inline(content, self._env)
        for inline in inline_lines(
            tokens, self._labels.__contains__, lambda url: self._links.follow(url, at)
        ):
            spans = inline.spans
            pictures = [line for one in inline.pictures for line in self._picture(one, at + inline.offset)]
            if spans:
                yield text_line(spans, at + inline.offset)
            yield from pictures
            yield from left_out(inline, at + inline.offset)

    def _picture(self, inline: InlinePicture, at: int) -> Iterator[Line]:
        """Yield a picture as a line; its title is its caption."""
        found = self._pictures.find([inline.address], inline.alt)
        if found.picture is not None:
            caption = (Span(inline.title),) if inline.title else ()
            yield Line(at, "", block=replace(found.picture, caption=caption), complete=True)
        if found.reason or found.picture is None:
            name = "" if inline.address.startswith("data:") else inline.address[:200]
            text = clean(f"［图片］{inline.alt} {name} {'' if found.picture else inline.title}")
            yield Line(at, text, complete=True, drop_reason=found.reason or NOT_WEB)
        if inline.link:
            yield Line(at, inline.link, complete=True, drop_reason=LINK_OF_PICTURE)
