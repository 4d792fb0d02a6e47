"""The platform's limits that we obey, and two fields of a draft brought within them: `cards` sees to the others.

Each number names the section of wechat-platform.md that it comes from. Where sources disagree the smallest
that does no harm stands here. What a field is cut to is shown to the editor before it leaves:
`RepairedField.changed` says so.
"""

from typing import NamedTuple

from wxbot.text import cut_width, one_line, strip_controls

__all__ = [
    "ARTICLES_PER_DRAFT",
    "AUTHOR_COLUMNS",
    "BODY_BYTES",
    "CARDS_FOR_EVENT",
    "CARDS_FOR_MESSAGE",
    "CARD_DESCRIPTION_BYTES",
    "CARD_TITLE_BYTES",
    "CONTENT_CHARS",
    "DIGEST_BYTES",
    "FORCED_REFRESHES_A_DAY",
    "FORCED_REFRESH_GAP_SECONDS",
    "MASS_CALLS_A_MINUTE",
    "MASS_LIST",
    "MASS_PER_FOLLOWER_MONTH",
    "MENU_BUTTONS",
    "MENU_NAME_BYTES",
    "MENU_SUB_BUTTONS",
    "MENU_SUB_NAME_BYTES",
    "PUSH_WINDOW_SECONDS",
    "TEXT_BYTES",
    "TITLE_BYTES",
    "TITLE_CHARS",
    "UPLOADIMG_BYTES",
    "URL_BYTES",
    "RepairedField",
    "repair_author",
    "repair_source_url",
]

# A: the webhook.
PUSH_WINDOW_SECONDS = 300
BODY_BYTES = 1_048_576

# C: passive replies. The card's two lengths are ours: the platform names none, a phone shows about as much.
TEXT_BYTES = 2048
CARDS_FOR_MESSAGE = 1
CARDS_FOR_EVENT = 8
CARD_TITLE_BYTES = 192
CARD_DESCRIPTION_BYTES = 360

# D: the token.
FORCED_REFRESHES_A_DAY = 20
FORCED_REFRESH_GAP_SECONDS = 30

# F: mass messages.
MASS_CALLS_A_MINUTE = 60
MASS_PER_FOLLOWER_MONTH = 4
MASS_LIST = range(2, 10_001)

# G: drafts.
ARTICLES_PER_DRAFT = 8
TITLE_CHARS = 32
TITLE_BYTES = 64
AUTHOR_COLUMNS = 16
DIGEST_BYTES = 120
CONTENT_CHARS = 20_000
URL_BYTES = 1024

# H: pictures.
UPLOADIMG_BYTES = 1_048_576

# K: menus.
MENU_BUTTONS = 3
MENU_SUB_BUTTONS = 5
MENU_NAME_BYTES = 16
MENU_SUB_NAME_BYTES = 60


class RepairedField(NamedTuple):
    """A field as the platform takes it, and whether that is another text than the editor's."""

    value: str
    changed: bool


def repair_author(author: str) -> RepairedField:
    """At most eight 汉字 or sixteen letters; a name bears no mark of having been cut (G1)."""
    return _repaired(author, cut_width(one_line(strip_controls(author)), AUTHOR_COLUMNS, end=""))


def repair_source_url(url: str) -> RepairedField:
    """The address of 阅读原文, at most 1 KB; none rather than half of one, which would lead nowhere (G1)."""
    value = url.strip()
    return _repaired(url, value if len(value.encode("utf-8", "ignore")) <= URL_BYTES else "")


def _repaired(before: str, after: str) -> RepairedField:
    return RepairedField(after, before != after)
