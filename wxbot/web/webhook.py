"""The webhook: what the platform pushes to `/wechat`, answered within its five seconds, always.

    admit    verify, open, understand: who is not the platform gets 403
    answer   ask the bot, at once or stage by stage; reads only
    finish   seal the answer that counts

Between the last two everything that the message leaves behind is written in one transaction (`Scribe`). What comes
of an answer after its time is written later (`Debts`). The platform gets 200, whatever is in the push and whatever
goes wrong here: another status, or none in time, would make it ask again and then tell the member that the account is
out of order.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import wait
from typing import NamedTuple

from wxbot.bot import Answer, Bot, Meaning, Note
from wxbot.web.deadline import Answered, Answering, Asked, Stage
from wxbot.web.deferred_answers import Debts
from wxbot.web.journal_writer import Scribe
from wxbot.web.metrics import Metrics
from wxbot.wechat import (
    SUCCESS,
    CallbackCrypto,
    Incoming,
    Unreadable,
    Untrusted,
    VerifiedCallback,
    parse,
    render,
)

__all__ = ["Push", "Said", "Webhook"]

log = logging.getLogger(__name__)

_SEAL_SECONDS = 0.2  # kept back for encryption and the way out
_XML = "text/xml; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"


class Said(NamedTuple):
    """An HTTP answer."""

    status: int
    body: str
    kind: str = _PLAIN


class Push(NamedTuple):
    """A push that was let in and understood; `started` and `until` are readings of `time.perf_counter`."""

    opened: VerifiedCallback
    incoming: Incoming
    meaning: Meaning | None  # None where understanding failed
    now: dt.datetime
    started: float
    until: float


_FORBIDDEN = Said(403, "forbidden")
_SUCCESS = Said(200, SUCCESS)


class Webhook:
    """Answers the platform; threads may share it.

    `clock` gives the moment (aware), `seconds` is the time within which a push is answered, `line` takes one line for
    the log with every answer.
    """

    def __init__(
        self,
        envelope: CallbackCrypto,
        bot: Bot,
        answering: Answering,
        scribe: Scribe,
        debts: Debts,
        metrics: Metrics,
        *,
        clock: Callable[[], dt.datetime],
        seconds: float,
        line: Callable[[str], None] = log.info,
    ) -> None:
        self._line = line
        self._envelope = envelope
        self._bot = bot
        self._answering = answering
        self._scribe = scribe
        self._debts = debts
        self._metrics = metrics
        self._clock = clock
        self._seconds = seconds - _SEAL_SECONDS

    def greet(self, query: Mapping[str, str]) -> Said:
        """The platform checks our address: its `echostr` back, or 403."""
        echo = self._envelope.verify_server(query)
        return _FORBIDDEN if echo is None else Said(200, echo)

    def receive(self, query: Mapping[str, str], body: bytes) -> Said:
        """Answer one push, waiting for whatever it needs; never raises."""
        push = self.admit(query, body)
        if isinstance(push, Said):
            return push
        note = self.answer(push) if self.is_quick(push) else self._waited(push)
        counts = self._scribe.write(note, push.until - time.perf_counter())
        return self.finish(push, note, counts)

    def admit(self, query: Mapping[str, str], body: bytes) -> Push | Said:
        """Let one push in and understand it, or the answer to what is none; never raises."""
        started, now = time.perf_counter(), self._clock()
        try:
            opened = self._envelope.open(query, body, now)
            incoming = parse(opened.xml)
            return Push(opened, incoming, self._meaning(incoming, now), now, started, started + self._seconds)
        except Untrusted as wrong:
            log.warning("refused: %s", wrong)
            self._metrics.count("refused")
            return _FORBIDDEN
        except Unreadable as wrong:
            log.error("not understood: %s", wrong)
            self._metrics.count("unreadable")
        except Exception:
            log.exception("a push could not be opened")
            self._metrics.count("failed")
        return _SUCCESS

    def _meaning(self, incoming: Incoming, now: dt.datetime) -> Meaning | None:
        try:
            return self._bot.understand(incoming, now)
        except Exception:
            log.exception("a %s was not understood", incoming.event or incoming.kind)
            return None

    def is_quick(self, push: Push) -> bool:
        """Whether `answer` will ask neither database nor index, so that nobody is kept waiting by it."""
        try:
            return push.meaning is None or self._bot.is_quick(push.meaning)
        except Exception:
            log.exception("the bot failed on a %s", push.incoming.event or push.incoming.kind)
            return False

    def answer(self, push: Push) -> Note:
        """What the bot answers, at once; a polite text when it fails, or nothing where nobody waits for words."""
        incoming = push.incoming
        try:
            if push.meaning is not None:
                return self._noted(push, Answered(self._bot.answer(push.meaning)))
        except Exception:
            log.exception("the bot failed on a %s", incoming.event or incoming.kind)
        return self._noted(push, Answered(self._bot.failure_answer(incoming), "failed"))

    def stages(self, push: Push) -> Generator[Stage, None, Note]:
        """What can be answered in time, stage by stage: wait as each says, then go on to the next."""
        if push.meaning is None:
            return self._noted(push, Answered(self._bot.failure_answer(push.incoming), "failed"))
        asked = Asked(push.meaning, push.started, push.until)
        answered = yield from self._answering.stages(asked)
        note = self._noted(push, answered)
        if answered.coming is not None:
            self._debts.expect(note, answered.coming)
        return note

    def _waited(self, push: Push) -> Note:
        """What can be answered in time, for a door whose threads may wait."""
        stages = self.stages(push)
        while True:
            try:
                job, until = next(stages)
            except StopIteration as ended:
                note: Note = ended.value
                return note
            wait([job], timeout=max(until - time.perf_counter(), 0.0))

    def _noted(self, push: Push, answered: Answered) -> Note:
        if answered.how:
            self._metrics.count(answered.how)
        return Note(push.incoming, answered.answer, _rendered(answered.answer, push), push.now)

    def finish(self, push: Push, note: Note, counts: str | None) -> Said:
        """The HTTP answer; `counts` is what the scribe gave, None when it could not write; never raises."""
        stored = self._unwritten(push, note) if counts is None else counts
        outcome = "unwritten" if counts is None else "answered" if counts is note.stored else "repeated"
        self._metrics.count(outcome)
        took = time.perf_counter() - push.started
        self._metrics.took(took)
        about = note.incoming.event or note.incoming.kind
        self._line(f"{outcome} {about} hits={note.answer.hits} {took * 1000:.1f} ms")
        if stored == SUCCESS:
            return _SUCCESS
        if not push.opened.encrypted:
            return Said(200, stored, _XML)
        try:
            sealed = self._envelope.seal(
                stored, push.now, push.opened.nonce, previous_key=push.opened.previous_key
            )
        except Exception:
            log.exception("an answer could not be sealed")
            self._metrics.count("failed")
            return _SUCCESS
        return Said(200, sealed, _XML)

    def _unwritten(self, push: Push, note: Note) -> str:
        """What goes out where nothing could be written: never that something was changed.

        Promises and what the platform reports of its jobs, which it does not report again, are written later.
        """
        if note.answer.deferred or push.incoming.job is not None:
            self._debts.unwritten(note)
        return (
            _rendered(self._bot.unsaved_answer(push.incoming), push)
            if note.answer.changes_state
            else note.stored
        )


def _rendered(answer: Answer, push: Push) -> str:
    incoming = push.incoming
    return render(
        answer.reply, to=incoming.openid, sender=incoming.account, now=push.now, answering=incoming.kind
    )
