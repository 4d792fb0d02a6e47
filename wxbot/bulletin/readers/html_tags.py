"""Sort the elements of a page: which begin a block, which show nothing, which are controls; and read visible text."""

import re
from typing import Any

from lxml import etree

from wxbot.bulletin.line_text import clean

__all__ = [
    "BLOCK_TAGS",
    "BREAKING_DISPLAYS",
    "FORM_TAGS",
    "HEADING_LEVELS",
    "LIST_TAGS",
    "MEDIA_TAGS",
    "UNSEEN_TAGS",
    "visible_text",
]

# An lxml element; lxml ships no types.
Element = Any

HEADING_LEVELS = {f"h{rank}": rank for rank in range(1, 7)}
LIST_TAGS = frozenset({"ul", "ol", "menu", "dir"})
_BLOCKS = """
address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form
header hgroup hr html legend li main nav p pre search section summary table tbody td tfoot th thead title tr
"""
BLOCK_TAGS = frozenset({*_BLOCKS.split(), *HEADING_LEVELS, *LIST_TAGS})
_UNSEEN = """
head script style template noscript meta link base defs metadata desc annotation annotation-xml datalist area map param
source track col colgroup noframes frameset frame
"""
UNSEEN_TAGS = frozenset(_UNSEEN.split())
"""Elements of which a browser prints nothing."""

FORM_TAGS = frozenset({"button", "input", "select", "textarea", "option"})
_MEDIA = "iframe video audio embed object canvas applet mpvoice mpvideo mpcps qqmusic mpgongyi mpprofile"
MEDIA_TAGS = frozenset(_MEDIA.split())
_BREAKING = """
block flex grid table list-item table-cell table-row table-caption inline-block inline-flex inline-grid flow-root
-webkit-box
"""
BREAKING_DISPLAYS = frozenset(_BREAKING.split())
"""Values of `display` that set an element apart from the text around it."""

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


def visible_text(root: Element, *, hidden: bool = False, without: frozenset[Element] = frozenset()) -> str:
    """Return the text that a browser shows of an element; with `hidden` also what a style hides.

    `without`: elements that are passed over.
    """
    parts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            unseen = element.tag in UNSEEN_TAGS or element in without or (not hidden and _is_hidden(element))
            if unseen:
                walk.skip_subtree()
            elif element.text:
                parts.append(element.text)
        else:
            parts.append(" " if event == "end" and element.tag in BLOCK_TAGS else "")
            if element is not root and element.tail:
                parts.append(element.tail)
    return clean("".join(parts))


def _is_hidden(element: Element) -> bool:
    """Tell if an element itself says that it is hidden."""
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style", "")) is not None
