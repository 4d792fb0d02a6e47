"""Courtesies around what a member asks for: greetings, 请问, 帮我找一下, 谢谢.

The words as typed come first, so that a name which looks like a courtesy is found.
"""

import re
from functools import lru_cache

__all__ = ["without_courtesies"]

_SIGNS = r"[\s,，。.!！?？、~～:：;；…]"
_GLUED = "你好|您好|hello|hi|嗨|哈喽|请问|请教|打扰|不好意思|抱歉|麻烦|劳驾|想?问[一]?下|咨询[一]?下"
_APART = (
    "老师|小编|客服|亲|大家|各位|同志|早上好|上午好|中午好|下午好|晚上好|早"
    "|在吗|在么|在不在|有人吗|那个|嗯|好的|收到"
)
_TITLES = "(?:好|老师|小编|一下|下|问|了|您|你|们|啊|呀|哈|呢|哦)*"
_BEFORE = re.compile(
    rf"(?:(?:{_GLUED}){_TITLES}{_SIGNS}*|(?:{_APART}){_TITLES}(?:{_SIGNS}+|(?={_GLUED})))+", re.IGNORECASE
)
_THANKS = "(?:非常|太|十分)?(?:谢谢|多谢|感谢|拜托|辛苦|麻烦|thanks|thx)(?:您|你|了|啦|老师|大家|小编|哈|啊|呀|各位)*"
_ALLOWED = "(?:可以|可不可以|行|好|成|能|方便|ok)(?:吗|么|嘛|不|不行)?"
_WHERE = "(?:怎么|如何|咋|在哪里?|哪里|从哪里?|去哪里?)(?:可以|能)?(?:看到?|找到?|查到?|打开|下载|搜到?|阅读|收到|获取)"
_AFTER = re.compile(
    rf"(?:{_SIGNS}*{_THANKS}|{_SIGNS}+{_ALLOWED}|{_SIGNS}*(?:我)?{_WHERE}(?:啊|呀|呢)*|{_SIGNS}+(?:急|在线等|推荐)|{_SIGNS}*(?:发给?我|给我)(?:一?下)?|有吗)+{_SIGNS}*$",
    re.IGNORECASE,
)
_ASKING = (
    "(?:请|麻烦|劳驾)?(?:[你您]们?|贵会|贵协会|我们?)?(?:能不能|可不可以|可以|能否|可否|能|可)?"
    "(?:再|先)?(?:帮我?|帮忙|给我|替我|发给我|发我|推给我|转给我)?(?:我们?)?(?:还|就|只)?(?:想要?|需要|希望|打算|要)?(?:再|先)?"
)
_DOING = (
    "(?:看看|看一看|看一?下|查看|查一?下|查查|查一查|查询|找一?下|找找|找一找|搜一?下|搜搜|搜索|发一?下|发来|发送|发|"
    "推送一?下|来一?份|来一?期|打开|点开|阅读|翻一?下|浏览|收到|看|查|找|搜|来|给|读|要)?(?:一份|一下)?把?"
)
_REQUEST = re.compile(_ASKING + _DOING)
_PARTICLES = re.compile(r"(?:[吗嘛么呢吧啊呀哦哈啦]|[\s?？!！。.~～])+$")


@lru_cache(1024)
def without_courtesies(text: str) -> tuple[str, ...]:
    """Return shorter and shorter forms of a text: without greeting and thanks, then without the words of asking.

    A form that is empty, or like the one before it, is left out.
    """
    bare = _AFTER.sub("", text.strip())
    greeted = _BEFORE.match(bare)
    bare = (bare[greeted.end() :] if greeted else bare).strip()
    request = _REQUEST.match(bare)
    asked = _PARTICLES.sub("", bare[request.end() :] if request else bare).strip()
    forms = (form for form in (bare, asked) if form and form != text.strip())
    return tuple(dict.fromkeys(forms))
