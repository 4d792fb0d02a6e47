"""Find the articles that are about the same as a given one: those that share its rare nouns."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tantivy import Occur, Query

from wxbot.search import tokenizer
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import Hit, hit
from wxbot.search.synonyms import Units

__all__ = ["find_similar"]

_WORDS = 12  # of an article
_TITLE_WEIGHT = 4
_READ_CHARS = 3000  # of its text
_LIKENESS = 0.2  # share of the score that the article itself has; less is a word or two in common
_NAMES = ("n", "j", "x", "eng")  # part-of-speech tags: nouns, abbreviations, words of no dictionary


def find_similar(
    reader: IndexReader, id_: str, title: str, paragraphs: Sequence[str], limit: int
) -> list[Hit]:
    """Return the articles most like the one with this id and text, best first; none that only share a word."""
    words = _characteristic_words(reader, title, paragraphs)
    if len(words) < 2:
        return []
    wanted = [(Occur.Should, Query.boost_query(reader.term("text", word), weight)) for word, weight in words]
    found = reader.searcher.search(Query.boolean_query(wanted), limit=limit + 1).hits
    hits = [hit(reader.searcher.doc(at), score) for score, at in found]
    own = next((each.score for each in hits if each.id == id_), hits[0].score if hits else 0.0)
    return [each for each in hits if each.id != id_ and each.score >= own * _LIKENESS][:limit]


def _characteristic_words(
    reader: IndexReader, title: str, paragraphs: Sequence[str]
) -> list[tuple[Units, float]]:
    """Return the nouns of an article that few other articles have, with their weights, the weightiest first."""
    counts: Counter[Units] = Counter()
    text = tokenizer.fold("\n".join(paragraphs)[:_READ_CHARS])
    for part, times in ((tokenizer.fold(title), _TITLE_WEIGHT), (text, 1)):
        for word in _nouns(part):
            counts[word] += times
    total = reader.total
    weights: dict[Units, float] = {}
    for units, times in counts.items():
        shared = reader.count_bound("text", units)
        if 2 <= shared <= max(total // 4, 3):
            weights[units] = (1 + math.log(times)) * math.log(1 + total / shared)
    return sorted(weights.items(), key=lambda each: (-each[1], each[0]))[:_WORDS]


def _nouns(text: str) -> list[Units]:
    """Return the nouns of a folded text as units, and pairs of neighbouring ones, such as 刀片 电池."""
    tagged = [(tokenizer.units_of(word), kind.startswith(_NAMES)) for word, kind in tokenizer.tag(text)]
    nouns = [units for units, is_noun in tagged if is_noun and not _says_little(units)]
    pairs = [(*left, *right) for (left, is_noun), (right, too) in pairwise(tagged) if is_noun and too]
    return nouns + [pair for pair in pairs if 3 <= len(pair) <= 6]


def _says_little(units: Units) -> bool:
    return (
        not units
        or tokenizer.is_single_han(units)
        or all(len(each) == 1 and each.isdigit() for each in units)
    )
