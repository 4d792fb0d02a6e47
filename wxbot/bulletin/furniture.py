"""Remove the lines that are not part of the articles, and report each with its reason.

Page furniture (page numbers, form feeds, rules, running headers, invitations to follow the account) stands between the
lines of an article; the evidence for page breaks stays with the lines around it. The table of contents stands before
the articles, and the end matter (distribution, imprint) after them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from wxbot import numbers
from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd, columns, remove_letterspacing
from wxbot.bulletin.model import Dropped, Line

__all__ = [
    "CONTENTS",
    "COUNT",
    "END_MATTER",
    "FORM_FEED",
    "INVITATION",
    "PAGE_NUMBER",
    "RULE",
    "RUNNING_HEADER",
    "as_dropped",
    "end_matter_start",
    "find_table_of_contents",
    "is_bare_number",
    "is_toc_heading",
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
_PAGE_NUMBER = re.compile(
    rf"{_RULE}\s*(?:{_D}|[ivxlIVXL]{{1,6}})\s*{_RULE}"
    rf"|(?:共\s*{_HAN_D}\s*[页頁]\s*[,，/]?\s*)?第\s*{_HAN_D}\s*[页頁]\s*(?:[,，/／]?\s*[(（]?\s*共\s*{_HAN_D}\s*[页頁]\s*[)）]?)?"
    rf"|{_D}\s*[/／]\s*{_D}|[Pp](?:age)?\.?\s*{_D}(?:\s*(?:of|/)\s*{_D})?"
)
_BARE_NUMBER = re.compile(r"[0-9０-９]{1,3}")
_RULE_LINE = re.compile(r"(?:[-–—―－─━═＝=_＿*＊~～·•.．…＃#◆◇■□●○★☆※]\s*){3,}")
_COUNT = re.compile(r"(?P<number>0[0-9]|[0-9]{1,2}(?=[.．、]))[.．、]?")
_INVITATION = re.compile(
    r"(?:点击|點擊|长按|長按|扫描|扫码|识别|关注).{0,20}(?:关注|關注|订阅|訂閱|二维码|公众号|蓝字).{0,12}"
    r"|(?:微信)?扫一扫.{0,20}|.{0,6}(?:阅读原文|点个在看|点个赞|分享收藏)|预览时标签不可点|继续滑动看下一个|在小说阅读器中沉浸阅读"
)
_MIN_PAGE_LINES = 4
"""Lines from one page number to the next, at least."""

_MAX_PAGE_STEP = 9
"""Difference between two successive printed page numbers, at most: some pages print none."""

_MAX_HEADER = 120
"""Characters of a running header, at most."""

_MAX_HEADER_COLUMNS = 90
"""Columns of a line at the top or foot of pages that is not text, at most."""

_PAGE_IN_HEADER = re.compile(
    rf"[第共总總]*\s*{_HAN_D}\s*[页頁期年月日]|{_RULE}\s*{_D}\s*{_RULE}|[0-9０-９\s|·—–-]"
)


def strip(lines: Sequence[Line]) -> tuple[list[Line], list[Dropped]]:
    """Return the lines without page furniture, and what was dropped.

    The line after a page number or form feed has `page_start` set, the one after a rule `below_rule`.
    """
    counts = _title_numbers(lines)
    bare = _bare_numbers(lines)
    kept: list[Line] = []
    dropped: list[Dropped] = []
    page_start = below_rule = below_number = False
    for index, line in enumerate(lines):
        if line.page_start:
            dropped.append(Dropped(line.at, "\f", FORM_FEED))
        page_start = page_start or line.page_start
        if line.drop_reason:
            _drop_marked(line, kept, dropped)
            continue
        if not line.text:
            continue
        if index in counts:
            dropped.append(Dropped(line.at, line.text, COUNT))
            below_number = True
            continue
        if _INVITATION.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, INVITATION))
            continue
        if index in bare or _PAGE_NUMBER.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, PAGE_NUMBER))
            page_start = True
            continue
        if _RULE_LINE.fullmatch(line.text):
            dropped.append(Dropped(line.at, line.text, RULE))
            below_rule = True
            continue
        kept.append(
            replace(
                line,
                page_start=page_start,
                below_rule=line.below_rule or below_rule,
                below_number=below_number,
            )
        )
        page_start = below_rule = below_number = False
    return kept, dropped


def _drop_marked(line: Line, kept: list[Line], dropped: list[Dropped]) -> None:
    """Drop a line that the reader marked with a reason; move its pictures to the line before it."""
    if line.text:
        dropped.append(Dropped(line.at, line.text, line.drop_reason))
    if line.images and kept:
        kept[-1] = replace(kept[-1], images=(*kept[-1].images, *line.images))


def _bare_numbers(lines: Sequence[Line]) -> set[int]:
    """Return the positions of lines that hold only a number and are page numbers.

    Page numbers increase and have text between them; figures of a table stand close together or go up and
    down. A number with two blank lines above it stands at the foot of a page and is always a page number.
    The longest increasing chain wins.
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
            if 0 < here[1] - chain[-1][1] <= _MAX_PAGE_STEP and index - chain[-1][0] >= _MIN_PAGE_LINES
        ]
        best.append([*max(before, key=len, default=[]), here])
    apart = {index for index in numbers if lines[index].gap > 1}
    return apart | {index for index, _ in max(best, key=len, default=[])}


def _title_numbers(lines: Sequence[Line]) -> set[int]:
    """Return the positions of lines that number the title below them: 01 or 1., counting up or restarting."""
    found = [
        (i, int(match["number"])) for i, line in enumerate(lines) if (match := _COUNT.fullmatch(line.text))
    ]
    numbers = [number for _, number in found]
    steps = all(after in {before + 1, 1} for before, after in pairwise(numbers))
    return {index for index, _ in found} if steps and len(found) > 1 and numbers[0] <= 1 else set()


def is_bare_number(line: Line) -> bool:
    """Tell if a line holds a number and nothing else."""
    return _BARE_NUMBER.fullmatch(line.text) is not None


def strip_headers(lines: Sequence[Line], names: Sequence[str]) -> tuple[list[Line], list[Dropped]]:
    """Return the lines without running headers, and what was dropped.

    A running header consists of masthead lines (`names`), perhaps with a page number, or is repeated at the
    edge of most pages.
    """
    parts = sorted(
        {bare for name in names if len(name) <= _MAX_HEADER and (bare := _bare(name))},
        key=len,
        reverse=True,
    )
    repeated = _repeated_at_edges(lines)
    kept: list[Line] = []
    dropped: list[Dropped] = []
    page_start = False
    for index, line in enumerate(lines):
        from_head = not line.level and len(line.text) <= _MAX_HEADER and _consists_of(_bare(line.text), parts)
        if from_head or index in repeated:
            dropped.append(Dropped(line.at, line.text, RUNNING_HEADER))
            page_start = page_start or from_head or line.page_start
            continue
        kept.append(replace(line, page_start=line.page_start or page_start))
        page_start = False
    return kept, dropped


def _repeated_at_edges(lines: Sequence[Line]) -> set[int]:
    """Return the positions of lines repeated at the top or foot of most pages, apart from the page number."""
    tops = [index for index, line in enumerate(lines) if line.page_start]
    found: set[int] = set()
    for edge, first in ((tops, 0), ([top - 1 for top in tops if top], len(lines) - 1)):
        edges = {
            index: _bare(lines[index].text)
            for index in {*edge, first}
            if lines and _may_be_header(lines[index])
        }
        counts = Counter(bare for bare in edges.values() if bare)
        found |= {i for i, bare in edges.items() if counts[bare] > 1 and counts[bare] * 2 > len(tops)}
    return found


def _may_be_header(line: Line) -> bool:
    """Tell if a line may be a running header: short, not a sentence, not a section's name."""
    short = columns(line.text) <= _MAX_HEADER_COLUMNS and line_text.line_end(line.text) is not LineEnd.STOP
    return short and line_text.bracket_content(line.text) is None


def _consists_of(text: str, parts: Sequence[str]) -> bool:
    """Tell if a text consists of some of the parts and nothing else."""
    rest = text
    for part in parts:
        rest = rest.replace(part, "")
    return bool(text) and not rest


def _bare(text: str) -> str:
    """Return a text without spaces, figures and page numbers, to compare headers."""
    return _PAGE_IN_HEADER.sub("", text)


CONTENTS = "table of contents"
END_MATTER = "end matter"

_HEADING = re.compile(
    r"(?:本期|本周|本月)?(?:目[录錄次]|要目|导读|導讀|内容提要|要[闻聞]速[览覽]|看点|Contents|(?:Contents)?目[录錄](?:Contents)?)",
    re.IGNORECASE,
)
_LEADER = re.compile(
    r"\s*(?:[.．…·•\s]{2,}\s*\d{1,3}|[.．…·•]{2,}|\s\d{1,3}|\s*[/／|]\s*[Pp]?\.?\s*\d{1,3}|\s*[Pp]\.?\s*\d{1,3}|[（(]\s*\d{1,3}\s*[)）])\s*$"
)
_BLANK = re.compile(r"\s+")
_IMPRINT = re.compile(
    r"(?:主?报送?|主?送|发送?|抄送|抄报|抄發|報送|抄報|主送|呈送|分送|印发|印發|印制|校对|校對|审核|審核|审校|核稿|签发|簽發|供稿|投稿(?:邮箱|热线)?"
    r"|本期编辑|责任编辑|责编|执行编辑|主编|编辑|編輯|编审|编印|整理编集|技术支持|联系(?:人|电话|方式|我们)|聯繫\S{0,3}|电话|電話|传真|傳真|地址|邮编|邮箱|郵箱|电子邮件|E-?mail|网址|網址"
    r"|(?:版权|免责|郑重)?声明|聲明|微信公众号|主办单位|主办|承办|協辦|协办)\s*[：:].*"
    r"|[（(]?\s*(?:共印|印数|印数：)?\s*\d+\s*份\s*[)）]?|[（(]?共印.*份[)）]?|[-—=*\s]*(?:END|End|完|全文完|本期完)[-—=*\s]*|[（(](?:完|全文完|本期完)[)）]|联系我们|联系方式|聯絡我們"
    r"|往期(?:推荐|回顾|精选).*|.*(?:长按|扫描|识别).*二维码.*|.{2,60}月\s*\S{1,3}\s*日\s*印(?:发|發|制|製)?(?:\s*[（(]?共印.*)?"
)
_MAX_LEADER = 120
"""Characters of the dots and the number that end an entry, at most."""

_MAX_IMPRINT = 300
"""Characters of a line of end matter, at most."""

_MAX_START = 40
"""Position of the heading of a table of contents, at most."""

_TAIL = 30
"""Lines of end matter, at most."""


def find_table_of_contents(lines: Sequence[Line]) -> range:
    """Return the positions of the table of contents, its heading included; an empty range where there is none.

    Entries end in dots or a page number. Where they do not, the table ends before the repetition of its
    first entry.
    """
    for start, line in enumerate(lines):
        if start > _MAX_START:
            break
        if is_toc_heading(line) and start + 1 < len(lines):
            return range(start, _contents_end(lines, start))
    return range(0)


def is_toc_heading(line: Line) -> bool:
    """Tell if a line is the heading of a table of contents, such as 目录."""
    text = line_text.bracket_content(line.text) or line.text
    return _HEADING.fullmatch(remove_letterspacing(text).replace(" ", "").rstrip("：:")) is not None


def _contents_end(lines: Sequence[Line], start: int) -> int:
    """Return the position of the first line below a table of contents; `start` where the heading has no entries."""
    end = start + 1
    while any(_has_leader(line) for line in lines[end : end + 2]):
        end += 1
    if end > start + 1:
        return end
    first = _key(lines[start + 1].text)
    for index in range(start + 2, len(lines)):
        if len(first) >= 2 and _key(lines[index].text) == first:
            return _above_headings(lines, start, index)
    return start


def _above_headings(lines: Sequence[Line], start: int, end: int) -> int:
    """Return the position of the first of the headings directly above `end`, which belong to the body."""
    while end > start + 2 and line_text.bracket_content(lines[end - 1].text):
        end -= 1
    return end


def _has_leader(line: Line) -> bool:
    """Tell if a line ends in leader dots or a page number, as entries of a table do."""
    return _LEADER.search(line.text[-_MAX_LEADER:]) is not None


def _is_imprint(line: Line) -> bool:
    """Tell if a line is one of an imprint."""
    return len(line.text) <= _MAX_IMPRINT and _IMPRINT.fullmatch(line.text) is not None


def _key(text: str) -> str:
    """Return what an entry and its heading share: the text without blanks, dots, page number and marker."""
    bare = text[:-_MAX_LEADER] + _LEADER.sub("", text[-_MAX_LEADER:])
    return _BLANK.sub("", line_text.bracket_content(bare) or line_text.leading_marker(bare).rest)


def end_matter_start(lines: Sequence[Line]) -> int:
    """Return the position of the first line of the end matter; the number of lines where there is none.

    From there on, at least every second line belongs to an imprint, and none is a long sentence.
    """
    start = count = len(lines)
    imprint = 0
    for index in range(count - 1, max(-1, count - 1 - _TAIL), -1):
        text = lines[index].text
        if _is_imprint(lines[index]):
            imprint += 1
            if imprint * 2 >= count - index:
                start = index
        elif line_text.bracket_content(text) or (line_text.line_end(text) is LineEnd.STOP and len(text) > 60):
            break
    return start


def as_dropped(lines: Sequence[Line], why: str) -> list[Dropped]:
    """Return lines as dropped text, all with one reason."""
    return [Dropped(line.at, line.text, why) for line in lines]
