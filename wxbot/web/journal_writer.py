"""The scribe: writes down what was answered, many messages in one transaction.

A commit costs as much for twenty messages as for one, and SQLite lets one process write at a time. So whoever
answers hands a note to one thread a process, which writes all that came in since its last commit. An answer goes
out only after its commit; or, when the database keeps the scribe waiting, at its deadline without.

A commit to a SQLite file is a few writes into the operating system's memory, and takes less time than waking that
thread: `at_once` does it in the caller's, when nobody has to be waited for.
"""

import fcntl
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wxbot.bot import Note, record_answers
from wxbot.db import Database
from wxbot.errors import Busy

__all__ = ["Scribe"]

log = logging.getLogger(__name__)

BATCH = 64
# Once the database kept a note waiting, the next ones wait only this long, until it answers again: with every thread
# at its deadline, whoever stands in line behind them would miss the platform's five seconds.
STUCK_SECONDS = 0.2
WAITING = 5000  # notes kept for a database that does not answer; more would only cost memory
# After a commit that took so long, or failed, nobody commits in a thread that others wait for, for so long.
SLOW_SECONDS = 0.1
THREAD_ONLY_SECONDS = 5.0


@dataclass(slots=True)
class _Slip:
    """A note on its way; `written` is told the answer that counts, or None when it could not be written."""

    note: Note
    written: Callable[[str | None], None]


class Scribe:
    """Writes notes to `db` in a thread of its own; `close` ends it when all is written."""

    def __init__(self, db: Database, list_minutes: int) -> None:
        self._db = db
        self._list_minutes = list_minutes
        self._waiting: queue.SimpleQueue[_Slip | None] = queue.SimpleQueue()
        self._after_batch: list[Callable[[], None]] = []
        self._stuck = False
        self._turn = _Turn(db)
        self._hasty = db.open_nonblocking() if db.is_sqlite else None
        self._hasty_turn = _Turn(db)
        self._at_once_from = 0.0
        self._thread = threading.Thread(target=self._work, name="scribe", daemon=True)
        self._thread.start()

    def hand_in(self, note: Note, written: Callable[[str | None], None]) -> bool:
        """Have a note written. `written` is called from the scribe's thread, once its transaction is over.

        It is told the answer that counts: the stored one, when the message was answered before; or None, when the
        note could not be written. False, and nothing will happen, when too many are waiting already.
        """
        if self._waiting.qsize() >= WAITING:
            return False
        self._waiting.put(_Slip(note, written))
        return True

    def at_once(self, notes: Sequence[Note]) -> list[str] | None:
        """Write notes in this thread, which is always the same one: the answers that count, in their order.

        None, and nothing is written, when that cannot be done without waiting: hand them in then, or try again.
        """
        started = time.perf_counter()
        if self._hasty is None or self._stuck or started < self._at_once_from or not self._hasty_turn.take():
            return None
        try:
            with self._hasty.begin() as session:
                return record_answers(session, notes, self._list_minutes)
        except Busy:
            return None
        except Exception:
            # The thread finds out which of them it is.
            log.exception("%d answers could not be written at once", len(notes))
            self._at_once_from = started + THREAD_ONLY_SECONDS
            return None
        finally:
            self._hasty_turn.give_back()
            if time.perf_counter() - started > SLOW_SECONDS:
                self._at_once_from = started + THREAD_ONLY_SECONDS

    def write(self, note: Note, seconds: float) -> str | None:
        """Write one note and wait for it: the answer that counts, or None when that failed or took too long."""
        done, told = threading.Lock(), list[str | None]()

        def written(counts: str | None) -> None:
            told.append(counts)
            done.release()

        done.acquire()
        if not self.hand_in(note, written):
            return None
        patience = min(seconds, STUCK_SECONDS) if self._stuck else seconds
        if done.acquire(timeout=max(patience, 0.0)):
            return told[0]
        self._stuck = True
        log.error("the database does not answer in time")
        return None

    def after_batch(self, call: Callable[[], None]) -> None:
        """Call this, from the scribe's thread, whenever a transaction is over and its notes were told."""
        self._after_batch.append(call)

    def close(self) -> None:
        """Write what is waiting, then end."""
        self._waiting.put(None)
        self._thread.join(timeout=5.0)
        if self._hasty is not None:
            self._hasty.close()

    def _work(self) -> None:
        closing = False
        while not closing:
            slips, closing = self._next()
            for slip, counts in zip(slips, self._written(slips), strict=True):
                slip.written(counts)
            for call in self._after_batch:
                call()

    def _next(self) -> tuple[list[_Slip], bool]:
        """What is waiting, once anything is; and whether to end after it."""
        slips: list[_Slip] = []
        slip = self._waiting.get()
        while slip is not None:
            slips.append(slip)
            if len(slips) == BATCH or self._waiting.empty():
                return slips, False
            slip = self._waiting.get()
        return slips, True

    def _written(self, slips: Sequence[_Slip]) -> Sequence[str | None]:
        """The answers that count, in order; None for what could not be written."""
        if not slips:
            return ()
        try:
            with self._turn.waited(), self._db.begin() as session:
                counts = record_answers(session, [slip.note for slip in slips], self._list_minutes)
        except Busy as wrong:
            self._stuck = True
            log.error("%d answers go out without being written: %s", len(slips), wrong)
        except Exception:
            # One note that no table takes must not cost the others theirs.
            if len(slips) > 1:
                return [self._written([slip])[0] for slip in slips]
            log.exception("an answer goes out without being written")
        else:
            self._stuck = False
            return counts
        return [None] * len(slips)


class _Turn:
    """How the scribes of several processes take turns at one database.

    SQLite lets whoever finds it locked sleep for milliseconds, up to a hundred, and try again: longer than the other
    needs. A lock on a file beside it wakes the next one at once. PostgreSQL needs none.
    """

    def __init__(self, db: Database) -> None:
        path = db.engine.url.database if db.is_sqlite else None
        self._file = Path(f"{path}.scribe").open("w") if path else None  # noqa: SIM115  held as long as its scribe

    def take(self) -> bool:
        """Whether it is our turn this instant."""
        if self._file is None:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        """Let the next one have it."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def waited(self) -> Generator[None]:
        """Our turn, for which to wait as long as it takes."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            self.give_back()
