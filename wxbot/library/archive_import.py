"""Import an archive: thousands of files in one call that can be killed at any moment and goes on when it is repeated.

    scan      find out which files are in the library already, by the digest of their content
    read      read the others in several processes, and store them in batches, each a transaction
    settle    publish the issues without doubts, once the numbers and dates of all their neighbours are known
    rows      tell what became of each file, for the report

Nothing of an archive is marked for planning. What became of the files is in the database, so that the report of an
import that was killed is that of one that was not.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing

from wxbot.bulletin import ARCHIVE, FoundFile, ReaderPool
from wxbot.db import Database
from wxbot.errors import BulletinError
from wxbot.library.archive_batch import prepare_file, store_batch
from wxbot.library.archive_files import (
    ArchiveFile,
    file_digest,
    files_of_import,
    known_archive_files,
    save_archive_file,
    stored_contents,
)
from wxbot.library.archive_foresee import foresee_batch, foresee_settling
from wxbot.library.archive_lines import batches, import_lines
from wxbot.library.archive_record import ArchiveOrder, ReadFile
from wxbot.library.archive_settle import settle_batch
from wxbot.library.decision import Outcome
from wxbot.library.habits import learn_habits
from wxbot.library.ingest import readable_path, refusal
from wxbot.library.reading import KnownFiles, read_ahead

__all__ = ["ArchiveImporter"]

_SCANNED = 200
_STORED = 20

_SECONDS = 2.0
"""Time after which issues that were read are stored, even if they are few."""

_SETTLED = 50
_PAUSE = 0.02


class ArchiveImporter:
    """The import of some files; each step yields the number of files, lines or issues that it is done with.

    Parameters
    ----------
    readers : processes that read the files
    order : what is to be done with the issues
    dry_run : only foresee what would happen; the database is not written
    batch : issues that are stored together, at most
    """

    def __init__(
        self,
        db: Database,
        readers: ReaderPool,
        order: ArchiveOrder,
        *,
        dry_run: bool = False,
        batch: int = _STORED,
    ) -> None:
        self.lines = 0  # of the `.jsonl` files, as far as scanned
        self._db = db
        self._readers = readers
        self._order = order
        self._dry_run = dry_run
        self._batch = batch
        self._pending: list[tuple[FoundFile, ArchiveFile]] = []
        self._foreseen: list[ArchiveFile] = []

    @property
    def files(self) -> int:
        """Number of files to read, as far as scanned."""
        return len(self._pending)

    def scan(self, files: Iterable[FoundFile]) -> Iterator[int]:
        """Find the files whose content is not in the library yet; the others need not be read."""
        position = 0
        for some in batches(files, _SCANNED):
            rows = []
            for found in some:
                position += 1
                digest, lines = file_digest(found)
                name = readable_path(found.path.absolute())
                rows.append((found, self._new_row(name, position, digest)))
                self.lines += lines if _is_archive(found) else 0
            kept = self._skip_known([row for _, row in rows])
            self._pending += [(found, row) for found, row in rows if row.file not in kept]
            yield len(some)

    def read(self) -> Iterator[int]:
        """Read the files that `scan` found, and store them."""
        rows = {found.path: row for found, row in self._pending}
        with self._db.read() as session:
            known = KnownFiles.load(session, self._readers.limits)
            learned = learn_habits(session, without_import=self._order.import_id)
        options = {"settled": None, "habits": self._order.configured.merge(learned)}
        listed = [found for found, _ in self._pending]
        batch: list[ReadFile] = []
        began = time.monotonic()
        with closing(read_ahead(self._readers, listed, known, options)) as readings:
            for reading in readings:
                row = rows[reading.found.path]
                if _is_archive(reading.found) and reading.error is None:
                    yield from self._import_lines(reading.found, row)
                    continue
                batch.append(prepare_file(self._db, self._order, reading, row))
                if len(batch) == self._batch or time.monotonic() - began > _SECONDS:
                    self._store(batch)
                    yield len(batch)
                    batch, began = [], time.monotonic()
        self._store(batch)
        yield len(batch)

    def settle(self) -> Iterator[int]:
        """Publish the issues that wait for the end of the import, or hold them for a look."""
        if self._dry_run:
            with self._db.read() as session:
                foresee_settling(session, self._order, self._foreseen)
            return
        while True:
            with self._db.begin() as session:
                settled = settle_batch(session, self._order, _SETTLED)
            if not settled:
                return
            self._pause()
            yield settled

    def rows(self) -> Iterator[ArchiveFile]:
        """Yield what became of each file, in the order of the files."""
        if self._dry_run:
            yield from sorted(self._foreseen, key=lambda row: row.position)
            return
        with self._db.read() as session:
            yield from files_of_import(session, self._order.import_id)

    def _new_row(self, name: str, position: int, digest: str) -> ArchiveFile:
        """Return the record of a file before anything is known about it."""
        empty = {"publication": "", "content": "", "says": "", "remedy": "", "problems": [], "lines": 0}
        given = {"file": name, "position": position, "digest": digest, "import_id": self._order.import_id}
        return ArchiveFile(
            **given, **empty, key="", outcome=Outcome.REFUSED, year=None, date=None, counts=None
        )

    def _skip_known(self, rows: list[ArchiveFile]) -> set[str]:
        """Record the files whose content is in the library; return their names."""
        with self._db.read() as session:
            known = known_archive_files(session, {row.digest for row in rows if row.digest})
            stored = stored_contents(session, {each.key for each in known if each.content})
        by_digest = {each.digest: each for each in known if _is_stored(each, stored)}
        mine = {each.file: each for each in known if each.import_id == self._order.import_id}
        kept, again = set(), []
        for row in rows:
            before, found = mine.get(row.file), by_digest.get(row.digest)
            if before is not None and before.digest == row.digest and self._goes_on(row, before, stored):
                kept.add(row.file)
                if before.content:
                    self._order.taken.setdefault(before.key, before.file)
            elif found is not None and found.outcome != Outcome.HELD:
                row.outcome, row.key, row.content = Outcome.SAME, found.key, found.content
                row.publication, row.year, row.date = found.publication, found.year, found.date
                self._order.taken.setdefault(row.key, row.file)
                kept.add(row.file)
                again.append(row)
        self._save_rows(again)
        return kept

    def _goes_on(self, row: ArchiveFile, before: ArchiveFile, stored: dict[str, str]) -> bool:
        """Tell if this import is done with a file; lines of a `.jsonl` file that are stored are counted on."""
        if before.counts is not None:
            row.counts, row.lines, row.problems = before.counts, before.lines, before.problems
            return before.outcome != Outcome.HELD
        return _is_stored(before, stored)

    def _save_rows(self, rows: list[ArchiveFile]) -> None:
        """Record what became of some files."""
        if self._dry_run:
            self._foreseen += rows
        elif rows:
            with self._db.begin() as session:
                for row in rows:
                    save_archive_file(session, row)

    def _store(self, batch: list[ReadFile]) -> None:
        """Store the issues of some files in one transaction; a dry run only foresees what becomes of them."""
        if self._dry_run:
            with self._db.read() as session:
                foresee_batch(session, self._order, batch)
            self._foreseen += [each.row for each in batch]
            return
        while batch:
            with self._db.begin() as session:
                done = store_batch(session, self._order, batch, self._readers.limits)
            batch = batch[done:]
            self._pause()

    def _pause(self) -> None:
        """Let other processes write: those that wait for the lock of an SQLite file only look at it now and then."""
        if self._db.is_sqlite and not self._dry_run:
            time.sleep(_PAUSE)

    def _import_lines(self, found: FoundFile, row: ArchiveFile) -> Iterator[int]:
        """Import a `.jsonl` file."""
        try:
            for done in import_lines(self._db, found, row, dry_run=self._dry_run):
                self._pause()
                yield done
        except BulletinError as error:
            result = refusal(found.path, error)
            row.outcome, row.says, row.remedy = Outcome.REFUSED, result.says, result.remedy
        self._save_rows([row])
        yield 1


def _is_archive(found: FoundFile) -> bool:
    """Tell if a file is an archive of articles, not a bulletin."""
    return not found.problem and found.path.suffix.lower() == ARCHIVE


def _is_stored(row: ArchiveFile, stored: dict[str, str]) -> bool:
    """Tell if the content of a file is still what its issue has from its source."""
    return bool(row.content) and stored.get(row.key) == row.content
