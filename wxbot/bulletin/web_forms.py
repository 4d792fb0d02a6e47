"""Convert a picture to the form in which pages and drafts show it.

A web form is JPEG, PNG or GIF, no wider than a telephone shows, and small enough to be uploaded to the platform; it
carries no EXIF data, because photographs hold the place where they were taken.
"""

import io
import warnings
from typing import TYPE_CHECKING

from wxbot.bulletin.model import WebForm
from wxbot.bulletin.readers.pictures import PICTURE_FORMATS
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from PIL import Image, ImageOps
else:
    # Loaded at the first picture: a search or a command for text needs none.
    Image = LazyModule("PIL.Image")
    ImageOps = LazyModule("PIL.ImageOps")

__all__ = ["UPLOAD_BYTES", "upload_form", "web_form"]

UPLOAD_BYTES = 1_048_576
"""Size from which the platform refuses a picture of an article."""


WIDEST = 1080
TALLEST = 12_000  # pixels: pictures of a whole page of text are long and narrow
_ANIMATION_BYTES = 2 * 2**20
_PNG_BYTES = 400_000  # a larger picture is a photograph, which is smaller as JPEG
_QUALITIES = (88, 75, 60, 40)
_MEDIA_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
_ORIENTATION = 0x0112  # EXIF tag
_TURNED = frozenset({5, 6, 7, 8})  # orientations that exchange width and height
_SCALED_MODES = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_PLAIN_MODES = frozenset({"1", "L", "P", "RGB", "RGBA", "LA"})

# Pillow raises all of these for damaged pictures.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    EOFError,
    MemoryError,
)


def web_form(data: bytes) -> WebForm | None:
    """Return the web form of a picture of any supported format, or None for one that cannot be decoded."""
    try:
        with warnings.catch_warnings():
            # The collector of pictures has checked the number of pixels; damage is an error or shows.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
                return _kept_form(image, data) or _converted_form(image)
    except (*_DAMAGED, Image.DecompressionBombError):
        return None


def upload_form(data: bytes) -> bytes | None:
    """Return a web form as the platform accepts it in an article: JPEG or PNG below 1 MB; of a GIF the first frame."""
    if not data.startswith(b"GIF"):
        return data
    try:
        with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
            return _encode(image.convert("RGBA"), "PNG").data
    except _DAMAGED:
        return None


def _kept_form(image: "Image.Image", data: bytes) -> WebForm | None:
    """Return the picture itself if pages and platform can show it as it is, else None."""
    media_type = _MEDIA_TYPES.get(image.format or "")
    is_animation = image.format == "GIF" and getattr(image, "n_frames", 1) > 1
    largest = _ANIMATION_BYTES if is_animation else UPLOAD_BYTES - 1
    fits = image.width <= WIDEST and image.height <= TALLEST and len(data) <= largest
    if media_type is None or not fits or image.mode not in _PLAIN_MODES:
        return None
    image.load()  # raises for a damaged picture
    return None if "exif" in image.info else WebForm(data, media_type, image.width, image.height)


def _converted_form(image: "Image.Image") -> WebForm:
    """Return the first frame upright, within the size of a telephone, as PNG or JPEG."""
    image.seek(0)
    is_photograph = image.format in {"JPEG", "MPO"}
    is_turned = image.getexif().get(_ORIENTATION) in _TURNED
    box = (TALLEST, WIDEST) if is_turned else (WIDEST, TALLEST)
    # Made small before everything else: a copy of 40 million pixels takes 160 MB.
    if image.mode in _SCALED_MODES:
        image.thumbnail(box, reducing_gap=3.0)
    # Of 16 bits a pixel, conversion would keep the lower ones.
    levels = image.point(lambda value: value / 256) if image.mode.startswith("I") else image
    colour = levels.convert("RGB" if is_photograph else "RGBA")
    colour.thumbnail(box, reducing_gap=3.0)
    colour.getexif()[_ORIENTATION] = image.getexif().get(_ORIENTATION, 1)
    return _encode(ImageOps.exif_transpose(colour), "JPEG" if is_photograph else "PNG")


def _encode(image: "Image.Image", kind: str) -> WebForm:
    """Encode a picture as PNG if it is small that way, else as JPEG on white."""
    out = io.BytesIO()
    if kind == "PNG":
        is_opaque = image.getchannel("A").getextrema() == (255, 255)
        (image.convert("RGB") if is_opaque else image).save(out, "PNG")
        if out.tell() <= _PNG_BYTES:
            return WebForm(out.getvalue(), "image/png", image.width, image.height)
        below = Image.new("RGB", image.size, "white")
        below.paste(image, mask=image.getchannel("A"))
        image = below
    for quality in _QUALITIES:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() < UPLOAD_BYTES:
            return WebForm(out.getvalue(), "image/jpeg", image.width, image.height)
    half = image.resize((max(image.width // 2, 1), max(image.height // 2, 1)))
    return _encode(half, "JPEG")
