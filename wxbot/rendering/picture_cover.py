"""Covers made of a picture of the bulletin: cut to their form around what matters, and dark where a title is laid.

What matters is found without a model: edges (writing, faces, things), skin, and strong colours. A picture of which a
cut would lose too much, such as a poster or a portrait, stands whole before a blurred copy of itself.
"""

import io
from collections.abc import Sequence
from itertools import accumulate

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from wxbot.bulletin.readers.pictures import MAX_PIXELS, PICTURE_FORMATS

__all__ = ["COVER", "cover_of_picture", "darken_foot", "jpeg"]

COVER = (900, 383)
"""Width and height of a cover: 2.35 : 1."""

FOOT = 0.58
"""Share of a cover's height above the place where WeChat lays the title of the first item, of two lines on a phone."""

_SAMPLE = 120  # pixels of the longer side of the copy in which the place of a cut is looked for
_LEAST_KEPT = 0.66  # share of what matters that a cut must keep
_LEAST_KEPT_HIGH = 0.9  # of a picture that is higher than wide, which often shows a person
_FOOT_WEIGHT = 0.55  # of what matters behind the title, in comparison with above it
_CUT_COST = (
    0.35  # of the brightest row at an edge of the cut: a face or a line of writing that is cut through
)
_FOOT_DARKNESS = 150  # of 255, at the lower edge


def cover_of_picture(data: bytes, size: tuple[int, int] = COVER) -> bytes | None:
    """Return a picture as a cover: JPEG of this size; None for one that cannot be decoded.

    The formats and the number of pixels are those that readers take in: the bytes may be of an older version, which
    took more.
    """
    try:
        with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            turned = ImageOps.exif_transpose(opened)
            image = Image.new("RGB", turned.size, "white")
            coloured = turned.convert("RGBA")
            image.paste(coloured, mask=coloured.getchannel("A"))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None
    box, kept = _best_cut(image, size)
    cut = image.resize(size, Image.Resampling.LANCZOS, box=box)
    least = _LEAST_KEPT_HIGH if image.height > image.width else _LEAST_KEPT
    if kept < least:
        behind = ImageEnhance.Brightness(cut.filter(ImageFilter.GaussianBlur(24))).enhance(0.6)
        whole = ImageOps.contain(image, size)
        behind.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
        cut = behind
    return jpeg(darken_foot(cut))


def darken_foot(image: Image.Image) -> Image.Image:
    """Darken the foot, where WeChat lays a title in white."""
    top = round(image.height * (FOOT - 0.1))
    shade = Image.linear_gradient("L").resize((image.width, image.height - top), Image.Resampling.BILINEAR)
    image.paste((0, 0, 0), (0, top), shade.point([value * _FOOT_DARKNESS // 255 for value in range(256)]))
    return image


def jpeg(image: Image.Image) -> bytes:
    """Return a picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88, optimize=True, progressive=True)
    return out.getvalue()


def _best_cut(image: Image.Image, size: tuple[int, int]) -> tuple[tuple[float, float, float, float], float]:
    """Return the part of a picture that has the form of `size` and most of what matters, and how much of it."""
    width, height = image.size
    ratio = size[0] / size[1]
    if width / height <= ratio:
        share = (width / ratio) / height
        start, kept = _best_window(_profile(image, upright=True), share, is_upright=True)
        top = start * height
        return (0, top, width, min(height, top + width / ratio)), kept
    share = height * ratio / width
    start, kept = _best_window(_profile(image, upright=False), share, is_upright=False)
    left = start * width
    return (left, 0, min(width, left + height * ratio), height), kept


def _profile(image: Image.Image, *, upright: bool) -> list[int]:
    """Return how much matters in each row, or in each column, of a small copy."""
    small = image.copy()
    small.thumbnail((_SAMPLE, _SAMPLE))
    grey = small.convert("L")
    edges = grey.filter(ImageFilter.FIND_EDGES)
    # The filter takes the border of the picture for an edge.
    ImageDraw.Draw(edges).rectangle((0, 0, edges.width - 1, edges.height - 1), outline=0)
    colours = small.convert("HSV").getchannel("S").point([value // 6 for value in range(256)])
    _, blue, red = small.convert("YCbCr").split()
    skin = ImageChops.multiply(
        blue.point([255 * (77 <= value <= 127) for value in range(256)]),
        red.point([255 * (136 <= value <= 173) for value in range(256)]),
    ).point([value * 2 // 5 for value in range(256)])
    matters = ImageChops.add(ImageChops.add(edges, colours), skin).filter(ImageFilter.BoxBlur(1))
    line = (1, matters.height) if upright else (matters.width, 1)
    return list(matters.resize(line, Image.Resampling.BOX).tobytes())


def _best_window(profile: Sequence[int], share: float, *, is_upright: bool) -> tuple[float, float]:
    """Return where the best window of this share starts, as a share too, and how much of the whole it holds.

    In an upright one the foot counts less, because the title is laid over it; in a flat one the middle square
    counts more, because a forwarded card shows nothing else.
    """
    length = len(profile)
    size = max(1, min(length, round(length * share)))
    sums = [0, *accumulate(profile)]

    def worth(start: int) -> float:
        inner = (0, round(size * FOOT)) if is_upright else (round(size * 0.29), round(size * 0.71))
        found = sums[start + size] - sums[start]
        best = sums[start + inner[1]] - sums[start + inner[0]]
        cut = profile[start] * (start > 0) + profile[start + size - 1] * (start + size < length)
        return best + _FOOT_WEIGHT * (found - best) - _CUT_COST * cut

    start = max(range(length - size + 1), key=worth)
    kept = (sums[start + size] - sums[start]) / sums[-1] if sums[-1] else 1.0
    return start / length, kept
