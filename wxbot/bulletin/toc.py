"""What stands around the articles: a table of contents before them, distribution and imprint after them."""

import re
from collections.abc import Sequence

from wxbot.bulletin import line_features
from wxbot.bulletin.line_features import End
from wxbot.bulletin.model import Dropped, Line
from wxbot.bulletin.typeset import close_up

__all__ = ["CONTENTS", "END_MATTER", "drop", "end_matter", "is_heading", "table_of_contents"]

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
_LONGEST_LEADER = 120
"""Characters of the dots and the number that end an entry, at most."""

_LONGEST_IMPRINT = 300
"""Characters of a line of end matter, at most."""

_TAIL = 30
"""How many of the last lines can be end matter."""


def table_of_contents(lines: Sequence[Line]) -> range:
    """Where a table of contents stands, its heading with it; empty where there is none.

    Its entries are lines that end in dots or a page number; or else all that stands before its first entry
    comes again.
    """
    for start, line in enumerate(lines):
        if start > 40:
            break
        if is_heading(line) and start + 1 < len(lines):
            return range(start, _contents_end(lines, start))
    return range(0)


def is_heading(line: Line) -> bool:
    """Whether a line stands above a table of contents."""
    text = line_features.bracketed(line.text) or line.text
    return _HEADING.fullmatch(close_up(text).replace(" ", "").rstrip("：:")) is not None


def _contents_end(lines: Sequence[Line], start: int) -> int:
    """The position of the first line below a table of contents; that of its heading where nothing follows it."""
    led = start + 1
    while any(_is_led(line) for line in lines[led : led + 2]):
        led += 1
    if led > start + 1:
        return led
    first = _key(lines[start + 1].text)
    for index in range(start + 2, len(lines)):
        if len(first) >= 2 and _key(lines[index].text) == first:
            return _above_headings(lines, start, index)
    return start


def _above_headings(lines: Sequence[Line], start: int, end: int) -> int:
    """Where the headings right above a line begin, so that they are no part of the table before them."""
    while end > start + 2 and line_features.bracketed(lines[end - 1].text):
        end -= 1
    return end


def _is_led(line: Line) -> bool:
    """Whether a line ends as entries of a table do."""
    return _LEADER.search(line.text[-_LONGEST_LEADER:]) is not None


def _is_imprint(line: Line) -> bool:
    """Whether a line is one of those that stand below all articles."""
    return len(line.text) <= _LONGEST_IMPRINT and _IMPRINT.fullmatch(line.text) is not None


def _key(text: str) -> str:
    """What an entry and its heading have in common: no blanks, dots, page number or mark."""
    bare = text[:-_LONGEST_LEADER] + _LEADER.sub("", text[-_LONGEST_LEADER:])
    return _BLANK.sub("", line_features.bracketed(bare) or line_features.mark(bare).rest)


def end_matter(lines: Sequence[Line]) -> int:
    """Where the end matter begins; the number of lines where there is none.

    From its first line on, at least every second line is one of an imprint, and no sentence-long text
    comes between.
    """
    start = count = len(lines)
    imprint = 0
    for index in range(count - 1, max(-1, count - 1 - _TAIL), -1):
        text = lines[index].text
        if _is_imprint(lines[index]):
            imprint += 1
            if imprint * 2 >= count - index:
                start = index
        elif line_features.bracketed(text) or (line_features.end(text) is End.STOP and len(text) > 60):
            break
    return start


def drop(lines: Sequence[Line], why: str) -> list[Dropped]:
    """Lines as dropped ones, all for one reason."""
    return [Dropped(line.at, line.text, why) for line in lines]
