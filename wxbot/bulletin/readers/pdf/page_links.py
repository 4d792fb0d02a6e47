"""Read the links of a page, and give their addresses to the characters that they cover."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import pypdfium2 as pdfium
from pypdfium2 import raw

from wxbot.bulletin.readers.pdf.characters import Turn
from wxbot.bulletin.readers.pdf.printed import Box, CharacterRun

__all__ = ["link_runs"]

_MAX_LINKS = 2_000  # of a page
_MAX_ADDRESS = 4_096  # bytes
_SCHEMES = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class _LinkArea:
    """A rectangle that opens an address."""

    box: Box
    url: str


def link_runs(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, turn: Turn, runs: Sequence[CharacterRun]
) -> list[CharacterRun]:
    """Return runs with the addresses of the links that lie on them; a run is split where a link begins or ends."""
    areas = list(_areas(document, page, turn))
    if not areas:
        return list(runs)
    by_height: dict[int, list[_LinkArea]] = {}
    for area in areas:
        for height in range(
            _step(area.box.bottom), min(_step(area.box.top), _step(area.box.bottom) + 50) + 1
        ):
            by_height.setdefault(height, []).append(area)
    return [
        part for run in runs for part in _split(run, by_height.get(_step((run.bottom + run.top) / 2), ()))
    ]


def _step(height: float) -> int:
    """Return the strip of the page, 20 points high, that a height lies in."""
    return int(max(-1e6, min(1e6, height)) // 20)


def _split(run: CharacterRun, areas: Sequence[_LinkArea]) -> Iterator[CharacterRun]:
    """Yield the parts of a run inside and outside links."""
    middle = (run.bottom + run.top) / 2
    near = [
        area
        for area in areas
        if area.box.bottom <= middle <= area.box.top
        and area.box.left < run.right_edge
        and run.left_edge < area.box.right
    ]
    if not near:
        yield run
        return
    urls = [
        next((area.url for area in near if area.box.left <= (left + right) / 2 <= area.box.right), "")
        for left, right in zip(run.lefts, run.rights, strict=True)
    ]
    start = 0
    for url, group in groupby(urls):
        end = start + len(list(group))
        part = run.part(start, end)
        part.url = url
        yield part
        start = end


def _areas(document: pdfium.PdfDocument, page: pdfium.PdfPage, turn: Turn) -> Iterator[_LinkArea]:
    """Yield the web links of a page, a rectangle for each line of a link."""
    at, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(_MAX_LINKS):
        if not raw.FPDFLink_Enumerate(page.raw, at, link):
            return
        url = _address(document, link)
        if url.lower().startswith(_SCHEMES):
            for box in _boxes(link):
                yield _LinkArea(turn.box(*box), url)


def _address(document: pdfium.PdfDocument, link: object) -> str:
    """Return the address that a link opens; "" for a place in the document."""
    action = raw.FPDFLink_GetAction(link)
    length = raw.FPDFAction_GetURIPath(document.raw, action, None, 0) if action else 0
    if not 0 < length <= _MAX_ADDRESS:
        return ""
    address = ctypes.create_string_buffer(length)
    raw.FPDFAction_GetURIPath(document.raw, action, address, length)
    return address.value.decode("utf-8", "replace").strip()


def _boxes(link: object) -> Iterator[tuple[float, float, float, float]]:
    """Yield the rectangles of a link: left, lower, right and upper edge."""
    count = min(raw.FPDFLink_CountQuadPoints(link), 50)
    quad = raw.FS_QUADPOINTSF()
    for index in range(count):
        if raw.FPDFLink_GetQuadPoints(link, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield min(xs), min(ys), max(xs), max(ys)
    box = raw.FS_RECTF()
    if count <= 0 and raw.FPDFLink_GetAnnotRect(link, box):
        yield box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)
