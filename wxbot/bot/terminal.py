"""Answers in a terminal: ask the bot as a member would, without platform or journal; show replies as plain text."""

import datetime as dt
import re
from dataclasses import dataclass

from wxbot.bot import last_list
from wxbot.bot.addresses import unmarked
from wxbot.bot.bot import Bot
from wxbot.db import Database
from wxbot.wechat import Card, ImageReply, Incoming, News, Nothing, Reply, Text, render
from wxbot.wechat.text_markup import cut_text

__all__ = ["TerminalAnswer", "ask", "terminal_text"]

_ACCOUNT = "gh_wxbot"
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_TAP = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=([^&]*)")


@dataclass(frozen=True, slots=True)
class TerminalAnswer:
    """A reply, and the XML that the platform would receive."""

    reply: Reply
    xml: str


def ask(bot: Bot, db: Database, text: str, *, openid: str, now: dt.datetime) -> TerminalAnswer:
    """Return the answer that `openid` would get to `text`, and remember its list, so that 更多 and numbers work next.

    Links carry no mark, so that pages opened from a terminal are not counted for the question.
    """
    incoming = Incoming("text", openid, _ACCOUNT, int(now.timestamp()), content=text)
    answer = bot.answer(bot.understand(incoming, now))
    if answer.listing is not None:
        until = now + dt.timedelta(minutes=bot.list_minutes)
        with db.begin() as session:
            last_list.remember(session, {openid: (answer.listing, until)})
    reply = unmarked(answer.reply)
    return TerminalAnswer(reply, render(reply, to=openid, sender=_ACCOUNT, now=now, answering="text"))


def terminal_text(reply: Reply) -> str:
    """Return a reply as plain text: words with their links, or the lines of a card; 「…」 can be tapped."""
    match reply:
        case Text(content):
            return _LINK.sub(_link_text, cut_text(content))
        case Card():
            return _card_text(reply)
        case News(cards):
            return "\n\n".join(map(_card_text, cards))
        case ImageReply(media_id):
            return f"（图片 {media_id}）"
        case Nothing():
            return "（不回复）"


def _card_text(card: Card) -> str:
    return f"【图文卡片】{card.title}\n{card.description}\n图　{card.picture_url}\n链接　{card.url}"


def _link_text(found: re.Match[str]) -> str:
    address, label = found[1], found[2]
    if sends := _TAP.match(address):
        return f"「{label}」" if sends[1] == label else f"「{label}」（发送 {sends[1]}）"
    return f"{label} <{address}>"
