"""What the bot answers to one message, and what is to be noted beside it."""

from dataclasses import dataclass

from wxbot.bot.editor_orders import Deed
from wxbot.bot.last_list import Listing
from wxbot.followers import Preferences
from wxbot.wechat import Reply

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer, and what to note beside it.

    `hits` is how many articles a search found (None where nothing was searched), `remembered` the list to
    keep for this member (None leaves the last one), `wish` what the member asks to receive from now on. With
    `forgets`, the state of this dialog is erased. `deed` is what an editor did by phone. An answer that `owes`
    only promises the real one; one that `settles` is what was promised before.
    """

    reply: Reply
    hits: int | None = None
    remembered: Listing | None = None
    wish: Preferences | None = None
    forgets: bool = False
    deed: Deed | None = None
    owes: bool = False
    settles: bool = False

    @property
    def changes(self) -> bool:
        """Whether it tells of a change that must be written down to be true."""
        return self.wish is not None or self.forgets or self.deed is not None
