"""Answers to subscription commands: read the member's preferences, and say what they are from now on."""

from dataclasses import replace

from wxbot import followers
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer, quote_words
from wxbot.bot.intent.meaning import LibrarySnapshot
from wxbot.bot.intent.subscriptions import (
    ShowSubscriptions,
    Subscribe,
    SubscriptionCommand,
    UnclearSetting,
    Unsubscribe,
    apply_command,
    preference_labels,
)
from wxbot.db import Database
from wxbot.followers import Preferences
from wxbot.text import cut_width

__all__ = ["SubscriptionAnswers"]

_SECTIONS_COLUMNS = 300


class SubscriptionAnswers:
    """Answers subscription commands; writes nothing: the new preferences are part of the answer."""

    def __init__(self, db: Database, composer: Composer) -> None:
        self._db = db
        self._composer = composer

    def answer(self, command: SubscriptionCommand, openid: str, names: LibrarySnapshot) -> Answer:
        """Return the answer to one command of `openid`."""
        if isinstance(command, UnclearSetting):
            return self._composer.answer("wish_how")
        if command == Subscribe():
            return self._composer.answer("subscribe", 栏目=lists.menu_links(names.sections, "订阅"))
        if isinstance(command, Subscribe | Unsubscribe):
            sections = list[str]()
            for typed in command.sections:
                section = names.nearest_section(typed)
                if section is None:
                    return self._unknown_section(command, typed, names)
                sections.append(section)
            command = replace(command, sections=tuple(sections), glued=False)
        return self._apply(command, openid, names)

    def _apply(self, command: SubscriptionCommand, openid: str, names: LibrarySnapshot) -> Answer:
        with self._db.read() as session:
            before = followers.preferences_of(session, openid)
        after = apply_command(before, command, names.sections)
        if after.nothing and isinstance(command, Unsubscribe):
            return replace(self._composer.answer("unsubscribed"), preferences=after, erases_dialog=True)
        return replace(self._confirmation(command, after), preferences=None if after == before else after)

    def _confirmation(self, command: SubscriptionCommand, after: Preferences) -> Answer:
        if after.nothing:
            return self._composer.answer("wishes_none")
        confirmed = "" if isinstance(command, ShowSubscriptions) else "好的，记下了。"
        labels = {
            name: cut_width(label, _SECTIONS_COLUMNS) for name, label in preference_labels(after).items()
        }
        return self._composer.answer("wishes", 回执=confirmed, **labels)

    def _unknown_section(
        self, command: Subscribe | Unsubscribe, typed: str, names: LibrarySnapshot
    ) -> Answer:
        word = "订阅" if isinstance(command, Subscribe) else "退订"
        sections = lists.menu_links(names.sections, word)
        return self._composer.answer("no_section", 问题=quote_words(typed), 栏目=sections)
