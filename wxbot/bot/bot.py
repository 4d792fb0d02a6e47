"""The bot: one incoming message or event in, one answer out."""

import datetime as dt
from dataclasses import replace

from wxbot.bot import late
from wxbot.bot.addresses import Addresses
from wxbot.bot.answer import Answer
from wxbot.bot.answers.search import Chat
from wxbot.bot.editor_commands import Editors
from wxbot.bot.intent.commands import Asked, Back, Command, More, Only, Pick, Words, understand
from wxbot.bot.intent.smalltalk import gist
from wxbot.bot.intent.subscriptions import Wish
from wxbot.bot.late import HEARD, SCANNED
from wxbot.bot.rules.loader import RuleFile
from wxbot.bot.rules.rule import Kind
from wxbot.bot.subscribing import Subscriptions
from wxbot.bot.templates import Replies
from wxbot.clicks import QUESTION_CHARS
from wxbot.db import Database
from wxbot.local_time import BEIJING
from wxbot.search import Index
from wxbot.text import normalise
from wxbot.wechat import Incoming, Nothing

__all__ = ["Bot"]

# Events whose sender waits for words.
_SPOKEN_TO = frozenset({"subscribe", "click", "scan", "scancode_waitmsg"})
OWED = Pick(1)  # the message that asks for the answer that is owed
_NOTHING = Answer(Nothing())
# Kinds whose text has another name; shortvideo is a video to whoever sends it.
_ABOUT = {"shortvideo": "video", "unknown": "unsupported"}


class Bot:
    """Answers; holds no state of its own but the names on the shelf, so every thread may use it.

    Parameters
    ----------
    public_url : where readers reach this server, for links
    tz : the association's zone, for 去年 in a question
    list_minutes : how long a numbered list may be asked about
    account_name : how the account calls itself; empty: as the newest bulletin is called
    rules : what editors want answered otherwise
    editors : who may command by phone; nobody without
    """

    def __init__(
        self,
        db: Database,
        index: Index,
        replies: Replies,
        *,
        public_url: str,
        tz: dt.tzinfo = BEIJING,
        list_minutes: int = 30,
        account_name: str = "",
        rules: RuleFile | None = None,
        editors: Editors | None = None,
    ) -> None:
        self._editors = editors or Editors((), db, tz)
        self._rules = rules or RuleFile()
        self._tz = tz
        addresses = Addresses(public_url)
        self.list_minutes = list_minutes
        self._db = db
        self._chat = Chat(
            db, index, replies, addresses, tz=tz, list_minutes=list_minutes, account_name=account_name
        )
        self._subscriptions = Subscriptions(db, self._chat)

    def refresh(self, version: int | None = None) -> None:
        """Take up what changed on the shelf; nothing to do when the library's `version` is known already."""
        self._rules.refresh()
        self._chat.refresh(version)

    def answer(self, incoming: Incoming, now: dt.datetime) -> Answer:
        """Answer one push. Reads, and writes nothing: what is to be kept stands in the answer."""
        if incoming.kind == "event":
            return self._event(incoming, now)
        words = _words(incoming)
        if incoming.kind == "text" or words.strip():
            ordered = self._editors.answer(words, incoming.openid, now)
            return ordered or self._typed(words, incoming.openid, now)
        return self._chat.say(_ABOUT.get(incoming.kind, incoming.kind))

    def is_quick(self, incoming: Incoming, now: dt.datetime) -> bool:
        """Whether `answer` will ask neither database nor index: true of nearly all that members ask often."""
        if not self._chat.ready or incoming.openid in self._editors:
            return False
        match incoming.kind:
            case "text":
                return self._is_quick(incoming.content[:QUESTION_CHARS], now)
            case "event":
                return self._is_quick_event(incoming, now)
        return incoming.kind != "voice"

    def _is_quick(self, words: str, now: dt.datetime) -> bool:
        command = self._meant(self._understood(words))
        if not isinstance(command, Asked) or not self._chat.is_quick(command, now):
            return False
        return self._rules.book.typed(words, now.astimezone(self._tz)) is None

    def _is_quick_event(self, incoming: Incoming, now: dt.datetime) -> bool:
        if self._rules.book.keyed(Kind.EVENT, incoming.event, now.astimezone(self._tz)) is not None:
            return False
        match incoming.event:
            case "click":
                ruled = self._rules.book.keyed(Kind.MENU, incoming.key, now.astimezone(self._tz))
                return ruled is None and self._is_quick(incoming.key, now)
            case "subscribe":
                return not incoming.key
        return incoming.event not in _SPOKEN_TO

    def titles(self, incoming: Incoming, now: dt.datetime) -> Answer | None:
        """A shorter answer that needs no database, for when the whole one is not ready; None where there is none."""
        words = incoming.key if incoming.event == "click" else _words(incoming)
        if not words or not self._chat.ready or incoming.openid in self._editors:
            return None
        command, moment = self._understood(words), now.astimezone(self._tz)
        ruled = self._rules.book.typed(words, moment, fixed=not isinstance(command, Words))
        if incoming.event == "click":
            ruled = self._rules.book.keyed(Kind.MENU, words, moment) or ruled
        meant = self._meant(command)
        return None if ruled or not isinstance(meant, Asked) else self._chat.titles(meant, now)

    def later(self, incoming: Incoming) -> Answer:
        """A promise, to whoever waits for words: the answer is not ready, and is to be had by sending 1."""
        # Who asks for the answer that is owed is owed nothing else.
        said = incoming.key if incoming.event == "click" else _words(incoming)
        owes = _waits(incoming) and understand(said) != OWED
        return replace(self._spoken(incoming, "later"), owes=owes)

    def busy(self, incoming: Incoming) -> Answer:
        """What is said when more are waiting for an answer than can be served, to whoever waits for words."""
        return self._spoken(incoming, "busy")

    def failed(self, incoming: Incoming) -> Answer:
        """What is said when answering failed: an apology to a message, to an event nothing."""
        return _NOTHING if incoming.kind == "event" else self._chat.say("trouble")

    def unkept(self, incoming: Incoming) -> Answer:
        """What is said instead of an answer that tells of a change, when that could not be written down."""
        return self._spoken(incoming, "unkept")

    def _spoken(self, incoming: Incoming, name: str) -> Answer:
        return self._chat.say(name) if _waits(incoming) else _NOTHING

    def _typed(self, words: str, openid: str, now: dt.datetime) -> Answer:
        """Words: a fixed word, an editor's rule, or a question, in this order unless a rule is urgent."""
        command = self._understood(words)
        rule = self._rules.book.typed(words, now.astimezone(self._tz), fixed=not isinstance(command, Words))
        ruled = self._chat.ruled(rule, words, openid, now) if rule else None
        return ruled or self._command(self._meant(command), openid, now)

    def _meant(self, command: Command) -> Command:
        """The command; of words that call no section, the gist, where they have one."""
        if not isinstance(command, Words) or self._chat.section(command.text) is not None:
            return command
        return gist(command.text) or command

    def _understood(self, words: str) -> Command:
        command = understand(words)
        if isinstance(command, Only):
            meant = self._chat.nearest(command.section) is not None
        else:
            meant = not isinstance(command, Wish) or self._subscriptions.understands(command)
        return command if meant else Words(normalise(words))

    def _command(self, command: Command, openid: str, now: dt.datetime) -> Answer:
        if command == OWED:
            owed = self._owed(openid, now)
            if owed is not None:
                return owed
        if isinstance(command, Asked):
            return self._chat.command(command, openid, now)
        return self._subscriptions.answer(command, openid)

    def _owed(self, openid: str, now: dt.datetime) -> Answer | None:
        """What this member was promised, made now if it was not made in the meantime; None when nothing is owed."""
        with self._db.read() as session:
            owed = late.owed(session, openid, now)
        if owed is None:
            return None
        return replace(owed.answer or self.answer(owed.incoming, now), settles=True)

    def _keyed(self, kind: Kind, key: str, openid: str, now: dt.datetime) -> Answer | None:
        """What a rule says to a menu key, a scene or an event."""
        rule = self._rules.book.keyed(kind, key, now.astimezone(self._tz)) if key else None
        return self._chat.ruled(rule, key, openid, now) if rule else None

    def _event(self, incoming: Incoming, now: dt.datetime) -> Answer:
        openid, key = incoming.openid, incoming.key
        match incoming.event:
            case "subscribe":
                scene = key.removeprefix("qrscene_")
                answer = self._keyed(Kind.SCENE, scene, openid, now) or self._by_event(incoming, now)
                return answer or self._chat.welcome()
            case "click":
                return self._keyed(Kind.MENU, key, openid, now) or self._key(key, openid, now)
            case "scan":
                return self._scanned(key, openid, now)
            case "scancode_waitmsg":
                return self._scanned(incoming.fields.get(SCANNED, ""), openid, now)
        return self._by_event(incoming, now) or _NOTHING

    def _by_event(self, incoming: Incoming, now: dt.datetime) -> Answer | None:
        return self._keyed(Kind.EVENT, incoming.event, incoming.openid, now)

    def _key(self, key: str, openid: str, now: dt.datetime) -> Answer:
        """A menu key: a command, or words to search; help where it means nothing."""
        answer = self._typed(key, openid, now)
        return answer if answer.hits != 0 else self._chat.help()

    def _scanned(self, scene: str, openid: str, now: dt.datetime) -> Answer:
        """A code: a rule, a command or the name of a section; anything else is only somebody who came by.

        A code may be called 12, and is no number of a list: it stands on a wall, for everybody.
        """
        ruled = self._keyed(Kind.SCENE, scene, openid, now)
        if ruled is not None:
            return ruled
        command = self._understood(scene)
        named = not isinstance(command, Words) or self._chat.section(command.text) is not None
        if isinstance(command, Pick | More | Back | Only) or not named:
            return self._chat.help()
        return self._command(command, openid, now)


def _words(incoming: Incoming) -> str:
    """What was typed, or said as far as the platform understood it; nothing for other kinds."""
    said = incoming.content if incoming.kind == "text" else ""
    if incoming.kind == "voice":
        said = incoming.fields.get(HEARD, "")
    return said[:QUESTION_CHARS]


def _waits(incoming: Incoming) -> bool:
    """Whether somebody waits for words."""
    return incoming.kind != "event" or incoming.event in _SPOKEN_TO
