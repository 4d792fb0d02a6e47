"""Read a Word file (.docx): paragraphs and table rows as lines with level, number, bold type and links."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line, limit_lines
from wxbot.bulletin.readers.numbering import Numbering
from wxbot.errors import BulletinError

__all__ = ["lines"]

# An lxml element; lxml ships no types.
Element = Any

PICTURE = "picture"
HEADER = "page header"
FOOTER = "page footer"
FOOTNOTE = "footnote"

_MAX_UNPACKED = 512 * 2**20
"""Bytes of an unpacked file, at most: a larger one is a decompression bomb."""

# Exceptions of zipfile, zlib, lxml and python-docx for a damaged archive or damaged XML in it.
_DAMAGE_ERRORS = (
    PackageNotFoundError,
    zipfile.BadZipFile,
    zlib.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    EOFError,
)

_HEADING_FONTS = ("黑体", "SimHei", "小标宋", "Heiti", "微软雅黑 Bold")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FALLBACK, _ALTERNATIVES = f"{_MC}Fallback", f"{_MC}AlternateContent"
_SKIPPED = {qn("w:del"), qn("w:moveFrom"), _FALLBACK, qn("w:footnoteReference")}
_NOTES = ("/footnotes", "/endnotes")
_BREAKS = {qn("w:br"), qn("w:cr")}


@dataclass(slots=True)
class _LineDraft:
    """One line of a paragraph while its runs are read; `bold` counts its bold characters."""

    text: str = ""
    bold: int = 0
    links: list[str] = field(default_factory=list)
    anchor: str = ""
    picture: bool = False


def lines(data: bytes, file: str) -> tuple[Line, ...]:
    """Return the lines of a .docx file; `at` counts them through the document.

    Raises BulletinError for a file that is damaged, protected by a password, or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size <= _MAX_UNPACKED:
            return limit_lines(_numbered_lines(_DocumentReader(docx.Document(io.BytesIO(data))).read()), file)
    except _DAMAGE_ERRORS:
        raise BulletinError(
            f"{file} 不是完好的 Word 文件（.docx）",
            file=file,
            remedy="请在 Word 里另存为没有密码的 .docx 再试。",
        ) from None
    raise BulletinError(
        f"{file} 解开后超过 512 MB", file=file, remedy="这不像一份简报；请检查是否放错了文件。"
    )


def _numbered_lines(found: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines with text, numbered, with the number of empty lines before each."""
    gap = 0
    at = 0
    for line in found:
        at += 1
        if not line.text:
            gap += 1
            continue
        yield replace(line, at=at, gap=gap)
        gap = 0


def _dropped_stories(stories: Iterable[Any], reason: str) -> Iterator[Line]:
    """Yield the paragraphs of page headers or footers, marked as dropped."""
    for story in stories:
        for paragraph in story.paragraphs:
            if text := clean(paragraph.text):
                yield Line(0, text, drop_reason=reason)


def _notes(part: bytes) -> Iterator[Line]:
    """Yield the footnotes or endnotes, one line each, marked as dropped."""
    for note in parse_xml(part):
        text = clean("".join(part.text or "" for part in note.iter(qn("w:t"))))
        if text:
            yield Line(0, text, drop_reason=FOOTNOTE)


class _DocumentReader:
    """Read one document in a single pass, because numbered paragraphs are counted in order."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbering = Numbering(document)

    def read(self) -> Iterator[Line]:
        """Yield the lines of the body; page headers before it and footers and notes after it are marked as dropped."""
        sections = self._document.sections
        yield from _dropped_stories(
            (s.header for s in sections if not s.header.is_linked_to_previous), HEADER
        )
        yield from self._blocks(self._document.element.body)
        yield from _dropped_stories(
            (s.footer for s in sections if not s.footer.is_linked_to_previous), FOOTER
        )
        for relation in self._document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(_NOTES):
                yield from _notes(relation.target_part.blob)

    def _blocks(self, parent: Element) -> Iterator[Line]:
        """Yield the lines of the paragraphs and tables below an element."""
        for child in parent.iterchildren():
            if child.tag == qn("w:p"):
                yield from self._paragraph(Paragraph(child, self._document))
            elif child.tag == qn("w:tbl"):
                for row in child.iterchildren(qn("w:tr")):
                    yield from self._row(row)
            elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")}:
                yield from self._blocks(child)

    def _row(self, row: Element) -> Iterator[Line]:
        """Yield a row as one line; a row with a single non-empty cell is a frame and is yielded as its paragraphs."""
        cells = [list(self._blocks(cell)) for cell in row.iterchildren(qn("w:tc"))]
        full = [cell for cell in cells if any(line.text for line in cell)]
        if len(full) == 1:
            yield from full[0]
        elif full:
            text = clean(" ".join(line.text for cell in full for line in cell if line.text))
            links = tuple(link for cell in full for line in cell for link in line.links)
            yield Line(0, text, complete=True, table_row=True, links=links)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Line]:
        """Yield the lines of a paragraph, those of its text boxes first."""
        for box in paragraph._p.iter(qn("w:txbxContent")):
            if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                yield from self._blocks(box)
        drafts = [_LineDraft()]
        self._runs(paragraph, paragraph._p, drafts)
        level, number = self._numbering.level(paragraph), self._numbering.next_label(paragraph)
        for index, draft in enumerate(drafts):
            text = clean((number if index == 0 and draft.text.strip() else "") + draft.text)
            if draft.picture:
                yield Line(0, "［图片］", drop_reason=PICTURE)
            bold = draft.bold * 2 > len("".join(draft.text.split())) > 0
            yield Line(
                0, text, level=level, bold=bold, complete=True, links=tuple(draft.links), anchor=draft.anchor
            )

    def _runs(self, paragraph: Paragraph, parent: Element, drafts: list[_LineDraft]) -> None:
        """Append the text of the runs below an element; a line break starts a new draft."""
        for child in parent.iterchildren():
            if child.tag in _SKIPPED:
                continue
            if child.tag == qn("w:hyperlink"):
                address = self._address(paragraph, child)
                before = len(drafts[-1].text)
                self._runs(paragraph, child, drafts)
                if address:
                    drafts[-1].links.append(address)
                    drafts[-1].anchor = drafts[-1].anchor or clean(drafts[-1].text[before:])
            elif child.tag == qn("w:r"):
                self._run(paragraph, child, drafts)
            elif child.tag in {
                qn("w:ins"),
                qn("w:moveTo"),
                qn("w:smartTag"),
                qn("w:sdt"),
                qn("w:sdtContent"),
            }:
                self._runs(paragraph, child, drafts)

    def _run(self, paragraph: Paragraph, run: Element, drafts: list[_LineDraft]) -> None:
        """Append the text of one run, with its bold characters counted."""
        bold = self._is_bold(paragraph, run)
        for child in run.iterchildren():
            if child.tag == qn("w:t"):
                text = child.text or ""
                drafts[-1].text += text
                drafts[-1].bold += len("".join(text.split())) if bold else 0
            elif child.tag == qn("w:tab"):
                drafts[-1].text += "\t"
            elif child.tag == qn("w:noBreakHyphen"):
                drafts[-1].text += "-"
            elif child.tag in _BREAKS:
                drafts.append(_LineDraft())
            elif child.tag in {qn("w:drawing"), qn("w:pict"), _ALTERNATIVES}:
                boxed = next(child.iter(qn("w:txbxContent")), None) is not None
                drafts[-1].picture = drafts[-1].picture or not boxed

    def _is_bold(self, paragraph: Paragraph, run: Element) -> bool:
        """Tell if a run is bold, or in a typeface used for Chinese headings."""
        properties = run.find(qn("w:rPr"))
        if properties is not None:
            bold = properties.find(qn("w:b"))
            if bold is not None:
                return bold.get(qn("w:val"), "1") not in {"0", "false", "off"}
            fonts = properties.find(qn("w:rFonts"))
            font = fonts.get(qn("w:eastAsia"), "") if fonts is not None else ""
            if font.startswith(_HEADING_FONTS):
                return True
        style = paragraph.style
        while style is not None:
            if style.font.bold is not None:
                return bool(style.font.bold)
            style = style.base_style
        return False

    def _address(self, paragraph: Paragraph, link: Element) -> str:
        """Return the address of a hyperlink; empty for a link inside the document."""
        target = link.get(qn("r:id"))
        relation = paragraph.part.rels.get(target) if target else None
        return str(relation.target_ref) if relation is not None and relation.is_external else ""
