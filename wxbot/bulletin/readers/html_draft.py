"""Collect the text of one block of a page in styled runs, and make a line of it."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from wxbot.bulletin.blocks import Span, Spans
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line, ListItem
from wxbot.bulletin.readers.html_style import ROOT_STYLE, ElementStyle
from wxbot.bulletin.readers.styled_text import (
    clean_spans,
    join_source_lines,
    merge_spans,
    remove_zero_width,
    spans_text,
)

__all__ = ["ElementScope", "Entry", "LineDraft", "PageLine"]

# An lxml element; lxml ships no types.
Element = Any

_WORD_LEVEL = re.compile(r"\blevel([1-9])\b")
_MAX_LABEL = 12
"""Characters of a label that Word writes before the text of a list's entry, at most."""

_MAX_INDENT = 40

# What the letters of Word's typefaces for signs look like.
_SIGN_FONTS = ("wingdings", "symbol", "webdings")
_SIGNS = dict(zip("lnuqpvØü§·²", "●■◆□□❖➢✓▪•◇", strict=True))
_INDENT = {"\u3000": 2, "\xa0": 1}


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line with what the whole page must be known for: size in pixels, key of its look, and its neighbours.

    `together` names the element in which the line stands beside others on one row, None where it does not.
    """

    line: Line
    size: float = 0.0
    is_sized: bool = False
    look: str = ""
    together: Element | None = None


@dataclass(frozen=True, slots=True)
class ElementScope:
    """Properties of the text of one element and of the elements inside it."""

    element: Element
    style: ElementStyle = ROOT_STYLE
    url: str = ""
    note: str = ""
    level: int = 0
    quote: int = 0
    is_block: bool = True


@dataclass(slots=True)
class Entry:
    """An entry of a list that is open; its label stands before its first line."""

    element: Element
    item: ListItem
    is_labelled: bool = False


@dataclass(slots=True)
class LineDraft:
    """The line that is being read; `count` counts its characters, `bold` and `styles` those of a style."""

    at: int = 0
    runs: list[Span] = field(default_factory=list)
    styles: dict[ElementStyle, int] = field(default_factory=dict)
    bold: int = 0
    count: int = 0
    scope: ElementScope | None = None
    label: str = ""
    after: list[Line] = field(default_factory=list)
    """Pictures and dropped text of the same block, which follow its text."""

    def add(self, text: str, scope: ElementScope, block: ElementScope, at: int) -> None:
        """Append text in the style of the element that is open; `block` is the block around it."""
        style = scope.style
        text = remove_zero_width(text)
        count = len("".join(text.split()))
        if count and not self.count:
            self.at, self.scope = at or self.at, block
        if count == 1 and style.font.startswith(_SIGN_FONTS):
            text = "".join(_SIGNS.get(char, char) for char in text)
        self.runs.append(
            Span(text, scope.url, style.bold, style.italic, style.code, style.script, scope.note)
        )
        self.styles[style] = self.styles.get(style, 0) + count
        self.bold += count if style.bold else 0
        self.count += count

    def take_label(self) -> None:
        """Take what was read so far as the label of a list's entry, as Word marks it."""
        label = clean("".join(span.text for span in self.runs))
        if self.scope is not None and not self.scope.level and 0 < len(label) <= _MAX_LABEL:
            self.label = label

    def line(self, entry: Entry | None, *, below_rule: bool, keep_indent: bool) -> PageLine:
        """Return the line of the text that was read, with the label of the list's entry that it opens."""
        spans = clean_spans(join_source_lines(self.runs, keep_indent=keep_indent))
        scope = self.scope or ElementScope(None)
        style = max(self.styles, key=lambda style: self.styles[style])
        spans, item = self._entry(spans, entry, scope)
        text, styled = spans_text(spans)
        line = Line(
            max(self.at, 1),
            text,
            spans=styled,
            item=item,
            quote=scope.quote,
            indent=self._indent(scope, style),
            level=scope.level,
            bold=self.bold * 2 > self.count,
            align=scope.style.align,
            below_rule=below_rule,
            complete=True,
        )
        together = scope.element.getparent() if scope.style.display.startswith("inline-") else None
        return PageLine(line, style.size, style.is_sized, style.look, together)

    def _indent(self, scope: ElementScope, style: ElementStyle) -> int:
        """Return the columns before the text: blanks that are printed, and the indent that a style states."""
        raw = "".join(span.text for span in self.runs[:8]).lstrip(" \t\r\n")
        blanks = raw[: len(raw) - len(raw.lstrip("\u3000\xa0"))]
        stated = round(2 * max(0.0, scope.style.indent) / max(style.size, 1.0))
        return min(sum(_INDENT[char] for char in blanks) + stated, _MAX_INDENT)

    def _entry(self, spans: Spans, entry: Entry | None, scope: ElementScope) -> tuple[Spans, ListItem | None]:
        """Put the label of a list's entry before its first line, and return the entry."""
        if entry is None:
            return spans, self._word_item(spans, scope)
        if entry.is_labelled:
            return spans, replace(entry.item, label="")
        entry.is_labelled = True
        return merge_spans((Span(entry.item.label), *spans)), entry.item

    def _word_item(self, spans: Spans, scope: ElementScope) -> ListItem | None:
        """Return the entry of a list that Word writes as a paragraph with a label in front."""
        text = "".join(span.text for span in spans)
        if not self.label or not text.startswith(self.label):
            return None
        level = _WORD_LEVEL.search(scope.element.get("style", ""))
        blank = " " if text.startswith(f"{self.label} ") else ""
        is_counted = any(char.isalnum() for char in self.label)
        return ListItem(int(level[1]) if level else 1, f"{self.label}{blank}", is_counted)
