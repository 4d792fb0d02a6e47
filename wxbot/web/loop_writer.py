"""Replies of one event loop that wait until `JournalWriter` has committed their journal rows."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from wxbot.bot import AnsweredMessage
from wxbot.web.journal_writer import STUCK_SECONDS, JournalWriter

__all__ = ["LoopWriter"]

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 0.1
_RETRY_SECONDS = 0.001
_COLLECT_SECONDS = 0.02  # how long the loop retries before it hands its notes to the writer's thread

ReplyFuture = asyncio.Future[str | None]


class LoopWriter:
    """Queue the replies of one event loop until a `JournalWriter` has committed them, at most until their deadlines.

    All notes of one turn of the loop are committed together: on the loop itself if that is possible at once, after
    some milliseconds of retries by the writer's thread. The thread wakes the loop once a batch, and one timer watches
    all deadlines: a wake-up or a timer for every note would cost as much as writing it.
    """

    def __init__(self, writer: JournalWriter, loop: asyncio.AbstractEventLoop) -> None:
        self._writer = writer
        self._loop = loop
        self._collected: list[_WaitingNote] = []
        self._committed: deque[tuple[ReplyFuture, str | None]] = deque()
        self._deadlines: deque[tuple[float, ReplyFuture]] = deque()
        writer.after_batch(self._wake_loop)

    async def write(self, note: AnsweredMessage, seconds: float) -> str | None:
        """Write one note; return the reply that counts, or None if that failed or took longer than `seconds`."""
        reply: ReplyFuture = self._loop.create_future()
        now = self._loop.time()
        if self._writer.is_stuck:
            seconds = min(seconds, STUCK_SECONDS)
        if not self._collected:
            # Runs after everything that is ready in this turn of the loop, so that all of it is committed together.
            self._loop.call_soon(self._commit_collected, now + _COLLECT_SECONDS)
        self._collected.append(_WaitingNote(note, reply, now + seconds))
        return await reply

    def close(self) -> None:
        """Submit the notes of a loop that has ended to the writer's thread."""
        waiting, self._collected = self._collected, []
        for each in waiting:
            self._writer.submit(each.note, lambda _: None)

    def _commit_collected(self, retry_until: float) -> None:
        """Commit what is collected; while another process writes, retry, and at last submit it to the thread."""
        replies = self._writer.try_commit([each.note for each in self._collected])
        if replies is None and self._loop.time() < retry_until:
            self._loop.call_later(_RETRY_SECONDS, self._commit_collected, retry_until)
            return
        waiting, self._collected = self._collected, []
        if replies is None:
            self._submit(waiting)
            return
        for each, reply in zip(waiting, replies, strict=True):
            _resolve(each.reply, reply)

    def _submit(self, waiting: "Sequence[_WaitingNote]") -> None:
        if not self._deadlines:
            self._loop.call_later(_SWEEP_SECONDS, self._release_overdue)
        for each in waiting:
            if self._writer.submit(each.note, partial(self._add_committed, each.reply)):
                self._deadlines.append((each.until, each.reply))
            else:
                _resolve(each.reply, None)

    def _add_committed(self, future: ReplyFuture, reply: str | None) -> None:
        """Keep a result for the loop; called in the writer's thread."""
        self._committed.append((future, reply))

    def _wake_loop(self) -> None:
        """Let the loop resolve the futures of a batch; called in the writer's thread."""
        if self._committed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._resolve_committed)

    def _resolve_committed(self) -> None:
        while self._committed:
            _resolve(*self._committed.popleft())

    def _release_overdue(self) -> None:
        """Resolve futures past their deadline with None. Deadlines are queued in about the order of arrival."""
        now, overdue = self._loop.time(), 0
        while self._deadlines and (self._deadlines[0][0] <= now or self._deadlines[0][1].done()):
            _, reply = self._deadlines.popleft()
            overdue += _resolve(reply, None)
        if overdue:
            self._writer.report_stuck()
            log.error("%d replies go out before their commit: the database does not answer", overdue)
        if self._deadlines:
            self._loop.call_later(_SWEEP_SECONDS, self._release_overdue)


class _WaitingNote(NamedTuple):
    """A note, the future of its reply, and the reply's deadline on the loop's clock."""

    note: AnsweredMessage
    reply: ReplyFuture
    until: float


def _resolve(future: ReplyFuture, reply: str | None) -> bool:
    """Give a waiting reply its result; False if it has one already."""
    if future.done():
        return False
    future.set_result(reply)
    return True
