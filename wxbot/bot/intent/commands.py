"""Parse the words of a message into a command: a fixed word, a subscription, an issue, a number; else a question.

Pure: knows neither library nor last list. `intent.meaning` then resolves section names, and the answers decide
whether a number fits the last list.
"""

import re
from dataclasses import dataclass

from wxbot.bot.intent.subscriptions import SubscriptionCommand, parse_subscription
from wxbot.numbers import NUMERAL, parse_number
from wxbot.search.tokenizer import fold
from wxbot.text import normalise

__all__ = [
    "Acknowledge",
    "Command",
    "ContentCommand",
    "Contents",
    "Help",
    "IssueReference",
    "LatestIssue",
    "NextPage",
    "OnlySection",
    "PickNumber",
    "PreviousIssue",
    "PreviousPage",
    "Question",
    "Section",
    "TextCommand",
    "Thanks",
    "Welcome",
    "issue_label",
    "parse_command",
]


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be asked here."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """Greet a new follower."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """Return a courtesy; asks for nothing."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Confirm a message without words, such as a picture; `text` names the reply text."""

    text: str


@dataclass(frozen=True, slots=True)
class LatestIssue:
    """Show the newest issue."""


@dataclass(frozen=True, slots=True)
class PreviousIssue:
    """Show the issue before the newest."""


@dataclass(frozen=True, slots=True)
class IssueReference:
    """Show one issue by its number within `year`; without a year, of the newest year that has this number."""

    issue: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """List the titles of an issue; of the newest issue when `of` is None."""

    of: IssueReference | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """List the newest articles of the section with exactly this name."""

    name: str


@dataclass(frozen=True, slots=True)
class NextPage:
    """Show the next page of the member's last list."""


@dataclass(frozen=True, slots=True)
class PreviousPage:
    """Show the previous page of the member's last list."""


@dataclass(frozen=True, slots=True)
class OnlySection:
    """Narrow the member's last list to one section; `parse_command` gives its name as typed."""

    section: str


@dataclass(frozen=True, slots=True)
class PickNumber:
    """Open one article of the member's last list by its number there, from 1."""

    n: int


@dataclass(frozen=True, slots=True)
class Question:
    """Search for these words, in normal form; may be empty."""

    text: str


TextCommand = Help | Welcome | Thanks | Acknowledge
"""A command answered with a reply text alone."""
ContentCommand = (
    TextCommand
    | LatestIssue
    | PreviousIssue
    | IssueReference
    | Contents
    | Section
    | NextPage
    | PreviousPage
    | OnlySection
    | PickNumber
    | Question
)
"""A command answered from reply texts, library, index or the member's last list."""
Command = ContentCommand | SubscriptionCommand

_FIXED: dict[str, Command] = {
    **dict.fromkeys(
        ("帮助", "help", "?", "菜单", "怎么用", "使用说明", "你好", "您好", "在吗", "hi", "hello"), Help()
    ),
    **dict.fromkeys(("最新", "最新一期", "最新简报", "本期", "latest", "new"), LatestIssue()),
    **dict.fromkeys(("目录", "本期目录", "最新目录", "contents"), Contents()),
    **dict.fromkeys(("更多", "下一页", "继续", "more", "next"), NextPage()),
    **dict.fromkeys(("上一页", "前一页", "返回", "back", "prev"), PreviousPage()),
}

_YEAR = "(?P<year>[0-9]{4}|[一二][〇零○一二三四五六七八九]{3})"
_REST = "期(?:工作)?(?:简报)?(?P<contents>的?目录)?"
_ISSUE_PATTERNS = (
    re.compile(rf"(?:{_YEAR}(?:年度?第?|第)|第)(?P<issue>{NUMERAL}{{1,5}}){_REST}"),
    # 2期 means an issue, but 二期 usually means the second phase of a building project.
    re.compile(rf"(?P<year>)(?P<issue>[0-9]{{1,4}}){_REST}"),
    re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-./](?P<issue>[0-9]{1,3})期?(?P<contents>的?目录)?"),
)
_PICK = re.compile(
    rf"(?:看看?|打开|点开?|选)?(?:第?(?P<n>[0-9]{{1,2}})[.、]?[条篇个]?|第(?P<numeral>{NUMERAL}{{1,3}})[条篇个])"
)
_ONLY = re.compile(r"只看(.+)")
_PUNCTUATION = "。.!~,，、…;；:：\"'“”‘’「」【】[]()《》"
# Blanks, and the invisible characters that phones insert: joiners, and the keycap marks that turn ② into a picture.
_INVISIBLE = str.maketrans("", "", " \u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3")


def parse_command(text: str) -> Command:
    """Return the command in a message's text, a menu key or a scanned code; a Question when it is none.

    Width, case, blanks, and traditional or simplified characters make no difference.
    """
    words, simplified = normalise(text), fold(text)
    compact = simplified.translate(_INVISIBLE)
    inner = compact.strip(_PUNCTUATION).rstrip("?")
    fixed = _FIXED.get(compact) or _FIXED.get(inner)
    if fixed is not None:
        return fixed
    if subscription := parse_subscription(simplified):
        return subscription
    if match := next(filter(None, (pattern.fullmatch(inner) for pattern in _ISSUE_PATTERNS)), None):
        return _issue_command(match, words)
    if match := _ONLY.fullmatch(inner):
        return OnlySection(match[1])
    if match := _PICK.fullmatch(inner):
        return PickNumber(int(match["n"]) if match["n"] else parse_number(match["numeral"]) or 0)
    return Question(words)


def issue_label(of: IssueReference) -> str:
    """Return the name of an issue as answers print it: 2021年第2期, or 第2期 without a year."""
    return f"{of.year}年第{of.issue}期" if of.year else f"第{of.issue}期"


def _issue_command(match: re.Match[str], words: str) -> Command:
    issue, year = parse_number(match["issue"]), match["year"]
    if not issue:
        return Question(words)
    of = IssueReference(issue, parse_number(year) if year else None)
    return Contents(of) if match["contents"] else of
