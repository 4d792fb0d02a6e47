"""Late answers wait for a database that is busy, for as long as anybody may ask for them."""

import datetime as dt
from concurrent.futures import Future

import pytest

from tests.web.test_journal_writer import occupied
from wxbot.bot import Answer, Note, deferred
from wxbot.db import Database
from wxbot.errors import Busy
from wxbot.web import deferred_answers
from wxbot.web.deferred_answers import Debts
from wxbot.wechat import Incoming, Text


def promise(now: dt.datetime, openid: str, msg_id: int = 1) -> Note:
    """A message that was answered by a promise."""
    incoming = Incoming("text", openid, "gh", 1, msg_id, "芯片")
    return Note(incoming, Answer(Text("later"), deferred=True), "<later/>", now)


def come(words: str) -> "Future[Answer | None]":
    """An answer that is there."""
    future: Future[Answer | None] = Future()
    future.set_result(Answer(Text(words)))
    return future


def owed(db: Database, openid: str, now: dt.datetime) -> deferred.PromisedAnswer | None:
    """What is there for a member."""
    with db.read() as session:
        return deferred.fetch(session, openid, now)


def test_what_is_turned_away_is_paid_later(database_url: str, db: Database, now: dt.datetime) -> None:
    """A busy database is tried once, however many wait; when it is free, all are written, the promises too."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    paying = Debts(hasty, 30, lambda: now)
    for at in range(1, 6):
        paying.expect(promise(now, f"o{at}", at), come(f"answer {at}"))
    paying.unwritten(promise(now, "o6", 6))
    with occupied(db):
        turned_away = paying.pay()
    paid = paying.pay()
    hasty.close()

    assert (0, 6, 0) == (turned_away, paid, paying.pay())
    answers = [found.answer for at in range(1, 7) if (found := owed(db, f"o{at}", now))]
    assert [*(Answer(Text(f"answer {at}")) for at in range(1, 6)), None] == answers


def test_nothing_is_kept_longer_than_it_may_be_asked_for(
    database_url: str, db: Database, now: dt.datetime
) -> None:
    """After half an hour the process forgets it."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    clock = [now]
    paying = Debts(hasty, 30, lambda: clock[0])
    paying.unwritten(promise(now, "alice"))
    clock[0] = now + dt.timedelta(minutes=30)
    with occupied(db):
        assert 0 == paying.pay()
    assert 0 == paying.pay()
    hasty.close()


def test_only_so_many_are_kept(db: Database, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is dropped, and the log says so."""
    monkeypatch.setattr(deferred_answers, "MOST", 2)
    paying = Debts(db, 30, lambda: now)
    for at in range(1, 5):
        paying.unwritten(promise(now, f"o{at}", at))

    assert 2 == paying.pay()


def test_an_answer_that_fails_or_never_comes_is_no_debt(db: Database, now: dt.datetime) -> None:
    """The promise was written with the journal; the 1 has the question answered again."""
    paying = Debts(db, 30, lambda: now)
    broken: Future[Answer | None] = Future()
    broken.set_exception(Busy("no"))
    nothing: Future[Answer | None] = Future()
    nothing.set_result(None)
    for coming in (broken, nothing, Future()):
        paying.expect(promise(now, "alice"), coming)

    assert (1, 0) == (paying.coming, paying.pay())
