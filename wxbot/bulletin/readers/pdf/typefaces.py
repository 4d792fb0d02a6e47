"""Tell the style of the fonts of a page, by the library's address of each, and the signs of fonts of signs."""

import ctypes
import re
from collections.abc import Mapping
from typing import Any

from pypdfium2 import raw

from wxbot.bulletin.readers.pdf.printed import Typeface

__all__ = ["Typefaces", "plain_call", "signs"]

_BOLD_NAME = re.compile(r"bold|black|heavy|simhei|heiti|-hei|黑体|xiaobiaosong|小标宋", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"(?:regular|roman|normal|light|thin|medium)(?![a-z])", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"italic|oblique", re.IGNORECASE)
_SYMBOL_NAME = re.compile(r"wingdings|webdings|symbol|dingbats", re.IGNORECASE)
_BOLD_WEIGHT = 600
_ITALIC_FLAG = 1 << 6
_NAME_BYTES = 256
# Bullets and marks of Wingdings and Symbol by the low byte of their code.
_SIGNS = {
    0x6C: "●",
    0x6D: "○",
    0x6E: "■",
    0x6F: "□",
    0x71: "□",
    0x72: "□",
    0x74: "◆",
    0x75: "◆",
    0x76: "❖",
    0x77: "◆",
    0x9F: "•",
    0xA1: "○",
    0xA7: "▪",
    0xA8: "□",
    0xAB: "★",
    0xB2: "◆",
    0xB7: "•",
    0xD8: "➢",
    0xE0: "→",
    0xE8: "➔",
    0xF0: "→",
    0xFB: "×",
    0xFC: "√",
    0xFD: "×",
    0xFE: "√",
}


def plain_call(function: Any, result: Any, *arguments: Any) -> Any:
    """Return a function of the library that takes and returns plain numbers for pointers, which is quicker."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_pointer, _int = ctypes.c_void_p, ctypes.c_int
_font_name = plain_call(raw.FPDFFont_GetBaseFontName, ctypes.c_ulong, _pointer, _pointer, ctypes.c_ulong)
_font_weight = plain_call(raw.FPDFFont_GetWeight, _int, _pointer)
_font_flags = plain_call(raw.FPDFFont_GetFlags, _int, _pointer)


class Typefaces:
    """Typefaces of the fonts of one page; `names` are those of fonts whose names the library does not know."""

    def __init__(self, names: Mapping[int, str] | None = None) -> None:
        self._names = names or {}
        self._faces: dict[int, Typeface] = {}
        self._equal: dict[tuple[str, int, int], Typeface] = {}
        self._buffer = ctypes.create_string_buffer(_NAME_BYTES)
        self._buffer_at = ctypes.addressof(self._buffer)

    def face(self, font: int) -> Typeface:
        """Return the typeface at an address of the library, 0 for none; the same object for equal ones."""
        found = self._faces.get(font)
        if found is None:
            facts = self._facts(font) if font else ("", 0, 0)
            if facts not in self._equal:
                self._equal[facts] = _typeface(*facts)
            found = self._faces[font] = self._equal[facts]
        return found

    def _facts(self, font: int) -> tuple[str, int, int]:
        """Return name, weight and flags of a font."""
        if font in self._names:
            return self._names[font], 0, 0
        self._buffer.value = b""
        _font_name(font, self._buffer_at, _NAME_BYTES)
        name = self._buffer.value.decode("utf-8", "replace")
        return name, _font_weight(font), _font_flags(font)


def _typeface(full_name: str, weight: int, flags: int) -> Typeface:
    """Return a typeface with the style that its name, or else its weight and flags tell."""
    name = full_name.rpartition("+")[2]
    # The weight is computed from the width of stems, so a name that states the style is trusted more.
    heavy = _PLAIN_NAME.search(name) is None and weight >= _BOLD_WEIGHT
    bold = _BOLD_NAME.search(name) is not None or heavy
    italic = _ITALIC_NAME.search(name) is not None or bool(flags & _ITALIC_FLAG)
    return Typeface(name, bold, italic, _SYMBOL_NAME.search(name) is not None)


def signs(text: str) -> str:
    """Return the characters of a font of signs as the signs that they show."""
    return "".join(
        _SIGNS.get(ord(char) & 0xFF, "•" if char in "\0\ufffd" else char)
        if ord(char) < 0x100 or 0xF000 <= ord(char) < 0xF100
        else char
        for char in text
    )
