"""What is answered to a wish: reads what was wished before, and says what is to be kept."""

from dataclasses import replace

from wxbot import followers
from wxbot.bot import lists
from wxbot.bot.answer import Answer
from wxbot.bot.answers.search import Chat
from wxbot.bot.intent.subscriptions import Mine, Subscribe, Unclear, Unsubscribe, Wish, changed, told
from wxbot.bot.voice import shown
from wxbot.db import Database
from wxbot.followers import Preferences
from wxbot.text import cut_width

__all__ = ["Subscriptions"]

_SECTIONS_COLUMNS = 300


class Subscriptions:
    """Answers wishes; threads may share it."""

    def __init__(self, db: Database, chat: Chat) -> None:
        self._db = db
        self._chat = chat

    def understands(self, wish: Wish) -> bool:
        """Whether the words are a wish after all: what is glued to 订阅 must be the name of a section.

        订阅号 and 订阅经济 are questions; after 退订 nothing is.
        """
        return not (isinstance(wish, Subscribe) and wish.glued) or all(self._known(wish))

    def answer(self, wish: Wish, openid: str) -> Answer:
        """Answer one wish of `openid`."""
        if isinstance(wish, Unclear):
            return self._chat.say("wish_how")
        if wish == Subscribe():
            names = lists.taps(self._chat.sections, "订阅")
            return self._chat.say("subscribe", 栏目=names)
        if isinstance(wish, Subscribe | Unsubscribe):
            known = self._known(wish)
            if None in known:
                return self._unknown(wish, wish.sections[known.index(None)])
            names_ = tuple(name for name in known if name is not None)
            wish = Subscribe(names_, wish.everything) if isinstance(wish, Subscribe) else Unsubscribe(names_)
        return self._changed(wish, openid)

    def _changed(self, wish: Wish, openid: str) -> Answer:
        with self._db.read() as session:
            before = followers.preferences_of(session, openid)
        after = changed(before, wish, self._chat.sections)
        if after.nothing and isinstance(wish, Unsubscribe):
            return Answer(self._chat.say("unsubscribed").reply, wish=after, forgets=True)
        return replace(self._told(wish, after), wish=None if after == before else after)

    def _told(self, wish: Wish, after: Preferences) -> Answer:
        if after.nothing:
            return self._chat.say("wishes_none")
        noted = "" if isinstance(wish, Mine) else "好的，记下了。"
        return self._chat.say("wishes", 回执=noted, **_short(after))

    def _known(self, wish: Subscribe | Unsubscribe) -> list[str | None]:
        return [self._chat.nearest(name) for name in wish.sections]

    def _unknown(self, wish: Subscribe | Unsubscribe, name: str) -> Answer:
        before = "订阅" if isinstance(wish, Subscribe) else "退订"
        return self._chat.say("no_section", 问题=shown(name), 栏目=lists.taps(self._chat.sections, before))


def _short(wishes: Preferences) -> dict[str, str]:
    return {place: cut_width(words, _SECTIONS_COLUMNS) for place, words in told(wishes).items()}
