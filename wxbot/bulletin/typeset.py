"""Chinese lines: how wide they are set, and how lines that a page has cut are joined again."""

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["close_up", "first_word", "join", "tidy", "width"]

# Invisible signs that some extractors leave behind; they are layout, not text.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"), " ")
_CONTROL = {code: " " for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}
# Signs that PDF files name in place of the characters they show: radicals, and doubles kept for old character sets.
_DOUBLES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFADA))
}
# The radicals that Unicode's own table gives no character for.
_RADICALS = (
    "⺟母⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食"
    "⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟"
)
_DOUBLES |= dict(zip(map(ord, _RADICALS[::2]), _RADICALS[1::2], strict=True))
_CLEAN = str.maketrans(_INVISIBLE | _CONTROL | {0xA0: " "} | _DOUBLES)

_HAN = r"\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")
_LONE_HAN = re.compile(f"(?<!\\S)[{_HAN}](?!\\S)")
_HAN_RUN = re.compile(f"[{_HAN}]{{2,}}")
_URL_END = re.compile(r"https?://\S*$")
_FIRST_WORD = re.compile(
    r"[（(《〈“‘「『【\[{]*(?:[0-9A-Za-z][\w.%+\-/:@&=?~]*|.)[，。、；：！？）)》〉”’」』】\]}…,.;:!?%]*"
)


class _Cells(dict[str, int]):
    """How many columns a character fills: two when it is set as wide as a 汉字."""

    def __missing__(self, char: str) -> int:
        cells = 0 if unicodedata.combining(char) else 1
        # The quotes and dots that Unicode calls ambiguous are full-width in a Chinese font.
        self[char] = cells = 2 if unicodedata.east_asian_width(char) in "WFA" else cells
        return cells


_CELLS = _Cells()


def tidy(text: str) -> str:
    """One line as printed, without blanks around it; runs of blanks inside are one space."""
    return " ".join(text.translate(_CLEAN).split())


def width(text: str) -> int:
    """The columns that a text fills: 2 for a 汉字 or a full-width sign, else 1."""
    return sum(map(_CELLS.__getitem__, text))


def first_word(text: str) -> int:
    """The width of what must stay together at the start of a line, with the signs that cling to it."""
    found = _FIRST_WORD.match(text[:60])
    return width(found[0]) if found else 0


def join(lines: Sequence[str]) -> str:
    """Lines cut by the width of a page as one text.

    Nothing is put between 汉字; between two Latin words the line's end stood for a space. The parts of an
    address or of a hyphenated word belong together.
    """
    text = ""
    for line in lines:
        text = f"{text} {line}" if text and _spaced(text, line) else text + line
    return text


def _spaced(before: str, after: str) -> bool:
    """Whether a line's end between two lines stood for a space."""
    last, first = before[-1], after[0]
    if not (last.isascii() and first.isascii()):
        return False
    if last in "-/" or _URL_END.search(before[-300:]):
        return False
    return (last.isalnum() or last in ",.;:!?)]\"'&") and (first.isalnum() or first in "([\"'&")


def close_up(text: str) -> str:
    """A heading set with spaces between its characters, without them: 【新 动 向】 is 新动向.

    A text with words of two 汉字 or more was not spaced out, so its spaces stay.
    """
    if _HAN_RUN.search(text) or len(_LONE_HAN.findall(text)) < 2:
        return text
    return _BETWEEN_HAN.sub("", text)
