"""From what a member typed to the articles found: as typed, else with the filters as words, else put right."""

import datetime as dt
from dataclasses import dataclass, replace

from wxbot.search import filters, ranking, tokens
from wxbot.search.correct import corrections
from wxbot.search.documents import Found, Hit, hit
from wxbot.search.engine import Engine
from wxbot.search.filters import Wanted
from wxbot.search.query import QUERY_CHARS, Question, understand
from wxbot.search.synonyms import Synonyms

__all__ = ["Page", "find"]

POOL = 50  # hits of equal score are put in order among at least so many
DEEPEST = 1000  # nobody pages further, and the engine reserves room for all of them


@dataclass(frozen=True)
class Page:
    """Which hits to give: at most `limit` after `offset`."""

    limit: int
    offset: int

    @property
    def first(self) -> int:
        """Where the page begins."""
        return min(max(self.offset, 0), DEEPEST)

    @property
    def last(self) -> int:
        """Where the next one begins."""
        return min(self.first + max(self.limit, 0), DEEPEST)


def find(
    engine: Engine, synonyms: Synonyms, query: str, page: Page, given: Wanted, now: dt.datetime | None
) -> Found:
    """Answer a query within the filters `given`; those in its words count from `now`, in the account's zone."""
    cut = query[:QUERY_CHARS]
    found = Found([], 0, clear=False)
    for text in dict.fromkeys((tokens.plain(cut), tokens.taiwanese(cut))):
        read, rest = filters.read(text, engine.known, now)
        wanted = filters.both(given, read)
        question = understand(rest, synonyms, alone=not wanted)
        found = found if found.total else _run(engine, question, wanted, page)
        if found.total == 0 and read and read.loose:
            found = _run(engine, understand(text, synonyms), given, page)
    return found if found.total else _put_right(engine, synonyms, question, wanted, page)


def _put_right(engine: Engine, synonyms: Synonyms, question: Question, wanted: Wanted, page: Page) -> Found:
    for better in corrections(engine, question):
        found = _run(engine, understand(better, synonyms), wanted, page)
        if found.total:
            return replace(found, corrected=better)
    return Found([], 0, clear=False)


def _run(engine: Engine, question: Question, wanted: Wanted, page: Page) -> Found:
    built = ranking.build(engine, question, wanted)
    if built is None:
        return Found([], 0, clear=False)
    result = engine.searcher.search(built, limit=max(page.last, POOL), weight_by_field="freshness")
    hits = [hit(engine.searcher.doc(at), score) for score, at in result.hits]
    _put_in_order(hits)
    total = int(result.count)  # type: ignore[attr-defined]  # the library's stub leaves it out
    return Found(hits[page.first : page.last], total, clear=ranking.clear(question, hits))


def _put_in_order(hits: list[Hit]) -> None:
    """Best first; of equals the newer, then as they stand in the issue."""
    hits.sort(key=lambda hit: (hit.number or "", hit.n or 0, hit.id))
    hits.sort(key=lambda hit: hit.date or "", reverse=True)
    hits.sort(key=lambda hit: round(hit.score, 4), reverse=True)
