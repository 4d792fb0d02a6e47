"""Read the parts in other formats that some programs put into a Word file in place of its text (`w:altChunk`)."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from wxbot.bulletin.model import Line, Source
from wxbot.bulletin.readers import html, txt
from wxbot.bulletin.readers.docx.drafts import DraftLine, dropped_line
from wxbot.bulletin.readers.docx.markup import Element, r
from wxbot.bulletin.readers.docx.package import DamagedPart, PackagePart, WordPackage

__all__ = ["read"]

_REASON = "embedded document"
_HTML = (".htm", ".html", ".xhtml")
_WEB_ARCHIVE = (".mht", ".mhtml", ".eml")
_TEXT = (".txt",)


def read(chunk: Element, part: PackagePart, package: WordPackage) -> Iterator[DraftLine]:
    """Yield the lines of an embedded HTML, web archive or text; one dropped line for any other format."""
    relation = part.relationships.get(chunk.get(r("id"), ""))
    if relation is None or relation.external:
        yield dropped_line("［嵌入的文档不在文件里］", _REASON)
        return
    name = relation.target
    try:
        data = package.media(name)
    except DamagedPart as damage:
        yield dropped_line(f"［嵌入的文档 {name} 读不出，{damage}］", _REASON)
        return
    for line in _lines(name, data):
        yield DraftLine(line)


def _lines(name: str, data: bytes) -> Iterator[Line]:
    """Yield the lines of an embedded document by its format."""
    suffix = name.lower()
    start = data[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if suffix.endswith(_WEB_ARCHIVE) or start.startswith(b"mime-version"):
        yield from html.document(Source(name, _archived_page(data))).lines
    elif suffix.endswith(_HTML) or start.startswith((b"<!doctype html", b"<html")):
        yield from html.document(Source(name, data)).lines
    elif suffix.endswith(_TEXT):
        yield from txt.document(Source(name, data)).lines
    else:
        says = f"［嵌入的文档 {name}：这种格式读不了，请在 Word 里打开，另存为 .docx］"
        yield Line(0, says, complete=True, drop_reason=_REASON)


def _archived_page(data: bytes) -> bytes:
    """Return the page in a web archive (MHTML); b"" for an archive without one."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if isinstance(message, EmailMessage):
        for found in message.walk():
            if found.get_content_type() == "text/html":
                payload = found.get_payload(decode=True)
                return payload if isinstance(payload, bytes) else str(payload).encode()
    return b""
