"""What a page prints around its text: page numbers, form feeds, running headers.

None of it belongs to the issue, all of it is reported; what it tells of page breaks stays with the lines.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from wxbot.bulletin import numerals
from wxbot.bulletin.model import Dropped, Line

__all__ = ["FORM_FEED", "PAGE_NUMBER", "RUNNING_HEADER", "is_bare_number", "strip", "strip_headers"]

FORM_FEED = "form feed"
PAGE_NUMBER = "page number"
RUNNING_HEADER = "running header"

_D = r"[0-9０-９]{1,4}"
_HAN_D = rf"{numerals.DIGITS}{{1,4}}"
_RULE = r"[-–—―－─~·•|]+"
_DRESSED = re.compile(
    rf"{_RULE}\s*(?:{_D}|[ivxlIVXL]{{1,6}})\s*{_RULE}"
    rf"|(?:共\s*{_HAN_D}\s*[页頁]\s*[,，/]?\s*)?第\s*{_HAN_D}\s*[页頁]\s*(?:[,，/／]?\s*[(（]?\s*共\s*{_HAN_D}\s*[页頁]\s*[)）]?)?"
    rf"|{_D}\s*[/／]\s*{_D}|[Pp](?:age)?\.?\s*{_D}(?:\s*(?:of|/)\s*{_D})?"
)
_BARE = re.compile(r"[0-9０-９]{1,3}")
_SHORTEST_PAGE = 4
"""Lines from one page number to the next, at least."""

_MOST_UNPRINTED = 9
"""How far one printed page number can be from the next: some pages hide theirs."""

_LONGEST_HEADER = 120
"""Characters of a running header, at most."""

_PAGE_IN_HEADER = re.compile(rf"第\s*{_HAN_D}\s*[页頁]|{_RULE}\s*{_D}\s*{_RULE}|[0-9０-９\s|·—–-]")


def strip(lines: Sequence[Line]) -> tuple[list[Line], list[Dropped]]:
    """The lines without page numbers and form feeds; a line after one of them starts a page."""
    bare = _bare_numbers(lines)
    kept: list[Line] = []
    dropped: list[Dropped] = []
    page_start = False
    for index, line in enumerate(lines):
        if line.page_start:
            dropped.append(Dropped(line.at, "\f", FORM_FEED))
        page_start = page_start or line.page_start
        if line.why:
            _set_aside(line, kept, dropped)
            continue
        if not line.text:
            continue
        if index in bare or _DRESSED.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, PAGE_NUMBER))
            page_start = True
            continue
        kept.append(replace(line, page_start=page_start))
        page_start = False
    return kept, dropped


def _set_aside(line: Line, kept: list[Line], dropped: list[Dropped]) -> None:
    """Drop what the reader knows to be no text; its pictures go to the line before it."""
    if line.text:
        dropped.append(Dropped(line.at, line.text, line.why))
    if line.images and kept:
        kept[-1] = replace(kept[-1], images=(*kept[-1].images, *line.images))


def _bare_numbers(lines: Sequence[Line]) -> set[int]:
    """Which lines that hold a number and nothing else count the pages.

    Pages count upwards and hold text; figures of a table stand close together or go up and down. A number
    with two blank lines above it stands at the foot of a page, whatever it is.
    """
    numbers = {index for index, line in enumerate(lines) if is_bare_number(line)}
    best: list[list[tuple[int, int]]] = []
    for index in sorted(numbers):
        if numbers & {index - 1, index + 1}:
            continue
        here = (index, int(lines[index].text))
        before = [
            chain
            for chain in best[-20:]
            if 0 < here[1] - chain[-1][1] <= _MOST_UNPRINTED and index - chain[-1][0] >= _SHORTEST_PAGE
        ]
        best.append([*max(before, key=len, default=[]), here])
    apart = {index for index in numbers if lines[index].gap > 1}
    return apart | {index for index, _ in max(best, key=len, default=[])}


def is_bare_number(line: Line) -> bool:
    """Whether a line holds a number and nothing else."""
    return _BARE.fullmatch(line.text) is not None


def strip_headers(lines: Sequence[Line], names: Sequence[str]) -> tuple[list[Line], list[Dropped]]:
    """The lines without those that only repeat the masthead's lines (`names`), perhaps with a page number."""
    parts = sorted(
        {bare for name in names if len(name) <= _LONGEST_HEADER and (bare := _bare(name))},
        key=len,
        reverse=True,
    )
    kept: list[Line] = []
    dropped: list[Dropped] = []
    page_start = False
    for line in lines:
        if not line.level and len(line.text) <= _LONGEST_HEADER and _made_of(_bare(line.text), parts):
            dropped.append(Dropped(line.at, line.text, RUNNING_HEADER))
            page_start = True
            continue
        kept.append(replace(line, page_start=line.page_start or page_start))
        page_start = False
    return kept, dropped


def _made_of(text: str, parts: Sequence[str]) -> bool:
    """Whether a text is nothing but some of the parts, one after the other."""
    rest = text
    for part in parts:
        rest = rest.replace(part, "")
    return bool(text) and not rest


def _bare(text: str) -> str:
    """A text without spaces, figures and page numbers, to compare headers by."""
    return _PAGE_IN_HEADER.sub("", text)
