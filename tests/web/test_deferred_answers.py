"""Tests of deferred answers that wait for a busy database."""

import datetime as dt
from concurrent.futures import Future

import pytest

from tests.web.test_journal_writer import occupied
from wxbot.bot import Answer, AnsweredMessage, deferred
from wxbot.db import Database
from wxbot.errors import Busy
from wxbot.web.deferred_answers import DeferredAnswers
from wxbot.wechat import Incoming, Text


def promise(now: dt.datetime, openid: str, msg_id: int = 1) -> AnsweredMessage:
    """Return the note of a message that was answered by a promise."""
    incoming = Incoming("text", openid, "gh", 1, msg_id, "芯片")
    return AnsweredMessage(incoming, Answer(Text("later"), deferred=True), "<later/>", now)


def finished_future(words: str) -> "Future[Answer | None]":
    """Return the future of an answer that has been computed."""
    future: Future[Answer | None] = Future()
    future.set_result(Answer(Text(words)))
    return future


def stored_answer(db: Database, openid: str, now: dt.datetime) -> deferred.PromisedAnswer | None:
    """Return a member's deferred answer in the database."""
    with db.read() as session:
        return deferred.fetch(session, openid, now)


def test_an_answer_that_a_busy_database_refuses_is_retried(
    database_url: str, db: Database, now: dt.datetime
) -> None:
    """A busy database is tried once, however many wait; when it is free all are written, promises too."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    answers = DeferredAnswers(hasty, 30, lambda: now)
    for at in range(1, 6):
        answers.expect(promise(now, f"o{at}", at), finished_future(f"answer {at}"))
    answers.write_later(promise(now, "o6", 6))
    with occupied(db):
        refused = answers.write()
    written = answers.write()

    assert (0, 6, 0) == (refused, written, answers.write())
    hasty.close()
    found_answers = [found.answer for at in range(1, 7) if (found := stored_answer(db, f"o{at}", now))]
    assert [*(Answer(Text(f"answer {at}")) for at in range(1, 6)), None] == found_answers


def test_a_deferred_answer_expires_in_memory(database_url: str, db: Database, now: dt.datetime) -> None:
    """After half an hour, when the member may no longer ask for it, the process drops it."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    clock = [now]
    answers = DeferredAnswers(hasty, 30, lambda: clock[0])
    answers.write_later(promise(now, "alice"))
    clock[0] = now + dt.timedelta(minutes=30)
    with occupied(db):
        assert 0 == answers.write()
    assert 0 == answers.write()
    hasty.close()


def test_the_number_of_waiting_answers_is_bounded(
    db: Database, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """The next one is dropped, and the log says so."""
    answers = DeferredAnswers(db, 30, lambda: now, max_waiting=2)
    for at in range(1, 5):
        answers.write_later(promise(now, f"o{at}", at))

    assert 2 == answers.write()
    assert "a deferred answer is dropped" in caplog.text


def test_a_failed_or_missing_answer_is_not_written(db: Database, now: dt.datetime) -> None:
    """The promise is in the journal; a 1 lets the question be answered again."""
    answers = DeferredAnswers(db, 30, lambda: now)
    broken: Future[Answer | None] = Future()
    broken.set_exception(Busy("no"))
    nothing: Future[Answer | None] = Future()
    nothing.set_result(None)
    for pending in (broken, nothing, Future()):
        answers.expect(promise(now, "alice"), pending)

    assert (1, 0) == (answers.computing, answers.write())
