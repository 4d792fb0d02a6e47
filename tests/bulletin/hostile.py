"""Files that are small or harmless in look and costly to read, made in the size that a test asks for."""

import struct
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO

__all__ = [
    "docx",
    "docx_empty_paragraphs",
    "docx_nested_boxes",
    "html",
    "html_links",
    "html_list",
    "html_numerals",
]
__all__ += ["html_styles", "pdf_forms", "pdf_pages", "png"]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_HEAD = ("海风协会简报", "2025 年第 3 期 2025 年 3 月 1 日", "【要闻】", "协会召开年会")
_TEXT = "协会近日在北京召开年会，会员到会。"


def docx(parts: Iterable[bytes]) -> bytes:
    """Return a Word file: a masthead, and then the given parts of its body."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("_rels/.rels", _RELATION)
        with packed.open("word/document.xml", "w") as part:
            part.write(
                f'<w:document xmlns:w="{_W}" xmlns:v="urn:schemas-microsoft-com:vml"><w:body>'.encode()
            )
            for line in (*_HEAD, _TEXT):
                part.write(_paragraph(line))
            for data in parts:
                part.write(data)
            part.write(b"</w:body></w:document>")
    return written.getvalue()


def _paragraph(text: str) -> bytes:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()


def docx_empty_paragraphs(count: int) -> bytes:
    """Return a Word file with that many empty paragraphs."""
    block = b"<w:p/>" * 1000
    return docx(block for _ in range(count // 1000))


def docx_nested_boxes(depth: int) -> bytes:
    """Return a Word file with text boxes inside each other."""
    opening = (
        b"<w:p><w:r><w:t>" + _TEXT.encode() + b"</w:t></w:r><w:r><w:pict><v:shape><v:textbox><w:txbxContent>"
    )
    closing = b"</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    return docx((opening * depth, _paragraph("最里面的一段。"), closing * depth))


def html(body: str) -> bytes:
    """Return a page: a masthead, an article, and then the given markup."""
    name, number, section, title = _HEAD
    head = f"<h1>{name}</h1><p>{number}</p><h2>{section}</h2><h3>{title}</h3><p>{_TEXT}</p>"
    return f"<html><meta charset='utf-8'><body>{head}{body}</body></html>".encode()


def html_links(count: int) -> bytes:
    """Return a page with one paragraph of that many links."""
    return html("<p>" + "".join(f'<a href="https://e.org/{n}">第{n}条</a>，' for n in range(count)) + "</p>")


def html_list(count: int) -> bytes:
    """Return a page with a list of that many entries."""
    return html("<ol>" + "".join(f"<li>会员单位之{n}</li>" for n in range(count)) + "</ol>")


def html_styles(size: int) -> bytes:
    """Return a page whose one block opens an italic so often that it has that many bytes."""
    return html("<div>" + "<i>" * (size // 3) + "文" + "</div>")


def html_numerals(digits: int) -> bytes:
    """Return a page with a list that starts at a number of that many digits."""
    return html(f'<ol start="{"9" * digits}"><li>会员大会</li><li>理事会</li></ol>')


def pdf_forms(forms: int, calls: int) -> bytes:
    """Return a PDF whose page draws a form that draws the next one several times, and so on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /XObject << /F 5 0 R >> >> >>",
        _stream(b"", b"/F Do"),
    ]
    for n in range(forms):
        following = 6 + n if n < forms - 1 else 5 + n
        resources = b"/Resources << /XObject << /F %d 0 R >> >>" % following
        drawn = b"/F Do " * calls if n < forms - 1 else b"0 0 1 1 re f"
        objects.append(_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] " + resources, drawn))
    return _pdf(objects)


def pdf_pages(count: int) -> bytes:
    """Return a PDF of that many empty pages."""
    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        *([page] * count),
    ]
    return _pdf(objects)


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (entries, len(data), data)


def _pdf(objects: list[bytes]) -> bytes:
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)


def png(width: int, height: int) -> bytes:
    """Return a white picture of that size, a few kilobytes at most."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
