"""Walk through the elements of a page and collect its lines with their styles.

The walk is a loop over the events of the tree, with stacks of its own for styles, lists, tables and notes: nesting of
any depth costs no recursion, and time grows with the size of the page alone.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from wxbot.bulletin.blocks import Blocks, Span
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line, ListItem
from wxbot.bulletin.readers import html_captures
from wxbot.bulletin.readers.html_captures import Capture
from wxbot.bulletin.readers.html_draft import ElementScope, Entry, LineDraft, PageLine
from wxbot.bulletin.readers.html_left_out import (
    COMMENT,
    HIDDEN,
    LINK_OF_PICTURE,
    NOTICES,
    STRUCK,
    is_comment,
    left_out,
)
from wxbot.bulletin.readers.html_lists import MAX_DEPTH, ListCounter
from wxbot.bulletin.readers.html_notes import NoteMarks
from wxbot.bulletin.readers.html_pictures import Image, image_of
from wxbot.bulletin.readers.html_style import ElementStyle, PageStyles
from wxbot.bulletin.readers.html_tables import CellLines, is_code
from wxbot.bulletin.readers.html_tags import (
    BLOCK_TAGS,
    BREAKING_DISPLAYS,
    HEADING_LEVELS,
    LIST_TAGS,
    visible_text,
)
from wxbot.bulletin.readers.page_pictures import PagePictures

__all__ = ["LineWalker"]

# An lxml element; lxml ships no types.
Element = Any

_WORD_LABEL = re.compile(r"mso-list:\s*ignore|font:\s*7(?:\.0)?pt\s*[\"']?times new roman", re.IGNORECASE)
_CAPTIONS = {"caption": "table", "figcaption": "figure"}


class LineWalker:
    """Collect the lines of a page's elements; `notes` holds the footnotes that were found on the way.

    `follow` returns the address on the web of a link, from what is written and its line in the source.
    """

    def __init__(
        self,
        sheet: PageStyles,
        pictures: PagePictures,
        marks: NoteMarks,
        *,
        omitted: Mapping[Element, str],
        follow: Callable[[str, int], str],
        keep_indent: bool = False,
    ) -> None:
        self._sheet = sheet
        self._pictures = pictures
        self._marks = marks
        self._omitted = omitted
        self._follow = follow
        self._keep_indent = keep_indent
        self.notes: dict[str, Blocks] = {}
        self._draft = LineDraft()
        self._scopes = [ElementScope(None)]
        self._captures = [Capture(None, "page")]
        self._lists: list[ListCounter] = []
        self._entries: list[Entry] = []
        self._below_rule = False
        self._notices: set[str] = set()

    def lines(self, root: Element) -> list[PageLine]:
        """Return the lines of an element, those that are left out with their reason."""
        self._captures = [Capture(root, "page")]
        skipped: Element | None = None
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start":
                if self._open(element, is_root=element is root):
                    continue
                skipped = element
                walk.skip_subtree()
                continue
            if event == "end" and element is not skipped:
                self._close(element)
            elif event == "comment" and is_comment(element):
                self._notices.add(COMMENT)
            if element is not root:
                self._append(element.tail, element)
        self._flush()
        return self._captures[0].lines

    def notices(self) -> list[Line]:
        """Return one line for each kind of text that is not shown to anyone and was left out."""
        return [
            Line(1, NOTICES[reason], complete=True, drop_reason=reason) for reason in sorted(self._notices)
        ]

    def _open(self, element: Element, *, is_root: bool) -> bool:
        """Enter an element; False for one whose content is left out or read at once."""
        style = self._sheet.style(element.tag, element.attrib, self._scopes[-1].style)
        if is_root:
            # A script of WeChat's pages shows the text after loading.
            style = replace(style, hidden=False)
        if self._is_read(element, style):
            return False
        self._enter(element, style)
        if element in self._marks.targets:
            self._capture(element, "note").label = self._marks.targets[element]
        self._open_list(element)
        self._open_capture(element)
        self._open_sign(element)
        self._append(element.text, element)
        return True

    def _is_read(self, element: Element, style: ElementStyle) -> bool:
        """Tell if an element is done: it is left out, a link back to the text, a picture or a box to tick."""
        tag = element.tag
        if element in self._omitted:
            self._flush()
            self._add_lines(self._left_out_lines(visible_text(element), self._omitted[element], element))
        elif tag in {"img", "image"}:
            self._add_image(image_of(element, style))
        elif tag == "input" and element.get("type", "").lower() == "checkbox" and self._entry():
            self._add_text("☑ " if element.get("checked") is not None else "☐ ", element)
        elif (omitted := left_out(element, style)) is not None:
            if omitted.reason in NOTICES:
                self._notices.add(omitted.reason)
            else:
                self._draft.after += self._left_out_lines(omitted.text, omitted.reason, element)
        else:
            return element in self._marks.back_links
        return True

    def _enter(self, element: Element, style: ElementStyle) -> None:
        """Open the scope of an element; a block ends the line before it."""
        tag, outer = element.tag, self._scopes[-1]
        is_set_apart = style.display in BREAKING_DISPLAYS
        is_block = is_set_apart or (
            tag in BLOCK_TAGS and (style.display != "inline" or tag in HEADING_LEVELS)
        )
        if is_block:
            self._flush()
        note = self._marks.references.get(element, outer.note)
        is_link = tag == "a" and element.get("href")
        url = self._follow(element.get("href"), element.sourceline or 1) if is_link else outer.url
        self._scopes.append(
            ElementScope(
                element,
                style,
                url="" if note else url,
                note=note,
                level=HEADING_LEVELS.get(tag, outer.level),
                quote=min(outer.quote + (tag == "blockquote"), MAX_DEPTH),
                is_block=is_block,
            )
        )

    def _open_list(self, element: Element) -> None:
        """Open a list or an entry of one."""
        if element.tag in LIST_TAGS:
            is_reversed = "reversed" in element.attrib
            entries = sum(1 for child in element if child.tag == "li") if is_reversed else 0
            self._lists.append(ListCounter.of(element.tag, element.attrib, entries))
        elif element.tag == "li" and element not in self._marks.targets:
            counter = self._lists[-1] if self._lists else ListCounter(ordered=False, kind="disc")
            depth = min(max(len(self._lists), 1), MAX_DEPTH)
            label = counter.next_label(element.get("value", ""))
            self._entries.append(Entry(element, ListItem(depth, label, counter.ordered)))

    def _open_capture(self, element: Element) -> None:
        """Collect the lines of a table, a cell, a figure, a caption or a code block apart."""
        tag, inside = element.tag, self._captures[-1].kind
        if tag in {"table", "figure"} or (tag in _CAPTIONS and _CAPTIONS[tag] == inside):
            self._capture(element, tag)
        elif inside == "table" and tag == "tr":
            self._captures[-1].rows.append([])
        elif inside == "table" and tag in {"td", "th"}:
            self._capture(element, "cell")
        elif tag == "pre" and is_code(element):
            self._capture(element, "pre")

    def _open_sign(self, element: Element) -> None:
        """Read an element that stands for a sign: a line break, a rule, a quotation mark."""
        if element.tag == "br":
            self._break()
        elif element.tag == "hr":
            self._below_rule = True
        elif element.tag == "q":
            self._add_text("“", element)

    def _capture(self, element: Element, kind: str) -> Capture:
        """Collect the lines of an element apart from here on."""
        self._flush()
        self._captures.append(Capture(element, kind, entries=len(self._entries)))
        return self._captures[-1]

    def _close(self, element: Element) -> None:
        """Leave an element."""
        tag, scope, inside = element.tag, self._scopes[-1], self._captures[-1]
        if tag == "q":
            self._add_text("”", element)
        if inside.kind == "pre" and inside.element is not element and (scope.is_block or tag == "code"):
            inside.end_code_line()
        if scope.is_block:
            self._flush()
        elif tag == "span" and not self._entry() and _WORD_LABEL.search(element.get("style", "")):
            self._draft.take_label()
        if self._entries and self._entries[-1].element is element:
            self._entries.pop()
        if tag in LIST_TAGS:
            self._lists.pop()
        while len(self._captures) > 1 and self._captures[-1].element is element:
            self._finish(self._captures.pop())
        self._scopes.pop()

    def _finish(self, capture: Capture) -> None:
        """Give the lines that were collected apart to the element around it."""
        outer = self._captures[-1]
        match capture.kind:
            case "note":
                blocks = html_captures.note_blocks(capture)
                self.notes[capture.label] = (*self.notes.get(capture.label, ()), *blocks)
                outer.lines += capture.left_out_lines
            case "cell":
                align = self._scopes[-1].style.align
                outer.add_cell(CellLines(capture.element, tuple(capture.lines), align))
            case "caption" | "figcaption":
                outer.caption = html_captures.caption_spans(capture.text_lines)
                outer.is_above = not outer.lines
                outer.lines += capture.left_out_lines
            case "figure":
                outer.lines += html_captures.figure_lines(capture)
            case "table":
                depth = sum(one.kind == "table" for one in self._captures)
                before, table, behind = html_captures.table_lines(capture, depth)
                outer.lines += before
                self._add_lines([self._in_place(table)] if table else [])
                outer.lines += behind
            case _:
                self._add_lines(map(self._in_place, html_captures.code_lines(capture)))
                outer.lines += capture.lines

    def _in_place(self, line: Line) -> Line:
        """Return a block's line with the list and the quotation in which it stands."""
        entry = self._entry()
        item = replace(entry.item, label="") if entry is not None else None
        scope = self._scopes[-1]
        line = replace(
            line, item=item, quote=scope.quote, below_rule=self._below_rule, align=scope.style.align
        )
        self._below_rule = False
        return line

    def _entry(self) -> Entry | None:
        """Return the entry of a list, inside the cell or note that is being read, to which the line belongs."""
        return self._entries[-1] if len(self._entries) > self._captures[-1].entries else None

    def _break(self) -> None:
        """Read a line break: it ends a line, but not a heading below the first level, nor a line of code."""
        if self._captures[-1].kind == "pre":
            self._captures[-1].code.append("\n")
        elif self._scopes[-1].level > 1:
            self._draft.runs.append(Span("\n"))
        else:
            self._flush()

    def _append(self, text: str | None, element: Element) -> None:
        """Append text of the source; where line ends are kept, they end a line."""
        if not text:
            return
        if self._captures[-1].kind == "pre":
            self._captures[-1].code.append(text.replace("\r\n", "\n").replace("\r", "\n"))
        elif self._scopes[-1].style.preformatted and "\n" in text:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self._add_text(first, element)
            for part in rest:
                self._break()
                self._add_text(part, element)
        else:
            self._add_text(text, element)

    def _add_text(self, text: str, element: Element) -> None:
        """Append text to the line, or report it where it is struck out or has no size."""
        scope = self._scopes[-1]
        if text.strip() and scope.style.size <= 0 and scope.style.is_sized:
            self._notices.add(HIDDEN)
        elif text.strip() and scope.style.struck:
            self._draft.after += self._left_out_lines(clean(text), STRUCK, element)
        else:
            block = scope if scope.is_block else next(one for one in reversed(self._scopes) if one.is_block)
            self._draft.add(text, scope, block, element.sourceline or 0)

    def _flush(self) -> None:
        """End the line, and put the pictures of its block behind it."""
        draft, self._draft = self._draft, LineDraft()
        if draft.count:
            below_rule, self._below_rule = self._below_rule, False
            line = draft.line(self._entry(), below_rule=below_rule, keep_indent=self._keep_indent)
            self._captures[-1].lines.append(line)
        self._add_lines(draft.after)

    def _add_lines(self, lines: Iterable[Line]) -> None:
        """Add lines that are complete to those collected."""
        self._captures[-1].lines += map(PageLine, lines)

    def _add_image(self, image: Image) -> None:
        """Add a picture before or behind the text of its block, or the text that it stands for."""
        element = image.element
        if image.text:
            self._add_text(image.text, element)
        elif image.reason:
            self._draft.after += self._left_out_lines("［图片］", image.reason, element)
        elif image.addresses:
            lines = self._picture_lines(image)
            if self._draft.count:
                self._draft.after += lines
            else:
                self._add_lines(lines)

    def _picture_lines(self, image: Image) -> list[Line]:
        """Return a picture as a line, and what is to be said about it."""
        found = self._pictures.find(image.addresses, image.alt)
        lines = []
        if (picture := found.picture) is not None:
            if not picture.width:
                picture = replace(picture, width=image.width, height=image.height)
            at = max(image.element.sourceline or 1, 1)
            lines.append(self._in_place(Line(at, "", block=picture, complete=True)))
        if found.reason:
            name = image.alt or next((a for a in image.addresses if not a.startswith("data:")), "")
            lines += self._left_out_lines(f"［图片］{name[:200]}", found.reason, image.element)
        return [*lines, *self._left_out_lines(self._scopes[-1].url, LINK_OF_PICTURE, image.element)]

    def _left_out_lines(self, text: str, reason: str, element: Element) -> list[Line]:
        """Return text that is left out as a line; nothing for none."""
        at = max(element.sourceline or 1, 1)
        return [Line(at, text, complete=True, drop_reason=reason)] if text else []
