"""The database: how it is opened, what a transaction is, and how its tables come to be.

    Database   one open database: `begin()` to write, `read()` to look, `ping()`, `close()`
    Base       what every table derives from; each subject declares its own beside its queries
    Moment     a point in time, always UTC and always aware
    KeyValue       small values that every process must find, such as the platform's token
    BulkInsert       many rows by one statement, for what every answer pays for
    insert_into  an INSERT that may meet a row that is there already
    DatabaseClock      the moment by the clock of the database, for all who share it
    upgrade    bring the schema to this program's version
    save_backup, restore_backup   a whole SQLite database to a file and back
    inspect    what the schema's version is, and what it should be

`session` as an argument joins the caller's transaction; who takes a `Database` opens and closes its own, and none
of them is open while the platform thinks.
"""

from wxbot.db.backup import restore_backup, save_backup
from wxbot.db.base import Base, Moment
from wxbot.db.clock import DatabaseClock
from wxbot.db.engine import Database, Session
from wxbot.db.insert import insert_into
from wxbot.db.key_value import ExpiringValue, KeyValueStore
from wxbot.db.schema import ensure_schema, inspect, upgrade
from wxbot.db.upsert import BulkInsert

__all__ = [
    "Base",
    "BulkInsert",
    "Database",
    "DatabaseClock",
    "ExpiringValue",
    "KeyValueStore",
    "Moment",
    "Session",
    "ensure_schema",
    "insert_into",
    "inspect",
    "restore_backup",
    "save_backup",
    "upgrade",
]
