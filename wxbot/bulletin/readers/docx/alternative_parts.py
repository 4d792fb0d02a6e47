"""Read the parts in other formats that some programs put into a Word file in place of its text (`w:altChunk`)."""

import base64
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from wxbot.bulletin.model import Document, Source
from wxbot.bulletin.readers import html, txt
from wxbot.bulletin.readers.docx.drafts import DraftLine, dropped_line
from wxbot.bulletin.readers.docx.markup import Element, r
from wxbot.bulletin.readers.docx.package import DamagedPart, PackagePart
from wxbot.bulletin.readers.docx.shared import WordDocument
from wxbot.errors import BulletinError

__all__ = ["read"]

_REASON = "embedded document"
_HTML = (".htm", ".html", ".xhtml")
_WEB_ARCHIVE = (".mht", ".mhtml", ".eml")
_TEXT = (".txt",)
_MAX_PICTURES = 300


def read(chunk: Element, part: PackagePart, document: WordDocument) -> Iterator[DraftLine]:
    """Yield the lines of an embedded HTML, web archive or text; one dropped line for any other format."""
    relation = part.relationships.get(chunk.get(r("id"), ""))
    if relation is None or relation.external:
        yield dropped_line("［嵌入的文档不在文件里］", _REASON)
        return
    name = relation.target
    try:
        found = _read_embedded(name, document.package.media(name))
    except DamagedPart as damage:
        yield dropped_line(f"［嵌入的文档 {name} 读不出，{damage}］", _REASON)
        return
    except BulletinError as refused:
        yield dropped_line(f"［嵌入的文档读不出：{refused.message}］", _REASON)
        return
    for picture in found.pictures.values():
        document.drawings.collector.add(picture)
    document.embedded_notes.update(found.notes)
    yield from (DraftLine(line, gap=line.gap, is_finished=True) for line in found.lines)


def _read_embedded(name: str, data: bytes) -> Document:
    """Return the content of an embedded document by its format; raise DamagedPart for a format that is not read."""
    suffix = name.lower()
    start = data[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if suffix.endswith(_WEB_ARCHIVE) or start.startswith(b"mime-version"):
        return html.document(Source(name, _archived_page(data)))
    if suffix.endswith(_HTML) or start.startswith((b"<!doctype html", b"<html")):
        return html.document(Source(name, data))
    if suffix.endswith(_TEXT):
        return txt.document(Source(name, data))
    raise DamagedPart("这种格式读不了；请在 Word 里打开文件，另存为 .docx")


def _archived_page(data: bytes) -> bytes:
    """Return the page in a web archive (MHTML), with the archived pictures in place of their addresses."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = list(message.walk()) if isinstance(message, EmailMessage) else []
    pages = (_payload(part) for part in parts if part.get_content_type() == "text/html")
    page = next(pages, b"")
    for part in [one for one in parts if one.get_content_maintype() == "image"][:_MAX_PICTURES]:
        inline = b"data:%s;base64,%s" % (part.get_content_type().encode(), base64.b64encode(_payload(part)))
        for address in (part.get("Content-Location", ""), f"cid:{part.get('Content-ID', '').strip('<> ')}"):
            if address not in {"", "cid:"}:
                page = page.replace(str(address).encode(), inline)
    return page


def _payload(part: EmailMessage) -> bytes:
    """Return the bytes of a part of a web archive."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
