"""A PostgreSQL that hangs, connected and silent, holds nobody for ever."""

import pytest
from sqlalchemy import text

from tests.relay import relayed
from wxbot.db import Database
from wxbot.errors import Busy

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_a_silent_server_is_a_busy_one(db: Database, database_url: str) -> None:
    """Each try ends by itself, on a connection that was open and on a new one; afterwards all is well."""
    assert db.engine
    with relayed(database_url) as (relay, url):
        patient = Database.open(url, busy_seconds=0.2, statement_seconds=0.2)
        patient.ping()
        relay.open.clear()
        for _ in range(2):
            with pytest.raises(Busy), patient.read() as session:
                session.execute(text("SELECT 1"))
        relay.open.set()
        with patient.begin() as session:
            assert 1 == session.scalar(text("SELECT 1"))
        patient.close()


def test_the_server_ends_a_statement_that_takes_too_long(db: Database, database_url: str) -> None:
    """By its own limit, which leaves the connection alive; without one it takes as long as it takes."""
    assert db.engine
    strict = Database.open(database_url, statement_seconds=0.1)
    with pytest.raises(Busy), strict.read() as session:
        session.execute(text("SELECT pg_sleep(60)"))
    with strict.read() as session:
        assert 1 == session.scalar(text("SELECT 1"))
    strict.close()
    with db.read() as session:
        assert "0" == session.scalar(text("SHOW statement_timeout"))
