"""The last list of each member."""

import datetime as dt

from wxbot.bot import last_list
from wxbot.bot.lists import Listing
from wxbot.db import Database

MINUTE = dt.timedelta(minutes=1)
FIRST = Listing("芯片", ("2021-02/1", "2021-02/2"), 1)
SECOND = Listing("电池 🔋", ("2021-02/3",), 1)


def test_the_last_list_is_kept(db: Database, now: dt.datetime) -> None:
    """A newer list replaces the one before, for this member only."""
    with db.begin() as session:
        last_list.save(session, {"alice": (FIRST, now + MINUTE), "bob": (FIRST, now + MINUTE)})
        last_list.save(session, {"alice": (SECOND, now + MINUTE)})

    with db.read() as session:
        kept = [last_list.load(session, openid, now) for openid in ("alice", "bob", "carol")]
    assert [SECOND, FIRST, None] == kept


def test_a_list_ends_with_its_time(db: Database, now: dt.datetime) -> None:
    """A list is gone at the moment at which it expires."""
    with db.begin() as session:
        last_list.save(session, {"alice": (FIRST, now + MINUTE)})

    with db.read() as session:
        seen = [
            last_list.load(session, "alice", now + seconds) is not None
            for seconds in (dt.timedelta(0), dt.timedelta(seconds=59), MINUTE)
        ]
    assert [True, True, False] == seen


def test_a_member_who_leaves_is_forgotten(db: Database, now: dt.datetime) -> None:
    """Nothing remains of the list."""
    with db.begin() as session:
        last_list.save(session, {"alice": (FIRST, now + MINUTE), "bob": (FIRST, now + MINUTE)})
        last_list.clear(session, "alice")

    with db.read() as session:
        assert last_list.load(session, "alice", now) is None
        assert last_list.load(session, "bob", now) == FIRST


def test_pruning_takes_only_what_has_ended(db: Database, now: dt.datetime) -> None:
    """Pruning keeps the lists that have not expired."""
    with db.begin() as session:
        last_list.save(session, {"alice": (FIRST, now), "bob": (FIRST, now + MINUTE)})
        pruned = last_list.prune(session, now)

    with db.read() as session:
        kept = last_list.load(session, "bob", now)
    assert (1, FIRST) == (pruned, kept)
