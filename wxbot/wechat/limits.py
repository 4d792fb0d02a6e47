"""The platform's limits that we obey, and how a draft's fields are brought within them.

Each number names the section of wechat-platform.md that it comes from. Where sources disagree the smallest
that does no harm stands here. What a field is cut to is shown to the editor before it leaves:
`Repaired.changed` says so.
"""

import re
from typing import NamedTuple

from wxbot.text import cut_bytes, cut_width, one_line, strip_controls

__all__ = [
    "ARTICLES_PER_DRAFT",
    "AUTHOR_COLUMNS",
    "BATCH",
    "BODY_BYTES",
    "CARDS_FOR_EVENT",
    "CARDS_FOR_MESSAGE",
    "CARD_DESCRIPTION_BYTES",
    "CARD_TITLE_BYTES",
    "CLIENTMSGID_BYTES",
    "CLIENTMSGID_REPEAT_SECONDS",
    "CLIENTMSGID_VALID_HOURS",
    "CONTENT_BYTES",
    "CONTENT_CHARS",
    "DIGEST_BYTES",
    "FOLLOWERS_PER_CALL",
    "FORCED_REFRESHES_A_DAY",
    "FORCED_REFRESH_GAP_SECONDS",
    "MASS_CALLS_A_DAY",
    "MASS_CALLS_A_MINUTE",
    "MASS_LIST",
    "MASS_PER_FOLLOWER_MONTH",
    "MATERIAL_PICTURE_BYTES",
    "MENU_BUTTONS",
    "MENU_KEY_BYTES",
    "MENU_NAME_BYTES",
    "MENU_SUB_BUTTONS",
    "MENU_SUB_NAME_BYTES",
    "PREVIEWS_A_DAY",
    "PUSH_WINDOW_SECONDS",
    "SERVICE_MESSAGES",
    "SERVICE_WINDOW_HOURS",
    "TEXT_BYTES",
    "TITLE_BYTES",
    "TITLE_CHARS",
    "UPLOADIMG_BYTES",
    "URL_BYTES",
    "Repaired",
    "long_title",
    "repair_author",
    "repair_content",
    "repair_digest",
    "repair_source_url",
    "repair_title",
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

# E: customer service. A message of the follower's allows five within two days.
SERVICE_MESSAGES = 5
SERVICE_WINDOW_HOURS = 48

# F: mass messages.
MASS_CALLS_A_DAY = 100
MASS_CALLS_A_MINUTE = 60
MASS_PER_FOLLOWER_MONTH = 4
MASS_LIST = range(2, 10_001)
PREVIEWS_A_DAY = 100
CLIENTMSGID_BYTES = 32
CLIENTMSGID_VALID_HOURS = 24
CLIENTMSGID_REPEAT_SECONDS = 60

# G: drafts.
ARTICLES_PER_DRAFT = 8
TITLE_CHARS = 32
TITLE_BYTES = 64
AUTHOR_COLUMNS = 16
DIGEST_BYTES = 120
CONTENT_CHARS = 20_000
CONTENT_BYTES = 1_048_576
URL_BYTES = 1024
BATCH = 20

# H: pictures.
UPLOADIMG_BYTES = 1_048_576
MATERIAL_PICTURE_BYTES = 10 * 1_048_576

# K: followers and menus.
FOLLOWERS_PER_CALL = 100
MENU_BUTTONS = 3
MENU_SUB_BUTTONS = 5
MENU_NAME_BYTES = 16
MENU_SUB_NAME_BYTES = 60
MENU_KEY_BYTES = 128

_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>")
_BLOCKS = frozenset(
    {"p", "section", "ul", "ol", "blockquote", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
)
_VOID = frozenset({"br", "hr", "img", "col", "wbr", "input"})
_CUT_NOTE = "<p>……（篇幅所限，全文请看“阅读原文”）</p>"


class Repaired(NamedTuple):
    """A field as the platform takes it, and whether that is another text than the editor's."""

    value: str
    changed: bool


def repair_title(title: str) -> Repaired:
    """At most 32 characters on one line, never empty (G1)."""
    value = one_line(strip_controls(title))
    if len(value) > TITLE_CHARS:
        value = value[: TITLE_CHARS - 1].rstrip() + "…"
    return _repaired(title, value or "无题")


def long_title(title: str) -> bool:
    """Whether a title exceeds the 64 bytes that some accounts report as the limit: worth a warning (G1)."""
    return len(title.encode("utf-8", "ignore")) > TITLE_BYTES


def repair_author(author: str) -> Repaired:
    """At most eight 汉字 or sixteen letters; a name bears no mark of having been cut (G1)."""
    return _repaired(author, cut_width(one_line(strip_controls(author)), AUTHOR_COLUMNS, end=""))


def repair_digest(digest: str) -> Repaired:
    """At most 120 bytes, forty 汉字 (G1)."""
    return _repaired(digest, cut_bytes(one_line(strip_controls(digest)), DIGEST_BYTES))


def repair_source_url(url: str) -> Repaired:
    """The address of 阅读原文, at most 1 KB; none rather than half of one, which would lead nowhere (G1)."""
    value = url.strip()
    return _repaired(url, value if len(value.encode("utf-8", "ignore")) <= URL_BYTES else "")


def repair_content(html: str) -> Repaired:
    """Below 20,000 characters and 1 MB: whole blocks from the start, all elements closed, and a note (G1)."""
    value = strip_controls(html)
    if _content_fits(value):
        return _repaired(html, value)
    best, open_tags = "", list[str]()
    for tag in _TAG.finditer(value):
        _follow(open_tags, tag)
        if tag[1] and tag[2].lower() in _BLOCKS:
            whole = value[: tag.end()] + _CUT_NOTE + "".join(f"</{name}>" for name in reversed(open_tags))
            if not _content_fits(whole):
                break
            best = whole
    return Repaired(best or _plain_start(value), True)


def _content_fits(html: str) -> bool:
    return len(html) < CONTENT_CHARS and len(html.encode("utf-8", "ignore")) < CONTENT_BYTES


def _follow(open_tags: list[str], tag: re.Match[str]) -> None:
    """Keep the list of open elements while one tag after the other is read."""
    name = tag[2].lower()
    if tag[1]:
        if name in open_tags:
            while open_tags.pop() != name:
                continue
    elif name not in _VOID and not tag[3].endswith("/"):
        open_tags.append(name)


def _plain_start(html: str) -> str:
    """The beginning as one paragraph without markup: for a first block that is longer than everything."""
    plain = re.sub(r"<[^<>]*>?", "", html)
    return f"<p>{plain[: CONTENT_CHARS // 2]}</p>{_CUT_NOTE}"


def _repaired(before: str, after: str) -> Repaired:
    return Repaired(after, before != after)
