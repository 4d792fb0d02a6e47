"""Answer a question on trial, for an editor: as a member would get it, without a journal entry or a click count."""

import datetime as dt
from dataclasses import dataclass

from wxbot.bot import last_list
from wxbot.bot.bot import Bot
from wxbot.db import Database
from wxbot.rendering.links import strip_click_tokens
from wxbot.wechat import Incoming, Reply, message_kind, render

__all__ = ["TrialAnswer", "try_question"]

_ACCOUNT = "gh_wxbot"


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """A reply, the XML that the platform would receive, and the position of the rule that answers; 0 for none."""

    reply: Reply
    xml: str
    rule: int = 0


def try_question(bot: Bot, db: Database, text: str, *, openid: str, now: dt.datetime) -> TrialAnswer:
    """Return the answer that `openid` would get, and remember its list, so that 更多 and numbers work next.

    Links carry no click token, so that pages opened by an editor are not counted for the question.
    """
    incoming = Incoming(message_kind("text", text), openid, _ACCOUNT, int(now.timestamp()), content=text)
    meaning = bot.understand(incoming, now)
    answer = bot.answer(meaning)
    if answer.listing is not None:
        until = now + dt.timedelta(minutes=bot.list_minutes)
        with db.begin() as session:
            last_list.save(session, {openid: (answer.listing, until)})
    reply = strip_click_tokens(answer.reply)
    xml = render(reply, to=openid, sender=_ACCOUNT, now=now, answering="text")
    return TrialAnswer(reply, xml, meaning.rules[0].rule.at if meaning.rules else 0)
