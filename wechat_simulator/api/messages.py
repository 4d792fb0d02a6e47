"""The content of a message of any kind, checked once for customer-service, mass and preview messages alike."""

__all__ = ["branch", "card_of", "content", "draft_cards", "medium"]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import text
from wechat_simulator.errcodes import Refusal
from wechat_simulator.inbox import article
from wechat_simulator.shelf import Draft

LONGEST_TEXT = 2048  # bytes of UTF-8

Fields = dict[str, Any]


def branch(body: Fields, key: str) -> Fields:
    """The object under the name of the message type."""
    found = body.get(key)
    if not isinstance(found, dict):
        raise Refusal(47001)
    return found


def content(account: Account, body: Fields, kind: str, now: float) -> Fields:
    """What an inbox shows of a message of a kind common to several interfaces; Refusal for a wrong one."""
    inside = branch(body, kind)
    if kind == "text":
        words = text(inside, "content", 44004)
        if len(words.encode("utf-8", "replace")) > LONGEST_TEXT:
            raise Refusal(45002)
        return {"type": "text", "content": words}
    media_id = text(inside, "media_id", 40007)
    return medium(account, kind, media_id, now) | _titles(inside)


def medium(account: Account, kind: str, media_id: str, now: float) -> Fields:
    found = account.shelf.medium(media_id, now)
    if found is None or found.type != kind:
        raise Refusal(40007)
    return {"type": kind, "media_id": media_id, "picture": f"/_sim/media/{media_id}"}


def _titles(inside: Fields) -> Fields:
    return {key: str(inside[key]) for key in ("title", "description") if inside.get(key)}


def card_of(one: object) -> Fields:
    """A card that leads outside: title, description, url, picurl."""
    if not isinstance(one, dict):
        raise Refusal(47001)
    values = {key: one.get(key) or "" for key in ("title", "description", "url", "picurl")}
    if not all(isinstance(value, str) for value in values.values()):
        raise Refusal(47001)
    if len(values["url"]) > 2048:
        raise Refusal(45005)
    return article(**values)


def draft_cards(draft: Draft) -> list[Fields]:
    """The cards of a draft, as a follower sees them."""
    return [
        article(one["title"], one["digest"], one["url"], one.get("thumb_url", "")) for one in draft.articles
    ]
