"""Read the drawings of a page: ruling lines, areas of colour, and pictures, also those inside form objects.

Every walk is bounded in depth and in the number of objects, because a small file can describe millions of them.
"""

import ctypes
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.readers.pdf.characters import Turn
from wxbot.bulletin.readers.pdf.picture_bytes import PictureBytes
from wxbot.bulletin.readers.pdf.printed import Area, Box, Graphics, PlacedPicture, Rule
from wxbot.bulletin.readers.pdf.typefaces import plain_call

__all__ = ["read_graphics"]

_MAX_DEPTH = 8  # form objects inside each other
_MAX_OBJECTS = 200_000  # of a page
_MAX_DRAWN = 5_000  # drawings of a page that are looked at: a map or a chart has more, and is no table
_MAX_PLACED = 200  # pictures of a page
_MAX_SEGMENTS = 400  # of one drawing
_THIN = 3.5  # points: a narrower area is a line
_LONG = 6.0  # points: the shortest line
_DOT = (1.8, 7.0)  # points: the size of a bullet
_ROUND = 0.8  # points by which its width and height may differ
_STRAIGHT = 0.5  # points by which a straight line may be off
_LEAST_PICTURE = 12.0  # points: smaller ones are bullets and ornaments


_pointer, _int = ctypes.c_void_p, ctypes.c_int
_page_object = plain_call(raw.FPDFPage_GetObject, _pointer, _pointer, _int)
_form_object = plain_call(raw.FPDFFormObj_GetObject, _pointer, _pointer, ctypes.c_ulong)
_object_type = plain_call(raw.FPDFPageObj_GetType, _int, _pointer)


@dataclass(frozen=True, slots=True)
class _Matrix:
    """Place and scale of a form object on the page."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the form on the page."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def inside(self, inner: Any) -> "_Matrix":
        """Return the matrix of an object inside this form, whose own matrix is `inner`."""
        e, f = self.point(inner.e, inner.f)
        return _Matrix(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            e,
            f,
        )


def read_graphics(page: pdfium.PdfPage, turn: Turn, picture_bytes: PictureBytes) -> Graphics:
    """Return rules, areas and pictures of a page."""
    return _GraphicsReader(page, turn, picture_bytes).read()


class _GraphicsReader:
    """Walk over the objects of one page."""

    def __init__(self, page: pdfium.PdfPage, turn: Turn, picture_bytes: PictureBytes) -> None:
        self._page, self._turn, self._bytes = page, turn, picture_bytes
        self._found = Graphics()
        self._left = _MAX_OBJECTS
        self._drawn = 0

    def read(self) -> Graphics:
        """Return what the page draws."""
        self._walk(self._page.raw, _page_object, raw.FPDFPage_CountObjects(self._page.raw), _Matrix(), 0)
        return self._found

    def _walk(self, holder: Any, object_at: Any, count: int, matrix: _Matrix, depth: int) -> None:
        """Take the objects of the page or of a form over, which the function `object_at` returns."""
        count = min(max(0, count), self._left)
        self._left -= count
        address = ctypes.cast(holder, ctypes.c_void_p).value
        objects = list(map(object_at, repeat(address, count), range(count)))
        # Most objects are text, so their kind is looked up in bulk.
        kinds = list(map(_object_type, objects))
        for found, kind in zip(objects, kinds, strict=True):
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                continue
            one = ctypes.cast(found, raw.FPDF_PAGEOBJECT)
            if kind == raw.FPDF_PAGEOBJ_PATH and self._drawn < _MAX_DRAWN:
                self._drawn += 1
                self._add_path(one, matrix)
            elif kind == raw.FPDF_PAGEOBJ_IMAGE and len(self._found.pictures) < _MAX_PLACED:
                self._add_picture(one, matrix)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
                inner = raw.FS_MATRIX()
                raw.FPDFPageObj_GetMatrix(one, inner)
                inside = raw.FPDFFormObj_CountObjects(one)
                self._walk(one, _form_object, inside, matrix.inside(inner), depth + 1)

    def _bounds(self, one: Any, matrix: _Matrix) -> Box | None:
        """Return the edges of an object on the page."""
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if not raw.FPDFPageObj_GetBounds(one, left, bottom, right, top):
            return None
        corners = [matrix.point(x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)]
        across, up = [x for x, _ in corners], [y for _, y in corners]
        return self._turn.box(min(across), min(up), max(across), max(up))

    def _add_path(self, one: Any, matrix: _Matrix) -> None:
        """Take a drawing over as rules or as an area."""
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(one, fill, stroke)
        box = self._bounds(one, matrix)
        if box is None or not (fill.value or stroke.value):
            return
        if _is_dot(box):
            self._found.dots.append(Area(box, 0))
            return
        if box.height <= _THIN or box.width <= _THIN:
            self._add_rule(box)
            return
        segments = raw.FPDFPath_CountSegments(one)
        if stroke.value and 2 <= segments <= _MAX_SEGMENTS:
            self._add_segments(one, segments, matrix)
        if fill.value and segments <= _MAX_SEGMENTS:
            red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
            if raw.FPDFPageObj_GetFillColor(one, red, green, blue, alpha) and alpha.value > 20:
                self._found.areas.append(Area(box, red.value << 16 | green.value << 8 | blue.value))

    def _add_rule(self, box: Box) -> None:
        """Take a thin drawing over as a rule, if it is long enough."""
        if box.width >= max(_LONG, box.height):
            self._found.horizontal.append(Rule((box.bottom + box.top) / 2, box.left, box.right))
        elif box.height >= _LONG:
            self._found.vertical.append(Rule((box.left + box.right) / 2, box.bottom, box.top))

    def _add_segments(self, one: Any, count: int, matrix: _Matrix) -> None:
        """Take the straight parts of an outline over as rules."""
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(one, own)
        placed = matrix.inside(own)
        x, y = ctypes.c_float(), ctypes.c_float()
        first = last = (0.0, 0.0)
        for at in range(count):
            segment = raw.FPDFPath_GetPathSegment(one, at)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            here = placed.point(x.value, y.value)
            match raw.FPDFPathSegment_GetType(segment):
                case raw.FPDF_SEGMENT_MOVETO:
                    first = here
                case raw.FPDF_SEGMENT_LINETO:
                    self._add_straight(last, here)
                case _:
                    pass
            if raw.FPDFPathSegment_GetClose(segment):
                self._add_straight(here, first)
            last = here

    def _add_straight(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Take a line between two points over, if it is horizontal or vertical."""
        left, right = sorted((start[0], end[0]))
        bottom, top = sorted((start[1], end[1]))
        if min(right - left, top - bottom) <= _STRAIGHT:
            self._add_rule(self._turn.box(left, bottom, right, top))

    def _add_picture(self, one: Any, matrix: _Matrix) -> None:
        """Take a picture over with its bytes; ornaments are left out."""
        box = self._bounds(one, matrix)
        if box is not None and min(box.width, box.height) >= _LEAST_PICTURE:
            self._found.pictures.append(PlacedPicture(box, *self._bytes.take(self._page, one)))


def _is_dot(box: Box) -> bool:
    """Tell if a drawing is as small and as wide as high as a bullet."""
    small, large = _DOT
    return (
        small <= box.width <= large and small <= box.height <= large and abs(box.width - box.height) < _ROUND
    )
