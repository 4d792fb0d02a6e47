"""Asking at the desk: what a member would be answered, with no platform and no journal."""

import datetime as dt
from dataclasses import dataclass

from wxbot.bot import last_list
from wxbot.bot.addresses import unmarked
from wxbot.bot.bot import Bot
from wxbot.db import Database
from wxbot.wechat import Incoming, Reply, render

__all__ = ["Said", "ask"]

_ACCOUNT = "gh_wxbot"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and the XML in which the platform would get it."""

    reply: Reply
    xml: str


def ask(bot: Bot, db: Database, text: str, *, openid: str, now: dt.datetime) -> Said:
    """What `openid` would be answered to `text`; a list is remembered, so that 更多 and numbers work next.

    Links carry no mark: what is opened at the desk counts for no question.
    """
    incoming = Incoming("text", openid, _ACCOUNT, int(now.timestamp()), content=text)
    answer = bot.answer(incoming, now)
    if answer.remembered is not None:
        until = now + dt.timedelta(minutes=bot.list_minutes)
        with db.begin() as session:
            last_list.remember(session, {openid: (answer.remembered, until)})
    reply = unmarked(answer.reply)
    return Said(reply, render(reply, to=openid, sender=_ACCOUNT, now=now, answering="text"))
