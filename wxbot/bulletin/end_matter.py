"""Find the end matter of a bulletin: imprint, distribution, recommendations of earlier issues, invitations to follow.

A contact line below a notice belongs to the notice; below an imprint it belongs to the imprint.
"""

import re
from collections.abc import Sequence

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd
from wxbot.bulletin.model import Line

__all__ = ["END_MATTER", "end_matter_start"]

END_MATTER = "end matter"

_DISTRIBUTION = (
    r"主?报送?|主?送|发送?|抄送|抄报|抄發|報送|抄報|主送|呈送|呈报|分送|印发|印發|印制|印数|校对|校對|审核|審核|审校|核稿|核发|签发|簽發|供稿|投稿(?:邮箱|热线)?"
    r"|本期编辑|责任编辑|责编|执行编辑|主编|编辑|編輯|编审|编印|编校|编发|排版|美编|整理编集|技术支持|微信公众号|主办单位|主办|承办|協辦|协办|出品|监制|来源声明"
    r"|[发發]行(?:[单單]位|人|所|者)?|出版(?:[单單]位|者|日期)|整理編集|總編輯|責任編輯|執行編輯|編輯(?:部|組|小組)|編[審校]|[主協承]辦(?:單位)?|監製"
    r"|(?:版权|免责|郑重)?声明|聲明|(?:RSS|邮件|邮箱)?订阅(?:本刊|地址|方式)?"
)
_CONTACT = (
    r"联系(?:人|电话|方式|我们|地址)|聯繫\S{0,3}|电话|電話|传真|傳真|地址|邮编|邮箱|郵箱"
    r"|电子邮件|E-?mail|网址|網址|官网|微信"
)
_COPYRIGHT = (
    r"版[权權]所有.*|(?:©|ⓒ|\([cC]\)|[Cc]opyright\b).{0,120}|.*[Aa]ll [Rr]ights [Rr]eserved.*|.*ICP[备備證证]\s*\d.*"
    r"|(?:.{0,20}[，,])?未[经經].{0,20}(?:许可|許可|授权|授權|同意|允许).{0,40}|(?:翻印|侵权|侵權|盗版)必究"
)
_IMPRINT = re.compile(
    rf"(?:{_DISTRIBUTION})\s*(?:[：:].*|[|丨/／]\s*\S.*)"
    r"|[（(]?\s*(?:共印|印数|印数：)?\s*\d+\s*份\s*[)）]?|[（(]?共印.*份[)）]?"
    r"|.{2,60}月\s*\S{1,3}\s*日\s*印(?:发|發|制|製)?(?:\s*[（(]?共印.*)?"
    r"|.*(?:长按|長按|扫描|识别|扫一扫|扫码).{0,20}(?:二维码|关注|加入|订阅).*"
    rf"|{_COPYRIGHT}"
    r"|(?:点个?|点击)?(?:“?(?:在看|赞|分享|收藏|关注)”?[、，\s和与]*){1,4}.{0,10}"
)
_IMPRINT_CONTACT = re.compile(rf"(?:{_CONTACT})\s*[：:].*|联系我们|联系方式|聯絡我們")
_STARTER = re.compile(
    r"(?:往期|历史|精彩|热门|更多)(?:推荐|回顾|精选|阅读|内容|文章|简报|链接|目录).{0,30}"
    r"|(?:推荐|相关|延伸|猜你喜欢)(?:阅读|链接|文章|推荐)"
    r"|[-—–=*·\s]*(?:END|End|THE END|完|全文完|本期完)[-—–=*·\s]*"
    r"|-{2}|[（(](?:完|全文完|本期完|END)[)）]|关注我们|關注我們|扫码关注.{0,12}"
)
_MAX_IMPRINT = 300
"""Characters of a line of end matter, at most."""

_TAIL = 40
"""Lines of end matter, at most."""

_LONG_TEXT = 60
"""Characters from which a sentence is text of an article."""


def end_matter_start(lines: Sequence[Line]) -> int:
    """Return the position of the first line of the end matter; the number of lines where there is none.

    From a heading such as 往期推荐 on everything is end matter if no text follows. Above it, at least every second
    line belongs to an imprint, and none is a long sentence.
    """
    end = _first_starter(lines)
    start = _imprint_start(lines, end)
    while start < end and not _is_imprint(lines[start]) and _is_contact(lines[start]):
        start += 1
    return start


def _first_starter(lines: Sequence[Line]) -> int:
    """Return the position of the first heading of end matter below which no text of articles stands."""
    found = len(lines)
    for index in range(len(lines) - 1, max(0, len(lines) - 1 - _TAIL), -1):
        line = lines[index]
        if _is_text(line) or line.table_row:
            break
        bare = line_text.leading_marker(line_text.bracket_content(line.text) or line.text).rest.strip("：:")
        if _STARTER.fullmatch(bare) and not _is_stated_section(line, bare):
            found = index
    return found


def _is_stated_section(line: Line, text: str) -> bool:
    """Tell if a line is a heading that the format states, of a section with text of the bulletin itself."""
    return line.level > 0 and text in {"关注我们", "關注我們", "相关链接"}


def _imprint_start(lines: Sequence[Line], end: int) -> int:
    """Return the position of the first line of the imprint above `end`."""
    start = end
    imprint = 0
    for index in range(end - 1, max(-1, end - 1 - _TAIL), -1):
        line = lines[index]
        if line.level or _is_text(line) or line_text.bracket_content(line.text):
            break
        if _is_imprint(line) or (_is_contact(line) and _has_imprint(lines, max(0, index - _TAIL), index)):
            imprint += 1
            if imprint * 2 >= end - index:
                start = index
    return start


def _has_imprint(lines: Sequence[Line], start: int, index: int) -> bool:
    """Tell if the lines directly above a contact line belong to an imprint too."""
    for above in range(index - 1, start - 1, -1):
        if _is_imprint(lines[above]) or lines[above].below_rule:
            return True
        if not _is_contact(lines[above]):
            return False
    return False


def _is_text(line: Line) -> bool:
    """Tell if a line is a long sentence."""
    return (
        line_text.line_end(line.text) is LineEnd.STOP
        and len(line.text) > _LONG_TEXT
        and not _is_imprint(line)
    )


def _is_imprint(line: Line) -> bool:
    """Tell if a line is one of an imprint."""
    return len(line.text) <= _MAX_IMPRINT and _IMPRINT.fullmatch(line.text) is not None


def _is_contact(line: Line) -> bool:
    """Tell if a line says how to reach somebody."""
    return len(line.text) <= _MAX_IMPRINT and _IMPRINT_CONTACT.fullmatch(line.text) is not None
