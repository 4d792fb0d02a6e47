"""Setting a title in lines: where a Chinese line may be break_lines, and how lines stand in the middle of a picture."""

import re
from collections.abc import Sequence
from functools import lru_cache

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from wxbot.rendering.cover_tones import Colour
from wxbot.rendering.issue_texts import shorten
from wxbot.text import is_han
from wxbot.words import cut_words, keep_words

__all__ = ["break_lines", "draw_centred", "drawable", "letter_spaced", "sans", "serif"]

# 避头尾: characters that may not begin a line, and characters that may not end one.
_NOT_FIRST = "，。、；：？！…—·”’）》】〉」』〕％%,.;:?!)]}～~"
_NOT_LAST = "“‘（《【〈「『〔([{￥$#"
_PIECES = re.compile(r"\s+|[A-Za-z0-9](?:[A-Za-z0-9.,/+&'@_-]*[A-Za-z0-9+])?%?|.", re.DOTALL)
_NUMBER = re.compile(r"(?:[0-9][0-9.,%+-]*|(?:^|[^A-Za-z])[A-Z])\s*$")  # a round C of financing too
_LONGEST_UNIT = 3  # characters: 亿元, 年, 亿人次
_LONGEST = 200  # characters of a text that are considered; a picture never holds more
_MISSING = "\U0010ffff"  # a code point that no font has; its shape is the shape of every missing character


@lru_cache(maxsize=64)
def sans(size: int) -> FreeTypeFont:
    """Return the sans-serif font for small text; `size` in pixels."""
    return ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def serif(size: int) -> FreeTypeFont:
    """Return the serif font (宋体) for the main text of a picture; `size` in pixels."""
    return ImageFont.truetype(pylopdf_fonts_zh_cn.serif_path(), size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """Return the text without characters that the fonts lack, such as emoji, which would show as empty boxes."""
    return "".join(filter(_is_drawable, text)).strip()


@lru_cache(maxsize=8192)
def _is_drawable(char: str) -> bool:
    return char.isprintable() and all(
        _shape(font(16), char) != _shape(font(16), _MISSING) for font in (sans, serif)
    )


def _shape(font: FreeTypeFont, char: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(char)
    return mask.size, bytes(mask)


def break_lines(text: str, font: FreeTypeFont, width: int, most: int) -> list[str]:
    """Break text into at most `most` lines of at most `width` pixels, of lengths as even as possible.

    Text that does not fit is cut at a pause and ends in `…`. Words, short names in brackets, and numbers with their
    units stay whole where a line can hold them. No line begins or ends with punctuation that is forbidden there.
    """

    def fits(part: str) -> bool:
        return len(_fill_lines(_pieces(part, font, width), font, width)) <= most

    pieces = _pieces(shorten(drawable(text)[:_LONGEST], fits), font, width)
    lines = _fill_lines(pieces, font, width)
    step = int(font.size)
    for narrower in range(width - step, width // 2, -step):
        # The narrowest width that needs no additional line avoids a last line with a single character.
        tighter = _fill_lines(pieces, font, narrower)
        if len(tighter) != len(lines) or any(font.getlength(line) > narrower for line in tighter):
            break
        lines = tighter
    return lines


def draw_centred(
    image: Image.Image,
    lines: Sequence[str],
    font: FreeTypeFont,
    colour: Colour,
    *,
    top: float,
    leading: float = 1.4,
) -> float:
    """Draw lines centred on the picture, the first below `top`; return the position below the last, in pixels."""
    draw = ImageDraw.Draw(image)
    for line in lines:
        # Centre by the visible box: the empty half of a full-width bracket would shift the line.
        left, _, right, _ = font.getbbox(line)
        draw.text(((image.width - (right - left)) / 2 - left, top), line, font=font, fill=colour)
        top += font.size * leading
    return top


def letter_spaced(text: str, most: int = 8) -> str:
    """Return up to `most` Chinese characters with spaces between them, as in a masthead: 长 风 联 盟."""
    if len(text) > most or not all(map(is_han, text)):
        return text
    return " ".join(text)


def _pieces(text: str, font: FreeTypeFont, width: int) -> list[str]:
    """Split text into pieces that may not be broken: words with their punctuation, numbers with their units."""
    pieces: list[str] = []
    for piece in _units(keep_words(text)):
        for part in _narrow_parts(piece, font, width):
            attached = pieces and (part[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST)
            if attached:
                pieces[-1:] = _attach(pieces[-1], part, font, width)
            else:
                pieces.append(part)
    return pieces


def _attach(piece: str, part: str, font: FreeTypeFont, width: int) -> list[str]:
    """Return a piece and the part that may not stand apart from it, broken elsewhere if no line can hold both."""
    whole = piece + part
    if font.getlength(whole) <= width:
        return [whole]
    for at in range(len(piece) - 1, 0, -1):
        if whole[at] not in _NOT_FIRST and whole[at - 1] not in _NOT_LAST:
            return [whole[:at], whole[at:]] if font.getlength(whole[at:]) <= width else [piece, part]
    return [piece, part]


def _units(words: Sequence[str]) -> list[str]:
    """Join numbers with the unit behind them: 3.6 亿元."""
    joined: list[str] = []
    for word in words:
        is_unit = word.strip() and len(word.rstrip("，。、；：！？”」』》）")) <= _LONGEST_UNIT
        if joined and _NUMBER.search(joined[-1]) and (is_unit or word.isspace()):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _narrow_parts(piece: str, font: FreeTypeFont, width: int) -> list[str]:
    """Return a piece whole if a line can hold it, else its Latin words and characters."""
    if font.getlength(piece) <= width:
        return [piece]
    words = cut_words(piece, guess=True)
    if all(font.getlength(word) <= width for word in words):
        return words
    parts = _PIECES.findall(piece)
    return [each for part in parts for each in ([part] if font.getlength(part) <= width else list(part))]


def _fill_lines(pieces: Sequence[str], font: FreeTypeFont, width: int) -> list[str]:
    """Fill lines of at most `width` pixels with the pieces, greedily."""
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and font.getlength((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines
