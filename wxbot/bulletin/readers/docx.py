"""Word: paragraphs and rows of tables as lines, with the rank, number, type and links that the file gives them."""

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

from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.bounds import bounded
from wxbot.bulletin.readers.numbering import Numbering
from wxbot.bulletin.typeset import tidy
from wxbot.errors import BulletinError

__all__ = ["lines"]

# An element of lxml's, which ships no types.
Element = Any

PICTURE = "picture"
HEADER = "page header"
FOOTER = "page footer"
FOOTNOTE = "footnote"

_LARGEST = 512 * 2**20
"""Bytes of the parts of a file when unpacked: beyond, it is no bulletin but a bomb."""

# What a damaged archive or damaged XML inside it comes to, in zipfile, zlib, lxml and python-docx.
_DAMAGES = (
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

_HEADING_FACES = ("黑体", "SimHei", "小标宋", "Heiti", "微软雅黑 Bold")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FALLBACK, _ALTERNATIVES = f"{_MC}Fallback", f"{_MC}AlternateContent"
_SKIPPED = {qn("w:del"), qn("w:moveFrom"), _FALLBACK, qn("w:footnoteReference")}
_NOTES = ("/footnotes", "/endnotes")
_BREAKS = {qn("w:br"), qn("w:cr")}


@dataclass(slots=True)
class _Piece:
    """One line of a paragraph, while its runs are read."""

    text: str = ""
    bold: int = 0
    links: list[str] = field(default_factory=list)
    anchor: str = ""
    picture: bool = False


def lines(data: bytes, file: str) -> tuple[Line, ...]:
    """The lines of a .docx file; `at` counts them through the document.

    BulletinError for a file that is none, or that a password keeps shut.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size <= _LARGEST:
            return bounded(_counted(_Reader(docx.Document(io.BytesIO(data))).read()), file)
    except _DAMAGES:
        raise BulletinError(
            f"{file} 不是完好的 Word 文件（.docx）",
            file=file,
            remedy="请在 Word 里另存为没有密码的 .docx 再试。",
        ) from None
    raise BulletinError(
        f"{file} 解开后超过 512 MB", file=file, remedy="这不像一份简报；请检查是否放错了文件。"
    )


def _counted(found: Iterator[Line]) -> Iterator[Line]:
    """The lines that hold something, numbered."""
    gap = 0
    at = 0
    for line in found:
        at += 1
        if not line.text:
            gap += 1
            continue
        yield replace(line, at=at, gap=gap)
        gap = 0


def _set_aside(stories: Iterable[Any], why: str) -> Iterator[Line]:
    """The paragraphs of page headers or footers, to be dropped."""
    for story in stories:
        for paragraph in story.paragraphs:
            if text := tidy(paragraph.text):
                yield Line(0, text, why=why)


def _notes(part: bytes) -> Iterator[Line]:
    """The notes below the text or at its end, one line each, to be dropped."""
    for note in parse_xml(part):
        text = tidy("".join(piece.text or "" for piece in note.iter(qn("w:t"))))
        if text:
            yield Line(0, text, why=FOOTNOTE)


class _Reader:
    """One pass over one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbering = Numbering(document)

    def read(self) -> Iterator[Line]:
        """The body from top to bottom; page headers before it, footers and notes after it are no text of it."""
        sections = self._document.sections
        yield from _set_aside((s.header for s in sections if not s.header.is_linked_to_previous), HEADER)
        yield from self._blocks(self._document.element.body)
        yield from _set_aside((s.footer for s in sections if not s.footer.is_linked_to_previous), FOOTER)
        for relation in self._document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(_NOTES):
                yield from _notes(relation.target_part.blob)

    def _blocks(self, parent: Element) -> Iterator[Line]:
        for child in parent.iterchildren():
            if child.tag == qn("w:p"):
                yield from self._paragraph(Paragraph(child, self._document))
            elif child.tag == qn("w:tbl"):
                for row in child.iterchildren(qn("w:tr")):
                    yield from self._row(row)
            elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")}:
                yield from self._blocks(child)

    def _row(self, row: Element) -> Iterator[Line]:
        """A row as one line; one with a single full cell, as a frame around text has, as its paragraphs."""
        cells = [list(self._blocks(cell)) for cell in row.iterchildren(qn("w:tc"))]
        full = [cell for cell in cells if any(line.text for line in cell)]
        if len(full) == 1:
            yield from full[0]
        elif full:
            text = tidy(" ".join(line.text for cell in full for line in cell if line.text))
            links = tuple(link for cell in full for line in cell for link in line.links)
            yield Line(0, text, whole=True, row=True, links=links)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Line]:
        for box in paragraph._p.iter(qn("w:txbxContent")):
            if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                yield from self._blocks(box)
        pieces = [_Piece()]
        self._runs(paragraph, paragraph._p, pieces)
        level, number = self._numbering.level(paragraph), self._numbering.next(paragraph)
        for index, piece in enumerate(pieces):
            text = tidy((number if index == 0 and piece.text.strip() else "") + piece.text)
            if piece.picture:
                yield Line(0, "［图片］", why=PICTURE)
            bold = piece.bold * 2 > len("".join(piece.text.split())) > 0
            yield Line(
                0, text, level=level, bold=bold, whole=True, links=tuple(piece.links), anchor=piece.anchor
            )

    def _runs(self, paragraph: Paragraph, parent: Element, pieces: list[_Piece]) -> None:
        """Add what the runs below an element print; a line break begins a new line."""
        for child in parent.iterchildren():
            if child.tag in _SKIPPED:
                continue
            if child.tag == qn("w:hyperlink"):
                address = self._address(paragraph, child)
                before = len(pieces[-1].text)
                self._runs(paragraph, child, pieces)
                if address:
                    pieces[-1].links.append(address)
                    pieces[-1].anchor = pieces[-1].anchor or tidy(pieces[-1].text[before:])
            elif child.tag == qn("w:r"):
                self._run(paragraph, child, pieces)
            elif child.tag in {
                qn("w:ins"),
                qn("w:moveTo"),
                qn("w:smartTag"),
                qn("w:sdt"),
                qn("w:sdtContent"),
            }:
                self._runs(paragraph, child, pieces)

    def _run(self, paragraph: Paragraph, run: Element, pieces: list[_Piece]) -> None:
        bold = self._is_bold(paragraph, run)
        for child in run.iterchildren():
            if child.tag == qn("w:t"):
                text = child.text or ""
                pieces[-1].text += text
                pieces[-1].bold += len("".join(text.split())) if bold else 0
            elif child.tag == qn("w:tab"):
                pieces[-1].text += "\t"
            elif child.tag == qn("w:noBreakHyphen"):
                pieces[-1].text += "-"
            elif child.tag in _BREAKS:
                pieces.append(_Piece())
            elif child.tag in {qn("w:drawing"), qn("w:pict"), _ALTERNATIVES}:
                boxed = next(child.iter(qn("w:txbxContent")), None) is not None
                pieces[-1].picture = pieces[-1].picture or not boxed

    def _is_bold(self, paragraph: Paragraph, run: Element) -> bool:
        """Whether a run is set in bold, or in a face that Chinese headings are set in."""
        properties = run.find(qn("w:rPr"))
        if properties is not None:
            bold = properties.find(qn("w:b"))
            if bold is not None:
                return bold.get(qn("w:val"), "1") not in {"0", "false", "off"}
            fonts = properties.find(qn("w:rFonts"))
            face = fonts.get(qn("w:eastAsia"), "") if fonts is not None else ""
            if face.startswith(_HEADING_FACES):
                return True
        style = paragraph.style
        while style is not None:
            if style.font.bold is not None:
                return bool(style.font.bold)
            style = style.base_style
        return False

    def _address(self, paragraph: Paragraph, link: Element) -> str:
        """Where a hyperlink leads; "" for one inside the document."""
        target = link.get(qn("r:id"))
        relation = paragraph.part.rels.get(target) if target else None
        return str(relation.target_ref) if relation is not None and relation.is_external else ""
