"""Measure Chinese lines in columns, clean them, and join lines that were wrapped at the width of a page."""

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["clean", "columns", "first_word_width", "join_lines", "remove_letterspacing"]

# Invisible characters that some text extractors leave in the text.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"), " ")
_CONTROL = {code: " " for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}
# PDF files name radicals and compatibility characters in place of the characters they look like.
_DOUBLES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFADA))
}
# Radicals without a compatibility decomposition in Unicode.
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


class _ColumnCache(dict[str, int]):
    """Cache of the columns that a character fills: two if it is as wide as a 汉字."""

    def __missing__(self, char: str) -> int:
        cells = 0 if unicodedata.combining(char) else 1
        # Unicode's ambiguous quotes and dots are full-width in a Chinese font.
        self[char] = cells = 2 if unicodedata.east_asian_width(char) in "WFA" else cells
        return cells


_COLUMNS = _ColumnCache()


def clean(text: str) -> str:
    """Return a line without blanks around it, invisible characters, and runs of blanks inside."""
    return " ".join(text.translate(_CLEAN).split())


def columns(text: str) -> int:
    """Return the columns that a text fills: 2 for a 汉字 or a full-width sign, 0 for a combining mark, else 1."""
    return sum(map(_COLUMNS.__getitem__, text))


def first_word_width(text: str) -> int:
    """Return the columns of the first word of a line with its signs: the part that is not split by wrapping."""
    found = _FIRST_WORD.match(text[:60])
    return columns(found[0]) if found else 0


def join_lines(lines: Sequence[str]) -> str:
    """Join lines that were wrapped at the width of a page.

    Between two Latin words the line end becomes a space; elsewhere, as between 汉字 and inside a URL or a
    hyphenated word, it becomes nothing.
    """
    text = ""
    for line in lines:
        text = f"{text} {line}" if text and _needs_space(text, line) else text + line
    return text


def _needs_space(before: str, after: str) -> bool:
    """Tell if the line end between two lines replaced a space."""
    last, first = before[-1], after[0]
    if not (last.isascii() and first.isascii()):
        return False
    if last in "-/" or _URL_END.search(before[-300:]):
        return False
    return (last.isalnum() or last in ",.;:!?)]\"'&") and (first.isalnum() or first in "([\"'&")


def remove_letterspacing(text: str) -> str:
    """Return a letter-spaced heading without its spaces: 新 动 向 becomes 新动向.

    A text with words of two 汉字 or more is not letter-spaced and is returned unchanged.
    """
    if _HAN_RUN.search(text) or len(_LONE_HAN.findall(text)) < 2:
        return text
    return _BETWEEN_HAN.sub("", text)
