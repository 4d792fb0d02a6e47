"""Deferred answers: promised, stored, given and deleted."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxbot.bot import Answer, AnsweredMessage, Bot, deferred, record_answers, record_deferred
from wxbot.bot.lists import Listing
from wxbot.db import Database
from wxbot.wechat import Card, ImageReply, Incoming, News, Nothing, Reply, Text

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
CARDS = st.builds(Card, WORDS, WORDS, WORDS, WORDS)
REPLIES = st.one_of(
    st.builds(Text, WORDS),
    CARDS,
    st.builds(News, st.lists(CARDS, max_size=8).map(tuple)),
    st.builds(ImageReply, WORDS),
    st.just(Nothing()),
)
LISTS = st.none() | st.builds(
    Listing, WORDS, st.lists(WORDS, max_size=3).map(tuple), st.integers(0, 9), st.integers(1, 9), WORDS
)


def promised(bot: Bot, now: dt.datetime, said: str = "芯片", msg_id: int = 1) -> AnsweredMessage:
    """Return a message of alice that was answered by a promise."""
    incoming = Incoming("text", "alice", "gh_test", 1, msg_id, said)
    return AnsweredMessage(incoming, bot.deferral_answer(bot.understand(incoming, now)), "<promise/>", now)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REPLIES, LISTS)
def test_whatever_was_answered_is_given_as_it_was(
    sample_db: Database, bot: Bot, now: dt.datetime, reply: Reply, listing: Listing | None
) -> None:
    """Any reply and any list come out of the database as they were stored."""
    note = promised(bot, now)
    with sample_db.begin() as session:
        deferred.delete_promise(session, "alice")
        deferred.store_promises(
            session, {"alice": deferred.Promise("1", note.incoming, now + dt.timedelta(minutes=1))}
        )
        assert deferred.store_answer(session, "alice", "1", Answer(reply, listing=listing))
        deferred_answer = deferred.fetch(session, "alice", now)

    assert deferred_answer is not None
    assert Answer(reply, listing=listing) == deferred_answer.answer


def test_the_later_of_two_promises_replaces_the_earlier(
    sample_db: Database, bot: Bot, now: dt.datetime
) -> None:
    """The answer to the first of two promises is not stored, whenever it is ready."""
    first, second = promised(bot, now), promised(bot, now, "融资", 2)
    with sample_db.begin() as session:
        record_answers(session, [first], 30)
        record_answers(session, [second], 30)
        kept = [
            record_deferred(session, note, Answer(Text(note.incoming.content)), 30)
            for note in (first, second)
        ]
        deferred_answer = deferred.fetch(session, "alice", now)

    assert [False, True] == kept
    assert deferred_answer is not None
    assert Answer(Text("融资")) == deferred_answer.answer


def test_only_the_first_of_two_answers_is_stored(sample_db: Database, bot: Bot, now: dt.datetime) -> None:
    """Of two retries that both took too long, the first to finish stores the answer."""
    note = promised(bot, now)
    with sample_db.begin() as session:
        kept = [record_deferred(session, note, Answer(Text(said)), 30) for said in ("one", "two")]
        deferred_answer = deferred.fetch(session, "alice", now)

    assert [True, False] == kept
    assert deferred_answer is not None
    assert Answer(Text("one")) == deferred_answer.answer


@pytest.mark.parametrize("said", ["1", "１", " 1。", "第1条"])
def test_a_1_that_takes_too_long_gets_no_promise(bot: Bot, now: dt.datetime, said: str) -> None:
    """A 1 that takes too long is only to be sent again: the older promise stays."""
    assert not promised(bot, now, said).answer.deferred
    assert promised(bot, now, "2").answer.deferred


def test_a_menu_key_1_gets_no_promise(bot: Bot, now: dt.datetime) -> None:
    """A menu key 1 fetches a deferred answer and gets no promise; a scanned code 1 is an ordinary code."""
    assert not bot.deferral_answer(
        bot.understand(Incoming("event", "alice", "gh_test", 1, event="click", key="1"), now)
    ).deferred
    assert bot.deferral_answer(
        bot.understand(Incoming("event", "alice", "gh_test", 1, event="scan", key="1"), now)
    ).deferred


@pytest.mark.parametrize(
    "asked",
    [
        Incoming("text", "alice", "gh_test", 1, 1, "白皮书"),
        Incoming("voice", "alice", "gh_test", 1, 1, fields={"Recognition": "白皮书", "Format": "amr"}),
        Incoming("event", "alice", "gh_test", 1, event="click", key="白皮书"),
        Incoming("event", "alice", "gh_test", 1, event="scan", key="投融界"),
        Incoming(
            "event",
            "alice",
            "gh_test",
            1,
            event="scancode_waitmsg",
            fields={"ScanCodeInfo.ScanResult": "投融界"},
        ),
    ],
    ids=lambda asked: asked.event or asked.kind,
)
def test_whatever_was_asked_is_answered_by_a_1(
    sample_db: Database, bot: Bot, now: dt.datetime, asked: Incoming
) -> None:
    """A message whose answer was never computed is answered when the member sends 1."""
    with sample_db.begin() as session:
        record_answers(
            session,
            [AnsweredMessage(asked, bot.deferral_answer(bot.understand(asked, now)), "<promise/>", now)],
            30,
        )
    given = bot.answer(bot.understand(Incoming("text", "alice", "gh_test", 2, 2, "1"), now))

    assert replace(bot.answer(bot.understand(asked, now)), settles_deferred=True) == given
    assert given.reply != bot.answer(bot.understand(Incoming("text", "bob", "gh_test", 2, 3, "1"), now)).reply


@pytest.mark.parametrize(
    ("event", "shown"), [("subscribe", True), ("click", True), ("unsubscribe", False), ("view", False)]
)
def test_an_event_without_a_shown_reply_gets_no_promise(
    bot: Bot, now: dt.datetime, event: str, shown: bool
) -> None:
    """An event whose reply the platform does not show gets no promise."""
    answer = bot.deferral_answer(bot.understand(Incoming("event", "alice", "gh_test", 1, event=event), now))
    assert (shown, shown) == (answer.deferred, isinstance(answer.reply, Text))


def test_a_deferred_unsubscription_is_confirmed_and_deletes_the_list(
    sample_db: Database, bot: Bot, now: dt.datetime
) -> None:
    """A deferred 退订 deletes the last list at once, and its confirmation is given for the 1."""
    note = promised(bot, now, "退订")
    whole = bot.answer(bot.understand(note.incoming, now))
    with sample_db.begin() as session:
        record_answers(session, [note], 30)
        assert record_deferred(session, note, whole, 30)
    said = bot.answer(bot.understand(Incoming("text", "alice", "gh_test", 2, 2, "1"), now))

    assert isinstance(said.reply, Text)
    assert "不再按栏目给您推送" in said.reply.content


def test_promises_are_pruned_when_they_expire(sample_db: Database, bot: Bot, now: dt.datetime) -> None:
    """A promise is pruned at the second at which it expires, not before."""
    with sample_db.begin() as session:
        record_answers(session, [promised(bot, now)], 30)
        pruned = [deferred.prune(session, now + dt.timedelta(seconds=at)) for at in (1799, 1800)]
    assert [0, 1] == pruned
