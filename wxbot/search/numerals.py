"""Numbers in a query, written as the library writes them: 五号线 is found where 5 号线 stands."""

import re
from collections.abc import Callable, Iterator

from wxbot.bulletin.numerals import number
from wxbot.search import tokens
from wxbot.search.synonyms import Units

__all__ = ["as_written"]

_DIGITS = "一二三四五六七八九"
_NUMBER = re.compile(rf"(?<![a-z\d.-])\d{{1,2}}(?![a-z\d.-])|[〇零两十百千{_DIGITS}]+")


def as_written(text: str, held: Callable[[Units], bool]) -> str:
    """A `tokens.plain` text with each number written the other way where only so it stands beside its neighbour.

    `held` says whether the library has a phrase: 三亚 stays as it is, unless the library has a 3亚 and no 三亚.
    """

    def written(match: re.Match[str]) -> str:
        typed, other = match[0], _other(match[0])
        if other is None:
            return typed
        before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
        known = [any(map(held, _beside(way, before, after))) for way in (typed, other)]
        return other if known == [False, True] else typed

    return _NUMBER.sub(written, text)


def _beside(way: str, before: str, after: str) -> Iterator[Units]:
    """A number with what follows it, or at the end of a text with what it follows: one character, or two."""
    for size in (1, 2):
        together = way + after[:size] if after else before[-size:] + way
        units = tuple(unit for segment in tokens.segments(together) for unit in segment)
        if len(units) > 1:
            yield units


def _other(typed: str) -> str | None:
    """九 for 9 and 500 for 五百; None for what is not written in two ways."""
    value = number(typed)
    if not value:
        return None
    return _spoken(value) if typed.isdigit() else str(value)


def _spoken(value: int) -> str:
    """A number from 1 to 99 as it is spoken."""
    tens, ones = divmod(value, 10)
    ten = "十" if tens == 1 else _DIGITS[tens - 1] + "十" if tens else ""
    return ten + (_DIGITS[ones - 1] if ones else "")
