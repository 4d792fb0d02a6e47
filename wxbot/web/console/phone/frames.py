"""Look of WeChat on a phone: the templates of the frames' documents, and the list of frames that a page shows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from wxbot.rendering.page_templates import read_stylesheet, template_environment
from wxbot.web.console.phone.content import PhoneSource
from wxbot.wiring import Services

__all__ = [
    "FRAME_POLICY",
    "ChatCard",
    "PhoneView",
    "account_name",
    "chat_parts",
    "phone_views",
    "render_frame",
]

FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups"
)
"""Policy of a frame's document: an article's styles are inline, as WeChat wants them, and nothing may run."""

_TEMPLATES = Path(__file__).parent.parent / "templates" / "phone"
_FRAMES = template_environment(read_stylesheet("frame.css", folder=_TEMPLATES), _TEMPLATES)
_LINK = re.compile(r'<a href="[^"]*">(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class ChatCard:
    """A card in the chat; `href` is the frame document that a tap opens, "" for none."""

    title: str
    description: str
    picture: str
    href: str


@dataclass(frozen=True)
class PhoneView:
    """One thing that the phone frames can show: its name, and the addresses of its light and dark documents."""

    label: str
    light: str
    dark: str


def phone_views(
    path: str,
    source: PhoneSource,
    items: Sequence[str],
    questions: Sequence[str],
    *,
    sends_cards: bool = False,
) -> list[PhoneView]:
    """Return what the frames show of a source: message and articles, single card, answers to questions, public page.

    `items` are the names of the items of the message, such as a section's.
    """
    token = {"as": source.token} if source.token else {}
    views = [("聊天里", "message", token)]
    views += [(f"{place} {item}", f"article/{place}", token) for place, item in enumerate(items, start=1)]
    views += [("单独发的卡片", "card", token)] if sends_cards else []
    if questions:
        views += [(f"问「{each}」", "answer", {"ask": each}) for each in questions]
        views += [("网页", "page", {})]
    return [
        PhoneView(label, *(_frame_address(path, kind, source.number, query, dark) for dark in (False, True)))
        for label, kind, query in views
    ]


def _frame_address(path: str, kind: str, number: str, query: dict[str, str], dark: bool) -> str:
    given = urlencode(query | ({"dark": "1"} if dark else {}))
    return f"{path}phone/{kind}/{quote(number)}" + (f"?{given}" if given else "")


def chat_parts(content: str) -> list[tuple[bool, str]]:
    """Return a reply's text in parts, each with True if it can be tapped."""
    parts = _LINK.split(content)
    return [(at % 2 == 1, unescape(part)) for at, part in enumerate(parts) if part]


def render_frame(template: str, *, dark: bool, account: str, **values: Any) -> str:
    """Return the document of a frame in light or dark colours."""
    return _FRAMES.get_template(template).render(dark=dark, account=account, **values)


def account_name(services: Services) -> str:
    """Return the account's name as it stands above a chat."""
    return services.settings.account_name or "公众号"
