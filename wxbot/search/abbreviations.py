"""Abbreviations: find short forms that articles define, and propose them to editors as synonyms.

    国家发展和改革委员会（以下简称发改委）    中国存托凭证（CDR）

Where the long form begins is a guess, so an editor decides which proposals become synonyms.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wxbot.search import tokenizer
from wxbot.search.synonyms import Synonyms

__all__ = ["Proposal", "definitions", "proposals"]

LONGEST = 24  # characters of a long form
FEWEST = 2  # characters of a short one

_QUOTED = r"[“\"「『《]?([^”\"」』》（）()，。；、\s]{2,12})[”\"」』》]?"
_CALLED = re.compile(
    rf"([^，。；：！？\s（）()]{{3,60}})\s*[（(，,]\s*(?:以下|下文|下)?(?:简称|称)(?:为)?\s*[:：]?\s*{_QUOTED}"
)
_LETTERS = re.compile(r"([^，。；：！？、\s（）()]{3,60})\s*[（(]\s*([A-Za-z][A-Za-z0-9&-]{1,14})\s*[）)]")
_QUOTES = re.compile(r"[“”\"「」『』《》]")
# Part-of-speech tags of words inside a name; a name ends at a verb or a particle.
_NAME_TAGS = ("n", "j", "a", "b", "s", "f", "eng", "vn", "l", "i", "t", "m", "q")
_CONJUNCTIONS = frozenset("和与及")


@dataclass(frozen=True)
class Proposal:
    """A long form, its short form, and the number of texts that define it (`seen`)."""

    long: str
    short: str
    seen: int


def definitions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs (long, short) that a text defines."""
    for match in _CALLED.finditer(text):
        long = _long_form(_QUOTES.sub("", match[1]), match[2])
        if long:
            yield long, match[2]
    for match in _LETTERS.finditer(text):
        long = _name_at_end(_QUOTES.sub("", match[1]))
        if long:
            yield long, match[2]


def proposals(texts: Iterable[str], synonyms: Synonyms) -> list[Proposal]:
    """Return the definitions in texts that are not in the synonym file yet, the most frequent first."""
    seen: dict[tuple[str, str], int] = {}
    for text in texts:
        for pair in dict.fromkeys(definitions(text)):
            seen[pair] = seen.get(pair, 0) + 1
    new = (
        Proposal(long, short, count)
        for (long, short), count in seen.items()
        if not _are_synonyms(synonyms, long, short)
    )
    return sorted(new, key=lambda each: (-each.seen, each.long, each.short))


def _are_synonyms(synonyms: Synonyms, long: str, short: str) -> bool:
    one, other = (
        tuple(unit for s in tokenizer.segments(tokenizer.fold(word)) for unit in s) for word in (long, short)
    )
    return other in synonyms.others(one)


def _long_form(before: str, short: str) -> str:
    """Return the shortest end of `before` that contains the characters of `short` in order; "" if there is none."""
    at = len(before)
    for char in reversed(short):
        at = before.rfind(char, 0, at)
        if at < 0:
            return ""
    start = max((edge for edge in _word_starts(before) if edge <= at), default=0)
    long = before[start:]
    name = _name_at_end(before)
    if name.endswith(long):  # 国家 belongs to 国家发展和改革委员会, although 发改委 does not contain it
        long = name
    return long if len(short) < len(long) <= LONGEST else ""


def _word_starts(text: str) -> list[int]:
    """Return the positions at which words begin."""
    ends = itertools.accumulate(len(word) for word, _ in tokenizer.tag(text))
    return [0, *ends]


def _name_at_end(before: str) -> str:
    """Return the words at the end of `before` that may form one name; "" if they are too short."""
    name = ""
    for word, kind in reversed(tokenizer.tag(before)):
        is_outside = (
            not kind.startswith(_NAME_TAGS) and word not in _CONJUNCTIONS and tokenizer.in_dictionary(word)
        )
        if is_outside or len(name) + len(word) > LONGEST:
            break
        name = word + name
    name = name.lstrip("".join(_CONJUNCTIONS))
    return name if len(name) > FEWEST else ""
