"""Facts about writing many rows by one statement."""

import datetime as dt

import pytest

from wxbot import followers, journal
from wxbot.bot import last_list
from wxbot.bot.lists import Listing
from wxbot.db import Database
from wxbot.errors import Busy

LATER = dt.timedelta(hours=1)


def entry(at: int, now: dt.datetime, answer: str = "a") -> journal.NewEntry:
    """A journal entry under the key `at`."""
    return journal.NewEntry(str(at), "alice", "text", "芯片", at, answer, now)


def test_more_rows_than_a_statement_takes(db: Database, now: dt.datetime) -> None:
    """Twelve hundred entries at once are all written, and all said to be new; a second time none is."""
    entries = [entry(at, now) for at in range(1200)]
    with db.begin() as session:
        new = journal.record_all(session, entries)
        again = journal.record_all(session, entries)
        written = journal.count(session)

    assert ({str(at) for at in range(1200)}, set(), 1200) == (new, again, written)


def test_no_row_is_no_statement(db: Database) -> None:
    """Nothing to write is no error."""
    with db.begin() as session:
        assert set() == journal.record_all(session, [])
        followers.record_messages(session, {})


def test_what_is_there_stays_or_is_replaced(db: Database, now: dt.datetime) -> None:
    """The journal keeps its first answer; a follower and a list take over what is newer, and only that."""
    with db.begin() as session:
        journal.record_all(session, [entry(1, now, "first")])
        followers.save_preferences(session, "alice", followers.Preferences(nothing=True))
        followers.record_messages(session, {"alice": now, "bob": now})
        last_list.save(session, {"alice": (Listing("a", ("1", "2"), 1, 1, "m"), now + LATER)})
    with db.begin() as session:
        new = journal.record_all(session, [entry(1, now, "second"), entry(2, now)])
        followers.record_messages(session, {"alice": now + LATER})
        last_list.save(session, {"alice": (Listing("b", ("3",), 1), now + LATER)})

    with db.read() as session:
        alice, bob = followers.get(session, "alice"), followers.get(session, "bob")
        assert ({"2"}, "first") == (new, journal.answer_of(session, "1"))
        assert alice is not None
        assert bob is not None
        assert (now + LATER, now) == (alice.last_heard, bob.last_heard)
        assert ({}, True, True) == (
            bob.wishes,
            bob.following,
            followers.preferences_of(session, "alice").nothing,
        )
        assert Listing("b", ("3",), 1) == last_list.load(session, "alice", now)


def test_a_locked_table_is_busy(database_url: str, db: Database, now: dt.datetime) -> None:
    """A lock error of the driver becomes Busy for BulkInsert too."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    with db.begin() as other:
        other.connection().exec_driver_sql("UPDATE library_version SET version = version")
        if not db.is_sqlite:
            other.connection().exec_driver_sql("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Busy), hasty.begin() as session:
            journal.record_all(session, [entry(1, now)])
    with hasty.begin() as session:
        assert {"1"} == journal.record_all(session, [entry(1, now)])
    hasty.close()


def test_what_no_table_takes_leaves_the_connection_usable(db: Database, now: dt.datetime) -> None:
    """A text that cannot be encoded is an error of its transaction alone."""
    with pytest.raises(UnicodeEncodeError), db.begin() as session:
        journal.record_all(session, [entry(1, now, "\ud800")])
    with db.begin() as session:
        assert {"2"} == journal.record_all(session, [entry(2, now)])
        assert 1 == journal.count(session)


def test_a_moment_is_written_as_everywhere_else(db: Database, now: dt.datetime) -> None:
    """Whole seconds or not: what a report compares with finds it, and a moment without its zone is refused."""
    moments = [now, now + dt.timedelta(microseconds=5), now.astimezone(dt.UTC) + dt.timedelta(hours=1)]
    with db.begin() as session:
        followers.record_messages(session, {str(at): moment for at, moment in enumerate(moments)})
        found = [followers.get(session, str(at)) for at in range(3)]
        later = followers.active_since(session, now)
    with pytest.raises(ValueError, match="zone"), db.begin() as session:
        followers.record_messages(session, {"alice": dt.datetime(2026, 1, 1)})  # noqa: DTZ001  that is the point

    assert moments == [each.last_heard for each in found if each]
    assert ["1", "2"] == later
