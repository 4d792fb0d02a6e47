"""The scribe: many notes in one transaction, each with its own outcome, and nobody waiting for ever."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from wxbot import journal
from wxbot.bot import Answer, Note
from wxbot.db import Database
from wxbot.web.scribe import Late, Scribe
from wxbot.wechat import Incoming, Text

SECONDS = 10.0


def note(now: dt.datetime, msg_id: int, stored: str = "<xml/>", content: str = "") -> Note:
    """An answered text of alice."""
    return Note(
        Incoming("text", "alice", "gh", 1, msg_id=msg_id, content=content), Answer(Text("好")), stored, now
    )


@contextmanager
def occupied(db: Database) -> Iterator[None]:
    """Somebody else writes and does not end."""
    with db.begin() as session:
        journal.record(session, journal.Entry("other", "o", "text", "", None, "", dt.datetime.now(dt.UTC)))
        if not db.is_sqlite:
            session.connection().exec_driver_sql("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
        yield


def test_an_answer_is_given_after_its_commit(db: Database, now: dt.datetime) -> None:
    """Another connection sees the row as soon as `write` returns."""
    scribe = Scribe(db, 30)
    counts = scribe.write(note(now, 1, "<a/>"), SECONDS)
    with db.read() as session:
        stored = journal.answer_of(session, "1")
    scribe.close()

    assert "<a/>" == counts == stored


def test_notes_that_come_together_share_a_commit(db: Database, now: dt.datetime) -> None:
    """While one commit is held up, nineteen more notes come in: all are written, in far fewer transactions."""
    begun: list[object] = []
    event.listen(db.engine, "commit", begun.append)
    scribe = Scribe(db, 30)
    answers: list[str] = []
    threads = [
        threading.Thread(
            target=lambda at=at: answers.append(scribe.write(note(now, at, f"<{at}/>"), SECONDS))
        )
        for at in range(1, 21)
    ]
    with occupied(db):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    scribe.close()

    assert {f"<{at}/>" for at in range(1, 21)} == set(answers)
    assert len(begun) < 10
    with db.read() as session:
        assert 21 == journal.count(session)


def test_a_note_that_no_table_takes_fails_alone(db: Database, now: dt.datetime) -> None:
    """Its neighbours in the same transaction are written; the failure reaches whoever wrote it."""
    scribe = Scribe(db, 30)
    outcomes: dict[int, object] = {}

    def write(at: int, stored: str) -> None:
        try:
            outcomes[at] = scribe.write(note(now, at, stored), SECONDS)
        except (UnicodeError, SQLAlchemyError) as wrong:
            outcomes[at] = type(wrong)

    surrogate = "\ud800"  # neither database can encode it
    threads = [
        threading.Thread(target=write, args=(at, surrogate if at == 3 else "<a/>")) for at in range(1, 6)
    ]
    with occupied(db):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    scribe.close()

    assert ["<a/>"] * 4 == [outcomes[at] for at in (1, 2, 4, 5)]
    assert isinstance(outcomes[3], type)


def test_nobody_waits_longer_than_told(db: Database, now: dt.datetime) -> None:
    """Late, while the database is held; the note is written when it is free again."""
    scribe = Scribe(db, 30)
    with occupied(db), pytest.raises(Late):
        scribe.write(note(now, 1, "<a/>"), 0.05)

    assert "<b/>" == scribe.write(note(now, 2, "<b/>"), SECONDS)
    scribe.close()
    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")


def test_once_stuck_the_next_ones_wait_less(db: Database, now: dt.datetime) -> None:
    """After one has waited in vain, others are told soon; when the database answers again, all wait as before."""
    scribe = Scribe(db, 30)
    with occupied(db):
        with pytest.raises(Late):
            scribe.write(note(now, 1), 0.05)
        with pytest.raises(Late):
            scribe.write(note(now, 2), 3600.0)

    assert "<c/>" == scribe.write(note(now, 3, "<c/>"), 3600.0)
    scribe.close()


def test_closing_writes_what_is_waiting(db: Database, now: dt.datetime) -> None:
    """A server that ends loses nothing it has taken."""
    scribe = Scribe(db, 30)
    with occupied(db), pytest.raises(Late):
        scribe.write(note(now, 1, "<a/>"), 0.01)
    scribe.close()

    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")
