"""Words of Chinese texts: the only module that uses rjieba, and word breaks for lines.

Chinese has no spaces, so where a word ends is a guess of the dictionary. Search cuts words to find them; pages cut
them so that no line of a heading ends in the middle of one.
"""

import re
from typing import TYPE_CHECKING

from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    import rjieba
else:
    rjieba = LazyModule("rjieba")  # its dictionary is read at import; a list of issues needs none

__all__ = ["cut_words", "has_word", "keep_units", "keep_words", "split_compound", "tag_words"]

# 避头尾, and what joins words of other scripts: a line ends neither before the first kind nor after the second.
_NO_BREAK = "\u00a0"
_NOT_FIRST = "\u00a0，。、；：？！…—·”’）》】〉」』〕％%,.;:?!)]}～~+-/&@_"
_NOT_LAST = "\u00a0“‘（《【〈「『〔([{￥$#+-/&@_"
# A short quoted name stays whole: the dictionary knows no new company or product.
_QUOTED = re.compile(r"([“《「『（【][^“”《》「」『』（）【】]{1,10}[”》」』）】])")


# A number and its unit or measure word: 300 mm, 7.4 亿, 18 日.
_MEASURES = "年月日号时点分秒天周元万亿千百个人家项件台套吨公米克倍次届期页篇条种名股"
_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=[A-Za-zµμΩ℃℉°%‰]{{1,5}}(?![A-Za-z])|[{_MEASURES}])")


def keep_units(text: str) -> str:
    """Return a text in which no line ends between a number and its unit."""
    return _BEFORE_UNIT.sub(_NO_BREAK, text)


def cut_words(text: str, *, guess: bool) -> list[str]:
    """Cut a text into words; with `guess` a statistical model also forms words that are not in the dictionary."""
    words: list[str] = rjieba.cut(text, guess)
    return words


def has_word(word: str) -> bool:
    """Return whether a word is in the dictionary."""
    return bool(rjieba.has_word(word))


def tag_words(text: str) -> list[tuple[str, str]]:
    """Return the words of a text with their part-of-speech tags: n for a noun, v for a verb and so on."""
    return [(str(word), str(kind)) for word, kind in rjieba.tag(text)]


def split_compound(word: str) -> list[tuple[int, int]]:
    """Return where the words within a word start and end: those of 电动汽车 are 电动, 汽车 and 电动汽车."""
    return [(start, end) for _, start, end in rjieba.tokenize(word, "search", False)]


def keep_words(text: str) -> list[str]:
    """Return a text in pieces that a line must not break: words, short quoted names, numbers with their units."""
    pieces: list[str] = []
    for at, part in enumerate(_QUOTED.split(keep_units(text))):
        for piece in [part] if at % 2 else cut_words(part, guess=True):
            if pieces and piece and (piece[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST):
                pieces[-1] += piece
            elif piece:
                pieces.append(piece)
    return pieces
