"""Search: answer a query as typed, or else with its filters as words, or else with corrected spelling."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import tantivy

from wxbot.search import filters, ranking, tokenizer
from wxbot.search.filters import Filters
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import Hit, SearchResult, hit
from wxbot.search.query import ParsedQuery, as_written, parse_query
from wxbot.search.spelling import corrections
from wxbot.search.synonyms import Synonyms

__all__ = ["SearchRequest", "find"]

POOL = 50  # hits to fetch at least, so that hits of equal score can be sorted
LAST_HIT = 1000  # deeper pages are empty, because the engine reserves memory for all hits before them
RELATED = 3
Scored = tuple[float, tantivy.DocAddress]
_NUMBERS = re.compile(r"([0-9]+)")
NO_RESULT = SearchResult([], 0, clear=False)


@dataclass(frozen=True)
class SearchRequest:
    """A query as typed, the page of hits to return, and filters (`within`).

    `today` is the date to which words such as 去年 in the query refer.
    """

    query: str
    limit: int
    offset: int
    within: Filters
    today: dt.date | None

    @property
    def page(self) -> slice:
        """The page as a slice of the list of all hits."""
        first = min(max(self.offset, 0), LAST_HIT)
        return slice(first, min(first + max(self.limit, 0), LAST_HIT))


def find(reader: IndexReader, synonyms: Synonyms, request: SearchRequest) -> SearchResult:
    """Answer a query; one without hits is answered with corrected spelling, and the result says so."""
    typed = request.query
    query = _split_filters(reader, synonyms, request, tokenizer.fold(typed))
    found = _search_as_typed(reader, synonyms, request, query)
    if found.total == 0 and query.text != tokenizer.from_taiwanese(typed):
        found = _search_as_typed(
            reader,
            synonyms,
            request,
            _split_filters(reader, synonyms, request, tokenizer.from_taiwanese(typed)),
        )
    if found.total == 0 or _has_unknown_character(reader, query.parsed):
        found = _search_corrected(reader, synonyms, request, query) or found
    return found if found.total else replace(found, related=_related_hits(reader, query))


@dataclass(frozen=True)
class _FilteredQuery:
    """A query split into filters and words.

    `wanted` combines the filters of the text with the given ones. `loose` filters may also be words to search.
    """

    text: str
    wanted: Filters
    loose: bool
    parsed: ParsedQuery


def _split_filters(
    reader: IndexReader, synonyms: Synonyms, request: SearchRequest, text: str
) -> _FilteredQuery:
    filtered, rest = filters.extract_filters(text, reader.filter_values, request.today)
    wanted = filters.combine(request.within, filtered)
    return _FilteredQuery(
        text,
        wanted,
        bool(filtered) and filtered.loose,
        parse_query(as_written(rest, reader.contains), synonyms, reader.contains, alone=not wanted),
    )


def _search_as_typed(
    reader: IndexReader, synonyms: Synonyms, request: SearchRequest, query: _FilteredQuery
) -> SearchResult:
    found = _execute(reader, query.parsed, query.wanted, request.page)
    if found.total == 0 and query.loose:  # 2020年 may also be the subject of an article
        return _execute(
            reader,
            parse_query(query.text, synonyms, reader.contains),
            request.within,
            request.page,
            strict=True,
        )
    return found


def _has_unknown_character(reader: IndexReader, parsed: ParsedQuery) -> bool:
    """Return whether no article contains a light word of the query: 无人鸡 finds 无人机, but as a correction."""
    return any(word.light and not reader.contains_word(word) for word in parsed.words)


def _search_corrected(
    reader: IndexReader, synonyms: Synonyms, request: SearchRequest, query: _FilteredQuery
) -> SearchResult | None:
    for better in corrections(reader, query.parsed):
        # A corrected query must match with every word: a partial match would be a guess on top of a guess.
        found = _execute(
            reader, parse_query(better, synonyms, reader.contains), query.wanted, request.page, strict=True
        )
        if found.total:
            return replace(found, corrected=better)
    return None


def _related_hits(reader: IndexReader, query: _FilteredQuery) -> tuple[Hit, ...]:
    """Return hits for the rarest word of the query that the library contains: for 百度造车, hits for 百度."""
    words = [word for word in query.parsed.words if not word.light and reader.contains_word(word)]
    if not words:
        return ()
    rarest = min(words, key=reader.count_matches)
    parsed = replace(query.parsed, words=(rarest,), phrases=())
    return tuple(_execute(reader, parsed, query.wanted, slice(0, RELATED)).hits)


def _execute(
    reader: IndexReader, parsed: ParsedQuery, wanted: Filters, page: slice, *, strict: bool = False
) -> SearchResult:
    built = ranking.build_query(reader, parsed, wanted, strict=strict)
    if built is None:
        return NO_RESULT
    result = reader.searcher.search(built, limit=max(page.stop, POOL), weight_by_field="freshness")
    hits = [hit(reader.searcher.doc(at), score) for score, at in _candidates(result.hits, page.stop)]
    _sort_hits(hits)
    total = int(result.count)  # type: ignore[attr-defined]  # missing in the library's type stub
    return SearchResult(hits[page], total, clear=ranking.is_clear(parsed, hits))


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
