"""The bot: understand one incoming message, and answer it."""

import datetime as dt
from dataclasses import replace

from wxbot.bot import deferred
from wxbot.bot.answer import Answer, Composer, ReadBrand, plain_brand
from wxbot.bot.answers.content_answers import ContentAnswers
from wxbot.bot.answers.subscription_answers import SubscriptionAnswers
from wxbot.bot.editor_commands import Editors
from wxbot.bot.intent.commands import Command, ContentCommand
from wxbot.bot.intent.meaning import (
    DEFERRED_ANSWER,
    Interpreter,
    LibrarySnapshot,
    Meaning,
    ReadHabits,
    expects_reply,
    no_habits,
    read_snapshot,
)
from wxbot.bot.office_hours import ServiceTimes
from wxbot.bot.rules.rule_file import RuleFile
from wxbot.bot.templates import Replies
from wxbot.db import Database
from wxbot.local_time import BEIJING
from wxbot.search import Index
from wxbot.wechat import Incoming, Nothing

__all__ = ["Bot"]

_NO_REPLY = Answer(Nothing())


class Bot:
    """Understands and answers messages; reads database and index, never writes; threads may share it.

    Parameters
    ----------
    public_url : root of this server's pages, for links
    tz : the association's zone, for 去年 in a question and the hours of rules
    list_minutes : how long a numbered list is remembered
    account_name : the account's name in replies; "" takes the newest bulletin's title
    rules : the editors' own rules
    editors : who may command the push by phone; None means nobody
    habits : returns what editors gave of publications and sections, such as former names
    times : office hours of the staff, and the schedule of new issues
    brand : returns the brand, with which the addresses of card pictures change
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
        habits: ReadHabits = no_habits,
        times: ServiceTimes | None = None,
        brand: ReadBrand = plain_brand,
    ) -> None:
        self.list_minutes = list_minutes
        self._db = db
        self._habits = habits
        self._rule_file = rules or RuleFile()
        self._editors = editors or Editors((), db, tz)
        self._interpreter = Interpreter(self._rule_file, tz, self._editors.openids, public_url)
        self._composer = Composer(replies, public_url, brand)
        self._content = ContentAnswers(
            db,
            index,
            self._composer,
            tz=tz,
            list_minutes=list_minutes,
            account_name=account_name,
            times=times or ServiceTimes(),
        )
        self._subscriptions = SubscriptionAnswers(db, self._composer)
        self._names: LibrarySnapshot | None = None

    def refresh(self, version: int | None = None) -> None:
        """Reload what changed of rules, texts and brand, and the names unless they are at `version` of the library."""
        self._rule_file.refresh()
        self._composer.refresh()
        names = self._names
        if names is None or version != names.version or self._habits() != names.habits:
            self._names = self._read_names()

    def understand(self, incoming: Incoming, now: dt.datetime) -> Meaning:
        """Return the meaning of one message that arrived at `now`; asks neither database nor index.

        Call it once per message, and pass the meaning to every later step.
        """
        return self._interpreter.understand(incoming, now, self._names)

    def answer(self, meaning: Meaning) -> Answer:
        """Return the answer to a message; may read the database and the index.

        A forgeable message changes nothing: in place of a confirmation its sender reads that nothing was saved.
        """
        answer = self._answer(meaning)
        if meaning.incoming.forgeable and answer.changes_state:
            return self.unsaved_answer(meaning.incoming)
        return answer

    def _answer(self, meaning: Meaning) -> Answer:
        """Return the answer, whoever may have sent the message."""
        openid, now, names = meaning.incoming.openid, meaning.now, meaning.names
        if names is None:
            # The first message of a process that could not read the database when it started: without the library's
            # names no section was recognised in it.
            self._names = self._read_names()
            return self._answer(self.understand(meaning.incoming, now))
        if meaning.editor_command is not None:
            answer = self._editors.answer(meaning.editor_command, openid, now)
            if answer is not None:
                return answer
        for match in meaning.rules:
            answer = self._content.rule_answer(match, openid, now, names)
            if answer is not None:
                return answer
        if meaning.command is None:
            return _NO_REPLY
        answer = self._command_answer(meaning.command, openid, now, names)
        # The words of a menu key are the editors': "nothing found" would tell the member who tapped it nothing.
        return self._content.help(names) if answer.hits == 0 and meaning.incoming.event == "click" else answer

    def is_quick(self, meaning: Meaning) -> bool:
        """Tell if `answer` needs neither database nor index, as for nearly all that members ask often."""
        if meaning.names is None or meaning.rules or meaning.editor_command is not None:
            return False
        command = meaning.command
        if command is None:
            return True
        return isinstance(command, ContentCommand) and self._content.is_quick(
            command, meaning.now, meaning.names
        )

    def titles(self, meaning: Meaning) -> Answer | None:
        """Return a shorter answer from the index, for when the whole answer is not ready in time; or None."""
        command = meaning.command
        if meaning.names is None or meaning.rules or meaning.editor_command is not None:
            return None
        if not isinstance(command, ContentCommand):
            return None
        return self._content.titles(command, meaning.now, meaning.names)

    def deferral_answer(self, meaning: Meaning) -> Answer:
        """Return the promise of a deferred answer, fetched by sending 1; to events that show no reply, nothing.

        The message that fetches a deferred answer gets no new promise: the older one stands.
        """
        incoming = meaning.incoming
        is_promise = expects_reply(incoming) and meaning.command != DEFERRED_ANSWER
        return replace(self._text_answer(incoming, "later"), deferred=is_promise)

    def busy_answer(self, incoming: Incoming) -> Answer:
        """Return the answer for when more messages wait than can be served."""
        return self._text_answer(incoming, "busy")

    def failure_answer(self, incoming: Incoming) -> Answer:
        """Return the apology for a message that could not be answered; to an event, nothing."""
        return _NO_REPLY if incoming.kind == "event" else self._composer.answer("trouble")

    def unsaved_answer(self, incoming: Incoming) -> Answer:
        """Return the answer that replaces the confirmation of a change when the change could not be written."""
        return self._text_answer(incoming, "unkept")

    def _text_answer(self, incoming: Incoming, text: str) -> Answer:
        return self._composer.answer(text) if expects_reply(incoming) else _NO_REPLY

    def _read_names(self) -> LibrarySnapshot:
        with self._db.read() as session:
            return read_snapshot(session, self._habits())

    def _command_answer(
        self, command: Command, openid: str, now: dt.datetime, names: LibrarySnapshot
    ) -> Answer:
        if command == DEFERRED_ANSWER:
            answer = self._deferred_answer(openid, now)
            if answer is not None:
                return answer
        if isinstance(command, ContentCommand):
            return self._content.answer(command, openid, now, names)
        return self._subscriptions.answer(command, openid, names)

    def _deferred_answer(self, openid: str, now: dt.datetime) -> Answer | None:
        """Return the answer promised to this member, computed now if it is not there yet; None without a promise."""
        with self._db.read() as session:
            promised = deferred.fetch(session, openid, now)
        if promised is None:
            return None
        answer = promised.answer or self.answer(self.understand(promised.incoming, now))
        return replace(answer, settles_deferred=True)
