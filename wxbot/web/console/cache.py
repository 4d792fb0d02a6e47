"""Kept figures: what took long to count is shown again for a while, so that pages that load themselves cost little.

To count a million lines takes about a second, and the page of a running campaign asks every five, in as many browsers
as are open.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

__all__ = ["Kept"]

Figures = TypeVar("Figures")

SHARE = 20  # a figure is kept for so many times as long as it took: counting takes a twentieth of the time at most
QUICK_SECONDS = 0.05  # what took no longer is counted each time


class _Counted(NamedTuple, Generic[Figures]):
    """Figures, of which state of things, and until when they are shown."""

    of: Hashable
    figures: Figures
    until: float


class Kept(Generic[Figures]):
    """Figures by the id of what they are counted of; threads may share it. `clock` reads seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted: dict[int, _Counted[Figures]] = {}
        self._counting = threading.Lock()

    def get(self, id_: int, of: Hashable, count: Callable[[], Figures]) -> Figures:
        """The figures of `id_`; counted, unless that was done a moment ago, in the same state `of` things.

        One thread counts, others wait for it and are given the same.
        """
        with self._counting:
            kept = self._counted.get(id_)
            if kept is not None and kept.of == of and self._clock() < kept.until:
                return kept.figures
            started = self._clock()
            figures = count()
            took = self._clock() - started
            self._counted.pop(id_, None)
            if took > QUICK_SECONDS:
                self._counted[id_] = _Counted(of, figures, self._clock() + SHARE * took)
            return figures
