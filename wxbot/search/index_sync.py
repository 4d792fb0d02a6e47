"""Catching up: the index takes over what the library has that it has not."""

from collections.abc import Iterator

from wxbot import library
from wxbot.db import Database
from wxbot.library import Article
from wxbot.search.index import Index
from wxbot.search.index_schema import Document

__all__ = ["catch_up", "document"]


def catch_up(index: Index, db: Database) -> None:
    """Bring the index to the library's version: by the changes since, or wholly when it is of another library.

    Whoever finds another process at it leaves the work to that one; called again it goes on from there. Searches go
    on meanwhile and see the old state until the new one is whole.
    """
    index.reload()
    with db.read() as session:
        identity, version = library.identity(session), library.version(session)
        strange = index.library != identity or index.version > version
        if index.version == version and not strange:
            return
        since = index.version
        changed = library.changed_since(session, 0 if strange else since)
        gone: list[str] = []
        kept = _kept(changed, gone)
        index.update(kept, gone, version, since=since, anew=strange, library=identity)


def document(article: Article) -> Document:
    """An article of the library as it is indexed."""
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


def _kept(changed: Iterator[Article], gone: list[str]) -> Iterator[Document]:
    """What is to be found from now on, as it comes; the ids of what no longer is are put into `gone` meanwhile."""
    for article in changed:
        if article.withdrawn:
            gone.append(article.public_id)
        else:
            yield document(article)
