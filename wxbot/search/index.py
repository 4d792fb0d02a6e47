"""The index over the library: many processes search it at once, one of them writes."""

import datetime as dt
import itertools
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from wxbot.search import index_files, tokenizer
from wxbot.search.filters import Filters
from wxbot.search.index_reader import IndexReader
from wxbot.search.index_schema import (
    MARK,
    SCHEMA,
    Document,
    IndexVersion,
    SearchResult,
    engine_document,
    mark,
    standing,
)
from wxbot.search.query import QUERY_CHARS
from wxbot.search.searcher import SearchRequest, find
from wxbot.search.synonym_suggestions import Suggestion, suggest
from wxbot.search.synonyms import Synonyms

__all__ = ["Index"]

log = logging.getLogger(__name__)

WRITER_BYTES = 30_000_000
REMEMBERED = 1000  # answers: after a push many members ask the same few words


@dataclass(frozen=True)
class _Changes:
    """What one commit does; `anew` when nothing stays of what was there."""

    documents: Iterable[Document]
    removed: Iterable[str]
    standing: IndexVersion
    anew: bool


_SERIALS = itertools.count(1)


class _State:
    """What a search sees from beginning to end, whatever is committed meanwhile, and the answers given on it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.engine = IndexReader(searcher)
        self.serial = next(_SERIALS)
        self._answers: dict[tuple[SearchRequest, int], SearchResult] = {}

    def answer(self, asked: SearchRequest, synonyms: Synonyms) -> SearchResult:
        """Find, or give again what was found; two threads that ask the same at once both find."""
        question = (asked, synonyms.edition)
        found = self._answers.get(question)
        if found is None:
            found = find(self.engine, synonyms, asked)
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[question] = found
        return found


class Index:
    """Articles to be found by what members type. Threads may share it.

    Whatever happens to its folder, opening and searching never fail: what is damaged is begun anew at version 0,
    and `version` tells the caller what is missing.
    """

    def __init__(self, folder: Path, synonyms: Path | None = None) -> None:
        self._folder = folder
        self._synonyms = Synonyms(synonyms)
        self._changing = threading.RLock()
        self._view: index_files.View | None = None  # none while the articles live in memory
        self._open()

    @classmethod
    def open(cls, folder: Path, synonyms: Path | None = None) -> "Index":
        """Open the index in `folder`, which is made when missing and replaced when damaged.

        `synonyms` is the editors' file of words that mean the same; it may come, change and go at any time.
        """
        return cls(folder, synonyms)

    @property
    def version(self) -> int:
        """The library's version that the folder stands at; 0 when it was just begun and must be filled."""
        return self._standing.version

    @property
    def library(self) -> str:
        """Which library this is an index of, as its last update said; "" when none did."""
        return self._standing.library

    @property
    def edition(self) -> tuple[int, int]:
        """Changes whenever a question may be answered otherwise than before: other articles, or other synonyms."""
        self._synonyms.refresh()
        return self._state.serial, self._synonyms.edition

    def reload(self) -> None:
        """Take up what another process has committed, and begin anew what was damaged; costs a few stats."""
        if index_files.stamp(self._folder) != self._seen or not self._whole():
            with self._changing:
                self._refresh()

    def update(
        self,
        documents: Iterable[Document],
        removed: Iterable[str],
        version: int,
        *,
        since: int | None = None,
        anew: bool = False,
        library: str | None = None,
    ) -> bool:
        """Put in articles, take others out by id, and let the index stand at the library's `version`: all or nothing.

        `documents` is read to its end before `removed`, which therefore wins; neither is kept in memory.
        `since` is the version that the changes are counted from, by default the one this index shows; with `anew`
        the documents are all there is. `library` names the library from now on.
        False, with nothing written, when another process is writing or has written since: ask `version` again.
        """
        with self._changing:
            before = self.version if since is None else since
            with self._writing() as engine:
                if engine is None or _standing(engine.searcher()).version != before:
                    self.reload()
                    return False
                standing = IndexVersion(version, self.library if library is None else library)
                return self._commit(engine, _Changes(documents, removed, standing, anew))

    def clear(self, version: int) -> bool:
        """Take out every article and stand at `version`; False when another process is writing."""
        with self._changing:
            self.reload()
            return self.update([], [], version, anew=True)

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        *,
        section: str | None = None,
        number: str | None = None,
        now: dt.datetime | None = None,
    ) -> SearchResult:
        """Find articles by what a member typed, best first, within a section or an issue where one is named.

        Nothing in `query` is syntax and nothing in it is an error; at most `limit` hits come back, after `offset`.
        `now`, in the account's zone, is what 去年 and 昨天 in a query count from. Who asks the same gets the very same
        answer, until the articles or the synonyms change: leave its list of hits as it is.
        """
        self._synonyms.refresh()
        if self._view and not self._view.safe():
            with self._changing:
                self._refresh()
        within = Filters(section=tokenizer.key(section) if section else None, number=number)
        asked = SearchRequest(query[:QUERY_CHARS], limit, offset, within, now.date() if now else None)
        return self._state.answer(asked, self._synonyms)

    def suggestion(self, query: str) -> Suggestion | None:
        """Which word of the articles a member may have meant whose query finds nothing; a guess for an editor."""
        self._synonyms.refresh()
        return suggest(self._state.engine, self._synonyms, query)

    def close(self) -> None:
        """Nothing is held that must be given back; a closed index still answers from what it had open."""

    def _open(self) -> None:
        """Open the folder, or keep the articles in memory where the disk has no room for them."""
        seen, before = index_files.stamp(self._folder), self._view
        self._view = index_files.open_view(self._folder)
        self._seen = seen if self._view else None  # whatever comes to be in the folder is taken up
        self._engine = self._view.engine if self._view else index_files.ready(tantivy.Index(SCHEMA))
        self._show(before)

    def _show(self, before: index_files.View | None) -> None:
        """Search the state that the folder holds; while it is empty because it was begun anew, the one before."""
        searcher = self._engine.searcher()
        self._standing = _standing(searcher)
        begun = searcher.num_docs == 0
        if not (begun and before and before.private):
            self._state = _State(searcher)

    def _whole(self) -> bool:
        return self._view is None or self._view.whole()

    def _refresh(self) -> None:
        seen = index_files.stamp(self._folder)
        if self._view is None and seen is None:  # still no room on the disk
            self._engine.reload()
            self._show(None)
        elif (
            self._view is None
            or self._view.private
            or (view := index_files.still(self._view, self._folder)) is None
        ):
            self._open()
        else:
            self._reload(view, seen)

    def _reload(self, view: index_files.View, seen: index_files.Stamp | None) -> None:
        """Let the engine take up a commit to files that all processes share."""
        try:
            view.engine.reload()
        except ValueError as wrong:
            log.warning("检索索引 %s 读不出：%s", self._folder, wrong)
            self._open()
        else:
            self._seen, self._view = seen, view
            self._show(None)

    @contextmanager
    def _writing(self) -> Iterator[tantivy.Index | None]:
        if self._view is None:
            yield self._engine
        else:
            with index_files.writing(self._folder) as engine:
                yield engine

    def _commit(self, engine: tantivy.Index, changes: _Changes) -> bool:
        try:
            _write(engine, changes)
        except ValueError:
            log.exception("检索索引 %s 写入失败", self._folder)
            return False
        self._refresh()
        return True


def _write(engine: tantivy.Index, changes: _Changes) -> None:
    """One commit: articles and version together, so that a kill leaves the one state or the other."""
    writer = engine.writer(WRITER_BYTES, 1)
    if changes.anew:
        writer.delete_all_documents()
    for document in changes.documents:
        writer.delete_documents_by_term("id", document.id)
        writer.add_document(engine_document(document))
    for id_ in changes.removed:
        writer.delete_documents_by_term("id", id_)
    writer.delete_documents_by_term("mark", MARK)
    writer.add_document(mark(changes.standing))
    writer.commit()
    writer.wait_merging_threads()


def _standing(searcher: tantivy.Searcher) -> IndexVersion:
    marks = searcher.search(tantivy.Query.term_query(SCHEMA, "mark", MARK), limit=1).hits
    return standing(searcher.doc(marks[0][1])) if marks else IndexVersion(0, "")
