"""Read the content of a paragraph: styled runs, links, fields, note references, readings, formulas, drawings."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.docx.drawings import Drawn
from wxbot.bulletin.readers.docx.fields import FieldStack, is_web_target
from wxbot.bulletin.readers.docx.formulas import formula_text, is_formula
from wxbot.bulletin.readers.docx.markup import (
    CONTAINERS,
    LEFT_OUT,
    Element,
    child,
    children_of,
    is_on,
    r,
    w,
)
from wxbot.bulletin.readers.docx.package import PackagePart
from wxbot.bulletin.readers.docx.shared import WordDocument
from wxbot.bulletin.readers.docx.styles import TextLook
from wxbot.bulletin.readers.docx.symbols import symbol_text

__all__ = ["InlineReader", "ParagraphContent", "WordRun"]

PLACEHOLDER = "placeholder"
_DRAWINGS = frozenset(map(w, ("drawing", "pict", "object")))
_CHARACTERS = {w("tab"): "\t", w("ptab"): "\t", w("noBreakHyphen"): "-", w("softHyphen"): ""}
_NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_FIELDS = frozenset({w("fldChar"), w("instrText")})
_MAX_INSIDE = 150
"""Elements around a run, at most: deeper ones are read as text without styles."""


@dataclass(frozen=True, slots=True)
class WordRun:
    """Text in one look; `url` of the link and `note` of the note that it refers to, or ""."""

    text: str
    look: TextLook
    url: str = ""
    note: str = ""


@dataclass(slots=True)
class ParagraphContent:
    """Content of a paragraph: the runs of each printed line, and the objects before and after its text."""

    lines: list[list[WordRun]] = field(default_factory=lambda: [[]])
    before: list[Drawn] = field(default_factory=list)
    after: list[Drawn] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)
    in_contents: bool = False

    @property
    def has_text(self) -> bool:
        """Tell if anything is printed in the paragraph."""
        return any(run.text.strip() for runs in self.lines for run in runs)


class InlineReader:
    """Reader of the paragraphs of one part; fields may reach from one paragraph into the next."""

    def __init__(self, document: WordDocument, part: PackagePart) -> None:
        self._document = document
        self._part = part
        self.fields = FieldStack()
        self._content = ParagraphContent()
        self._style = ""
        self._url = ""

    def read(self, paragraphs: list[Element], style: str) -> ParagraphContent:
        """Return the content of a paragraph in a style; several are one whose marks in between were deleted."""
        self._content = ParagraphContent()
        self._style = style
        for paragraph in paragraphs:
            self._inside(paragraph, 0)
        self.fields.end_paragraph()
        return self._content

    def _inside(self, parent: Element, depth: int) -> None:
        """Read the content below an element."""
        if depth > _MAX_INSIDE:
            self._deep(parent)
            return
        for one in children_of(parent):
            tag = one.tag
            if tag == w("r"):
                self._run(one, depth)
            elif tag in LEFT_OUT:
                self._document.deletions += 1
            elif tag == w("hyperlink"):
                self._link(one, depth)
            elif tag == w("fldSimple"):
                self._simple_field(one, depth)
            elif tag == w("sdt"):
                self._control(one, depth)
            elif tag in CONTAINERS:
                self._inside(one, depth + 1)
            elif is_formula(one):
                self._add(formula_text(one), self._look(None))

    def _deep(self, parent: Element) -> None:
        """Add the text of elements that are nested too deep, without their styles."""
        for one in parent.iter(w("t")):
            self._add(one.text or "", self._look(None))

    def _link(self, link: Element, depth: int) -> None:
        """Read a hyperlink; one to a place inside the document is text."""
        relation = self._part.relationships.get(link.get(r("id"), ""))
        address = relation.target.strip() if relation is not None and relation.external else ""
        place = link.get(w("anchor")) or link.get(w("docLocation"))
        if address and place and "#" not in address:
            address = f"{address}#{place}"
        outer, self._url = self._url, address if is_web_target(address) else ""
        self._inside(link, depth + 1)
        self._url = outer

    def _simple_field(self, element: Element, depth: int) -> None:
        """Read a field whose instruction is an attribute."""
        self.fields.begin()
        self.fields.add_instruction(element.get(w("instr"), ""))
        self.fields.separate()
        self._inside(element, depth + 1)
        self.fields.end()

    def _control(self, control: Element, depth: int) -> None:
        """Read a content control; the text that Word shows in an empty one is no content."""
        placeholder = child(child(control, "sdtPr"), "showingPlcHdr")
        for content in control.iterchildren(w("sdtContent")):
            if placeholder is not None and is_on(placeholder):
                self._content.placeholders.append(_plain_text(content))
            else:
                self._inside(content, depth + 1)

    def _look(self, properties: Element | None) -> TextLook:
        """Return the look of a run with these properties in this paragraph."""
        return self._document.styles.text(self._style, properties)

    def _run(self, run: Element, depth: int) -> None:
        """Read one run."""
        look = self._look(run.find(w("rPr")))
        if look.hidden:
            self._document.hidden += bool(_plain_text(run))
            for one in run.iterchildren(w("fldChar"), w("instrText")):
                self._field(one, look)
            return
        for one in children_of(run):
            tag = one.tag
            if tag == w("t"):
                self._add(one.text or "", look)
            elif tag in _CHARACTERS:
                self._add(_CHARACTERS[tag], look)
            elif tag in _FIELDS:
                self._field(one, look)
            else:
                self._object(one, look, depth)

    def _object(self, element: Element, look: TextLook, depth: int) -> None:
        """Read what stands in a run beside its text."""
        tag = element.tag
        if tag in {w("br"), w("cr")}:
            self._break(element)
        elif tag == w("sym"):
            self._add(_symbol(element), look)
        elif tag in _NOTES:
            self._note(element, look)
        elif tag == w("ruby"):
            self._ruby(element, depth)
        elif tag in _DRAWINGS:
            self._drawing(element)
        elif is_formula(element):
            self._add(formula_text(element), look)

    def _add(self, text: str, look: TextLook, note: str = "") -> None:
        """Add text to the current line."""
        if not text or self.fields.is_instruction:
            return
        if self.fields.in_contents:
            self._content.in_contents = True
        shown = symbol_text(text, look.symbols)
        self._content.lines[-1].append(WordRun(shown, look, self._url or self.fields.url, note))

    def _break(self, element: Element) -> None:
        """Start a new line at a line break; breaks of columns and pages part nothing inside a paragraph."""
        if self.fields.is_instruction:
            return
        if element.get(w("type"), "textWrapping") == "textWrapping" or self._content.has_text:
            self._content.lines.append([])

    def _field(self, element: Element, look: TextLook) -> None:
        """Follow a field."""
        if element.tag == w("instrText"):
            self.fields.add_instruction(element.text or "")
            return
        match element.get(w("fldCharType")):
            case "begin":
                self.fields.begin()
            case "separate":
                self.fields.separate()
            case "end":
                self._add(self.fields.end(), look)

    def _note(self, reference: Element, look: TextLook) -> None:
        """Add the mark of a note; a mark of its own follows as text."""
        kind = _NOTES[reference.tag]
        label = self._document.notes.refer(kind, reference.get(w("id"), ""))
        if label and reference.get(w("customMarkFollows")) not in {"1", "true", "on"}:
            self._add(self._document.notes.mark(kind, label), look._replace(script="super"), label)

    def _ruby(self, ruby: Element, depth: int) -> None:
        """Read characters with their reading: the characters are text."""
        base = child(ruby, "rubyBase")
        reading = child(ruby, "rt")
        if base is not None:
            self._inside(base, depth + 1)
        if reading is not None and (text := clean(_plain_text(reading))):
            self._content.readings.append(text)

    def _drawing(self, drawing: Element) -> None:
        """Add the objects of a drawing: before the text of the paragraph, or after it where text precedes."""
        if self.fields.is_instruction:
            return
        has_text = self._content.has_text
        for drawn in self._document.drawings.read(drawing, self._part):
            (self._content.after if has_text or drawn.below else self._content.before).append(drawn)


def _symbol(element: Element) -> str:
    """Return the character of a symbol font that is named by its code."""
    try:
        code = int(element.get(w("char"), ""), 16)
    except ValueError:
        return ""
    return symbol_text(chr(code), element.get(w("font"), "")) if 0x20 <= code <= 0xFFFF else ""


def _plain_text(element: Element) -> str:
    """Return the text of all runs below an element, as stored."""
    return "".join(_texts(element))


def _texts(element: Element) -> Iterator[str]:
    """Yield the texts below an element."""
    yield from (one.text or "" for one in element.iter(w("t")))
