"""The little markup that a chat line may hold, and how to shorten a text without breaking it.

    cdata      a value inside the XML of a reply
    link       words that open a page
    menu_link  words that, when tapped, send a text in the member's name
    split_links   a text as its plain words and its links, to show it elsewhere
    cut_text   at most so many bytes, never inside a link

Works in passive replies and in customer-service texts alike (wechat-platform.md C).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from wxbot.text import cut_bytes, one_line, strip_controls
from wxbot.wechat.limits import TEXT_BYTES

__all__ = ["TextPart", "cdata", "cut_text", "link", "menu_link", "split_links"]

_LINK = re.compile(r"<a\s.*?(?:</a>|\Z)", re.DOTALL | re.IGNORECASE)
_COMPLETE_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_SENDS = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=([^&]*)")
_TAG = re.compile(r"</?a\b[^>]*>?", re.IGNORECASE)
_WEB = re.compile(r"https?://\S", re.IGNORECASE)
_IN_ADDRESS = str.maketrans({'"': "%22", "'": "%27", "<": "%3C", ">": "%3E", " ": "%20", "\u3000": "%20"})
_IN_LABEL = str.maketrans("<>", "＜＞")
# Full-width characters have no meaning in a link and look alike; search folds them back when the member taps.
_IN_TAP = str.maketrans("\"'<>&#%+=", "＂＇＜＞＆＃％＋＝")
_MARK = "…"


def cdata(value: str) -> str:
    """Return the value as a CDATA section: control characters dropped, `]]>` split in two."""
    return f"<![CDATA[{strip_controls(value).replace(']]>', ']]]]><![CDATA[>')}]]>"


def link(url: str, text: str) -> str:
    """Return a link that opens a page; only the label if the address is not http(s)."""
    url = one_line(strip_controls(url))
    label = _label(text) or url
    if not _WEB.match(url):
        return label
    return f'<a href="{url.translate(_IN_ADDRESS)}">{label}</a>'


def menu_link(text: str, sends: str, menu_id: str) -> str:
    """Return a link that sends `sends` in the member's name when tapped; the message then carries `menu_id`.

    Return only the label when `sends` is empty.
    """
    content, menu = _in_tap(sends), _in_tap(menu_id)
    label = _label(text) or content
    if not content:
        return label
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={menu}">{label}</a>'


def cut_text(content: str, limit: int = TEXT_BYTES) -> str:
    """Cut a text to `limit` bytes of UTF-8 and mark the cut by an ellipsis.

    The cut is between characters, never inside a link, and at the end of a line if that keeps more than half.
    """
    content = strip_controls(content)
    if len(content.encode()) <= limit:
        return content
    room = limit - len(f"\n{_MARK}".encode())
    kept = _outside_links(content, len(cut_bytes(content, room, end="")))
    if not kept.strip():
        # A single link exceeds the limit: keep its label.
        return cut_bytes(_TAG.sub("", content), limit, _MARK)
    lines = (kept if content[len(kept)] == "\n" else kept[: kept.rfind("\n") + 1]).rstrip()
    if len(lines.encode()) * 2 > room:
        return f"{lines}\n{_MARK}"
    return kept.rstrip() + _MARK


class TextPart(NamedTuple):
    """Words of a text; they open the page `url` or, when tapped, send `sends`, or are plain if both are ""."""

    words: str
    url: str = ""
    sends: str = ""


def split_links(content: str) -> Iterator[TextPart]:
    """Yield the parts of a text that `link` and `menu_link` wrote into; other addresses become plain words."""
    end = 0
    for found in _COMPLETE_LINK.finditer(content):
        if plain := content[end : found.start()]:
            yield TextPart(plain)
        address, words = found[1], found[2]
        sends = _SENDS.match(address)
        yield TextPart(words, address if _WEB.match(address) else "", sends[1] if sends else "")
        end = found.end()
    if rest := content[end:]:
        yield TextPart(rest)


def _outside_links(content: str, end: int) -> str:
    """Return the first `end` characters, or fewer if that would cut inside a link."""
    for found in _LINK.finditer(content):
        if found.start() < end < found.end():
            return content[: found.start()]
    return content[:end]


def _label(text: str) -> str:
    return one_line(strip_controls(text)).translate(_IN_LABEL)


def _in_tap(value: str) -> str:
    return one_line(strip_controls(value)).translate(_IN_TAP)
