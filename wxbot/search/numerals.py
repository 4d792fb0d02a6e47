"""Numbers in a query, written as the library writes them: 五号线 is found where 5 号线 stands."""

import re
from collections.abc import Callable

from wxbot.numbers import chinese_numeral, parse_number
from wxbot.search import tokenizer
from wxbot.search.synonyms import Units

__all__ = ["as_written"]

_DIGITS = "一二三四五六七八九"
_NUMBER = re.compile(rf"(?<![a-z\d.-])\d{{1,2}}(?![a-z\d.-])|[〇零两十百千{_DIGITS}]+")


def as_written(text: str, held: Callable[[Units], bool]) -> str:
    """A `tokenizer.fold` text with each number written the other way where only so it stands beside its neighbour.

    `held` says whether the library has a phrase: 三亚 stays as it is, unless the library has a 3亚 and no 三亚.
    """

    def written(match: re.Match[str]) -> str:
        typed, other = match[0], _other(match[0])
        if other is None:
            return typed
        before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
        pairs = zip(_beside(typed, before, after), _beside(other, before, after), strict=True)
        known = ((held(as_typed), held(as_other)) for as_typed, as_other in pairs)
        return other if next(filter(any, known), None) == (False, True) else typed

    return _NUMBER.sub(written, text)


def _beside(way: str, before: str, after: str) -> list[Units]:
    """A number with its neighbours, first with as much as tells most: 第九个, 九个文, 九个; at the end 晨曦七, 曦七."""
    if after:
        together = [before[-1:] + way + after[:1], way + after[:2], way + after[:1]]
    else:
        together = [before[-2:] + way, before[-1:] + way]
    return [tuple(unit for segment in tokenizer.segments(each) for unit in segment) for each in together]


def _other(typed: str) -> str | None:
    """九 for 9 and 500 for 五百; None for what is not written in two ways."""
    value = parse_number(typed)
    if not value:
        return None
    return chinese_numeral(value) if typed.isdigit() else str(value)
