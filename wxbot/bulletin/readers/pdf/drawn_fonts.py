"""Name the fonts whose characters are drawings (Type 3), as browsers write those of OpenType fonts with Chinese.

The library tells neither name nor weight of them, though their descriptors in the file do, so that bold type would be
lost. A page uses its fonts in one order in its content and in the library, which tells the one by the other; where the
two do not have the same number of fonts, the names are left out.
"""

import ctypes
import re
import zlib
from collections.abc import Iterable, Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.readers.pdf.typefaces import plain_call

__all__ = ["DrawnFonts"]

_MAX_PAGES, _MAX_DEPTH = 1_000, 20
_MAX_DICTIONARY = 200_000  # bytes of one object before its stream
_MAX_CONTENT = 2**24  # bytes of the content of a page that are inflated
_MAX_OBJECTS = 200_000  # of a page
_OBJECT = re.compile(rb"(?<!\d)(\d{1,8})\s+\d{1,5}\s+obj\b")
_CATALOG = re.compile(rb"/Type\s*/Catalog\b")
_PAGES = re.compile(rb"/Pages\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d{1,8})\s+\d{1,5}\s+R\b")
_CONTENTS = re.compile(rb"/Contents\s*(\[[^\]]*\]|\d{1,8}\s+\d{1,5}\s+R\b)")
_FONTS = re.compile(rb"/Font\s*<<([^>]*)>>")
_NAMED = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_DESCRIPTOR = re.compile(rb"/FontDescriptor\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_FONT_NAME = re.compile(rb"/FontName\s*/([^\s/<>\[\](){}%]+)")
_STREAM = re.compile(rb"stream\r?\n")
_pointer, _int = ctypes.c_void_p, ctypes.c_int
_page_object = plain_call(raw.FPDFPage_GetObject, _pointer, _pointer, _int)
_object_type = plain_call(raw.FPDFPageObj_GetType, _int, _pointer)
_font = plain_call(raw.FPDFTextObj_GetFont, _pointer, _pointer)
_USE = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+[-+.\d]+\s+Tf\b|[>)\]]\s*T[jJ]\b")


class DrawnFonts:
    """Names of the Type 3 fonts of one file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._places: dict[int, int] = {}
        self._pages: list[bytes] = []
        if b"/Type3" in data:
            self._places = {int(found[1]): found.end() for found in _OBJECT.finditer(data)}
            self._pages = list(self._find_pages())

    def names(self, page: pdfium.PdfPage, number: int) -> dict[int, str]:
        """Return the names of the fonts of a page by the library's address of each; {} for other files."""
        if number >= len(self._pages):
            return {}
        head = self._pages[number]
        found = _FONTS.search(head)
        objects = {one[1]: int(one[2]) for one in _NAMED.finditer(found[1])} if found else {}
        used = [objects.get(name) for name in dict.fromkeys(_used_fonts(self._content(head)))]
        fonts = list(dict.fromkeys(_page_fonts(page)))
        if len(used) != len(fonts):
            return {}
        named = ((font, self._name(target)) for font, target in zip(fonts, used, strict=True))
        return {font: name for font, name in named if name}

    def _dictionary(self, number: int) -> bytes:
        """Return the bytes of an object, without its stream; b"" for an unknown one."""
        start = self._places.get(number)
        if start is None:
            return b""
        end = self._data.find(b"endobj", start, start + _MAX_DICTIONARY)
        return _STREAM.split(self._data[start : end if end >= 0 else start + _MAX_DICTIONARY], maxsplit=1)[0]

    def _find_pages(self) -> Iterator[bytes]:
        """Yield the dictionaries of the pages in order."""
        catalog = _CATALOG.search(self._data)
        before = [one for one, place in self._places.items() if catalog and place <= catalog.start()]
        root = self._dictionary(max(before, key=self._places.__getitem__, default=-1))
        waiting = [(int(found[1]), 0) for found in _PAGES.finditer(root)][:1]
        count = 0
        while waiting and count < _MAX_PAGES:
            number, depth = waiting.pop()
            head = self._dictionary(number)
            kids = _KIDS.search(head)
            if kids is None:
                count += 1
                yield head
            elif depth < _MAX_DEPTH:
                inner = [(int(one[1]), depth + 1) for one in _REFERENCE.finditer(kids[1])]
                waiting += inner[: _MAX_PAGES + 1][::-1]

    def _content(self, head: bytes) -> bytes:
        """Return the content of a page."""
        found = _CONTENTS.search(head)
        numbers = [int(one[1]) for one in _REFERENCE.finditer(found[1])] if found else []
        return b"\n".join(self._stream(number) for number in numbers)

    def _stream(self, number: int) -> bytes:
        """Return the stream of an object; b"" where it is not stored plainly or deflated."""
        start = self._places.get(number)
        stream = _STREAM.search(self._data, start, start + _MAX_DICTIONARY) if start is not None else None
        if stream is None:
            return b""
        head = self._data[start : stream.start()]
        content = self._data[stream.end() : self._data.find(b"endstream", stream.end())]
        if b"/Filter" not in head:
            return content
        try:
            return zlib.decompressobj().decompress(content, _MAX_CONTENT)
        except zlib.error:
            return b""

    def _name(self, number: int | None) -> str:
        """Return the name of a Type 3 font from its descriptor; "" for other fonts and without one."""
        head = self._dictionary(number) if number is not None else b""
        descriptor = _DESCRIPTOR.search(head)
        if descriptor is None or b"/Type3" not in head:
            return ""
        found = _FONT_NAME.search(self._dictionary(int(descriptor[1])))
        return found[1].decode("latin-1") if found else ""


def _used_fonts(content: bytes) -> Iterator[bytes]:
    """Yield the name of the font of each text that a content shows."""
    font = b""
    for found in _USE.finditer(content):
        if found[1] is not None:
            font = found[1]
        elif font:
            yield font


def _page_fonts(page: pdfium.PdfPage) -> Iterable[int]:
    """Yield the addresses of the fonts of the texts of a page, outside form objects."""
    address = ctypes.cast(page.raw, ctypes.c_void_p).value
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)):
        found = _page_object(address, at)
        if _object_type(found) == raw.FPDF_PAGEOBJ_TEXT:
            yield _font(found) or 0
