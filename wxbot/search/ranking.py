"""Ranking: build the engine's query for a parsed query, and decide whether the best hit is a clear answer.

Words are searched in title, section and text. An article matches if it contains words that make up most of the query's
weight (see `term_weights`). Its score is the sum over the fields, with title above section above text; a match of the
whole phrase adds to the score of its words.
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
from wxbot.search.index_schema import Hit, publication_term
from wxbot.search.lexicon import Relative
from wxbot.search.query import ParsedQuery, QueryWord
from wxbot.search.stopwords import VAGUE
from wxbot.search.synonyms import Units
from wxbot.search.term_weights import Evidence, ends_a_name, evidence, inverse_frequency, weight

__all__ = ["build_query", "filter_queries", "is_clear"]

# The boost of a match in each field, relative to the text.
FIELDS: Final = {"title": 3.0, "section": 1.5, "text": 1.0}
RELATED_FIELDS: Final = {"title": 1.5, "section": 1.0, "text": 0.8}
PHRASE_BOOST = 0.5
SYNONYM_BOOST = 0.8
REQUIRED_SHARE = 0.6  # of the query's weight that an article must contain
REQUIRED_SHARE_OF_SENTENCE = 0.5  # a whole sentence contains words that the answer need not contain
TOLERANCE = 1e-9  # sums of weights are not exact
ALL_WORDS_BOOST = 2.0
MOST_WORDS = 6  # the heaviest words decide
MOST_EVIDENCE = 9
CLEAR_RATIO = 1.5  # of the first score to the second
LONG_TITLE = 6  # characters; in a shorter title one different character makes another word
SIMILAR_TITLE = 0.85

_Clause = tuple[Occur, Query]


def build_query(
    reader: IndexReader, parsed: ParsedQuery, filters: Filters, *, strict: bool = False
) -> Query | None:
    """Build the engine's query; return None if nothing can match. With `strict` every word must match."""
    words = [_without_synonyms_in_name(parsed, word) for word in parsed.words if not word.light]
    conditions = [
        (Occur.Must, Query.const_score_query(query, 0.0)) for query in filter_queries(reader, filters)
    ]
    if not words:
        return Query.const_score_query(Query.boolean_query(conditions), 1.0) if conditions else None
    light = [(Occur.Should, _score_query(reader, word)) for word in parsed.words if word.light]
    phrases = [(Occur.Should, _field_query(reader, units, PHRASE_BOOST)) for units in _phrases(parsed)]
    required = REQUIRED_SHARE_OF_SENTENCE if parsed.asking else REQUIRED_SHARE
    matching = _match_clauses(reader, parsed, words, 1.0 if strict else required)
    return Query.boolean_query([*matching, *conditions, *light, *phrases]) if matching else None


def _without_synonyms_in_name(parsed: ParsedQuery, word: QueryWord) -> QueryWord:
    """Return a word that ends a name without its synonyms: 长风大学 does not mean another 高校 of 长风."""
    return replace(word, others=(), related=()) if ends_a_name(parsed, word) else word


def filter_queries(reader: IndexReader, filters: Filters) -> list[Query]:
    """Return one query for each filter."""
    conditions = []
    if filters.publication is not None:
        conditions.append(reader.any_of("in_publication", [publication_term(f"{filters.publication}/")]))
    if filters.section:
        conditions.append(reader.any_of("in_section", [filters.section, *filters.other_sections]))
    if filters.number:
        conditions.append(reader.any_of("in_issue", [filters.number]))
    if filters.since and filters.until:
        conditions.append(reader.any_of("in_day", _days(reader, filters.since, filters.until)))
    return conditions


def _days(reader: IndexReader, since: dt.date, until: dt.date) -> list[str]:
    days = reader.filter_values.days
    return list(days[bisect_left(days, since.isoformat()) : bisect_right(days, until.isoformat())])


def _match_clauses(
    reader: IndexReader, parsed: ParsedQuery, words: list[QueryWord], share: float
) -> list[_Clause] | None:
    """Return clauses that match articles with `share` of the query's weight, and score them; None if none can match."""
    known = [word for word in words if reader.can_match(word)]
    scored = [(word, _score_query(reader, word)) for word in known]
    every = [
        (Occur.Must, reader.word_query(word) if reader.parts_instead(word) else query)
        for word, query in scored
    ]
    if share == 1.0:
        return every if len(known) == len(words) else None
    combinations = _sufficient_evidence(reader, parsed, words, share)
    if len(combinations) == 1 and len(combinations[0]) == len(known) == len(words):
        return every
    if not combinations:
        return None
    alternatives = [
        (Occur.Should, Query.boolean_query([(Occur.Must, each.query) for each in one]))
        for one in combinations
    ]
    condition = Query.const_score_query(Query.boolean_query(alternatives), 0.0)
    specific = [clause for word, clause in zip(known, every, strict=True) if "".join(word.units) not in VAGUE]
    clauses = [(Occur.Must, condition), *((Occur.Should, query) for _, query in scored)]
    if len(specific) > 1:
        clauses.append((Occur.Should, Query.boost_query(Query.boolean_query(specific), ALL_WORDS_BOOST)))
    return clauses


def _sufficient_evidence(
    reader: IndexReader, parsed: ParsedQuery, words: list[QueryWord], share: float
) -> list[tuple[Evidence, ...]]:
    """Return the smallest sets of evidence that have `share` of the weight of the query's heaviest words."""
    by_weight = ((weight(reader, word, asking=parsed.asking), at, word) for at, word in enumerate(words))
    heaviest_words = sorted(by_weight, key=lambda each: -each[0])[:MOST_WORDS]
    needed = share * sum(worth for worth, _, _ in heaviest_words) - TOLERANCE
    found = [
        each
        for worth, _, word in heaviest_words
        for each in evidence(reader, word, worth, characters=not ends_a_name(parsed, word))
    ]
    heaviest = sorted((each for each in found if each.weight > 0), key=lambda each: -each.weight)
    return list(_minimal_sets(heaviest[:MOST_EVIDENCE], needed))


def _minimal_sets(found: Sequence[Evidence], needed: float) -> Iterator[tuple[Evidence, ...]]:
    """Yield the minimal sets of evidence whose weight reaches `needed`; `found` is sorted, the heaviest first."""
    sums = itertools.accumulate(each.weight for each in reversed(found))
    remaining = [*sums][::-1]  # the weight from each position to the end

    def from_(start: int, lacking: float, so_far: tuple[Evidence, ...]) -> Iterator[tuple[Evidence, ...]]:
        for at in range(start, len(found)):
            if remaining[at] < lacking:
                return
            if found[at].weight >= lacking:
                yield (*so_far, found[at])
            else:
                yield from from_(at + 1, lacking - found[at].weight, (*so_far, found[at]))

    return from_(0, needed, ())


def _score_query(reader: IndexReader, word: QueryWord) -> Query:
    """Return the query that scores a word in each field; synonyms and parts of a compound score less."""
    parts = reader.parts_instead(word)
    if parts:
        return Query.boolean_query(
            [(Occur.Should, _field_query(reader, units, SYNONYM_BOOST)) for units in parts]
        )
    if len(word.alternatives) == 1:
        return _field_query(reader, word.units)
    others = [_field_query(reader, units, SYNONYM_BOOST) for units in word.others]
    related = [query for each in word.related for query in _related_queries(reader, each)]
    return Query.disjunction_max_query([_field_query(reader, word.units), *others, *related])


def _related_queries(reader: IndexReader, word: Relative) -> list[Query]:
    """Return queries with a constant score for a related word: however often it occurs, the word itself counts more."""
    score = word.share * inverse_frequency(reader.count(word.units), reader.total)
    return [
        Query.const_score_query(reader.term(name, word.units), score * boost)
        for name, boost in RELATED_FIELDS.items()
        if reader.count_bound(name, word.units)
    ]


def _field_query(reader: IndexReader, units: Units, share: float = 1.0) -> Query:
    """Return the query for a word or phrase in each field that contains it in any article."""
    return Query.boolean_query(
        [
            (Occur.Should, Query.boost_query(reader.term(name, units), boost * share))
            for name, boost in FIELDS.items()
            if reader.count_bound(name, units)
        ]
    )


def _phrases(parsed: ParsedQuery) -> list[Units]:
    """Return the segments that consist of more than one word."""
    words = {word.units for word in parsed.words}
    return [phrase for phrase in parsed.phrases if len(phrase) > 1 and phrase not in words]


def is_clear(parsed: ParsedQuery, hits: list[Hit]) -> bool:
    """Return whether the first hit is the answer: the only one, asked for by its title, or far above the second."""
    if len(hits) < 2:
        return len(hits) == 1
    first, second = hits[0], hits[1]
    if _is_title(parsed, first):
        return not _is_title(parsed, second)
    return first.score >= CLEAR_RATIO * second.score


def _is_title(parsed: ParsedQuery, hit: Hit) -> bool:
    """Return whether the query is the title of a hit, or differs from it by a misspelling."""
    title = tokenizer.key(hit.title)
    if parsed.key == title:
        return True
    return len(title) >= LONG_TITLE and SequenceMatcher(None, parsed.key, title).ratio() >= SIMILAR_TITLE
