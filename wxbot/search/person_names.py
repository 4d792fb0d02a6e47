"""Names of people in a text, which no dictionary has: a surname, and two characters after it."""

from collections.abc import Iterator
from typing import Final

from wxbot.search import tokenizer
from wxbot.text import is_han

__all__ = ["person_names"]

LENGTH: Final = 3  # a name of two characters is too often no name
SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤康易乔"
    "赖文柳庄葛洪施牛樊兰殷詹鲁翟安裴齐耿涂焦柯倪俞尚温季路岳祝梅柴辛凌霍盛包岑娄卓鲍席阮左邢甘匡聂饶房屈骆"
)


def person_names(segment: tokenizer.Segment) -> Iterator[str]:
    """What may be a person's name in a segment: 顾|明远 and 林海|生, as the dictionary cuts them."""
    words = tokenizer.cut(segment, guess=False)
    for at, word in enumerate(words):
        if word[0] in SURNAMES:
            name = "".join(unit for each in words[at : at + LENGTH] for unit in each)[:LENGTH]
            if len(name) == LENGTH and len(word) < LENGTH and all(map(is_han, name)) and _ends(words, at):
                yield name


def _ends(words: list[tokenizer.Segment], at: int) -> bool:
    """Whether a word ends where a name that begins at this one does."""
    size = 0
    for word in words[at:]:
        size += len(word)
        if size >= LENGTH:
            return size == LENGTH
    return False
