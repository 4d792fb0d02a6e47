"""Answering in time: each stage of an answer has its share, and who overruns it gives way to a shorter answer.

    the whole answer   in a thread, for its share of the time; then it goes on, and its result is kept for later
    titles only        from the index, without the database
    a promise          「收到，请稍后发送 1 查看」: what the first thread comes to is had by the member's next message
    too busy           at once, when more wait for a thread than could be served

What is left of the time is for writing the answer down. Both doors walk through the same stages: one waits on a thread
(`wxbot.web.gate`), one on an event loop (`wxbot.web.front`), so the stages say only what to wait for, and until when.
"""

import logging
import time
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from wxbot.bot import Answer, Bot, Meaning
from wxbot.errors import Busy
from wxbot.web.threads import Threads

__all__ = ["Answered", "Answering", "Asked", "Coming", "Shares", "Stage"]

log = logging.getLogger(__name__)

THREADS = 8
LINE = 64  # messages that wait for a thread
SPARE_THREADS = 2  # for titles, so that what holds up the others does not hold up these
CLOSE_SECONDS = 2.0

Coming = Future[Answer | None]


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of an answer's time has passed when a stage is over."""

    whole: float = 0.6
    titles: float = 0.75


class Asked(NamedTuple):
    """One message, at its moment; `started` and `until` are readings of `time.perf_counter`."""

    meaning: Meaning
    started: float
    until: float

    def after(self, share: float) -> float:
        """The reading when that share of the time is over."""
        return self.started + share * (self.until - self.started)


class Stage(NamedTuple):
    """What to wait for, and until which reading of `time.perf_counter`."""

    job: Coming
    until: float


class Answered(NamedTuple):
    """An answer, and how it was come to: "" as it should be, else `late`, `busy` or `failed`.

    `coming` is the whole answer where only a promise could be made.
    """

    answer: Answer
    how: str = ""
    coming: Coming | None = None


class Answering:
    """Has a bot answer; threads and event loops may share it. `threads` and `line` bound what is under way."""

    def __init__(
        self, bot: Bot, shares: Shares | None = None, *, threads: int = THREADS, line: int = LINE
    ) -> None:
        self._bot = bot
        self._shares = shares or Shares()
        self._threads = Threads("answers", threads, line)
        self._spare = Threads("titles", SPARE_THREADS, line)

    def stages(self, asked: Asked) -> Generator[Stage, None, Answered]:
        """Answer one message: wait for each stage as it says, and go on; what is returned at the end is the answer."""
        meaning = asked.meaning
        whole = self._threads.submit(partial(self._whole, asked))
        if whole is None:
            return Answered(self._bot.busy_answer(meaning.incoming), "busy")
        yield Stage(whole, asked.after(self._shares.whole))
        titles = None
        if not whole.done() or _failed_busy(whole):
            titles = self._spare.submit(partial(self._titles, asked))
        if titles is not None:
            yield Stage(titles, asked.after(self._shares.titles))
        return self._best(meaning, whole, titles)

    def _best(self, meaning: Meaning, whole: Coming, titles: Coming | None) -> Answered:
        """The best of what is there by now."""
        if whole.done():
            if whole.exception() is not None:
                return Answered(self._bot.failure_answer(meaning.incoming), "failed")
            if (answer := whole.result()) is not None:
                return Answered(answer)
        if titles is not None and titles.done() and (answer := titles.result()) is not None:
            return Answered(answer, "late")
        return Answered(self._bot.deferral_answer(meaning), "late", whole)

    def close(self) -> None:
        """Bring to an end what is under way, as far as it comes to one."""
        self._threads.close(CLOSE_SECONDS)
        self._spare.close(CLOSE_SECONDS)

    def _whole(self, asked: Asked) -> Answer | None:
        """The whole answer; None when the database was too busy to give it."""
        try:
            return self._bot.answer(asked.meaning)
        except Busy as wrong:
            log.warning("an answer could not be made in time: %s", wrong)
            return None
        except Exception:
            log.exception(
                "the bot failed on a %s", asked.meaning.incoming.event or asked.meaning.incoming.kind
            )
            raise

    def _titles(self, asked: Asked) -> Answer | None:
        """Titles; None where there are none, or nobody waits for them any more."""
        if time.perf_counter() >= asked.after(self._shares.titles):
            return None
        try:
            return self._bot.titles(asked.meaning)
        except Exception:
            log.exception("titles could not be had")
            return None


def _failed_busy(whole: Coming) -> bool:
    return whole.exception() is None and whole.result() is None
