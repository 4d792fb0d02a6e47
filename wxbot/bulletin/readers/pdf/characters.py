"""Read the characters of a page in runs of one typeface, with the place of each.

The library is called once or twice for each character, so the calls are made in bulk: `map` over all characters of a
page, with results in one array.
"""

import ctypes
import math
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import repeat
from typing import Any, cast

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.readers.pdf.printed import Box, TextRun, Typeface

__all__ = ["Turn", "page_turn", "read_runs"]

_BOLD_NAME = re.compile(r"bold|black|heavy|simhei|heiti|-hei|黑体|xiaobiaosong|小标宋", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"(?:regular|roman|normal|light|thin|medium)(?![a-z])", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"italic|oblique", re.IGNORECASE)
_SYMBOL_NAME = re.compile(r"wingdings|webdings|symbol|dingbats", re.IGNORECASE)
_BOLD_WEIGHT = 600
_ITALIC_FLAG = 1 << 6
_NAME_BYTES = 256
_HYPHENS = str.maketrans("\x02\ufffe", "--")  # the library's codes for a hyphen at the end of a line
_SAMPLED = 24  # characters whose direction tells that of the page
_STEP = 3  # the typeface of each third character is looked up: two neighbours in bold are found
_SAME = 0.2  # of the height of the type: characters whose edges differ by less stand on one line
_INSIDE = 0.3  # of the height of the type: the widest gap inside a run
_BACK = 0.15  # of the height: characters of a run overlap by this, at most
_BLANKS = 3  # blanks in a row that separate two runs
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


def _fast(function: Any, result: Any, *arguments: Any) -> Any:
    """Return a function of the library that takes and returns plain numbers for pointers, which is quicker."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_pointer, _int = ctypes.c_void_p, ctypes.c_int
_text_object = _fast(raw.FPDFText_GetTextObject, _pointer, _pointer, _int)
_font = _fast(raw.FPDFTextObj_GetFont, _pointer, _pointer)
_loose_box = _fast(raw.FPDFText_GetLooseCharBox, None, _pointer, _int, _pointer)


class Turn:
    """Turn of a page by quarters, so that its text runs from left to right."""

    def __init__(self, quarters: int) -> None:
        self.quarters = quarters % 4

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a rectangle of the file on the page as it is read."""
        match self.quarters:
            case 1:
                return Box(bottom, -right, top, -left)
            case 2:
                return Box(-right, -top, -left, -bottom)
            case 3:
                return Box(-top, left, -bottom, right)
            case _:
                return Box(left, bottom, right, top)

    def base(self, x: float, y: float) -> float:
        """Return the height of a point of the file on the page as it is read."""
        return (y, -x, -y, x)[self.quarters]


def page_turn(text: pdfium.PdfTextPage) -> Turn:
    """Return the turn after which most of the characters of a page stand upright."""
    count = text.count_chars()
    angles = Counter(
        round(raw.FPDFText_GetCharAngle(text.raw, at) / (math.pi / 2)) % 4
        for at in range(0, count, max(1, count // _SAMPLED))
    )
    # The library counts angles clockwise.
    return Turn(-angles.most_common(1)[0][0]) if angles else Turn(0)


def read_runs(text: pdfium.PdfTextPage, turn: Turn) -> list[TextRun]:
    """Return the characters of a page in the order of the file."""
    count = text.count_chars()
    if count <= 0:
        return []
    reader = _PageCharacters(text, count, turn)
    return [run for start, end in reader.strips() for run in reader.runs(start, end)]


class _PageCharacters:
    """Characters of one page: their text and edges, and the typefaces by the library's address of each."""

    def __init__(self, text: pdfium.PdfTextPage, count: int, turn: Turn) -> None:
        self._page = text.raw
        self._address = ctypes.cast(text.raw, ctypes.c_void_p).value
        self._turn = turn
        self._faces: dict[int, Typeface] = {}
        self._equal: dict[Typeface, Typeface] = {}
        self._chars = self._text(text, count)
        self._read_edges(count)

    def _text(self, text: pdfium.PdfTextPage, count: int) -> str:
        """Return the characters, one for each position."""
        found: str = text.get_text_range()
        if len(found) != count:
            found = "".join(chr(raw.FPDFText_GetUnicode(self._page, at)) for at in range(count))
        return found.translate(_HYPHENS)

    def _read_edges(self, count: int) -> None:
        """Read the left, lower, right and upper edge of all characters."""
        boxes = (raw.FS_RECTF * count)()
        start = ctypes.addressof(boxes)
        addresses = range(start, start + 16 * count, 16)
        deque(map(_loose_box, repeat(self._address, count), range(count), addresses), maxlen=0)
        edges = cast("list[float]", memoryview(boxes).cast("B").cast("f").tolist())
        left, top, right, bottom = edges[0::4], edges[1::4], edges[2::4], edges[3::4]
        match self._turn.quarters:
            case 1:
                left, bottom, right, top = bottom, [-x for x in right], top, [-x for x in left]
            case 2:
                left, right = [-x for x in right], [-x for x in left]
                bottom, top = [-y for y in top], [-y for y in bottom]
            case 3:
                left, bottom, right, top = [-y for y in top], left, [-y for y in bottom], right
            case _:
                pass
        self._left, self._right, self._bottom, self._top = left, right, bottom, top

    def strips(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of runs of characters that stand close to each other on one line."""
        lefts, rights, bottoms, tops = self._left, self._right, self._bottom, self._top
        start = end = 0  # of the characters that are not blank
        low = high = last = gap = back = same = 0.0
        for at, char in enumerate(self._chars):
            if char.isspace():
                continue
            left = lefts[at]
            if (
                end > start
                and -same < bottoms[at] - low < same
                and -same < tops[at] - high < same
                and last - back <= left <= last + gap * (1 + 2 * min(at - end, _BLANKS))
                and at - end < _BLANKS
            ):
                end, last = at + 1, rights[at]
                continue
            if end > start:
                yield start, end
            start, end = at, at + 1
            low, high, last = bottoms[at], tops[at], rights[at]
            gap, back, same = _INSIDE * (high - low), _BACK * (high - low), _SAME * (high - low)
        if end > start:
            yield start, end

    def runs(self, start: int, end: int) -> Iterator[TextRun]:
        """Yield the characters of a strip as runs of one typeface each."""
        first, here = start, self._face(start)
        for at in range(start + _STEP, end + _STEP - 1, _STEP):
            sampled = min(at, end - 1)
            if self._face(sampled) is here or self._chars[sampled].isspace():
                continue
            for within in range(max(first + 1, sampled - _STEP + 1), sampled + 1):
                if not self._chars[within].isspace() and (found := self._face(within)) is not here:
                    yield self._run(first, within, here)
                    first, here = within, found
        yield self._run(first, end, here)

    def _face(self, at: int) -> Typeface:
        """Return the typeface of a character; equal typefaces are one object."""
        found = _text_object(self._address, at)
        font = (_font(found) or 0) if found else 0
        if font not in self._faces:
            face = _typeface(font) if font else Typeface("")
            self._faces[font] = self._equal.setdefault(face, face)
        return self._faces[font]

    def _run(self, start: int, end: int, face: Typeface) -> TextRun:
        """Return characters of one typeface as a run, with their style."""
        matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetMatrix(self._page, start, matrix)
        raw.FPDFText_GetCharOrigin(self._page, start, x, y)
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) - 90 * self._turn.quarters
        colour = [ctypes.c_uint() for _ in range(4)]
        has_colour = raw.FPDFText_GetFillColor(self._page, start, *colour)
        red, green, blue, alpha = (part.value for part in colour) if has_colour else (0, 0, 0, 255)
        mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(self._page, start))
        chars, lefts, rights = self._kept(start, end)
        return TextRun(
            _signs(chars) if face.symbol else chars.replace("\0", "\ufffd"),
            lefts,
            rights,
            self._turn.base(x.value, y.value),
            self._bottom[start],
            self._top[start],
            round(4 * raw.FPDFText_GetFontSize(self._page, start) * scale) / 4 or 1.0,
            face,
            red << 16 | green << 8 | blue,
            alpha,
            outlined=mode in {raw.FPDF_TEXTRENDERMODE_FILL_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE},
            unseen=mode in {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP},
            angle=(angle + 180) % 360 - 180,
        )

    def _kept(self, start: int, end: int) -> tuple[str, list[float], list[float]]:
        """Return the characters without those that the library adds, which have no width, with their edges."""
        chars, lefts, rights = self._chars[start:end], self._left[start:end], self._right[start:end]
        if " " not in chars and chars.isprintable():
            return chars, lefts, rights
        kept = [
            index
            for index, char in enumerate(chars)
            if not char.isspace() or (rights[index] > lefts[index] and char not in "\r\n")
        ]
        return (
            "".join(" " if chars[index].isspace() else chars[index] for index in kept),
            [lefts[index] for index in kept],
            [rights[index] for index in kept],
        )


def _typeface(address: int) -> Typeface:
    """Return name and style of a font."""
    font = ctypes.cast(address, raw.FPDF_FONT)
    buffer = ctypes.create_string_buffer(_NAME_BYTES)
    raw.FPDFFont_GetBaseFontName(font, buffer, _NAME_BYTES)
    name = buffer.value.decode("utf-8", "replace").rpartition("+")[2]
    # The weight is computed from the width of stems, so a name that states the style is trusted more.
    heavy = _PLAIN_NAME.search(name) is None and raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
    bold = _BOLD_NAME.search(name) is not None or heavy
    italic = _ITALIC_NAME.search(name) is not None or bool(raw.FPDFFont_GetFlags(font) & _ITALIC_FLAG)
    return Typeface(name, bold, italic, _SYMBOL_NAME.search(name) is not None)


def _signs(text: str) -> str:
    """Return the characters of a font of signs as the signs that they show."""
    return "".join(
        _SIGNS.get(ord(char) & 0xFF, "•" if char in "\0\ufffd" else char)
        if ord(char) < 0x100 or 0xF000 <= ord(char) < 0xF100
        else char
        for char in text
    )
