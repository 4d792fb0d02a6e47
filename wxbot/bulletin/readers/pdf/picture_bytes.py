"""Take the bytes of the pictures of a PDF over: as the file holds them, or else drawn as the page shows them.

Drawing costs ten times as much as decoding, and blurs a picture whose place is no whole number of its pixels, so it is
left to pictures with a mask and to those that are turned.
"""

import ctypes
import io
import re
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.readers.pictures import MAX_PICTURE_BYTES, MAX_PIXELS

__all__ = ["PictureBytes"]

_JPEG = b"\xff\xd8\xff"
# Dictionaries of pictures stand in no compressed object, so a search of the bytes finds each mask.
# JPEG 2000 has masks of its own.
_MASK = re.compile(rb"/S?Mask\s*[\[\d]|/ImageMask\b|/SMaskInData\b|/JPXDecode\b")


class PictureBytes:
    """Bytes of the pictures of one file."""

    def __init__(self, document: pdfium.PdfDocument, data: bytes) -> None:
        self._document = document
        self._has_masks = _MASK.search(data) is not None

    def take(self, page: pdfium.PdfPage, one: Any) -> tuple[bytes, str]:
        """Return the bytes of a picture on a page as JPEG or PNG; else b"" and the reason in Chinese."""
        wide, high = ctypes.c_uint(), ctypes.c_uint()
        raw.FPDFImageObj_GetImagePixelSize(one, wide, high)
        if wide.value * high.value > MAX_PIXELS:
            return b"", f"图片超过 {MAX_PIXELS // 10_000} 万像素"
        is_opaque = not self._has_masks and not raw.FPDFPageObj_HasTransparency(one)
        data = _jpeg(one) if is_opaque else b""
        if not data:
            bitmap = raw.FPDFImageObj_GetBitmap(one) if is_opaque and _is_upright(one) else None
            bitmap = bitmap or self._draw(page, one) or raw.FPDFImageObj_GetBitmap(one)
            data = _png(bitmap) if bitmap else b""
        return data, "" if data else "图片打不开，文件可能已损坏"

    def _draw(self, page: pdfium.PdfPage, one: Any) -> Any:
        """Return the bitmap of a picture in its own size; the library draws it in the size of its place in points."""
        own = raw.FS_MATRIX()
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        pixels = ctypes.c_uint(), ctypes.c_uint()
        raw.FPDFPageObj_GetMatrix(one, own)
        raw.FPDFPageObj_GetBounds(one, left, bottom, right, top)
        raw.FPDFImageObj_GetImagePixelSize(one, *pixels)
        wide, high = right.value - left.value, top.value - bottom.value
        across, up = pixels[0].value, pixels[1].value
        if (across < up) != (wide < high):  # turned by a quarter
            across, up = up, across
        if min(wide, high, across, up) <= 0:
            return None
        x, y = across / wide, up / high
        scaled = raw.FS_MATRIX(own.a * x, own.b * y, own.c * x, own.d * y, own.e * x, own.f * y)
        raw.FPDFPageObj_SetMatrix(one, scaled)
        try:
            return raw.FPDFImageObj_GetRenderedBitmap(self._document.raw, page.raw, one)
        finally:
            raw.FPDFPageObj_SetMatrix(one, own)


def _is_upright(one: Any) -> bool:
    """Tell if a picture is shown neither turned nor mirrored."""
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(one, own)
    return bool(own.a > 0 and own.d > 0 and own.b == own.c == 0)


def _jpeg(one: Any) -> bytes:
    """Return the bytes of a picture that the file holds as JPEG; else b""."""
    if raw.FPDFImageObj_GetImageFilterCount(one) != 1:
        return b""
    length = raw.FPDFImageObj_GetImageDataRaw(one, None, 0)
    if not 0 < length <= MAX_PICTURE_BYTES:
        return b""
    buffer = (ctypes.c_ubyte * length)()
    raw.FPDFImageObj_GetImageDataRaw(one, buffer, length)
    data = bytes(buffer)
    return data if data.startswith(_JPEG) and not _is_inverted(data) else b""


def _is_inverted(jpeg: bytes) -> bool:
    """Tell if a JPEG has four colours, as for print, which browsers show inverted."""
    at = 2
    while at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return jpeg[at + 9] == 4
        at += 2 + length
    return False


def _png(found: Any) -> bytes:
    """Return a bitmap of the library as PNG; b"" if it cannot be written."""
    # The bitmap is freed with the object.
    bitmap = pdfium.PdfBitmap.from_raw(found)
    try:
        written = io.BytesIO()
        bitmap.to_pil().save(written, "PNG", compress_level=1)
    except (OSError, ValueError, MemoryError):
        return b""
    return written.getvalue()
