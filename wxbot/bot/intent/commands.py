"""Parse the words of a message: a fixed word, a subscription, an issue, a number, small talk; or a question.

Pure: knows neither library nor last list. `intent.meaning` then resolves section names, and the answers decide
whether a number fits the last list.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from wxbot.bot.intent.subscriptions import SubscriptionCommand, parse_subscription
from wxbot.bulletin.issue_number import IssueReference
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
    "PublicationIssue",
    "Question",
    "Section",
    "TextCommand",
    "Thanks",
    "Welcome",
    "parse_command",
    "parse_small_talk",
    "reference_label",
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
    """Show the newest issue, of the publication with this slug if it is given."""

    publication: str | None = None


@dataclass(frozen=True, slots=True)
class PreviousIssue:
    """Show the issue before the newest, of the publication with this slug if it is given."""

    publication: str | None = None


@dataclass(frozen=True, slots=True)
class PublicationIssue:
    """Show an issue of the publication with this slug."""

    of: IssueReference
    publication: str


@dataclass(frozen=True, slots=True)
class Contents:
    """List the titles of an issue; of the newest issue when `of` is None. `publication` is a slug."""

    of: IssueReference | None = None
    publication: str | None = None


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
    | PublicationIssue
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
_ONLY = re.compile(r"只看(.+)")
_PUNCTUATION = "。.!~,，、…;；:：\"'“”‘’「」【】[]()《》"
# Blanks, and the invisible characters that phones insert: joiners, and the keycap marks that turn ② into a picture.
_INVISIBLE = str.maketrans("", "", " \u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3")


@lru_cache(_POPULAR)
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
    if (match := _ISSUE.fullmatch(inner)) and (of := IssueReference.parse(match["of"])):
        return Contents(of) if match["contents"] else of
    if match := _ONLY.fullmatch(inner):
        return OnlySection(match[1])
    if match := _PICK.fullmatch(inner):
        return PickNumber(int(match["n"]) if match["n"] else parse_number(match["numeral"]) or 0)
    return Question(words)


def reference_label(of: IssueReference) -> str:
    """Return the name of an issue as answers print it: 2021年第2期, or 第2期 without a year."""
    return str(of)


_PLEASE = "(?:请|请问|麻烦)?[你您]?(?:帮我|给我|我想|我要|想)?"
_SEE = "(?:看看|看一下|看下|看|来点|来份|来个|来|发一下|发|找点|找)?"
_NEWS = "(?:新闻|简报|资讯|消息|文章|内容|动态)"
_NEW = "(?:最新|最近|近期|今天|今日|新)"
_THIS = "(?:这一?期|本期|[最新]新一期)"
_WHAT = "(?:什么|啥|哪些)"
_ENDING = "(?:一下|[呢吗嘛么啊呀吧哦啦了])*"

_SMALL_TALK: tuple[tuple[ContentCommand, str], ...] = (
    (Contents(), f"(?:{_THIS}|最新的?)都?[讲说写有](?:了|的)?{_WHAT}{_NEWS}?|有哪些文章|文章列表|全部文章"),
    (LatestIssue(), f"{_PLEASE}{_SEE}(?:新闻|简报|资讯)"),
    (LatestIssue(), f"{_PLEASE}{_SEE}(?:{_NEW}的?{_NEWS}|{_THIS}的?{_NEWS}?|最新的)"),
    (LatestIssue(), f"{_NEW}?有(?:没有)?{_WHAT}?(?:{_NEWS}|新的|新鲜事|好看的)"),
    (LatestIssue(), f"(?:今天|今日|最近|近期)有{_WHAT}"),
    (PreviousIssue(), f"(?:看看|看)?(?:上一?期|前一期)的?{_NEWS}?"),
    (NextPage(), "下页|后一页|翻页|往下翻?|后面的?|接着看?|更多的|没了|没有了"),
    (NextPage(), "还有(?:没有)?(?:别的|其他的?|更多的?)?|再来(?:点|几篇|一页)?"),
    (
        Help(),
        "(?:怎么|如何|咋)(?:使?用|查询?|搜索?|问|找)|[你您]?[能会](?:做|干)?(?:些|点)?什么|功能|说明|(?:有哪些)?栏目",
    ),
    (
        Help(),
        "[你您]是谁|(?:有|在)人在?|嗨|哈喽|哈罗|[早晚]|早上好|上午好|中午好|下午好|晚上好|[你您]好|在不在",
    ),
    (Help(), "(?:转|找)?人工(?:客服|服务)?|(?:在线|联系)?客服|测试|test"),
    (Thanks(), "(?:好的?|嗯+)?(?:非常|太|多)?(?:谢+|感谢)(?:[你您]|大家|小编)*|thx|thanks?(?:you)?|3q"),
    (
        Thanks(),
        "好+的?|行|可以|ok(?:ay)?|收到|知道|明白|懂|嗯+|[哦噢喔]+|[哈呵嘿]+|赞|棒|不错|厉害|辛苦|再见|拜拜",
    ),
)
_SMALL_TALK_PATTERNS = tuple(
    (command, re.compile(f"(?:{pattern}){_ENDING}")) for command, pattern in _SMALL_TALK
)
# WeChat sends its own emoticons as codes: 「/::)」「/:strong」, newer ones as 「[捂脸]」 (reference, B).
_EMOTICON_NAMES = (
    "微笑|撇嘴|色|发呆|得意|流泪|害羞|闭嘴|睡|大哭|尴尬|发怒|调皮|呲牙|惊讶|难过|囧|抓狂|吐|偷笑|"
    "愉快|白眼|傲慢|困|惊恐|憨笑|悠闲|咒骂|疑问|嘘|晕|衰|骷髅|敲打|再见|擦汗|抠鼻|鼓掌|坏笑|鄙视|"
    "委屈|快哭了|阴险|亲亲|可怜|笑脸|生病|脸红|破涕为笑|恐惧|失望|无语|嘿哈|捂脸|奸笑|机智|皱眉|耶|"
    "吃瓜|加油|汗|天啊|emm|旺柴|好的|打脸|哇|翻白眼|666|叹气|苦涩|裂开|嘴唇|爱心|心碎|拥抱|强|弱|"
    "握手|胜利|抱拳|勾引|拳头|ok|合十|啤酒|咖啡|蛋糕|玫瑰|凋谢|炸弹|月亮|太阳|庆祝|礼物|红包|福|"
    "烟花|爆竹|猪头|跳跳|发抖|转圈"
)
_EMOTICON = re.compile(rf"/:[^\s/\u4e00-\u9fff]{{1,9}}|\[(?:{_EMOTICON_NAMES})\]")


@lru_cache(_POPULAR)
def parse_small_talk(text: str) -> ContentCommand | None:
    """Return the command in small talk: 谢谢, 有啥新闻, 还有吗, an emoji; None when the text is a question.

    Only whole messages count, so that 最新政策 and 人工智能 stay questions. Call it last, after the editors' rules and
    the section names: a rule then answers such words without any priority.
    """
    words = fold(text)
    said = _EMOTICON.sub("", words)
    kinds = {unicodedata.category(char)[0] for char in said}
    if not kinds & {"L", "N"}:
        return Thanks() if said != words or "S" in kinds else Help()
    bare = "".join(char for char in said if unicodedata.category(char)[0] in "LN")
    return next((command for command, pattern in _SMALL_TALK_PATTERNS if pattern.fullmatch(bare)), None)
