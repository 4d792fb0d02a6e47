"""Group commit of the journal: many answered messages are written by one transaction.

A commit costs as much for twenty messages as for one, and SQLite lets one process write at a time. A reply therefore
waits on the event loop (`LoopWriter`) until its journal row is committed together with the rows of its neighbours, at
most until the reply's deadline. `JournalWriter` commits batches: at once in the caller's thread if the SQLite file is
free, otherwise in a thread of its own, which may wait for the database. While the database keeps it waiting too long,
replies go out unwritten, and their notes are kept and written once the database answers again.
"""

import fcntl
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from wxbot.bot import AnsweredMessage, record_answers
from wxbot.db import Database
from wxbot.errors import Busy, Deadlock

__all__ = ["STUCK_SECONDS", "JournalWriter", "OnCommit"]

log = logging.getLogger(__name__)

BATCH = 64
MAX_QUEUED = 5000  # notes that wait for a database that does not answer; limits the memory
# Commits in the caller's thread pause for THREAD_ONLY_SECONDS after one that failed or took longer than SLOW_SECONDS.
SLOW_SECONDS = 0.1
THREAD_ONLY_SECONDS = 5.0
# While the database is known to be stuck a reply waits only this long for its commit: with every thread of a WSGI
# server at its deadline, the messages behind them would miss the platform's five seconds.
STUCK_SECONDS = 0.2

_KEPT_RETRY_SECONDS = 1.0  # between two tries to write kept notes while no message arrives
_DEADLOCK_PAUSES = (0.05, 0.2)  # seconds before each further try

OnCommit = Callable[[str | None], None]


class JournalWriter:
    """Commit notes in batches; threads may share it. `close` writes what is queued and ends the thread.

    For each note the writer gives the reply that counts: the note's own; or the stored one if the message, known by
    its idempotency key, was answered before; or None if the note could not be written in time. Such a note is kept and
    written later, unless its reply would have confirmed a change: the member is told that nothing was saved, and may
    have decided otherwise by then.

    Parameters
    ----------
    list_minutes : for how many minutes a member's last list is valid
    max_queued : how many notes may wait for the thread, kept ones included
    """

    def __init__(self, db: Database, list_minutes: int, max_queued: int = MAX_QUEUED) -> None:
        self._db = db
        self._list_minutes = list_minutes
        self._max_queued = max_queued
        self._queue: queue.SimpleQueue[_QueuedNote | None] = queue.SimpleQueue()
        self._after_batch: list[Callable[[], None]] = []
        self._kept: list[AnsweredMessage] = []  # their replies went out; only the thread changes it
        self._stuck = False
        self._lock = _WriterLock(db)
        self._hasty = db.open_nonblocking() if db.is_sqlite else None
        self._hasty_lock = _WriterLock(db)
        self._try_from = 0.0
        self._thread = threading.Thread(target=self._work, name="journal-writer", daemon=True)
        self._thread.start()

    @property
    def is_stuck(self) -> bool:
        """True from the first note that the database kept waiting too long until the next batch is committed."""
        return self._stuck

    def report_stuck(self) -> None:
        """Record that a reply went out at its deadline, before its commit."""
        self._stuck = True

    def submit(self, note: AnsweredMessage, on_commit: OnCommit) -> bool:
        """Queue a note for the thread; False, and `on_commit` is never called, when the queue is full.

        `on_commit` is called in the writer's thread once the note's transaction is over, with the reply that counts.
        """
        if self._queue.qsize() + len(self._kept) >= self._max_queued:
            return False
        self._queue.put(_QueuedNote(note, on_commit))
        return True

    def try_commit(self, notes: Sequence[AnsweredMessage]) -> list[str] | None:
        """Commit notes in the calling thread, always the same one; return the replies that count, in order.

        None, and nothing is written, when that is impossible without waiting: retry, or submit the notes. A commit to
        a free SQLite file takes less time than waking the writer's thread; PostgreSQL always gives None.
        """
        started = time.perf_counter()
        if (
            self._hasty is None
            or self._stuck
            or started < self._try_from
            or not self._hasty_lock.try_acquire()
        ):
            return None
        try:
            replies = self._commit(self._hasty, notes)
        except Busy:
            return None
        finally:
            self._hasty_lock.release()
        if replies is None or time.perf_counter() - started > SLOW_SECONDS:
            self._try_from = started + THREAD_ONLY_SECONDS
        return replies

    def after_batch(self, call: Callable[[], None]) -> None:
        """Register `call` to run in the writer's thread after each batch, when its `on_commit` calls are done."""
        self._after_batch.append(call)

    def close(self) -> None:
        """Write what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join(timeout=5.0)
        if self._hasty is not None:
            self._hasty.close()

    def _work(self) -> None:
        closing = False
        while not closing:
            batch, closing = self._next_batch()
            for queued, reply in zip(batch, self._write(batch), strict=True):
                queued.on_commit(reply)
            for call in self._after_batch:
                call()
        if self._kept:
            log.error(
                "%d journal entries are lost: the database did not answer until the end", len(self._kept)
            )

    def _next_batch(self) -> "tuple[list[_QueuedNote], bool]":
        """Wait for a note; return it with all that are queued behind it, and whether to end after them.

        Return none when it is time to try the kept notes again.
        """
        batch: list[_QueuedNote] = []
        try:
            queued = self._queue.get(timeout=_KEPT_RETRY_SECONDS if self._kept else None)
        except queue.Empty:
            return batch, False
        while queued is not None:
            batch.append(queued)
            if len(batch) == BATCH or self._queue.empty():
                return batch, False
            queued = self._queue.get()
        return batch, True

    def _write(self, batch: "Sequence[_QueuedNote]") -> Sequence[str | None]:
        """Commit the kept notes, then a batch; return the batch's replies that count, None where writing failed."""
        notes = [queued.note for queued in batch]
        try:
            while self._kept:
                written = self._kept[:BATCH]
                self._commit_acceptable(written)
                del self._kept[: len(written)]
            replies = self._commit_acceptable(notes)
        except Busy as error:
            self._stuck = True
            self._kept += [note for note in notes if not note.answer.changes_state]
            if notes:
                log.error("%d replies go out before their commit: %s", len(notes), error)
            return [None] * len(notes)
        self._stuck = False
        return replies

    def _commit_acceptable(self, notes: Sequence[AnsweredMessage]) -> Sequence[str | None]:
        """Commit the notes that the database accepts, waiting for it; return the replies, None for the others.

        Raises
        ------
        Busy : another program holds the database
        """
        replies = self._commit_waiting(notes) if notes else []
        if replies is not None:
            return replies
        # One note that the database refuses must not prevent the others' entries: write them one by one.
        return [None] if len(notes) == 1 else [self._commit_acceptable([note])[0] for note in notes]

    def _commit_waiting(self, notes: Sequence[AnsweredMessage]) -> list[str] | None:
        """Commit notes, waiting for the database; write again what a deadlock with another server undid.

        Raises
        ------
        Busy : another program holds the database, or each try ended in a deadlock
        """
        with self._lock.hold():
            for pause in _DEADLOCK_PAUSES:
                with suppress(Deadlock):
                    return self._commit(self._db, notes)
                # The other server goes on first: written again at once, the same rows would meet its next statement.
                time.sleep(pause)
            return self._commit(self._db, notes)

    def _commit(self, db: Database, notes: Sequence[AnsweredMessage]) -> list[str] | None:
        """Write notes in one transaction; None, with the failure in the log, when the database refuses one of them.

        Raises
        ------
        Busy : another program holds the database
        """
        try:
            with db.begin() as session:
                return record_answers(session, notes, self._list_minutes)
        except Busy:
            raise
        except Exception:
            # Entry point of the writer's thread and of a callback on the event loop: an exception would end both.
            log.exception("a batch of %d journal entries could not be written", len(notes))
            return None


class _QueuedNote(NamedTuple):
    """A note in the writer's queue, and the callback for its outcome."""

    note: AnsweredMessage
    on_commit: OnCommit


class _WriterLock:
    """A lock among the journal writers of all processes on one SQLite file; without effect on PostgreSQL.

    A process that finds SQLite locked sleeps for up to a hundred milliseconds before it retries: longer than the
    other's commit takes. A lock on a file beside the database wakes the next process immediately.
    """

    def __init__(self, db: Database) -> None:
        path = db.engine.url.database if db.is_sqlite else None
        self._file = Path(f"{path}.journal-lock").open("w") if path else None  # noqa: SIM115  held as long as its writer

    def try_acquire(self) -> bool:
        """Take the lock if it is free; return whether it was."""
        if self._file is None:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def hold(self) -> Generator[None]:
        """Wait for the lock and hold it for the block."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            self.release()
