"""Tests of group commit: many notes in one transaction, each with its own outcome and deadline."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from wxbot import followers, journal
from wxbot.bot import Answer, AnsweredMessage
from wxbot.db import Database
from wxbot.web.journal_writer import JournalWriter
from wxbot.web.loop_writer import LoopWriter
from wxbot.wechat import Incoming, Text

SECONDS = 60.0
SURROGATE = "\ud800"  # neither database can encode it


def note(
    now: dt.datetime, msg_id: int, stored: str = "<xml/>", content: str = "", *, openid: str = "alice"
) -> AnsweredMessage:
    """Return the note of an answered text."""
    return AnsweredMessage(
        Incoming("text", openid, "gh", 1, msg_id=msg_id, content=content), Answer(Text("好")), stored, now
    )


def event_note(now: dt.datetime, created: int, openid: str, event_name: str) -> AnsweredMessage:
    """Return the note of an event, such as a tap in the menu or a subscription."""
    happened = Incoming("event", openid, "gh", created, event=event_name, key="LATEST")
    return AnsweredMessage(happened, Answer(Text("好")), "<xml/>", now)


@contextmanager
def occupied(db: Database) -> Iterator[None]:
    """Hold a write transaction that keeps all others waiting until the block ends."""
    with db.begin() as session:
        journal.record(session, journal.NewEntry("other", "o", "text", "", None, "", dt.datetime.now(dt.UTC)))
        if not db.is_sqlite:
            session.connection().exec_driver_sql("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
        yield


def submit(writer: JournalWriter, *notes: AnsweredMessage) -> list["Future[str | None]"]:
    """Submit notes to the writer's thread; return the futures of their replies."""
    futures: list[Future[str | None]] = []
    for each in notes:
        futures.append(Future())
        assert writer.submit(each, futures[-1].set_result)
    return futures


def results(futures: Sequence["Future[str | None]"]) -> list[str | None]:
    """Wait for the replies and return them."""
    return [future.result(SECONDS) for future in futures]


def write_on_loop(writer: JournalWriter, seconds: float, *notes: AnsweredMessage) -> list[str | None]:
    """Write notes together on a new event loop; return their replies."""

    async def write() -> list[str | None]:
        """Let all notes wait at once."""
        loop_writer = LoopWriter(writer, asyncio.get_running_loop())
        return list(await asyncio.gather(*(loop_writer.write(each, seconds) for each in notes)))

    return asyncio.run(write())


@pytest.fixture
def writer(db: Database) -> Iterator[JournalWriter]:
    """Yield a journal writer, which a test may close itself."""
    writer = JournalWriter(db, 30)
    yield writer
    writer.close()


def test_a_reply_is_given_after_its_commit(writer: JournalWriter, db: Database, now: dt.datetime) -> None:
    """Another connection sees the row as soon as the reply is there."""
    replies = results(submit(writer, note(now, 1, "<a/>")))
    with db.read() as session:
        stored = journal.answer_of(session, "1")

    assert ["<a/>"] == replies
    assert "<a/>" == stored


def test_notes_that_come_together_share_a_commit(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """Twenty notes that arrive while one commit is held up are written in far fewer transactions."""
    commits: list[object] = []
    event.listen(db.engine, "commit", commits.append)
    with occupied(db):
        futures = submit(writer, *(note(now, at, f"<{at}/>") for at in range(1, 21)))
    replies = results(futures)

    assert [f"<{at}/>" for at in range(1, 21)] == replies
    assert len(commits) < 10
    with db.read() as session:
        assert 21 == journal.count(session)


def test_a_note_that_no_table_accepts_fails_alone(
    writer: JournalWriter, db: Database, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """Its neighbours in the same transaction are written; its own reply is None."""
    with occupied(db):
        futures = submit(writer, *(note(now, at, SURROGATE if at == 3 else "<a/>") for at in range(1, 6)))
    replies = results(futures)

    assert ["<a/>", "<a/>", None, "<a/>", "<a/>"] == replies
    assert "UnicodeEncodeError" in caplog.text


def test_a_busy_database_only_delays_a_batch(database_url: str, db: Database, now: dt.datetime) -> None:
    """After the busy timeout the replies go out unwritten, and the notes are written once the database is free.

    Not written is a changed preference: the member was told that it was not saved, and may have asked again.
    """
    changed = note(now, 2)
    changed = replace(
        changed, answer=replace(changed.answer, preferences=followers.Preferences(nothing=True))
    )
    with closing(Database.open(database_url, busy_seconds=0.1)) as hasty:
        writer = JournalWriter(hasty, 30)
        with occupied(db):
            replies = results(submit(writer, note(now, 1, "<a/>"), changed))
            again = results(submit(writer, note(now, 3, "<c/>")))
        while writer.is_stuck:  # no other message wakes the writer
            time.sleep(0.01)
        with db.read() as session:
            written = journal.answers_of(session, dict.fromkeys("123", "alice"))
        writer.close()

    assert [None] * 3 == replies + again
    assert {"1": "<a/>", "3": "<c/>"} == written


def test_a_full_queue_refuses_a_note(db: Database, now: dt.datetime) -> None:
    """If too many notes wait for a database that does not answer, the next one is refused at once."""
    writer = JournalWriter(db, 30, max_queued=3)
    with occupied(db):
        accepted = [writer.submit(note(now, at), lambda _: None) for at in range(1, 9)]
    writer.close()

    assert accepted.count(True) in {3, 4}  # the thread may have taken the first already
    assert not accepted[-1]


def test_closing_writes_what_is_queued(db: Database, now: dt.datetime) -> None:
    """A server that ends loses no note that it has accepted."""
    writer = JournalWriter(db, 30)
    with occupied(db):
        submit(writer, note(now, 1, "<a/>"))
    writer.close()

    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")


def test_a_commit_in_the_callers_thread_never_waits(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """A free SQLite file is written in the caller's thread; while another process writes, and on PostgreSQL, nothing
    is written.
    """
    with occupied(db):
        refused = writer.try_commit([note(now, 1, "<a/>")])
    replies = writer.try_commit([note(now, 2, "<b/>"), note(now, 3, "<c/>"), note(now, 2, "<again/>")])

    with db.read() as session:
        stored = journal.answers_of(session, dict.fromkeys("123", "alice"))
    assert refused is None
    assert (["<b/>", "<c/>", "<b/>"], {"2": "<b/>", "3": "<c/>"}) == (replies, stored) or not db.is_sqlite
    assert (None, {}) == (replies, stored) or db.is_sqlite


def test_the_writers_of_two_processes_take_turns(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """While one process's writer holds the lock, the other commits nothing in its caller's thread; then it does."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL lets both write")
    other = JournalWriter(db, 30)
    with other._lock.hold():
        refused = writer.try_commit([note(now, 1, "<a/>")])
    replies = writer.try_commit([note(now, 1, "<a/>")])
    other.close()

    assert (None, ["<a/>"]) == (refused, replies)


def test_two_writers_that_wait_for_each_other_both_write(
    database_url: str, db: Database, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that the database ends because of a deadlock is written again, and no reply is lost."""
    if db.is_sqlite:
        pytest.skip("SQLite lets one write at a time")
    both = Barrier(2)
    record_activity = followers.record_activity

    def meet(session: Session, messages: Mapping[str, dt.datetime], taps: Mapping[str, dt.datetime]) -> None:
        with suppress(BrokenBarrierError):
            both.wait(SECONDS)
        both.abort()  # the second try meets nobody
        record_activity(session, messages, taps)

    monkeypatch.setattr(followers, "record_activity", meet)
    with closing(Database.open(database_url)) as other:
        writers = [JournalWriter(each, 30) for each in (db, other)]
        crossed = [
            [event_note(now, 1, "alice", "subscribe"), note(now, 2, openid="bob")],
            [event_note(now, 3, "bob", "subscribe"), note(now, 4)],
        ]
        with ThreadPoolExecutor() as pool:
            replies = list(pool.map(JournalWriter._commit_waiting, writers, crossed))
        for writer in writers:
            writer.close()

    assert [["<xml/>"] * 2] * 2 == replies


def test_what_a_member_did_last_in_a_batch_counts(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """A member who writes, then leaves within one batch is no follower; of two changed preferences the second stays."""
    refusing, wanting = note(now, 1, openid="bob"), note(now, 2, openid="bob")
    batch = [
        event_note(now, 3, "alice", "subscribe"),
        note(now, 4),
        event_note(now, 5, "alice", "click"),
        event_note(now, 6, "alice", "unsubscribe"),
        replace(refusing, answer=replace(refusing.answer, preferences=followers.Preferences(nothing=True))),
        replace(wanting, answer=replace(wanting.answer, preferences=followers.Preferences(weekly=3))),
    ]
    assert ["<xml/>"] * 6 == writer._commit_waiting(batch)
    with db.read() as session:
        alice = followers.get(session, "alice")
        assert alice is not None
        assert (False, None, None) == (alice.following, alice.last_heard, alice.last_wrote)
        assert followers.Preferences(weekly=3) == followers.preferences_of(session, "bob")


def test_a_failed_commit_is_left_to_the_thread(
    writer: JournalWriter, db: Database, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """After a note that no table accepts the next ones are refused in the caller's thread; the writer's takes them."""
    poisoned = writer.try_commit([note(now, 1, SURROGATE), note(now, 2, "<b/>")])
    next_one = writer.try_commit([note(now, 3, "<c/>")])
    by_thread = results(submit(writer, note(now, 3, "<c/>")))

    assert (None, None, ["<c/>"]) == (poisoned, next_one, by_thread)
    assert ("UnicodeEncodeError" in caplog.text) == db.is_sqlite
    with db.read() as session:
        assert {"3": "<c/>"} == journal.answers_of(session, dict.fromkeys("123", "alice"))


def test_every_note_on_a_loop_gets_its_own_reply(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """Of a hundred notes at once, the one whose message was answered before gets the stored reply."""
    first = write_on_loop(writer, SECONDS, note(now, 1, "<first/>"))
    rest = write_on_loop(writer, SECONDS, *(note(now, at, f"<{at}/>") for at in range(1, 101)))

    assert ["<first/>"] == first
    assert ["<first/>", *(f"<{at}/>" for at in range(2, 101))] == rest
    with db.read() as session:
        assert 100 == journal.count(session)


def test_a_reply_waits_at_most_until_its_deadline(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """While the database is held each reply is None at its deadline; the notes are written when it is free again."""
    notes = [note(now, at) for at in range(1, 6)]
    with occupied(db):
        late = write_on_loop(writer, 0.05, *notes)
    again = write_on_loop(writer, SECONDS, *notes)
    after = write_on_loop(writer, SECONDS, note(now, 6, "<b/>"))

    assert [None] * 5 == late
    assert ["<xml/>"] * 5 == again
    assert ["<b/>"] == after
    with db.read() as session:
        assert "<xml/>" == journal.answer_of(session, "1")


def test_replies_wait_less_while_the_database_is_stuck(
    writer: JournalWriter, db: Database, now: dt.datetime
) -> None:
    """After one reply has waited in vain the next ones wait for a moment only; then all wait as before."""
    with occupied(db):
        late = write_on_loop(writer, 0.05, note(now, 1)) + write_on_loop(writer, 3600.0, note(now, 2))
    after = write_on_loop(writer, SECONDS, note(now, 3, "<c/>"))
    writer.close()

    assert [None, None] == late
    assert ["<c/>"] == after
    assert not writer.is_stuck


@pytest.mark.parametrize("seconds", [0.0, 0.1], ids=["collected", "submitted"])
def test_a_loop_that_has_ended_does_not_stop_the_writer(
    writer: JournalWriter, db: Database, now: dt.datetime, seconds: float
) -> None:
    """A note is written although the loop of its reply has ended."""

    async def leave() -> LoopWriter:
        """Let a note wait, and end before it is written."""
        loop_writer = LoopWriter(writer, asyncio.get_running_loop())
        asyncio.ensure_future(loop_writer.write(note(now, 1, "<a/>"), 10.0))  # noqa: RUF006  left behind on purpose
        await asyncio.sleep(seconds)
        return loop_writer

    with occupied(db):
        asyncio.run(leave()).close()
    after = results(submit(writer, note(now, 2, "<b/>")))

    assert ["<b/>"] == after
    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")
