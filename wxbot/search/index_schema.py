"""Schema of the index: documents that go in, hits that come out, and the engine's fields between them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import tantivy

from wxbot.search import spelling_keys, tokenizer
from wxbot.search.abbreviations import definition_terms

__all__ = [
    "SCHEMA",
    "VERSION_MARK",
    "Hit",
    "IndexVersion",
    "IndexedDocument",
    "SearchResult",
    "engine_document",
    "hit",
    "publication_term",
    "read_version",
    "version_document",
]

# An article that is twenty years older scores half: enough to order equal matches, and too little to lift a weak match
# above a strong one. Only ratios matter, so the day from which age is counted is arbitrary.
HALF_LIFE_DAYS = 20 * 365.25
FIRST_DAY = date(2000, 1, 1).toordinal()

FORMAT = 7  # increased when tokens, keys or texts change; an index of another format is rebuilt
VERSION_MARK: Final = f"standing {FORMAT}"


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
    `related` is filled only if there are no hits: a few articles that match a part of the query. They are not answers
    and must not be shown as such. `words` are the words that the hits may contain, folded, to highlight them.
    """

    hits: list[Hit]
    total: int
    clear: bool
    corrected: str | None = None
    related: tuple[Hit, ...] = ()
    words: tuple[str, ...] = ()


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


def engine_document(document: IndexedDocument) -> tantivy.Document:
    """Tokenise one article for the engine."""
    title, section, body = (
        tokenizer.segments(tokenizer.fold(text)) for text in (document.title, document.section, document.body)
    )
    fields: dict[str, object] = {
        "id": document.id,
        "title": tokenizer.field_tokens(title),
        "section": tokenizer.field_tokens(section),
        "text": tokenizer.field_tokens([*title, *body]),
        "in_publication": publication_term(document.number) if document.number else "",
        "in_section": tokenizer.key(document.section),
        "in_issue": document.number or "",
        "in_day": document.date or "",
        "near": " ".join(spelling_keys.keys(title, body) | definition_terms(document.body)),
        "shown_title": document.title,
        "shown_section": document.section,
        "digest": document.digest,
        "freshness": _freshness(document.date),
    }
    optional = {"number": document.number, "n": document.n, "date": document.date, "url": document.url}
    fields.update({name: value for name, value in optional.items() if value is not None})
    return tantivy.Document.from_dict(fields, SCHEMA)


def publication_term(key: str) -> str:
    """Return the term of an issue's publication: the slug in the issue's key and a slash, alone for the default one."""
    return key.rpartition("/")[0] + "/"


def version_document(at: IndexVersion) -> tantivy.Document:
    """Return the document that stores the index's version, so that one commit changes articles and version."""
    fields = {"mark": VERSION_MARK, "version": at.version, "library": at.library, "freshness": 0.0}
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


def _freshness(day: str | None) -> float:
    """Return the factor by which an article's date multiplies its score."""
    try:
        days = date.fromisoformat(day or "").toordinal() - FIRST_DAY
    except ValueError:
        days = 0
    return float(2.0 ** (days / HALF_LIFE_DAYS))
