"""Tell what of an article's elements is not printed: hidden and deleted text, comments, controls, players, cards.

Hidden text, deleted text and comments are not shown to anyone; that there were some is said once for a page. What a
browser does show, such as a control or the name of a video, is reported with its text.
"""

import re
from typing import Any, NamedTuple

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.html_pictures import media_text
from wxbot.bulletin.readers.html_style import ElementStyle
from wxbot.bulletin.readers.html_tags import FORM_TAGS, MEDIA_TAGS, UNSEEN_TAGS, visible_text

__all__ = [
    "COMMENT",
    "DELETED",
    "HIDDEN",
    "LINK_OF_PICTURE",
    "NOTICES",
    "SCRIPT",
    "STRUCK",
    "LeftOut",
    "is_comment",
    "left_out",
]

# An lxml element; lxml ships no types.
Element = Any

COMMENT = "comment"
DELETED = "deleted text"
HIDDEN = "hidden text"
SCRIPT = "script"
STRUCK = "struck-out text"
FORM = "form control"
MEDIA = "video, audio or card"
READING = "pronunciation above the text"
LINK_OF_PICTURE = "link of a picture"

NOTICES = {
    COMMENT: "［批注，未收入］",
    DELETED: "［删除的文字，未收入］",
    HIDDEN: "［隐藏的文字，未收入］",
    SCRIPT: "［脚本，未收入］",
}
"""What is said of text that is not shown, by the reason."""

_DELETED = re.compile(r"\bmsodel\b", re.IGNORECASE)
_WORD_COMMENT = re.compile(
    r"mso-element:\s*comment|mso-special-character:\s*comment|mso-comment", re.IGNORECASE
)
_WORD_COMMENT_CLASS = re.compile(r"\bmsocom(?:anchor|txt|off)\b|\bMsoCommentReference\b", re.IGNORECASE)
_CONDITION = re.compile(r"\s*\[(?:if|endif)|\s*<!\[endif|\[endif\]\s*$", re.IGNORECASE)


class LeftOut(NamedTuple):
    """Reason why an element is left out, and its text as far as it is shown; both "" where nothing is to be said."""

    reason: str = ""
    text: str = ""


def left_out(element: Element, style: ElementStyle) -> LeftOut | None:
    """Return why an element is not part of the text; None for one that is."""
    tag = element.tag
    if tag in UNSEEN_TAGS:
        return LeftOut()
    if reason := _unshown(element, style):
        # A player or a picture without a word is no text that an editor could miss.
        return LeftOut(reason if visible_text(element, hidden=True) else "")
    if tag in {"rt", "rp"}:
        return LeftOut(READING, clean("".join(element.itertext())))
    if tag in FORM_TAGS:
        return LeftOut(FORM, visible_text(element))
    if tag in MEDIA_TAGS or tag.startswith("mp-"):
        return LeftOut(MEDIA, media_text(element))
    return None


def _unshown(element: Element, style: ElementStyle) -> str:
    """Return the reason why nobody sees an element; "" for one that is seen."""
    names, css = element.get("class", ""), element.get("style", "")
    if _WORD_COMMENT.search(css) or _WORD_COMMENT_CLASS.search(names):
        return COMMENT
    if element.tag == "del" or _DELETED.search(names):
        return DELETED
    return HIDDEN if style.hidden or element.get("hidden") is not None else ""


def is_comment(comment: Element) -> bool:
    """Tell if a comment of the source has words; conditions for versions of a browser are none."""
    text = comment.text or ""
    return bool(text.strip()) and not _CONDITION.search(text)
