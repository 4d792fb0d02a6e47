"""The desk: where answers on an event loop wait for the scribe, each at most until its deadline."""

import asyncio
import logging
from collections import deque
from functools import partial

from wxbot.bot import Note
from wxbot.web.scribe import Scribe

__all__ = ["Desk"]

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 0.1

Waiting = asyncio.Future[str | None]


class Desk:
    """Hands notes to a scribe on behalf of one event loop.

    The scribe's thread wakes the loop once for all that a transaction has written, and one timer looks after all
    deadlines: a call into the loop, or a timer, for every note would cost as much as writing it.
    """

    def __init__(self, scribe: Scribe, loop: asyncio.AbstractEventLoop) -> None:
        self._scribe = scribe
        self._loop = loop
        self._told: deque[tuple[Waiting, str | None]] = deque()
        self._due: deque[tuple[float, Waiting]] = deque()
        scribe.after_batch(self._wake)

    async def write(self, note: Note, seconds: float) -> str | None:
        """Write one note: the answer that counts, or None when that failed or took too long."""
        waiting: Waiting = self._loop.create_future()
        if not self._scribe.hand_in(note, partial(self._tell, waiting)):
            return None
        if not self._due:
            self._loop.call_later(_SWEEP_SECONDS, self._sweep)
        self._due.append((self._loop.time() + seconds, waiting))
        return await waiting

    def _tell(self, waiting: Waiting, counts: str | None) -> None:
        self._told.append((waiting, counts))

    def _wake(self) -> None:
        """In the scribe's thread: have the loop deliver what was told."""
        if self._told and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        while self._told:
            waiting, counts = self._told.popleft()
            if not waiting.done():
                waiting.set_result(counts)

    def _sweep(self) -> None:
        """Let those go whose time is over. Deadlines come in about the order of arrival."""
        now, late = self._loop.time(), 0
        while self._due and (self._due[0][0] <= now or self._due[0][1].done()):
            _, waiting = self._due.popleft()
            if not waiting.done():
                waiting.set_result(None)
                late += 1
        if late:
            log.error("%d answers go out before they were written: the database does not answer", late)
        if self._due:
            self._loop.call_later(_SWEEP_SECONDS, self._sweep)
