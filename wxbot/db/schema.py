"""Read the version of the database schema, and upgrade it with alembic.

Every process checks the version when it opens the database; alembic is loaded only when an upgrade is needed, because
loading it takes longer than answering a message.

A program also works with a newer schema that only added to its own: the upgrade writes beside the version the oldest
program that works with it. So old and new processes run side by side during a deploy.
"""

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, select, update
from sqlalchemy import inspect as look

from wxbot.db.engine import Database
from wxbot.errors import Busy, DatabaseUnavailable, SchemaError
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from alembic import command
    from alembic import config as alembic_config
    from alembic import script as alembic_script
else:
    command, alembic_config = LazyModule("alembic.command"), LazyModule("alembic.config")
    alembic_script = LazyModule("alembic.script")

__all__ = ["SchemaVersion", "config", "ensure_schema", "inspect", "oldest_program", "upgrade"]

UPGRADE_LOCK = 7_922_081  # an arbitrary constant: the key of the advisory lock
# A change of a table waits for its readers, and everybody else waits behind it: it gives way and tries again.
LOCK_MILLISECONDS, TRIES, PAUSE_SECONDS = 1500, 20, 1.0

_MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic's own table, in which it keeps the revision; `oldest_program` is ours, and there since 0036.
_VERSION = Table(
    "alembic_version", MetaData(), Column("version_num", String(32)), Column("oldest_program", String(32))
)


@dataclass(frozen=True)
class SchemaVersion:
    """The version found in a database (None when it is empty) and the one that this program needs."""

    found: str | None
    needed: str
    is_extended: bool = False  # a newer program made it, and only added to what this one needs

    @property
    def current(self) -> bool:
        """Return whether the database has exactly this program's schema."""
        return self.found == self.needed

    @property
    def usable(self) -> bool:
        """Return whether this program can work with the database."""
        return self.current or self.is_extended


def config() -> "alembic_config.Config":
    """Return alembic's configuration for our migrations."""
    made = alembic_config.Config()
    made.set_main_option("script_location", str(_MIGRATIONS))
    return made


@cache
def _revisions() -> tuple[str, ...]:
    """Return the revisions of this program, oldest first, from the file names (`0007_…`).

    A test compares them with what alembic reads from the files.
    """
    return tuple(sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


def inspect(db: Database) -> SchemaVersion:
    """Compare the database's version with this program's."""
    with db.read() as session:
        return _version(session.connection())


def _version(connection: Connection) -> SchemaVersion:
    there = look(connection).has_table(_VERSION.name)
    found = connection.scalar(select(_VERSION.c.version_num)) if there else None
    is_newer = found is not None and found not in _revisions()
    return SchemaVersion(found, _revisions()[-1], is_newer and _names_this_program(connection))


def _names_this_program(connection: Connection) -> bool:
    """Return whether a newer database says that programs as old as this one work with it."""
    if not any(column["name"] == "oldest_program" for column in look(connection).get_columns(_VERSION.name)):
        return False
    return connection.scalar(select(_VERSION.c.oldest_program)) in _revisions()


def oldest_program(after: str | None = None) -> str:
    """Return the needed version of the oldest program that works with this schema.

    A migration that takes something away or demands more declares it as `OLDEST_PROGRAM`. With `after`, only the
    migrations that follow this version count.
    """
    scripts = alembic_script.ScriptDirectory.from_config(config()).walk_revisions()
    declared = [s.module.OLDEST_PROGRAM for s in scripts if s.revision > (after or "") and _declares(s)]
    return max(declared, default=_revisions()[0])


def _declares(script: "alembic_script.Script") -> bool:
    return hasattr(script.module, "OLDEST_PROGRAM")


def upgrade(db: Database) -> SchemaVersion:
    """Upgrade the schema to this program's version and return the version before; safe to call concurrently.

    Raises Busy if other processes hold a table of PostgreSQL for all tries, and SchemaError for a newer database.
    """
    for _ in range(TRIES - 1):
        try:
            return _upgrade(db)
        except Busy as busy:
            if db.is_sqlite or isinstance(busy, DatabaseUnavailable):
                raise
            time.sleep(PAUSE_SECONDS)
    return _upgrade(db)


def _upgrade(db: Database) -> SchemaVersion:
    with _upgrade_lock(db), db.begin() as session:
        connection = session.connection()
        if not db.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        before = _version(connection)
        if not before.usable:
            _refuse_newer(before)
            made = config()
            made.attributes["connection"] = connection
            command.upgrade(made, "head")
            connection.execute(update(_VERSION).values(oldest_program=oldest_program()))
    return before


def ensure_schema(db: Database) -> None:
    """Make sure that this program can work: upgrade an SQLite file; PostgreSQL waits for `wxbot db upgrade`.

    Raises SchemaError when PostgreSQL is not current, or when a newer program changed what this one needs.
    """
    version = inspect(db)
    if version.usable:
        return
    if db.is_sqlite:
        upgrade(db)
        return
    _refuse_newer(version)
    raise SchemaError(f"数据库的结构版本是 {version.found or '空'}，本程序需要 {version.needed}")


def _refuse_newer(version: SchemaVersion) -> None:
    if version.found is not None and version.found not in _revisions():
        raise SchemaError(
            f"数据库的结构版本 {version.found} 比本程序新",
            remedy="请换用建立这个数据库的（更新的）wxbot 版本。",
        )


@contextmanager
def _upgrade_lock(db: Database) -> Generator[None]:
    """Hold a file lock during the upgrade of an SQLite file; PostgreSQL uses an advisory lock."""
    if not db.is_sqlite or db.engine.url.database is None:
        yield
        return
    with Path(db.engine.url.database + ".upgrade").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
