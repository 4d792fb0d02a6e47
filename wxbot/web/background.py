"""Run the jobs of a server process every second: refresh index and bot, write deferred answers and click counts.

Background     run the jobs in a thread; no answer waits for them
ClickCounter   count in memory the clicks on articles in answers, until a job writes them
"""

import datetime as dt
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from wxbot import clicks, library
from wxbot.bot import Bot
from wxbot.clicks import Click, ClickTokens
from wxbot.db import Database
from wxbot.errors import Busy
from wxbot.search import Index, catch_up

__all__ = ["Background", "ClickCounter"]

FIRST_SECONDS = 10.0
FIRST_PAUSE = 0.05
MAX_DISTINCT_CLICKS = 10_000  # between two writes; more come from a script

log = logging.getLogger(__name__)

Job = Callable[[], object]


class Background:
    """Refresh index and bot to the library's version, and run other jobs, every `seconds` until `close`.

    The constructor returns when the index is up to date or FIRST_SECONDS have passed, and each job has run once:
    otherwise a process would find nothing, and refuse plain pushes that are allowed, in its first second.
    """

    def __init__(
        self, db: Database, index: Index, bot: Bot, jobs: Sequence[Job] = (), seconds: float = 1.0
    ) -> None:
        self._db = db
        self._index = index
        self._bot = bot
        self._jobs = jobs
        self._seconds = seconds
        self._failing: set[Job] = set()
        self._closing = threading.Event()
        self._refresh_first()
        for job in jobs:
            self._run(job)
        self._thread = threading.Thread(target=self._work, name="background", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, then run the jobs a last time."""
        self._closing.set()
        self._thread.join(timeout=5.0)
        for job in self._jobs:
            self._run(job)

    def _refresh_first(self) -> None:
        """Refresh until the index is up to date: of several processes that start together only one can write it."""
        until = time.monotonic() + FIRST_SECONDS
        self._run(self._refresh)
        while self._run(self._is_current) is False and time.monotonic() < until:
            time.sleep(FIRST_PAUSE)
            self._run(self._refresh)

    def _work(self) -> None:
        while not self._closing.wait(self._seconds):
            for job in (self._refresh, *self._jobs):
                self._run(job)

    def _refresh(self) -> None:
        """Refresh the index, then the bot, to the library's version."""
        catch_up(self._index, self._db)
        self._bot.refresh(self._index.version)

    def _is_current(self) -> bool:
        with self._db.read() as session:
            return self._index.version == library.version(session)

    def _run(self, job: Job) -> object:
        """Run a job and return its result, None if it fails. Only the first of successive failures is logged."""
        try:
            result = job()
        except Busy as error:
            if job not in self._failing:
                log.error("%s failed: %s", getattr(job, "__qualname__", job), error)
            self._failing.add(job)
            return None
        except Exception:
            # Entry point of the thread: a job that fails must end neither the thread nor the jobs behind it.
            if job not in self._failing:
                log.exception("%s failed", getattr(job, "__qualname__", job))
            self._failing.add(job)
            return None
        self._failing.discard(job)
        return result


class ClickCounter:
    """Count clicks on articles in answers; threads may share it. `clock` gives the current time, aware.

    Counting does not delay a page. Clicks since the last write are lost when the process is killed, and pages from the
    cache of a phone or a proxy are not counted: the counts are slightly too low.
    """

    def __init__(
        self, db: Database, clock: Callable[[], dt.datetime], max_distinct: int = MAX_DISTINCT_CLICKS
    ) -> None:
        self._db = db
        self._clock = clock
        self._max_distinct = max_distinct
        self._counting = threading.Lock()
        self._counts: Counter[Click] = Counter()

    def add(self, mark: str, article: str) -> None:
        """Count one click on an article, by its public id, in an answer to the question with that click token."""
        click = Click(self._clock().astimezone(dt.UTC).date(), mark, article)
        with self._counting:
            if click in self._counts or len(self._counts) < self._max_distinct:
                self._counts[click] += 1

    def write(self) -> int:
        """Write the clicks with genuine tokens; return how many. On failure the counts stay in memory."""
        with self._counting:
            counts = self._counts.copy()
        if not counts:
            return 0
        with self._db.begin() as session:
            tokens = ClickTokens(library.identity(session))
            genuine = {click: times for click, times in counts.items() if tokens.is_genuine(click.mark)}
            clicks.add(session, genuine)
        with self._counting:
            self._counts -= counts
        return sum(genuine.values())
