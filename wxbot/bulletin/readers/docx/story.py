"""Read the paragraphs, tables, text boxes and content controls of a story: body, header, note, cell, text box."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wxbot.bulletin.line_text import join_lines
from wxbot.bulletin.model import Line, ListItem
from wxbot.bulletin.readers.docx import alternative_parts
from wxbot.bulletin.readers.docx.drafts import DraftLine, LinePlace, dropped_line, table_line, text_line
from wxbot.bulletin.readers.docx.drawings import Drawn
from wxbot.bulletin.readers.docx.formulas import formula_text, is_formula
from wxbot.bulletin.readers.docx.inline import InlineReader, ParagraphContent, WordRun
from wxbot.bulletin.readers.docx.markup import (
    CONTAINERS,
    LEFT_OUT,
    Element,
    child,
    children_of,
    is_on,
    mc,
    shown_alternative,
    value,
    w,
)
from wxbot.bulletin.readers.docx.package import PackagePart
from wxbot.bulletin.readers.docx.shared import WordDocument
from wxbot.bulletin.readers.docx.styles import PLAIN, ParagraphLook
from wxbot.bulletin.readers.docx.tables import TableReader

__all__ = ["CONTENTS", "StoryReader"]

CONTENTS = "table of contents"
_PLACEHOLDER = "placeholder"
_READING = "reading of characters"
_MAX_DEPTH = 12
"""Tables and text boxes inside one another, at most; of deeper ones the paragraphs are read one after another."""

_PARAGRAPH = w("p")
_PROPERTIES = w("pPr")
_BLANK = DraftLine(Line(0, ""))
_MAX_OPENING = 60
"""Characters of a line at the beginning of a document, before text begins."""

_OPENING_LINES = 8


class StoryReader:
    """Reader of one story of a part, in a single pass, because numbered paragraphs are counted in order."""

    def __init__(self, document: WordDocument, part: PackagePart, depth: int = 0) -> None:
        self._document = document
        self._part = part
        self._depth = depth
        self._inline = InlineReader(document, part)
        self._gap = 0
        self._lines = 0
        self._in_text = False

    @property
    def has_open_contents(self) -> bool:
        """Tell if a table of contents that a field opened did not end with the story."""
        return self._inline.fields.in_contents

    @property
    def is_opening(self) -> bool:
        """Tell if nothing but a few short lines has been read, so that a masthead may stand here."""
        return not self._in_text and self._lines <= _OPENING_LINES and self._depth == 0

    def read(self, elements: Iterable[Element]) -> Iterator[DraftLine]:
        """Yield the lines of block elements; blank paragraphs are counted in `gap`."""
        for draft in self._blocks(elements):
            if not (draft.line.text or draft.line.block):
                self._gap += 1
                continue
            if draft.is_printed:
                self._lines += 1
                self._in_text = self._in_text or _is_text(draft.line)
            self._document.count_line()
            draft.gap = self._gap
            self._gap = 0
            yield draft

    def inner(self) -> "StoryReader":
        """Return a reader for a story inside this one, such as a cell or a text box."""
        return StoryReader(self._document, self._part, self._depth + 1)

    def _blocks(self, elements: Iterable[Element]) -> Iterator[DraftLine]:
        """Yield the lines of block elements; paragraphs whose mark between them was deleted are one."""
        joined: list[Element] = []
        for element in elements:
            if element.tag == _PARAGRAPH:
                look = self._document.styles.paragraph(child(element, "pPr"))
                if not joined and self._is_blank(element, look):
                    yield _BLANK
                    continue
                joined.append(element)
                if look.continues:
                    continue
                yield from self._paragraph(joined, look)
                joined = []
            else:
                if joined:
                    yield from self._last_paragraph(joined)
                    joined = []
                yield from self._container(element)
        if joined:
            yield from self._last_paragraph(joined)

    def _last_paragraph(self, elements: list[Element]) -> Iterator[DraftLine]:
        """Yield the lines of a paragraph that should go on in another one and does not."""
        yield from self._paragraph(elements, self._document.styles.paragraph(child(elements[-1], "pPr")))

    def _is_blank(self, paragraph: Element, look: ParagraphLook) -> bool:
        """Tell if a paragraph prints nothing and counts nothing; files have thousands of them."""
        return (
            len(paragraph) <= 1
            and not look.list_id
            and (len(paragraph) == 0 or paragraph[0].tag == _PROPERTIES)
        )

    def _container(self, element: Element) -> Iterator[DraftLine]:
        """Yield the lines of an element other than a paragraph."""
        tag = element.tag
        if tag == w("tbl"):
            if self._depth < _MAX_DEPTH:
                yield from TableReader(self, self._document).read(element)
            else:
                yield from self._flat(element)
        elif tag == w("sdt"):
            yield from self._control(element)
        elif tag in CONTAINERS:
            yield from self._blocks(children_of(element))
        elif tag == mc("AlternateContent"):
            yield from self._blocks(shown_alternative(element))
        elif tag in LEFT_OUT:
            self._document.deletions += 1
        elif tag == w("altChunk"):
            yield from alternative_parts.read(element, self._part, self._document)
        elif is_formula(element):
            yield DraftLine(Line(0, formula_text(element), complete=True))

    def _control(self, control: Element) -> Iterator[DraftLine]:
        """Yield the lines of a content control; contents and the text of an empty control are marked as dropped."""
        properties = child(control, "sdtPr")
        placeholder = child(properties, "showingPlcHdr")
        gallery = value(child(child(properties, "docPartObj"), "docPartGallery"))
        reason = CONTENTS if gallery == "Table of Contents" else ""
        if placeholder is not None and is_on(placeholder):
            reason = _PLACEHOLDER
        for content in control.iterchildren(w("sdtContent")):
            for draft in self._blocks(children_of(content)):
                yield _drop(draft, reason) if reason and draft.is_printed else draft

    def _flat(self, element: Element) -> Iterator[DraftLine]:
        """Yield the paragraphs of elements that are nested too deep, one after another."""
        stack = [element]
        while stack:
            one = stack.pop()
            if one.tag in LEFT_OUT:
                continue
            if one.tag == w("p"):
                look = self._document.styles.paragraph(child(one, "pPr"))
                yield from self._paragraph([one], look, boxes=False)
            stack.extend(reversed(list(children_of(one))))

    def _paragraph(
        self, elements: list[Element], look: ParagraphLook, *, boxes: bool = True
    ) -> Iterator[DraftLine]:
        """Yield the lines of a paragraph with the objects that are anchored in it."""
        content = self._inline.read(elements, look.style)
        for drawn in content.before:
            yield from self._object(drawn, boxes=boxes)
        yield from self._text(content, look)
        for drawn in content.after:
            yield from self._object(drawn, boxes=boxes)
        if content.readings:
            yield dropped_line(" ".join(content.readings), _READING)
        if text := "".join(content.placeholders).strip():
            yield dropped_line(text, _PLACEHOLDER)

    def _text(self, content: ParagraphContent, look: ParagraphLook) -> Iterator[DraftLine]:
        """Yield the printed lines of a paragraph, the first one with its number."""
        label = self._document.numbering.next_label(look)
        lines = [_join_heading(content.lines)] if look.level else content.lines
        is_contents = look.kind == "contents"
        item = None
        if label is not None and look.level == 0 and content.has_text:
            item = ListItem(label.depth, label.text, label.ordered)
        last = max((at for at, runs in enumerate(lines) if _has_text(runs)), default=0)
        labelled = False
        for at, runs in enumerate(lines):
            if not _has_text(runs):
                if not content.has_text and at == last and not (content.before or content.after):
                    yield _BLANK
                continue
            shown = (
                runs if label is None or labelled else [WordRun(label.text, PLAIN), *_without_indent(runs)]
            )
            place = LinePlace(
                replace(item, label="") if item is not None and labelled else item,
                is_first=not labelled,
                is_last=at == last,
                is_complete=at == last or _ends_sentence(runs),
                drop_reason=CONTENTS if is_contents or content.in_contents else "",
            )
            draft = text_line(shown, look, place)
            draft.field = content.in_contents and not is_contents
            labelled = True
            yield draft

    def _object(self, drawn: Drawn, *, boxes: bool) -> Iterator[DraftLine]:
        """Yield the lines of a drawn object."""
        if drawn.box is not None:
            inner = self.inner()
            if self._depth < _MAX_DEPTH:
                yield from inner.read(children_of(drawn.box))
            elif boxes:
                yield from self._flat(drawn.box)
        if drawn.picture is not None:
            yield DraftLine(Line(0, drawn.picture.alt, block=drawn.picture, complete=True))
        if drawn.table is not None:
            yield table_line(drawn.table)
        for text in drawn.texts:
            yield dropped_line(text, drawn.drop_reason)


def _is_text(line: Line) -> bool:
    """Tell if a line cannot stand before the end of a masthead: a sentence, a heading below the first level."""
    return len(line.text) > _MAX_OPENING or line.level > 1 or line.text.endswith("。")


def _has_text(runs: list[WordRun]) -> bool:
    """Tell if a line prints anything."""
    return any(run.text.strip() for run in runs)


def _ends_sentence(runs: list[WordRun]) -> bool:
    """Tell if a line ends with the sign of a sentence, so that the line after a soft return begins anew."""
    text = "".join(run.text for run in runs[-3:]).rstrip()
    return text.rstrip("”’」』）)")[-1:] in {"。", "！", "？", "；", "：", "…", "!", "?", ":"}


def _join_heading(lines: list[list[WordRun]]) -> list[WordRun]:
    """Return a heading that was set on several lines as one line."""
    found: list[WordRun] = []
    for runs in lines:
        before, after = (found[-1].text[-1:] if found else ""), (runs[0].text[:1] if runs else "")
        if before.strip() and after.strip() and join_lines((before, after)) != before + after:
            found.append(WordRun(" ", found[-1].look))
        found += runs
    return found


def _without_indent(runs: list[WordRun]) -> list[WordRun]:
    """Return runs without the blanks before their text, where a number stands before it."""
    found = list(runs)
    while found and not found[0].text.strip():
        del found[0]
    return [replace(found[0], text=found[0].text.lstrip()), *found[1:]] if found else found


def _drop(draft: DraftLine, reason: str) -> DraftLine:
    """Return a line marked as dropped; a table or picture is then named by its text."""
    return replace(
        draft, line=replace(draft.line, drop_reason=reason, block=None, text=draft.line.text or "［图片］")
    )
