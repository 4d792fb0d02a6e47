"""From what a member typed to the articles found: as typed, else with the filters as words, else put right."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import tantivy

from wxbot.search import filters, ranking, tokens
from wxbot.search.engine import Engine
from wxbot.search.filters import Wanted
from wxbot.search.numerals import as_written
from wxbot.search.query import Question, understand
from wxbot.search.schema import Found, Hit, hit
from wxbot.search.spelling import corrections
from wxbot.search.synonyms import Synonyms

__all__ = ["Asked", "find"]

POOL = 50  # hits of equal score are put in order among at least so many
DEEPEST = 1000  # nobody pages further, and the engine reserves room for all of them
RELATED = 3
Scored = tuple[float, tantivy.DocAddress]
_NUMBERS = re.compile(r"([0-9]+)")
NOTHING = Found([], 0, clear=False)


@dataclass(frozen=True)
class Asked:
    """A query as typed, which of its hits to give, and where they must come from.

    `today` is what 去年 in the query counts from.
    """

    query: str
    limit: int
    offset: int
    within: Wanted
    today: dt.date | None

    @property
    def page(self) -> slice:
        """The page as a slice of all hits."""
        first = min(max(self.offset, 0), DEEPEST)
        return slice(first, min(first + max(self.limit, 0), DEEPEST))


def find(engine: Engine, synonyms: Synonyms, asked: Asked) -> Found:
    """Answer a query; one that has no answer as typed is answered as it was probably meant, and says so."""
    typed = asked.query
    reading = _read(engine, synonyms, asked, tokens.plain(typed))
    found = _as_typed(engine, synonyms, asked, reading)
    if found.total == 0 and reading.text != tokens.taiwanese(typed):
        found = _as_typed(engine, synonyms, asked, _read(engine, synonyms, asked, tokens.taiwanese(typed)))
    if found.total == 0 or _doubtful(engine, reading.question):
        found = _put_right(engine, synonyms, asked, reading) or found
    return found if found.total else replace(found, related=_related(engine, reading))


@dataclass(frozen=True)
class _Reading:
    """A text taken apart: the filters in it, joined to those given, and the question that is left."""

    text: str
    wanted: Wanted
    loose: bool
    question: Question


def _read(engine: Engine, synonyms: Synonyms, asked: Asked, text: str) -> _Reading:
    filtered, rest = filters.read(text, engine.known, asked.today)
    wanted = filters.both(asked.within, filtered)
    return _Reading(
        text,
        wanted,
        bool(filtered) and filtered.loose,
        understand(as_written(rest, engine.has), synonyms, engine.has, alone=not wanted),
    )


def _as_typed(engine: Engine, synonyms: Synonyms, asked: Asked, reading: _Reading) -> Found:
    found = _run(engine, reading.question, reading.wanted, asked.page)
    if found.total == 0 and reading.loose:  # 2020年 may be what an article is about
        return _run(
            engine, understand(reading.text, synonyms, engine.has), asked.within, asked.page, strict=True
        )
    return found


def _doubtful(engine: Engine, question: Question) -> bool:
    """Whether a lone character of the query is nowhere in the library: 无人鸡 finds 无人机, but let us say so."""
    return any(word.light and not engine.holds(word) for word in question.words)


def _put_right(engine: Engine, synonyms: Synonyms, asked: Asked, reading: _Reading) -> Found | None:
    for better in corrections(engine, reading.question):
        # A guess must fit wholly: on top of a half-fitting answer it would be two guesses.
        found = _run(
            engine, understand(better, synonyms, engine.has), reading.wanted, asked.page, strict=True
        )
        if found.total:
            return replace(found, corrected=better)
    return None


def _related(engine: Engine, reading: _Reading) -> tuple[Hit, ...]:
    """What there is about the rarest word of the query that the library has: for 百度造车, what is about 百度."""
    words = [word for word in reading.question.words if not word.light and engine.holds(word)]
    if not words:
        return ()
    rarest = min(words, key=engine.holders)
    question = replace(reading.question, words=(rarest,), phrases=())
    return tuple(_run(engine, question, reading.wanted, slice(0, RELATED)).hits)


def _run(engine: Engine, question: Question, wanted: Wanted, page: slice, *, strict: bool = False) -> Found:
    built = ranking.build(engine, question, wanted, strict=strict)
    if built is None:
        return NOTHING
    result = engine.searcher.search(built, limit=max(page.stop, POOL), weight_by_field="freshness")
    hits = [hit(engine.searcher.doc(at), score) for score, at in _within_reach(result.hits, page.stop)]
    _put_in_order(hits)
    total = int(result.count)  # type: ignore[attr-defined]  # the library's stub leaves it out
    return Found(hits[page], total, clear=ranking.clear(question, hits))


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
