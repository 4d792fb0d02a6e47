"""Full-text index of the library: many processes search it at the same time, and one of them writes.

`catch_up` synchronises the index with the library: it indexes changed articles, and removes withdrawn ones.
"""

import datetime as dt
import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import tantivy

from wxbot import library
from wxbot.db import Database
from wxbot.library import Article
from wxbot.library.leads import LeadTexts
from wxbot.search import index_files
from wxbot.search.filters import Filters, section_filter
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import (
    SCHEMA,
    VERSION_MARK,
    Hit,
    IndexedDocument,
    IndexVersion,
    SearchResult,
    read_version,
)
from wxbot.search.index_writer import IndexChanges, write
from wxbot.search.names import NO_NAMES, LibraryNames
from wxbot.search.query import QUERY_CHARS
from wxbot.search.searcher import SearchRequest, find
from wxbot.search.similar import find_similar
from wxbot.search.synonym_suggestions import Suggestion, suggest
from wxbot.search.synonyms import Synonyms

__all__ = ["Index", "catch_up", "document"]

log = logging.getLogger(__name__)

TOLD = 100  # articles between two reports of the progress
CACHED_RESULTS = 1000  # after a push many members ask for the same few words


_SERIALS = itertools.count(1)


class _Snapshot:
    """One commit of the index with a cache of its search results; later commits do not affect it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.reader = IndexReader(searcher)
        self.serial = next(_SERIALS)
        self._results: dict[tuple[SearchRequest, int], SearchResult] = {}

    def search(self, request: SearchRequest, synonyms: Synonyms) -> SearchResult:
        """Return the result of a search, from the cache if possible.

        Two threads with the same request at the same time both search.
        """
        key = (request, synonyms.edition)
        found = self._results.get(key)
        if found is None:
            found = find(self.reader, synonyms, request)
            if len(self._results) >= CACHED_RESULTS:
                self._results.clear()
            self._results[key] = found
        return found


class Index:
    """The search index in one folder. Threads may share it.

    Opening and searching never fail, whatever happens to the folder: a damaged index is replaced by an empty one at
    version 0, and the caller fills it again from the library.
    """

    def __init__(self, folder: Path, synonyms: Path | None = None) -> None:
        self._folder = folder
        self._synonyms = Synonyms(synonyms)
        self._changing = threading.RLock()
        self._view: index_files.View | None = None  # None while the index is in memory
        self._open()

    @classmethod
    def open(cls, folder: Path, synonyms: Path | None = None) -> "Index":
        """Open the index in `folder`; create it if it is missing, and replace it if it is damaged.

        `synonyms` is the editors' synonym file; it may appear, change and disappear at any time.
        """
        return cls(folder, synonyms)

    @property
    def version(self) -> int:
        """The version of the library that the index contains; 0 for an empty index."""
        return self._index_version.version

    @property
    def library(self) -> str:
        """The identity of the indexed library; "" before the first update."""
        return self._index_version.library

    @property
    def in_memory(self) -> bool:
        """True while the folder cannot be used: every process then fills an index of its own at each start."""
        return self._view is None

    @property
    def edition(self) -> tuple[int, int]:
        """A value that changes with articles or synonyms, that is, whenever a search may have another result."""
        self._synonyms.refresh()
        return self._snapshot.serial, self._synonyms.edition

    def reload(self) -> None:
        """Show commits of other processes, and replace a damaged index; costs a few stat calls if nothing changed."""
        if index_files.stamp(self._folder) != self._stamp or not self._is_intact():
            with self._changing:
                self._refresh()

    def update(
        self,
        documents: Iterable[IndexedDocument],
        removed: Iterable[str],
        version: int,
        *,
        since: int | None = None,
        rebuild: bool = False,
        library: str | None = None,
    ) -> bool:
        """Add or replace articles, remove others by id, and set the index's version, in one commit.

        `documents` is consumed before `removed`, and neither is loaded into memory as a whole. An id in both is
        removed.
        `since` is the version to which the changes apply, by default the current one. With `rebuild` the documents
        replace all articles. `library` sets the library's identity.
        Return False without writing if another process is writing or has written since: then read `version` again.
        """
        with self._changing:
            before = self.version if since is None else since
            with self._writing() as engine:
                if engine is None or _index_version(engine.searcher()).version != before:
                    self.reload()
                    return False
                new_version = IndexVersion(version, self.library if library is None else library)
                return self._commit(engine, IndexChanges(documents, removed, new_version, rebuild))

    def clear(self, version: int) -> bool:
        """Remove all articles and set the version; return False if another process is writing."""
        with self._changing:
            self.reload()
            return self.update([], [], version, rebuild=True)

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        *,
        section: str | None = None,
        number: str | None = None,
        now: dt.datetime | None = None,
        names: LibraryNames = NO_NAMES,
        group: Sequence[str] = (),
        exact: bool = False,
    ) -> SearchResult:
        """Search articles, best first; `section` and `number` restrict the search to a section or an issue.

        No character of `query` has a syntactic meaning or is an error. Return at most `limit` hits after `offset`.
        Words such as 去年 and 昨天 refer to `now`, in the association's time zone, and names of publications and former
        names of sections to `names`. The words of `group` count as synonyms too, to show an editor what they would
        change. With `exact` misspelt words are not corrected. Equal searches return the same answer, until the articles
        or the synonyms change: leave its list of hits as it is.
        """
        self._synonyms.refresh()
        if self._view and not self._view.is_safe():
            with self._changing:
                self._refresh()
        within = replace(section_filter(section, names) if section else Filters(), number=number)
        today = now.date() if now else None
        request = SearchRequest(query[:QUERY_CHARS], limit, offset, within, today, names, exact)
        if group:
            return find(self._snapshot.reader, self._synonyms.with_group(group), request)
        return self._snapshot.search(request, self._synonyms)

    def similar(self, article: Article, limit: int) -> list[Hit]:
        """Return the articles that are about the same as this one, best first; none with little in common."""
        return find_similar(
            self._snapshot.reader, article.public_id, article.title, article.paragraphs, limit
        )

    def suggestion(self, query: str) -> Suggestion | None:
        """Suggest a synonym to an editor for a query without hits: a word of the articles that may mean the same."""
        self._synonyms.refresh()
        return suggest(self._snapshot.reader, self._synonyms, query)

    def close(self) -> None:
        """Do nothing: the index holds no resource to release, and still answers from the files it has open."""

    def _open(self) -> None:
        """Open the folder, or an index in memory if the folder cannot be written."""
        stamp, before = index_files.stamp(self._folder), self._view
        self._view = index_files.open_view(self._folder)
        # Without a view, any index that appears in the folder counts as a change.
        self._stamp = stamp if self._view else None
        self._engine = self._view.engine if self._view else index_files.configure(tantivy.Index(SCHEMA))
        self._show(before)

    def _show(self, before: index_files.View | None) -> None:
        """Search the commit in the folder; keep the one before while a replaced index is still empty."""
        searcher = self._engine.searcher()
        self._index_version = _index_version(searcher)
        is_empty = searcher.num_docs == 0
        if not (is_empty and before and before.private):
            self._snapshot = _Snapshot(searcher)

    def _is_intact(self) -> bool:
        return self._view is None or self._view.is_intact()

    def _refresh(self) -> None:
        """Show the current state of the folder: reload, or open it again if files are damaged or private."""
        seen = index_files.stamp(self._folder)
        if self._view is None and seen is None:  # the folder still cannot be written
            self._engine.reload()
            self._show(None)
        elif (
            self._view is None
            or self._view.private
            or (view := index_files.refresh_view(self._view, self._folder)) is None
        ):
            self._open()
        else:
            self._reload(view, seen)

    def _reload(self, view: index_files.View, seen: index_files.Stamp | None) -> None:
        """Show a commit in files that all processes share."""
        try:
            view.engine.reload()
        except ValueError as wrong:
            log.warning("cannot read search index %s: %s", self._folder, wrong)
            self._open()
        else:
            self._stamp, self._view = seen, view
            self._show(None)

    @contextmanager
    def _writing(self) -> Iterator[tantivy.Index | None]:
        if self._view is None:
            yield self._engine
        else:
            with index_files.writing(self._folder) as engine:
                yield engine

    def _commit(self, engine: tantivy.Index, changes: IndexChanges) -> bool:
        try:
            write(engine, changes)
        except ValueError:
            log.exception("cannot write search index %s", self._folder)
            return False
        self._refresh()
        return True


def _index_version(searcher: tantivy.Searcher) -> IndexVersion:
    marks = searcher.search(tantivy.Query.term_query(SCHEMA, "mark", VERSION_MARK), limit=1).hits
    return read_version(searcher.doc(marks[0][1])) if marks else IndexVersion(0, "")


def catch_up(index: Index, db: Database, advance: Callable[[int], None] | None = None) -> bool:
    """Bring the index to the library's version: apply the changes since, or rebuild the index of another library.

    Return whether the index is at that version. If another process is writing the index, return False without changes
    and leave the work to that process. Searches continue meanwhile and see the old articles until the commit.
    `advance` is told how many more articles were read.
    """
    index.reload()
    with db.read() as session:
        identity, version = library.identity(session), library.version(session)
        is_other_library = index.library != identity or index.version > version
        if index.version == version and not is_other_library:
            return True
        since = index.version
        changed = library.changed_since(session, 0 if is_other_library else since)
        withdrawn: list[str] = []
        read = _count_read(changed, advance) if advance else changed
        documents = _documents(read, withdrawn, LeadTexts(session))
        return index.update(
            documents, withdrawn, version, since=since, rebuild=is_other_library, library=identity
        )


def _count_read(articles: Iterator[Article], advance: Callable[[int], None]) -> Iterator[Article]:
    """Yield the articles, and call `advance` now and then."""
    for at, article in enumerate(articles, start=1):
        yield article
        if at % TOLD == 0:
            advance(TOLD)


def document(article: Article, leads: Sequence[str] = ()) -> IndexedDocument:
    """Return the document to index for an article of the library, with the leads that it carries below its text."""
    return IndexedDocument(
        id=article.public_id,
        title=article.title,
        section=article.section,
        body="\n".join((*article.paragraphs, *leads)),
        number=article.issue_key,
        n=article.n,
        date=article.date.isoformat() if article.date else None,
        digest=article.summary,
        url=article.url,
    )


def _documents(
    changed: Iterator[Article], withdrawn: list[str], leads: LeadTexts
) -> Iterator[IndexedDocument]:
    """Yield the documents of changed articles; append the ids of withdrawn articles to `withdrawn`."""
    for article in changed:
        if article.hidden:
            withdrawn.append(article.public_id)
        else:
            yield document(article, leads.paragraphs_of(article))
