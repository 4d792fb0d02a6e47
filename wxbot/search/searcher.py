"""From what a member typed to the articles found: as typed, else with the filters as words, else put right."""

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

POOL = 50  # hits of equal score are put in order among at least so many
DEEPEST = 1000  # nobody pages further, and the engine reserves room for all of them
RELATED = 3
Scored = tuple[float, tantivy.DocAddress]
_NUMBERS = re.compile(r"([0-9]+)")
NOTHING = SearchResult([], 0, clear=False)


@dataclass(frozen=True)
class SearchRequest:
    """A query as typed, which of its hits to give, and where they must come from.

    `today` is what 去年 in the query counts from.
    """

    query: str
    limit: int
    offset: int
    within: Filters
    today: dt.date | None

    @property
    def page(self) -> slice:
        """The page as a slice of all hits."""
        first = min(max(self.offset, 0), DEEPEST)
        return slice(first, min(first + max(self.limit, 0), DEEPEST))


def find(reader: IndexReader, synonyms: Synonyms, asked: SearchRequest) -> SearchResult:
    """Answer a query; one that has no answer as typed is answered as it was probably meant, and says so."""
    typed = asked.query
    reading = _read(reader, synonyms, asked, tokenizer.fold(typed))
    found = _as_typed(reader, synonyms, asked, reading)
    if found.total == 0 and reading.text != tokenizer.from_taiwanese(typed):
        found = _as_typed(
            reader, synonyms, asked, _read(reader, synonyms, asked, tokenizer.from_taiwanese(typed))
        )
    if found.total == 0 or _doubtful(reader, reading.question):
        found = _put_right(reader, synonyms, asked, reading) or found
    return found if found.total else replace(found, related=_related(reader, reading))


@dataclass(frozen=True)
class _Reading:
    """A text taken apart: the filters in it, joined to those given, and the question that is left."""

    text: str
    wanted: Filters
    loose: bool
    question: ParsedQuery


def _read(reader: IndexReader, synonyms: Synonyms, asked: SearchRequest, text: str) -> _Reading:
    filtered, rest = filters.read(text, reader.filter_values, asked.today)
    wanted = filters.both(asked.within, filtered)
    return _Reading(
        text,
        wanted,
        bool(filtered) and filtered.loose,
        parse_query(as_written(rest, reader.contains), synonyms, reader.contains, alone=not wanted),
    )


def _as_typed(
    reader: IndexReader, synonyms: Synonyms, asked: SearchRequest, reading: _Reading
) -> SearchResult:
    found = _run(reader, reading.question, reading.wanted, asked.page)
    if found.total == 0 and reading.loose:  # 2020年 may be what an article is about
        return _run(
            reader,
            parse_query(reading.text, synonyms, reader.contains),
            asked.within,
            asked.page,
            strict=True,
        )
    return found


def _doubtful(reader: IndexReader, question: ParsedQuery) -> bool:
    """Whether a lone character of the query is nowhere in the library: 无人鸡 finds 无人机, but let us say so."""
    return any(word.light and not reader.contains_word(word) for word in question.words)


def _put_right(
    reader: IndexReader, synonyms: Synonyms, asked: SearchRequest, reading: _Reading
) -> SearchResult | None:
    for better in corrections(reader, reading.question):
        # A guess must fit wholly: on top of a half-fitting answer it would be two guesses.
        found = _run(
            reader, parse_query(better, synonyms, reader.contains), reading.wanted, asked.page, strict=True
        )
        if found.total:
            return replace(found, corrected=better)
    return None


def _related(reader: IndexReader, reading: _Reading) -> tuple[Hit, ...]:
    """What there is about the rarest word of the query that the library has: for 百度造车, what is about 百度."""
    words = [word for word in reading.question.words if not word.light and reader.contains_word(word)]
    if not words:
        return ()
    rarest = min(words, key=reader.count_matches)
    question = replace(reading.question, words=(rarest,), phrases=())
    return tuple(_run(reader, question, reading.wanted, slice(0, RELATED)).hits)


def _run(
    reader: IndexReader, question: ParsedQuery, wanted: Filters, page: slice, *, strict: bool = False
) -> SearchResult:
    built = ranking.build(reader, question, wanted, strict=strict)
    if built is None:
        return NOTHING
    result = reader.searcher.search(built, limit=max(page.stop, POOL), weight_by_field="freshness")
    hits = [hit(reader.searcher.doc(at), score) for score, at in _within_reach(result.hits, page.stop)]
    _put_in_order(hits)
    total = int(result.count)  # type: ignore[attr-defined]  # missing in the library's type stub
    return SearchResult(hits[page], total, clear=ranking.clear(question, hits))


def _within_reach(scored: Sequence[Scored], stop: int) -> list[Scored]:
    """Those of the best hits that can come before `stop`, whatever order equals are put in; two at least."""
    if len(scored) <= max(stop, 2):
        return list(scored)
    last = _rounded(scored[max(stop, 2) - 1][0])
    return [each for each in scored if _rounded(each[0]) >= last]


def _rounded(score: float) -> float:
    return round(score, 4)  # sums in another order are not another score


def _put_in_order(hits: list[Hit]) -> None:
    """Best first; of equals the newer, then as they stand in the issue."""
    hits.sort(key=lambda hit: (hit.number or "", hit.n or 0, _counted(hit.id)))
    hits.sort(key=lambda hit: hit.date or "", reverse=True)
    hits.sort(key=lambda hit: _rounded(hit.score), reverse=True)


def _counted(id_: str) -> list[tuple[bool, int, str]]:
    """An id with its numbers as numbers: an archive's old/2 comes before old/10."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _NUMBERS.split(id_)]
