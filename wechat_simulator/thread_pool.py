"""Pool of daemon threads for callbacks. Daemon threads let the process exit while a server has not answered."""

__all__ = ["DaemonThreadPool"]

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any


class DaemonThreadPool:
    """At most `size` daemon threads, created on demand."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._threads = 0
        self._idle = 0
        self._lock = threading.Lock()
        self._under_way: set[Future[Any]] = set()

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        """Run `work` in a thread and return its future."""
        future: Future[Any] = Future()
        with self._lock:
            self._under_way.add(future)
            if self._idle:
                self._idle -= 1
            elif self._threads < self._size:
                self._threads += 1
                threading.Thread(target=self._serve, name="simulator-callback", daemon=True).start()
        self._work.put((future, work))
        return future

    def _serve(self) -> None:
        while (item := self._work.get()) is not None:
            future, work = item
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - passed on to the waiter through the future
                future.set_exception(error)
            with self._lock:
                self._under_way.discard(future)
                self._idle += 1

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until the work submitted so far has ended; return False when `seconds` were not enough."""
        with self._lock:
            pending = set(self._under_way)
        return not wait(pending, timeout=seconds).not_done

    def close(self) -> None:
        """Let all threads end after the work they have."""
        for _ in range(self._threads):
            self._work.put(None)
