"""The scribe: many notes in one transaction, each with its own outcome, and nobody waiting for ever."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from wxbot import journal
from wxbot.bot import Answer, Note
from wxbot.db import Database
from wxbot.web.journal_writer import Scribe
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
        journal.record(session, journal.NewEntry("other", "o", "text", "", None, "", dt.datetime.now(dt.UTC)))
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
    answers: list[str | None] = []
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


def test_a_note_that_no_table_takes_fails_alone(
    db: Database, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """Its neighbours in the same transaction are written; whoever waits for it is told that it is not."""
    scribe = Scribe(db, 30)
    outcomes: dict[int, str | None] = {}

    def write(at: int, stored: str) -> None:
        outcomes[at] = scribe.write(note(now, at, stored), SECONDS)

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

    assert {1: "<a/>", 2: "<a/>", 3: None, 4: "<a/>", 5: "<a/>"} == outcomes
    assert "UnicodeEncodeError" in caplog.text


def test_nobody_waits_longer_than_told(db: Database, now: dt.datetime) -> None:
    """None, while the database is held; the note is written when it is free again."""
    scribe = Scribe(db, 30)
    with occupied(db):
        late = scribe.write(note(now, 1, "<a/>"), 0.05)
    after = scribe.write(note(now, 2, "<b/>"), SECONDS)
    scribe.close()

    assert (None, "<b/>") == (late, after)
    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")


def test_once_stuck_the_next_ones_wait_less(db: Database, now: dt.datetime) -> None:
    """After one has waited in vain, others are told soon; when the database answers again, all wait as before."""
    scribe = Scribe(db, 30)
    with occupied(db):
        late = [scribe.write(note(now, 1), 0.05), scribe.write(note(now, 2), 3600.0)]
    after = scribe.write(note(now, 3, "<c/>"), 3600.0)
    scribe.close()

    assert ([None, None], "<c/>") == (late, after)


def test_a_busy_database_refuses_all_that_wait(database_url: str, db: Database, now: dt.datetime) -> None:
    """A database with little patience says Busy: nobody waits for the next attempt."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    scribe = Scribe(hasty, 30)
    with occupied(db):
        refused = scribe.write(note(now, 1), SECONDS)
    scribe.close()
    hasty.close()

    assert refused is None


def test_no_more_wait_than_memory_allows(
    db: Database, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When too many wait for a database that does not answer, the next is refused at once."""
    monkeypatch.setattr("wxbot.web.journal_writer.WAITING", 3)
    scribe = Scribe(db, 30)
    with occupied(db):
        accepted = [scribe.hand_in(note(now, at), lambda _: None) for at in range(1, 9)]
    scribe.close()

    assert accepted.count(True) in {3, 4}  # the scribe may have taken the first already
    assert not accepted[-1]


def test_closing_writes_what_is_waiting(db: Database, now: dt.datetime) -> None:
    """A server that ends loses nothing it has taken."""
    scribe = Scribe(db, 30)
    with occupied(db):
        scribe.write(note(now, 1, "<a/>"), 0.01)
    scribe.close()

    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")


def test_nobody_waits_for_what_is_written_at_once(db: Database, now: dt.datetime) -> None:
    """A free SQLite file takes it in the caller's thread; while somebody else writes, and on PostgreSQL, nothing is
    written and nobody waits.
    """
    scribe = Scribe(db, 30)
    with occupied(db):
        refused = scribe.at_once([note(now, 1, "<a/>")])
    taken = scribe.at_once([note(now, 2, "<b/>"), note(now, 3, "<c/>"), note(now, 2, "<again/>")])
    scribe.close()

    with db.read() as session:
        stored = journal.answers_of(session, dict.fromkeys("123", "alice"))
    assert refused is None
    assert (["<b/>", "<c/>", "<b/>"], {"2": "<b/>", "3": "<c/>"}) == (taken, stored) or not db.is_sqlite
    assert (None, {}) == (taken, stored) or db.is_sqlite


def test_two_scribes_take_turns(db: Database, now: dt.datetime) -> None:
    """While one process's scribe has its turn, the other's writes nothing at once, and afterwards it does."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL lets both write")
    scribe, other = Scribe(db, 30), Scribe(db, 30)
    with other._turn.waited():
        refused = scribe.at_once([note(now, 1, "<a/>")])
    taken = scribe.at_once([note(now, 1, "<a/>")])
    scribe.close()
    other.close()

    assert (None, ["<a/>"]) == (refused, taken)


def test_what_fails_at_once_is_left_to_the_thread(
    db: Database, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """After a note that no table takes, the next are left to the thread, which writes them."""
    scribe = Scribe(db, 30)
    poisoned = scribe.at_once([note(now, 1, "\ud800"), note(now, 2, "<b/>")])
    next_one = scribe.at_once([note(now, 3, "<c/>")])
    by_thread = scribe.write(note(now, 3, "<c/>"), SECONDS)
    scribe.close()

    assert (None, None, "<c/>") == (poisoned, next_one, by_thread)
    assert ("UnicodeEncodeError" in caplog.text) == db.is_sqlite
    with db.read() as session:
        assert {"3": "<c/>"} == journal.answers_of(session, dict.fromkeys("123", "alice"))
