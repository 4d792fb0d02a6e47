"""Fuzz the webhook: changed pushes in every mode of encryption, handled on an event loop as under `wxbot serve`.

Harm is an error in the log, an answer that the platform does not understand, an answer that could not be written (one
row stops the whole group of its commit), and pushes that cost seconds of processor time.
"""

import asyncio
import json
import logging
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from flask import Flask
from pydantic import SecretStr

from tests.conftest import NOON, ROOT, SAMPLE
from tests.databases import PostgresDatabases, create_tables
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Finding, Target
from tests.web.conftest import APP_ID, PUBLIC_URL, TOKEN, push_xml, signature
from wxbot import journal, library
from wxbot.bot import Bot, Replies
from wxbot.db import Database
from wxbot.search import Index, catch_up
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.web.loop_writer import LoopWriter
from wxbot.web.webhook import WebhookResponse
from wxbot.wechat import SUCCESS, CallbackCrypto, limits

__all__ = ["WebhookTarget"]

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
BATCH = 64
SLOW_SECONDS = 2.0  # of processor time
PRUNED_AFTER = 20_000  # inputs: rows of the journal that were checked are of no more use
MODES = (*("words",) * 4, *("plain", "safe") * 2, "envelope", "compat", "query")
_JOB = (
    "<MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event><MsgID>7{ID}</MsgID><Status>sendsuccess</Status>"
    "<TotalCount>100</TotalCount><FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
    "<CopyrightCheckResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx><AuditState>2</AuditState>"
    "</item></ResultList><CheckState>2</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>1</Count>"
    "<ResultList><item><ArticleIdx>1</ArticleIdx><ArticleUrl>http://u</ArticleUrl></item></ResultList>"
    "</ArticleUrlResult>"
)
_NOTICE = (
    "<MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>T"
    "</TemplateId><MsgID>1{ID}</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List>"
    "</SubscribeMsgSentEvent>"
)
_TEXTS = (
    "芯片",
    "更多",
    "第2期",
    "2021年第2期",
    "比亚迪 电池",
    "订阅",
    "退订",
    "5",
    "投融界",
    "批准 1",
    "最新",
    "?",
    "推送 2021-02",
)
_INSIDE = (
    *(
        f"<MsgType>text</MsgType><Content><![CDATA[{each}]]></Content><MsgId>{{ID}}</MsgId>"
        for each in _TEXTS
    ),
    "<MsgType>image</MsgType><PicUrl><![CDATA[http://p/0]]></PicUrl><MediaId>m</MediaId><MsgId>{ID}</MsgId>",
    "<MsgType>voice</MsgType><Format>amr</Format><Recognition>芯片</Recognition><MsgId>{ID}</MsgId>",
    "<MsgType>location</MsgType><Location_X>31.2</Location_X><Label><![CDATA[上海]]></Label><MsgId>{ID}</MsgId>",
    "<MsgType>link</MsgType><Title><![CDATA[报]]></Title><Url>https://news.example.org/a/2021-02/5</Url><MsgId>{ID}</MsgId>",
    *(
        f"<MsgType>event</MsgType><Event>{name}</Event><EventKey>{key}</EventKey><Ticket>t{{ID}}</Ticket>"
        for name, key in (
            ("subscribe", "qrscene_1"),
            ("unsubscribe", ""),
            ("SCAN", "2021-02"),
            ("CLICK", "LATEST"),
        )
    ),
    "<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>31.23</Latitude><Precision>65.0</Precision>",
    _JOB,
    _NOTICE,
)
SAMPLES = tuple(
    push_xml(inside, openid) for inside in _INSIDE for openid in ("alice", "oAbcdefghijklmnopqrstuvwxyz0")
)
TOKENS = tuple(
    each.encode()
    for each in (
        *(
            "<![CDATA[",
            "]]>",
            "]]",
            "<",
            "&lt;",
            "&amp;",
            "&#",
            "&#x1F600;",
            "&#55296;",
            "<xml>",
            "</xml>",
            "<item>",
        ),
        *(
            "<FromUserName>",
            "</FromUserName>",
            "<Content>",
            "</Content>",
            "<MsgId>",
            "<List>",
            "</List>",
            "<a b='c'/>",
        ),
        *(
            "<!DOCTYPE x>",
            "<?xml version='1.0'?>",
            '"Encrypt":"A"',
            "<Encrypt>",
            "{",
            "}",
            "[",
            '":',
            "\\ud800",
            "null",
        ),
        *(
            "第",
            "期",
            "２０２１",
            "年",
            "一百二十三",
            "1-9",
            "…",
            "！",
            "@",
            "的" * 50,
            "芯片",
            "http://a/?b=c&d",
            "%00",
            "\u200b",
        ),
    )
)


class _Push(NamedTuple):
    """One push: its mode, the query and the body."""

    mode: str
    query: bytes
    body: bytes

    def keep(self) -> bytes:
        """Return the push as it is kept in a file."""
        return b"\n".join([self.mode.encode(), self.query, self.body])


class _Alarms(logging.Handler):
    """Keep the log's errors; an unreadable push is none."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text of one record."""
        if not record.getMessage().startswith("unreadable: "):
            self.said.append(self.format(record))


class WebhookTarget(Target):
    """The webhook of an account without a key, and of one with it, on the library with the sample bulletin."""

    def __enter__(self) -> Self:
        """Build database, index and both applications in a folder of their own."""
        self._ends = ExitStack()
        folder = Path(self._ends.enter_context(tempfile.TemporaryDirectory()))
        self._db = self._ends.enter_context(closing(Database.open(self._database_url(folder))))
        library.ingest(self._db, [SAMPLE], NOON)
        index = Index.open(folder / "index")
        catch_up(index, self._db)
        self._loop = asyncio.new_event_loop()
        self._lines: list[str] = []
        self._sealing = CallbackCrypto(TOKEN, APP_ID, KEY)
        self._plain = self._application(folder, index, CallbackCrypto(TOKEN, APP_ID))
        self._safe = self._application(folder, index, self._sealing)
        self._alarms = _Alarms()
        logging.getLogger().addHandler(self._alarms)
        self._pruned_at = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close both applications, and delete the folder."""
        logging.getLogger().removeHandler(self._alarms)
        for app, _ in (self._plain, self._safe):
            runtime_of(app).close()
        self._loop.close()
        self._ends.close()

    def try_batch(self) -> list[Finding]:
        """Try a batch at once, as they arrive together; after harm each alone, to find which did it."""
        pushes = [self._make() for _ in range(BATCH)]
        self.tried += len(pushes)
        if self.tried - self._pruned_at > PRUNED_AFTER:
            self._pruned_at = self.tried
            with self._db.begin() as session:
                journal.prune(session, NOON.replace(year=NOON.year + 1))
        if not (all_together := self._harm(pushes, count=True)):
            return []
        alone = [(push, self._harm([push])) for push in pushes]
        found = [self._finding(push, harm) for push, harm in alone if harm]
        if all_together[0] == "slow" and not found:
            return []  # many cheap pushes on a busy machine
        together = b"\0\0".join(push.keep() for push in pushes)
        says = f"a batch, but none of its pushes alone: {': '.join(all_together)}"
        return found or [Finding(together, ".webhooks", "together", says)]

    def replay(self, data: bytes, _: str) -> list[Finding]:
        """Try one push that was kept."""
        mode, query, body = data.split(b"\n", 2)
        push = _Push(mode.decode(), query, body)
        harm = self._harm([push])
        return [self._finding(push, harm)] if harm else []

    def _finding(self, push: _Push, harm: tuple[str, str]) -> Finding:
        return Finding(push.keep(), ".webhook", harm[0], harm[1])

    def _make(self) -> _Push:
        """Return a push of a random mode with a few changes."""
        chance = self.chance
        number = str(24_780_000_000_000_000 + chance.randrange(10**12))
        mode, stamp = chance.choice(MODES), str(int(NOON.timestamp()))
        sample = chance.choice(SAMPLES).replace("{ID}", number)
        if mode == "words":
            words = mutate(chance.choice(_TEXTS).encode(), chance, TOKENS)[:20_000].decode("utf-8", "ignore")
            sample = push_xml(
                f"<MsgType>text</MsgType><Content>{escape(words)}</Content><MsgId>{number}</MsgId>"
            )
        elif chance.random() < 0.25:
            sample = _as_json(sample)
        raw = sample.encode()
        changed = raw if mode == "words" else mutate(raw, chance, TOKENS)[: limits.BODY_BYTES]
        if mode in {"plain", "words"}:
            return _Push(mode, _signed(stamp, {}), changed)
        if mode == "query":
            tokens = (b"&", b"=", b"%", b"%ff", b"+")
            return _Push(mode, mutate(_signed(stamp, {}), chance, tokens)[:4000], raw)
        message = changed.decode("utf-8", "ignore") if mode == "safe" else sample
        body = self._sealing.seal(
            message, NOON, "n", as_json=sample.startswith("{"), salt=chance.randbytes(16)
        ).encode()
        sealed = body.split(b'"Encrypt": "' if sample.startswith("{") else b"<Encrypt><![CDATA[")[1]
        sealed = sealed.split(b'"' if sample.startswith("{") else b"]]>")[0]
        if mode == "envelope":
            body = mutate(body, chance, TOKENS)
            sealed = chance.choice((sealed, sealed, sealed[: chance.randrange(len(sealed))]))
        elif mode == "compat" and not sample.startswith("{"):
            body = body.replace(b"<xml>", changed.replace(b"</xml>", b""), 1)
        return _Push(
            mode, _signed(stamp, {"encrypt_type": "aes"}, sealed.decode("latin-1")), body[: limits.BODY_BYTES]
        )

    def _harm(self, pushes: list[_Push], *, count: bool = False) -> tuple[str, str] | None:
        """Handle pushes at the same time; return the kind of harm and a sentence, or None."""
        self._lines.clear()
        self._alarms.said.clear()
        started = time.process_time()
        answers = self._loop.run_until_complete(self._handle(pushes))
        used = time.process_time() - started
        if count:
            self.outcomes.update(str(each.status) for each in answers)
            self.outcomes.update(line.split()[0] for line in self._lines)
        if self._alarms.said:
            return "error", self._alarms.said[0][-600:]
        if any(line.startswith("unwritten") for line in self._lines):
            return "unwritten", "the answer was not written"
        if used > SLOW_SECONDS:
            return "slow", f"{used:.1f} s of processor time for {len(pushes)}"
        wrong = [says for answer in answers if (says := self._fault(answer))]
        return ("reply", wrong[0]) if wrong else None

    async def _handle(self, pushes: list[_Push]) -> list[WebhookResponse]:
        plain, safe = ((runtime_of(app).webhook, writer) for app, writer in (self._plain, self._safe))
        calls = []
        for push in pushes:
            webhook, writer = safe if push.mode in {"safe", "envelope"} else plain
            calls.append(webhook.handle(push.query, push.body, writer))
        return list(await asyncio.gather(*calls))

    def _fault(self, answer: WebhookResponse) -> str:
        """Say what is wrong with an answer; "" for one that the platform understands."""
        if answer.status not in {200, 400, 403}:
            return f"status {answer.status}"
        if answer.status != 200 or answer.text == SUCCESS:
            return ""
        text = answer.text
        try:
            if "MsgSignature" in text:
                fields = _fields(text)
                query = {"encrypt_type": "aes", "timestamp": fields["TimeStamp"], "nonce": fields["Nonce"]}
                query["msg_signature"] = fields["MsgSignature"]
                text = self._sealing.open(query, text.encode("utf-8", "ignore"), NOON).body.decode()
            content = _fields(text).get("Content", "")
        except (ValueError, KeyError, ET.ParseError) as wrong:
            return f"{type(wrong).__name__}: {wrong}: {text[:300]!r}"
        return "a text that is too long" if len(content.encode()) > limits.TEXT_BYTES else ""

    def _database_url(self, folder: Path) -> str:
        if self.database == "sqlite":
            return create_tables(f"sqlite:///{folder / 'wxbot.db'}")
        server = PostgresDatabases()
        self._ends.callback(server.stop)
        return create_tables(self._ends.enter_context(server.empty_database("wxbot_fuzz")))

    def _application(self, folder: Path, index: Index, envelope: CallbackCrypto) -> tuple[Flask, LoopWriter]:
        given = Settings(token=SecretStr(TOKEN), app_id=APP_ID, public_url=PUBLIC_URL, state=folder / "var")
        app = create_app(
            # Answers may take an hour: a machine that is busy with something else does no harm.
            settings=given.model_copy(update={"answer_seconds": 3600.0}),
            db=self._db,
            index=index,
            bot=Bot(self._db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL),
            envelope=envelope,
            clock=lambda: NOON,
            access_log=self._lines.append,
        )
        return app, LoopWriter(runtime_of(app).journal_writer, self._loop)


def _signed(stamp: str, more: dict[str, str], *sealed: str) -> bytes:
    """Return a query with a valid signature of a push."""
    query = {"signature": signature(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n", **more}
    if sealed:
        query["msg_signature"] = signature(TOKEN, stamp, "n", *sealed)
    return urlencode(query).encode()


def _as_json(xml: str) -> str:
    """Return a push as the platform writes it in JSON; texts stay texts."""

    def values(parent: ET.Element) -> dict[str, object]:
        return {child.tag: values(child) if len(child) else child.text or "" for child in parent}

    return json.dumps(values(ET.fromstring(xml)), ensure_ascii=False)  # noqa: S314  our own sample


def _fields(text: str) -> dict[str, str]:
    """Return the fields of a reply in XML or JSON."""
    if text.startswith("{"):
        return {name: str(value) for name, value in json.loads(text).items()}
    return {child.tag: child.text or "" for child in ET.fromstring(text)}  # noqa: S314  our own reply
