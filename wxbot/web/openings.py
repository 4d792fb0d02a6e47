"""Openings: which articles were opened from answers, counted in memory and written every second.

A page waits for no counter. What was counted since the last writing is lost with a process that is killed; and what a
reader's phone, or a proxy on the way, still had in its cache never came here. So the numbers are a little too low.
"""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

from wxbot import clicks, library
from wxbot.clicks import Click, ClickTokens
from wxbot.db import Database

__all__ = ["Openings"]

MOST = 10_000  # different openings between two writings: more are somebody's play


class Openings:
    """Counts openings; threads may share it. `clock` gives the moment, aware."""

    def __init__(self, db: Database, clock: Callable[[], dt.datetime]) -> None:
        self._db = db
        self._clock = clock
        self._counting = threading.Lock()
        self._counts: Counter[Click] = Counter()

    def add(self, mark: str, article: str) -> None:
        """Somebody opened an article, by its public id, from the answer to a question with that mark."""
        opening = Click(self._clock().astimezone(dt.UTC).date(), mark, article)
        with self._counting:
            if opening in self._counts or len(self._counts) < MOST:
                self._counts[opening] += 1

    def write(self) -> int:
        """Write what was counted, of genuine marks; gives how much that was. What cannot be written now is kept."""
        with self._counting:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return 0
        try:
            return self._written(counts)
        except Exception:
            with self._counting:
                self._counts.update(counts)
            raise

    def _written(self, counts: Counter[Click]) -> int:
        with self._db.begin() as session:
            marks = ClickTokens(library.identity(session))
            genuine = {opening: times for opening, times in counts.items() if marks.is_genuine(opening.mark)}
            clicks.add(session, genuine)
        return sum(genuine.values())
