"""Keeping up: a thread that lets index and bot follow the library, so that no answer has to."""

import logging
import threading
from collections.abc import Callable

from wxbot.bot import Bot
from wxbot.db import Database
from wxbot.search import Index, catch_up

__all__ = ["Refresher"]

log = logging.getLogger(__name__)


class Refresher:
    """Looks at the library's version every `seconds`, at once to begin with, until it is closed.

    `also` is called as often.
    """

    def __init__(
        self,
        db: Database,
        index: Index,
        bot: Bot,
        also: Callable[[], None] | None = None,
        seconds: float = 1.0,
    ) -> None:
        self._db = db
        self._index = index
        self._bot = bot
        self._also = also or (lambda: None)
        self._seconds = seconds
        self._well = True
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="refresher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join(timeout=5.0)

    def _work(self) -> None:
        while True:
            self._refresh()
            if self._closing.wait(self._seconds):
                return

    def _refresh(self) -> None:
        """Once; a failure is logged when it begins, and tried again until it ends."""
        try:
            catch_up(self._index, self._db)
            self._bot.refresh(self._index.version)
            self._also()
            self._well = True
        except Exception:
            if self._well:
                log.exception("index and bot do not follow the library")
            self._well = False
