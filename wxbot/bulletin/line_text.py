"""The text of one line: its marker (glyph, number, label), brackets, last sign and columns; cleaning and joining lines.

Chinese lines are measured in columns, and lines that were wrapped at the width of a page are joined again.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from wxbot import numbers

__all__ = [
    "LineEnd",
    "Marker",
    "bracket_content",
    "clean",
    "columns",
    "first_word_width",
    "has_open_bracket",
    "join_lines",
    "leading_marker",
    "line_end",
    "needs_space",
    "remove_letterspacing",
]


class LineEnd(Enum):
    """Kind of the last sign of a line; it is evidence for the end of a sentence."""

    STOP = "。"
    ASK = "？！"  # ends a sentence, and ends titles more often than a full stop does
    COLON = "："
    SEMI = "；"
    COMMA = "，"  # the sentence goes on
    NONE = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """The marker before a line's text.

    Attributes
    ----------
    kind : style of the marker, such as "glyph", "dash", "1." or "label"; empty where there is none
    sign : the marker as printed
    rest : the text after it
    value : the number in it, if it has one
    """

    kind: str
    sign: str
    rest: str
    value: int | None = None


_HAN_NUMBER = "[一二三四五六七八九十百〇零]{1,4}"
_CIRCLED = "❶-❿➀-➓⓫-⓴⓵-⓾㊀-㊉"
"""Digits in filled, double or sans-serif circles, which number sections more often than entries."""

_GLYPHS = "■□◆◇★☆●○◎•▪▶►▷▲△※➤➢✦❖♦◉☞▌▍√·▸»→⊙◈➔➜\uf06c\uf075\uf0d8\uf0a7\u2600-\u27bf\U0001f000-\U0001faff"
_GLYPHS += "◯⦿◌◘◙▣▤▧◐◑⬤⭐⭕"
_STYLES = (
    (
        "❶",
        re.compile(
            rf"(?P<sign>(?P<value>[{_CIRCLED}]|[0-9](?=\ufe0f?\u20e3))(?:\ufe0f?\u20e3)?)\s*(?P<rest>[^\s\ufe0f\u20e3].*)"
        ),
    ),
    ("⑴", re.compile(r"(?P<sign>(?P<value>[⑴-⒇⒈-⒛㈠-㈩]))\s*(?P<rest>\S.*)")),
    (
        "glyph",
        re.compile(
            rf"(?P<sign>(?:(?:[{_GLYPHS}]|>{{2,}}|＞+|》{{2,}}|〇(?=\s))[\ufe0e\ufe0f]?\s*)+)(?P<rest>\S.*)"
        ),
    ),
    ("dash", re.compile(r"(?P<sign>[-*+–—])\s+(?P<rest>.+)")),
    ("（1）", re.compile(r"(?P<sign>[（(]\s*(?P<value>[0-9０-９]{1,3})\s*[）)])\s*(?P<rest>.+)")),
    ("（一）", re.compile(rf"(?P<sign>[（(]\s*(?P<value>{_HAN_NUMBER})\s*[）)])\s*(?P<rest>.+)")),
    # Word writes 一.1 for a second level below 一、.
    ("一.1", re.compile(rf"(?P<sign>{_HAN_NUMBER}[.．](?P<value>\d{{1,2}})[.．、]?)\s*(?P<rest>[^\d%.].*)")),
    ("一、", re.compile(rf"(?P<sign>(?P<value>{_HAN_NUMBER})\s*[、．.])\s*(?P<rest>.+)")),
    ("①", re.compile(r"(?P<sign>(?P<value>[①-⑳]))\s*(?P<rest>.+)")),
    (
        "第一",
        re.compile(
            rf"(?P<sign>(?:第|(?=\S{{1,2}}版[\s：:]))(?P<value>{_HAN_NUMBER}|[0-9０-９]{{1,2}})"
            r"(?:部分|篇|章|单元|板块|版块|版|辑|輯)[\s、：:·|｜]+)(?P<rest>\S.*)"
        ),
    ),
    (
        "1.1",
        re.compile(
            r"(?P<sign>\d{1,2}[.．]\d{1,2}(?:[.．]\d{1,2}[.．、]?|[.．、]))\s*(?P<rest>[^\d\s%％.].*)"
        ),
    ),
    ("1）", re.compile(r"(?P<sign>(?P<value>[0-9０-９]{1,3})\s*[）)])\s*(?P<rest>.+)")),
    ("1.", re.compile(r"(?P<sign>(?P<value>[0-9０-９]{1,3})\s*(?:、|[．.，](?![0-9０-９])))\s*(?P<rest>.+)")),
    ("#", re.compile(r"(?P<sign>#{1,6})\s+(?P<rest>.+)")),
)
_LABELS = (
    # What an interview or a notice states, line by line.
    r"(?:问|答|問|[QA])\s*[：:]",
    r"(?:会议|會議|活动|活動|培训|展览|截稿|截止|报名|報名|投稿|举办|舉辦|考试|参观|开放)?(?:时间|時間|日期|地点|地點)\s*[：:]",
    r"(?:费用|費用|收费|收費|票价|票價|名额|名額|(?:参加|培训|招生|报名)?(?:对象|對象)|主讲人?|主講人?|主持人?|投稿邮箱|报名方式|報名方式)\s*[：:]",
    r"(?:(?:信息|消息|文章|资料|稿件|图片|原文)?(?:来源|來源|链接|出处)|参考(?:链接|资料|文献)|相关链接|关键词"
    r"|(?:责任|本期)?编辑|責任編輯|編輯|校对|审核|摄影|作者|记者|記者|通讯员|供稿|撰稿|撰文|供图|配图|整理|翻译|原载|图|文|注|附"
    r"|联系(?:人|电话|方式|地址)|咨询(?:电话|热线)|(?:报名|服务)(?:电话|热线)|电话|传真|(?:电子)?邮箱|[地会社校馆所]址|邮编|网址"
    r"|Source|图\s*\d+|表\s*\d+)\s*[：:]",
    r"(?:发布|發布|发表|更新)(?:时间|時間|日期)\s*[：:]\s*\d",
    r"(?:图|圖|文|图文|文图|摄影|撰文|供图|供稿)\s*[/／|｜]\s*\S",
    r"(?:图|表)\s*\d+\s",
    r"https?://\S+$",
    r"(?:点击)?(?:阅读|查看|浏览)(?:全文|详情|更多)\s*[>》»→]*$",
    r"[（(][^（(）)]{1,30}[）)]$",
    r"[（(](?:记者|通讯员|作者|撰稿|供稿|文|图|摄影|来源)[^（(）)]{1,60}[）)]$",
    # A date below a title, alone or with its source or author.
    r"(?:19|20)\d{2}[-./年]\s*\d{1,2}[-./月]\s*\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
    r"\s*(?:$|\s(?:来源|來源|作者|记者|编辑|阅读|浏览|点击|发布))",
)
_LABEL = re.compile("|".join(_LABELS))
_PAIRS = {
    pair[0]: pair[1]
    for pair in (
        "【】",
        "〖〗",
        "［］",
        "[]",
        "≡≡",
        "││",
        "┃┃",
        "║║",
        "◆◆",
        "★★",
        "■■",
        "「」",
        "『』",
        "〔〕",
    )
}
_STARRED = re.compile(r"(?P<star>[*＊])\s+(?P<inside>[^\s*＊]|[^\s*＊][^*＊]*[^\s*＊])\s+(?P=star)")
_FRAMED = re.compile(r"(?P<rule>[—–=~～*·•☆★◇◆■-])(?P=rule)+\s*(?P<inside>[^\s].*?)\s*(?P=rule){2,}")
_OPENERS = {
    pair[0]: pair[1] for pair in ("“”", "‘’", "《》", "（）", "【】", "「」", "『』", "()", "〈〉", "[]")
}
_CLOSERS = "”’」』）)》】〉\"'"
_ENDS = {
    **dict.fromkeys("。．…", LineEnd.STOP),
    **dict.fromkeys("？！?!", LineEnd.ASK),
    **dict.fromkeys("：:", LineEnd.COLON),
    **dict.fromkeys("；;", LineEnd.SEMI),
    **dict.fromkeys("，、,—", LineEnd.COMMA),
}


@lru_cache(maxsize=4096)
def leading_marker(text: str) -> Marker:
    """Return the marker that opens a line; kind and sign are empty for a line without one."""
    for kind, style in _STYLES:
        if found := style.fullmatch(text):
            parts = found.groupdict()
            # `1.` and `1、` are different styles: one may count titles, the other the entries of a list.
            exact = f"1{parts['sign'][-1]}" if kind == "1." else kind
            return Marker(exact, parts["sign"].strip(), parts["rest"], _value(parts.get("value") or ""))
    if _LABEL.match(bracket_content(text) or text):
        return Marker("label", "", text)
    return Marker("", "", text)


def _value(sign: str) -> int | None:
    """Return the number that a sign stands for, digits in circles included; None for any other text."""
    value = numbers.parse_number(sign)
    if value is None and len(sign) == 1:
        counted = unicodedata.numeric(sign, None)
        value = None if counted is None else int(counted)
    return value


def bracket_content(text: str) -> str | None:
    """Return the text inside the single pair of brackets or rules that encloses a whole line; None for other lines."""
    if framed := _FRAMED.fullmatch(text) or _STARRED.fullmatch(text):
        return framed["inside"]
    closer = _PAIRS.get(text[:1])
    if closer is None or len(text) < 3 or not text.endswith(closer):
        return None
    inside = text[1:-1].strip()
    return None if not inside or text[0] in inside or closer in inside else inside


def line_end(text: str) -> LineEnd:
    """Return the kind of the last sign of a line, ignoring closing quotes and brackets after it."""
    last = text[-1:]
    if last == "." and text[-2:-1].isalpha():
        return LineEnd.STOP
    if last in _ENDS:
        return _ENDS[last]
    bare = text.rstrip(_CLOSERS)
    return _ENDS[bare[-1]] if bare != text and bare[-1:] in "。？！…" and bare else LineEnd.NONE


def has_open_bracket(text: str) -> bool:
    """Tell if a bracket or quote that opens in a text is still open at its end."""
    expected: list[str] = []
    for char in text:
        if char in _OPENERS:
            expected.append(_OPENERS[char])
        elif expected and char == expected[-1]:
            expected.pop()
    return bool(expected)


# Invisible characters that some text extractors leave in the text.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"), " ")
_CONTROL = {code: " " for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}
# PDF files name radicals and compatibility characters in place of the characters they look like.
_DOUBLES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFADA))
}
# Radicals without a compatibility decomposition in Unicode.
_RADICALS = (
    "⺟母⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食"
    "⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟"
)
_DOUBLES |= dict(zip(map(ord, _RADICALS[::2]), _RADICALS[1::2], strict=True))
_CLEAN = str.maketrans(_INVISIBLE | _CONTROL | {0xA0: " "} | _DOUBLES)

_HAN = r"\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")
_LONE_HAN = re.compile(f"(?<!\\S)[{_HAN}](?!\\S)")
_HAN_RUN = re.compile(f"[{_HAN}]{{2,}}")
_URL_END = re.compile(r"https?://\S*$")
_FIRST_WORD = re.compile(
    r"[（(《〈“‘「『【\[{]*(?:[0-9A-Za-z][\w.%+\-/:@&=?~]*|.)[，。、；：！？）)》〉”’」』】\]}…,.;:!?%]*"
)


class _ColumnCache(dict[str, int]):
    """Cache of the columns that a character fills: two if it is as wide as a 汉字."""

    def __missing__(self, char: str) -> int:
        cells = 0 if unicodedata.combining(char) else 1
        # Unicode's ambiguous quotes and dots are full-width in a Chinese font.
        self[char] = cells = 2 if unicodedata.east_asian_width(char) in "WFA" else cells
        return cells


_COLUMNS = _ColumnCache()


def clean(text: str) -> str:
    """Return a line without blanks around it, invisible characters, and runs of blanks inside."""
    return " ".join(text.translate(_CLEAN).split())


def columns(text: str) -> int:
    """Return the columns that a text fills: 2 for a 汉字 or a full-width sign, 0 for a combining mark, else 1."""
    return sum(map(_COLUMNS.__getitem__, text))


def first_word_width(text: str) -> int:
    """Return the columns of the first word of a line with its signs: the part that is not split by wrapping."""
    found = _FIRST_WORD.match(text[:60])
    return columns(found[0]) if found else 0


def join_lines(lines: Sequence[str]) -> str:
    """Join lines that were wrapped at the width of a page.

    Between two Latin words the line end becomes a space; elsewhere, as between 汉字 and inside a URL or a
    hyphenated word, it becomes nothing.
    """
    text = ""
    for line in lines:
        text = f"{text} {line}" if text and needs_space(text, line) else text + line
    return text


def needs_space(before: str, after: str) -> bool:
    """Tell if the line end between two lines replaced a space."""
    last, first = before[-1:], after[:1]
    if not (last.isascii() and first.isascii()):
        return False
    if last in "-/" or _URL_END.search(before[-300:]):
        return False
    return (last.isalnum() or last in ",.;:!?)]\"'&") and (first.isalnum() or first in "([\"'&")


def remove_letterspacing(text: str) -> str:
    """Return a letter-spaced heading without its spaces: 新 动 向 becomes 新动向.

    A text with words of two 汉字 or more is not letter-spaced and is returned unchanged.
    """
    if _HAN_RUN.search(text) or len(_LONE_HAN.findall(text)) < 2:
        return text
    return _BETWEEN_HAN.sub("", text)
