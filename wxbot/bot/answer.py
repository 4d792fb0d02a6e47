"""Answers: the value that a message is answered with, and its composition from the association's reply texts."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from wxbot.bot import lists
from wxbot.bot.editor_orders import EditorAction
from wxbot.bot.lists import Listing
from wxbot.bot.templates import Replies
from wxbot.brand import Brand
from wxbot.errors import SettingsError
from wxbot.followers import Preferences
from wxbot.rendering.links import LinkedArticle, SiteLinks, picture_look
from wxbot.search.names import NO_NAMES, LibraryNames
from wxbot.text import cut_width, one_line
from wxbot.wechat import Reply, Text

__all__ = ["Answer", "Composer", "ReadBrand", "plain_brand", "quote_words"]

ReadBrand = Callable[[], Brand]
plain_brand: ReadBrand = Brand

_QUOTED_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply, and what must be written when it is given.

    reply : what the member sees
    hits : how many articles a search found; None where nothing was searched
    listing : the numbered list to remember for this member; None keeps the last one
    preferences : what the member asks to receive from now on; None changes nothing
    erases_dialog : True erases the last list, the deferred answer and waiting orders of this member
    editor_action : what an editor did by phone
    deferred : True if the reply only promises a deferred answer
    settles_deferred : True if the reply is the deferred answer promised before
    shown_ids : public ids of the articles, and numbers of the issues, whose pages the reply links to
    """

    reply: Reply
    hits: int | None = None
    listing: Listing | None = None
    preferences: Preferences | None = None
    erases_dialog: bool = False
    editor_action: EditorAction | None = None
    deferred: bool = False
    settles_deferred: bool = False
    shown_ids: tuple[str, ...] = ()

    @property
    def changes_state(self) -> bool:
        """Tell if the reply confirms a change, which is true only once the change is committed."""
        return self.preferences is not None or self.erases_dialog or self.editor_action is not None


class Composer:
    """Composes answers from reply texts, page addresses and numbered lists; threads may share it.

    `brand` returns the brand, with which the addresses of card pictures change; only `refresh` calls it.
    """

    def __init__(self, replies: Replies, public_url: str, brand: ReadBrand = plain_brand) -> None:
        self.replies = replies
        self._public_url = public_url
        self._brand = brand
        self.links = SiteLinks(public_url, self._read_look())

    def refresh(self) -> None:
        """Reload the reply texts and the brand if they changed."""
        self.replies.refresh()
        if (look := self._read_look()) != self.links.look:
            self.links = SiteLinks(self._public_url, look)

    @property
    def version(self) -> Hashable:
        """A value that changes with the reply texts and the look of card pictures."""
        return self.replies.version, self.links.look

    def _read_look(self) -> str:
        """Return the look of card pictures; "" while [brand] cannot be used, which keeps no member from an answer."""
        try:
            return picture_look(self._brand())
        except SettingsError:
            return ""

    def text(self, name: str, **values: object) -> str:
        """Return the reply text `name` with its placeholders filled."""
        return self.replies.text(name, **values)

    def answer(self, name: str, **values: object) -> Answer:
        """Return an answer that is the reply text `name` with its placeholders filled."""
        return Answer(Text(self.text(name, **values)))

    def first_page(
        self,
        name: str,
        query: str,
        stories: Sequence[LinkedArticle],
        total: int | None = None,
        *,
        click_token: str = "",
        names: LibraryNames = NO_NAMES,
        **values: object,
    ) -> Answer:
        """Return the reply text `name` with the first page of a list, and the list to remember.

        `query` is the list's title, `total` how many articles a search found (None: not searched), `click_token` the
        token of the question in its links, `names` those of the library.
        """
        page = list(enumerate(stories[: lists.PAGE], start=1))
        text = self.text(
            name,
            总数=len(stories) if total is None else total,
            列表=lists.numbered_titles(page, self.links, click_token, names),
            更多=lists.page_links(
                len(stories) - len(page),
                back=False,
                sections=(names.present_section(story.section) for story in stories),
            ),
            **values,
        )
        ids = tuple(story.id for story in stories)
        return Answer(
            Text(text),
            total,
            Listing(query, ids, len(page), click_token=click_token),
            shown_ids=ids[: len(page)],
        )


def quote_words(text: str) -> str:
    """Return a member's words as an answer repeats them: on one line, short, and unable to form a link."""
    return cut_width(one_line(text), _QUOTED_COLUMNS).translate(lists.NO_LINKS)
