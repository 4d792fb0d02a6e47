"""Parse small talk: whole messages that are neither commands nor questions, such as 谢谢, 有啥新闻, 还有吗."""

import re
import unicodedata
from functools import lru_cache

from wxbot.bot.intent.commands import (
    AskStaff,
    ContentCommand,
    Contents,
    Help,
    LatestIssue,
    NextPage,
    PreviousIssue,
    Thanks,
)
from wxbot.bot.intent.emoticons import strip_emoticons
from wxbot.search.tokenizer import fold

__all__ = ["parse_small_talk"]

_POPULAR = 1024
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
    (
        AskStaff(),
        "(?:请|帮我|给我|我要|我想)*(?:转接?|找|接|联系|呼叫|要|有没有|有)?(?:到|一下|下)?(?:人工|真人)(?:的|在线)?(?:客服|服务|坐席|回复)?",
    ),
    (
        AskStaff(),
        "(?:请|帮我|给我|我要|我想)*(?:转接?|找|接|联系|呼叫|在线|有没有|有)?(?:到|一下|下)?(?:在线|你们的?)?客服(?:人员|在吗?|电话)?",
    ),
    (
        AskStaff(),
        "(?:请|帮我|我要|我想)*(?:找|联系|转接?)(?:到|一下|下)?(?:个|一个)?(?:真人|工作人员|秘书处|编辑|你们的?人|管理员|人)(?:说话|聊聊|咨询)?",
    ),
    (Help(), "测试|test"),
    (Thanks(), "(?:好的?|嗯+)?(?:非常|太|多)?(?:谢+|感谢)(?:[你您]|大家|小编)*|thx|thanks?(?:you)?|3q"),
    (
        Thanks(),
        "好+的?|行|可以|ok(?:ay)?|收到|知道|明白|懂|嗯+|[哦噢喔]+|[哈呵嘿]+|赞|棒|不错|厉害|辛苦|再见|拜拜",
    ),
)
_SMALL_TALK_PATTERNS = tuple(
    (command, re.compile(f"(?:{pattern}){_ENDING}")) for command, pattern in _SMALL_TALK
)


@lru_cache(_POPULAR)
def parse_small_talk(text: str) -> ContentCommand | None:
    """Return the command in small talk: 谢谢, 有啥新闻, 还有吗, an emoji; None when the text is a question.

    Only whole messages count, so that 最新政策 and 人工智能 stay questions. Call it last, after the editors' rules and
    the section names: a rule then answers such words without any priority.
    """
    words = fold(text)
    said = fold(strip_emoticons(text))
    kinds = {unicodedata.category(char)[0] for char in said}
    if not kinds & {"L", "N"}:
        return Thanks() if said != words or "S" in kinds else Help()
    bare = "".join(char for char in said if unicodedata.category(char)[0] in "LN")
    return next((command for command, pattern in _SMALL_TALK_PATTERNS if pattern.fullmatch(bare)), None)
