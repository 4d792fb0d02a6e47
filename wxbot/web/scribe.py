"""The scribe: writes down what was answered, many messages in one transaction.

A commit costs as much for twenty messages as for one, and SQLite lets one process write at a time. So whoever
answers hands a note to one thread a process, which writes all that came in since its last commit. An answer goes
out only after its commit; or, when the database keeps the scribe waiting, at its deadline without.
"""

import fcntl
import logging
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from wxbot.bot import Note, keep
from wxbot.db import Database
from wxbot.errors import Busy

__all__ = ["Scribe"]

log = logging.getLogger(__name__)

BATCH = 64
# Once the database kept a note waiting, the next ones wait only this long, until it answers again: with every thread
# at its deadline, whoever stands in line behind them would miss the platform's five seconds.
STUCK_SECONDS = 0.2
WAITING = 5000  # notes kept for a database that does not answer; more would only cost memory


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
        self._turn = _turns(db)
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
            with self._turn(), self._db.begin() as session:
                counts = keep(session, [slip.note for slip in slips], self._list_minutes)
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


def _turns(db: Database) -> Callable[[], AbstractContextManager[None]]:
    """How the scribes of several processes take turns at one database.

    SQLite lets whoever finds it locked sleep for milliseconds, up to a hundred, and try again: longer than the other
    needs. A lock on a file beside it wakes the next one at once.
    """
    if not db.is_sqlite or db.engine.url.database is None:
        return nullcontext
    path = Path(db.engine.url.database + ".scribe")

    @contextmanager
    def turn() -> Generator[None]:
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    return turn
