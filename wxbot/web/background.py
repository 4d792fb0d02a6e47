"""Keeping up: a thread that lets index and bot follow the library, so that no answer has to."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from wxbot import library
from wxbot.bot import Bot
from wxbot.db import Database
from wxbot.search import Index, catch_up

__all__ = ["Refresher"]

FIRST_SECONDS = 10.0
FIRST_PAUSE = 0.05

log = logging.getLogger(__name__)


class Refresher:
    """Looks at the library's version every `seconds`, until it is closed; what is in `also` is done as often.

    When it is made, the index is there, or FIRST_SECONDS have passed: a process that answers before would say that
    it found nothing, to whoever asks in its first second.
    """

    def __init__(
        self,
        db: Database,
        index: Index,
        bot: Bot,
        also: Sequence[Callable[[], object] | None] = (),
        seconds: float = 1.0,
    ) -> None:
        self._db = db
        self._index = index
        self._bot = bot
        self._also = [call for call in also if call is not None]
        self._seconds = seconds
        self._well = True
        self._closing = threading.Event()
        self._begin()
        self._thread = threading.Thread(target=self._work, name="refresher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join(timeout=5.0)

    def _begin(self) -> None:
        """Look until the index stands at the library's version: of several processes that start, one writes it."""
        until = time.monotonic() + FIRST_SECONDS
        self._refresh()
        while self._behind() and time.monotonic() < until:
            time.sleep(FIRST_PAUSE)
            self._refresh()

    def _behind(self) -> bool:
        try:
            with self._db.read() as session:
                return self._index.version != library.version(session)
        except Exception:
            log.exception("the library's version cannot be read")
            return False

    def _work(self) -> None:
        while not self._closing.wait(self._seconds):
            self._refresh()

    def _refresh(self) -> None:
        """Once; a failure is logged when it begins, and tried again until it ends."""
        try:
            catch_up(self._index, self._db)
            self._bot.refresh(self._index.version)
            self._well = True
        except Exception:
            if self._well:
                log.exception("index and bot do not follow the library")
            self._well = False
        for call in self._also:
            self._done(call)

    def _done(self, call: Callable[[], object]) -> None:
        """One of the other things, whatever became of those before it."""
        try:
            call()
        except Exception:
            log.exception("%s failed", call)
