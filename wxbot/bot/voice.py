"""The voice: how an answer is put, as a text with its places filled, or as a numbered list that is remembered."""

from collections.abc import Sequence

from wxbot.bot import lists
from wxbot.bot.addresses import Addresses, Story
from wxbot.bot.answer import Answer
from wxbot.bot.last_list import Listing
from wxbot.bot.templates import Replies
from wxbot.search import Hit
from wxbot.text import cut_width, one_line
from wxbot.wechat import Text

__all__ = ["Voice", "shown"]

_SHOWN_COLUMNS = 30  # of a member's own words, when they are repeated
_SHARP = str.maketrans("<>", "＜＞")  # a member's words never become a link in our answer


class Voice:
    """Puts answers into the association's words; threads may share it."""

    def __init__(self, replies: Replies, addresses: Addresses) -> None:
        self.replies = replies
        self.addresses = addresses

    def text(self, name: str, **values: object) -> str:
        """One of the texts, with its places filled."""
        return self.replies.text(name, **values)

    def say(self, name: str, **values: object) -> Answer:
        """One of the texts, as an answer."""
        return Answer(Text(self.text(name, **values)))

    def listed(
        self,
        name: str,
        query: str,
        stories: Sequence[Story | Hit],
        total: int | None = None,
        *,
        mark: str = "",
        **values: object,
    ) -> Answer:
        """The text `name` with the first page of a list, which is remembered.

        `query` is how the list is called, `total` how many a search found; `mark` goes into the links.
        """
        page = list(enumerate(stories[: lists.PAGE], start=1))
        text = self.text(
            name,
            总数=len(stories) if total is None else total,
            列表=lists.numbered(page, self.addresses, mark),
            更多=lists.turn(
                len(stories) - len(page), back=False, sections=(story.section for story in stories)
            ),
            **values,
        )
        listing = Listing(query, tuple(story.id for story in stories), len(page), mark=mark)
        return Answer(Text(text), total, listing)


def shown(text: str) -> str:
    """A member's words as we repeat them: on one line, short, and without the signs of a link."""
    return cut_width(one_line(text), _SHOWN_COLUMNS).translate(_SHARP)
