"""The platform's limits, and two fields of a draft cut to them (`rendering` cuts the others).

The letters name the sections of wechat-platform.md that the numbers come from. Where sources disagree, the smallest
harmless number stands here. `RepairedField.changed` lets the caller show the editor what was cut.
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
    "FORM_BYTES",
    "MASS_CALLS_A_MINUTE",
    "MASS_LIST",
    "MASS_PER_FOLLOWER_MONTH",
    "MENU_BUTTONS",
    "MENU_FIELD_BYTES",
    "MENU_KEY_BYTES",
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
BODY_BYTES = (
    65_536  # our own: the largest push, a report on eight articles in compat mode, is a quarter of it
)
FORM_BYTES = 1_048_576  # of a page's form that is read before a thread takes it

# C: passive replies. The lengths of a card are our own: the platform has none, a phone shows about this much.
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
MENU_KEY_BYTES = 128
MENU_FIELD_BYTES = 256  # of media_id, appid and the like; the platform gives no number


class RepairedField(NamedTuple):
    """A field as the platform accepts it; `changed` tells that it differs from the editor's text."""

    value: str
    changed: bool


def repair_author(author: str) -> RepairedField:
    """Cut an author's name to eight 汉字 or sixteen letters (G1), without an ellipsis."""
    return _repaired_field(author, cut_width(one_line(strip_controls(author)), AUTHOR_COLUMNS, end=""))


def repair_source_url(url: str) -> RepairedField:
    """Return the address of 阅读原文, or "" if it exceeds 1 KB (G1): a truncated address would be broken."""
    value = url.strip()
    return _repaired_field(url, value if len(value.encode("utf-8", "ignore")) <= URL_BYTES else "")


def _repaired_field(before: str, after: str) -> RepairedField:
    return RepairedField(after, before != after)
