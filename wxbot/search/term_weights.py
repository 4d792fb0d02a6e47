"""Term weights: how much each word of a query counts, and which evidence an article without the word may have.

The weight of a word is its inverse document frequency. A word that no article contains has the greatest weight, so that
a query about something unknown finds nothing. Such a word weighs less in a whole sentence, which contains words that
the answer need not contain: 卖不出去 in 大白菜为什么卖不出去. An article without a common word may still be meant if it
contains the word's characters, such as 瓶 for 瓶子; this does not hold for names.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from tantivy import Query

from wxbot.search import tokenizer
from wxbot.search.index_reader import IndexReader
from wxbot.search.query import ParsedQuery, QueryWord
from wxbot.search.stopwords import TRADES, VAGUE
from wxbot.text import is_han

__all__ = ["Evidence", "ends_a_name", "evidence", "inverse_frequency", "weight"]

VAGUE_SHARE = 0.3
VERB_SHARE = 0.35  # of a verb or adjective in a question
NOUN_SHARE = 0.7  # of any other word in a question
FUNCTION_WORD_SHARE = 0.1  # of a pronoun, an adverb or a preposition in a question, and of 一颗 in any query
CHARACTER_SHARE = 0.5  # of a word's weight, for all its characters together
RARE = 0.5  # of the greatest weight; more frequent characters are no evidence

_FUNCTION_WORD_TAGS: Final = ("r", "p", "c", "u", "y", "e", "d")
_VERB_TAGS: Final = ("v", "a", "i", "l", "z")
_COMMON_TAGS: Final = ("n", "v", "a", "t", "l", "i", "b", "s")
_NAME_TAGS: Final = ("nr", "ns", "nt", "nz")
_MEASURE = re.compile("[一几半每各][^一二两三四五六七八九十半]")


@dataclass(frozen=True)
class Evidence:
    """A query that an article may match, and the weight that a match counts."""

    weight: float
    query: Query


def weight(reader: IndexReader, word: QueryWord, *, asking: bool) -> float:
    """Return the weight of a word: its inverse document frequency, or a share of it for a word that may be missing."""
    total = reader.total
    count = min(reader.count_matches(word), total)
    vague = VAGUE_SHARE if "".join(word.units) in VAGUE else 1.0
    if reader.can_match(word):
        return inverse_frequency(max(count, 1), total) * vague
    return inverse_frequency(0, total) * min(_share("".join(word.units), asking=asking), vague)


def evidence(reader: IndexReader, word: QueryWord, word_weight: float, *, characters: bool) -> list[Evidence]:
    """Return the evidence for one word: the word itself, and with `characters` each of its characters.

    The weights of the evidence add up to `word_weight`.
    """
    parts = _character_evidence(reader, word, word_weight) if characters else []
    whole = word_weight - sum(part.weight for part in parts)
    return [Evidence(whole, reader.word_query(word)), *parts] if reader.can_match(word) else parts


def ends_a_name(parsed: ParsedQuery, word: QueryWord) -> bool:
    """Return whether a word is the line of business at the end of a possible name: 汽车 in 长风汽车."""
    size = len(word.units)
    return "".join(word.units) in TRADES and any(
        len(phrase) > size and phrase[-size:] == word.units for phrase in parsed.phrases
    )


def _character_evidence(reader: IndexReader, word: QueryWord, word_weight: float) -> list[Evidence]:
    """Return evidence for the rare characters of a common word without synonyms."""
    if len(word.alternatives) > 1 or not _is_common(
        "".join(word.units)
    ):  # a synonym does not contain these characters
        return []
    total, most = reader.total, word_weight / len(word.units)
    frequencies = (
        (inverse_frequency(count, total), unit)
        for unit in dict.fromkeys(word.units)
        if (count := reader.count((unit,)))
    )
    return [
        Evidence(min(rarity, most) * CHARACTER_SHARE, reader.term("text", (unit,)))
        for rarity, unit in frequencies
        if rarity >= RARE * inverse_frequency(0, total)
    ]


def inverse_frequency(count: int, total: int) -> float:
    """Return the BM25 inverse document frequency of a term in `count` of `total` articles."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


def _share(word: str, *, asking: bool) -> float:
    """Return the share of its weight that a word keeps if no article contains it."""
    tag = _part_of_speech(word)
    if tag == "m" and _MEASURE.fullmatch(word):
        return FUNCTION_WORD_SHARE
    if not asking:
        return 1.0
    if not tokenizer.in_dictionary(word):
        return NOUN_SHARE
    return (
        FUNCTION_WORD_SHARE
        if tag.startswith(_FUNCTION_WORD_TAGS)
        else VERB_SHARE
        if tag.startswith(_VERB_TAGS)
        else NOUN_SHARE
    )


def _is_common(word: str) -> bool:
    """Return whether a word is in the dictionary and not a name."""
    if not 1 < len(word) <= 4 or not all(map(is_han, word)) or not tokenizer.in_dictionary(word):
        return False
    tag = _part_of_speech(word)
    return tag.startswith(_COMMON_TAGS) and not tag.startswith(_NAME_TAGS)


def _part_of_speech(word: str) -> str:
    return tokenizer.tag(word)[0][1]
