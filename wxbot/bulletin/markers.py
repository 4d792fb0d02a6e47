"""Recognise the marker that opens a line (glyph, number, label), the brackets around it, and the sign that ends it."""

import re
from dataclasses import dataclass
from enum import Enum

from wxbot import numbers

__all__ = ["LineEnd", "Marker", "bracket_content", "has_open_bracket", "leading_marker", "line_end"]


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
_GLYPHS = "■□◆◇★☆●○◎•▪▶►▷▲△※➤➢✦❖♦◉☞▌▍√·▸»→⊙◈➔➜\uf06c\uf075\uf0d8\uf0a7\u2600-\u27bf\U0001f000-\U0001faff"
_STYLES = (
    (
        "glyph",
        re.compile(rf"(?P<sign>(?:(?:[{_GLYPHS}]|>{{2,}}|＞+|》{{2,}})[\ufe0e\ufe0f]?\s*)+)(?P<rest>\S.*)"),
    ),
    ("dash", re.compile(r"(?P<sign>[-*+–—])\s+(?P<rest>.+)")),
    ("（1）", re.compile(r"(?P<sign>[（(]\s*(?P<value>[0-9０-９]{1,3})\s*[）)])\s*(?P<rest>.+)")),
    ("（一）", re.compile(rf"(?P<sign>[（(]\s*(?P<value>{_HAN_NUMBER})\s*[）)])\s*(?P<rest>.+)")),
    ("一、", re.compile(rf"(?P<sign>(?P<value>{_HAN_NUMBER})\s*[、．.])\s*(?P<rest>.+)")),
    ("①", re.compile(r"(?P<sign>[①-⑳])\s*(?P<rest>.+)")),
    (
        "1.1",
        re.compile(
            r"(?P<sign>\d{1,2}[.．]\d{1,2}(?:[.．]\d{1,2}[.．、]?|[.．、]))\s*(?P<rest>[^\d\s%％.].*)"
        ),
    ),
    ("1）", re.compile(r"(?P<sign>(?P<value>[0-9０-９]{1,3})\s*[）)])\s*(?P<rest>.+)")),
    ("1.", re.compile(r"(?P<sign>(?P<value>[0-9０-９]{1,3})\s*[、．.，](?![0-9０-９]))\s*(?P<rest>.+)")),
    ("#", re.compile(r"(?P<sign>#{1,6})\s+(?P<rest>.+)")),
)
_LABELS = (
    r"(?:(?:信息|消息|文章|资料|稿件|图片|原文)?(?:来源|來源|链接|出处)|参考(?:链接|资料)|相关链接|关键词"
    r"|(?:责任|本期)?编辑|責任編輯|編輯|校对|审核|摄影|作者|记者|記者|通讯员|供稿|撰稿|撰文|供图|配图|整理|翻译|原载|图|文|注|附"
    r"|Source|图\s*\d+|表\s*\d+)\s*[：:]",
    r"(?:发布|發布|发表|更新)(?:时间|時間|日期)\s*[：:]\s*\d",
    r"(?:图|圖|文|图文|文图|摄影|撰文|供图|供稿)\s*[/／|｜]\s*\S",
    r"(?:图|表)\s*\d+\s",
    r"https?://\S+$",
    r"[（(][^（(）)]{1,30}[）)]$",
    r"[（(](?:记者|通讯员|作者|撰稿|供稿|文|图|摄影|来源)[^（(）)]{1,60}[）)]$",
    # A date below a title, alone or with its source or author.
    r"(?:19|20)\d{2}[-./年]\s*\d{1,2}[-./月]\s*\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
    r"\s*(?:$|\s(?:来源|來源|作者|记者|编辑|阅读|浏览|点击|发布))",
)
_LABEL = re.compile("|".join(_LABELS))
_PAIRS = {
    "【": "】",
    "〖": "〗",
    "［": "］",
    "[": "]",
    "≡": "≡",
    "◆": "◆",
    "★": "★",
    "■": "■",
    "「": "」",
    "『": "』",
    "〔": "〕",
}
_FRAMED = re.compile(r"(?P<rule>[—–=~～*·•☆★◇◆■-])(?P=rule)+\s*(?P<inside>[^\s].*?)\s*(?P=rule){2,}")
_OPENERS = {
    "“": "”",
    "‘": "’",
    "《": "》",
    "（": "）",
    "【": "】",
    "「": "」",
    "『": "』",
    "(": ")",
    "〈": "〉",
    "[": "]",
}
_CLOSERS = "”’」』）)》】〉\"'"
_ENDS = {
    **dict.fromkeys("。．…", LineEnd.STOP),
    **dict.fromkeys("？！?!", LineEnd.ASK),
    **dict.fromkeys("：:", LineEnd.COLON),
    **dict.fromkeys("；;", LineEnd.SEMI),
    **dict.fromkeys("，、,—", LineEnd.COMMA),
}


def leading_marker(text: str) -> Marker:
    """Return the marker that opens a line; kind and sign are empty for a line without one."""
    for kind, style in _STYLES:
        if found := style.fullmatch(text):
            parts = found.groupdict()
            # `1.` and `1、` are different styles: one may count titles, the other the entries of a list.
            exact = f"1{parts['sign'][-1]}" if kind == "1." else kind
            return Marker(
                exact, parts["sign"].strip(), parts["rest"], numbers.parse_number(parts.get("value") or "")
            )
    if _LABEL.match(bracket_content(text) or text):
        return Marker("label", "", text)
    return Marker("", "", text)


def bracket_content(text: str) -> str | None:
    """Return the text inside the single pair of brackets or rules that encloses a whole line; None for other lines."""
    if framed := _FRAMED.fullmatch(text):
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
