"""The letters that pictures are drawn with: Noto Sans SC and Noto Serif SC, from a package that carries both.

The one place that knows which package that is, and what its letters can show.
"""

from functools import lru_cache

import pylopdf_fonts_zh_cn
from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

__all__ = ["drawable", "sans", "serif"]

# A code point that no font has: what is drawn for it is drawn for every character that is missing.
_MISSING = "\U0010ffff"


@lru_cache(maxsize=64)
def sans(size: int) -> FreeTypeFont:
    """Upright and plain, for small text; `size` in pixels."""
    return ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def serif(size: int) -> FreeTypeFont:
    """With serifs (宋体), for what is to be seen first; `size` in pixels."""
    return ImageFont.truetype(pylopdf_fonts_zh_cn.serif_path(), size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """The text without what the fonts lack (emoji, the rarest 汉字): no empty boxes on a cover."""
    return "".join(filter(_known, text)).strip()


@lru_cache(maxsize=8192)
def _known(char: str) -> bool:
    return char.isprintable() and all(
        _shape(font(16), char) != _shape(font(16), _MISSING) for font in (sans, serif)
    )


def _shape(font: FreeTypeFont, char: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(char)
    return mask.size, bytes(mask)
