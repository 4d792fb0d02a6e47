"""Decode the bytes of a text or a page: byte order mark, declared encoding, or the most plausible of the usual ones."""

import codecs
import re

from wxbot.errors import BulletinError

__all__ = ["declared_encoding", "decode"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v"]
_DAMAGED = "\ufffd"
_TOLERATED = 0.02
"""Share of damaged characters up to which a text is still read; the parser reports their lines."""

_STAND_IN = b"\x1a"
"""Control character that replaces a null byte while the encoding is detected."""

_COMMON = "，。、：的一是在有年月日第期"
_MIN_COMMON = 0.02
"""Share of common Chinese characters from which a text counts as Chinese."""

_SAVE_AS_TEXT = "请用“另存为 → 纯文本（UTF-8）”重新保存后再试。"
_DECLARED = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_HEAD = 4096
"""Bytes of a page in which the declaration of its encoding stands."""

# GB2312 and GBK are parts of GB18030, and pages that declare them use its characters.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "big5hkscs"}


def declared_encoding(data: bytes) -> str:
    """Return the encoding that a page declares, by the name of Python's codec; "" for none or an unknown one."""
    found = _DECLARED.search(data[:_HEAD])
    if found is None:
        return ""
    name = found[1].decode("ascii").lower()
    name = _SUPERSETS.get(name, name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def decode(data: bytes, file: str, declared: str = "") -> str:
    """Decode bytes as UTF-8, GB18030, Big5, or UTF-16 with or without a byte order mark.

    An encoding that the file declares is taken where it fits. A few damaged characters become U+FFFD. Raises
    BulletinError for an empty or binary file.
    """
    if not data.strip():
        raise BulletinError(f"{file} 是空文件", file=file, remedy="请换一个有内容的简报文件。")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if b"\0" in data:
        return _decode_with_nulls(data, file)
    texts = [data.decode(encoding, "replace") for encoding in ("utf-8", "gb18030", "big5hkscs")]
    if declared and _is_text_encoding(declared):
        texts.insert(0, data.decode(declared, "replace"))
        if _damaged_share(texts[0]) <= _TOLERATED and _DAMAGED in texts[1]:
            return texts[0]
    text = max(texts, key=_plausibility)
    if _damaged_share(text) > _TOLERATED or _control_share(text) > _TOLERATED:
        raise BulletinError(f"{file} 的编码无法识别，或者不是文字文件", file=file, remedy=_SAVE_AS_TEXT)
    return text


def _is_text_encoding(name: str) -> bool:
    """Tell if a codec turns bytes into text, with one byte or two for a character and no null bytes."""
    try:
        return isinstance("A".encode(name), bytes) and "A".encode(name) == b"A"
    except (LookupError, UnicodeError, TypeError):
        return False


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
    return text.count(_DAMAGED) / max(1, len(text) - len(text.encode("ascii", "ignore")))


def _control_share(text: str) -> float:
    """Return the share of control characters, which is near 0 in text."""
    return sum(map(text.count, _CONTROLS)) / len(text)
