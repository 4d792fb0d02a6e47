"""Validation of message content, shared by customer-service, mass and preview messages."""

__all__ = ["draft_cards", "external_card", "media_content", "message_content", "message_part"]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import required_text
from wechat_simulator.api_errors import ApiError
from wechat_simulator.inbox import article_card
from wechat_simulator.media_store import Draft

MAX_TEXT_BYTES = 2048  # UTF-8

Fields = dict[str, Any]


def message_part(body: Fields, key: str) -> Fields:
    """Return the object under the name of the message type."""
    found = body.get(key)
    if not isinstance(found, dict):
        raise ApiError(47001)
    return found


def message_content(account: Account, body: Fields, kind: str, now: float) -> Fields:
    """Return the inbox entry of a message type that several endpoints share; raise an error if it is invalid."""
    inside = message_part(body, kind)
    if kind == "text":
        words = required_text(inside, "content", 44004)
        if len(words.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
            raise ApiError(45002)
        return {"type": "text", "content": words}
    media_id = required_text(inside, "media_id", 40007)
    return media_content(account, kind, media_id, now) | _optional_titles(inside)


def media_content(account: Account, kind: str, media_id: str, now: float) -> Fields:
    """Return the inbox entry of a medium of type `kind` (40007)."""
    found = account.media.medium(media_id, now)
    if found is None or found.type != kind:
        raise ApiError(40007)
    return {"type": kind, "media_id": media_id, "picture": f"/_sim/media/{media_id}"}


def _optional_titles(inside: Fields) -> Fields:
    return {key: str(inside[key]) for key in ("title", "description") if inside.get(key)}


def external_card(one: object) -> Fields:
    """Return a card with an external link: title, description, url, picurl."""
    if not isinstance(one, dict):
        raise ApiError(47001)
    values = {key: one.get(key) or "" for key in ("title", "description", "url", "picurl")}
    if not all(isinstance(value, str) for value in values.values()):
        raise ApiError(47001)
    if len(values["url"]) > 2048:
        raise ApiError(45005)
    return article_card(**values)


def draft_cards(draft: Draft) -> list[Fields]:
    """Return the cards of a draft as a follower sees them."""
    return [
        article_card(one["title"], one["digest"], one["url"], one.get("thumb_url", ""))
        for one in draft.articles
    ]
