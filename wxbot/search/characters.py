"""Sound and shape of single Chinese characters: pinyin, and visual similarity.

Both are needed for spelling correction: an input method offers homophones, and people confuse characters that look
alike. The only module that imports pypinyin.
"""

import math
import operator
import os
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import pylopdf_fonts_zh_cn

from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    import pypinyin
    from PIL import Image, ImageDraw, ImageFilter, ImageFont
else:
    # The dictionary of phrases would take 50 MB and 0.2 s in every process; only single characters are looked up.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    pypinyin = LazyModule("pypinyin")  # loading takes 45 ms; only indexing and spelling correction need it
    Image, ImageDraw = LazyModule("PIL.Image"), LazyModule("PIL.ImageDraw")
    ImageFilter, ImageFont = LazyModule("PIL.ImageFilter"), LazyModule("PIL.ImageFont")

__all__ = ["readings", "readings_with_tone", "visual_similarity"]

SIZE = 32  # pixels
MARGIN = 2
BLUR = 1.5  # strokes that are slightly shifted between two characters still overlap


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[str, ...]:
    """Return the pinyin readings of a Chinese character without tones, the most likely first.

    Any other character is its own reading.
    """
    return tuple(pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=30_000)
def readings_with_tone(char: str) -> frozenset[str]:
    """Return the pinyin readings of a Chinese character with tone numbers, such as `lian2`."""
    return frozenset(pypinyin.pinyin(char, style=pypinyin.Style.TONE3, heteronym=True)[0])


def visual_similarity(one: str, other: str) -> float:
    """Return the visual similarity of two characters, from 0 to 1: the cosine of their blurred pixels.

    治 and 冶 have 0.94, 己 and 已 0.97; of random pairs 3 in 100 have 0.90 or more.
    """
    first, second = _pixels(one), _pixels(other)
    size = math.sqrt(_square(first) * _square(second))
    return sum(map(operator.mul, first, second)) / size if size else 0.0


@lru_cache(maxsize=2_000)
def _square(pixels: bytes) -> int:
    return sum(map(operator.mul, pixels, pixels))


@cache
def _font() -> "ImageFont.FreeTypeFont":
    return ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), SIZE)


@lru_cache(maxsize=2_000)
def _pixels(char: str) -> bytes:
    """Return a character, drawn small and blurred, as grey values row by row."""
    side = SIZE + 2 * MARGIN
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).text((MARGIN, -MARGIN), char, font=_font(), fill=255)
    return image.filter(ImageFilter.GaussianBlur(BLUR)).resize((side // 2, side // 2)).tobytes()
