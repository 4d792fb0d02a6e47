"""Search by meaning: articles that say in other words what a query asks, to suggest where no article has its words.

Articles that contain words near in meaning to those of the query are fetched, and compared with the query word by word
and as a whole (see `word_vectors`). They are suggestions and no answers: an article on 博物馆 is near 图书馆 too.
`docs/search.md` shows how often the right article is among them.
"""

from typing import Final

from tantivy import Occur, Query

from wxbot.search import tokenizer
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import Hit, hit
from wxbot.search.query import ParsedQuery
from wxbot.search.stopwords import STOPWORDS, VAGUE
from wxbot.search.word_vectors import TextVectors, WordVectors, shipped_vectors
from wxbot.text import is_han

__all__ = ["find_near"]

NEAREST: Final = 150  # words of the table that are looked for in the library, for each word of the query
WORDS: Final = 16  # of them that are searched
LEAST_WORD_COSINE: Final = 0.35  # of a word that is searched
FIELDS: Final = (("title", 1.5), ("text", 1.0))
CANDIDATES: Final = 40  # articles that are compared
LEAST_COSINE: Final = 0.36  # of an article that is suggested
NAME_TAGS: Final = ("nr", "ns", "nt", "nz")  # part-of-speech tags of people, places, organisations and brands


def find_near(reader: IndexReader, parsed: ParsedQuery, conditions: list[Query], limit: int) -> list[Hit]:
    """Return the articles nearest in meaning to a query, the nearest first, among those that meet all conditions.

    A query with a name, a Latin word or a number has none: 特斯拉股价 does not ask for another car maker.
    """
    if not parsed.words or _asks_for_a_name(parsed):
        return []  # without a word, the table is not even read
    vectors = shipped_vectors()
    words = " ".join(tokenizer.join_units(word.units) for word in parsed.words)
    asked = vectors.text(words, without=STOPWORDS | VAGUE)
    wanted = _near_words(reader, vectors, asked) if asked else []
    if not asked or not wanted:
        return []
    query = Query.boolean_query(
        [
            (Occur.Must, Query.boolean_query(wanted)),
            *((Occur.Must, Query.const_score_query(each, 0.0)) for each in conditions),
        ]
    )
    found = reader.searcher.search(query, limit=CANDIDATES).hits
    hits = [hit(reader.searcher.doc(at), score) for score, at in found]
    scored = [(_nearness(vectors, asked, each), each) for each in hits]
    return [each for near, each in sorted(scored, key=lambda one: (-one[0], one[1].id)) if near > 0][:limit]


def _asks_for_a_name(parsed: ParsedQuery) -> bool:
    if any(not is_han(unit[0]) for word in parsed.words for unit in word.units):
        return True
    return any(tag.startswith(NAME_TAGS) for _, tag in tokenizer.tag(parsed.key))


def _near_words(reader: IndexReader, vectors: WordVectors, asked: TextVectors) -> list[tuple[Occur, Query]]:
    """Return a clause for each word of the query: the words of the library that are nearest to it."""
    clauses = []
    for near, weight in zip(vectors.nearest(asked, NEAREST), asked.weights, strict=True):
        known = [
            (units, cosine)
            for word, cosine in near
            if cosine >= LEAST_WORD_COSINE
            and (units := tokenizer.units_of(word))
            and reader.count_bound("text", units)
        ]
        queries = [
            Query.const_score_query(reader.term(name, units), float(weight) * cosine * boost)
            for units, cosine in known[:WORDS]
            for name, boost in FIELDS
            if reader.count_bound(name, units)
        ]
        if queries:
            clauses.append((Occur.Should, Query.disjunction_max_query(queries)))
    return clauses


def _nearness(vectors: WordVectors, asked: TextVectors, found: Hit) -> float:
    """Return how near an article is to a query, up to 1; 0 if it is too far to be suggested."""
    title, whole = (
        vectors.text(tokenizer.fold(text))
        for text in (found.title, f"{found.title}\n{found.section}\n{found.digest}")
    )
    if title is None or whole is None:
        return 0.0
    cosine = (asked.cosine(title) + asked.cosine(whole)) / 2
    return (cosine + asked.covered_by(whole)) / 2 if cosine >= LEAST_COSINE else 0.0
