"""Abbreviations that articles define. Where the long form begins is a guess:

    国家发展和改革委员会（以下简称发改委）    中国存托凭证（CDR）

The index stores them as terms, so that a query with one form also finds the other.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Final

from wxbot.search import tokenizer

__all__ = ["DEFINITION", "definition_terms", "definitions"]

DEFINITION: Final = "d"  # kind of the terms, beside those of `spelling_keys`
LONG_FORM_CHARS = 24  # characters of a long form
SHORT_FORM_CHARS = 2  # characters of a short one

_QUOTED = r"[“\"「『《]?([^”\"」』》（）()，。；、\s]{2,12})[”\"」』》]?"
_CALLED = re.compile(
    rf"([^，。；：！？\s（）()]{{3,60}})\s*[（(，,]\s*(?:以下|下文|下)?(?:简称|称)(?:为)?\s*[:：]?\s*{_QUOTED}"
)
_LETTERS = re.compile(r"([^，。；：！？、\s（）()]{3,60})\s*[（(]\s*([A-Za-z][A-Za-z0-9&-]{1,14})\s*[）)]")
_BEFORE_SHORT = re.compile(r"[（(，,]\s*(?:以下|下文|下)?(?:简称|称)")
_BEFORE_LETTERS = re.compile(r"[（(]\s*[A-Za-z]")
_MARKS = re.compile(r"[|\s]")
_QUOTES = re.compile(r"[“”\"「」『』《》]")
# Part-of-speech tags of words inside a name; a name ends at a verb or a particle.
_NAME_TAGS = ("n", "j", "a", "b", "s", "f", "eng", "vn", "l", "i", "t", "m", "q")
_CONJUNCTIONS = frozenset("和与及")


def definition_terms(text: str) -> set[str]:
    """Return the terms of the index for the definitions in a text: kind, long form, "|", short form."""
    pairs = ((tokenizer.fold(long), tokenizer.fold(short)) for long, short in definitions(text))
    return {
        f"{DEFINITION}{long}|{short}"
        for long, short in pairs
        if long != short and not _MARKS.search(long + short)
    }


def definitions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs (long, short) that a text defines."""
    for match in _CALLED.finditer(text) if _BEFORE_SHORT.search(text) else ():  # most articles define nothing
        long = _long_form(_QUOTES.sub("", match[1]), match[2])
        if long:
            yield long, match[2]
    for match in _LETTERS.finditer(text) if _BEFORE_LETTERS.search(text) else ():
        long = _name_at_end(_QUOTES.sub("", match[1]))
        if long:
            yield long, match[2]


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
    return long if len(short) < len(long) <= LONG_FORM_CHARS else ""


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
        if is_outside or len(name) + len(word) > LONG_FORM_CHARS:
            break
        name = word + name
    name = name.lstrip("".join(_CONJUNCTIONS))
    return name if len(name) > SHORT_FORM_CHARS else ""
