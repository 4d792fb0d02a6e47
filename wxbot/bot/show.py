"""A reply as a plain terminal shows it."""

import re

from wxbot.wechat import Card, ImageReply, News, Nothing, Reply, Text
from wxbot.wechat.text_markup import cut_text

__all__ = ["show"]

_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_SENDS = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=([^&]*)")


def show(reply: Reply) -> str:
    """What a member would see: words with their links, or the lines of a card; 「…」 can be tapped."""
    match reply:
        case Text(content):
            return _LINK.sub(_shown_link, cut_text(content))
        case Card():
            return _card(reply)
        case News(cards):
            return "\n\n".join(map(_card, cards))
        case ImageReply(media_id):
            return f"（图片 {media_id}）"
        case Nothing():
            return "（不回复）"


def _card(card: Card) -> str:
    return f"【图文卡片】{card.title}\n{card.description}\n图　{card.picture_url}\n链接　{card.url}"


def _shown_link(found: re.Match[str]) -> str:
    address, label = found[1], found[2]
    if sends := _SENDS.match(address):
        return f"「{label}」" if sends[1] == label else f"「{label}」（发送 {sends[1]}）"
    return f"{label} <{address}>"
