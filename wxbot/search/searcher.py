"""Search: answer a query as typed, or else with related words, or else with corrected spelling.

An article with every word of the query comes before all others, so related words never outrank the words themselves.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import tantivy

from wxbot.search import ranking, tokenizer
from wxbot.search.filters import Filters, combine, extract_filters
from wxbot.search.highlight import words_in_hits
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import Hit, SearchResult, hit
from wxbot.search.lexicon import RelatedWords, shipped_lexicon
from wxbot.search.meaning import find_near
from wxbot.search.names import NO_NAMES, LibraryNames
from wxbot.search.query import ParsedQuery, as_written, parse_query
from wxbot.search.spelling import corrections
from wxbot.search.synonyms import Synonyms

__all__ = ["SearchRequest", "find"]

POOL = 50  # hits to fetch at least, so that hits of equal score can be sorted
LAST_HIT = 1000  # deeper pages are empty, because the engine reserves memory for all hits before them
SUGGESTED = 3
ENOUGH = 4  # hits; with fewer, those with related words follow
Scored = tuple[float, tantivy.DocAddress]
_NUMBERS = re.compile(r"([0-9]+)")
NO_RESULT = SearchResult([], 0, clear=False)


@dataclass(frozen=True)
class SearchRequest:
    """A query as typed, the page of hits to return, and filters (`within`).

    `today` is the date to which words such as 去年 in the query refer, `names` are those of the library. `exact` keeps
    the words from being corrected.
    """

    query: str
    limit: int
    offset: int
    within: Filters
    today: dt.date | None
    names: LibraryNames = NO_NAMES
    exact: bool = False

    @property
    def page(self) -> slice:
        """The page as a slice of the list of all hits."""
        first = min(max(self.offset, 0), LAST_HIT)
        return slice(first, min(first + max(self.limit, 0), LAST_HIT))


@dataclass(frozen=True)
class _FilteredQuery:
    """A query split into filters and words.

    `rest` is the text without what became filters, and `filters` combines the filters of the text with the given ones.
    `loose` filters may also be words to search.
    """

    text: str
    rest: str
    filters: Filters
    loose: bool
    parsed: ParsedQuery


def find(reader: IndexReader, synonyms: Synonyms, request: SearchRequest) -> SearchResult:
    """Answer a query; one without hits is answered with corrected spelling, and the result says so."""
    return _Search(reader, synonyms, request).run()


@dataclass(frozen=True)
class _Search:
    """One search: the snapshot to search, the synonyms, and the request."""

    reader: IndexReader
    synonyms: Synonyms
    request: SearchRequest

    def run(self) -> SearchResult:
        """Try the query as typed, then with Taiwan's words, with related words, with corrected spelling."""
        query = self._split_filters(tokenizer.fold(self.request.query))
        found = self._search_as_typed(query)
        mainland_text = tokenizer.from_taiwanese(self.request.query)
        if found.total == 0 and query.text != mainland_text:
            found = self._search_as_typed(self._split_filters(mainland_text))
        found = self._add_related(query, found)
        if not self.request.exact and (found.total == 0 or self._has_unknown_character(query.parsed)):
            corrected = self._search_corrected(query)
            found = replace(corrected, typed=found.total) if corrected else found
        if found.total:
            return found
        return self._suggest(query, found)

    def _parse(self, text: str, *, alone: bool = True) -> ParsedQuery:
        return parse_query(text, self.synonyms, self.reader.contains, alone=alone)

    def _split_filters(self, text: str) -> _FilteredQuery:
        request = self.request
        extracted, rest = extract_filters(text, self.reader.filter_values, request.today, request.names)
        combined = combine(request.within, extracted)
        parsed = self._parse(as_written(rest, self.reader.contains), alone=not combined)
        return _FilteredQuery(text, rest, combined, bool(extracted) and extracted.loose, parsed)

    def _add_related(self, query: _FilteredQuery, found: SearchResult) -> SearchResult:
        """Return the hits with related words: after the found ones if those have all words, else instead of them."""
        parsed = parse_query(
            as_written(query.rest, self.reader.contains),
            self.synonyms,
            self.reader.contains,
            alone=not query.filters,
            related=RelatedWords(
                shipped_lexicon(), self.reader.definitions, self.synonyms, self.reader.contains
            ),
        )
        if not any(each.related for each in parsed.words):
            return found
        exact = self._search_exactly(query, found)
        if exact.total >= ENOUGH:
            return found
        page = self.request.page
        wider = _execute(self.reader, parsed, query.filters, slice(0, max(page.stop, POOL)))
        if wider.total <= exact.total:
            return found
        known = {each.id for each in exact.hits}
        hits = [*exact.hits, *(each for each in wider.hits if each.id not in known)]
        clear = exact.clear if exact.total else wider.clear
        return replace(wider, hits=hits[page], total=max(wider.total, len(hits)), clear=clear)

    def _search_exactly(self, query: _FilteredQuery, found: SearchResult) -> SearchResult:
        """Return the first hits that have all words of a query."""
        if found.total == 0:
            return found
        return _execute(self.reader, query.parsed, query.filters, slice(0, ENOUGH), strict=True)

    def _search_as_typed(self, query: _FilteredQuery) -> SearchResult:
        page = self.request.page
        found = _execute(self.reader, query.parsed, query.filters, page)
        if found.total == 0 and query.loose:  # 2020年 may also be the subject of an article
            return _execute(self.reader, self._parse(query.text), self.request.within, page, strict=True)
        return found

    def _has_unknown_character(self, parsed: ParsedQuery) -> bool:
        """Return whether no article contains a light word: 无人鸡 finds 无人机, but as a correction."""
        return any(word.light and not self.reader.contains_word(word) for word in parsed.words)

    def _search_corrected(self, query: _FilteredQuery) -> SearchResult | None:
        for corrected in corrections(self.reader, query.parsed):
            # A corrected query must match with every word: a partial match would be a guess on top of a guess.
            parsed = self._parse(corrected)
            found = _execute(self.reader, parsed, query.filters, self.request.page, strict=True)
            if found.total:
                return replace(found, corrected=corrected)
        return None

    def _suggest(self, query: _FilteredQuery, nothing: SearchResult) -> SearchResult:
        """Return a result without hits with suggestions: articles near in meaning, or else with a word of the query."""
        near = find_near(
            self.reader, query.parsed, ranking.filter_queries(self.reader, query.filters), SUGGESTED
        )
        related = tuple(near) or self._related_hits(query)
        return replace(nothing, related=related, near=bool(near), words=words_in_hits(query.parsed))

    def _related_hits(self, query: _FilteredQuery) -> tuple[Hit, ...]:
        """Return hits for the rarest word of the query that the library contains: for 百度造车, hits for 百度."""
        known = (word for word in query.parsed.words if not word.light and self.reader.contains_word(word))
        rarest = min(known, key=self.reader.count_matches, default=None)
        if rarest is None:
            return ()
        parsed = replace(query.parsed, words=(rarest,), phrases=())
        return tuple(_execute(self.reader, parsed, query.filters, slice(0, SUGGESTED)).hits)


def _execute(
    reader: IndexReader, parsed: ParsedQuery, wanted: Filters, page: slice, *, strict: bool = False
) -> SearchResult:
    """Search with one parsed query, and return the page of hits in a stable order."""
    built = ranking.build_query(reader, parsed, wanted, strict=strict)
    if built is None:
        return NO_RESULT
    result = reader.searcher.search(built, limit=max(page.stop, POOL), weight_by_field="freshness")
    hits = [hit(reader.searcher.doc(at), score) for score, at in _candidates(result.hits, page.stop)]
    _sort_hits(hits)
    total = int(result.count)  # type: ignore[attr-defined]  # missing in the library's type stub
    return SearchResult(hits[page], total, clear=ranking.is_clear(parsed, hits), words=words_in_hits(parsed))


def _candidates(scored: Sequence[Scored], stop: int) -> list[Scored]:
    """Return the hits that may come before `stop` once hits of equal score are sorted; at least two."""
    if len(scored) <= max(stop, 2):
        return list(scored)
    last = _round_score(scored[max(stop, 2) - 1][0])
    return [each for each in scored if _round_score(each[0]) >= last]


def _round_score(score: float) -> float:
    return round(score, 4)  # sums of floats in another order differ in the last digits


def _sort_hits(hits: list[Hit]) -> None:
    """Sort hits by score, then the newest first, then by their position in the issue."""
    hits.sort(key=lambda hit: (hit.number or "", hit.n or 0, _natural_order(hit.id)))
    hits.sort(key=lambda hit: hit.date or "", reverse=True)
    hits.sort(key=lambda hit: _round_score(hit.score), reverse=True)


def _natural_order(id_: str) -> list[tuple[bool, int, str]]:
    """Return a sort key in which numbers compare as numbers: old/2 comes before old/10."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _NUMBERS.split(id_)]
