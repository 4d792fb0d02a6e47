"""Ranking: from a question to a query of the engine, and from hits to a clear best.

Each word is looked for in title, section and text. An article is found when the words it holds weigh most of the
question, a word weighing the more the rarer it is in the library; a word that the library lacks weighs most of all,
so that what nobody wrote about is answered by nothing. Among the found the scores of the fields add up, title over
section over text, and a question found as it stands counts above its scattered words.
"""

import datetime as dt
import itertools
import math
from difflib import SequenceMatcher
from typing import Final

from tantivy import Occur, Query

from wxbot.search import tokens
from wxbot.search.documents import Hit
from wxbot.search.engine import Engine
from wxbot.search.fillers import VAGUE
from wxbot.search.filters import Wanted
from wxbot.search.query import Question, Word
from wxbot.search.synonyms import Units

__all__ = ["build", "clear"]

# How much a match in each field counts against the same match in the text.
FIELDS: Final = {"title": 3.0, "section": 1.5, "text": 1.0}
PHRASE = 0.5
WIDER = 0.8
ENOUGH = 0.6  # the share of the question's weight that an article must hold
COUNTED = 6  # of more words the heaviest decide
VAGUE_SHARE = 0.3
FAR_ABOVE = 1.5
LONG_TITLE = 6  # characters; of a shorter title every slip makes another word
A_SLIP = 0.85

_Clause = tuple[Occur, Query]


def build(engine: Engine, question: Question, wanted: Wanted, *, strict: bool = False) -> Query | None:
    """Make the engine's query for a question; None when nothing can match. `strict` wants every word."""
    words = [word for word in question.words if not word.light]
    within = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in _within(engine, wanted)]
    if not words:
        return Query.const_score_query(Query.boolean_query(within), 1.0) if within else None
    light = [(Occur.Should, _scored(engine, word)) for word in question.words if word.light]
    phrases = [(Occur.Should, _in_fields(engine, units, PHRASE)) for units in _phrases(question)]
    return Query.boolean_query(
        [*_enough(engine, words, 1.0 if strict else ENOUGH), *within, *light, *phrases]
    )


def _within(engine: Engine, wanted: Wanted) -> list[Query]:
    """The conditions of the filters."""
    conditions = []
    if wanted.section:
        conditions.append(engine.any_of("in_section", [wanted.section]))
    if wanted.number:
        conditions.append(engine.any_of("in_issue", [wanted.number]))
    if wanted.since and wanted.until:
        conditions.append(engine.any_of("in_day", _days(engine, wanted.since, wanted.until)))
    return conditions


def _days(engine: Engine, since: dt.date, until: dt.date) -> list[str]:
    return [day for day in engine.known.days if since.isoformat() <= day <= until.isoformat()]


def _enough(engine: Engine, words: list[Word], share: float) -> list[_Clause]:
    """Match and score the words so that those found weigh this share of all."""
    scored = [_scored(engine, word) for word in words]
    weights = [_weight(engine, word) for word in words]
    if sum(weights) - min(weights) < share * sum(weights):  # without the lightest it is not enough
        whole = zip(words, scored, strict=True)
        return [(Occur.Must, engine.anywhere(word) if engine.apart(word) else query) for word, query in whole]
    counted = sorted(zip(weights, words, strict=True), key=lambda pair: -pair[0])[:COUNTED]
    found = [(Occur.Must, engine.anywhere(word)) for _, word in counted]
    enough = [
        (Occur.Should, Query.boolean_query([found[at] for at in together]))
        for together in _coalitions([weight for weight, _ in counted], share)
    ]
    condition = Query.const_score_query(Query.boolean_query(enough), 0.0)
    return [(Occur.Must, condition), *((Occur.Should, query) for query in scored)]


def _coalitions(weights: list[float], share: float) -> list[tuple[int, ...]]:
    """The smallest sets of words that weigh this share of all, each as the words' places."""
    needed = sum(weights) * share
    enough: list[tuple[int, ...]] = []
    for size in range(1, len(weights) + 1):
        for together in itertools.combinations(range(len(weights)), size):
            if sum(weights[at] for at in together) >= needed and not any(
                set(smaller) <= set(together) for smaller in enough
            ):
                enough.append(together)
    return enough


def _weight(engine: Engine, word: Word) -> float:
    """How much a word tells: the logarithm of how few articles hold it.

    A word that the library lacks tells most, unless it is one that questions merely add.
    """
    total = engine.searcher.num_docs
    held = min(engine.holders(word), total)
    weight = math.log(1 + (total - held + 0.5) / (held + 0.5))
    return weight * VAGUE_SHARE if held == 0 and "".join(word.units) in VAGUE else weight


def _scored(engine: Engine, word: Word) -> Query:
    """A word in each field; its synonyms, or its parts where it stands nowhere whole, for a little less."""
    parts = engine.apart(word)
    if parts:
        return Query.boolean_query([(Occur.Should, _in_fields(engine, units, WIDER)) for units in parts])
    if not word.others:
        return _in_fields(engine, word.units)
    others = [_in_fields(engine, units, WIDER) for units in word.others]
    return Query.disjunction_max_query([_in_fields(engine, word.units), *others])


def _in_fields(engine: Engine, units: Units, share: float = 1.0) -> Query:
    """A word or a phrase in each field that has it at all."""
    return Query.boolean_query(
        [
            (Occur.Should, Query.boost_query(engine.term(name, units), boost * share))
            for name, boost in FIELDS.items()
            if engine.at_most(name, units)
        ]
    )


def _phrases(question: Question) -> list[Units]:
    """The segments that are more than one word."""
    words = {word.units for word in question.words}
    return [phrase for phrase in question.phrases if len(phrase) > 1 and phrase not in words]


def clear(question: Question, hits: list[Hit]) -> bool:
    """Whether the first of all hits is the answer: the only one, asked for by title, or far above the next."""
    if len(hits) < 2:
        return len(hits) == 1
    first, second = hits[0], hits[1]
    if _asked_by_title(question, first):
        return not _asked_by_title(question, second)
    return first.score >= FAR_ABOVE * second.score


def _asked_by_title(question: Question, hit: Hit) -> bool:
    """Whether the question is the title, or all but a slip of it."""
    title = tokens.key(hit.title)
    if question.key == title:
        return True
    return len(title) >= LONG_TITLE and SequenceMatcher(None, question.key, title).ratio() >= A_SLIP
