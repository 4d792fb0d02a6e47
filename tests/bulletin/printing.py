"""Write PDF files with given lines, rules, areas, pictures and links at given positions.

The files are written by hand, without an embedded font, so that making one costs nothing.
"""

import io
from collections.abc import Iterable, Sequence
from math import cos, radians, sin
from typing import NamedTuple

from PIL import Image

__all__ = ["Filled", "Linked", "Printed", "Set", "Shown", "file_of", "pdf", "ruled"]

WIDTH, HEIGHT = 595, 842
REGULAR, BOLD = "Song", "Hei-Bold"


class Set(NamedTuple):
    """One line: text, left edge and base line in points from the lower left corner, size, style, colour, opacity."""

    text: str
    x: float
    y: float
    size: float = 12.0
    angle: float = 0.0
    colour: int = 0x000000
    alpha: int = 255
    bold: bool = False
    mode: int = 0


class Filled(NamedTuple):
    """An area of one colour; a thin one is a rule."""

    x: float
    y: float
    width: float
    height: float
    colour: int = 0x000000


class Shown(NamedTuple):
    """A picture: the bytes of a JPEG, and its place."""

    jpeg: bytes
    x: float
    y: float
    width: float
    height: float


class Linked(NamedTuple):
    """A link over an area of the page."""

    url: str
    x: float
    y: float
    width: float
    height: float


Printed = Set | Filled | Shown | Linked


def ruled(xs: Sequence[float], ys: Sequence[float]) -> list[Printed]:
    """Return the rules of a table: vertical ones at `xs`, horizontal ones at `ys`."""
    left, right, bottom, top = min(xs), max(xs), min(ys), max(ys)
    return [
        *(Filled(x - 0.5, bottom, 1, top - bottom) for x in xs),
        *(Filled(left, y - 0.5, right - left, 1) for y in ys),
    ]


def pdf(*pages: Sequence[Printed]) -> bytes:
    """Return the bytes of a PDF file with these pages."""
    texts = "".join(one.text for page in pages for one in page if isinstance(one, Set))
    objects = [b"", b"", *_fonts(texts)]
    kids = []
    for page in pages:
        content, resources = _content(page, objects)
        objects.append(_stream(content))
        stream = len(objects)
        links = b" ".join(_link(one) for one in page if isinstance(one, Linked))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Annots[%s]/Resources<<"
            b"/Font<</R 3 0 R/B 4 0 R>>%s>>>>" % (WIDTH, HEIGHT, stream, links, resources)
        )
        kids.append(len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    references = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), references)
    return file_of(objects)


def file_of(objects: Iterable[bytes]) -> bytes:
    """Return the bytes of a PDF file with these objects, numbered from 1; the first is the catalogue."""
    written = io.BytesIO()
    written.write(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    for place in places:
        written.write(b"%010d 00000 n \n" % place)
    written.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start))
    return written.getvalue()


def _fonts(texts: str) -> list[bytes]:
    """Return the objects 3 to 9: two fonts whose codes are UTF-16, their descriptors, and the codes as text."""
    codes = sorted({unit for char in texts for unit in [char.encode("utf-16-be").hex()] if len(unit) == 4})
    blocks = [codes[at : at + 100] for at in range(0, len(codes), 100)]
    maps = "".join(
        f"{len(block)} beginbfchar\n" + "".join(f"<{code}> <{code}>\n" for code in block) + "endbfchar\n"
        for block in blocks
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{maps}endcmap end end"
    )
    fonts = [
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{inner} 0 R]/ToUnicode 9 0 R>>"
        for name, inner in ((REGULAR, 5), (BOLD, 6))
    ]
    inner = [
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/DW 1000/W[32 126 500]/FontDescriptor {descriptor} 0 R>>"
        for name, descriptor in ((REGULAR, 7), (BOLD, 8))
    ]
    descriptors = [
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[0 -120 1000 880]/Ascent 880/Descent -120"
        "/ItalicAngle 0/StemV 80/CapHeight 700>>"
        for name in (REGULAR, BOLD)
    ]
    return [*(one.encode() for one in (*fonts, *inner, *descriptors)), _stream(cmap.encode())]


def _content(page: Sequence[Printed], objects: list[bytes]) -> tuple[bytes, bytes]:
    """Return what draws a page, and its resources; pictures are added to the objects."""
    drawn: list[str] = []
    states: list[str] = []
    pictures: list[str] = []
    for number, one in enumerate(page):
        match one:
            case Set():
                states.append(f"/G{number}<</ca {one.alpha / 255:.3f}/CA {one.alpha / 255:.3f}>>")
                drawn.append(f"q /G{number} gs {_text(one)} Q")
            case Filled():
                drawn.append(f"q {_colour(one.colour)} rg {one.x} {one.y} {one.width} {one.height} re f Q")
            case Shown():
                objects.append(_picture(one))
                pictures.append(f"/P{number} {len(objects)} 0 R")
                drawn.append(f"q {one.width} 0 0 {one.height} {one.x} {one.y} cm /P{number} Do Q")
            case Linked():
                pass
    resources = f"/ExtGState<<{''.join(states)}>>/XObject<<{' '.join(pictures)}>>"
    return "\n".join(drawn).encode(), resources.encode()


def _text(one: Set) -> str:
    """Return what draws a line."""
    turn = radians(one.angle)
    matrix = f"{cos(turn):.5f} {sin(turn):.5f} {-sin(turn):.5f} {cos(turn):.5f} {one.x} {one.y}"
    font = "B" if one.bold else "R"
    code = one.text.encode("utf-16-be").hex()
    return f"{_colour(one.colour)} rg BT /{font} {one.size} Tf {one.mode} Tr {matrix} Tm <{code}> Tj ET"


def _colour(colour: int) -> str:
    """Return the parts of a colour, from 0 to 1."""
    return " ".join(f"{(colour >> shift & 0xFF) / 255:.3f}" for shift in (16, 8, 0))


def _picture(one: Shown) -> bytes:
    """Return a picture as an object of the file."""
    with Image.open(io.BytesIO(one.jpeg)) as image:
        width, height = image.size
    head = (
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8"
        f"/Filter/DCTDecode/Length {len(one.jpeg)}>>\nstream\n"
    )
    return head.encode() + one.jpeg + b"\nendstream"


def _link(one: Linked) -> bytes:
    """Return a link as an annotation."""
    box = f"{one.x} {one.y} {one.x + one.width} {one.y + one.height}"
    return f"<</Type/Annot/Subtype/Link/Rect[{box}]/A<</S/URI/URI({one.url})>>>>".encode()


def _stream(content: bytes) -> bytes:
    """Return content as an object of the file."""
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)
