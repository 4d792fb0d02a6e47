"""Write Word files from hand-written WordprocessingML, for what python-docx cannot write."""

import io
import zipfile
from collections.abc import Mapping

from wxbot.bulletin import Document, Source
from wxbot.bulletin.readers import docx

__all__ = ["NAMESPACES", "p", "read_bytes", "read_word", "word_file"]

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": _OFFICE,
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
_ROOTS = {
    "styles": "styles",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "settings": "settings",
    "header": "hdr",
    "footer": "ftr",
}


def p(text: str = "", *, style: str = "", properties: str = "", run: str = "") -> str:
    """Return a paragraph with one run."""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    inside = f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{style}{properties}</w:pPr>{inside}</w:p>"


def word_file(
    body: str,
    *,
    parts: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    links: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """Return the bytes of a .docx file.

    `parts` holds the content of parts by kind, such as styles; each is related to the document under its name. `files`
    are stored as they are, by name; `links` holds relationships by id: their kind, and an address or a part's name.
    """
    related = [(kind, kind, f"{kind}.xml") for kind in parts or {}]
    related += [(id_, kind, target) for id_, (kind, target) in (links or {}).items()]
    relations = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if "://" in target or target.startswith("mailto:") else "/>")
        for id_, kind, target in related
    )
    stored = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
    }
    for kind, content in (parts or {}).items():
        stored[f"word/{kind}.xml"] = f"<w:{_ROOTS[kind]} {NAMESPACES}>{content}</w:{_ROOTS[kind]}>"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in stored.items():
            archive.writestr(name, text)
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return written.getvalue()


def read_bytes(data: bytes) -> Document:
    """Return the content of a Word file."""
    return docx.document(Source("a.docx", data))


def read_word(
    body: str,
    *,
    parts: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    links: Mapping[str, tuple[str, str]] | None = None,
) -> Document:
    """Write a Word file and return its content."""
    return read_bytes(word_file(body, parts=parts, files=files, links=links))
