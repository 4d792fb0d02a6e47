"""Plain text: which characters the bytes are, and which lines the characters."""

import re
from collections.abc import Sequence
from itertools import pairwise

from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import tidy, width
from wxbot.errors import BulletinError

__all__ = ["decode", "lines"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WIDE_BLANK = re.compile(r"\t+| {2,}|\u3000{2,}")
_VERY_WIDE_BLANK = re.compile(r"\t+| {4,}|\u3000{2,}")
_DAMAGED = "\ufffd"
_TOLERATED = 0.02
"""The share of damaged characters up to which a text is still read; the parser reports their lines."""

_STAND_IN = b"\x1a"
"""A control character in place of a null byte, which no encoding of text knows."""

_COMMON = "，。、：的一是在有年月日第期"
_TELLING = 0.02
"""The share of such signs from which a text is Chinese."""

_SAVE_AS_TEXT = "请用“另存为 → 纯文本（UTF-8）”重新保存后再试。"


def decode(data: bytes, file: str) -> str:
    """The text that bytes stand for: UTF-8, GB18030 or Big5, and UTF-16 with its mark or without.

    A few damaged places are kept as U+FFFD. BulletinError for an empty or a binary file.
    """
    if not data.strip():
        raise BulletinError(f"{file} 是空文件", file=file, remedy="请换一个有内容的简报文件。")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if b"\0" in data:
        return _decode_with_nulls(data, file)
    texts = [data.decode(encoding, "replace") for encoding in ("utf-8", "gb18030", "big5hkscs")]
    text = max(texts, key=_plausibility)
    if _damage(text) > _TOLERATED or _control(text) > _TOLERATED:
        raise BulletinError(f"{file} 的编码无法识别，或者不是文字文件", file=file, remedy=_SAVE_AS_TEXT)
    return text


def _decode_with_nulls(data: bytes, file: str) -> str:
    """The text of a file that holds null bytes: UTF-16 is full of them, a damaged text has one here and there."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, "replace")
        if _DAMAGED not in text and _common(text) > _TELLING:
            return text
    if data.count(0) > _TOLERATED * len(data):
        raise BulletinError(f"{file} 是二进制文件，不是文字", file=file, remedy=_SAVE_AS_TEXT)
    return decode(data.replace(b"\0", _STAND_IN), file).replace(_STAND_IN.decode(), _DAMAGED)


def _plausibility(text: str) -> tuple[bool, float, float]:
    """How likely it is that bytes were meant so: hardly damaged, full of common signs, as little damaged as can be."""
    return _damage(text) <= _TOLERATED, _common(text), -_damage(text)


def _common(text: str) -> float:
    """The share of signs that every Chinese text is full of."""
    return sum(map(text.count, _COMMON)) / len(text)


def _damage(text: str) -> float:
    """The share of a text that could not be decoded."""
    return text.count(_DAMAGED) / max(1, sum(not char.isascii() for char in text))


def _control(text: str) -> float:
    """The share of control characters, which text has hardly any of."""
    return sum(char < " " and char not in "\t\n\r\f\v" for char in text) / len(text)


def lines(text: str) -> tuple[Line, ...]:
    """Every line that holds something, with what stands before it; a form feed starts a page."""
    found: list[Line] = []
    gap = 0
    source = _LINE_END.split(text)
    rows = _rows(source)
    for at, printed in enumerate(source, start=1):
        row = at - 1 in rows
        for page, part in enumerate(printed.split("\f")):
            bare = tidy(part)
            if bare or page:
                found.append(
                    Line(at, bare, indent=_indent(part), gap=gap, page_start=page > 0, whole=row, row=row)
                )
                gap = 0
        gap = gap + 1 if not tidy(printed) else 0
    return tuple(found)


def _rows(source: Sequence[str]) -> set[int]:
    """Which lines are rows of a table: three cells with wide blanks between them, or two in several lines running."""
    held = [index for index, text in enumerate(source) if text.strip()]
    cells = {index: len(_cells(source[index], _WIDE_BLANK)) for index in held}
    pairs = {index for index in held if len(_cells(source[index], _VERY_WIDE_BLANK)) == 2}
    rows = {index for index in held if cells[index] > 2}
    wide = rows | pairs
    running = [pair for pair in pairwise(held) if wide.issuperset(pair)]
    return rows.union(*running)


def _cells(text: str, blank: re.Pattern[str]) -> list[str]:
    """What wide blanks part a line into; a name set with blanks between its characters is one."""
    bare = text.strip()
    if not ("  " in bare or "\t" in bare or "\u3000" in bare):
        return [bare]
    cells = blank.split(bare)
    return [bare] if all(len(cell) < 2 for cell in cells) else cells


def _indent(text: str) -> int:
    """The columns of blank space before a line's text; a tab counts as four."""
    blank = text[: len(text) - len(text.lstrip())]
    return width(blank.replace("\t", "    "))
