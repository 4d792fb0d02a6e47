"""What a member asks to receive: 订阅, 退订, 我的订阅, 免打扰, 每周最多.

Pure: `wished` understands the words, `changed` says what is wished afterwards, `told` puts it into words. Whether a
section of that name exists is for whoever knows the shelf to say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wxbot.bulletin.numerals import DIGITS, number
from wxbot.followers import Wishes

__all__ = [
    "Mine",
    "Quiet",
    "Subscribe",
    "Unclear",
    "Unsubscribe",
    "Weekly",
    "Wish",
    "changed",
    "told",
    "wished",
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
class Mine:
    """What do I receive?"""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing between these two hours (0 to 23) of the association's clock; None lifts it."""

    hours: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Weekly:
    """At most so many pushes a week; None lifts it."""

    most: int | None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Hours or a number that cannot be meant: how is it written?"""


Wish = Subscribe | Unsubscribe | Mine | Quiet | Weekly | Unclear

_ALL = "(?:全部|所有|全部栏目|所有栏目|全部推送)"
_FIXED: tuple[tuple[str, Wish], ...] = (
    ("订阅", Subscribe()),
    (f"订阅 ?{_ALL}|恢复订阅", Subscribe(everything=True)),
    (f"退订|td|(?:退订|取消订阅) ?{_ALL}?", Unsubscribe()),
    ("我的订阅|查看订阅", Mine()),
    ("(?:免打扰|勿扰) ?(?:关|关闭|取消)|(?:关闭|取消)(?:免打扰|勿扰)", Quiet(None)),
    ("每周 ?(?:最多)? ?(?:不限|不限制|不限次数)", Weekly(None)),
    ("(?:免打扰|勿扰)(?: ?[0-9].*)?|每周最多(?: ?[0-9].*)?", Unclear()),
)
_NAMED = re.compile(r"(?P<what>订阅|退订|取消订阅)(?P<blank>[ :]*)(?P<names>.+)")
_HOUR = "([0-9]{1,2}) ?(?:点|时|:00)?"
_QUIET = re.compile(rf"(?:免打扰|勿扰)[ :]*{_HOUR} ?[-~到至—–]+ ?(?:次日|第二天)? ?{_HOUR}")
_WEEKLY = re.compile(rf"每周 ?最多 ?({DIGITS}{{1,3}}|两) ?[次条]?(?:推送)?")
_BETWEEN = re.compile(r"[ ,、;和]+")
_MOST = 50


def wished(words: str) -> Wish | None:
    """What a message in normal form asks to receive; None when it is about something else."""
    words = words.rstrip("。.!~,")
    if found := _QUIET.fullmatch(words):
        start, end = int(found[1]), int(found[2]) % 24
        return Quiet((start, end)) if start < 24 and int(found[2]) <= 24 and start != end else Unclear()
    if found := _WEEKLY.fullmatch(words):
        most = 2 if found[1] == "两" else number(found[1])
        return Weekly(most) if most and most <= _MOST else Unclear()
    for pattern, wish in _FIXED:
        if re.fullmatch(pattern, words):
            return wish
    if found := _NAMED.fullmatch(words):
        names = tuple(filter(None, _BETWEEN.split(found["names"])))
        kind = Subscribe if found["what"] == "订阅" else Unsubscribe
        return kind(names, glued=not found["blank"]) if names else None
    return None


def changed(wishes: Wishes, wish: Wish, sections: Iterable[str]) -> Wishes:
    """What is wished after `wish`, whose sections are among the `sections` that there are now.

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
        case Quiet(hours):
            return replace(wishes, quiet=hours)
        case Weekly(most):
            return replace(wishes, weekly=most)
    return wishes


def _without(wishes: Wishes, names: Iterable[str], sections: Iterable[str]) -> Wishes:
    """Without these sections, or nothing at all; who wants nothing leaves no other wish behind."""
    names = set(names)
    before = sections if wishes.sections is None else wishes.sections
    left = tuple(name for name in before if name not in names)
    if not names or not left or wishes.nothing:
        return Wishes(nothing=True)
    return replace(wishes, sections=left)


def told(wishes: Wishes) -> dict[str, str]:
    """What is wished, in words, by the place of a text."""
    sections = "全部" if wishes.sections is None else "、".join(wishes.sections)
    start, end = wishes.quiet or (0, 0)
    over = "次日 " if start > end else ""
    return {
        "栏目": "不收推送" if wishes.nothing else sections,
        "免打扰": f"{start} 点到{over or ' '}{end} 点" if wishes.quiet else "",
        "次数": f"{wishes.weekly} 次" if wishes.weekly is not None else "",
    }
