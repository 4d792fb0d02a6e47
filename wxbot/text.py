"""Chinese text: one normal form to compare by, widths as a screen shows them, and cuts that never split a character."""

import re
import unicodedata

__all__ = ["cut_bytes", "cut_width", "has_han", "is_han", "normalise", "one_line", "strip_controls", "width"]

_SPACES = re.compile(r"\s+")
# What XML 1.0 cannot hold at all, and the lone surrogates that UTF-8 cannot.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def normalise(text: str) -> str:
    """Fold full width to half, case, and runs of white space; the form in which text is compared and searched."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", strip_controls(text)).casefold()).strip()


def strip_controls(text: str) -> str:
    """Drop the characters that neither XML nor a terminal can show; tab and newline stay."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def one_line(text: str) -> str:
    """Fold every run of white space, newlines included, into one space."""
    return _SPACES.sub(" ", text).strip()


def is_han(char: str) -> bool:
    """Whether one character is a Chinese one (unified ideographs, extensions, compatibility forms, 〇)."""
    return (
        "\u4e00" <= char <= "\u9fff"
        or "\u3400" <= char <= "\u4dbf"
        or "\U00020000" <= char <= "\U000323af"
        or "\uf900" <= char <= "\ufaff"
        or char == "〇"
    )


def has_han(text: str) -> bool:
    """Whether any character is a Chinese one."""
    return any(map(is_han, text))


def width(text: str) -> int:
    """Columns that the text takes: 2 for a wide character, 0 for a combining mark, 1 for the rest."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut_bytes(text: str, limit: int, end: str = "…") -> str:
    """Shorten to at most `limit` bytes of UTF-8, between characters; what was cut is marked by `end`."""
    raw = text.encode("utf-8", "ignore")
    if len(raw) <= limit:
        return text
    room = limit - len(end.encode("utf-8"))
    if room <= 0:
        return raw[: max(limit, 0)].decode("utf-8", "ignore")
    return _whole(raw[:room].decode("utf-8", "ignore")) + end


def cut_width(text: str, limit: int, end: str = "…") -> str:
    """Shorten to at most `limit` columns, between characters; what was cut is marked by `end`."""
    if width(text) <= limit:
        return text
    room, kept = limit - width(end), 0
    for at, char in enumerate(text):
        kept += _columns(char)
        if kept > room:
            return _whole(text[:at]) + end
    return text


def _whole(text: str) -> str:
    """Drop a joiner at the end, and the base letter whose combining mark may have been cut off stays as it is."""
    return text.rstrip("\u200d \u3000")
