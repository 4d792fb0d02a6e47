"""Recognise small talk, a whole message that is neither a fixed word nor a question: 谢谢, 有啥新闻, 还有吗, a thumb.

Pure. It is asked last, after the editors' rules and the names of sections: whoever wants such words to be answered
otherwise writes a rule. OnlySection whole messages count, so that 最新政策 and 人工智能 stay questions.
"""

import re
import unicodedata
from functools import lru_cache

from wxbot.bot.intent.commands import (
    ContentCommand,
    Contents,
    Help,
    LatestIssue,
    NextPage,
    PreviousIssue,
    Thanks,
)
from wxbot.search.tokenizer import fold

__all__ = ["smalltalk_command"]

_PLEASE = "(?:请|请问|麻烦)?[你您]?(?:帮我|给我|我想|我要|想)?"
_SEE = "(?:看看|看一下|看下|看|来点|来份|来个|来|发一下|发|找点|找)?"
_NEWS = "(?:新闻|简报|资讯|消息|文章|内容|动态)"
_NEW = "(?:最新|最近|近期|今天|今日|新)"
_THIS = "(?:这一?期|本期|[最新]新一期)"
_WHAT = "(?:什么|啥|哪些)"
_ENDING = "(?:一下|[呢吗嘛么啊呀吧哦啦了])*"

_MEANINGS: tuple[tuple[ContentCommand, str], ...] = (
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
_PATTERNS = tuple((meant, re.compile(f"(?:{pattern}){_ENDING}")) for meant, pattern in _MEANINGS)
# A phone's own pictures arrive as their names: 「/::)」「/:strong」, the newer ones as 「[捂脸]」 (reference, B).
_NAMES = (
    "微笑|撇嘴|色|发呆|得意|流泪|害羞|闭嘴|睡|大哭|尴尬|发怒|调皮|呲牙|惊讶|难过|囧|抓狂|吐|偷笑|"
    "愉快|白眼|傲慢|困|惊恐|憨笑|悠闲|咒骂|疑问|嘘|晕|衰|骷髅|敲打|再见|擦汗|抠鼻|鼓掌|坏笑|鄙视|"
    "委屈|快哭了|阴险|亲亲|可怜|笑脸|生病|脸红|破涕为笑|恐惧|失望|无语|嘿哈|捂脸|奸笑|机智|皱眉|耶|"
    "吃瓜|加油|汗|天啊|emm|旺柴|好的|打脸|哇|翻白眼|666|叹气|苦涩|裂开|嘴唇|爱心|心碎|拥抱|强|弱|"
    "握手|胜利|抱拳|勾引|拳头|ok|合十|啤酒|咖啡|蛋糕|玫瑰|凋谢|炸弹|月亮|太阳|庆祝|礼物|红包|福|"
    "烟花|爆竹|猪头|跳跳|发抖|转圈"
)
_FACE = re.compile(rf"/:[^\s/\u4e00-\u9fff]{{1,9}}|\[(?:{_NAMES})\]")


@lru_cache(1024)
def smalltalk_command(text: str) -> ContentCommand | None:
    """What a message means as a whole; None when it is a question."""
    words = fold(text)
    said = _FACE.sub("", words)
    kinds = {unicodedata.category(char)[0] for char in said}
    if not kinds & {"L", "N"}:
        return Thanks() if said != words or "S" in kinds else Help()
    bare = "".join(char for char in said if unicodedata.category(char)[0] in "LN")
    return next((meant for meant, pattern in _PATTERNS if pattern.fullmatch(bare)), None)
