"""What a follower sees of an account's passive reply (reference, sections A5 and C)."""

__all__ = ["Malformed", "Seen", "understand"]

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from wechat_simulator.account import Account, Identity
from wechat_simulator.crypto import decrypt, signature
from wechat_simulator.inbox import article
from wechat_simulator.incoming import Incoming
from wechat_simulator.xml import Unreadable, read

LONGEST_TEXT = 2048  # bytes of UTF-8


class Malformed(ValueError):
    """An answer that makes the platform show its fault notice."""


@dataclass(frozen=True)
class Seen:
    """What the follower sees: an inbox entry's content, or nothing; and what the account should know of it."""

    entry: dict[str, Any] | None
    note: str = ""


def understand(account: Account, incoming: Incoming, body: bytes, now: float) -> Seen:
    """The meaning of a 200 answer; Malformed when it means the fault notice."""
    if body.strip() in (b"", b"success"):
        return Seen(None)
    try:
        root = _opened(account.identity, read(body))
    except Unreadable as wrong:
        raise Malformed(str(wrong)) from None
    _check_addresses(account.identity, incoming, root)
    kind = _text(root, "MsgType")
    if kind == "news":
        return _news(root, incoming.shown_articles)
    if kind == "text":
        return _words(root)
    if kind in ("image", "voice", "video"):
        return _medium(account, root, kind, now)
    if kind == "music":
        return _music(account, root, now)
    if kind == "transfer_customer_service":
        return Seen(None, "handed over to customer service")
    raise Malformed(f"unknown MsgType {kind!r}")


def _opened(identity: Identity, root: Element) -> Element:
    """The reply itself: decrypted where it came encrypted, refused where the mode does not allow its form."""
    encrypted = _text(root, "Encrypt")
    if identity.mode == "plain" and encrypted:
        raise Malformed("an encrypted reply in plaintext mode")
    if not encrypted:
        if identity.mode == "safe":
            raise Malformed("a plaintext reply in safe mode")
        return root
    parts = (identity.token, _text(root, "TimeStamp"), _text(root, "Nonce"), encrypted)
    if signature(*parts) != _text(root, "MsgSignature"):
        raise Malformed("MsgSignature does not fit")
    try:
        message, app_id = decrypt(identity.aes_key, encrypted)
    except ValueError:
        raise Malformed("Encrypt cannot be decrypted") from None
    if app_id != identity.app_id:
        raise Malformed("encrypted for another AppID")
    return read(message)


def _check_addresses(identity: Identity, incoming: Incoming, root: Element) -> None:
    if _text(root, "ToUserName") != incoming.openid or _text(root, "FromUserName") != identity.original_id:
        raise Malformed("ToUserName and FromUserName are not those of the message, swapped")
    if not _text(root, "CreateTime").strip().isdigit():
        raise Malformed("CreateTime is not a number")


def _text(root: Element, path: str) -> str:
    return root.findtext(path) or ""


def _words(root: Element) -> Seen:
    content = _text(root, "Content")
    if not content:
        raise Malformed("empty Content")
    if len(content.encode("utf-8", "replace")) > LONGEST_TEXT:
        raise Malformed(f"Content longer than {LONGEST_TEXT} bytes")
    return Seen({"type": "text", "content": content})


def _news(root: Element, most: int) -> Seen:
    items = root.findall("Articles/item")
    if not items or _text(root, "ArticleCount").strip() != str(len(items)):
        raise Malformed("ArticleCount is not the number of items")
    articles = [
        article(*(_text(item, tag) for tag in ("Title", "Description", "Url", "PicUrl"))) for item in items
    ]
    dropped = len(items) - most
    return Seen(
        {"type": "news", "articles": articles[:most]},
        f"{dropped} of {len(items)} articles not shown: {most} at most here" if dropped > 0 else "",
    )


def _medium(account: Account, root: Element, kind: str, now: float) -> Seen:
    branch = kind.capitalize()
    media_id = _text(root, f"{branch}/MediaId")
    found = account.shelf.medium(media_id, now)
    if found is None or found.type not in (kind, "thumb" if kind == "image" else kind):
        raise Malformed(f"no {kind} has the media_id {media_id!r}")
    words = {name.lower(): _text(root, f"{branch}/{name}") for name in ("Title", "Description")}
    return Seen(
        {"type": kind, "media_id": media_id, "picture": f"/_sim/media/{media_id}"}
        | {name: text for name, text in words.items() if text}
    )


def _music(account: Account, root: Element, now: float) -> Seen:
    if account.shelf.medium(_text(root, "Music/ThumbMediaId"), now) is None:
        raise Malformed("music needs a ThumbMediaId")
    names = ("Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId")
    return Seen({"type": "music"} | {name.lower(): _text(root, f"Music/{name}") for name in names})
