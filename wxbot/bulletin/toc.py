"""Find the table of contents before the articles, and the end matter (distribution, imprint) after them."""

import re
from collections.abc import Sequence

from wxbot.bulletin import markers
from wxbot.bulletin.markers import LineEnd
from wxbot.bulletin.model import Dropped, Line
from wxbot.bulletin.typeset import remove_letterspacing

__all__ = [
    "CONTENTS",
    "END_MATTER",
    "as_dropped",
    "end_matter_start",
    "find_table_of_contents",
    "is_toc_heading",
]

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
    text = markers.bracket_content(line.text) or line.text
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
    while end > start + 2 and markers.bracket_content(lines[end - 1].text):
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
    return _BLANK.sub("", markers.bracket_content(bare) or markers.leading_marker(bare).rest)


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
        elif markers.bracket_content(text) or (markers.line_end(text) is LineEnd.STOP and len(text) > 60):
            break
    return start


def as_dropped(lines: Sequence[Line], why: str) -> list[Dropped]:
    """Return lines as dropped text, all with one reason."""
    return [Dropped(line.at, line.text, why) for line in lines]
