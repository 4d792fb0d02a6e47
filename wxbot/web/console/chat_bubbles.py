"""A reply as the bubbles of a chat, for a page that shows an editor what a member would see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from wxbot.wechat import Card, ImageReply, News, Nothing, Reply, Text, Transfer
from wxbot.wechat.text_markup import TextPart, cut_text, split_links

__all__ = ["ChatBubble", "chat_bubbles"]


@dataclass(frozen=True, slots=True)
class ChatBubble:
    """One bubble: the parts of a text, or a card; `picture` is a path of this server, "" for none."""

    parts: Sequence[TextPart] = ()
    card: Card | None = None
    picture: str = ""


def chat_bubbles(reply: Reply, public_url: str) -> list[ChatBubble]:
    """Return the bubbles of a reply; of several cards WeChat shows only the first in answer to a message."""
    match reply:
        case Text(content):
            return [ChatBubble(parts=list(_in_phone(split_links(cut_text(content)))))]
        case Card():
            return [_card_bubble(reply, public_url)]
        case News(cards):
            return [_card_bubble(card, public_url) for card in cards[:1]]
        case ImageReply():
            return [ChatBubble(parts=[TextPart("［一张图片］")])]
        case Transfer():
            return [ChatBubble(parts=[TextPart("［转给客服］")])]
        case Nothing():
            return []


def _in_phone(parts: Iterator[TextPart]) -> Iterator[TextPart]:
    """Yield the parts; an address of another kind than http(s) opens nothing here."""
    for part in parts:
        yield part if urlsplit(part.url).scheme in {"http", "https"} else part._replace(url="")


def _card_bubble(card: Card, public_url: str) -> ChatBubble:
    """Return the bubble of a card. The console's policy allows no pictures of other servers."""
    root = public_url.rstrip("/")
    is_ours = bool(root) and card.picture_url.startswith(f"{root}/")
    picture = urlsplit(card.picture_url) if is_ours else None
    return ChatBubble(card=card, picture=picture.path if picture else "")
