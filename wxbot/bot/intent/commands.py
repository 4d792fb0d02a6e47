"""What a member may mean: a fixed word, a wish, an issue, a number from a list; anything else is searched.

Pure: knows neither library nor list. Whether a word is the name of a section, and whether a number fits the
last list, is for the chat to say.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from wxbot.bot.intent.subscriptions import Wish, wished
from wxbot.numbers import NUMERAL, parse_number
from wxbot.search.tokenizer import fold
from wxbot.text import normalise

__all__ = [
    "Asked",
    "Back",
    "Command",
    "Contents",
    "Help",
    "Latest",
    "More",
    "OfIssue",
    "Only",
    "Pick",
    "Previous",
    "Thanks",
    "Words",
    "issue_name",
    "understand",
]


@dataclass(frozen=True, slots=True)
class Help:
    """What can be asked here?"""


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest issue."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The issue before the newest."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """Nothing: a courtesy, or a smile."""


@dataclass(frozen=True, slots=True)
class OfIssue:
    """One issue: the so-manyth of `year`, or of the newest year that has it."""

    issue: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in an issue; of the newest one when none is named."""

    of: OfIssue | None = None


@dataclass(frozen=True, slots=True)
class More:
    """The next page of the last list."""


@dataclass(frozen=True, slots=True)
class Back:
    """The page before, of the last list."""


@dataclass(frozen=True, slots=True)
class Only:
    """Of the last list, what is in the section that is called so."""

    section: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One article of the last list, by its number there."""

    n: int


@dataclass(frozen=True, slots=True)
class Words:
    """A question, in normal form; perhaps empty."""

    text: str


Asked = Help | Latest | Previous | OfIssue | Contents | More | Back | Only | Pick | Thanks | Words
Command = Asked | Wish

_FIXED: dict[str, Command] = {
    **dict.fromkeys(
        ("帮助", "help", "?", "菜单", "怎么用", "使用说明", "你好", "您好", "在吗", "hi", "hello"), Help()
    ),
    **dict.fromkeys(("最新", "最新一期", "最新简报", "本期", "latest", "new"), Latest()),
    **dict.fromkeys(("目录", "本期目录", "最新目录", "contents"), Contents()),
    **dict.fromkeys(("更多", "下一页", "继续", "more", "next"), More()),
    **dict.fromkeys(("上一页", "前一页", "返回", "back", "prev"), Back()),
}

_YEAR = "(?P<year>[0-9]{4}|[一二][〇零○一二三四五六七八九]{3})"
_REST = "期(?:工作)?(?:简报)?(?P<contents>的?目录)?"
_OF_ISSUE = (
    re.compile(rf"(?:{_YEAR}(?:年度?第?|第)|第)(?P<issue>{NUMERAL}{{1,5}}){_REST}"),
    re.compile(rf"(?P<year>)(?P<issue>[0-9]{{1,4}}){_REST}"),  # 2期, but not 二期, which is a building site
    re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-./](?P<issue>[0-9]{1,3})期?(?P<contents>的?目录)?"),
)
_PICK = re.compile(
    rf"(?:看看?|打开|点开?|选)?(?:第?(?P<n>[0-9]{{1,2}})[.、]?[条篇个]?|第(?P<spelt>{NUMERAL}{{1,3}})[条篇个])"
)
_ONLY = re.compile(r"只看(.+)")
_AROUND = "。.!~,，、…;；:：\"'“”‘’「」【】[]()《》"
# What a phone puts between or behind characters, and nobody sees: joiners, and what makes ② a picture.
_UNSEEN = str.maketrans("", "", " \u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3")


@lru_cache(1024)  # asked twice for every message, and after a push by many members
def understand(text: str) -> Command:
    """What a message, a menu's key or a scanned code asks for.

    Width, case, blanks, and traditional or simplified characters do not matter.
    """
    words, simple = normalise(text), fold(text)
    bare = simple.translate(_UNSEEN)
    inner = bare.strip(_AROUND).rstrip("?")
    found = _FIXED.get(bare) or _FIXED.get(inner)
    if found is not None:
        return found
    if wish := wished(simple):
        return wish
    if match := next(filter(None, (pattern.fullmatch(inner) for pattern in _OF_ISSUE)), None):
        return _of_issue(match, words)
    if match := _ONLY.fullmatch(inner):
        return Only(match[1])
    if match := _PICK.fullmatch(inner):
        return Pick(int(match["n"]) if match["n"] else parse_number(match["spelt"]) or 0)
    return Words(words)


def issue_name(of: OfIssue) -> str:
    """How an issue is called in an answer: 2021年第2期."""
    return f"{of.year}年第{of.issue}期" if of.year else f"第{of.issue}期"


def _of_issue(match: re.Match[str], words: str) -> Command:
    issue, year = parse_number(match["issue"]), match["year"]
    if not issue:
        return Words(words)
    of = OfIssue(issue, parse_number(year) if year else None)
    return Contents(of) if match["contents"] else of
