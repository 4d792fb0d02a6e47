"""What is answered to a wish: reads what was wished before, and says what is to be kept."""

from wxbot import followers
from wxbot.bot import lists
from wxbot.bot.answer import Answer
from wxbot.bot.chat import Chat
from wxbot.bot.wishes import Subscribe, Unclear, Unsubscribe, Wish, changed, told
from wxbot.db import Database
from wxbot.followers import Wishes
from wxbot.text import cut_width

__all__ = ["Subscriptions"]

_SECTIONS_COLUMNS = 300


class Subscriptions:
    """Answers wishes; threads may share it."""

    def __init__(self, db: Database, chat: Chat) -> None:
        self._db = db
        self._chat = chat

    def understands(self, wish: Wish) -> bool:
        """Whether the words are a wish after all: what is glued to 订阅 must be the name of a section."""
        return not (isinstance(wish, Subscribe | Unsubscribe) and wish.glued) or all(self._known(wish))

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
                return self._unknown(wish.sections[known.index(None)])
            names_ = tuple(name for name in known if name is not None)
            wish = Subscribe(names_, wish.everything) if isinstance(wish, Subscribe) else Unsubscribe(names_)
        return self._changed(wish, openid)

    def _changed(self, wish: Wish, openid: str) -> Answer:
        with self._db.read() as session:
            before = followers.wishes_of(session, openid)
        after = changed(before, wish, self._chat.sections)
        if after.nothing and isinstance(wish, Unsubscribe):
            return Answer(self._chat.say("unsubscribed").reply, wish=after, forgets=True)
        answer = self._chat.say("wishes", **_short(after))
        return answer if after == before else Answer(answer.reply, wish=after)

    def _known(self, wish: Subscribe | Unsubscribe) -> list[str | None]:
        return [self._chat.section(name) for name in wish.sections]

    def _unknown(self, name: str) -> Answer:
        return self._chat.say(
            "no_section", 问题=self._chat.shown(name), 栏目=lists.taps(self._chat.sections, "订阅")
        )


def _short(wishes: Wishes) -> dict[str, str]:
    return {place: cut_width(words, _SECTIONS_COLUMNS) for place, words in told(wishes).items()}
