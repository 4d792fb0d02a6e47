"""Abbreviations that the texts themselves define, as proposals for the editors' synonyms.

    国家发展和改革委员会（以下简称发改委）    中国存托凭证（CDR）

A proposal is a guess about where the long form begins; only an editor makes a synonym of it.
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
# A name goes on to the left over nouns, names, and what describes them; it ends at a verb or a particle.
_OF_NAMES = ("n", "j", "a", "b", "s", "f", "eng", "vn", "l", "i", "t", "m", "q")
_LINKS = frozenset("和与及")


@dataclass(frozen=True)
class Proposal:
    """A long form and its short one, and in how many texts the one is defined by the other."""

    long: str
    short: str
    seen: int


def definitions(text: str) -> Iterator[tuple[str, str]]:
    """The pairs (long, short) that a text defines."""
    for match in _CALLED.finditer(text):
        long = _begun_like(_QUOTES.sub("", match[1]), match[2])
        if long:
            yield long, match[2]
    for match in _LETTERS.finditer(text):
        long = _name_at_end(_QUOTES.sub("", match[1]))
        if long:
            yield long, match[2]


def proposals(texts: Iterable[str], synonyms: Synonyms) -> list[Proposal]:
    """What the library's texts define and the editors' table does not say yet, the most frequent first."""
    seen: dict[tuple[str, str], int] = {}
    for text in texts:
        for pair in dict.fromkeys(definitions(text)):
            seen[pair] = seen.get(pair, 0) + 1
    new = (
        Proposal(long, short, count)
        for (long, short), count in seen.items()
        if not _said(synonyms, long, short)
    )
    return sorted(new, key=lambda each: (-each.seen, each.long, each.short))


def _said(synonyms: Synonyms, long: str, short: str) -> bool:
    one, other = (
        tuple(unit for s in tokenizer.segments(tokenizer.fold(word)) for unit in s) for word in (long, short)
    )
    return other in synonyms.others(one)


def _begun_like(before: str, short: str) -> str:
    """The nearest stretch at the end of `before` that has the characters of `short` in their order."""
    at = len(before)
    for char in reversed(short):
        at = before.rfind(char, 0, at)
        if at < 0:
            return ""
    start = max((edge for edge in _edges(before) if edge <= at), default=0)
    long = before[start:]
    name = _name_at_end(before)
    if name.endswith(long):  # 国家 belongs to 国家发展和改革委员会, though 发改委 leaves it out
        long = name
    return long if len(short) < len(long) <= LONGEST else ""


def _edges(text: str) -> list[int]:
    """Where words begin."""
    ends = itertools.accumulate(len(word) for word, _ in tokenizer.tag(text))
    return [0, *ends]


def _name_at_end(before: str) -> str:
    """The words at the end of `before` that may be one name."""
    name = ""
    for word, kind in reversed(tokenizer.tag(before)):
        foreign = not kind.startswith(_OF_NAMES) and word not in _LINKS and tokenizer.in_dictionary(word)
        if foreign or len(name) + len(word) > LONGEST:
            break
        name = word + name
    name = name.lstrip("".join(_LINKS))
    return name if len(name) > FEWEST else ""
