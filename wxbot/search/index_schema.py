"""What goes into the index and what comes out of it: documents, hits, and the engine's schema between them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import tantivy

from wxbot.search import spelling_keys, tokenizer

__all__ = [
    "MARK",
    "SCHEMA",
    "Document",
    "Hit",
    "IndexVersion",
    "SearchResult",
    "engine_document",
    "hit",
    "mark",
    "standing",
]

# Of two articles that match alike, one twenty years older counts half: enough to order them, never to lift a weak
# match over a strong one. Only ratios matter, so the year from which they are counted is free.
HALVED_AFTER_DAYS = 20 * 365.25
FIRST_DAY = date(2000, 1, 1).toordinal()

FORMAT = 4  # goes up when tokens or keys change: an index of another format is filled anew
MARK: Final = f"standing {FORMAT}"


@dataclass(frozen=True)
class Document:
    """An article as it is indexed.

    `id` names it for good (2021-02/5, or an archive's own id); `number` and `n` are its issue and its place in it,
    counted from 1, where it has them; `date` is YYYY-MM-DD. Of `body` only the words are kept.
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
    """An article found; `score` compares with other hits of the same query only."""

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
    """Where an index stands: at which version of which library."""

    version: int
    library: str


@dataclass(frozen=True)
class SearchResult:
    """A page of hits, best first, and how many there are in all.

    `clear` says that the first is the answer; otherwise several are of like worth, or there are none.
    `corrected` is what was looked for instead where the query as typed has no answer: say so (您是不是要找 …).
    `related` is filled only where there are no hits: a few articles that hold the part of the query which the library
    knows at all. They are no answer, and must not be shown as one.
    """

    hits: list[Hit]
    total: int
    clear: bool
    corrected: str | None = None
    related: tuple[Hit, ...] = ()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "section", "text"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("near", tokenizer_name="whitespace", index_option="basic")
    for name in ("in_section", "in_issue", "in_day", "mark"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("shown_title", "shown_section", "number", "date", "digest", "url"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("n", stored=True)
    builder.add_unsigned_field("version", stored=True)
    builder.add_text_field("library", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_float_field("freshness", fast=True)
    return builder.build()


SCHEMA: Final = _schema()


def engine_document(document: Document) -> tantivy.Document:
    """Tokenise one article for the engine."""
    title, section, body = (
        tokenizer.segments(tokenizer.fold(text)) for text in (document.title, document.section, document.body)
    )
    fields: dict[str, object] = {
        "id": document.id,
        "title": tokenizer.field_tokens(title),
        "section": tokenizer.field_tokens(section),
        "text": tokenizer.field_tokens([*title, *body]),
        "in_section": tokenizer.key(document.section),
        "in_issue": document.number or "",
        "in_day": document.date or "",
        "near": " ".join(spelling_keys.keys(title, body)),
        "shown_title": document.title,
        "shown_section": document.section,
        "digest": document.digest,
        "freshness": _freshness(document.date),
    }
    optional = {"number": document.number, "n": document.n, "date": document.date, "url": document.url}
    fields.update({name: value for name, value in optional.items() if value is not None})
    return tantivy.Document.from_dict(fields, SCHEMA)


def mark(at: IndexVersion) -> tantivy.Document:
    """The one document that is no article: it says where the index stands, so that one commit moves both."""
    fields = {"mark": MARK, "version": at.version, "library": at.library, "freshness": 0.0}
    return tantivy.Document.from_dict(fields, SCHEMA)


def standing(stored: tantivy.Document) -> IndexVersion:
    """Read what `mark` wrote."""
    kept = stored.to_dict()
    return IndexVersion(int(kept["version"][0]), str(kept["library"][0]))


def hit(stored: tantivy.Document, score: float) -> Hit:
    """Make a hit of what the engine kept of an article."""
    kept = stored.to_dict()

    def one(name: str) -> str | None:
        values = kept.get(name)
        return str(values[0]) if values else None

    n = kept.get("n")
    return Hit(
        id=one("id") or "",
        title=one("shown_title") or "",
        section=one("shown_section") or "",
        number=one("number"),
        n=int(n[0]) if n else None,
        date=one("date"),
        digest=one("digest") or "",
        url=one("url"),
        score=score,
    )


def _freshness(day: str | None) -> float:
    try:
        days = date.fromisoformat(day or "").toordinal() - FIRST_DAY
    except ValueError:
        days = 0
    return float(2.0 ** (days / HALVED_AFTER_DAYS))
