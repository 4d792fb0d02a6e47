"""Open the package of a Word file: parts and their relationships, checked while they are inflated.

Word opens files whose relationships lead nowhere, whose names differ in case or use backslashes, and which lack a
thumbnail, styles or content types; so does this module. Everything else is refused with the true reason.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from urllib.parse import unquote

from lxml import etree

from wxbot.bulletin.readers.docx.markup import Element
from wxbot.errors import BulletinError

__all__ = ["MAX_MEDIA", "MAX_XML", "DamagedPart", "PackagePart", "Relationship", "WordPackage"]

MAX_XML = 64 * 2**20
"""Bytes of all XML of a file, inflated, at most: the thickest yearbook has a third of it."""

MAX_MEDIA = 24 * 2**20
"""Bytes of one picture or embedded file, inflated, at most."""

_MAX_TOTAL = 160 * 2**20
"""Bytes of everything that is read of a file, inflated, at most."""

_CHUNK = 2**18
_STORED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED_FLAG = 0x1
# Exceptions of zipfile, zlib and struct for a damaged archive.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    LookupError,
)

_STRICT = b"http://purl.oclc.org/ooxml/"
# Namespaces of Strict Open XML, with those of the usual form.
_TRANSITIONAL = {
    b"wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    b"drawingml/wordprocessingDrawing": b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    b"drawingml/picture": b"http://schemas.openxmlformats.org/drawingml/2006/picture",
    b"drawingml/chart": b"http://schemas.openxmlformats.org/drawingml/2006/chart",
    b"drawingml/diagram": b"http://schemas.openxmlformats.org/drawingml/2006/diagram",
    b"drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}
_ENTITIES = "XML 里有实体定义（DOCTYPE），Word 也不打开这样的文件"
_SAVE_AS = "请在 Word 里打开，另存为没有密码的 .docx 再试。"
_OTHER_PACKAGES = (
    ("xl/workbook.xml", "Excel 表格"),
    ("ppt/presentation.xml", "PowerPoint 演示文稿"),
    ("content.xml", "OpenDocument 文件（.odt）"),
    ("meta-inf/container.xml", "电子书（.epub）"),
    ("index/document.iwa", "Pages 文稿"),
)


class DamagedPart(Exception):
    """A part of the package cannot be read, for the reason that its text gives; the document itself may be whole."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """Reference from a part; `kind` is the last word of its type, such as "image", `target` a part or an address."""

    kind: str
    target: str
    external: bool = False


@dataclass(slots=True)
class PackagePart:
    """A part of the package, with its relationships by id."""

    name: str
    data: bytes
    relationships: dict[str, Relationship] = field(default_factory=dict)

    def target(self, kind: str) -> str:
        """Return the name of the first related part of a kind; "" where there is none."""
        found = (one for one in self.relationships.values() if one.kind == kind and not one.external)
        return next((one.target for one in found), "")

    def parse(self) -> Element:
        """Return the root element; raise DamagedPart for XML that cannot be read."""
        try:
            return etree.fromstring(self.data, _parser(self.data))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise DamagedPart(_xml_damage(error)) from error

    def stream(self, parent: str, tags: tuple[str, ...]) -> Iterator[Element]:
        """Yield the elements with these tags directly below the parent with this tag, and let go of each afterwards.

        Memory is then bounded by the largest element. Raises DamagedPart for XML that cannot be read.
        """
        try:
            events = etree.iterparse(
                io.BytesIO(self.data),
                tag=tags,
                encoding=_encoding(self.data),
                huge_tree=True,
                resolve_entities=False,
                no_network=True,
                remove_comments=True,
                remove_pis=True,
            )
            for _, element in events:
                above = element.getparent()
                if above is None or above.tag != parent:
                    continue
                yield element
                while element.getprevious() is not None:
                    del above[0]
        except (etree.XMLSyntaxError, ValueError) as error:
            raise DamagedPart(_xml_damage(error)) from error


class WordPackage:
    """The parts of one Word file, inflated when they are asked for; BulletinError where a limit is reached."""

    def __init__(self, data: bytes, file: str, *, max_xml: int = MAX_XML, max_media: int = MAX_MEDIA) -> None:
        self._file = file
        self._max_media = max_media
        self._left = _MAX_TOTAL
        self._xml_left = max_xml
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise self._refuse_compound_file(data)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _ZIP_ERRORS:
            raise self._refuse_archive(data) from None
        found = ((_normal(one.filename), one) for one in self._archive.infolist())
        self._entries = {name: one for name, one in found if not one.is_dir()}
        if any(one.flag_bits & _ENCRYPTED_FLAG for one in self._entries.values()):
            raise self._refuse_encrypted()

    def main_part(self) -> PackagePart:
        """Return the document's part; BulletinError for a package that has none or whose part is damaged."""
        name = PackagePart("", b"", self._relationships("")).target("officeDocument")
        if _normal(name) not in self._entries:
            name = next((one for one in self._entries if one.endswith("word/document.xml")), "")
        kind = next((what for marker, what in _OTHER_PACKAGES if marker in self._entries), "")
        if not name or kind:
            says = f"其实是{kind}" if kind else "里面没有 Word 的正文（word/document.xml）"
            raise BulletinError(f"{self._file} {says}", file=self._file, remedy="请另存为 .docx 再试。")
        try:
            return self.part(name)
        except DamagedPart as damage:
            raise self.damaged_body(damage) from None

    def part(self, name: str) -> PackagePart:
        """Return a part with XML; raise DamagedPart for one that is missing or damaged."""
        data = self._inflate(name, min(self._xml_left, self._left))
        self._xml_left -= len(data)
        if _STRICT in data:
            for strict, usual in _TRANSITIONAL.items():
                data = data.replace(_STRICT + strict, usual)
        return PackagePart(name, data, self._relationships(name))

    def media(self, name: str) -> bytes:
        """Return a picture or an embedded file; raise DamagedPart for one that is missing, damaged or too large."""
        entry = self._entries.get(_normal(name))
        if entry is not None and entry.file_size > self._max_media:
            raise DamagedPart(f"超过 {self._max_media >> 20} MB")
        return self._inflate(name, min(self._max_media, self._left))

    def refuse(self, says: str, remedy: str = _SAVE_AS) -> BulletinError:
        """Return the error that refuses this file for a reason."""
        return BulletinError(f"{self._file} {says}", file=self._file, remedy=remedy)

    def damaged_body(self, damage: DamagedPart) -> BulletinError:
        """Return the error for a file whose document cannot be read."""
        says = f"不是完好的 Word 文件（.docx）：正文读不出，{damage}"
        return self.refuse(says, "请用 Word 打开并修复，另存为 .docx 再试。")

    def _inflate(self, name: str, limit: int) -> bytes:
        """Return the bytes of an entry; raise BulletinError as soon as more come out than the limit allows.

        The size that the archive states is never trusted.
        """
        entry = self._entries.get(_normal(name))
        if entry is None:
            raise DamagedPart("文件里缺少这一部分")
        if entry.compress_type not in _STORED:
            raise DamagedPart("压缩的方式不是 Word 用的")
        chunks: list[bytes] = []
        try:
            with self._archive.open(entry) as opened:
                for chunk in takewhile(bool, iter(partial(opened.read, _CHUNK), None)):
                    chunks.append(chunk)
                    limit -= len(chunk)
                    if limit < 0:
                        break
        except _ZIP_ERRORS as error:
            raise DamagedPart("压缩的数据已损坏") from error
        if limit < 0:
            raise self.refuse(
                f"解开后太大：正文超过 {MAX_XML >> 20} MB，或全部超过 {_MAX_TOTAL >> 20} MB",
                "这不像一份简报；请检查是否放错了文件，或把各期分开保存。",
            )
        data = b"".join(chunks)
        self._left -= len(data)
        return data

    def _relationships(self, name: str) -> dict[str, Relationship]:
        """Return the relationships of a part by id; those that lead nowhere are found missing when followed."""
        folder, base = posixpath.split(name)
        try:
            found = self._inflate(posixpath.join(folder, "_rels", f"{base}.rels"), self._xml_left)
            self._xml_left -= len(found)
            root = PackagePart(name, found).parse()
        except DamagedPart:
            return {}
        related = {}
        for one in root.iterchildren("{*}Relationship"):
            target, kind = one.get("Target", ""), one.get("Type", "").rpartition("/")[2]
            if one.get("TargetMode") == "External":
                related[one.get("Id", "")] = Relationship(kind, target, external=True)
            else:
                path = posixpath.join("/", folder, unquote(target.partition("#")[0]).replace("\\", "/"))
                related[one.get("Id", "")] = Relationship(kind, posixpath.normpath(path).lstrip("/"))
        return related

    def _refuse_compound_file(self, data: bytes) -> BulletinError:
        """Return the error for a file in the format of Word 97: an encrypted package, or an old document."""
        if "EncryptedPackage".encode("utf-16-le") in data:
            return self._refuse_encrypted()
        if "WordDocument".encode("utf-16-le") in data:
            return self.refuse("其实是旧版 Word 文件（.doc）", "请在 Word 里打开，另存为 .docx 再试。")
        return self.refuse("其实是旧版 Office 文件，不是 Word 文件（.docx）", "请检查是否放错了文件。")

    def _refuse_encrypted(self) -> BulletinError:
        """Return the error for a file that needs a password."""
        return self.refuse("有密码，打不开", "请在 Word 里取消密码（文件 → 信息 → 保护文档），保存后再试。")

    def _refuse_archive(self, data: bytes) -> BulletinError:
        """Return the error for a file that is no archive, or a part of one."""
        if data.startswith(b"PK\x03\x04"):
            return self.refuse(
                "不是完好的 Word 文件（.docx）：文件不完整，可能没有传完", "请重新下载或复制一次再试。"
            )
        return self.refuse("不是完好的 Word 文件（.docx）")


def _normal(name: str) -> str:
    """Return the name under which a part is found: programs differ in case, slashes and a leading slash."""
    return name.replace("\\", "/").lstrip("/").lower()


def _encoding(data: bytes) -> str:
    """Return the encoding of XML in a package; raise ValueError for a document type, which can define entities.

    Other encodings than these are not allowed, so that no document type escapes the search.
    """
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:4]
    forms = ("utf-16-le", "utf-16-be") if wide else ("ascii",)
    if any("<!DOCTYPE".encode(form) in data for form in forms):
        raise ValueError(_ENTITIES)
    return "utf-16" if wide else "utf-8"


def _xml_damage(error: Exception) -> str:
    """Return the reason why XML cannot be read."""
    if str(error) == _ENTITIES:
        return _ENTITIES
    return "嵌套太深" if "depth" in str(error).lower() else "XML 有错误"


def _parser(data: bytes) -> etree.XMLParser:
    """Return a parser that neither loads nor expands anything from outside."""
    return etree.XMLParser(
        encoding=_encoding(data),
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
