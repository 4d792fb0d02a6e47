"""Read access to one commit of the index: which terms exist, how many articles contain them, and their queries."""

import itertools
from functools import cached_property

import tantivy
from tantivy import Occur, Query

from wxbot.bulletin.issue_number import number_order
from wxbot.search import tokenizer
from wxbot.search.abbreviations import DEFINITION
from wxbot.search.filters import FilterValues
from wxbot.search.index_schema import SCHEMA, VOCABULARY_MARK, hit, publication_term
from wxbot.search.query import QueryWord
from wxbot.search.spelling_keys import INITIALS, TITLE_SOUND
from wxbot.search.synonyms import Units

__all__ = ["IndexReader"]

CACHED = 10_000  # entries of each cache
READ = 8  # times as many words of a key as wanted: the vocabulary orders them by batches of articles, not by articles
TEXT_FIELDS = ("text", "section")  # the field `text` contains the title too


class IndexReader:
    """A snapshot of the index after one commit; later commits do not change it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self._phrase_counts: dict[Units, int] = {}  # document counts of phrases
        self._upper_bounds: dict[tuple[str, Units], int] = {}
        self._words_by_key: dict[tuple[str, int], list[tuple[str, int]]] = {}

    @cached_property
    def filter_values(self) -> FilterValues:
        """All sections, issue numbers and days of the index."""
        numbers = tuple(sorted(self._all_terms("in_issue"), key=_key_order))
        # By number a supplement stands before the counted issues of its year, though it may be the newest.
        newest = {key for key in numbers if "-s" in key.rpartition("/")[2]}
        newest.update({publication_term(key): key for key in numbers}.values())
        several = newest if len(newest) > 1 else ()
        latest = max(several, key=lambda key: (self._day_of_issue(key), key), default=None)
        return FilterValues(self._all_terms("in_section"), numbers, self._all_terms("in_day"), latest)

    def _day_of_issue(self, key: str) -> str:
        """Return the date of an issue's articles."""
        found = self.searcher.search(Query.term_query(SCHEMA, "in_issue", key), limit=1).hits
        return (hit(self.searcher.doc(found[0][1]), 0.0).date or "") if found else ""

    def _all_terms(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(term for term, _ in self.searcher.terms_with_prefix(name, "") if term))

    @cached_property
    def definitions(self) -> dict[Units, tuple[Units, ...]]:
        """Abbreviations and full names that articles define, each with the other."""
        found: dict[Units, dict[Units, None]] = {}
        for term, _ in self.searcher.terms_with_prefix("near", DEFINITION):
            for word, other in itertools.permutations(map(tokenizer.units_of, term[1:].split("|"))):
                found.setdefault(word, {})[other] = None
        return {word: tuple(others) for word, others in found.items()}

    @cached_property
    def total(self) -> int:
        """The number of articles."""
        return self.searcher.num_docs - self.searcher.doc_freq("mark", VOCABULARY_MARK)

    def words_by_key(self, kind: str, key: str, limit: int) -> list[tuple[str, int]]:
        """Return (word, number of articles) for the words stored under a spelling key, the most frequent first.

        A word of which all articles were removed is left out.
        """
        prefix = f"{kind}{key}|"
        found = self._words_by_key.get((prefix, limit))
        if found is None:
            name = "title" if kind in {TITLE_SOUND, INITIALS} else "text"
            terms = self.searcher.terms_with_prefix("near", prefix, limit=limit * READ)
            words = (term[len(prefix) :] for term, _ in terms)
            counted = ((word, self._count_word(name, word)) for word in words)
            in_order = sorted((each for each in counted if each[1]), key=lambda each: (-each[1], each[0]))
            found = in_order[:limit]
            if len(self._words_by_key) >= CACHED:
                self._words_by_key.clear()
            self._words_by_key[prefix, limit] = found
        return found

    def _count_word(self, name: str, word: str) -> int:
        units = tokenizer.units_of(word)
        return min(self.searcher.doc_freq(name, term) for term in _terms(units)) if units else 0

    def count_bound(self, name: str, units: Units) -> int:
        """Return an upper bound for the number of articles whose field contains a word or phrase.

        It is the count of the rarest bigram, which is much cheaper than the count of the phrase.
        """
        bound = self._upper_bounds.get((name, units))
        if bound is None:
            bound = min(self.searcher.doc_freq(name, term) for term in _terms(units))
            if len(self._upper_bounds) >= CACHED:
                self._upper_bounds.clear()
            self._upper_bounds[name, units] = bound
        return bound

    def count(self, units: Units) -> int:
        """Return the number of articles whose text contains a word or phrase."""
        most = self.count_bound("text", units)
        if most == 0 or len(units) < 3:
            return most
        if units not in self._phrase_counts:
            if len(self._phrase_counts) >= CACHED:
                self._phrase_counts.clear()
            phrase = self.searcher.search(self.term("text", units), limit=1)
            self._phrase_counts[units] = int(phrase.count)  # type: ignore[attr-defined]  # missing in the library's type stub
        return self._phrase_counts[units]

    def contains(self, units: Units) -> bool:
        """Return whether any article contains a word or phrase."""
        return self.count(units) > 0

    def contains_word(self, word: QueryWord) -> bool:
        """Return whether any article contains the word, a synonym or a related word of it."""
        return any(self.count(units) or self.count_bound("section", units) for units in word.alternatives)

    def can_match(self, word: QueryWord) -> bool:
        """Return whether any article contains the word, a synonym, or, for a compound, its parts."""
        return self.contains_word(word) or bool(self.parts_instead(word))

    def parts_instead(self, word: QueryWord) -> tuple[Units, ...]:
        """Return the parts to search instead of a compound that no article contains; () unless all parts exist."""
        if self.contains_word(word) or not all(self.count(part) for part in word.parts):
            return ()
        return word.parts

    def count_matches(self, word: QueryWord) -> int:
        """Return an upper bound for the number of articles that match the word, a synonym, or all its parts."""
        whole = max(map(self.count, word.alternatives))
        return max(whole, min((self.count(part) for part in self.parts_instead(word)), default=0))

    def term(self, name: str, units: Units) -> Query:
        """Return the query for a word or phrase in one field."""
        terms = _terms(units)
        if len(terms) == 1:
            return Query.term_query(SCHEMA, name, terms[0])
        return Query.phrase_query(SCHEMA, name, list(terms))

    def any_of(self, name: str, values: list[str]) -> Query:
        """Return the query for documents whose field has one of several values."""
        return Query.term_set_query(SCHEMA, name, values)

    def word_query(self, word: QueryWord) -> Query:
        """Return the query for a word, a synonym, or all its parts, in any text field."""
        parts = self.parts_instead(word)
        if parts:
            return Query.boolean_query([(Occur.Must, self.term("text", part)) for part in parts])
        alternatives = [
            (Occur.Should, self.term(name, units))
            for units in word.alternatives
            for name in TEXT_FIELDS
            if self.count_bound(name, units)
        ]
        return Query.boolean_query(alternatives)


def _key_order(key: str) -> tuple[str, tuple[int, int, str]]:
    """Sort key of issues: those of one publication together, the newest last."""
    return publication_term(key), number_order(key.rpartition("/")[2])


def _terms(units: Units) -> list[str]:
    """Return the index terms of a word: one unit or bigram, or the chain of bigrams of a longer word."""
    if len(units) == 1:
        return [units[0]]
    return [tokenizer.bigram(*units)] if len(units) == 2 else tokenizer.bigram_chain(list(units))
