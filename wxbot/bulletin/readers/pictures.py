"""Collect the pictures of one document: check each by its header, and bound their number, size and pixels.

Only the header of a picture is read here. Decoding it, which can take 4 bytes a pixel, is left to the library when it
stores the picture.
"""

import hashlib
import io
import re
import struct
import warnings
from typing import TYPE_CHECKING

from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.readers.metafiles import embedded_bitmap
from wxbot.lazy import LazyModule
from wxbot.text import one_line

if TYPE_CHECKING:
    from PIL import Image
else:
    # Loaded at the first picture: a search or a command for text needs none.
    Image = LazyModule("PIL.Image")

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "MAX_DOCUMENT_PIXELS",
    "MAX_PICTURES",
    "MAX_PICTURE_BYTES",
    "MAX_PIXELS",
    "PICTURE_FORMATS",
    "PictureCollector",
    "picture_size",
]

MAX_PICTURES = 300
"""Different pictures of a document, at most."""

MAX_PICTURE_BYTES = 20 * 2**20
"""Bytes of a picture, at most."""

MAX_DOCUMENT_BYTES = 64 * 2**20
"""Bytes of all pictures of a document, at most."""

MAX_PIXELS = 40_000_000
"""Pixels of a picture, at most: photographs of telephones have half of them."""

MAX_DOCUMENT_PIXELS = 2_000_000_000
"""Pixels of all pictures of a document, at most: converting them takes a second for 30 million."""

_SPACER = 3  # pixels: pictures this narrow or low are spacers and lines of the layout
_ALT_CHARS = 300
PICTURE_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "DIB", "TIFF", "AVIF", "JPEG2000", "ICO")
"""Formats, as Pillow names them, of the pictures that are taken over."""

_ORIENTATION = 0x0112  # EXIF tag
_WEBP_HEADER = 30  # bytes
_TURNED = frozenset({5, 6, 7, 8})  # orientations that exchange width and height

# Formats of drawings and documents that neither browsers nor WeChat show.
_NOT_SHOWN = (
    (re.compile(rb"\x01\x00\x00\x00.{36} EMF", re.DOTALL), "EMF 矢量图"),
    (re.compile(rb"\xd7\xcd\xc6\x9a|\x01\x00\x09\x00\x00\x03"), "WMF 矢量图"),
    (re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"), "EPS 矢量图"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:.*<)?(?:svg:)?svg[\s>]", re.DOTALL), "SVG 矢量图"),
    (re.compile(rb"%PDF"), "PDF 文件"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "嵌入的 Office 对象"),
    (re.compile(rb"\x1f\x8b"), "压缩的矢量图"),
    (re.compile(rb"8BPS"), "Photoshop 文件"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|msf1)", re.DOTALL), "HEIC 照片"),
)
# Descriptions that a program wrote: the name of a file, or a count.
_NO_DESCRIPTION = re.compile(
    r"(?:图片|图像|图形|插图|picture|image|graphic|img|logo)?[\s_\-]*[0-9]*|\S+\.(?:png|jpe?g|gif|bmp|webp|tiff?|emf|wmf|svg)",
    re.IGNORECASE,
)


class PictureCollector:
    """Pictures of one document; `pictures` holds their bytes by digest, each once."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self._total = 0
        self._pixels = 0

    def add(self, data: bytes, *, alt: str = "", url: str = "") -> Picture | str:
        """Take a picture over; return it as a block, or the reason in Chinese for which it is left out.

        `url` is its address or path in the source. Descriptions that a program wrote, such as `图片 1` or the name of
        a file, are removed.
        """
        data = embedded_bitmap(data) or data
        size = picture_size(data)
        if isinstance(size, str):
            return size
        width, height = size
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self.pictures:
            if len(self.pictures) == MAX_PICTURES:
                return f"图片超过 {MAX_PICTURES} 张，这一张未收入"
            if self._pixels + width * height > MAX_DOCUMENT_PIXELS:
                return f"全部图片超过 {MAX_DOCUMENT_PIXELS // 100_000_000} 亿像素，这一张未收入"
            if self._total + len(data) > MAX_DOCUMENT_BYTES:
                return f"全部图片超过 {MAX_DOCUMENT_BYTES >> 20} MB，这一张未收入"
            self.pictures[digest] = data
            self._total += len(data)
            self._pixels += width * height
        description = one_line(alt)
        if _NO_DESCRIPTION.fullmatch(description):
            description = ""
        return Picture(digest, url, alt=description[:_ALT_CHARS], width=width, height=height)


def picture_size(data: bytes) -> tuple[int, int] | str:
    """Return width and height of an upright picture from its header, or the reason why it cannot be taken over."""
    if not data:
        return "图片是空的"
    if len(data) > MAX_PICTURE_BYTES:
        return f"图片超过 {MAX_PICTURE_BYTES >> 20} MB"
    for signature, name in _NOT_SHOWN:
        if signature.match(data[:1024]):
            return f"{name}，网页和微信都不能显示；请另存为 PNG 或 JPEG"
    try:
        width, height = _webp_canvas(data) or (0, 0)
        if width * height <= MAX_PIXELS:
            width, height = _header_size(data)
    except (Image.DecompressionBombError, MemoryError):
        width = height = MAX_PIXELS
    # Pillow raises all of these for damaged headers.
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, OverflowError, struct.error):
        return "图片打不开，文件可能已损坏"
    if width * height > MAX_PIXELS:
        return f"图片超过 {MAX_PIXELS // 10_000} 万像素"
    return (width, height) if min(width, height) > _SPACER else f"排版用的小图（{width} × {height} 像素）"


def _webp_canvas(data: bytes) -> tuple[int, int] | None:
    """Return the size that the header of a WebP picture states; None for other formats.

    Pillow makes room for all of its pixels when it opens one.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < _WEBP_HEADER:
        return None
    match data[12:16]:
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case _:
            return None


def _header_size(data: bytes) -> tuple[int, int]:
    """Return width and height of an upright picture; raise whatever Pillow raises."""
    with warnings.catch_warnings():
        # The caller checks the number of pixels, and a damaged picture fails when it is decoded.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
            width, height = image.size
            # Of other formats Pillow decodes the whole picture to find its orientation.
            has_exif = image.format in {"JPEG", "MPO"}
            turned = has_exif and image.getexif().get(_ORIENTATION) in _TURNED
    return (height, width) if turned else (width, height)
