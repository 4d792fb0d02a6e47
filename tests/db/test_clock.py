"""Facts about the one clock of all who share a database."""

import datetime as dt
from pathlib import Path

import pytest

from wxbot.db import Database, DatabaseClock
from wxbot.settings import load
from wxbot.wiring import Services

WRONG = dt.timedelta(minutes=7)
CLOSE = dt.timedelta(seconds=5)


def _machine(off: dt.timedelta) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + off


@pytest.mark.parametrize("off", [WRONG, -WRONG])
def test_machines_with_wrong_clocks_agree(db: Database, off: dt.timedelta) -> None:
    """Over PostgreSQL a machine that is early or late tells the moment of the others; over SQLite it is alone."""
    clock, other = DatabaseClock(db, lambda: _machine(off)), DatabaseClock(db, lambda: _machine(-off))
    measured = clock.measure()
    other.measure()
    apart = abs(clock.now() - other.now())
    if db.is_sqlite:
        assert dt.timedelta() == measured
        assert apart > 2 * WRONG - CLOSE
    else:
        assert abs(measured + off) < CLOSE
        assert apart < CLOSE


def test_the_moment_is_asked_of_nobody(db: Database) -> None:
    """Between two measurements the clock answers by itself, also while the database is closed."""
    moments = iter([dt.datetime(2026, 11, 24, 4, 0, second, tzinfo=dt.UTC) for second in range(10)])
    clock = DatabaseClock(db, lambda: next(moments))
    db.close()
    assert dt.timedelta(seconds=1) == -(clock.now() - clock.now())


def test_a_process_follows_the_databases_clock(
    database_url: str, db: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its database is open, a process on a machine whose clock is wrong tells the database's moment."""
    monkeypatch.setenv("WXBOT_DATABASE_URL", database_url)
    wxbot = Services(load(), machine=lambda: _machine(WRONG))
    off = wxbot.now() - dt.datetime.now(dt.UTC)
    assert abs(off - WRONG) < CLOSE, "before that it knows its own alone"
    assert wxbot.db.is_sqlite == db.is_sqlite
    off = wxbot.now() - dt.datetime.now(dt.UTC)
    assert abs(off - (WRONG if db.is_sqlite else dt.timedelta())) < CLOSE
    wxbot.close()
