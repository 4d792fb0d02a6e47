"""What a page prints around its text: page numbers, form feeds, rules, running headers.

None of it belongs to the issue, all of it is reported; what it tells of page breaks stays with the lines.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from wxbot import numbers
from wxbot.bulletin import line_features
from wxbot.bulletin.line_features import End
from wxbot.bulletin.model import Dropped, Line
from wxbot.bulletin.typeset import width

__all__ = [
    "COUNT",
    "FORM_FEED",
    "INVITATION",
    "PAGE_NUMBER",
    "RULE",
    "RUNNING_HEADER",
    "is_bare_number",
    "strip",
    "strip_headers",
]

FORM_FEED = "form feed"
PAGE_NUMBER = "page number"
RUNNING_HEADER = "running header"
RULE = "rule"
COUNT = "title mark"
INVITATION = "invitation to follow"

_D = r"[0-9０-９]{1,4}"
_HAN_D = rf"{numbers.NUMERAL}{{1,4}}"
_RULE = r"[-–—―－─~·•|]+"
_DRESSED = re.compile(
    rf"{_RULE}\s*(?:{_D}|[ivxlIVXL]{{1,6}})\s*{_RULE}"
    rf"|(?:共\s*{_HAN_D}\s*[页頁]\s*[,，/]?\s*)?第\s*{_HAN_D}\s*[页頁]\s*(?:[,，/／]?\s*[(（]?\s*共\s*{_HAN_D}\s*[页頁]\s*[)）]?)?"
    rf"|{_D}\s*[/／]\s*{_D}|[Pp](?:age)?\.?\s*{_D}(?:\s*(?:of|/)\s*{_D})?"
)
_BARE = re.compile(r"[0-9０-９]{1,3}")
_LINE = re.compile(r"(?:[-–—―－─━═＝=_＿*＊~～·•.．…＃#◆◇■□●○★☆※]\s*){3,}")
_COUNT = re.compile(r"(?P<number>0[0-9]|[0-9]{1,2}(?=[.．、]))[.．、]?")
_INVITATION = re.compile(
    r"(?:点击|點擊|长按|長按|扫描|扫码|识别|关注).{0,20}(?:关注|關注|订阅|訂閱|二维码|公众号|蓝字).{0,12}"
    r"|(?:微信)?扫一扫.{0,20}|.{0,6}(?:阅读原文|点个在看|点个赞|分享收藏)|预览时标签不可点|继续滑动看下一个|在小说阅读器中沉浸阅读"
)
_SHORTEST_PAGE = 4
"""Lines from one page number to the next, at least."""

_MOST_UNPRINTED = 9
"""How far one printed page number can be from the next: some pages hide theirs."""

_LONGEST_HEADER = 120
"""Characters of a running header, at most."""

_WIDEST_HEADER = 90
"""Columns of a line at the edge of pages that is no text."""

_PAGE_IN_HEADER = re.compile(
    rf"[第共总總]*\s*{_HAN_D}\s*[页頁期年月日]|{_RULE}\s*{_D}\s*{_RULE}|[0-9０-９\s|·—–-]"
)


def strip(lines: Sequence[Line]) -> tuple[list[Line], list[Dropped]]:
    """The lines without page numbers, form feeds and rules; a line after one of the first two starts a page."""
    counts = _counts(lines)
    bare = _bare_numbers(lines)
    kept: list[Line] = []
    dropped: list[Dropped] = []
    page_start = ruled = counted = False
    for index, line in enumerate(lines):
        if line.page_start:
            dropped.append(Dropped(line.at, "\f", FORM_FEED))
        page_start = page_start or line.page_start
        if line.why:
            _set_aside(line, kept, dropped)
            continue
        if not line.text:
            continue
        if index in counts:
            dropped.append(Dropped(line.at, line.text, COUNT))
            counted = True
            continue
        if _INVITATION.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, INVITATION))
            continue
        if index in bare or _DRESSED.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, PAGE_NUMBER))
            page_start = True
            continue
        if _LINE.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, RULE))
            ruled = True
            continue
        kept.append(replace(line, page_start=page_start, ruled=line.ruled or ruled, counted=counted))
        page_start = ruled = counted = False
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


def _counts(lines: Sequence[Line]) -> set[int]:
    """Which lines are numbers of the titles below them: 01 or 1., each one more than the last, or the first again."""
    found = [
        (i, int(match["number"])) for i, line in enumerate(lines) if (match := _COUNT.fullmatch(line.text))
    ]
    numbers = [number for _, number in found]
    steps = all(after in {before + 1, 1} for before, after in pairwise(numbers))
    return {index for index, _ in found} if steps and len(found) > 1 and numbers[0] <= 1 else set()


def is_bare_number(line: Line) -> bool:
    """Whether a line holds a number and nothing else."""
    return _BARE.fullmatch(line.text) is not None


def strip_headers(lines: Sequence[Line], names: Sequence[str]) -> tuple[list[Line], list[Dropped]]:
    """The lines without those that pages repeat, such as the masthead's (`names`), perhaps with a page number."""
    parts = sorted(
        {bare for name in names if len(name) <= _LONGEST_HEADER and (bare := _bare(name))},
        key=len,
        reverse=True,
    )
    again = _repeated(lines)
    kept: list[Line] = []
    dropped: list[Dropped] = []
    page_start = False
    for index, line in enumerate(lines):
        named = not line.level and len(line.text) <= _LONGEST_HEADER and _made_of(_bare(line.text), parts)
        if named or index in again:
            dropped.append(Dropped(line.at, line.text, RUNNING_HEADER))
            page_start = page_start or named or line.page_start
            continue
        kept.append(replace(line, page_start=line.page_start or page_start))
        page_start = False
    return kept, dropped


def _repeated(lines: Sequence[Line]) -> set[int]:
    """Which lines say, at the top or at the foot of most pages, the same but for the number of the page."""
    tops = [index for index, line in enumerate(lines) if line.page_start]
    found: set[int] = set()
    for edge, first in ((tops, 0), ([top - 1 for top in tops if top], len(lines) - 1)):
        edges = {
            index: _bare(lines[index].text) for index in {*edge, first} if lines and _may_run(lines[index])
        }
        counts = Counter(bare for bare in edges.values() if bare)
        found |= {i for i, bare in edges.items() if counts[bare] > 1 and counts[bare] * 2 > len(tops)}
    return found


def _may_run(line: Line) -> bool:
    """Whether a line can be one that pages repeat: short, no sentence, and no section's name."""
    short = width(line.text) <= _WIDEST_HEADER and line_features.end(line.text) is not End.STOP
    return short and line_features.bracketed(line.text) is None


def _made_of(text: str, parts: Sequence[str]) -> bool:
    """Whether a text is nothing but some of the parts, one after the other."""
    rest = text
    for part in parts:
        rest = rest.replace(part, "")
    return bool(text) and not rest


def _bare(text: str) -> str:
    """A text without spaces, figures and page numbers, to compare headers by."""
    return _PAGE_IN_HEADER.sub("", text)
