"""One state of the engine, and the few questions that the rest of searching asks of it."""

from functools import cached_property

import tantivy
from tantivy import Occur, Query

from wxbot.search import tokenizer
from wxbot.search.filters import FilterValues
from wxbot.search.index_schema import SCHEMA
from wxbot.search.query import QueryWord
from wxbot.search.synonyms import Units

__all__ = ["IndexReader"]

REMEMBERED = 10_000  # words whose count is kept
TEXTS = ("text", "section")  # the text holds the title too


class IndexReader:
    """The articles as they stand after one commit; later commits do not touch it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self._counted: dict[Units, int] = {}  # of the phrases asked for so far
        self._bounds: dict[tuple[str, Units], int] = {}
        self._keyed: dict[tuple[str, int], list[tuple[str, int]]] = {}

    @cached_property
    def known(self) -> FilterValues:
        """The sections, issues and days there are."""
        return FilterValues(*(self._all("in_section"), self._all("in_issue"), self._all("in_day")))

    def _all(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(term for term, _ in self.searcher.terms_with_prefix(name, "") if term))

    def keyed(self, kind: str, key: str, limit: int) -> list[tuple[str, int]]:
        """Words kept under a key of `spelling_keys`, the most frequent first, with how many articles hold them."""
        prefix = f"{kind}{key}|"
        found = self._keyed.get((prefix, limit))
        if found is None:
            terms = self.searcher.terms_with_prefix("near", prefix, limit=limit)
            found = [(term[len(prefix) :], held) for term, held in terms]
            if len(self._keyed) >= REMEMBERED:
                self._keyed.clear()
            self._keyed[prefix, limit] = found
        return found

    def at_most(self, name: str, units: Units) -> int:
        """In how many articles' field a word or a phrase stands at most: its rarest pair is soon counted."""
        bound = self._bounds.get((name, units))
        if bound is None:
            bound = min(self.searcher.doc_freq(name, term) for term in _terms(units))
            if len(self._bounds) >= REMEMBERED:
                self._bounds.clear()
            self._bounds[name, units] = bound
        return bound

    def held(self, units: Units) -> int:
        """In how many articles a word stands, counted."""
        most = self.at_most("text", units)
        if most == 0 or len(units) < 3:
            return most
        if units not in self._counted:
            if len(self._counted) >= REMEMBERED:
                self._counted.clear()
            phrase = self.searcher.search(self.term("text", units), limit=1)
            self._counted[units] = int(phrase.count)  # type: ignore[attr-defined]  # the library's stub leaves it out
        return self._counted[units]

    def has(self, units: Units) -> bool:
        """Whether any article has a word or a phrase."""
        return self.held(units) > 0

    def holds(self, word: QueryWord) -> bool:
        """Whether any article has the word or a synonym of it."""
        return any(self.held(units) or self.at_most("section", units) for units in (word.units, *word.others))

    def finds(self, word: QueryWord) -> bool:
        """Whether any article has the word, a synonym of it, or is sure to have its parts somewhere."""
        return self.holds(word) or bool(self.apart(word))

    def apart(self, word: QueryWord) -> tuple[Units, ...]:
        """The parts of a compound that stands nowhere whole, when the library has them all."""
        if self.holds(word) or not all(self.held(part) for part in word.parts):
            return ()
        return word.parts

    def holders(self, word: QueryWord) -> int:
        """How many articles have the word, a synonym of it, or its parts: at most so many."""
        whole = max(self.held(units) for units in (word.units, *word.others))
        return max(whole, min((self.held(part) for part in self.apart(word)), default=0))

    def term(self, name: str, units: Units) -> Query:
        """The query for a word, or a phrase, in one field."""
        terms = _terms(units)
        if len(terms) == 1:
            return Query.term_query(SCHEMA, name, terms[0])
        return Query.phrase_query(SCHEMA, name, list(terms))

    def any_of(self, name: str, values: list[str]) -> Query:
        """The query for one of several whole values of a field."""
        return Query.term_set_query(SCHEMA, name, values)

    def anywhere(self, word: QueryWord) -> Query:
        """The query for a word or its synonyms, or for all its parts, in any field."""
        parts = self.apart(word)
        if parts:
            return Query.boolean_query([(Occur.Must, self.term("text", part)) for part in parts])
        alternatives = [
            (Occur.Should, self.term(name, units))
            for units in (word.units, *word.others)
            for name in TEXTS
            if self.at_most(name, units)
        ]
        return Query.boolean_query(alternatives)


def _terms(units: Units) -> list[str]:
    """The tokens that stand for a word in the index: itself up to a pair, beyond that its chain of pairs."""
    if len(units) == 1:
        return [units[0]]
    return [tokenizer.bigram(*units)] if len(units) == 2 else tokenizer.bigram_chain(list(units))
