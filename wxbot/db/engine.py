"""One open database, SQLite or PostgreSQL, and what a transaction means on it."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from wxbot.errors import Busy, SettingsError

__all__ = ["Database", "Session"]


# How each database says that it waited long enough for somebody else's lock.
_BUSY = ("locked", "lock timeout", "statement timeout")


class Database:
    """An open database. `begin()` is a transaction that may write; `read()` one that does not."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(
        cls, url: str, *, durable: bool = True, busy_seconds: float = 10.0, pool: int = 20
    ) -> "Database":
        """Connect to `url`.

        `durable=False` lets SQLite hand a commit to the operating system without waiting for the disk: nothing is
        lost by a killed process, the last moments may be lost with the power. Right for the journal of a webhook,
        wrong for the ledger of a push. `busy_seconds` is how long a write waits for another process's.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise SettingsError("WXBOT_DATABASE_URL 不是数据库地址，例如 sqlite:///var/wxbot.db") from None
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise SettingsError("WXBOT_DATABASE_URL 只支持 sqlite 和 postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return cls(_sqlite(url, parsed.database, durable=durable, busy_seconds=busy_seconds, pool=pool))
        return cls(_postgresql(parsed, busy_seconds=busy_seconds, pool=pool))

    @property
    def is_sqlite(self) -> bool:
        """Whether one file is the whole database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Generator[Session]:
        """A transaction that may write; commits at the end, rolls back on any exception.

        Raises Busy when another process holds the database longer than `busy_seconds`.
        """
        with self._session(writing=True) as session:
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Generator[Session]:
        """A transaction that looks; whatever it changed by mistake is rolled back."""
        with self._session(writing=False) as session:
            yield session

    @contextmanager
    def _session(self, *, writing: bool) -> Generator[Session]:
        session = Session(self.engine, expire_on_commit=False, autoflush=True)
        try:
            session.connection(execution_options={"writing": writing})
            yield session
        except OperationalError as wrong:
            session.rollback()
            if any(sign in str(wrong.orig) for sign in _BUSY):
                raise Busy("数据库正被另一个进程占用") from wrong
            raise
        finally:
            session.close()

    def ping(self) -> None:
        """Ask the database one question; whatever is wrong comes out as an exception."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _postgresql(url: URL, *, busy_seconds: float, pool: int) -> Engine:
    wait = int(busy_seconds * 1000)
    return create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=True,
        pool_timeout=busy_seconds,
        connect_args={
            "connect_timeout": max(2, int(busy_seconds)),
            "options": f"-c lock_timeout={wait} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )


def _sqlite(url: str, file: str | None, *, durable: bool, busy_seconds: float, pool: int) -> Engine:
    if not file or file == ":memory:":
        raise SettingsError("WXBOT_DATABASE_URL 需要一个文件：几个进程要看到同一个数据库")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    synchronous = "FULL" if durable else "NORMAL"

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001  the library's signature
        # The driver's own BEGIN comes too late and too weak; `begin` below says it instead.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once (SQLITE_BUSY_SNAPSHOT) when another wrote
        # in between, whatever the timeout; one that will write takes its place in the queue at the start.
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
