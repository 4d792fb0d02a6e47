"""Parse what a member asks to receive: 订阅, 退订, 我的订阅, 免打扰, 每周最多; and apply it to the preferences.

Pure: section names are as typed; `answers.subscription_answers` looks them up.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wxbot.followers import Preferences
from wxbot.numbers import NUMERAL, parse_number

__all__ = [
    "SetQuietHours",
    "SetWeeklyLimit",
    "ShowSubscriptions",
    "Subscribe",
    "SubscriptionCommand",
    "UnclearSetting",
    "Unsubscribe",
    "apply_command",
    "parse_subscription",
    "preference_labels",
]


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Receive these sections; all of them when `everything`; neither: what can be had?

    `glued` when no blank stood between the word and the names: 订阅号 is then a question, unless 号 is a section.
    """

    sections: tuple[str, ...] = ()
    everything: bool = False
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Receive these sections no more; nothing at all when none is named."""

    sections: tuple[str, ...] = ()
    glued: bool = False


@dataclass(frozen=True, slots=True)
class ShowSubscriptions:
    """What do I receive?"""


@dataclass(frozen=True, slots=True)
class SetQuietHours:
    """Nothing between these two hours (0 to 23) of the association's clock; None lifts it."""

    hours: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class SetWeeklyLimit:
    """At most so many pushes a week; None lifts it."""

    most: int | None


@dataclass(frozen=True, slots=True)
class UnclearSetting:
    """Hours or a number that cannot be meant: how is it written?"""


SubscriptionCommand = (
    Subscribe | Unsubscribe | ShowSubscriptions | SetQuietHours | SetWeeklyLimit | UnclearSetting
)

_ALL = "(?:全部|所有|全部栏目|所有栏目|全部推送)"
_STOP = "(?:请|麻烦)?(?:[不别]要?|停止?|关闭?|取消)(?:再|想|用)?(?:给我)?"
_SENT = "(?:推送|推|发送|发|收|接收)"
_FIXED: tuple[tuple[str, SubscriptionCommand], ...] = (
    ("(?:我[要想])?订阅(?:栏目|推送)?|(?:怎么|如何)订阅|订阅管理|(?:选择?|改)栏目", Subscribe()),
    (f"订阅 ?{_ALL}|恢复(?:订阅|推送)", Subscribe(everything=True)),
    (f"退订|td|(?:退订|取消订阅) ?{_ALL}?|{_STOP}(?:推送|{_SENT}(?:消息|推送|我|了|啦)+)", Unsubscribe()),
    ("我的(?:订阅|推送)|查看订阅|我(?:都)?订阅了?(?:什么|啥|哪些)(?:栏目)?", ShowSubscriptions()),
    ("(?:免打扰|勿扰) ?(?:关|关闭|取消)|(?:关闭|取消)(?:免打扰|勿扰)", SetQuietHours(None)),
    ("每周 ?(?:最多)? ?(?:不限|不限制|不限次数)", SetWeeklyLimit(None)),
    ("(?:免打扰|勿扰)(?: ?[0-9].*|.*[点时].*)?|每周最多(?: ?[0-9].*)?", UnclearSetting()),
    (
        f"(?:晚上|夜里|夜间|半夜|周末)(?:[不别]要?)(?:再)?(?:给我)?(?:{_SENT}|打扰)(?:消息|我|了|啦)*",
        UnclearSetting(),
    ),
)
_NAMED = re.compile(r"(?P<what>订阅|退订|取消订阅)(?P<blank>[ :]*)(?P<names>.+)")
_PART = "(?:次日|第二天|明早)? ?(凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|夜里|夜间|晚)?"
_HOUR = rf"{_PART} ?({NUMERAL}{{1,3}}) ?(?:点半?|时|:([0-9]{{2}}))?(?:钟|整)?"
_QUIET = re.compile(rf"(?:免打扰|勿扰)[ :]*{_HOUR} ?[-~到至—–]+ ?{_HOUR}")
_EVENING = {"下午", "傍晚", "晚上", "夜里", "夜间", "晚"}
_WEEKLY = re.compile(rf"每周 ?(?:最多 ?({NUMERAL}{{1,3}}) ?[次条篇]?|({NUMERAL}{{1,3}}) ?[次条篇])(?:推送)?")
_BETWEEN = re.compile(r"[ ,、;和]+")
_MOST = 50


def parse_subscription(words: str) -> SubscriptionCommand | None:
    """What a message in normal form asks to receive; None when it is about something else."""
    words = words.rstrip("。.!~,")
    if found := _QUIET.fullmatch(words):
        return _quiet(_hour(*found.group(1, 2, 3)), _hour(*found.group(4, 5, 6), over=True))
    if found := _WEEKLY.fullmatch(words):
        most = parse_number(found[1] or found[2])
        return SetWeeklyLimit(most) if most and most <= _MOST else UnclearSetting()
    for pattern, wish in _FIXED:
        if re.fullmatch(pattern, words):
            return wish
    if found := _NAMED.fullmatch(words):
        names = tuple(filter(None, _BETWEEN.split(found["names"])))
        kind = Subscribe if found["what"] == "订阅" else Unsubscribe
        return kind(names, glued=not found["blank"]) if names else None
    return None


def _hour(part: str | None, spelt: str, minutes: str | None, *, over: bool = False) -> int:
    """An hour of the day as it was said, 晚上10点 or 22:30: before a part of an hour, or behind it when `over`."""
    hour = parse_number(spelt) or 0
    if (
        (part in _EVENING and 6 <= hour <= 12)
        or (part == "下午" and hour < 6)
        or (part == "中午" and hour < 6)
    ):
        hour += 12
    return hour + (over and int(minutes or 0) > 0)


def _quiet(start: int, end: int) -> SetQuietHours | UnclearSetting:
    here = start <= 24 and end <= 24 and start % 24 != end % 24
    return SetQuietHours((start % 24, end % 24)) if here else UnclearSetting()


def apply_command(wishes: Preferences, wish: SubscriptionCommand, sections: Iterable[str]) -> Preferences:
    """What is parse_subscription after `wish`, whose sections are among the `sections` that there are now.

    The first section that somebody subscribes to takes the place of everything; further ones are added.
    """
    match wish:
        case Subscribe(everything=True):
            return replace(wishes, sections=None, nothing=False)
        case Subscribe(names) if names:
            before = () if wishes.nothing else wishes.sections or ()
            return replace(wishes, sections=tuple(dict.fromkeys((*before, *names))), nothing=False)
        case Unsubscribe(names):
            return _without(wishes, names, sections)
        case SetQuietHours(hours):
            return replace(wishes, quiet=hours)
        case SetWeeklyLimit(most):
            return replace(wishes, weekly=most)
    return wishes


def _without(wishes: Preferences, names: Iterable[str], sections: Iterable[str]) -> Preferences:
    """Without these sections, or nothing at all; who wants nothing leaves no other wish behind."""
    names = set(names)
    before = sections if wishes.sections is None else wishes.sections
    left = tuple(name for name in before if name not in names)
    if not names or not left or wishes.nothing:
        return Preferences(nothing=True)
    return replace(wishes, sections=left)


def preference_labels(wishes: Preferences) -> dict[str, str]:
    """What is parse_subscription, in words, by the place of a text."""
    sections = "全部" if wishes.sections is None else "、".join(wishes.sections)
    start, end = wishes.quiet or (0, 0)
    over = "次日 " if start > end else ""
    return {
        "栏目": sections,
        "免打扰": f"{start} 点到{over or ' '}{end} 点" if wishes.quiet else "",
        "次数": f"{wishes.weekly} 次" if wishes.weekly is not None else "",
    }
