"""Parse what a member asks to receive: 订阅, 退订, 我的订阅, 免打扰, 每周最多; and apply it to the preferences.

Pure: section names are as typed; `answers.subscription_answers` looks them up.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

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
    """Subscribe to these sections and publications, or with `everything` to all; with neither, list what there is.

    As parsed, `sections` are the names as typed; the answer tells sections from publications, given by their slugs.
    `glued` means that no blank separates the word from the names: 订阅号 is a question, unless 号 is a section.
    """

    sections: tuple[str, ...] = ()
    everything: bool = False
    glued: bool = False
    publications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Stop these sections and publications; stop every push when there are none."""

    sections: tuple[str, ...] = ()
    glued: bool = False
    publications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowSubscriptions:
    """Show the member's preferences."""


@dataclass(frozen=True, slots=True)
class SetQuietHours:
    """Send nothing between these two hours (0 to 23, in the association's zone); None removes the limit."""

    hours: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class SetWeeklyLimit:
    """Send at most `most` pushes a week; None removes the limit."""

    most: int | None


@dataclass(frozen=True, slots=True)
class UnclearSetting:
    """Explain how to write a setting: the hours or the number were not understood."""


SubscriptionCommand = (
    Subscribe | Unsubscribe | ShowSubscriptions | SetQuietHours | SetWeeklyLimit | UnclearSetting
)

_ALL = "(?:全部|所有|全部栏目|所有栏目|全部推送)"
_STOP = "(?:请|麻烦)?(?:[不别]要?|停止?|关闭?|取消)(?:再|想|用)?(?:给我)?"
_SENDING = "(?:推送|推|发送|发|收|接收)"
_FIXED: tuple[tuple[str, SubscriptionCommand], ...] = (
    ("(?:我[要想])?订阅(?:栏目|推送)?|(?:怎么|如何)订阅|订阅管理|(?:选择?|改)栏目", Subscribe()),
    (f"订阅 ?{_ALL}|恢复(?:订阅|推送)", Subscribe(everything=True)),
    (f"退订|td|(?:退订|取消订阅) ?{_ALL}?|{_STOP}(?:推送|{_SENDING}(?:消息|推送|我|了|啦)+)", Unsubscribe()),
    (
        "我的(?:订阅|推送)|查看订阅|(?:怎么|怎样|如何|咋)(?:才能)?(?:退订|取消订阅|(?:取消|关闭|停止)推送)|我(?:都)?订阅了?(?:什么|啥|哪些)(?:栏目)?",
        ShowSubscriptions(),
    ),
    ("(?:免打扰|勿扰) ?(?:关|关闭|取消)|(?:关闭|取消)(?:免打扰|勿扰)", SetQuietHours(None)),
    ("每周 ?(?:最多)? ?(?:不限|不限制|不限次数)", SetWeeklyLimit(None)),
    ("(?:免打扰|勿扰)(?: ?[0-9].*|.*[点时].*)?|每周最多(?: ?[0-9].*)?", UnclearSetting()),
    (
        f"(?:晚上|夜里|夜间|半夜|周末)(?:[不别]要?)(?:再)?(?:给我)?(?:{_SENDING}|打扰)(?:消息|我|了|啦)*",
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
    """Return the subscription command in a message, given in normal form; None when it is none."""
    words = words.rstrip("。.!~,")
    if found := _QUIET.fullmatch(words):
        return _quiet(_hour(*found.group(1, 2, 3)), _hour(*found.group(4, 5, 6), over=True))
    if found := _WEEKLY.fullmatch(words):
        most = parse_number(found[1] or found[2])
        return SetWeeklyLimit(most) if most and most <= _MOST else UnclearSetting()
    for pattern, command in _FIXED:
        if re.fullmatch(pattern, words):
            return command
    if found := _NAMED.fullmatch(words):
        names = tuple(filter(None, _BETWEEN.split(found["names"])))
        kind = Subscribe if found["what"] == "订阅" else Unsubscribe
        return kind(names, glued=not found["blank"]) if names else None
    return None


def _hour(part: str | None, numeral: str, minutes: str | None, *, over: bool = False) -> int:
    """Return an hour of the day, from 晚上10点 or 22:30; minutes are dropped, or with `over` rounded up."""
    hour = parse_number(numeral) or 0
    if (
        (part in _EVENING and 6 <= hour <= 12)
        or (part == "下午" and hour < 6)
        or (part == "中午" and hour < 6)
    ):
        hour += 12
    return hour + (over and int(minutes or 0) > 0)


def _quiet(start: int, end: int) -> SetQuietHours | UnclearSetting:
    is_valid = start <= 24 and end <= 24 and start % 24 != end % 24
    return SetQuietHours((start % 24, end % 24)) if is_valid else UnclearSetting()


def apply_command(
    preferences: Preferences,
    command: SubscriptionCommand,
    sections: Iterable[str],
    publications: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Preferences:
    """Return the preferences after a command.

    `sections` are all sections of the library, `publications` those of each publication by its slug, if there are
    several. The first section or publication that a member subscribes to replaces the default of everything; further
    ones are added to it.
    """
    match command:
        case Subscribe(everything=True):
            return replace(preferences, sections=None, publications=(), refused=(), nothing=False)
        case Subscribe(names, publications=slugs) if names or slugs:
            return _with(preferences, command, publications)
        case Unsubscribe(names, publications=slugs):
            stops_all = preferences.nothing or not (names or slugs)
            return (
                Preferences(nothing=True)
                if stops_all
                else _without(preferences, command, sections, publications)
            )
        case SetQuietHours(hours):
            return replace(preferences, quiet=hours)
        case SetWeeklyLimit(most):
            return replace(preferences, weekly=most)
    return preferences


def _with(
    preferences: Preferences, command: Subscribe, publications: Mapping[str, Sequence[str]]
) -> Preferences:
    """Return the preferences after subscribing, which also ends the refusal of a publication."""
    names, slugs = command.sections, command.publications
    before = Preferences() if preferences.nothing else preferences
    accepted = {slug for slug in before.refused if {*names} & {*publications.get(slug, ())}} - {
        slug for slug in before.refused if _has_elsewhere(names, slug, before, publications)
    }
    refused = tuple(slug for slug in before.refused if slug not in {*slugs, *accepted})
    if (
        before.sections is None
        and not names
        and set(slugs) <= set(before.refused)
        and not preferences.nothing
    ):
        return replace(preferences, refused=refused)
    return replace(
        preferences,
        sections=tuple(dict.fromkeys((*(before.sections or ()), *names))),
        publications=tuple(dict.fromkeys((*before.publications, *slugs))),
        refused=refused,
        nothing=False,
    )


def _has_elsewhere(
    names: Sequence[str], slug: str, preferences: Preferences, publications: Mapping[str, Sequence[str]]
) -> bool:
    """Tell if the sections of a refused publication that are named stand in another one, which is not refused."""
    others = {
        name
        for other, sections in publications.items()
        if other != slug and other not in preferences.refused
        for name in sections
    }
    return {*names} & {*publications.get(slug, ())} <= others


def _without(
    preferences: Preferences,
    command: Unsubscribe,
    sections: Iterable[str],
    publications: Mapping[str, Sequence[str]],
) -> Preferences:
    """Return the preferences after unsubscribing; declining every push drops all other preferences.

    Who receives a whole publication and stops one of its sections keeps the others. A publication of which an issue
    would still come because of a section is refused: of one that was stopped, and of one that did not come before.
    """
    names, slugs = set(command.sections), set(command.publications)
    wanted, kept = preferences.sections, tuple(s for s in preferences.publications if s not in slugs)
    if names:
        split = [slug for slug in kept if names & {*publications.get(slug, ())}]
        listed = [publications[slug] for slug in publications if slug not in preferences.refused]
        everything = [name for each in listed for name in each] if publications else sections
        parts = [name for slug in split for name in publications[slug]]
        all_names = dict.fromkeys((*(everything if wanted is None else wanted), *parts))
        wanted = tuple(name for name in all_names if name not in names)
        kept = tuple(slug for slug in kept if slug not in split)
    after = replace(preferences, sections=wanted, publications=kept)
    refused = [
        slug
        for slug, its_sections in publications.items()
        if after.wants_issue(slug, its_sections)
        and (slug in slugs or not preferences.wants_issue(slug, its_sections))
    ]
    after = replace(after, refused=(*after.refused, *refused))
    is_nothing = after.sections is not None and not after.sections and not after.publications
    if is_nothing or (publications and set(publications) <= set(after.refused)):
        return Preferences(nothing=True)
    return after


def preference_labels(
    preferences: Preferences, publications: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Return the preferences in Chinese, by the placeholders of the reply text `wishes`.

    `publications` are their names by slug.
    """
    sections = "全部" if preferences.sections is None else "、".join(preferences.sections)
    start, end = preferences.quiet or (0, 0)
    over = "次日 " if start > end else ""
    return {
        "刊物": "、".join(publications.get(slug, slug) for slug in preferences.publications),
        "不收": "、".join(publications.get(slug, slug) for slug in preferences.refused),
        "栏目": sections,
        "免打扰": f"{start} 点到{over or ' '}{end} 点" if preferences.quiet else "",
        "次数": f"{preferences.weekly} 次" if preferences.weekly is not None else "",
    }
