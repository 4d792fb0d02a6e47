"""Remove the lines that are not part of the articles, and report each with its reason.

Page furniture (page numbers, form feeds, rules, running headers, invitations to follow the account) stands between the
lines of an article; the evidence for page breaks stays with the lines around it.
"""

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace

from wxbot import numbers
from wxbot.bulletin import line_text
from wxbot.bulletin.contents import CONTENTS, is_toc_heading
from wxbot.bulletin.heading_marks import section_ornaments, title_numbers
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Dropped, Line

__all__ = [
    "COUNT",
    "FORM_FEED",
    "INVITATION",
    "PAGE_NUMBER",
    "RULE",
    "RUNNING_HEADER",
    "as_dropped",
    "is_bare_number",
    "strip",
    "strip_headers",
]

FORM_FEED = "form feed"
PAGE_NUMBER = "page number"
RUNNING_HEADER = "running header"
RULE = "rule"
COUNT = "title mark"
ORNAMENT = "section mark"
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
_RULE_LINE = re.compile(r"(?:[-–—―－─━═＝=_＿*＊~～·•.．…＃#◆◇■□●○★☆※┌┐└┘├┤┏┓┗┛╔╗╚╝╭╮╰╯]\s*){3,}")

_INVITATION = re.compile(
    r"(?:点击|點擊)(?:上方|下方|顶部)?[“「]?(?:蓝字|藍字)[”」]?|(?:点击|點擊|长按|長按|扫描|扫码|识别|关注).{0,20}(?:关注|關注|订阅|訂閱|二维码|公众号|蓝字).{0,12}"
    r"|(?:如|若)?(?:您|你)?(?:不愿|不想|不再|无需|取消|停止)\S{0,6}(?:收到|接收|订阅|訂閱).{0,30}(?:回复|回復|退订|退訂|点击|點擊|邮件|TD).{0,20}"
    r"|(?:微信)?扫一扫.{0,20}|.{0,6}(?:阅读原文|点个在看|点个赞|分享收藏)|预览时标签不可点|继续滑动看下一个|在小说阅读器中沉浸阅读"
)
_FOLLOW_US = {"关注我们", "關注我們", "关注", "订阅我们"}
"""Second line of an invitation to follow the account."""

_CONTENTS_MARK = re.compile(r"@?\[?\[toc\]\]?|@\[toc\]\(.*\)|\$\{toc\}|\{:toc\}|\{\{toc\}\}", re.IGNORECASE)
"""Where Markdown editors put a table of contents."""

_MIN_PAGE_LINES = 4
"""Lines from one page number to the next, at least."""

_MAX_PAGE_STEP = 9
"""Difference between two successive printed page numbers, at most: some pages print none."""

_MAX_HEADER = 120
"""Characters of a running header, at most."""

_MAX_HEADER_COLUMNS = 90
"""Columns of a line at the top or foot of pages that is not text, at most."""

_MAX_VERTICAL = 40
"""Position of a heading in vertical type, at most."""

_VERTICAL_CHARACTERS = 6
"""Characters of a heading in vertical type, at most."""

_PAGE_IN_HEADER = re.compile(
    rf"[第共总總]*\s*{_HAN_D}\s*[页頁期年月日]|{_RULE}\s*{_D}\s*{_RULE}|[0-9０-９\s|·—–-]"
)


def strip(lines: Sequence[Line]) -> tuple[list[Line], list[Dropped]]:
    """Return the lines without page furniture, and what was dropped.

    The line after a page number or form feed has `page_start` set, the one after a rule `below_rule`.
    """
    counts = title_numbers(lines)
    bare = _bare_numbers(lines)
    ornaments = section_ornaments(lines)
    kept: list[Line] = []
    dropped: list[Dropped] = []
    rules: set[int] = set()
    page_start = below_rule = below_number = is_invited = False
    for index, line in enumerate(lines):
        if line.page_start:
            dropped.append(Dropped(line.at, "\f", FORM_FEED))
        page_start = page_start or line.page_start
        if line.drop_reason or (not line.text and line.block is None):
            dropped += [Dropped(line.at, line.text, line.drop_reason)] if line.text else []
            continue
        if line.block is None and index in counts and not line.is_body:
            dropped.append(Dropped(line.at, line.text, COUNT))
            below_number = True
            continue
        why = "" if line.is_body else _furniture(line, is_page_number=index in bare)
        why = ORNAMENT if index in ornaments and not line.is_body else why
        if is_invited and line.text in _FOLLOW_US and not line.is_body:
            why = INVITATION
        is_invited = why == INVITATION
        if why:
            dropped.append(Dropped(line.at, line.text, why))
            page_start = page_start or why == PAGE_NUMBER
            below_rule = below_rule or why == RULE
            rules |= {line.at} if why == RULE else set()
            continue
        kept.append(_below(line, page_start=page_start, rule=below_rule, number=below_number))
        page_start = below_rule = below_number = False
    return _with_ruled_headings(_with_vertical_heading(kept), rules), dropped


def _with_vertical_heading(lines: list[Line]) -> list[Line]:
    """Return the lines with the heading of a table of contents in vertical type, a character a line, on one line."""
    for start in range(min(len(lines), _MAX_VERTICAL)):
        text = ""
        for end in range(start, min(len(lines), start + _VERTICAL_CHARACTERS)):
            if len(lines[end].text) != 1 or lines[end].block is not None:
                break
            text += lines[end].text
            if end > start and is_toc_heading(replace(lines[start], text=text)):
                joined = replace(lines[start], text=text, spans=(), align="")
                return [*lines[:start], joined, *lines[end + 1 :]]
    return lines


def _with_ruled_headings(lines: list[Line], rules: Set[int]) -> list[Line]:
    """Return the lines with a look for those that rules of a plain text set off: between two, or above one.

    One such line proves nothing: a rule may close a masthead or a table's head.
    """
    looks = {
        index: look for index, line in enumerate(lines) if (look := _look_by_rules(lines, index, line, rules))
    }
    count = Counter(looks.values())
    return [
        replace(line, look=looks[index]) if count[looks.get(index, "")] > 1 else line
        for index, line in enumerate(lines)
    ]


def _look_by_rules(lines: Sequence[Line], index: int, line: Line, rules: Set[int]) -> str:
    """Return how rules directly above and below set off a short line; "" for other lines."""
    is_plain = not (line.complete or line.level or line.look or line.block)
    if not is_plain or line.at + 1 not in rules or columns(line.text) > _MAX_HEADER_COLUMNS:
        return ""
    if line_text.line_end(line.text) in {LineEnd.STOP, LineEnd.COMMA, LineEnd.SEMI}:
        return ""
    if line.at - 1 in rules:
        return "framed"
    return "underlined" if index and line.gap and lines[index - 1].at < line.at - 1 else ""


def _furniture(line: Line, *, is_page_number: bool) -> str:
    """Return why a line is page furniture; "" for other lines, and for tables and pictures."""
    if line.block is not None:
        return ""
    if is_page_number or _PAGE_NUMBER.fullmatch(line.text):
        return PAGE_NUMBER
    if _RULE_LINE.fullmatch(line.text):
        return RULE
    if _CONTENTS_MARK.fullmatch(line.text):
        return CONTENTS
    return INVITATION if _INVITATION.fullmatch(line.text) else ""


def _below(line: Line, *, page_start: bool, rule: bool, number: bool) -> Line:
    """Return a line with the evidence of the furniture above it."""
    if not (page_start or rule or number):
        return line
    return replace(line, page_start=page_start, below_rule=line.below_rule or rule, below_number=number)


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
        if (from_head or index in repeated) and not line.is_body:
            dropped.append(Dropped(line.at, line.text, RUNNING_HEADER))
            page_start = page_start or from_head or line.page_start
            continue
        kept.append(replace(line, page_start=True) if page_start and not line.page_start else line)
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


def as_dropped(lines: Sequence[Line], why: str) -> list[Dropped]:
    """Return lines as dropped text, all with one reason."""
    return [Dropped(line.at, line.text, why) for line in lines]
