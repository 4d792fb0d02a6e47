"""Passive replies of an account's server: validation, and what the follower sees (reference, sections A5 and C)."""

__all__ = ["MalformedReply", "ReplyOutcome", "parse_reply"]

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from wechat_simulator.account import Account, Identity
from wechat_simulator.callback_format import InvalidReply, decrypt, parse_json, parse_xml, signature
from wechat_simulator.callback_messages import CallbackMessage
from wechat_simulator.inbox import article_card

MAX_TEXT_BYTES = 2048  # UTF-8


class MalformedReply(ValueError):
    """A reply for which the platform shows its fault notice."""


@dataclass(frozen=True)
class ReplyOutcome:
    """The inbox entry that the follower sees, if any, and a note for the account's developer."""

    entry: dict[str, Any] | None
    note: str = ""
    staff: str | None = None  # kf_account to hand over to, "" for any; None hands nothing over


def parse_reply(account: Account, incoming: CallbackMessage, body: bytes, now: float) -> ReplyOutcome:
    """Return the outcome of a reply with status 200. Raise MalformedReply if it leads to the fault notice."""
    if body.strip() in (b"", b"success"):
        return ReplyOutcome(None)
    try:
        root = _decrypt_reply(account.identity, _parse(account.identity, body))
    except InvalidReply as error:
        raise MalformedReply(str(error)) from None
    _check_addresses(account.identity, incoming, root)
    kind = _text(root, "MsgType")
    if kind == "news":
        return _news_reply(root, incoming.shown_articles)
    if kind == "text":
        return _text_reply(root)
    if kind in ("image", "voice", "video"):
        return _media_reply(account, root, kind, now)
    if kind == "music":
        return _music_reply(account, root, now)
    if kind == "transfer_customer_service":
        return ReplyOutcome(None, "handed over to customer service", _text(root, "TransInfo/KfAccount"))
    raise MalformedReply(f"unknown MsgType {kind!r}")


def _decrypt_reply(identity: Identity, root: Element) -> Element:
    """Return the reply, decrypted if necessary; reject a form that the account's mode does not allow."""
    encrypted = _text(root, "Encrypt")
    if identity.mode == "plain" and encrypted:
        raise MalformedReply("an encrypted reply in plaintext mode")
    if not encrypted:
        if identity.mode == "safe":
            raise MalformedReply("a plaintext reply in safe mode")
        return root
    parts = (identity.token, _text(root, "TimeStamp"), _text(root, "Nonce"), encrypted)
    if signature(*parts) != _text(root, "MsgSignature"):
        raise MalformedReply("MsgSignature is wrong")
    try:
        message, app_id = decrypt(identity.aes_key, encrypted)
    except ValueError:
        raise MalformedReply("Encrypt cannot be decrypted") from None
    if app_id != identity.app_id:
        raise MalformedReply("encrypted for another AppID")
    return _parse(identity, message)


def _parse(identity: Identity, body: bytes) -> Element:
    """Return the tree of a reply, which has the data format of the callbacks."""
    return parse_json(body) if identity.data_format == "json" else parse_xml(body)


def _check_addresses(identity: Identity, incoming: CallbackMessage, root: Element) -> None:
    """Raise MalformedReply unless sender and recipient are those of the message, swapped."""
    if _text(root, "ToUserName") != incoming.openid or _text(root, "FromUserName") != identity.original_id:
        raise MalformedReply("ToUserName and FromUserName are not those of the message, swapped")
    if not _text(root, "CreateTime").strip().isdigit():
        raise MalformedReply("CreateTime is not a number")


def _text(root: Element, path: str) -> str:
    return root.findtext(path) or ""


def _text_reply(root: Element) -> ReplyOutcome:
    content = _text(root, "Content")
    if not content:
        raise MalformedReply("empty Content")
    if len(content.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise MalformedReply(f"Content longer than {MAX_TEXT_BYTES} bytes")
    return ReplyOutcome({"type": "text", "content": content})


def _news_reply(root: Element, most: int) -> ReplyOutcome:
    items = root.findall("Articles/item")
    if not items or _text(root, "ArticleCount").strip() != str(len(items)):
        raise MalformedReply("ArticleCount differs from the number of items")
    articles = [
        article_card(*(_text(item, tag) for tag in ("Title", "Description", "Url", "PicUrl")))
        for item in items
    ]
    dropped = len(items) - most
    return ReplyOutcome(
        {"type": "news", "articles": articles[:most]},
        f"{dropped} of {len(items)} articles not shown: {most} at most here" if dropped > 0 else "",
    )


def _media_reply(account: Account, root: Element, kind: str, now: float) -> ReplyOutcome:
    branch = kind.capitalize()
    media_id = _text(root, f"{branch}/MediaId")
    found = account.media.medium(media_id, now)
    if found is None or found.type not in (kind, "thumb" if kind == "image" else kind):
        raise MalformedReply(f"no {kind} has the media_id {media_id!r}")
    words = {name.lower(): _text(root, f"{branch}/{name}") for name in ("Title", "Description")}
    return ReplyOutcome(
        {"type": kind, "media_id": media_id, "picture": f"/_sim/media/{media_id}"}
        | {name: text for name, text in words.items() if text}
    )


def _music_reply(account: Account, root: Element, now: float) -> ReplyOutcome:
    if account.media.medium(_text(root, "Music/ThumbMediaId"), now) is None:
        raise MalformedReply("music needs a ThumbMediaId")
    names = ("Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId")
    return ReplyOutcome({"type": "music"} | {name.lower(): _text(root, f"Music/{name}") for name in names})
