"""What we answer within the five seconds: passive replies and their XML.

    Text, Card, News, ImageReply, Nothing   what a follower is to see
    render                               the XML of it, within the platform's limits

Nothing that is passed in makes the platform show its fault notice: what is too long is cut, what is empty
becomes `success`, which shows nothing. Source: wechat-platform.md C.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from wxbot.text import cut_bytes, one_line, strip_controls
from wxbot.wechat import limits
from wxbot.wechat.text_markup import cdata, cut_text

__all__ = ["SUCCESS", "Card", "ImageReply", "News", "Nothing", "Reply", "Text", "render"]

# The platform's word for "received, show nothing"; never sealed.
SUCCESS = "success"
_REMEMBERED = 1000  # replies: after a push many members ask the same


@dataclass(frozen=True, slots=True)
class Text:
    """Words, with the links and taps of `markup`; cut at 2,048 bytes."""

    content: str


@dataclass(frozen=True, slots=True)
class Card:
    """A picture card that opens a page: by itself a reply, or one of a News."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """Cards under each other: a message is answered by the first of them, an event by up to eight."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class ImageReply:
    """A picture that was uploaded before."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """No answer is shown."""


Reply = Text | Card | News | ImageReply | Nothing


def render(reply: Reply, *, to: str, sender: str, now: datetime, answering: str) -> str:
    """The XML of a reply, or `success` where there is nothing to show.

    `to` is the follower's openid, `sender` the account's gh_ id, `answering` the kind of what is answered
    (`Incoming.kind`): an event may be answered by up to eight cards, a message by one.
    """
    kind, inner = _branch(reply, limits.CARDS_FOR_EVENT if answering == "event" else limits.CARDS_FOR_MESSAGE)
    if not kind:
        return SUCCESS
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    )


@lru_cache(_REMEMBERED)
def _branch(reply: Reply, cards: int) -> tuple[str, str]:
    """The message type and the part of the XML that belongs to it; two empty ones for nothing."""
    match reply:
        case Text(content) if (text := cut_text(content)).strip():
            return "text", f"<Content>{cdata(text)}</Content>"
        case Card():
            return "news", _news((reply,))
        case News(several) if several:
            return "news", _news(several[:cards])
        case ImageReply(media_id) if media_id:
            return "image", f"<Image><MediaId>{cdata(media_id)}</MediaId></Image>"
    return "", ""


def _news(cards: tuple[Card, ...]) -> str:
    return f"<ArticleCount>{len(cards)}</ArticleCount><Articles>{''.join(map(_item, cards))}</Articles>"


def _item(card: Card) -> str:
    title = cut_bytes(one_line(strip_controls(card.title)), limits.CARD_TITLE_BYTES)
    description = cut_bytes(strip_controls(card.description).strip(), limits.CARD_DESCRIPTION_BYTES)
    return (
        f"<item><Title>{cdata(title)}</Title><Description>{cdata(description)}</Description>"
        f"<PicUrl>{cdata(card.picture_url)}</PicUrl><Url>{cdata(card.url)}</Url></item>"
    )
