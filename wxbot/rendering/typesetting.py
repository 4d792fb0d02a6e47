"""Setting a title in lines: where a Chinese line may be break_lines, and how lines stand in the middle of a picture."""

import re
from collections.abc import Sequence

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from wxbot.rendering.fonts import drawable
from wxbot.rendering.headline import shorten
from wxbot.rendering.palette import Colour
from wxbot.text import is_han

__all__ = ["break_lines", "draw_centred", "letter_spaced"]

# 避头尾: what may not open a line, and what may not close one.
_NOT_FIRST = "，。、；：？！…—·”’）》】〉」』〕％%,.;:?!)]}～~"
_NOT_LAST = "“‘（《【〈「『〔([{￥$#"
_PIECES = re.compile(r"\s+|[A-Za-z0-9](?:[A-Za-z0-9.,/+&'@_-]*[A-Za-z0-9+])?%?|.", re.DOTALL)
_LONGEST = 200  # characters that are looked at: more never stand on a picture


def break_lines(text: str, font: FreeTypeFont, width: int, most: int) -> list[str]:
    """The text in at most `most` lines of at most `width` pixels, as even as they can be.

    What is too much is cut where it reads well and ends in …; words and numbers of Latin letters stay whole where
    a line can hold them; no line begins or ends with a mark that may not.
    """

    def fits(part: str) -> bool:
        return len(_filled(_pieces(part, font, width), font, width)) <= most

    pieces = _pieces(shorten(drawable(text)[:_LONGEST], fits), font, width)
    lines = _filled(pieces, font, width)
    step = int(font.size)
    for narrower in range(width - step, width // 2, -step):
        # The narrowest measure that needs no further line leaves no single character alone at the end.
        tighter = _filled(pieces, font, narrower)
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
    """Write lines into the middle of the picture, the first one's box from `top` down; gives the bottom."""
    draw = ImageDraw.Draw(image)
    for line in lines:
        # By what is seen: a bracket's empty half would push the line aside.
        left, _, right, _ = font.getbbox(line)
        draw.text(((image.width - (right - left)) / 2 - left, top), line, font=font, fill=colour)
        top += font.size * leading
    return top


def letter_spaced(text: str, most: int = 8) -> str:
    """The way a masthead is set: 长 风 联 盟; up to `most` 汉字 with a blank between them."""
    if len(text) > most or not all(map(is_han, text)):
        return text
    return " ".join(text)


def _pieces(text: str, font: FreeTypeFont, width: int) -> list[str]:
    """What must stay together: words, and marks with the character that they cling to."""
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        parts = [piece] if font.getlength(piece) <= width else list(piece)
        for part in parts:
            clings = pieces and (part[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST)
            if clings and font.getlength(pieces[-1] + part) <= width:
                pieces[-1] += part
            else:
                pieces.append(part)
    return pieces


def _filled(pieces: Sequence[str], font: FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and font.getlength((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines
