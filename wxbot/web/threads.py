"""A number of threads with a line before them, both bounded: who comes when the line is full is sent away at once.

The threads are daemons: one that a dead disk or database holds for ever keeps no process from ending.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["Threads"]

Result = TypeVar("Result")


class Threads:
    """`count` threads called `name`; at most `line` jobs wait for one of them."""

    def __init__(self, name: str, count: int, line: int) -> None:
        self._line = line
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{at}", daemon=True)
            for at in range(1, count + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, call: Callable[[], Result]) -> "Future[Result] | None":
        """Have `call` done by the next free thread; None, and nothing happens, when the line is full."""
        if self._jobs.qsize() >= self._line:
            return None
        future: Future[Result] = Future()
        self._jobs.put(lambda: _do(future, call))
        return future

    def close(self, seconds: float) -> None:
        """Do what is in line, then end; whatever is not done in `seconds` is left behind."""
        for _ in self._threads:
            self._jobs.put(None)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(timeout=max(until - time.monotonic(), 0.0))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _do(future: "Future[Any]", call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except Exception as wrong:  # noqa: BLE001  whoever waits for the future is told
        future.set_exception(wrong)
    else:
        future.set_result(result)
