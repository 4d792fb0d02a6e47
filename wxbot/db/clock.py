"""One clock for all who share a database: a lease or an hour must mean the same moment on every machine."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import func, select

from wxbot.db.engine import Database

__all__ = ["DatabaseClock"]


class DatabaseClock:
    """The moment by the database's clock, as `machine` and the offset that was measured last tell it.

    On SQLite one machine has the file, and its clock is everybody's. `now` asks nobody; `measure` asks the database.
    """

    def __init__(self, db: Database, machine: Callable[[], dt.datetime]) -> None:
        self._db = db
        self._machine = machine
        self.offset = dt.timedelta()

    def now(self) -> dt.datetime:
        """The moment."""
        return self._machine() + self.offset

    def measure(self) -> dt.timedelta:
        """How far the database's clock is ahead of the machine's, good to half of one question's time.

        Raises DatabaseUnavailable when the database cannot be asked; the last offset stays.
        """
        if self._db.is_sqlite:
            return self.offset
        with self._db.read() as session:
            session.connection()  # what it takes to connect is no part of the question
            before = self._machine()
            theirs = session.scalars(select(func.clock_timestamp())).one()
            after = self._machine()
        self.offset = theirs - (before + (after - before) / 2)
        return self.offset
