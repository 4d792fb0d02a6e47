"""Fixtures: a bot on a real library and a real index."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.conftest import ROOT
from wxbot.bot import Answer, AnsweredMessage, Bot, Replies, record_answers
from wxbot.db import Database
from wxbot.search import Index
from wxbot.wechat import Incoming, render

Say = Callable[..., Answer]

PUBLIC_URL = "https://news.example.org"


@pytest.fixture
def bot(sample_db: Database, index: Index) -> Bot:
    """Return a bot on that library, with the shipped texts."""
    return Bot(sample_db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL)


@pytest.fixture
def say(sample_db: Database, bot: Bot, now: dt.datetime) -> Say:
    """Return a function that sends a message of a member, and records the answer as the webhook does."""
    return teller(sample_db, bot, now)


def teller(db: Database, bot: Bot, now: dt.datetime) -> Say:
    """Return the function `say("芯片", openid="alice", later=60)`, with any field of Incoming; `later` in seconds."""
    count = iter(range(1, 1_000_000))

    def say(content: str = "", *, openid: str = "alice", later: int = 0, **fields: object) -> Answer:
        when = now + dt.timedelta(seconds=later)
        given = {"kind": "text", "content": content, "msg_id": next(count)} | fields
        incoming = Incoming(openid=openid, account="gh_test", sent_at=int(when.timestamp()), **given)  # type: ignore[arg-type]
        answer = bot.answer(bot.understand(incoming, when))
        xml = render(answer.reply, to=openid, sender="gh_test", now=when, answering=incoming.kind)
        with db.begin() as session:
            record_answers(session, [AnsweredMessage(incoming, answer, xml, when)], bot.list_minutes)
        return answer

    return say
