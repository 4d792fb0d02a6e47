"""Deferred answers: an answer that was not ready before its deadline is written for the member's next message.

The promise is written with the journal, the answer when its thread has computed it. Notes and answers that the database
refuses for the moment are kept in memory and retried every second, until the deferred answer expires.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from wxbot.bot import Answer, AnsweredMessage, record_answers, record_deferred
from wxbot.db import Database
from wxbot.errors import Busy

__all__ = ["DeferredAnswers"]

log = logging.getLogger(__name__)

MAX_WAITING = 1000  # for the database, in one process; limits the memory


@dataclass(frozen=True, slots=True)
class _UnwrittenAnswer:
    """A note to write, and the deferred answer that it promised, if any, as soon as that is computed."""

    note: AnsweredMessage
    answer: Answer | None


class DeferredAnswers:
    """Keep deferred answers until `write` has written them; threads may share it.

    Parameters
    ----------
    list_minutes : how long a member may ask for a deferred answer
    clock : gives the current time, aware
    max_waiting : how many may wait for the database; the next ones are dropped
    """

    def __init__(
        self,
        db: Database,
        list_minutes: int,
        clock: Callable[[], dt.datetime],
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._db = db
        self._list_minutes = list_minutes
        self._clock = clock
        self._max_waiting = max_waiting
        self._waiting: list[_UnwrittenAnswer] = []
        self._computing = 0
        self._changing = threading.Lock()
        self._writing = threading.Lock()

    @property
    def computing(self) -> int:
        """The number of promised answers whose threads have not finished."""
        return self._computing

    def write_later(self, note: AnsweredMessage) -> None:
        """Keep a promise or a report of the platform that could not be written with the journal."""
        self._add(_UnwrittenAnswer(note, None))

    def expect(self, note: AnsweredMessage, pending: "Future[Answer | None]") -> None:
        """Keep the answer that `note` has promised once it is computed; a failed one is dropped."""

        def add_result(done: "Future[Answer | None]") -> None:
            answer = done.result() if done.exception() is None else None
            if answer is not None:
                self._add(_UnwrittenAnswer(note, answer))
            with self._changing:
                self._computing -= 1

        with self._changing:
            self._computing += 1
        pending.add_done_callback(add_result)

    def write(self) -> int:
        """Write what is waiting, until the database is busy; return how many were written."""
        with self._writing:
            with self._changing:
                due, self._waiting = self._waiting, []
            for at, unwritten in enumerate(due):
                try:
                    self._write_one(unwritten)
                except Busy:
                    self._keep_waiting(due[at:])
                    return at
            return len(due)

    def _keep_waiting(self, unwritten: Sequence[_UnwrittenAnswer]) -> None:
        """Keep for the next retry what has not expired."""
        valid, now = dt.timedelta(minutes=self._list_minutes), self._clock()
        with self._changing:
            self._waiting = [each for each in unwritten if now < each.note.now + valid] + self._waiting

    def _add(self, unwritten: _UnwrittenAnswer) -> None:
        with self._changing:
            if len(self._waiting) < self._max_waiting:
                self._waiting.append(unwritten)
                return
        log.error("a deferred answer is dropped: %d others wait for the database", self._max_waiting)

    def _write_one(self, unwritten: _UnwrittenAnswer) -> None:
        """Write a note with its answer. Raises Busy while the database takes no writes."""
        try:
            with self._db.begin() as session:
                if unwritten.answer is None:
                    record_answers(session, [unwritten.note], self._list_minutes)
                else:
                    record_deferred(session, unwritten.note, unwritten.answer, self._list_minutes)
        except Busy:
            raise
        except Exception:
            # An answer that the database refuses for good must not delay those behind it.
            log.exception("a deferred answer could not be written")
