"""Waiting for the journal's commit: on an event loop, or in the thread of a WSGI server.

    LoopWriter     collects the notes of one turn of the event loop and resolves their futures
    ThreadWriter   lets the first of the waiting threads commit the notes of all of them

Both hand their notes to the `JournalWriter`'s own thread when another process writes the database for longer than
COLLECT_SECONDS, and both let a reply go out unwritten at its deadline.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from wxbot.bot import AnsweredMessage
from wxbot.web.journal_writer import STUCK_SECONDS, JournalWriter

__all__ = ["LoopWriter", "ReplyWriter", "ThreadWriter"]

log = logging.getLogger(__name__)

COLLECT_SECONDS = 0.02  # how long a commit is retried before the notes go to the writer's thread
_RETRY_SECONDS = 0.001
_SWEEP_SECONDS = 0.1

LoopFuture = asyncio.Future[str | None]
ThreadFuture = Future[str | None]


class ReplyWriter(Protocol):
    """The journal as the webhook's handler sees it: a reply waits there until it is written."""

    async def write(self, note: AnsweredMessage, seconds: float) -> str | None:
        """Write one note; return the reply that counts, or None if that failed or took longer than `seconds`."""
        ...


class LoopWriter:
    """Queue the replies of one event loop until a `JournalWriter` has committed them, at most until their deadlines.

    All notes of one turn of the loop are committed together: on the loop itself if that is possible at once, after
    some milliseconds of retries by the writer's thread. The thread wakes the loop once a batch, and one timer watches
    all deadlines: a wake-up or a timer for every note would cost as much as writing it.
    """

    def __init__(self, writer: JournalWriter, loop: asyncio.AbstractEventLoop) -> None:
        self._writer = writer
        self._loop = loop
        self._collected: list[_LoopNote] = []
        self._committed: deque[tuple[LoopFuture, str | None]] = deque()
        self._deadlines: deque[tuple[float, LoopFuture]] = deque()
        writer.after_batch(self._wake_loop)

    async def write(self, note: AnsweredMessage, seconds: float) -> str | None:
        """Write one note; return the reply that counts, or None if that failed or took longer than `seconds`."""
        reply: LoopFuture = self._loop.create_future()
        now = self._loop.time()
        seconds = _patience(self._writer, seconds)
        if not self._collected:
            # Runs after everything that is ready in this turn of the loop, so that all of it is committed together.
            self._loop.call_soon(self._commit_collected, now + COLLECT_SECONDS)
        self._collected.append(_LoopNote(note, reply, now + seconds))
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

    def _submit(self, waiting: "Sequence[_LoopNote]") -> None:
        if not self._deadlines:
            self._loop.call_later(_SWEEP_SECONDS, self._release_overdue)
        for each in waiting:
            if self._writer.submit(each.note, partial(self._add_committed, each.reply)):
                self._deadlines.append((each.until, each.reply))
            else:
                _resolve(each.reply, None)

    def _add_committed(self, future: LoopFuture, reply: str | None) -> None:
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


class ThreadWriter:
    """Hold the calling thread until a `JournalWriter` has committed its reply, at most until the reply's deadline.

    The threads of a WSGI server share it. The thread that gets the lock commits what all of them have collected: a
    thread of its own for the commits would have to be woken for every message, which costs as much as a commit.
    """

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer
        self._committing = threading.Lock()
        self._collected: deque[_ThreadNote] = deque()

    async def write(self, note: AnsweredMessage, seconds: float) -> str | None:
        """Write one note; return the reply that counts, or None if that failed or took longer than `seconds`.

        The coroutine blocks its thread and never suspends: it needs no event loop.
        """
        until = time.monotonic() + _patience(self._writer, seconds)
        waiting = _ThreadNote(note, Future())
        if self._writer.commits_in_caller:
            self._collected.append(waiting)
            self._commit_in_turn(waiting, until)
        else:
            self._submit([waiting])
        try:
            return waiting.reply.result(max(until - time.monotonic(), 0.0))
        except TimeoutError:
            self._writer.report_stuck()
            log.error("a reply goes out before its commit: the database does not answer")
            return None

    def _commit_in_turn(self, waiting: "_ThreadNote", until: float) -> None:
        """Wait for the thread that commits; commit what is collected, unless that thread has taken this note."""
        if not self._committing.acquire(timeout=max(until - time.monotonic(), 0.0)):
            return
        try:
            if not waiting.is_taken:
                self._commit_collected(time.monotonic() + COLLECT_SECONDS)
        finally:
            self._committing.release()

    def _commit_collected(self, retry_until: float) -> None:
        """Commit what is collected; while another process writes, retry, and at last submit it to the thread."""
        notes = [self._collected.popleft() for _ in range(len(self._collected))]
        for each in notes:
            each.is_taken = True
        while True:
            replies = self._writer.try_commit([each.note for each in notes])
            if replies is not None or time.monotonic() >= retry_until:
                break
            time.sleep(_RETRY_SECONDS)
        if replies is None:
            self._submit(notes)
            return
        for each, reply in zip(notes, replies, strict=True):
            each.reply.set_result(reply)

    def _submit(self, notes: "Sequence[_ThreadNote]") -> None:
        for each in notes:
            if not self._writer.submit(each.note, each.reply.set_result):
                each.reply.set_result(None)


class _LoopNote(NamedTuple):
    """A note, the future of its reply, and the reply's deadline on the loop's clock."""

    note: AnsweredMessage
    reply: LoopFuture
    until: float


@dataclass(slots=True)
class _ThreadNote:
    """A note, the future of its reply, and whether a thread has taken it to commit it."""

    note: AnsweredMessage
    reply: ThreadFuture
    is_taken: bool = False


def _patience(writer: JournalWriter, seconds: float) -> float:
    """Return how long a reply waits for its commit: less while the database is known to be stuck."""
    return min(seconds, STUCK_SECONDS) if writer.is_stuck else seconds


def _resolve(future: LoopFuture, reply: str | None) -> bool:
    """Give a waiting reply its result; False if it has one already."""
    if future.done():
        return False
    future.set_result(reply)
    return True
