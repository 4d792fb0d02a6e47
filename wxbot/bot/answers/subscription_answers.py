"""Answers to subscription commands: read the member's preferences, and say what they are from now on."""

from collections.abc import Mapping
from dataclasses import replace

from wxbot import followers, library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer, quote_words
from wxbot.bot.intent.snapshot import LibrarySnapshot
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
from wxbot.search.names import NamedPublication
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
            return self._composer.answer(
                "subscribe",
                刊物=lists.menu_links(names.library.short_names.values(), "订阅"),
                栏目=lists.menu_links(names.sections, "订阅"),
            )
        if isinstance(command, Subscribe | Unsubscribe):
            found = {typed: names.topic(typed) for typed in command.sections}
            unknown = next((typed for typed, topic in found.items() if topic is None), None)
            if unknown is not None:
                return self._unknown_section(command, unknown, names)
            topics = list(found.values())
            command = replace(
                command,
                sections=tuple(each for each in topics if isinstance(each, str)),
                publications=tuple(each.slug for each in topics if isinstance(each, NamedPublication)),
                glued=False,
            )
        return self._apply(command, openid, names)

    def _apply(self, command: SubscriptionCommand, openid: str, names: LibrarySnapshot) -> Answer:
        with self._db.read() as session:
            before = followers.preferences_of(session, openid)
            known = library.publications(session) if before.publications or before.refused else []
        if before.sections:
            present = dict.fromkeys(map(names.library.present_section, before.sections))
            before = replace(before, sections=tuple(present))
        publications = {each.slug: each.sections for each in names.library.publications}
        after = apply_command(before, command, names.sections, publications)
        if after.nothing and isinstance(command, Unsubscribe):
            return replace(self._composer.answer("unsubscribed"), preferences=after, erases_dialog=True)
        # A publication without public issues has no short name.
        labels = {each.slug: each.name for each in known} | names.library.short_names
        answer = self._confirmation(command, after, labels)
        return replace(answer, preferences=None if after == before else after)

    def _confirmation(
        self, command: SubscriptionCommand, after: Preferences, publications: Mapping[str, str]
    ) -> Answer:
        if after.nothing:
            return self._composer.answer("wishes_none")
        confirmed = "" if isinstance(command, ShowSubscriptions) else "好的，记下了。"
        labels = {
            name: cut_width(label, _SECTIONS_COLUMNS)
            for name, label in preference_labels(after, publications).items()
        }
        return self._composer.answer("wishes", 回执=confirmed, **labels)

    def _unknown_section(
        self, command: Subscribe | Unsubscribe, typed: str, names: LibrarySnapshot
    ) -> Answer:
        word = "订阅" if isinstance(command, Subscribe) else "退订"
        choices = [*names.library.short_names.values(), *names.sections]
        return self._composer.answer(
            "no_section", 问题=quote_words(typed), 栏目=lists.menu_links(choices, word)
        )
