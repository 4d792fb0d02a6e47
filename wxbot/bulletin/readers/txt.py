"""Read plain text: detect the encoding, and split the text into lines with indent, gap and table rows."""

import re
from collections.abc import Sequence
from itertools import pairwise

from wxbot.bulletin.line_text import clean, columns
from wxbot.bulletin.model import Line
from wxbot.errors import BulletinError

__all__ = ["decode", "lines"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WIDE_BLANK = re.compile(r"\t+| {2,}|\u3000{2,}")
_VERY_WIDE_BLANK = re.compile(r"\t+| {4,}|\u3000{2,}")
_DAMAGED = "\ufffd"
_TOLERATED = 0.02
"""Share of damaged characters up to which a text is still read; the parser reports their lines."""

_STAND_IN = b"\x1a"
"""Control character that replaces a null byte while the encoding is detected."""

_COMMON = "，。、：的一是在有年月日第期"
_MIN_COMMON = 0.02
"""Share of common Chinese characters from which a text counts as Chinese."""

_SAVE_AS_TEXT = "请用“另存为 → 纯文本（UTF-8）”重新保存后再试。"


def decode(data: bytes, file: str) -> str:
    """Decode bytes as UTF-8, GB18030, Big5, or UTF-16 with or without a byte order mark.

    A few damaged characters become U+FFFD. Raises BulletinError for an empty or binary file.
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
    if _damaged_share(text) > _TOLERATED or _control_share(text) > _TOLERATED:
        raise BulletinError(f"{file} 的编码无法识别，或者不是文字文件", file=file, remedy=_SAVE_AS_TEXT)
    return text


def _decode_with_nulls(data: bytes, file: str) -> str:
    """Decode a file with null bytes: it is UTF-16, which is full of them, or a text with a few damaged places."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, "replace")
        if _DAMAGED not in text and _common_share(text) > _MIN_COMMON:
            return text
    if data.count(0) > _TOLERATED * len(data):
        raise BulletinError(f"{file} 是二进制文件，不是文字", file=file, remedy=_SAVE_AS_TEXT)
    return decode(data.replace(b"\0", _STAND_IN), file).replace(_STAND_IN.decode(), _DAMAGED)


def _plausibility(text: str) -> tuple[bool, float, float]:
    """Return a sort key for candidate decodings: few damaged characters, many common ones, least damage."""
    return _damaged_share(text) <= _TOLERATED, _common_share(text), -_damaged_share(text)


def _common_share(text: str) -> float:
    """Return the share of the most common Chinese characters and signs."""
    return sum(map(text.count, _COMMON)) / len(text)


def _damaged_share(text: str) -> float:
    """Return the share of characters that could not be decoded."""
    return text.count(_DAMAGED) / max(1, sum(not char.isascii() for char in text))


def _control_share(text: str) -> float:
    """Return the share of control characters, which is near 0 in text."""
    return sum(char < " " and char not in "\t\n\r\f\v" for char in text) / len(text)


def lines(text: str) -> tuple[Line, ...]:
    """Return the lines with text, with indent and gap; a form feed starts a page, even without text after it."""
    found: list[Line] = []
    gap = 0
    source = _LINE_END.split(text)
    rows = _table_rows(source)
    for at, printed in enumerate(source, start=1):
        row = at - 1 in rows
        for page, part in enumerate(printed.split("\f")):
            bare = clean(part)
            if bare or page:
                found.append(
                    Line(
                        at,
                        bare,
                        indent=_indent(part),
                        gap=gap,
                        page_start=page > 0,
                        complete=row,
                        table_row=row,
                    )
                )
                gap = 0
        gap = gap + 1 if not clean(printed) else 0
    return tuple(found)


def _table_rows(source: Sequence[str]) -> set[int]:
    """Return the positions of table rows: three cells with wide blanks between them, or two in adjacent lines."""
    filled = [index for index, text in enumerate(source) if text.strip()]
    cells = {index: len(_cells(source[index], _WIDE_BLANK)) for index in filled}
    pairs = {index for index in filled if len(_cells(source[index], _VERY_WIDE_BLANK)) == 2}
    rows = {index for index in filled if cells[index] > 2}
    wide = rows | pairs
    running = [pair for pair in pairwise(filled) if wide.issuperset(pair)]
    return rows.union(*running)


def _cells(text: str, blank: re.Pattern[str]) -> list[str]:
    """Split a line at wide blanks; a letter-spaced name counts as one cell."""
    bare = text.strip()
    if not ("  " in bare or "\t" in bare or "\u3000" in bare):
        return [bare]
    cells = blank.split(bare)
    return [bare] if all(len(cell) < 2 for cell in cells) else cells


def _indent(text: str) -> int:
    """Return the columns of blank space before a line's text; a tab counts as four."""
    blank = text[: len(text) - len(text.lstrip())]
    return columns(blank.replace("\t", "    "))
