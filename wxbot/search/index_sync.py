"""Synchronise the index with the library: index changed articles, and remove withdrawn ones."""

from collections.abc import Iterator

from wxbot import library
from wxbot.db import Database
from wxbot.library import Article
from wxbot.search.index import Index
from wxbot.search.index_schema import Document

__all__ = ["catch_up", "document"]


def catch_up(index: Index, db: Database) -> None:
    """Bring the index to the library's version: apply the changes since, or rebuild the index of another library.

    If another process is writing the index, return without changes and leave the work to that process. Searches
    continue meanwhile and see the old articles until the commit.
    """
    index.reload()
    with db.read() as session:
        identity, version = library.identity(session), library.version(session)
        is_other_library = index.library != identity or index.version > version
        if index.version == version and not is_other_library:
            return
        since = index.version
        changed = library.changed_since(session, 0 if is_other_library else since)
        withdrawn: list[str] = []
        documents = _documents(changed, withdrawn)
        index.update(documents, withdrawn, version, since=since, rebuild=is_other_library, library=identity)


def document(article: Article) -> Document:
    """Return the document to index for an article of the library."""
    return Document(
        id=article.public_id,
        title=article.title,
        section=article.section,
        body="\n".join(article.paragraphs),
        number=article.number,
        n=article.n,
        date=article.date.isoformat() if article.date else None,
        digest=article.summary,
        url=article.url,
    )


def _documents(changed: Iterator[Article], withdrawn: list[str]) -> Iterator[Document]:
    """Yield the documents of changed articles; append the ids of withdrawn articles to `withdrawn`."""
    for article in changed:
        if article.withdrawn:
            withdrawn.append(article.public_id)
        else:
            yield document(article)
