"""Search by meaning: articles that say in other words what a query asks, to suggest where no article has its words.

Articles that contain words near in meaning to those of the query are fetched, and compared with the query: by the
vectors of all their words together (see `word_vectors`), and by the characters they share with it. They are
suggestions and no answers: an article on 博物馆 is near 图书馆 too. `docs/search.md` shows how often the right article
is among them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
LEAST_NEARNESS: Final = 0.7  # of an article that is suggested, of at most 3
NAME_TAGS: Final = ("nr", "ns", "nt", "nz")  # part-of-speech tags of people, places, organisations and brands
FOREIGN_NAME_TAG: Final = "nrt"


def find_near(reader: IndexReader, parsed: ParsedQuery, conditions: list[Query], limit: int) -> list[Hit]:
    """Return the articles nearest in meaning to a query, the nearest first, among those that meet all conditions.

    A query with a name, a Latin word or a number has none: 特斯拉股价 does not ask for another car maker.
    """
    if not parsed.words or _asks_for_a_name(parsed):
        return []  # without a word, the table is not even read
    vectors = shipped_vectors()
    asked = _AskedText.of(reader, vectors, parsed)
    wanted = _near_words(reader, vectors, asked.vectors) if asked else []
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
    scored = [(asked.nearness(vectors, each), each) for each in hits]
    near = [each for each in scored if each[0] >= LEAST_NEARNESS]
    return [each for _, each in sorted(near, key=lambda one: (-one[0], one[1].id))][:limit]


def _asks_for_a_name(parsed: ParsedQuery) -> bool:
    """Return whether a query has a Latin word, a number, or what the dictionary takes for a name.

    The dictionary takes many common words for names, such as 小学生: words of the table are none, but for foreign
    names.
    """
    if any(not is_han(unit[0]) for word in parsed.words for unit in word.units):
        return True
    vectors = shipped_vectors()
    return any(
        tag == FOREIGN_NAME_TAG or (tag.startswith(NAME_TAGS) and word not in vectors)
        for word, tag in tokenizer.tag(parsed.key)
    )


@dataclass(frozen=True)
class _AskedText:
    """The vectors of a query's words, and its characters with their weights, which sum up to 1."""

    vectors: TextVectors
    characters: Mapping[str, float]

    @classmethod
    def of(cls, reader: IndexReader, vectors: WordVectors, parsed: ParsedQuery) -> "_AskedText | None":
        """Return what a query asks; None if the table has none of its words."""
        text = " ".join(tokenizer.join_units(word.units) for word in parsed.words)
        found = vectors.text(word for word in _words(text) if word not in STOPWORDS and word not in VAGUE)
        if found is None:
            return None
        rare = {
            each: math.log((reader.total + 1) / (reader.count_bound("text", (each,)) + 0.5))
            for each in dict.fromkeys(text.replace(" ", ""))
            if each not in STOPWORDS
        }
        whole = sum(rare.values()) or 1.0
        return cls(found, {each: weight / whole for each, weight in rare.items()})

    def nearness(self, vectors: WordVectors, article: Hit) -> float:
        """Return how near an article is, up to 3: its title's cosine, its whole text's, and the shared characters."""
        title = list(_words(tokenizer.fold(article.title)))
        rest = tokenizer.fold(f"{article.section}\n{article.digest}")
        found = [vectors.text(title), vectors.text([*title, *_words(rest)])]
        written = {*"".join(title), *rest}
        shared = sum(weight for each, weight in self.characters.items() if each in written)
        return shared + sum(self.vectors.cosine(each) for each in found if each)


def _words(folded: str) -> Iterator[str]:
    """Yield the words of a folded text."""
    for segment in tokenizer.segments(folded):
        yield from tokenizer.word_texts(segment, guess=False)


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
