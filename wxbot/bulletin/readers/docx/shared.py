"""State that the readers of a Word file share: package, styles, numbering, notes, drawings, counts of text left out."""

from dataclasses import dataclass, field

from wxbot.bulletin.blocks import Blocks
from wxbot.bulletin.readers.docx.drawings import DrawingReader
from wxbot.bulletin.readers.docx.markup import Element
from wxbot.bulletin.readers.docx.notes import NoteRegister
from wxbot.bulletin.readers.docx.numbering import Numbering
from wxbot.bulletin.readers.docx.package import DamagedPart, PackagePart, WordPackage
from wxbot.bulletin.readers.docx.styles import StyleSheet

__all__ = ["WordDocument"]

_MAX_LINES = 60_000
"""Lines of a document, at most, those in cells and text boxes included."""


@dataclass(slots=True)
class WordDocument:
    """One open Word file.

    Attributes
    ----------
    deletions, hidden : places with deleted and with hidden text
    damaged : names of parts that cannot be read
    embedded_notes : notes of documents in other formats, by label
    """

    package: WordPackage
    main: PackagePart
    styles: StyleSheet
    numbering: Numbering
    notes: NoteRegister
    drawings: DrawingReader
    deletions: int = 0
    hidden: int = 0
    damaged: list[str] = field(default_factory=list)
    embedded_notes: dict[str, Blocks] = field(default_factory=dict)
    _lines: int = 0

    def count_line(self) -> None:
        """Count a line or a cell; raise BulletinError beyond the limit, so that a file of any size is refused soon."""
        self._lines += 1
        if self._lines > _MAX_LINES:
            raise self.package.refuse(
                f"超过 {_MAX_LINES} 行（表格的每一格算一行）",
                "这不像一份简报；请检查是否放错了文件，或把各期分开保存。",
            )

    @classmethod
    def open(cls, package: WordPackage) -> "WordDocument":
        """Open the document of a package with the parts that say how it is set."""
        main = package.main_part()
        found = cls(package, main, StyleSheet(), Numbering(), NoteRegister(), DrawingReader(package))
        if (styles := found.part_root("styles")) is not None:
            found.styles = StyleSheet.load(styles)
        found.numbering = Numbering(found.part_root("numbering"))
        settings = found.part_root("settings")
        for kind in ("footnote", "endnote"):
            if name := main.target(f"{kind}s"):
                part, root = found.root(name)
                if root is not None:
                    found.notes.add(kind, part, root, settings)
        return found

    def part_root(self, kind: str) -> Element | None:
        """Return the root of a part that the document refers to; None where it is missing or damaged."""
        name = self.main.target(kind)
        return self.root(name)[1] if name else None

    def root(self, name: str) -> tuple[PackagePart, Element | None]:
        """Return a part and its root element; None for a part that is missing or damaged, which is remembered."""
        part = PackagePart(name, b"")
        try:
            part = self.package.part(name)
            return part, part.parse()
        except DamagedPart as damage:
            self.damaged.append(f"{name}：{damage}")
            return part, None
