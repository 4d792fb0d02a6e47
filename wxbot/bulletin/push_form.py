"""Form of an issue's push as an editor wants it: titles, digests, order, what is left out, and the cover.

A message has items (条): one for the whole issue, and one for each section. They are named by their sections, so that
the form fits later revisions too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from wxbot.bulletin.fix_matching import match_key

__all__ = [
    "NAMELESS",
    "PUSH_ITEM_KEYS",
    "PUSH_KEYS",
    "REST",
    "WHOLE",
    "PushForm",
    "PushItemForm",
    "item_name",
]

WHOLE = "整期"
"""Name of the item for the whole issue."""

REST = "更多栏目"
"""Name of the item for the sections beyond those that a message has room for."""

NAMELESS = "全文"
"""Name of the item for articles without a section."""

PUSH_KEYS = ("order", "leave_out", "cover", "item")
PUSH_ITEM_KEYS = ("of", "title", "digest")


def item_name(section: str) -> str:
    """Return the name of the item for a section."""
    return section if section.strip() else NAMELESS


@dataclass(frozen=True, slots=True)
class PushItemForm:
    """Title and digest of the item of one section; "" for the usual one."""

    of: str
    title: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PushForm:
    """Form of a push; False if nothing is settled.

    Attributes
    ----------
    items : titles and digests
    order : the items that come first, in this order; the others follow as the issue has them
    leave_out : items that are not sent
    cover : the item whose cover the first one gets; "" to leave each its own
    line : line of the fix file; it is no part of the content
    """

    items: tuple[PushItemForm, ...] = ()
    order: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    cover: str = ""
    line: int = field(default=0, compare=False)

    def __bool__(self) -> bool:
        return bool(self.items or self.order or self.leave_out or self.cover)

    @property
    def names(self) -> tuple[str, ...]:
        """Every item that the form names, each once."""
        named = (*(item.of for item in self.items), *self.order, *self.leave_out, self.cover)
        return tuple({match_key(name): name for name in named if name}.values())

    def of(self, name: str) -> PushItemForm:
        """Return title and digest of an item."""
        found = (item for item in self.items if match_key(item.of) == match_key(name))
        return next(found, PushItemForm(name))

    def missing(self, present: Iterable[str]) -> list[str]:
        """Return the named items that an issue lacks, which has these."""
        keys = set(map(match_key, present))
        return [name for name in self.names if match_key(name) not in keys]

    def to_json(self) -> dict[str, Any]:
        """Return the form as JSON values; {} for an empty one."""
        values = {
            "items": [asdict(item) for item in self.items],
            "order": list(self.order),
            "leave_out": list(self.leave_out),
            "cover": self.cover,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> "PushForm":
        """Return the form that `to_json` gave."""
        stored = stored or {}
        return cls(
            tuple(PushItemForm(**item) for item in stored.get("items", ())),
            tuple(stored.get("order", ())),
            tuple(stored.get("leave_out", ())),
            stored.get("cover", ""),
        )
