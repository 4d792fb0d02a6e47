"""The bot: one incoming message or event in, one answer out."""

import datetime as dt

from wxbot.bot.addresses import Addresses
from wxbot.bot.chat import Answer, Chat
from wxbot.bot.commands import Asked, Command, Only, Words, understand
from wxbot.bot.editors import Editors
from wxbot.bot.replies import Replies
from wxbot.bot.rulefile import RuleFile
from wxbot.bot.rules import Kind
from wxbot.bot.subscribing import Subscriptions
from wxbot.bot.wishes import Wish
from wxbot.db import Database
from wxbot.search import Index
from wxbot.text import normalise
from wxbot.wechat import Incoming, Nothing

__all__ = ["Bot"]

BEIJING = dt.timezone(dt.timedelta(hours=8))
_FIRST_WORDS = (
    200  # characters of a message that are searched; a member who pastes an article means its beginning
)
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
        words = incoming.content if incoming.kind == "text" else incoming.fields.get("Recognition", "")
        if incoming.kind == "text" or (incoming.kind == "voice" and words.strip()):
            words = words[:_FIRST_WORDS]
            ordered = self._editors.answer(words, incoming.openid, now)
            return ordered or self._typed(words, incoming.openid, now)
        return self._chat.say(_ABOUT.get(incoming.kind, incoming.kind))

    def is_quick(self, incoming: Incoming, now: dt.datetime) -> bool:
        """Whether `answer` will ask no database: of what members type, nearly all that they ask often."""
        if incoming.kind != "text" or incoming.openid in self._editors:
            return False
        words = incoming.content[:_FIRST_WORDS]
        command = self._understood(words)
        if not isinstance(command, Asked) or not self._chat.is_quick(command):
            return False
        return self._rules.book.typed(words, now.astimezone(self._tz)) is None

    def trouble(self) -> Answer:
        """What a member reads when answering failed."""
        return self._chat.say("trouble")

    def _typed(self, words: str, openid: str, now: dt.datetime) -> Answer:
        """Words: a fixed word, an editor's rule, or a question, in this order unless a rule is urgent."""
        command = self._understood(words)
        rule = self._rules.book.typed(words, now.astimezone(self._tz), fixed=not isinstance(command, Words))
        ruled = self._chat.ruled(rule, words, openid, now) if rule else None
        return ruled or self._command(command, openid, now)

    def _understood(self, words: str) -> Command:
        command = understand(words)
        if isinstance(command, Only):
            meant = self._chat.section(command.section) is not None
        else:
            meant = not isinstance(command, Wish) or self._subscriptions.understands(command)
        return command if meant else Words(normalise(words))

    def _command(self, command: Command, openid: str, now: dt.datetime) -> Answer:
        if isinstance(command, Asked):
            return self._chat.command(command, openid, now)
        return self._subscriptions.answer(command, openid)

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
                return self._scanned(incoming.fields.get("ScanCodeInfo.ScanResult", ""), openid, now)
        return self._by_event(incoming, now) or _NOTHING

    def _by_event(self, incoming: Incoming, now: dt.datetime) -> Answer | None:
        return self._keyed(Kind.EVENT, incoming.event, incoming.openid, now)

    def _key(self, key: str, openid: str, now: dt.datetime) -> Answer:
        """A menu key: a command, or words to search; help where it means nothing."""
        answer = self._typed(key, openid, now)
        return answer if answer.hits != 0 else self._chat.help()

    def _scanned(self, scene: str, openid: str, now: dt.datetime) -> Answer:
        """A code: a rule, a command or the name of a section; anything else is only somebody who came by."""
        ruled = self._keyed(Kind.SCENE, scene, openid, now)
        if ruled is not None:
            return ruled
        command = self._understood(scene)
        if isinstance(command, Words) and self._chat.section(command.text) is None:
            return self._chat.help()
        return self._command(command, openid, now)
