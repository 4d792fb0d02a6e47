"""Suggesting: which word of the library a member may have meant by a word that it lacks, for an editor to judge.

A guess for people, never an answer: 假肢 may be what the library calls 义肢. It rests on characters that both have, and
of two that fit as well the word of more titles is likelier.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wxbot.search import tokenizer
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import hit
from wxbot.search.query import parse_query
from wxbot.search.stopwords import VAGUE
from wxbot.search.synonyms import Synonyms, Units
from wxbot.text import is_han

__all__ = ["Suggestion", "suggest"]

TITLES = 20  # looked through for each character
COMMON = 0.2  # of all articles; a character that more of them have says nothing
ENOUGH = 0.2  # of the characters of both words together
LONGEST_QUERY = 24  # characters; of a longer message no single word is to blame


@dataclass(frozen=True)
class Suggestion:
    """A word as typed, and the library's word that may mean the same."""

    typed: str
    meant: str


def suggest(reader: IndexReader, synonyms: Synonyms, query: str) -> Suggestion | None:
    """The likeliest pair for a query that finds nothing; None when nothing comes near."""
    plain = tokenizer.fold(query)
    if len(plain) > LONGEST_QUERY:
        return None
    question = parse_query(plain, synonyms, reader.contains)
    asked = [word for word in question.words if len(word.units) > 1 and "".join(word.units) not in VAGUE]
    lacking = [word.units for word in asked if not reader.can_match(word)]
    if len(lacking) != 1:  # of two it is not known which one stands in the way
        return None
    typed = lacking[0]
    worth: dict[str, float] = {}
    for word, share in _near(reader, typed):
        worth[word] = worth.get(word, 0.0) + share
    worth = {word: share for word, share in worth.items() if share >= ENOUGH}
    if not worth:
        return None
    meant = min(worth, key=lambda word: (-worth[word], word))
    return Suggestion("".join(typed), meant)


def _near(reader: IndexReader, typed: Units) -> Iterator[tuple[str, float]]:
    """Nouns of titles that share characters with a word, each with how much of the two is shared."""
    total = reader.searcher.num_docs
    for unit in dict.fromkeys(filter(is_han, typed)):
        if not 0 < reader.count_bound("title", (unit,)) <= max(1, COMMON * total):
            continue
        found = reader.searcher.search(reader.term("title", (unit,)), limit=TITLES)
        for _, at in found.hits:
            for word in _words_with(unit, hit(reader.searcher.doc(at), 0.0).title):
                yield word, len(set(word) & set(typed)) / (len(word) + len(typed))


def _words_with(unit: str, title: str) -> Iterator[str]:
    for segment in tokenizer.segments(tokenizer.fold(title)):
        for word in tokenizer.cut(segment, guess=True):
            if len(word) > 1 and unit in word and tokenizer.is_noun("".join(word)):
                yield "".join(word)
