"""Answers that came after their time: written where their members find them.

An answer's promise is written with the journal, by the scribe; the answer itself when its thread comes to an end. What
the database turns away is kept here and tried again, until nobody may ask for it any more.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from wxbot.bot import Answer, Note, record_answers, record_deferred
from wxbot.db import Database
from wxbot.errors import Busy

__all__ = ["Debts"]

log = logging.getLogger(__name__)

MOST = 1000  # debts of one process that wait for the database; more would only cost memory


@dataclass(frozen=True, slots=True)
class _Debt:
    """A promise or a report and, of a promise, the answer once it is there."""

    note: Note
    answer: Answer | None


class Debts:
    """Pays when `pay` is called, which the application does every second; threads may share it."""

    def __init__(self, db: Database, list_minutes: int, clock: Callable[[], dt.datetime]) -> None:
        self._db = db
        self._list_minutes = list_minutes
        self._clock = clock
        self._open: list[_Debt] = []
        self._coming = 0
        self._changing = threading.Lock()
        self._paying = threading.Lock()

    @property
    def coming(self) -> int:
        """How many answers are on their way."""
        return self._coming

    def unwritten(self, note: Note) -> None:
        """A promise went out, or a report came in, before it could be written."""
        self._add(_Debt(note, None))

    def expect(self, note: Note, coming: "Future[Answer | None]") -> None:
        """A promise went out; its answer is on its way, or perhaps fails."""

        def came(done: "Future[Answer | None]") -> None:
            answer = done.result() if done.exception() is None else None
            if answer is not None:
                self._add(_Debt(note, answer))
            with self._changing:
                self._coming -= 1

        with self._changing:
            self._coming += 1
        coming.add_done_callback(came)

    def pay(self) -> int:
        """Write what is there to be written, until the database turns one away; gives how many debts were paid."""
        with self._paying:
            with self._changing:
                due, self._open = self._open, []
            for at, debt in enumerate(due):
                try:
                    self._paid(debt)
                except Busy:
                    self._keep(due[at:])
                    return at
            return len(due)

    def _keep(self, debts: Sequence[_Debt]) -> None:
        """Keep for the next time those of whom somebody may still ask."""
        time = dt.timedelta(minutes=self._list_minutes)
        with self._changing:
            self._open = [debt for debt in debts if self._clock() < debt.note.now + time] + self._open

    def _add(self, debt: _Debt) -> None:
        with self._changing:
            if len(self._open) < MOST:
                self._open.append(debt)
                return
        log.error("a late answer is dropped: %d others wait for the database", MOST)

    def _paid(self, debt: _Debt) -> None:
        """Write one; Busy when that cannot be done now."""
        try:
            with self._db.begin() as session:
                if debt.answer is None:
                    record_answers(session, [debt.note], self._list_minutes)
                else:
                    record_deferred(session, debt.note, debt.answer, self._list_minutes)
        except Busy:
            raise
        except Exception:
            log.exception("a late answer could not be written")
