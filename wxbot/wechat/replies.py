"""Render passive replies, which answer a callback within five seconds, as XML or JSON.

    Text, Card, News, ImageReply, Transfer, Nothing   the kinds of reply
    DataFormat                                        the format of a callback and its reply
    render                                            the XML or JSON of a reply, within the platform's limits

No input makes the platform show its fault notice: long texts are cut, an empty reply becomes `success`, which shows
nothing. Source: wechat-platform.md C.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from wxbot.text import cut_bytes, one_line, strip_controls
from wxbot.wechat import limits
from wxbot.wechat.text_markup import cdata, cut_text

__all__ = [
    "SUCCESS",
    "Card",
    "DataFormat",
    "ImageReply",
    "News",
    "Nothing",
    "Reply",
    "Text",
    "Transfer",
    "render",
]

# The platform's word for "received, show nothing"; it is never encrypted.
SUCCESS = "success"
_REMEMBERED = 1000  # replies: after a push many members ask the same


class DataFormat(StrEnum):
    """Data format that the operator chose in the console, of callbacks and of replies."""

    XML = "xml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Text:
    """A text, which may hold links of `text_markup`; cut at 2,048 bytes."""

    content: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card with a picture that opens a page: a reply by itself, or part of a News."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """Several cards: the platform shows up to eight in answer to an event, only the first in answer to a message."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class ImageReply:
    """An uploaded picture."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """The conversation is handed over to the account's staff (客服); to one of them if `account` names one."""

    account: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No reply: the follower sees nothing."""


Reply = Text | Card | News | ImageReply | Transfer | Nothing


def render(
    reply: Reply,
    *,
    to: str,
    sender: str,
    now: datetime,
    answering: str,
    data_format: DataFormat = DataFormat.XML,
) -> str:
    """Return the XML or JSON of a reply, or `success` when there is nothing to show.

    `to` is the follower's openid, `sender` the account's gh_ id, `answering` the kind of the message answered
    (`Incoming.kind`): an event may be answered by up to eight cards, a message by one.
    """
    cards = limits.CARDS_FOR_EVENT if answering == "event" else limits.CARDS_FOR_MESSAGE
    if data_format is DataFormat.JSON:
        fields = _json_fields(reply, cards)
        head = {"ToUserName": to, "FromUserName": sender, "CreateTime": int(now.timestamp())}
        return json.dumps(head | fields, ensure_ascii=False) if fields else SUCCESS
    kind, inner = _branch(reply, cards)
    if not kind:
        return SUCCESS
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    )


@lru_cache(_REMEMBERED)
def _branch(reply: Reply, cards: int) -> tuple[str, str]:
    """Return the message type and its part of the XML; two empty strings for an empty reply."""
    match reply:
        case Text(content) if (text := cut_text(content)).strip():
            return "text", f"<Content>{cdata(text)}</Content>"
        case Card():
            return "news", _news((reply,))
        case News(several) if several:
            return "news", _news(several[:cards])
        case ImageReply(media_id) if media_id:
            return "image", f"<Image><MediaId>{cdata(media_id)}</MediaId></Image>"
        case Transfer(account):
            to = f"<TransInfo><KfAccount>{cdata(account)}</KfAccount></TransInfo>" if account else ""
            return "transfer_customer_service", to
    return "", ""


def _json_fields(reply: Reply, cards: int) -> dict[str, Any]:
    """Return the fields of a reply in JSON; none for an empty reply."""
    match reply:
        case Text(content) if (text := cut_text(content)).strip():
            return {"MsgType": "text", "Content": text}
        case Card():
            return _json_fields(News((reply,)), cards)
        case News(several) if several:
            items = [_item_fields(card) for card in several[:cards]]
            return {"MsgType": "news", "ArticleCount": len(items), "Articles": items}
        case ImageReply(media_id) if media_id:
            return {"MsgType": "image", "Image": {"MediaId": media_id}}
        case Transfer(account):
            chosen = {"TransInfo": {"KfAccount": account}} if account else {}
            return {"MsgType": "transfer_customer_service"} | chosen
    return {}


def _news(cards: tuple[Card, ...]) -> str:
    return f"<ArticleCount>{len(cards)}</ArticleCount><Articles>{''.join(map(_item, cards))}</Articles>"


def _item(card: Card) -> str:
    fields = _item_fields(card).items()
    return f"<item>{''.join(f'<{name}>{cdata(value)}</{name}>' for name, value in fields)}</item>"


def _item_fields(card: Card) -> dict[str, str]:
    """Return the fields of a card within the platform's limits."""
    return {
        "Title": cut_bytes(one_line(strip_controls(card.title)), limits.CARD_TITLE_BYTES),
        "Description": cut_bytes(strip_controls(card.description).strip(), limits.CARD_DESCRIPTION_BYTES),
        "PicUrl": card.picture_url,
        "Url": card.url,
    }
