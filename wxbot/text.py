"""Chinese text: normal form for comparison, display width, and truncation between characters."""

import re
import unicodedata

__all__ = [
    "cut_bytes",
    "cut_width",
    "escape_controls",
    "has_han",
    "is_han",
    "mask_openids",
    "normalise",
    "one_line",
    "strip_controls",
    "width",
]

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}  # Unicode categories
_SPACES = re.compile(r"\s+")
_OPENID = re.compile(r"\b(o[A-Za-z0-9_-]{5})[A-Za-z0-9_-]{18}([A-Za-z0-9_-]{4})\b")
# Characters that XML 1.0 does not allow, lone surrogates, which UTF-8 cannot encode, and bidirectional controls, with
# which a text can be made to read as another one.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")


def normalise(text: str) -> str:
    """Return the form in which text is compared and searched: half-width, case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", strip_controls(text)).casefold().split())


def mask_openids(text: str) -> str:
    """Replace the middle of every openid in a text by an ellipsis; what is left tells one from another."""
    return _OPENID.sub(r"\1…\2", text)


def strip_controls(text: str) -> str:
    """Remove the characters that XML and terminals cannot show or that hide what is written; tab and newline stay."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def escape_controls(text: str) -> str:
    """Write control and invisible characters as escapes such as `\\x1b`, so that a line stays one line."""
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNSEEN else char
        for char in text
    )


def one_line(text: str) -> str:
    """Replace every run of white space, newlines included, by one space."""
    return _SPACES.sub(" ", text).strip()


def is_han(char: str) -> bool:
    """Tell if a character is Chinese (unified ideographs, extensions, compatibility forms, 〇)."""
    return (
        "\u4e00" <= char <= "\u9fff"
        or "\u3400" <= char <= "\u4dbf"
        or "\U00020000" <= char <= "\U000323af"
        or "\uf900" <= char <= "\ufaff"
        or char == "〇"
    )


def has_han(text: str) -> bool:
    """Tell if any character of a text is Chinese."""
    return any(map(is_han, text))


def width(text: str) -> int:
    """Return the columns of a text: 2 for a wide character, 0 for a combining mark, 1 for the others."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    """Return the columns of one character."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut_bytes(text: str, limit: int, end: str = "…") -> str:
    """Truncate a text to at most `limit` bytes of UTF-8 between characters; `end` marks the cut."""
    raw = text.encode("utf-8", "ignore")
    if len(raw) <= limit:
        return text
    room = limit - len(end.encode("utf-8"))
    if room <= 0:
        return raw[: max(limit, 0)].decode("utf-8", "ignore")
    return _strip_cut(raw[:room].decode("utf-8", "ignore")) + end


def cut_width(text: str, limit: int, end: str = "…") -> str:
    """Truncate a text to at most `limit` columns between characters; `end` marks the cut."""
    room, used, kept = limit - width(end), 0, 0
    for at, char in enumerate(text):
        used += _columns(char)
        if used <= room:
            kept = at + 1
        if used > limit:
            return _strip_cut(text[:kept]) + end
    return text


def _strip_cut(text: str) -> str:
    """Remove a zero-width joiner and spaces that the cut left at the end."""
    return text.rstrip("\u200d \u3000")
