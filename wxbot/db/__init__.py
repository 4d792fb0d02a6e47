"""The database: opening it, transactions, the schema and its migrations.

    Database                     an open database: `begin()` to write, `read()`, `ping()`, `close()`
    Base                         the base class of tables; each subject declares its own beside its queries
    Moment                       column type of a point in time: aware, in UTC
    KeyValueStore                small values shared by all processes, such as the platform's token
    BulkInsert, insert_into      INSERT … ON CONFLICT, for many rows and for one
    DatabaseClock                the database's clock, the same for all machines
    upgrade, ensure_schema       bring the schema to this program's version
    inspect                      compare the schema's version with this program's
    save_backup, restore_backup  a whole database to an SQLite file and back

A function that takes a `session` joins the caller's transaction; one that takes a `Database` opens its own. No
transaction is open during a call to the platform.
"""

from wxbot.db.backup import restore_backup, save_backup
from wxbot.db.base import Base, Moment
from wxbot.db.engine import Database, DatabaseClock, Session
from wxbot.db.key_value import ExpiringValue, KeyValueStore
from wxbot.db.schema import ensure_schema, inspect, upgrade
from wxbot.db.upsert import BulkInsert, insert_into

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
