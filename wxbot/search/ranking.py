"""Ranking: from a question to a query of the engine, and from hits to a clear best.

Each word is looked for in title, section and text. An article is found when the words it holds weigh most of the
question, a word weighing the more the rarer it is in the library; a word that the library lacks weighs most of all,
so that what nobody wrote about is answered by nothing. Among the found the scores of the fields add up, title over
section over text, and a question found as it stands counts above its scattered words.
"""

import datetime as dt
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from tantivy import Occur, Query

from wxbot.search import tokenizer
from wxbot.search.filters import Filters
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import Hit
from wxbot.search.query import ParsedQuery, QueryWord
from wxbot.search.stopwords import VAGUE
from wxbot.search.synonyms import Units
from wxbot.search.term_weights import Evidence, ends_a_name, evidence, weight

__all__ = ["build", "clear"]

# How much a match in each field counts against the same match in the text.
FIELDS: Final = {"title": 3.0, "section": 1.5, "text": 1.0}
PHRASE = 0.5
WIDER = 0.8
ENOUGH = 0.6  # the share of the question's weight that an article must hold
ENOUGH_ASKED = 0.5  # of a whole sentence, in which more is said than is looked for
SLACK = 1e-9  # sums of weights are not exact
WHOLE = 2.0  # what all words together count beside each alone
COUNTED = 6  # of more words the heaviest decide
COUNTED_EVIDENCE = 9
FAR_ABOVE = 1.5
LONG_TITLE = 6  # characters; of a shorter title every slip makes another word
A_SLIP = 0.85

_Clause = tuple[Occur, Query]


def build(
    reader: IndexReader, question: ParsedQuery, wanted: Filters, *, strict: bool = False
) -> Query | None:
    """Make the engine's query for a question; None when nothing can match. `strict` wants every word."""
    words = [_as_named(question, word) for word in question.words if not word.light]
    within = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in _within(reader, wanted)]
    if not words:
        return Query.const_score_query(Query.boolean_query(within), 1.0) if within else None
    light = [(Occur.Should, _scored(reader, word)) for word in question.words if word.light]
    phrases = [(Occur.Should, _in_fields(reader, units, PHRASE)) for units in _phrases(question)]
    enough = _enough(reader, question, words, 1.0 if strict else ENOUGH_ASKED if question.asking else ENOUGH)
    return Query.boolean_query([*enough, *within, *light, *phrases]) if enough else None


def _as_named(question: ParsedQuery, word: QueryWord) -> QueryWord:
    """A word without its synonyms where it ends a name: whoever asks for 长风大学 does not mean 高校 of 长风."""
    return replace(word, others=()) if ends_a_name(question, word) else word


def _within(reader: IndexReader, wanted: Filters) -> list[Query]:
    """The conditions of the filters."""
    conditions = []
    if wanted.section:
        conditions.append(reader.any_of("in_section", [wanted.section]))
    if wanted.number:
        conditions.append(reader.any_of("in_issue", [wanted.number]))
    if wanted.since and wanted.until:
        conditions.append(reader.any_of("in_day", _days(reader, wanted.since, wanted.until)))
    return conditions


def _days(reader: IndexReader, since: dt.date, until: dt.date) -> list[str]:
    days = reader.known.days
    return list(days[bisect_left(days, since.isoformat()) : bisect_right(days, until.isoformat())])


def _enough(
    reader: IndexReader, question: ParsedQuery, words: list[QueryWord], share: float
) -> list[_Clause] | None:
    """Match and score the words so that those found weigh this share of all; None when the library has not so many."""
    held = [word for word in words if reader.finds(word)]
    scored = [(word, _scored(reader, word)) for word in held]
    every = [(Occur.Must, reader.anywhere(word) if reader.apart(word) else query) for word, query in scored]
    if share == 1.0:
        return every if len(held) == len(words) else None
    together = _together(reader, question, words, share)
    if len(together) == 1 and len(together[0]) == len(held) == len(words):
        return every
    if not together:
        return None
    enough = [
        (Occur.Should, Query.boolean_query([(Occur.Must, each.query) for each in one])) for one in together
    ]
    condition = Query.const_score_query(Query.boolean_query(enough), 0.0)
    telling = [clause for word, clause in zip(held, every, strict=True) if "".join(word.units) not in VAGUE]
    clauses = [(Occur.Must, condition), *((Occur.Should, query) for _, query in scored)]
    if len(telling) > 1:
        clauses.append((Occur.Should, Query.boost_query(Query.boolean_query(telling), WHOLE)))
    return clauses


def _together(
    reader: IndexReader, question: ParsedQuery, words: list[QueryWord], share: float
) -> list[tuple[Evidence, ...]]:
    """The smallest sets of evidence that weigh this share of the question's heaviest words."""
    weighed = ((weight(reader, word, asking=question.asking), at, word) for at, word in enumerate(words))
    told = sorted(weighed, key=lambda each: -each[0])[:COUNTED]
    needed = share * sum(worth for worth, _, _ in told) - SLACK
    found = [
        each
        for worth, _, word in told
        for each in evidence(reader, word, worth, clues=not ends_a_name(question, word))
    ]
    heaviest = sorted((each for each in found if each.weight > 0), key=lambda each: -each.weight)
    return list(_coalitions(heaviest[:COUNTED_EVIDENCE], needed))


def _coalitions(found: Sequence[Evidence], needed: float) -> Iterator[tuple[Evidence, ...]]:
    """The smallest sets of evidence, given heaviest first, that weigh as much as is needed."""
    sums = itertools.accumulate(each.weight for each in reversed(found))
    left = [*sums][::-1]  # from each place to the end

    def from_(start: int, lacking: float, so_far: tuple[Evidence, ...]) -> Iterator[tuple[Evidence, ...]]:
        for at in range(start, len(found)):
            if left[at] < lacking:
                return
            if found[at].weight >= lacking:
                yield (*so_far, found[at])
            else:
                yield from from_(at + 1, lacking - found[at].weight, (*so_far, found[at]))

    return from_(0, needed, ())


def _scored(reader: IndexReader, word: QueryWord) -> Query:
    """A word in each field; its synonyms, or its parts where it stands nowhere whole, for a little less."""
    parts = reader.apart(word)
    if parts:
        return Query.boolean_query([(Occur.Should, _in_fields(reader, units, WIDER)) for units in parts])
    if not word.others:
        return _in_fields(reader, word.units)
    others = [_in_fields(reader, units, WIDER) for units in word.others]
    return Query.disjunction_max_query([_in_fields(reader, word.units), *others])


def _in_fields(reader: IndexReader, units: Units, share: float = 1.0) -> Query:
    """A word or a phrase in each field that has it at all."""
    return Query.boolean_query(
        [
            (Occur.Should, Query.boost_query(reader.term(name, units), boost * share))
            for name, boost in FIELDS.items()
            if reader.at_most(name, units)
        ]
    )


def _phrases(question: ParsedQuery) -> list[Units]:
    """The segments that are more than one word."""
    words = {word.units for word in question.words}
    return [phrase for phrase in question.phrases if len(phrase) > 1 and phrase not in words]


def clear(question: ParsedQuery, hits: list[Hit]) -> bool:
    """Whether the first of all hits is the answer: the only one, asked for by title, or far above the next."""
    if len(hits) < 2:
        return len(hits) == 1
    first, second = hits[0], hits[1]
    if _asked_by_title(question, first):
        return not _asked_by_title(question, second)
    return first.score >= FAR_ABOVE * second.score


def _asked_by_title(question: ParsedQuery, hit: Hit) -> bool:
    """Whether the question is the title, or all but a slip of it."""
    title = tokenizer.key(hit.title)
    if question.key == title:
        return True
    return len(title) >= LONG_TITLE and SequenceMatcher(None, question.key, title).ratio() >= A_SLIP
