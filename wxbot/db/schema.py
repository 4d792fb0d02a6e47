"""Read the version of the database schema, and upgrade it with alembic.

Every process checks the version when it opens the database; alembic is loaded only when an upgrade is needed, because
loading it takes longer than answering a message.
"""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, select
from sqlalchemy import inspect as look

from wxbot.db.engine import Database
from wxbot.errors import SchemaError
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from alembic import command
    from alembic import config as alembic_config
else:
    command, alembic_config = LazyModule("alembic.command"), LazyModule("alembic.config")

__all__ = ["SchemaVersion", "config", "ensure_schema", "inspect", "upgrade"]

UPGRADE_LOCK = 7_922_081  # an arbitrary constant: the key of the advisory lock

_MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic's own table, in which it keeps the revision.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32)))


@dataclass(frozen=True)
class SchemaVersion:
    """The version found in a database (None when it is empty) and the one that this program needs."""

    found: str | None
    needed: str

    @property
    def current(self) -> bool:
        """Return whether this program can work with the database."""
        return self.found == self.needed


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
    return SchemaVersion(found, _revisions()[-1])


def upgrade(db: Database) -> SchemaVersion:
    """Upgrade the schema to this program's version and return the version before; safe to call concurrently."""
    with _upgrade_lock(db), db.begin() as session:
        connection = session.connection()
        if not db.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        before = _version(connection)
        if not before.current:
            _refuse_newer(before)
            made = config()
            made.attributes["connection"] = connection
            command.upgrade(made, "head")
    return before


def ensure_schema(db: Database) -> None:
    """Make sure that the schema is current: upgrade an SQLite file; PostgreSQL waits for `wxbot db upgrade`.

    Raises SchemaError when PostgreSQL is not current, or when a newer program created the database.
    """
    version = inspect(db)
    if version.current:
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
