"""Patience: what a request waits for is over in time, at the cost of one timer for all of them.

As `asyncio.timeout`, which costs a timer for each: a twentieth of an answer.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

__all__ = ["Patience"]

_SWEEP_SECONDS = 0.5

Thing = TypeVar("Thing")


class Patience:
    """For the tasks of one event loop: none waits much longer than `seconds`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        self._until: dict[asyncio.Task[object], float] = {}  # the longest waiting first
        self._over: set[asyncio.Task[object]] = set()
        self._sweeping = False

    async def wait(self, what: Awaitable[Thing]) -> Thing:
        """What is waited for; TimeoutError when it takes too long."""
        task = asyncio.current_task(self._loop)
        assert task is not None, "whoever waits is a task"  # noqa: S101  a broken server, not a state
        self._until[task] = self._loop.time() + self._seconds
        if not self._sweeping:
            self._sweeping = True
            self._loop.call_later(_SWEEP_SECONDS, self._sweep)
        try:
            return await what
        except asyncio.CancelledError:
            if task in self._over and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._until.pop(task, None)
            self._over.discard(task)

    def _sweep(self) -> None:
        """End what has waited long enough."""
        now = self._loop.time()
        for task, until in list(self._until.items()):
            if until > now:
                break
            del self._until[task]
            self._over.add(task)
            task.cancel()
        self._sweeping = bool(self._until)
        if self._sweeping:
            self._loop.call_later(_SWEEP_SECONDS, self._sweep)
