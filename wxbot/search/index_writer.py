"""Write articles, their vocabulary and the library's version into the index, in one commit."""

from collections.abc import Iterable
from dataclasses import dataclass

import tantivy

from wxbot.search.index_schema import (
    VERSION_MARK,
    IndexedDocument,
    IndexVersion,
    version_document,
    vocabulary_document,
)
from wxbot.search.tokenizing import tokenise_all
from wxbot.search.vocabulary import VocabularyStore

__all__ = ["IndexChanges", "write"]

WRITER_BYTES = (
    40_000_000  # with more the process stays larger afterwards; with less the engine merges more segments
)


@dataclass(frozen=True)
class IndexChanges:
    """The changes of one commit; with `rebuild` all existing articles are removed first."""

    documents: Iterable[IndexedDocument]
    removed: Iterable[str]
    version: IndexVersion
    rebuild: bool


def write(engine: tantivy.Index, changes: IndexChanges) -> None:
    """Write articles and version in one commit, so that a killed writer leaves the old or the new state."""
    is_empty = changes.rebuild or engine.searcher().num_docs == 0
    writer = engine.writer(WRITER_BYTES, 1)
    if changes.rebuild:
        writer.delete_all_documents()
    _add_articles(writer, changes.documents, is_empty=is_empty)
    for id_ in changes.removed:
        writer.delete_documents_by_term("id", id_)
    writer.delete_documents_by_term("mark", VERSION_MARK)
    writer.add_document(version_document(changes.version))
    writer.commit()
    writer.wait_merging_threads()


def _add_articles(
    writer: tantivy.IndexWriter, documents: Iterable[IndexedDocument], *, is_empty: bool
) -> None:
    """Add or replace articles, and add their vocabulary."""
    vocabulary, added = VocabularyStore(), set[int]()
    for batch in tokenise_all(documents):
        for id_, fields in batch.articles:
            known = hash(id_)
            if (
                not is_empty or known in added
            ):  # looking for articles to replace takes a third of the writer's time
                writer.delete_documents_by_term("id", id_)
            added.add(known)
            writer.add_json(fields)
        vocabulary.add(batch.vocabulary)
        if vocabulary.is_full():
            writer.add_document(vocabulary_document(vocabulary.take_terms()))
    if terms := vocabulary.take_terms():
        writer.add_document(vocabulary_document(terms))
