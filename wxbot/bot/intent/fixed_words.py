"""Parse the words of a message: a fixed word, a subscription, an issue, a number from a list; or a question.

Pure: it reads neither library nor last list. `intent.meaning` then resolves section names, and the answers decide
whether a number fits the last list.
"""

import re
from functools import lru_cache

from wxbot.bot.intent.commands import (
    Acknowledge,
    Command,
    Contents,
    Help,
    LatestIssue,
    NextPage,
    OnlySection,
    PickLast,
    PickNumber,
    PickSeveral,
    PreviousPage,
    Question,
)
from wxbot.bot.intent.subscriptions import parse_subscription
from wxbot.bulletin.issue_number import IssueReference
from wxbot.editors import is_binding_phrase
from wxbot.numbers import NUMERAL, parse_number
from wxbot.search.tokenizer import fold
from wxbot.text import normalise

__all__ = ["INVISIBLE", "PUNCTUATION", "parse_command"]

# Texts whose parsing is cached: after a push many members send the same words, and parsing takes a tenth of an answer.
_POPULAR = 1024
_FIXED: dict[str, Command] = {
    **dict.fromkeys(
        ("帮助", "help", "?", "菜单", "怎么用", "使用说明", "你好", "您好", "在吗", "hi", "hello"), Help()
    ),
    **dict.fromkeys(("最新", "最新一期", "最新简报", "本期", "latest", "new"), LatestIssue()),
    **dict.fromkeys(("目录", "本期目录", "最新目录", "contents"), Contents()),
    **dict.fromkeys(("更多", "下一页", "继续", "more", "next"), NextPage()),
    **dict.fromkeys(("上一页", "前一页", "返回", "back", "prev"), PreviousPage()),
}

_ISSUE = re.compile(r"(?P<of>.*?[期周号刊0-9外])(?:工作)?(?:简报)?(?P<contents>的?目录)?")
_PICK = re.compile(
    rf"(?:看看?|打开|点开?|选)?(?:第?(?P<n>[0-9]{{1,2}})[.、]?[条篇个]?|第(?P<numeral>{NUMERAL}{{1,3}})[条篇个])"
)
_NUMBERED = "第?([0-9]{1,2})[.、]?[条篇个]?"
_SEVERAL = re.compile(rf"(?:看看?|打开|点开?|选)?{_NUMBERED}(?:[ ,、;/和跟与及]+{_NUMBERED})+")
_SPACED_FIGURES = re.compile("[0-9] +[0-9]")
_LAST = re.compile("(?:看看?|打开|点开?|选)?最后一?[篇条个]")
_ONLY = re.compile("只(?:想|要)?(?:看|要|查|留|保留|显示)(?:一下)?(.+?)(?:的?(?:文章|内容|部分)|的)?")
PUNCTUATION = "。.!~,，、…;；:：\"'“”‘’「」【】[]()《》"
# Blanks, and the invisible characters that phones insert: joiners, and the keycap marks that turn ② into a picture.
INVISIBLE = str.maketrans("", "", " \u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3")


@lru_cache(_POPULAR)
def parse_command(text: str) -> Command:
    """Return the command in a message's text, a menu key or a scanned code; a Question when it is none.

    Width, case, blanks, and traditional or simplified characters make no difference.
    """
    words, simplified = normalise(text), fold(text)
    compact = simplified.translate(INVISIBLE)
    inner = compact.strip(PUNCTUATION).rstrip("?")
    fixed = _FIXED.get(compact) or _FIXED.get(inner)
    if fixed is not None:
        return fixed
    if is_binding_phrase(inner):
        return Acknowledge("binding")
    if subscription := parse_subscription(simplified):
        return subscription
    return _issue_or_number(simplified, inner) or Question(words)


def _issue_or_number(simplified: str, inner: str) -> Command | None:
    """Return the command for an issue, its contents, or entries of the last list."""
    if _SEVERAL.fullmatch(simplified.strip(f" {PUNCTUATION}")):
        return PickSeveral(tuple(dict.fromkeys(map(int, re.findall("[0-9]+", simplified)))))
    if _SPACED_FIGURES.search(simplified):
        # Joined, 2025 12期 would be the issue 202512.
        return None
    if (match := _ISSUE.fullmatch(inner)) and (of := IssueReference.parse(match["of"])):
        return Contents(of) if match["contents"] else of
    if match := _ONLY.fullmatch(inner):
        return OnlySection(match[1])
    if match := _PICK.fullmatch(inner):
        return PickNumber(int(match["n"]) if match["n"] else parse_number(match["numeral"]) or 0)
    return PickLast() if _LAST.fullmatch(inner) else None
