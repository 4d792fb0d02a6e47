"""The schema's version: what it is, what this program needs, and how it gets there."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from wxbot.db.engine import Database
from wxbot.errors import SchemaError

__all__ = ["SchemaVersion", "bring_up", "config", "inspect", "upgrade"]

UPGRADE_LOCK = 7_922_081  # any number, as long as it is always this one


@dataclass(frozen=True)
class SchemaVersion:
    """Where the schema stands; `found` is None for an empty database."""

    found: str | None
    needed: str

    @property
    def current(self) -> bool:
        """Whether this program can work on it."""
        return self.found == self.needed


def config() -> Config:
    """Alembic's view of our migrations."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


@cache
def _needed() -> str:
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None, "there is always a first migration"  # noqa: S101  a broken build, not a state
    return head


def inspect(db: Database) -> SchemaVersion:
    """Compare the database's version with this program's."""
    with db.read() as session:
        return _version(session.connection())


def _version(connection: Connection) -> SchemaVersion:
    return SchemaVersion(MigrationContext.configure(connection).get_current_revision(), _needed())


def upgrade(db: Database) -> SchemaVersion:
    """Bring the schema to this program's version; two processes may call it at once. Gives the version before."""
    with _alone(db), db.engine.begin() as connection:
        if not db.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        before = _version(connection)
        if not before.current:
            _refuse_newer(before)
            made = config()
            made.attributes["connection"] = connection
            command.upgrade(made, "head")
    return before


def bring_up(db: Database) -> None:
    """Make sure that the schema fits: a SQLite file is brought up at once, PostgreSQL waits for its operator.

    Raises SchemaError when PostgreSQL is behind, or when the database belongs to a newer program.
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
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if version.found is not None and version.found not in known:
        raise SchemaError(
            f"数据库的结构版本 {version.found} 比本程序新",
            remedy="请换用建立这个数据库的（更新的）wxbot 版本。",
        )


@contextmanager
def _alone(db: Database) -> Generator[None]:
    """One upgrade of a SQLite file at a time; PostgreSQL has a lock of its own for that."""
    if not db.is_sqlite or db.engine.url.database is None:
        yield
        return
    with Path(db.engine.url.database + ".upgrade").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
