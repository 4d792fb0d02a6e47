"""The desk: where answers on an event loop wait for the scribe, each at most until its deadline.

All that are answered in one turn of the loop are written by one transaction: on the loop itself when that can be done
this instant, which costs less than having another thread do it. While somebody else writes they wait a moment, and
others may join them; after that they are the scribe's thread's, which may wait for as long as there is time.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from wxbot.bot import Note
from wxbot.web.journal_writer import Scribe

__all__ = ["Desk"]

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 0.1
_AGAIN_SECONDS = 0.001
_PATIENCE_SECONDS = 0.02  # how long the loop tries before the thread is asked

Waiting = asyncio.Future[str | None]


class _Slip(NamedTuple):
    """A note, who waits for it, and until when."""

    note: Note
    waiting: Waiting
    until: float


class Desk:
    """Has notes written by a scribe on behalf of one event loop.

    The scribe's thread wakes the loop once for all that a transaction has written, and one timer looks after all
    deadlines: a call into the loop, or a timer, for every note would cost as much as writing it.
    """

    def __init__(self, scribe: Scribe, loop: asyncio.AbstractEventLoop) -> None:
        self._scribe = scribe
        self._loop = loop
        self._here: list[_Slip] = []
        self._told: deque[tuple[Waiting, str | None]] = deque()
        self._due: deque[tuple[float, Waiting]] = deque()
        scribe.after_batch(self._wake)

    async def write(self, note: Note, seconds: float) -> str | None:
        """Write one note: the answer that counts, or None when that failed or took too long."""
        waiting: Waiting = self._loop.create_future()
        now = self._loop.time()
        if not self._here:
            # Behind all that is ready by now: what comes of it is written together.
            self._loop.call_soon(self._write, now + _PATIENCE_SECONDS)
        self._here.append(_Slip(note, waiting, now + seconds))
        return await waiting

    def close(self) -> None:
        """The loop has ended: what is still here is written by the scribe's thread."""
        slips, self._here = self._here, []
        for slip in slips:
            self._scribe.hand_in(slip.note, lambda _: None)

    def _write(self, patience: float) -> None:
        """Write what is here; again in a moment while somebody else writes, until `patience` is over."""
        counts = self._scribe.at_once([slip.note for slip in self._here])
        if counts is None and self._loop.time() < patience:
            self._loop.call_later(_AGAIN_SECONDS, self._write, patience)
            return
        slips, self._here = self._here, []
        if counts is None:
            self._hand_in(slips)
            return
        for slip, counting in zip(slips, counts, strict=True):
            if not slip.waiting.done():
                slip.waiting.set_result(counting)

    def _hand_in(self, slips: Sequence[_Slip]) -> None:
        """Leave it to the scribe's thread."""
        if not self._due:
            self._loop.call_later(_SWEEP_SECONDS, self._sweep)
        for slip in slips:
            if self._scribe.hand_in(slip.note, partial(self._tell, slip.waiting)):
                self._due.append((slip.until, slip.waiting))
            elif not slip.waiting.done():
                slip.waiting.set_result(None)

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
