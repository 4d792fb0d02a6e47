"""Stopwords: words and phrases of a question that do not belong to what is searched.

Stopwords are removed after a text is cut into words. Phrases of asking are removed before, because the dictionary would
cut 介绍一下来袭 wrongly, with the word 下来.
"""

import re
from importlib import resources

__all__ = [
    "STOPWORDS",
    "TRADES",
    "VAGUE",
    "WRITTEN",
    "is_question",
    "strip_question_words",
    "strip_request_phrases",
]

SHORTEST = 2  # characters that must remain: 好消息 does not ask for 好


def _read_lists() -> dict[str, list[str]]:
    """Read the word lists of `stopwords.txt` by their headings."""
    text = resources.files("wxbot.search").joinpath("stopwords.txt").read_text("utf-8")
    found: dict[str, list[str]] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(kind, []).extend(line.split())
    return found


def _alternatives(phrases: list[str]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


_LISTS = _read_lists()
# Polite requests have many forms: 帮我找下, 麻烦给我查一查, 我想了解.
_REQUEST = (
    "(?:请|麻烦|劳驾)?[你您]?(?:[帮替](?:我们?|忙)?|给我们?|我?想要?|我要)"
    "(?:搜索|查询|了解|知道|打听|推荐|介绍|[查找搜看问])(?:一?下|一?[查找搜看问])?"
)
_BEFORE = re.compile(rf"^(?:(?:{_REQUEST}|{_alternatives(_LISTS['before'])})[\s,:，：]*)+")
_AFTER = re.compile(rf"(?:\s*(?:{_alternatives(_LISTS['after'])}))+[了吗呢吧啊呀嘛么?!。.~\s]*$")

_WORDS = _alternatives([word for word in _LISTS["asking"] if len(word) > 1])
_COUNTS = "个种次年月号岁天级家人位点条只本元件层章册轮场届"
_ASKING = re.compile(rf"{_WORDS}|([\u4e00-\u9fff])不\1|几[{_COUNTS}]|[吗呢谁啥咋哪?]")
# 多深 is a question at the end of a sentence; 很多大学 contains none.
_HOW_MUCH = re.compile(r"多([大长高远深重宽厚快久])(?=[了吗呢啊呀?!。\s]*$)")

WRITTEN = frozenset(_LISTS["written"])
STOPWORDS = frozenset(_LISTS["words"]) | frozenset(_LISTS["asking"]) | WRITTEN
VAGUE = frozenset(_LISTS["vague"])
TRADES = frozenset(_LISTS["trades"])


def is_question(text: str) -> bool:
    """Return whether a folded text is a question in a whole sentence, as opposed to keywords."""
    return _ASKING.search(text) is not None or _HOW_MUCH.search(text) is not None


def strip_question_words(text: str) -> str:
    """Remove question words, which the dictionary would join to their neighbours: 哪里扔 becomes 扔."""
    return _ASKING.sub(" ", _HOW_MUCH.sub(r" \1", text))


def strip_request_phrases(text: str) -> str:
    """Remove phrases of asking at both ends of a folded text, unless too little would remain."""
    for phrases in (_BEFORE, _AFTER):
        left = phrases.sub("", text)
        text = left if len(left) >= SHORTEST else text
    return text
