"""Schema of the index: documents that go in, hits that come out, and the engine's fields between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import tantivy

__all__ = [
    "SCHEMA",
    "VERSION_MARK",
    "VOCABULARY_MARK",
    "Hit",
    "IndexVersion",
    "IndexedDocument",
    "SearchResult",
    "hit",
    "publication_term",
    "read_version",
    "version_document",
    "vocabulary_document",
]

FORMAT = 8  # increased when tokens, keys or texts change; an index of another format is rebuilt
VERSION_MARK: Final = f"standing {FORMAT}"
VOCABULARY_MARK: Final = "words"


@dataclass(frozen=True)
class IndexedDocument:
    """An article to index.

    `id` is permanent (`2021-02/5`, or the id of an archive). `number` and `n` are its issue and its number in the
    issue, counted from 1; None for an archived article. `date` is YYYY-MM-DD. Only the terms of `body` are
    stored.
    """

    id: str
    title: str
    section: str
    body: str
    number: str | None
    n: int | None
    date: str | None
    digest: str
    url: str | None


@dataclass(frozen=True)
class Hit:
    """An article that matches a query; scores of different queries are not comparable."""

    id: str
    title: str
    section: str
    number: str | None
    n: int | None
    date: str | None
    digest: str
    url: str | None
    score: float


@dataclass(frozen=True)
class IndexVersion:
    """The library and the version of it that an index contains."""

    version: int
    library: str


@dataclass(frozen=True)
class SearchResult:
    """A page of hits, best first, and the number of all hits.

    `clear` tells that the first hit is the answer; otherwise several hits are equally good, or there are none.
    `corrected` is the query that was searched instead, if the typed one has no hits: tell the member (您是不是要找 …).
    `typed` is the number of hits of the typed words, if `corrected`: offer the member a search for them.
    `related` is filled only if there are no hits: a few articles to suggest. They are not answers and must not be shown
    as such. They are `near` the query in meaning, or else contain one of its words. `words` are the words that the hits
    may contain, folded, to highlight them.
    """

    hits: list[Hit]
    total: int
    clear: bool
    corrected: str | None = None
    typed: int = 0
    related: tuple[Hit, ...] = ()
    words: tuple[str, ...] = ()
    near: bool = False


def _schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "section", "text"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("near", tokenizer_name="whitespace", index_option="basic")
    for name in ("in_publication", "in_section", "in_issue", "in_day", "mark"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("shown_title", "shown_section", "number", "date", "digest", "url"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("n", stored=True)
    builder.add_unsigned_field("version", stored=True)
    builder.add_text_field("library", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_float_field("freshness", fast=True)
    return builder.build()


SCHEMA: Final = _schema()


def publication_term(key: str) -> str:
    """Return the term of an issue's publication: the slug in the issue's key and a slash, alone for the default one."""
    return key.rpartition("/")[0] + "/"


def version_document(at: IndexVersion) -> tantivy.Document:
    """Return the document that stores the index's version, so that one commit changes articles and version."""
    fields = {"mark": VERSION_MARK, "version": at.version, "library": at.library, "freshness": 0.0}
    return tantivy.Document.from_dict(fields, SCHEMA)


def vocabulary_document(terms: Iterable[str]) -> tantivy.Document:
    """Return the document that stores the vocabulary of some articles."""
    fields = {"mark": VOCABULARY_MARK, "near": " ".join(terms), "freshness": 0.0}
    return tantivy.Document.from_dict(fields, SCHEMA)


def read_version(stored: tantivy.Document) -> IndexVersion:
    """Read the version from a `version_document`."""
    fields = stored.to_dict()
    return IndexVersion(int(fields["version"][0]), str(fields["library"][0]))


def hit(stored: tantivy.Document, score: float) -> Hit:
    """Return the hit for a document of the engine."""
    fields = stored.to_dict()

    def first(name: str) -> str | None:
        values = fields.get(name)
        return str(values[0]) if values else None

    n = fields.get("n")
    return Hit(
        id=first("id") or "",
        title=first("shown_title") or "",
        section=first("shown_section") or "",
        number=first("number"),
        n=int(n[0]) if n else None,
        date=first("date"),
        digest=first("digest") or "",
        url=first("url"),
        score=score,
    )
