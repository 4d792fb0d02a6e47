"""The scribe: writes down what was answered, many messages in one transaction, and keeps no answer waiting too long.

A commit costs as much for twenty messages as for one, and SQLite lets one process write at a time. So the threads
that answer hand their notes to one thread a process, which writes all that came in since its last commit. An
answer goes out only after its commit; or, when the database keeps the scribe waiting, at its deadline without.
"""

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from wxbot.bot import Note, keep
from wxbot.db import Database
from wxbot.errors import Busy

__all__ = ["Late", "Scribe"]

BATCH = 64
# Once the database kept a note waiting, the next ones wait only this long, until it answers again: with every thread
# at its deadline, whoever stands in line behind them would miss the platform's five seconds.
STUCK_SECONDS = 0.2
WAITING = 5000  # notes kept for a database that does not answer; more would only cost memory


class Late(Exception):
    """The note was not written in time; it may be yet."""


@dataclass(slots=True)
class _Slip:
    """A note on its way; `done` is released when it was written, then `counts` is set, or when it has failed."""

    note: Note
    done: threading.Lock = field(default_factory=threading.Lock)
    counts: str = ""
    failure: Exception | None = None


class Scribe:
    """Writes notes to `db` in a thread of its own; `close` ends it when all is written."""

    def __init__(self, db: Database, list_minutes: int) -> None:
        self._db = db
        self._list_minutes = list_minutes
        self._waiting: queue.SimpleQueue[_Slip | None] = queue.SimpleQueue()
        self._stuck = False
        self._thread = threading.Thread(target=self._work, name="scribe", daemon=True)
        self._thread.start()

    def write(self, note: Note, seconds: float) -> str:
        """Write one note; gives the answer that counts, which is the stored one of a message answered before.

        Raises Late when it takes longer than `seconds`, and what the database raises, such as Busy.
        """
        slip = _Slip(note)
        slip.done.acquire()
        if self._waiting.qsize() >= WAITING:
            raise Late
        self._waiting.put(slip)
        patience = min(seconds, STUCK_SECONDS) if self._stuck else seconds
        if not slip.done.acquire(timeout=max(patience, 0.0)):
            self._stuck = True
            raise Late
        if slip.failure is not None:
            raise slip.failure
        return slip.counts

    def close(self) -> None:
        """Write what is waiting, then end."""
        self._waiting.put(None)
        self._thread.join(timeout=5.0)

    def _work(self) -> None:
        closing = False
        while not closing:
            slips, closing = self._next()
            if slips:
                self._write(slips)
            for slip in slips:
                slip.done.release()

    def _next(self) -> tuple[list[_Slip], bool]:
        """What is waiting, once anything is; and whether to end after it."""
        slips: list[_Slip] = []
        slip = self._waiting.get()
        while slip is not None and len(slips) < BATCH:
            slips.append(slip)
            try:
                slip = self._waiting.get_nowait()
            except queue.Empty:
                return slips, False
        if slip is not None:
            slips.append(slip)
        return slips, slip is None

    def _write(self, slips: Sequence[_Slip]) -> None:
        try:
            with self._db.begin() as session:
                counts = keep(session, [slip.note for slip in slips], self._list_minutes)
        except Exception as wrong:  # noqa: BLE001  the door of this thread: whoever waits gets the failure
            self._failed(slips, wrong)
            return
        self._stuck = False
        for slip, answer in zip(slips, counts, strict=True):
            slip.counts = answer

    def _failed(self, slips: Sequence[_Slip], wrong: Exception) -> None:
        """One note that no table takes must not cost the others theirs; a database that is busy refuses all."""
        if len(slips) > 1 and not isinstance(wrong, Busy):
            for slip in slips:
                self._write([slip])
            return
        self._stuck = isinstance(wrong, Busy)
        for slip in slips:
            slip.failure = wrong
