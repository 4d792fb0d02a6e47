"""Read a Word file: package, body, page margins and notes together give a document."""

from collections.abc import Iterator

from wxbot.bulletin.blocks import Blocks
from wxbot.bulletin.model import Document, Line, Source, limit_lines
from wxbot.bulletin.readers.docx.drafts import DraftLine, dropped_line
from wxbot.bulletin.readers.docx.finish import finish_lines
from wxbot.bulletin.readers.docx.markup import Element, child, children_of, mc, w
from wxbot.bulletin.readers.docx.notes import NoteStory
from wxbot.bulletin.readers.docx.package import DamagedPart, WordPackage
from wxbot.bulletin.readers.docx.page_margins import PageMargins
from wxbot.bulletin.readers.docx.shared import WordDocument
from wxbot.bulletin.readers.docx.story import StoryReader
from wxbot.bulletin.readers.line_blocks import line_blocks

__all__ = ["document"]

FOOTNOTE = "footnote"
_BLOCKS = (
    *map(w, ("p", "tbl", "sdt", "customXml", "ins", "del", "moveFrom", "moveTo", "altChunk", "sectPr")),
    mc("AlternateContent"),
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMathPara",
)
"""Elements below the body that hold content; a section's page settings come last."""


def document(source: Source) -> Document:
    """Return the content of a .docx file with its notes and pictures.

    Raises BulletinError for a file that is damaged, protected by a password, too large, or no Word file.
    """
    package = WordPackage(source.data, source.file)
    try:
        return _BodyReader(WordDocument.open(package), source.file).read()
    except DamagedPart as damage:
        raise package.damaged_body(damage) from None
    except RecursionError:
        raise package.damaged_body(DamagedPart("嵌套太深")) from None


class _BodyReader:
    """Reader of the body of one document."""

    def __init__(self, document: WordDocument, file: str) -> None:
        self._document = document
        self._file = file
        self._margins = PageMargins(document)
        self._drafts: list[DraftLine] = []

    def read(self) -> Document:
        """Return the document."""
        story = StoryReader(self._document, self._document.main)
        limit_lines(self._collect(story.read(self._elements())), self._file)
        notes, extra = self._notes()
        whole = [
            *self._margins.headers(self._drafts),
            *self._drafts,
            *extra,
            *self._margins.footers(),
            *self._left_out(),
        ]
        lines = finish_lines(whole, has_open_contents=story.has_open_contents)
        return Document(limit_lines(lines, self._file), notes, self._document.drawings.collector.pictures)

    def _collect(self, drafts: Iterator[DraftLine]) -> Iterator[Line]:
        """Keep the lines of the body, and yield them so that they are counted."""
        for draft in drafts:
            self._drafts.append(draft)
            yield draft.line

    def _elements(self) -> Iterator[Element]:
        """Yield the block elements of the body; note the sections on the way."""
        for element in self._document.main.stream(w("body"), _BLOCKS):
            is_section = element.tag == w("sectPr")
            section = element if is_section else child(child(element, "pPr"), "sectPr")
            if section is not None:
                self._margins.add_section(section)
            if not is_section:
                yield element

    def _notes(self) -> tuple[dict[str, Blocks], list[DraftLine]]:
        """Return the notes that the text refers to by label, and the lines of the others and of what is left out."""
        notes = dict(self._document.embedded_notes)
        extra: list[DraftLine] = []
        for story in self._document.notes.stories.values():
            for id_, element in story.elements.items():
                drafts = self._note(story, element)
                label = story.labels.get(id_)
                if label is not None:
                    notes[label] = line_blocks([draft.line for draft in drafts if draft.is_printed])
                    extra += [draft for draft in drafts if not draft.is_printed]
                else:
                    extra += [dropped_line(draft.line.text, FOOTNOTE) for draft in drafts if draft.line.text]
        return notes, extra

    def _note(self, story: NoteStory, element: Element) -> list[DraftLine]:
        """Return the lines of a note."""
        return list(StoryReader(self._document, story.part, depth=1).read(children_of(element)))

    def _left_out(self) -> Iterator[DraftLine]:
        """Yield one line for each kind of content that is never published, and for each part that cannot be read."""
        document = self._document
        comments = document.part_root("comments")
        count = 0 if comments is None else sum(1 for _ in comments.iterchildren(w("comment")))
        for places, says, reason in (
            (document.deletions, "处修订中删去的内容", "deleted text"),
            (document.hidden, "处隐藏文字", "hidden text"),
            (count, "条批注", "comment"),
        ):
            if places:
                yield dropped_line(f"［{places} {says}，未收入］", reason)
        for name in document.damaged:
            yield dropped_line(f"［{name}］", "damaged part")
