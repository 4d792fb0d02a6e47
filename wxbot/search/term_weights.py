"""Weighing: how much each word of a question tells, and what speaks for an article that lacks the word.

A word tells the more the fewer articles hold it, and most when none does: so what nobody wrote about is answered by
nothing. Less tells a word that the library lacks when it is one that questions merely add, or one of those that many
stand for in a whole sentence: 卖不出去 in 大白菜为什么卖不出去. A common word that an article lacks may still be meant
where its characters stand, 瓶 for 瓶子; never a name, of which each character counts.
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

__all__ = ["Evidence", "ends_a_name", "evidence", "weight"]

VAGUE_SHARE = 0.3
LOOSE_SHARE = 0.35  # of a verb or the like in a question
ASKED_SHARE = 0.7  # of any other word in a question
EMPTY_SHARE = 0.1  # of a pronoun, an adverb or a preposition in a question, and of 一颗 in any query
CLUE_SHARE = 0.5  # all characters of a word tell half of what the word tells
RARE = 0.5  # of what a word tells that no article holds; a character that stands nearly everywhere is no clue

_EMPTY: Final = ("r", "p", "c", "u", "y", "e", "d")
_LOOSE: Final = ("v", "a", "i", "l", "z")
_COMMON: Final = ("n", "v", "a", "t", "l", "i", "b", "s")
_NAMES: Final = ("nr", "ns", "nt", "nz")
_MEASURE = re.compile("[一几半每各][^一二两三四五六七八九十半]")


@dataclass(frozen=True)
class Evidence:
    """What an article may hold, and how much of the question's weight it then has."""

    weight: float
    query: Query


def weight(reader: IndexReader, word: QueryWord, *, asking: bool) -> float:
    """How much a word tells: the logarithm of how few articles hold it, and a share of it when it may be left out."""
    total = reader.searcher.num_docs
    held = min(reader.holders(word), total)
    vague = VAGUE_SHARE if "".join(word.units) in VAGUE else 1.0
    if reader.finds(word):
        return _rarity(max(held, 1), total) * vague
    return _rarity(0, total) * min(_share("".join(word.units), asking=asking), vague)


def evidence(reader: IndexReader, word: QueryWord, told: float, *, clues: bool) -> list[Evidence]:
    """What speaks for an article as to one word, `told` in all: the word itself, and with `clues` its characters."""
    parts = _clues(reader, word, told) if clues else []
    whole = told - sum(part.weight for part in parts)
    return [Evidence(whole, reader.anywhere(word)), *parts] if reader.finds(word) else parts


def ends_a_name(question: ParsedQuery, word: QueryWord) -> bool:
    """Whether a word is the trade at the end of what may be a name: 汽车 in 长风汽车, but not alone."""
    size = len(word.units)
    return "".join(word.units) in TRADES and any(
        len(phrase) > size and phrase[-size:] == word.units for phrase in question.phrases
    )


def _clues(reader: IndexReader, word: QueryWord, told: float) -> list[Evidence]:
    if word.others or not _is_common("".join(word.units)):  # a synonym in its place has not these characters
        return []
    total, most = reader.searcher.num_docs, told / len(word.units)
    held = (
        (_rarity(many, total), unit) for unit in dict.fromkeys(word.units) if (many := reader.held((unit,)))
    )
    return [
        Evidence(min(rarity, most) * CLUE_SHARE, reader.term("text", (unit,)))
        for rarity, unit in held
        if rarity >= RARE * _rarity(0, total)
    ]


def _rarity(held: int, total: int) -> float:
    return math.log(1 + (total - held + 0.5) / (held + 0.5))


def _share(word: str, *, asking: bool) -> float:
    """How much of its weight a word keeps that the library lacks."""
    kind = _kind(word)
    if kind == "m" and _MEASURE.fullmatch(word):
        return EMPTY_SHARE
    if not asking:
        return 1.0
    if not tokenizer.in_dictionary(word):
        return ASKED_SHARE
    return EMPTY_SHARE if kind.startswith(_EMPTY) else LOOSE_SHARE if kind.startswith(_LOOSE) else ASKED_SHARE


def _is_common(word: str) -> bool:
    """Whether a word is of the dictionary and no name."""
    if not 1 < len(word) <= 4 or not all(map(is_han, word)) or not tokenizer.in_dictionary(word):
        return False
    kind = _kind(word)
    return kind.startswith(_COMMON) and not kind.startswith(_NAMES)


def _kind(word: str) -> str:
    return tokenizer.tag(word)[0][1]
