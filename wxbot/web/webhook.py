"""The webhook `/wechat`: answer every message of the platform within its five seconds.

One handler, in this order, on an event loop:

    verify    check the signature, decrypt, parse; 403 for requests that are not the platform's
    answer    let the bot answer before the deadline (`DeadlineAnswerer`); reads only
    journal   write journal row, follower, last list and subscriptions by group commit (`LoopWriter`); a retry of the
              platform, known by its idempotency key, gets the stored reply
    reply     encrypt the reply that counts

The platform gets status 200 for every signed message, even if it cannot be read or answering it fails: after another
status, or none in time, the platform retries and then tells the member that the account is out of order. Under
`wxbot serve` the handler runs on the server's event loop (`wxbot.web.asgi_app`); the Flask view runs it on a loop
in a thread of its own.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from wxbot.bot import Answer, AnsweredMessage, Bot
from wxbot.web.deadline import DeadlineAnswerer, PendingMessage
from wxbot.web.deferred_answers import DeferredAnswers
from wxbot.web.log import BoundedLog
from wxbot.web.loop_writer import LoopWriter
from wxbot.web.metrics import Metrics
from wxbot.web.request_ids import request_context
from wxbot.wechat import (
    CHECK_OPENID,
    SUCCESS,
    CallbackCrypto,
    DataFormat,
    Incoming,
    Unreadable,
    Untrusted,
    VerifiedCallback,
    parse,
    render,
)

__all__ = ["OVERLOADED", "PATH", "TOO_LARGE", "Webhook", "WebhookResponse"]

log = logging.getLogger(__name__)

PATH = "/wechat"

_REPLY_SECONDS = 0.2  # of the answer's time, reserved for encryption and sending
_MAX_FIELDS = 50
_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"


class WebhookResponse(NamedTuple):
    """An HTTP response of the webhook."""

    status: int
    text: str
    content_type: str = _PLAIN

    @property
    def body(self) -> bytes:
        """The text in UTF-8, without lone surrogates."""
        return self.text.encode("utf-8", "ignore")


TOO_LARGE = WebhookResponse(413, "too large")
OVERLOADED = WebhookResponse(503, "too many messages")  # the platform tries again
_TOO_MANY_FIELDS = WebhookResponse(400, "too many fields")
_FORBIDDEN = WebhookResponse(403, "forbidden")
_SUCCESS = WebhookResponse(200, SUCCESS)


class _VerifiedPush(NamedTuple):
    """A push with a valid signature, decrypted and parsed."""

    opened: VerifiedCallback
    message: PendingMessage


class Webhook:
    """Handle the platform's requests; event loops may share it.

    Parameters
    ----------
    clock : gives the current time, aware
    seconds : within which a message is answered
    access_log : called with one line of text for each answer
    """

    def __init__(
        self,
        envelope: CallbackCrypto,
        bot: Bot,
        answerer: DeadlineAnswerer,
        deferred: DeferredAnswers,
        metrics: Metrics,
        *,
        clock: Callable[[], dt.datetime],
        seconds: float,
        access_log: Callable[[str], None] = log.info,
    ) -> None:
        self._envelope = envelope
        self._bot = bot
        self._answerer = answerer
        self._deferred = deferred
        self._metrics = metrics
        self._clock = clock
        self._seconds = seconds - _REPLY_SECONDS
        self._access_log = access_log
        self._refusals = BoundedLog(log)

    def verify_address(self, query_string: bytes) -> WebhookResponse:
        """Answer a GET, by which the platform checks our address: its `echostr`, or 403."""
        query = _parse_query(query_string)
        if query is None:
            return _TOO_MANY_FIELDS
        echo = self._envelope.verify_server(query)
        return _FORBIDDEN if echo is None else WebhookResponse(200, echo)

    def count_refused_for_load(self) -> None:
        """Count a push that was refused unread, because too many are under way."""
        self._metrics.count("busy")

    async def handle(self, query_string: bytes, body: bytes, writer: LoopWriter) -> WebhookResponse:
        """Answer a POST, by which the platform pushes a message or an event; never raises."""
        query = _parse_query(query_string)
        if query is None:
            return _TOO_MANY_FIELDS
        with request_context():
            try:
                return await self._handle(query, body, writer)
            except Exception:
                # Entry point of a push: any other status than 200 would show the member a fault notice.
                log.exception("the webhook failed")
                self._metrics.count("failed")
                return _SUCCESS

    async def _handle(self, query: Mapping[str, str], body: bytes, writer: LoopWriter) -> WebhookResponse:
        try:
            push = self._verify(query, body)
        except Untrusted as error:
            self._refusals.warning("refused: %s", error)
            self._metrics.count("refused")
            return _FORBIDDEN
        except Unreadable as error:
            log.error("unreadable: %s", error)
            self._metrics.count("unreadable")
            return _SUCCESS
        if push.message.incoming.openid == CHECK_OPENID:
            return self._respond(push, (await self._answer(push.message)).stored)
        note = await self._answer(push.message)
        stored = await writer.write(note, push.message.until - time.perf_counter())
        reply = self._unwritten_reply(note) if stored is None else stored
        outcome = "unwritten" if stored is None else "answered" if stored is note.stored else "repeated"
        self._record(outcome, push, note)
        return self._respond(push, reply)

    def _verify(self, query: Mapping[str, str], body: bytes) -> _VerifiedPush:
        """Check the signature, decrypt and parse.

        Raises
        ------
        Untrusted : the push is not from the platform
        Unreadable : the signature is right, but the content is not a message
        """
        started, now = time.perf_counter(), self._clock()
        opened = self._envelope.open(query, body, now)
        incoming = parse(opened.body)
        if opened.forgeable:
            incoming = incoming._replace(forgeable=True)
        return _VerifiedPush(opened, PendingMessage(incoming, now, started, started + self._seconds))

    async def _answer(self, message: PendingMessage) -> AnsweredMessage:
        """Return the best answer that is ready in time; a whole answer that is late becomes a deferred one."""
        timed = await self._answerer.answer(message)
        if timed.outcome:
            self._metrics.count(timed.outcome)
        stored = _render(timed.answer, message.incoming, message.now)
        note = AnsweredMessage(message.incoming, timed.answer, stored, message.now)
        if timed.pending is not None and message.incoming.openid != CHECK_OPENID:
            self._deferred.expect(note, timed.pending)
        return note

    def _unwritten_reply(self, note: AnsweredMessage) -> str:
        """Return the reply if the journal could not be written; it never confirms a change.

        Promises, and the platform's reports on mass messages, which it sends once, are written later.
        """
        if note.answer.deferred or note.incoming.job is not None:
            self._deferred.write_later(note)
        if not note.answer.changes_state:
            return note.stored
        return _render(self._bot.unsaved_answer(note.incoming), note.incoming, note.now)

    def _record(self, outcome: str, push: _VerifiedPush, note: AnsweredMessage) -> None:
        """Count an answer, and write its line into the access log."""
        self._metrics.count(outcome)
        seconds = time.perf_counter() - push.message.started
        self._metrics.observe(seconds)
        kind = note.incoming.event or note.incoming.kind
        if outcome != "repeated":
            self._metrics.count_answer(kind, note.answer.hits)
        self._access_log(f"{outcome} {kind} hits={note.answer.hits} {seconds * 1000:.1f} ms")

    def _respond(self, push: _VerifiedPush, reply: str) -> WebhookResponse:
        """Encrypt the reply if the push was encrypted."""
        if reply == SUCCESS:
            return _SUCCESS
        as_json = push.message.incoming.data_format is DataFormat.JSON
        if push.opened.encrypted:
            reply = self._envelope.seal(
                reply,
                push.message.now,
                push.opened.nonce,
                previous_key=push.opened.previous_key,
                as_json=as_json,
            )
        return WebhookResponse(200, reply, _JSON if as_json else _XML)


def _parse_query(query_string: bytes) -> dict[str, str] | None:
    """Return the fields of a query; None when there are too many. The platform's own fields need no unescaping."""
    text = query_string.decode("latin-1")
    if text.count("&") >= _MAX_FIELDS:
        return None
    if "%" in text or "+" in text:
        return dict(parse_qsl(text, keep_blank_values=True))
    return {name: value for name, _, value in (pair.partition("=") for pair in text.split("&"))}


def _render(answer: Answer, incoming: Incoming, now: dt.datetime) -> str:
    """Return the reply in the message's data format, as it is stored in the journal, before encryption."""
    return render(
        answer.reply,
        to=incoming.openid,
        sender=incoming.account,
        now=now,
        answering=incoming.kind,
        data_format=incoming.data_format,
    )
