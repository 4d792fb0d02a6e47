"""Read the characters of a page in runs of one typeface, with the place of each.

The library is called once or twice for each character, so the calls are made in bulk: `map` over all characters of a
page, with results in one array.
"""

import ctypes
import math
from collections import Counter, deque
from collections.abc import Iterator
from itertools import repeat
from typing import cast

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.readers.pdf.printed import Box, CharacterRun, Typeface
from wxbot.bulletin.readers.pdf.typefaces import Typefaces, plain_call, signs

__all__ = ["Turn", "page_turn", "read_runs"]

_HYPHENS = str.maketrans("\x02\ufffe", "--")  # the library's codes for a hyphen at the end of a line
_SAMPLED = 24  # characters whose direction tells that of the page
_STEP = 4  # the typeface of each fourth character is looked up: two neighbours in bold are found
_SAME = 0.2  # of the height of the type: characters whose edges differ by less stand on one line
_INSIDE = 0.3  # of the height of the type: the widest gap inside a run
_BACK = 0.15  # of the height: characters of a run overlap by this, at most
_WIDE = 0.4  # of the height: a blank that the library computed is one if it is that wide
_WHITE = frozenset(" \r\n\t\u00a0\u3000\u2002\u2003\u2009\u200b\v\f")
_FLAT = frozenset("一二三—–-－─…·•．.、，,。：:；;“”‘’\"'~～_=＝")
_BLANKS = 3  # blanks in a row that separate two runs
_pointer, _int = ctypes.c_void_p, ctypes.c_int
_text_object = plain_call(raw.FPDFText_GetTextObject, _pointer, _pointer, _int)
_font = plain_call(raw.FPDFTextObj_GetFont, _pointer, _pointer)
_loose_box = plain_call(raw.FPDFText_GetLooseCharBox, None, _pointer, _int, _pointer)


_matrix = plain_call(raw.FPDFText_GetMatrix, None, _pointer, _int, _pointer)
_origin = plain_call(raw.FPDFText_GetCharOrigin, None, _pointer, _int, _pointer, _pointer)
_fill_colour = plain_call(raw.FPDFText_GetFillColor, _int, _pointer, _int, *[_pointer] * 4)
_font_size = plain_call(raw.FPDFText_GetFontSize, ctypes.c_double, _pointer, _int)
_render_mode = plain_call(raw.FPDFTextObj_GetTextRenderMode, _int, _pointer)
_OUTLINED = {raw.FPDF_TEXTRENDERMODE_FILL_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE}
_UNSEEN = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}


class _Buffers:
    """Memory into which the library writes, with its addresses."""

    def __init__(self) -> None:
        self.matrix = (ctypes.c_float * 6)()
        self.origin = (ctypes.c_double * 2)()
        self.colour = (ctypes.c_uint * 4)()
        self.matrix_at = ctypes.addressof(self.matrix)
        self.origin_at = ctypes.addressof(self.origin)
        self.colour_at = ctypes.addressof(self.colour)


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


def read_runs(text: pdfium.PdfTextPage, turn: Turn, typefaces: Typefaces) -> list[CharacterRun]:
    """Return the characters of a page in the order of the file, with the typefaces of its fonts."""
    count = text.count_chars()
    if count <= 0:
        return []
    reader = _PageCharacters(text, count, turn, typefaces)
    found = (run for start, end in reader.strips() for run in reader.runs(start, end))
    return [
        run
        for run in found
        if math.isfinite(run.left_edge + run.right_edge + run.base + run.bottom + run.top)
    ]


class _PageCharacters:
    """Characters of one page: their text and edges, and the typefaces by the library's address of each."""

    def __init__(self, text: pdfium.PdfTextPage, count: int, turn: Turn, typefaces: Typefaces) -> None:
        self._page = text.raw
        self._address = ctypes.cast(text.raw, ctypes.c_void_p).value
        self._turn = turn
        self._typefaces = typefaces
        self._buffers = _Buffers()
        self._object, self._object_face = 0, Typeface("")
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
        """Yield start and end of runs of characters that stand close to each other on one line.

        Some fonts give the edges of the ink in place of those of the type, so 一 and signs tell no height.
        """
        start = end = 0  # of the characters that are not blank
        low = high = last = gap = back = same = 0.0
        flat = False  # the run has only characters that tell no height
        every = zip(self._chars, self._left, self._right, self._bottom, self._top, strict=True)
        for at, (char, left, right, bottom, top) in enumerate(every):
            if char in _WHITE:
                continue
            blanks = at - end
            if (
                blanks < _BLANKS
                and last - back <= left <= last + (gap * (1 + 2 * blanks) if blanks else gap)
                and end > start
            ):
                if -same < bottom - low < same and -same < top - high < same:
                    end, last = at + 1, right
                    continue
                if char in _FLAT and bottom > low - same and top < high + same:
                    end, last = at + 1, right
                    continue
                if flat and bottom <= low and high <= top:
                    end, last = at + 1, right
                    flat, low, high = char in _FLAT, bottom, top
                    height = high - low
                    gap, back, same = _INSIDE * height, _BACK * height, _SAME * height
                    continue
            if end > start:
                yield start, end
            start, end = at, at + 1
            flat, low, high, last = char in _FLAT, bottom, top, right
            height = max(high - low, (right - left) / 2 if flat else 0.0)
            gap, back, same = _INSIDE * height, _BACK * height, _SAME * height
        if end > start:
            yield start, end

    def runs(self, start: int, end: int) -> Iterator[CharacterRun]:
        """Yield the characters of a strip as runs of one typeface each."""
        first, here = start, self._face(start)
        for at in range(start + _STEP, end + _STEP - 1, _STEP):
            sampled = min(at, end - 1)
            if self._face(sampled) is here or self._chars[sampled] in _WHITE:
                continue
            for within in range(max(first + 1, sampled - _STEP + 1), sampled + 1):
                if self._chars[within] not in _WHITE and (found := self._face(within)) is not here:
                    yield self._run(first, within, here)
                    first, here = within, found
        yield self._run(first, end, here)

    def _face(self, at: int) -> Typeface:
        """Return the typeface of a character; equal typefaces are one object."""
        found = _text_object(self._address, at)
        if found == self._object:
            return self._object_face
        face = self._typefaces.face((_font(found) or 0) if found else 0)
        self._object, self._object_face = found, face
        return face

    def _run(self, start: int, end: int, face: Typeface) -> CharacterRun:
        """Return characters of one typeface as a run, with their style."""
        page, buffers = self._address, self._buffers
        _matrix(page, start, buffers.matrix_at)
        _origin(page, start, buffers.origin_at, buffers.origin_at + 8)
        colour_at = buffers.colour_at
        if not _fill_colour(page, start, colour_at, colour_at + 4, colour_at + 8, colour_at + 12):
            buffers.colour[:] = [0, 0, 0, 255]
        a, b, c, d = buffers.matrix[:4]
        red, green, blue, alpha = buffers.colour
        mode = _render_mode(_text_object(page, start))
        angle = math.degrees(math.atan2(b, a)) - 90 * self._turn.quarters
        chars, lefts, rights = self._visible(start, end)
        return CharacterRun(
            signs(chars) if face.symbol else chars.replace("\0", "\ufffd"),
            lefts,
            rights,
            self._turn.base(*buffers.origin),
            min(self._bottom[start:end]) if chars[0] in _FLAT else self._bottom[start],
            max(self._top[start:end]) if chars[0] in _FLAT else self._top[start],
            round(4 * _font_size(page, start) * (math.hypot(c, d) or 1.0)) / 4 or 1.0,
            face,
            red << 16 | green << 8 | blue,
            alpha,
            outlined=mode in _OUTLINED,
            unseen=mode in _UNSEEN,
            angle=(angle + 180) % 360 - 180,
        )

    def _visible(self, start: int, end: int) -> tuple[str, list[float], list[float]]:
        """Return the characters without those that the library adds, which have no width, with their edges."""
        chars, lefts, rights = self._chars[start:end], self._left[start:end], self._right[start:end]
        if " " not in chars and chars.isprintable():
            return chars, lefts, rights
        wide = _WIDE * (self._top[start] - self._bottom[start])
        kept = [
            index
            for index, char in enumerate(chars)
            if char not in _WHITE
            or rights[index] > lefts[index]
            or _is_between_words(chars, index)
            or (0 < index < len(chars) - 1 and lefts[index + 1] - rights[index - 1] > wide)
        ]
        return (
            "".join(" " if chars[index] in _WHITE else chars[index] for index in kept),
            [lefts[index] for index in kept],
            [rights[index] for index in kept],
        )


def _is_between_words(chars: str, at: int) -> bool:
    """Tell if a blank that the library computed stands between two Latin words."""
    around = chars[at - 1 : at] + chars[at + 1 : at + 2]
    return len(around) == 2 and around.isascii() and around.isprintable() and chars[at] == " "
