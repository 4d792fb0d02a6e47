"""What a member may mean: a fixed word, a wish, an issue, a number from a list; anything else is searched.

Pure: knows neither library nor list. Whether a word is the name of a section, and whether a number fits the
last list, is for the chat to say.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from wxbot.bot.wishes import Wish, wished
from wxbot.bulletin.numerals import DIGITS, number
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


Asked = Help | Latest | OfIssue | Contents | More | Back | Only | Pick | Words
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
    re.compile(rf"(?:{_YEAR}(?:年度?第?|第)|第)(?P<issue>{DIGITS}{{1,5}}){_REST}"),
    re.compile(rf"(?P<year>)(?P<issue>[0-9]{{1,4}}){_REST}"),  # 2期, but not 二期, which is a building site
    re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-./](?P<issue>[0-9]{1,3})期?(?P<contents>的?目录)?"),
)
_PICK = re.compile(r"第?([0-9]{1,2})[.、]?[条篇个]?")
_ONLY = re.compile(r"只看(.+)")
_ENDING = "。.!~,，、…;；:："


@lru_cache(1024)  # asked twice for every message, and after a push by many members
def understand(text: str) -> Command:
    """What a message, a menu's key or a scanned code asks for; width, case and blanks do not matter."""
    words = normalise(text)
    bare = words.replace(" ", "")
    found = _FIXED.get(bare) or _FIXED.get(bare.rstrip(_ENDING))
    if found is not None:
        return found
    if wish := wished(words):
        return wish
    if match := next(filter(None, (pattern.fullmatch(bare) for pattern in _OF_ISSUE)), None):
        return _of_issue(match, words)
    if match := _ONLY.fullmatch(bare):
        return Only(match[1].rstrip(_ENDING))
    if match := _PICK.fullmatch(bare.rstrip(_ENDING)):
        return Pick(int(match[1]))
    return Words(words)


def issue_name(of: OfIssue) -> str:
    """How an issue is called in an answer: 2021年第2期."""
    return f"{of.year}年第{of.issue}期" if of.year else f"第{of.issue}期"


def _of_issue(match: re.Match[str], words: str) -> Command:
    issue, year = number(match["issue"]), match["year"]
    if not issue:
        return Words(words)
    of = OfIssue(issue, number(year) if year else None)
    return Contents(of) if match["contents"] else of
