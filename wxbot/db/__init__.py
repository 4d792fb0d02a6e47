"""The database: how it is opened, what a transaction is, and how its tables come to be.

    Database   one open database: `begin()` to write, `read()` to look, `ping()`, `close()`
    Base       what every table derives from; each subject declares its own beside its queries
    Moment     a point in time, always UTC and always aware
    Kept       small values that every process must find, such as the platform's token
    Bulk       many rows by one statement, for what every answer pays for
    insert_into  an INSERT that may meet a row that is there already
    Clock      the moment by the clock of the database, for all who share it
    upgrade    bring the schema to this program's version
    save_to, restore_from   a whole SQLite database to a file and back
    inspect    what the schema's version is, and what it should be

`session` as an argument joins the caller's transaction; who takes a `Database` opens and closes its own, and none
of them is open while the platform thinks.
"""

from wxbot.db.backup import restore_from, save_to
from wxbot.db.base import Base, Moment
from wxbot.db.clock import Clock
from wxbot.db.engine import Database, Session
from wxbot.db.insert import insert_into
from wxbot.db.key_value import KeptValue, Shelf
from wxbot.db.schema import bring_up, inspect, upgrade
from wxbot.db.upsert import Bulk

__all__ = [
    "Base",
    "Bulk",
    "Clock",
    "Database",
    "KeptValue",
    "Moment",
    "Session",
    "Shelf",
    "bring_up",
    "insert_into",
    "inspect",
    "restore_from",
    "save_to",
    "upgrade",
]
