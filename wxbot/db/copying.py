"""Copy a whole database into another one, of the other kind too; at the end every row of both is compared.

    copy_database   fill an empty database: from SQLite to PostgreSQL when an association grows
    copy_snapshot   replace a database by another one as it is at one moment: a backup, or a restore

`copy_database` skips the rows that the target has already, so a copy that was interrupted goes on when it is started
again. The processes must not run meanwhile: only the comparison finds what they change. `copy_snapshot` reads in one
transaction and writes in one, so the processes may run, and a target is the old or the new one.
"""

import hashlib
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Integer, LargeBinary, Row, Table, func, select, text
from sqlalchemy import inspect as look
from sqlalchemy.dialects import postgresql, sqlite

from wxbot.db.base import Base
from wxbot.db.engine import Database, Session
from wxbot.db.key_value import KeyValue
from wxbot.db.schema import inspect
from wxbot.errors import Forbidden, SchemaError, WxbotError

__all__ = ["CopiedTable", "copy_database", "copy_snapshot"]

_ROWS, _ROWS_WITH_FILES = 500, 20  # in one statement
_MARK = "copy-of"
_NOT_DATA = {KeyValue.__tablename__, "library_version"}  # filled when a database is made
_START_OVER = "清空目标数据库（或换一个空的），wxbot db upgrade 之后重新复制。"


class CopiedTable(NamedTuple):
    """One table that was copied, and its rows."""

    name: str
    rows: int


def copy_database(source: Database, target: Database) -> Generator[CopiedTable]:
    """Copy all tables and compare them; yield each table once it is copied and equal.

    The tables of every subject must be imported.

    Raises Forbidden if the target holds other data, SchemaError if a schema is not this program's, and WxbotError for a
    table that differs at the end.
    """
    tables = _tables(source, target)
    _take_target(source, target, tables)
    for table in tables:
        _copy_table(source, target, table)
    if not target.is_sqlite:
        with target.begin() as session:
            _continue_numbers(session, tables)
    for table in tables:
        with source.read() as reading, target.read() as copied:
            digest = _digest(reading, table)
            if digest != _digest(copied, table):
                raise WxbotError(f"{table.name} 在两个数据库里不一样：复制时还有程序在写", remedy=_START_OVER)
        yield CopiedTable(table.name, digest.rows)


def copy_snapshot(source: Database, target: Database) -> None:
    """Replace all rows of the target by the rows of the source at one moment, in one transaction of the target.

    The tables of every subject must be imported.

    Raises SchemaError if a schema is not this program's, Busy if another process keeps a table of the target, and
    WxbotError for a table that differs afterwards: the target is as it was then.
    """
    tables = _tables(source, target)
    with source.read() as reading, target.begin() as writing:
        if not source.is_sqlite:
            isolation = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
            reading.connection().exec_driver_sql(isolation)
        _delete_rows(writing, tables, sqlite=target.is_sqlite)
        for table in tables:
            digest = _Digest()
            for rows in _batches(reading, table):
                digest.add(table, rows)
                writing.connection().execute(table.insert(), [dict(row._mapping) for row in rows])
            if digest != _digest(writing, table):
                raise WxbotError(
                    f"{table.name} 没有抄对，什么也没有改", remedy="再运行一次；还是这样的，交给维护人员。"
                )
        if not target.is_sqlite:
            _continue_numbers(writing, tables)


def _delete_rows(session: Session, tables: list[Table], *, sqlite: bool) -> None:
    """Delete all rows; PostgreSQL first waits until no other process uses the tables."""
    if not sqlite:
        names = ", ".join(f'"{table.name}"' for table in tables)
        session.connection().exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
        return
    for table in reversed(tables):
        session.execute(table.delete())


def _tables(source: Database, target: Database) -> list[Table]:
    """Return all tables, those that others refer to first. Raises SchemaError if either database has other tables."""
    tables = list(Base.metadata.sorted_tables)
    unknown = (
        set(look(source.engine).get_table_names()) - {table.name for table in tables} - {"alembic_version"}
    )
    if unknown:
        raise SchemaError(f"数据库里有不认识的表：{'、'.join(sorted(unknown))}", remedy="换一个数据库。")
    if not all(inspect(db).current for db in (source, target)):
        raise SchemaError("两个数据库的结构版本都应是本程序的", remedy="对两个都先运行 wxbot db upgrade。")
    return tables


def _take_target(source: Database, target: Database, tables: list[Table]) -> None:
    """Mark an empty target as a copy of the source; raise Forbidden for one with data of its own."""
    name = source.engine.url.render_as_string(hide_password=True)
    with target.begin() as session:
        mark = session.get(KeyValue, _MARK)
        if mark is not None and mark.value == name:
            return
        filled = [
            t.name for t in tables if t.name not in _NOT_DATA and session.execute(select(t).limit(1)).first()
        ]
        if filled or mark is not None:
            raise Forbidden(
                "目标数据库里已有数据，没有改动它", remedy="换一个空的数据库，先对它运行 wxbot db upgrade。"
            )
        for table in tables:
            session.execute(table.delete())
        session.add(KeyValue(name=_MARK, value=name))


def _copy_table(source: Database, target: Database, table: Table) -> None:
    """Insert the rows that the target does not have, each batch in a transaction of its own."""
    insert = (sqlite.insert if target.is_sqlite else postgresql.insert)(table).on_conflict_do_nothing()
    with source.read() as session:
        for rows in _batches(session, table):
            with target.begin() as writing:
                writing.connection().execute(insert, [dict(row._mapping) for row in rows])


def _batches(session: Session, table: Table) -> Iterator[list[Row[Any]]]:
    """Yield a table's rows, few at a time where a row may hold a file."""
    size = _ROWS_WITH_FILES if any(isinstance(c.type, LargeBinary) for c in table.columns) else _ROWS
    found = select(table).execution_options(yield_per=size)
    for rows in session.execute(found).partitions():
        yield list(rows)


def _continue_numbers(session: Session, tables: list[Table]) -> None:
    """Let PostgreSQL number new rows after the copied ones."""
    for table in tables:
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, Integer):
            continue
        highest = session.scalar(select(func.max(column)))
        if highest is not None:
            values = {"table": table.name, "column": column.name, "highest": highest}
            moved = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
            session.connection().execute(moved, values)


@dataclass
class _Digest:
    """Number of rows of a table and a digest of all of them that does not depend on their order."""

    rows: int = 0
    total: int = 0

    def add(self, table: Table, rows: list[Row[Any]]) -> None:
        """Add rows of a table."""
        for row in rows:
            if table.name == KeyValue.__tablename__ and row.name == _MARK:
                continue
            values = [_plain(value) for value in row]
            written = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
            self.total += int.from_bytes(
                hashlib.sha256(written.encode("utf-8", "surrogatepass")).digest()[:16]
            )
            self.rows += 1


def _digest(session: Session, table: Table) -> _Digest:
    """Return the digest of all rows of a table."""
    digest = _Digest()
    for rows in _batches(session, table):
        digest.add(table, rows)
    return digest


def _plain(value: object) -> object:
    """Return a value that both kinds of database give alike."""
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
