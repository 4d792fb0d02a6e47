"""One open database, SQLite or PostgreSQL, and what a transaction means on it."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from wxbot.db.driver_errors import meaning
from wxbot.errors import DatabaseUnavailable, SettingsError
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from wxbot.db import pg_timeout
else:
    pg_timeout = LazyModule("wxbot.db.pg_timeout")  # its driver, which SQLite does without

__all__ = ["Database", "Session"]


# By the names of their drivers, where one is named.
_KNOWN = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}

# Of the log, 4 KB each: where nobody may wait, it grows to so many before a commit has to empty it.
_LOG_PAGES = 16_000


class Database:
    """An open database. `begin()` is a transaction that may write; `read()` one that does not."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # `BulkInsert` calls the driver directly, so SQLAlchemy does not wrap the driver's exceptions. SQLite reports a
        # broken file by the base class of all its errors.
        driver = engine.dialect.loaded_dbapi
        self._troubles: tuple[type[Exception], ...] = (
            (DBAPIError, driver.Error)
            if self.is_sqlite
            else (OperationalError, InterfaceError, driver.OperationalError, driver.InterfaceError)
        )

    @classmethod
    def open(
        cls,
        url: str,
        *,
        durable: bool = True,
        busy_seconds: float = 10.0,
        statement_seconds: float = 0.0,
        pool: int = 20,
    ) -> "Database":
        """Connect to `url`; SettingsError when that is no address of a database that we know.

        `durable=False` lets SQLite hand a commit to the operating system without waiting for the disk: nothing is
        lost by a killed process, the last moments may be lost with the power. Right for the journal of a webhook,
        wrong for the ledger of a push. `busy_seconds` is how long a write waits for another process's,
        `statement_seconds` how long PostgreSQL may take over a statement (0: as long as it takes), even when it hangs.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise SettingsError("WXBOT_DATABASE_URL 不是数据库地址，例如 sqlite:///var/wxbot.db") from None
        if parsed.drivername not in _KNOWN:
            raise SettingsError("WXBOT_DATABASE_URL 只支持 sqlite 和 postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return cls(_sqlite(url, parsed.database, durable=durable, busy_seconds=busy_seconds, pool=pool))
        return cls(
            _postgresql(parsed, busy_seconds=busy_seconds, statement_seconds=statement_seconds, pool=pool)
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether one file is the whole database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Generator[Session]:
        """A transaction that may write; commits at the end, rolls back on any exception.

        Raises Busy when another process holds the database longer than `busy_seconds`, DatabaseUnavailable when it
        cannot be had, DatabaseDamaged when its file is broken.
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
        except self._troubles as wrong:
            # A connection that broke takes no order any more: what it had begun is rolled back by its end.
            with suppress(*self._troubles):
                session.rollback()
            meant = meaning(wrong, sqlite=self.is_sqlite)
            if meant is None:
                raise
            raise meant from wrong
        finally:
            with suppress(*self._troubles):  # the same: what counted was committed, or was read
                session.close()

    def ping(self) -> None:
        """Ask the database one question; whatever is wrong comes out as an exception."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def open_nonblocking(self) -> "Database":
        """The same SQLite file, for one thread that nobody may keep waiting: Busy at once while another writes.

        Its commits are handed to the operating system, and leave it to `checkpoint` to bring them to the disk.
        """
        url = self.engine.url
        return Database(
            _sqlite(url, url.database, durable=False, busy_seconds=0.0, pool=1, log_pages=_LOG_PAGES)
        )

    def checkpoint(self) -> None:
        """Move what was committed from the log beside a SQLite file into the file; nobody waits for that."""
        if self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _postgresql(url: URL, *, busy_seconds: float, statement_seconds: float, pool: int) -> Engine:
    lock, statement = int(busy_seconds * 1000), int(statement_seconds * 1000)
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=True,
        pool_timeout=busy_seconds,
        connect_args={
            "connect_timeout": max(2, int(busy_seconds)),
            # A machine that is gone acknowledges nothing: its connections end by themselves.
            "tcp_user_timeout": max(10_000, 2 * statement),
            "keepalives_idle": 30,
            "options": f"-c lock_timeout={lock} -c statement_timeout={statement} "
            "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )
    if statement:
        # A little longer than the server's own limit, which leaves the connection alive.
        connect = partial(pg_timeout.connect, statement_seconds * 1.5)

        @event.listens_for(engine, "do_connect")
        def patiently(dialect: Dialect, record: Any, args: list[Any], params: dict[str, Any]) -> Any:  # noqa: ARG001
            return connect(*args, **params)

    return engine


def _sqlite(
    url: str | URL,
    file: str | None,
    *,
    durable: bool,
    busy_seconds: float,
    pool: int,
    log_pages: int = 1000,
) -> Engine:
    if not file or file == ":memory:":
        raise SettingsError("WXBOT_DATABASE_URL 需要一个文件：几个进程要看到同一个数据库")
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise DatabaseUnavailable(
            f"数据库不可用（建不了文件夹 {Path(file).parent}：{wrong.strerror}）"
        ) from None
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
        connection.execute(f"PRAGMA wal_autocheckpoint = {log_pages}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once (SQLITE_BUSY_SNAPSHOT) when another wrote
        # in between, whatever the timeout; one that will write takes its place in the queue at the start.
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
