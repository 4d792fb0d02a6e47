"""Take the bitmap out of a Windows metafile (EMF, WMF) that is nothing but a frame around it.

Word stores screenshots and photographs from the clipboard this way. A metafile that draws lines or text needs a
program that draws it, and gives None.
"""

import struct
from collections.abc import Iterator

__all__ = ["embedded_bitmap"]

_MAX_RECORDS = 5000  # a frame has some twenty

_EMF_COMMENT = 70
# Offsets at which the records of bitmaps name the place of header and pixels.
_EMF_BITMAPS = {76: 84, 77: 84, 80: 48, 81: 48, 114: 84}
_EMF_DRAWING = frozenset(
    {*range(2, 9), 15, *range(41, 48), 53, 54, 55, 56, *range(62, 65), *range(83, 93), 96, 97, 108, 118}
)

_WMF_PLACEABLE = b"\xd7\xcd\xc6\x9a"
# Offsets at which the bitmap begins in its record.
_WMF_BITMAPS = {0x0F43: 28, 0x0B41: 26, 0x0940: 22, 0x0D33: 26}
_WMF_DRAWING = frozenset(
    {0x0213, 0x0324, 0x0325, 0x0418, 0x041B, 0x0521, 0x0538, 0x061C, 0x0817, 0x081A, 0x0830, 0x0A32}
)

_WHOLE_FILES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_BITMAP_HEADER = 40  # bytes of the usual header of a bitmap
_BITFIELDS = 3  # compression of bitmaps with three masks behind the header


class _DrawsMoreError(Exception):
    """The metafile holds more than one bitmap, or draws by itself."""


def embedded_bitmap(data: bytes) -> bytes | None:
    """Return the only picture of a metafile as BMP, PNG or JPEG; None for other metafiles and other data."""
    is_emf = data[:4] == b"\x01\x00\x00\x00" and data[40:44] == b" EMF"
    try:
        found = dict.fromkeys(_emf_bitmaps(data) if is_emf else _wmf_bitmaps(data))
    except (struct.error, _DrawsMoreError):
        return None
    return next(iter(found)) if len(found) == 1 else None


def _emf_bitmaps(data: bytes) -> Iterator[bytes]:
    """Yield the bitmaps of an EMF; raise _DrawsMoreError for one that draws by itself."""
    at = 0
    for _ in range(_MAX_RECORDS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<II", data, at)
        record = data[at : at + size]
        if kind in _EMF_DRAWING or size < 8:
            raise _DrawsMoreError
        if kind in _EMF_BITMAPS:
            header_at, header_size, bits_at, bits_size = struct.unpack_from(
                "<IIII", record, _EMF_BITMAPS[kind]
            )
            if header_size:  # without a bitmap the record fills a rectangle with one colour
                header = record[header_at : header_at + header_size]
                yield _as_file(header, record[bits_at : bits_at + bits_size])
        elif kind == _EMF_COMMENT:
            places = [place for place in (record.find(mark) for mark in _WHOLE_FILES) if place >= 0]
            if places:
                yield record[min(places) :]
        at += size
    raise _DrawsMoreError


def _wmf_bitmaps(data: bytes) -> Iterator[bytes]:
    """Yield the bitmaps of a WMF; raise _DrawsMoreError for one that draws by itself, and for other data."""
    at = 22 if data.startswith(_WMF_PLACEABLE) else 0
    if data[at : at + 4] != b"\x01\x00\x09\x00":
        raise _DrawsMoreError
    at += 18
    for _ in range(_MAX_RECORDS):
        if at + 6 > len(data):
            return
        words, function = struct.unpack_from("<IH", data, at)
        record = data[at : at + words * 2]
        if function in _WMF_DRAWING or words < 3:
            raise _DrawsMoreError
        bitmap = record[_WMF_BITMAPS[function] :] if function in _WMF_BITMAPS else b""
        if len(bitmap) >= _BITMAP_HEADER:
            begin = _pixels_at(bitmap)
            yield _as_file(bitmap[:begin], bitmap[begin:])
        at += words * 2
    raise _DrawsMoreError


def _pixels_at(bitmap: bytes) -> int:
    """Return where the pixels of a bitmap begin: behind its header, its masks and its palette."""
    size, depth, compression, colours = struct.unpack_from("<I10xHI12xI", bitmap)
    if depth <= 8 and not colours:
        colours = 1 << depth
    masks = 12 if compression == _BITFIELDS and size == _BITMAP_HEADER else 0
    return int(size + masks + 4 * colours)


def _as_file(header: bytes, pixels: bytes) -> bytes:
    """Return a bitmap as a BMP file."""
    begin = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", begin + len(pixels), 0, 0, begin) + header + pixels
