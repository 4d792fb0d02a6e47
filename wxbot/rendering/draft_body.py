"""The `content` of a draft: dressed articles, put together within the platform's limits (sections G1 and I).

A picture is a mark, `{{picture:KEY}}`, until it has been uploaded: then `with_pictures` puts the platform's own
address there, or nothing, since the platform would filter any other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from wxbot.rendering.blocks import web_address
from wxbot.rendering.wechat_html import ACCENT, FRAME, note, tag
from wxbot.wechat.limits import CONTENT_CHARS

__all__ = ["Body", "DraftPiece", "assemble_body", "with_pictures"]

_MARK = re.compile(r"\{\{picture:([\w-]+)\}\}")
_IMAGE = "display:block;width:100%;height:auto;border-radius:4px"
_ADDRESS_CHARS = 300
_PICTURE_CHARS = 500  # what a mark may grow to: an address and the element around it
_ROOM = CONTENT_CHARS - 200  # counted in characters as we see them; the platform may see a few more


@dataclass(frozen=True, slots=True)
class DraftPiece:
    """One article's HTML, in pieces between which it may be cut; `n` is its number in the issue."""

    n: int
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A draft's content, the numbers of the articles that it holds, and whether any was cut or left out."""

    html: str
    holds: tuple[int, ...]
    cut: bool


def assemble_body(head: str, stories: Sequence[DraftPiece], foot: str, cut_note: str) -> Body:
    """Head, stories and foot as one draft's content of less than 20,000 characters (and so far below 1 MB).

    Whole articles are left out at the end when there is no room for them; `cut_note` then stands in their place.
    Only a first article that is too long by itself is cut, between its pieces.
    """
    closing = note(cut_note, ACCENT)
    room = _ROOM - _size(tag("section", head + foot + closing, FRAME))
    whole = _that_fit(["".join(story.pieces) for story in stories], room)
    parts = ["".join(story.pieces) for story in stories[:whole]]
    if whole == 0 and stories:
        parts = list(stories[0].pieces[: _that_fit(stories[0].pieces, room)])
    cut = whole < len(stories)
    html = tag("section", head + "".join(parts) + (closing if cut else "") + foot, FRAME)
    return Body(html, tuple(story.n for story in stories[:whole]), cut)


def with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """Every picture's mark becomes the picture, by the address that the platform gave, or vanishes."""

    def shown(mark: re.Match[str]) -> str:
        url = web_address(pictures.get(mark[1], ""))
        if not url or len(url) > _ADDRESS_CHARS:
            return ""
        return tag("p", f'<img src="{escape(url)}" alt="" style="{_IMAGE}">', "margin:0 0 16px")

    return _MARK.sub(shown, html)


def _that_fit(parts: Iterable[str], room: int) -> int:
    """How many of the parts, from the first on, fit into the room."""
    return sum(used <= room for used in accumulate(map(_size, parts)))


def _size(html: str) -> int:
    """Characters, once each picture's mark has become a picture."""
    return len(html) + _PICTURE_CHARS * len(_MARK.findall(html))
