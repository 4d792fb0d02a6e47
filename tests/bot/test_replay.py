"""The journal tells the whole story: said again, it is answered again in the same words."""

import datetime as dt
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from wxbot.bot import AnsweredMessage, Bot, record_answers, record_deferred
from wxbot.bot.deferred import DeferredAnswer
from wxbot.bot.last_list import Dialog
from wxbot.db import Database
from wxbot.followers import Follower
from wxbot.journal import JournalEntry
from wxbot.wechat import Incoming, render

NUMBERS = itertools.count(1)  # of messages: no example repeats another's
EVENTS = ("subscribe", "unsubscribe", "click", "scan")
SAID = st.sampled_from(
    [
        *(
            "北京",
            "融资",
            "比亚迪",
            "投融界",
            "最新",
            "目录",
            "更多",
            "更多",
            "上一页",
            "只看投融界",
            "1",
            "7",
        ),
        *("订阅 投融界", "订阅 企业讯", "退订 投融界", "退订", "我的订阅", "免打扰 22-8", "每周最多 2 次"),
        *("subscribe", "unsubscribe", "第9期", "没有这样的词"),
    ]
)
# Most answers are in time; some come after a promise, and of some nothing comes.
COMES = st.sampled_from(["in time"] * 6 + ["late", "never"])
TURNS = st.lists(st.tuples(st.sampled_from(["alice", "bob"]), SAID, st.integers(0, 1500), COMES), max_size=12)


def incoming(openid: str, kind: str, said: str, when: dt.datetime) -> Incoming:
    """Return a message, or an event of that name with the text as its key."""
    if kind in EVENTS:
        return Incoming("event", openid, "gh_test", int(when.timestamp()), event=kind, key=said)
    return Incoming("text", openid, "gh_test", int(when.timestamp()), next(NUMBERS), said)


def forget_all(db: Database) -> None:
    """Delete every row that messages leave behind."""
    with db.begin() as session:
        for table in (Dialog, DeferredAnswer, Follower, JournalEntry):
            session.execute(delete(table))


def tell(db: Database, bot: Bot, message: Incoming, when: dt.datetime, comes: str) -> str:
    """Answer and record one message, in time or deferred; return the answer that counts."""
    whole = bot.answer(bot.understand(message, when))
    answer = whole if comes == "in time" else bot.deferral_answer(bot.understand(message, when))
    xml = render(answer.reply, to=message.openid, sender="gh_test", now=when, answering=message.kind)
    note = AnsweredMessage(message, answer, xml, when)
    with db.begin() as session:
        counts = record_answers(session, [note], bot.list_minutes)[0]
        if comes == "late":
            record_deferred(session, note, whole, bot.list_minutes)
        return counts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TURNS)
@pytest.mark.both_databases
def test_replaying_the_journal_gives_the_same_answers(
    sample_db: Database, bot: Bot, now: dt.datetime, turns: list[tuple[str, str, int, str]]
) -> None:
    """Replaying the journal on an empty database gives the same answers, with lists, preferences and promises."""
    forget_all(sample_db)
    when = now
    for openid, said, pause, comes in turns:
        when += dt.timedelta(seconds=pause + 1)
        kind, key = (said, "") if said in EVENTS else ("text", said)
        tell(sample_db, bot, incoming(openid, kind, key, when), when, comes)
    with sample_db.read() as session:
        told = list(session.scalars(select(JournalEntry).order_by(JournalEntry.id)))
    assert len(turns) == len(told)

    forget_all(sample_db)
    again = [
        tell(sample_db, bot, incoming(e.openid, e.kind, e.asked, e.received_at), e.received_at, turn[3])
        for e, turn in zip(told, turns, strict=True)
    ]
    assert [entry.answer for entry in told] == again
