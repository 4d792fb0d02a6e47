"""`wxbot ask`: answer a text as a member would see it, without platform and journal."""

import datetime as dt
import re
from dataclasses import dataclass

import click

from wxbot.bot import Bot, last_list
from wxbot.cli.context import CommandContext, pass_command_context, print_line
from wxbot.db import Database
from wxbot.rendering.links import strip_click_tokens
from wxbot.wechat import Card, ImageReply, Incoming, News, Nothing, Reply, Text, render
from wxbot.wechat.text_markup import cut_text

__all__ = ["TerminalAnswer", "answer_text", "ask", "terminal_text"]

_ACCOUNT = "gh_wxbot"
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_MENU_LINK = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=([^&]*)")


@click.command()
@click.argument("text")
@click.option("--as", "openid", default="o_editor_at_the_desk", help="以哪位粉丝的身份（openid）。")
@click.option("--xml", is_flag=True, help="原样给出发往微信的 XML。")
@pass_command_context
def ask(context: CommandContext, text: str, openid: str, xml: bool) -> None:
    """看公众号会怎样回答一句话。

    \b
    $ wxbot ask 比亚迪
    """
    w = context.services
    w.sync_index()
    answer = answer_text(w.bot, w.db, text, openid=openid, now=w.now())
    print_line(answer.xml if xml else terminal_text(answer.reply))


@dataclass(frozen=True, slots=True)
class TerminalAnswer:
    """A reply, and the XML that the platform would receive."""

    reply: Reply
    xml: str


def answer_text(bot: Bot, db: Database, text: str, *, openid: str, now: dt.datetime) -> TerminalAnswer:
    """Return the answer that `openid` would get, and remember its list, so that 更多 and numbers work next.

    Links carry no click token, so that pages opened from a terminal are not counted for the question.
    """
    incoming = Incoming("text", openid, _ACCOUNT, int(now.timestamp()), content=text)
    answer = bot.answer(bot.understand(incoming, now))
    if answer.listing is not None:
        until = now + dt.timedelta(minutes=bot.list_minutes)
        with db.begin() as session:
            last_list.save(session, {openid: (answer.listing, until)})
    reply = strip_click_tokens(answer.reply)
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
    if sends := _MENU_LINK.match(address):
        return f"「{label}」" if sends[1] == label else f"「{label}」（发送 {sends[1]}）"
    return f"{label} <{address}>"
