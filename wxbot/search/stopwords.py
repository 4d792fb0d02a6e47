"""What questions are made of but not about: words that say nothing of what is looked for, and phrases around it.

The words are taken out after a text is cut; the phrases before, because the dictionary cuts 介绍一下来袭 as 下来.
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

SHORTEST = 2  # characters that must be left: 好消息 is not a question for 好


def _read() -> dict[str, list[str]]:
    text = resources.files("wxbot.search").joinpath("stopwords.txt").read_text("utf-8")
    found: dict[str, list[str]] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(kind, []).extend(line.split())
    return found


def _any(phrases: list[str]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


_LISTS = _read()
# 帮我找下, 麻烦给我查一查, 我想了解: whoever asks for a favour says so in many ways.
_FAVOUR = (
    "(?:请|麻烦|劳驾)?[你您]?(?:[帮替](?:我们?|忙)?|给我们?|我?想要?|我要)"
    "(?:搜索|查询|了解|知道|打听|推荐|介绍|[查找搜看问])(?:一?下|一?[查找搜看问])?"
)
_BEFORE = re.compile(rf"^(?:(?:{_FAVOUR}|{_any(_LISTS['before'])})[\s,:，：]*)+")
_AFTER = re.compile(rf"(?:\s*(?:{_any(_LISTS['after'])}))+[了吗呢吧啊呀嘛么?!。.~\s]*$")

_WORDS = _any([word for word in _LISTS["asking"] if len(word) > 1])
_COUNTS = "个种次年月号岁天级家人位点条只本元件层章册轮场届"
_ASKING = re.compile(rf"{_WORDS}|([\u4e00-\u9fff])不\1|几[{_COUNTS}]|[吗呢谁啥咋哪?]")
# 多深 asks at the end of a sentence; 很多大学 does not ask.
_HOW_MUCH = re.compile(r"多([大长高远深重宽厚快久])(?=[了吗呢啊呀?!。\s]*$)")

WRITTEN = frozenset(_LISTS["written"])
STOPWORDS = frozenset(_LISTS["words"]) | frozenset(_LISTS["asking"]) | WRITTEN
VAGUE = frozenset(_LISTS["vague"])
TRADES = frozenset(_LISTS["trades"])


def is_question(text: str) -> bool:
    """Whether a `tokenizer.fold` text is a question in whole words, not a few key words."""
    return _ASKING.search(text) is not None or _HOW_MUCH.search(text) is not None


def strip_question_words(text: str) -> str:
    """A question without its question words, which the dictionary would glue to their neighbours: 哪里扔 is 扔."""
    return _ASKING.sub(" ", _HOW_MUCH.sub(r" \1", text))


def strip_request_phrases(text: str) -> str:
    """A `tokenizer.fold` text without the phrases of asking at its ends; as it is when little would be left."""
    for phrases in (_BEFORE, _AFTER):
        left = phrases.sub("", text)
        text = left if len(left) >= SHORTEST else text
    return text
