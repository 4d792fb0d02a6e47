"""The webhook: what the platform pushes to `/wechat`, answered within its five seconds, always.

The order of things: verify and open, understand, answer (reads only), write all in one transaction, seal. Whoever
is not the platform gets 403. The platform gets 200, whatever is in the push and whatever goes wrong here: another
status, or none in time, would make it ask again and then tell the member that the account is out of order.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wxbot.bot import Answer, Bot, Note
from wxbot.web.metrics import Metrics
from wxbot.web.scribe import Late, Scribe
from wxbot.wechat import SUCCESS, Envelope, Incoming, Nothing, Opened, Unreadable, Untrusted, parse, render

__all__ = ["Said", "Webhook"]

log = logging.getLogger(__name__)

_NOTHING = Answer(Nothing())
_SEAL_SECONDS = 0.2  # kept back for encryption and the way out
_XML = "text/xml; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Said:
    """An HTTP answer."""

    status: int
    body: str
    kind: str = _PLAIN


_FORBIDDEN = Said(403, "forbidden")


class Webhook:
    """Answers the platform; threads may share it.

    `clock` gives the moment (aware), `seconds` is the time within which a push is answered.
    """

    def __init__(
        self,
        envelope: Envelope,
        bot: Bot,
        scribe: Scribe,
        metrics: Metrics,
        *,
        clock: Callable[[], dt.datetime],
        seconds: float,
    ) -> None:
        self._envelope = envelope
        self._bot = bot
        self._scribe = scribe
        self._metrics = metrics
        self._clock = clock
        self._seconds = seconds - _SEAL_SECONDS

    def greet(self, query: Mapping[str, str]) -> Said:
        """The platform checks our address: its `echostr` back, or 403."""
        echo = self._envelope.greet(query)
        return _FORBIDDEN if echo is None else Said(200, echo)

    def receive(self, query: Mapping[str, str], body: bytes) -> Said:
        """Answer one push; never raises."""
        started, now = time.perf_counter(), self._clock()
        try:
            opened = self._envelope.open(query, body, now)
        except Untrusted as wrong:
            log.warning("refused: %s", wrong)
            self._metrics.count("refused")
            return _FORBIDDEN
        except Unreadable as wrong:
            log.error("not understood: %s", wrong)
            self._metrics.count("unreadable")
            return Said(200, SUCCESS)
        said = self._answered(opened, now, started + self._seconds)
        self._metrics.took(time.perf_counter() - started)
        return said

    def _answered(self, opened: Opened, now: dt.datetime, until: float) -> Said:
        try:
            incoming = parse(opened.xml)
            stored = self._kept(incoming, now, until)
            if stored == SUCCESS:
                return Said(200, SUCCESS)
            if opened.encrypted:
                stored = self._envelope.seal(stored, now, opened.nonce, previous_key=opened.previous_key)
            return Said(200, stored, _XML)
        except Unreadable as wrong:
            log.error("not understood: %s", wrong)
            self._metrics.count("unreadable")
        except Exception:
            log.exception("answering failed")
            self._metrics.count("failed")
        return Said(200, SUCCESS)

    def _kept(self, incoming: Incoming, now: dt.datetime, until: float) -> str:
        """The answer that counts, as it goes out before encryption: written down, unless the database is in trouble."""
        answer = self._computed(incoming, now)
        xml = render(
            answer.reply, to=incoming.openid, sender=incoming.account, now=now, answering=incoming.kind
        )
        outcome = "answered"
        try:
            stored = self._scribe.write(Note(incoming, answer, xml, now), until - time.perf_counter())
            outcome = "answered" if stored is xml else "repeated"
        except Late:
            log.error("answered before it was written: the database did not answer in time")
            stored, outcome = xml, "unwritten"
        except Exception:
            log.exception("answered without being written")
            stored, outcome = xml, "unwritten"
        self._metrics.count(outcome)
        log.info("%s %s hits=%s", outcome, incoming.event or incoming.kind, answer.hits)
        return stored

    def _computed(self, incoming: Incoming, now: dt.datetime) -> Answer:
        """What the bot answers; a polite text when it fails, or nothing where nobody waits for words."""
        try:
            return self._bot.answer(incoming, now)
        except Exception:
            log.exception("the bot failed on a %s", incoming.event or incoming.kind)
            self._metrics.count("failed")
        return _NOTHING if incoming.kind == "event" else self._bot.trouble()
