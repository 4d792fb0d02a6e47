"""Synonyms to suggest to editors, who decide which become synonyms; a suggestion is never used as an answer.

`suggest` finds a word of the library that may mean the same as a word without hits: 假肢 may be what the library calls
义肢. It is based on characters that both words share; of two equally similar words, it takes the one in more titles.

`proposals` finds abbreviations that articles define.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wxbot.search import tokenizer
from wxbot.search.abbreviations import definitions
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import hit
from wxbot.search.query import parse_query
from wxbot.search.stopwords import VAGUE
from wxbot.search.synonyms import Synonyms, Units
from wxbot.text import is_han

__all__ = ["Proposal", "Suggestion", "proposals", "suggest"]

TITLES = 20  # to examine for each character
COMMON = 0.2  # share of all articles; a character in more of them is too common
ENOUGH = 0.2  # summed share of common characters
LONGEST_QUERY = 24  # characters; longer messages are not examined


@dataclass(frozen=True)
class Suggestion:
    """A word as typed, and a word of the library that may mean the same."""

    typed: str
    meant: str


def suggest(reader: IndexReader, synonyms: Synonyms, query: str) -> Suggestion | None:
    """Return the most likely suggestion for a query without hits; None if no word is similar."""
    plain = tokenizer.fold(query)
    if len(plain) > LONGEST_QUERY:
        return None
    parsed = parse_query(plain, synonyms, reader.contains)
    words = [word for word in parsed.words if len(word.units) > 1 and "".join(word.units) not in VAGUE]
    unknown = [word.units for word in words if not reader.can_match(word)]
    if len(unknown) != 1:  # with two unknown words it is unclear which one needs a synonym
        return None
    typed = unknown[0]
    worth: dict[str, float] = {}
    for word, share in _similar_words(reader, typed):
        worth[word] = worth.get(word, 0.0) + share
    worth = {word: share for word, share in worth.items() if share >= ENOUGH}
    if not worth:
        return None
    meant = min(worth, key=lambda word: (-worth[word], word))
    return Suggestion("".join(typed), meant)


def _similar_words(reader: IndexReader, typed: Units) -> Iterator[tuple[str, float]]:
    """Yield nouns of titles that share characters with a word, and the share of characters that they share."""
    total = reader.total
    for unit in dict.fromkeys(filter(is_han, typed)):
        if not 0 < reader.count_bound("title", (unit,)) <= max(1, COMMON * total):
            continue
        found = reader.searcher.search(reader.term("title", (unit,)), limit=TITLES)
        for _, at in found.hits:
            for word in _words_with(unit, hit(reader.searcher.doc(at), 0.0).title):
                yield word, len(set(word) & set(typed)) / (len(word) + len(typed))


def _words_with(unit: str, title: str) -> Iterator[str]:
    """Yield the nouns of a title that contain a character."""
    for segment in tokenizer.segments(tokenizer.fold(title)):
        for word in tokenizer.cut(segment, guess=True):
            if len(word) > 1 and unit in word and tokenizer.is_noun("".join(word)):
                yield "".join(word)


@dataclass(frozen=True)
class Proposal:
    """A long form, its short form, and the number of texts that define it (`seen`)."""

    long: str
    short: str
    seen: int


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
    one, other = (tokenizer.units_of(tokenizer.fold(word)) for word in (long, short))
    return other in synonyms.others(one)
