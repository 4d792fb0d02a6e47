"""Answer before the deadline: an answer that exceeds its share of the time is replaced by a shorter one.

    the whole answer   computed in a thread; if it is late it continues and becomes a deferred answer
    titles only        from the index, without the database
    a promise          「收到，请稍后发送 1 查看」: the member's next message gets the deferred answer
    too busy           immediately, when the queue for a thread is full

Questions that need neither database nor index are answered on the event loop itself. What is left of the time is for
the journal's commit.
"""

import asyncio
import contextvars
import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar

from wxbot.bot import Answer, Bot, Meaning
from wxbot.errors import Busy
from wxbot.wechat import Incoming

__all__ = [
    "AnswerFuture",
    "BoundedThreads",
    "DeadlineAnswerer",
    "PendingMessage",
    "TimeShares",
    "TimedAnswer",
]

log = logging.getLogger(__name__)

THREADS = 8
QUEUE_LENGTH = 64  # messages that may wait for a thread
TITLE_THREADS = 2  # threads of their own, so that titles never wait behind what holds up the others
CLOSE_SECONDS = 2.0

Result = TypeVar("Result")
AnswerFuture = Future[Answer | None]


@dataclass(frozen=True, slots=True)
class TimeShares:
    """Shares of an answer's time (0 to 1) until which the whole answer, then its titles, are awaited."""

    whole: float = 0.6
    titles: float = 0.75


class PendingMessage(NamedTuple):
    """One message to be answered; `started` and `until` are readings of `time.perf_counter`."""

    incoming: Incoming
    now: dt.datetime
    started: float
    until: float

    def reading_at(self, share: float) -> float:
        """Return the clock's reading when that share of the time has passed."""
        return self.started + share * (self.until - self.started)


class TimedAnswer(NamedTuple):
    """An answer and its outcome: "" for the whole answer, otherwise `late`, `busy` or `failed`.

    `pending` is the future of the whole answer where only a promise could be made.
    """

    answer: Answer
    outcome: str = ""
    pending: AnswerFuture | None = None


class DeadlineAnswerer:
    """Let a bot answer messages in time; event loops may share it.

    `threads` and `queue_length` bound how many messages are being answered and how many wait.
    """

    def __init__(
        self,
        bot: Bot,
        shares: TimeShares | None = None,
        *,
        threads: int = THREADS,
        queue_length: int = QUEUE_LENGTH,
    ) -> None:
        self._bot = bot
        self._shares = shares or TimeShares()
        self._threads = BoundedThreads("answers", threads, queue_length)
        self._title_threads = BoundedThreads("titles", TITLE_THREADS, queue_length)

    async def answer(self, message: PendingMessage) -> TimedAnswer:
        """Return the best answer that is ready before its share of the time is over."""
        understood = run_job(partial(self._understand, message))
        if understood.exception() is not None:
            return TimedAnswer(self._bot.failure_answer(message.incoming), "failed")
        meaning, answer = understood.result()
        if answer is not None:
            return TimedAnswer(answer)
        whole = self._threads.submit(partial(self._compute, meaning))
        if whole is None:
            return TimedAnswer(self._bot.busy_answer(message.incoming), "busy")
        await _wait(whole, message.reading_at(self._shares.whole))
        titles = None
        if not whole.done() or _is_none(whole):
            titles = self._title_threads.submit(partial(self._find_titles, meaning, message))
        if titles is not None:
            await _wait(titles, message.reading_at(self._shares.titles))
        return self._best(meaning, whole, titles)

    def close(self) -> None:
        """End both pools after their current jobs, each after CLOSE_SECONDS at the latest."""
        self._threads.close(CLOSE_SECONDS)
        self._title_threads.close(CLOSE_SECONDS)

    def _understand(self, message: PendingMessage) -> tuple[Meaning, Answer | None]:
        """Return the message's meaning, and the whole answer if it needs neither database nor index."""
        meaning = self._bot.understand(message.incoming, message.now)
        return meaning, self._bot.answer(meaning) if self._bot.is_quick(meaning) else None

    def _compute(self, meaning: Meaning) -> Answer | None:
        """Return the whole answer; None when the database is too busy for it."""
        try:
            return self._bot.answer(meaning)
        except Busy as error:
            log.warning("the database is too busy for an answer: %s", error)
            return None

    def _find_titles(self, meaning: Meaning, message: PendingMessage) -> Answer | None:
        """Return an answer of titles; None when there are none or their time is over."""
        if time.perf_counter() >= message.reading_at(self._shares.titles):
            return None
        return self._bot.titles(meaning)

    def _best(self, meaning: Meaning, whole: AnswerFuture, titles: AnswerFuture | None) -> TimedAnswer:
        """Return the best answer that is ready now."""
        if whole.done():
            if whole.exception() is not None:
                return TimedAnswer(self._bot.failure_answer(meaning.incoming), "failed")
            if (answer := whole.result()) is not None:
                return TimedAnswer(answer)
        if (
            titles is not None
            and titles.done()
            and titles.exception() is None
            and (answer := titles.result())
        ):
            return TimedAnswer(answer, "late")
        return TimedAnswer(self._bot.deferral_answer(meaning), "late", whole)


class BoundedThreads:
    """A thread pool with a bounded queue: a full queue refuses a job at once.

    The threads are daemons: a thread that a dead database or disk blocks for ever does not prevent the process from
    ending.
    """

    def __init__(self, name: str, count: int, queue_length: int) -> None:
        self._queue_length = queue_length
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{at}", daemon=True)
            for at in range(1, count + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Callable[[], Result]) -> "Future[Result] | None":
        """Queue `job` for the next free thread; None, and it is not run, when the queue is full."""
        if self._jobs.qsize() >= self._queue_length:
            return None
        future: Future[Result] = Future()
        context = contextvars.copy_context()  # its log lines belong to the same request
        self._jobs.put(lambda: context.run(_run_into, future, job))
        return future

    def close(self, seconds: float) -> None:
        """Run what is queued, then end the threads; those that take longer than `seconds` are abandoned."""
        for _ in self._threads:
            self._jobs.put(None)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(timeout=max(until - time.monotonic(), 0.0))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def run_job(job: Callable[[], Result]) -> "Future[Result]":
    """Run a job in the calling thread; its result or its exception is in the future."""
    future: Future[Result] = Future()
    _run_into(future, job)
    return future


def _run_into(future: "Future[Any]", job: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except Exception as error:
        # Entry point of a thread: the exception goes to the caller that waits for the future, if any still waits.
        log.exception("an answer failed")
        future.set_exception(error)
    else:
        future.set_result(result)


async def _wait(future: AnswerFuture, until: float) -> None:
    """Wait for a future, at most until that reading of `time.perf_counter`; it is not cancelled."""
    if not future.done():
        left = max(until - time.perf_counter(), 0.0)
        waiting = asyncio.wrap_future(future)
        # asyncio logs an exception that nobody reads: the thread has logged it, and the caller reads it from `future`.
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({waiting}, timeout=left)


def _is_none(future: AnswerFuture) -> bool:
    """Return whether a finished future holds neither an answer nor an exception."""
    return future.exception() is None and future.result() is None
