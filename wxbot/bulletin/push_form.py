"""Form of an issue's push as an editor wants it: texts, authors, comments, order, what is left out, and covers.

A message has items (条): one for the whole issue, and one for each section, or one for each of some articles. They are
named by their sections, or by the numbers of their articles, so that the form fits later revisions too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from wxbot.bulletin.fix_matching import match_key

__all__ = [
    "BEST",
    "COMMENTS_OFF",
    "COMMENT_CHOICES",
    "NAMELESS",
    "PUSH_ITEM_KEYS",
    "PUSH_KEYS",
    "REST",
    "WHOLE",
    "Picks",
    "PushForm",
    "PushItemForm",
    "item_name",
    "single_name",
]

WHOLE = "整期"
"""Name of the item for the whole issue."""

REST = "更多栏目"
"""Name of the item for the sections beyond those that a message has room for."""

NAMELESS = "全文"
"""Name of the item for articles without a section."""

Picks = tuple[int, ...] | Literal["best"]
"""Numbers of the articles that each have an item, in this order; BEST: the program chooses; (): an item a section."""

BEST: Literal["best"] = "best"
"""Value of `Picks` for as many of the best articles as a message has room for."""

PUSH_KEYS = ("items", "order", "leave_out", "cover", "author", "comments", "item")
PUSH_ITEM_KEYS = ("of", "title", "digest", "author", "cover", "comments")

COMMENTS_OFF = "none"
"""Value of `comments` of an item without comments in a message that has them."""

COMMENT_CHOICES = ("fans", "all", COMMENTS_OFF)
"""Who may write comments (留言): followers only, everybody, nobody."""


def item_name(section: str) -> str:
    """Return the name of the item for a section."""
    return section if section.strip() else NAMELESS


def single_name(n: int) -> str:
    """Return the name of the item that holds one article alone."""
    return f"第{n}篇"


@dataclass(frozen=True, slots=True)
class PushItemForm:
    """Settings of the item of one section; "" for the usual value.

    `cover` is the item whose cover it gets, `comments` one of COMMENT_CHOICES.
    """

    of: str
    title: str = ""
    digest: str = ""
    author: str = ""
    cover: str = ""
    comments: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self) if each.name != "of")

    def to_json(self) -> dict[str, str]:
        """Return the item as JSON values; title and digest always, the others where they are set."""
        always = {"of", "title", "digest"}
        return {name: value for name, value in asdict(self).items() if value or name in always}


@dataclass(frozen=True, slots=True)
class PushForm:
    """Form of a push; False if nothing is settled.

    Attributes
    ----------
    items : what differs for single items
    order : the items that come first, in this order; the others follow as the issue has them
    leave_out : items that are not sent
    cover : the item whose cover the first one gets; "" to leave each its own
    author : the author of all items; "" for the usual one
    comments : who may write comments below the items: `fans` or `all`; "" for nobody
    picks : articles that each are an item, in place of the sections
    line : line of the fix file; it is no part of the content
    """

    items: tuple[PushItemForm, ...] = ()
    order: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    cover: str = ""
    author: str = ""
    comments: str = ""
    picks: Picks = ()
    line: int = field(default=0, compare=False)

    def __bool__(self) -> bool:
        settled = (self.items, self.order, self.leave_out, self.cover, self.author, self.comments, self.picks)
        return any(map(bool, settled))

    @property
    def names(self) -> tuple[str, ...]:
        """Every item that the form names, each once."""
        covers = (item.cover for item in self.items)
        named = (*(item.of for item in self.items), *self.order, *self.leave_out, self.cover, *covers)
        return tuple({match_key(name): name for name in named if name}.values())

    def of(self, name: str) -> PushItemForm:
        """Return the settings of an item by itself."""
        found = (item for item in self.items if match_key(item.of) == match_key(name))
        return next(found, PushItemForm(name))

    def author_of(self, name: str) -> str:
        """Return the author that an item gets; "" for the usual one."""
        return self.of(name).author or self.author

    def comments_of(self, name: str) -> str:
        """Return who may write comments below an item: `fans` or `all`; "" for nobody."""
        wanted = self.of(name).comments or self.comments
        return "" if wanted == COMMENTS_OFF else wanted

    def missing(self, present: Iterable[str]) -> list[str]:
        """Return the named items that an issue lacks, which has these."""
        keys = set(map(match_key, present))
        return [name for name in self.names if match_key(name) not in keys]

    def to_json(self) -> dict[str, Any]:
        """Return the form as JSON values; {} for an empty one."""
        values = {
            "items": [item.to_json() for item in self.items],
            "order": list(self.order),
            "leave_out": list(self.leave_out),
            "cover": self.cover,
            "author": self.author,
            "comments": self.comments,
            "picks": self.picks if self.picks == BEST else list(self.picks),
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> "PushForm":
        """Return the form that `to_json` gave."""
        stored = stored or {}
        picks = stored.get("picks", ())
        return cls(
            tuple(PushItemForm(**item) for item in stored.get("items", ())),
            tuple(stored.get("order", ())),
            tuple(stored.get("leave_out", ())),
            stored.get("cover", ""),
            stored.get("author", ""),
            stored.get("comments", ""),
            BEST if picks == BEST else tuple(map(int, picks)),
        )
