"""An open SQLite or PostgreSQL database, its transactions, and its clock."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from wxbot.db.driver_errors import translate_error
from wxbot.errors import DatabaseUnavailable, SettingsError
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from wxbot.db import pg_timeout
else:
    pg_timeout = LazyModule("wxbot.db.pg_timeout")  # it loads psycopg, which SQLite does not need

__all__ = ["Database", "DatabaseClock", "Session"]


# SQLAlchemy's names of the supported drivers.
_KNOWN = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}

# Pages (4 KB) of the write-ahead log before a commit has to checkpoint it, for a connection that must not wait.
_LOG_PAGES = 16_000


class Database:
    """An open database. `begin()` opens a transaction that may write, `read()` one that only reads."""

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
        """Open the database at `url`. Raises SettingsError for an unsupported address.

        `durable=False` lets an SQLite commit return before the data is on the disk: a killed process loses nothing, a
        power failure the last moments: right for a journal, wrong for a ledger. `busy_seconds` limits
        waiting for another process's lock, `statement_seconds` a statement on PostgreSQL (0: no limit), even if the
        server hangs.
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
        """Return whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """Return the file of an SQLite database; None for PostgreSQL and a database in memory."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

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
        """Open a transaction that only reads; changes in it are rolled back."""
        with self._session(writing=False) as session:
            yield session

    @contextmanager
    def _session(self, *, writing: bool) -> Generator[Session]:
        session = Session(self.engine, expire_on_commit=False, autoflush=True)
        try:
            session.connection(execution_options={"writing": writing})
            yield session
        except self._troubles as wrong:
            # On a broken connection the rollback fails too; the server rolls back when the connection ends.
            with suppress(*self._troubles):
                session.rollback()
            meant = translate_error(wrong, sqlite=self.is_sqlite)
            if meant is None:
                raise
            raise meant from wrong
        finally:
            with suppress(*self._troubles):  # as above: the work is committed or read by now
                session.close()

    def ping(self) -> None:
        """Run a trivial query; raises the driver's exception when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def open_nonblocking(self) -> "Database":
        """Open the same SQLite file for one thread that must not wait: Busy at once while another process writes.

        Its commits do not wait for the disk; `checkpoint` writes them there.
        """
        url = self.engine.url
        return Database(
            _sqlite(url, url.database, durable=False, busy_seconds=0.0, pool=1, log_pages=_LOG_PAGES)
        )

    def checkpoint(self) -> None:
        """Checkpoint the write-ahead log of an SQLite file without blocking other connections."""
        if self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close every pooled connection."""
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
            # A vanished machine acknowledges nothing: the kernel then ends the connections, those that wait for an
            # answer too. Without the interval the second keepalive probe would follow 75 seconds after the first.
            "tcp_user_timeout": max(10_000, 2 * statement),
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "options": f"-c lock_timeout={lock} -c statement_timeout={statement} "
            "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )
    if statement:
        # Longer than the server's own limit, so that the connection normally survives a timeout.
        connect = partial(pg_timeout.connect, statement_seconds * 1.5)

        @event.listens_for(engine, "do_connect")
        def connect_with_timeout(
            dialect: Dialect,  # noqa: ARG001  SQLAlchemy's signature
            record: Any,  # noqa: ARG001
            args: list[Any],
            params: dict[str, Any],
        ) -> Any:
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
        Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # It holds the platform's token and members' messages; SQLite gives its -wal and -shm files the same mode.
        with suppress(FileExistsError):
            Path(file).touch(mode=0o600, exist_ok=False)
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
        # The driver's own BEGIN comes too late and is deferred; `begin` below issues it instead.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {log_pages}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once (SQLITE_BUSY_SNAPSHOT) if another process wrote
        # in between, whatever the timeout; BEGIN IMMEDIATE takes the write lock at the start and waits for it.
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


class DatabaseClock:
    """The database's clock, shared by all machines so that leases and due times mean the same moment on each.

    `now` adds the last measured offset to the clock `machine`; only `measure` asks the database. An SQLite file
    belongs to one machine, so there the offset is zero.
    """

    def __init__(self, db: Database, machine: Callable[[], dt.datetime]) -> None:
        self._db = db
        self._machine = machine
        self.offset = dt.timedelta()

    def now(self) -> dt.datetime:
        """Return the current time."""
        return self._machine() + self.offset

    def measure(self) -> dt.timedelta:
        """Measure and return how far the database's clock is ahead of the machine's, within half a round trip.

        Raises DatabaseUnavailable when the database cannot be asked; the last offset stays.
        """
        if self._db.is_sqlite:
            return self.offset
        with self._db.read() as session:
            session.connection()  # connect first: it must not count as round trip
            before = self._machine()
            theirs = session.scalars(select(func.clock_timestamp())).one()
            after = self._machine()
        self.offset = theirs - (before + (after - before) / 2)
        return self.offset
