"""Report on members' questions for editors: asked most, found but not opened, not found; and synonyms on trial.

A question without an answer comes with the word of the library that may mean the same. `try_synonyms` shows what
members' questions would find with a group of synonyms, before anything is written.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from wxbot import journal
from wxbot.clicks import QuestionStats, asked_questions
from wxbot.db import Session
from wxbot.search.index import Index
from wxbot.search.index_schema import Hit, SearchResult
from wxbot.search.names import NO_NAMES, LibraryNames

__all__ = [
    "MissedQuestion",
    "QuestionReport",
    "SynonymEffect",
    "find_unanswered",
    "report_questions",
    "try_synonyms",
]

_SHOWN_HITS = 3  # of one question, before and after


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question that found nothing when it was asked; `typed` and `meant` are a suggested pair of synonyms, or "".

    `found` is what it finds today, without corrected spelling: an article or a synonym that came later.
    """

    query: str
    times: int
    typed: str = ""
    meant: str = ""
    found: Hit | None = None


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """Questions by what became of them, each list with the most frequent first."""

    asked: Sequence[QuestionStats]
    unopened: Sequence[QuestionStats]
    missed: Sequence[MissedQuestion]


@dataclass(frozen=True, slots=True)
class SynonymEffect:
    """Effect of a group of synonyms on one question: its first hits without the group, and with it."""

    query: str
    times: int
    before: SearchResult
    after: SearchResult

    @property
    def changes(self) -> bool:
        """True if the first hits differ."""
        return [hit.id for hit in self.before.hits] != [hit.id for hit in self.after.hits]


def report_questions(
    session: Session,
    index: Index,
    *,
    since: dt.datetime,
    now: dt.datetime,
    limit: int = 20,
    names: LibraryNames = NO_NAMES,
) -> QuestionReport:
    """Return the questions since then, at most `limit` in each list; `now` is in the association's zone."""
    found = asked_questions(session, since)
    missed = (question for question in found if question.hits == 0)
    unopened = (q for q in found if q.hits and not q.click_count and _leads_here(index, q, now))
    return QuestionReport(
        found[:limit],
        list(islice(unopened, limit)),
        [_missed_question(index, q.query, q.times, now, names) for q in islice(missed, limit)],
    )


def find_unanswered(
    session: Session, index: Index, *, since: dt.datetime, now: dt.datetime, names: LibraryNames = NO_NAMES
) -> list[tuple[str, int]]:
    """Return recent questions without an answer that still have none, with their counts."""
    asked = journal.unanswered_questions(session, since, limit=200)
    return [(query, times) for query, times in asked if not _finds(index, query, now, names).hits]


def try_synonyms(
    index: Index,
    words: Sequence[str],
    questions: Sequence[tuple[str, int]],
    *,
    now: dt.datetime,
    names: LibraryNames = NO_NAMES,
) -> Iterator[SynonymEffect]:
    """Yield what each question (with its count) finds without this group of synonyms and with it; writes nothing."""
    for query, times in questions:
        yield SynonymEffect(
            query,
            times,
            index.search(query, _SHOWN_HITS, now=now, names=names),
            index.search(query, _SHOWN_HITS, now=now, names=names, group=words),
        )


def _missed_question(
    index: Index, query: str, times: int, now: dt.datetime, names: LibraryNames
) -> MissedQuestion:
    found = _finds(index, query, now, names)
    if found.corrected and " " not in f"{query}{found.corrected}":
        return MissedQuestion(query, times, query, found.corrected)
    if found.hits and not found.corrected:
        return MissedQuestion(query, times, found=found.hits[0])
    guess = index.suggestion(query)
    return MissedQuestion(query, times, *((guess.typed, guess.meant) if guess else ("", "")))


def _finds(index: Index, query: str, now: dt.datetime, names: LibraryNames) -> SearchResult:
    return index.search(query, 1, now=now, names=names)


def _leads_here(index: Index, question: QuestionStats, now: dt.datetime) -> bool:
    """Return whether the answer links to pages of ours: only opens of those are counted."""
    found = index.search(question.query, 5, now=now)
    return any(hit.n is not None or not hit.url for hit in found.hits)
