"""Many rows by one statement: for the few writes that every answer pays for.

Written out for each number of rows and handed to the driver as it is, because composing and compiling costs more than
the database takes to run it: a row costs 5 microseconds this way, 40 by way of a composed statement.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.types import TypeEngine

from wxbot.db.base import Moment
from wxbot.db.engine import Session

__all__ = ["BulkInsert"]

_ROWS = 500  # of one statement: all databases take so many values; and so many texts of it are kept
_VALUES = 1024  # moments and lists of a batch repeat: each is put into the database's form once


class BulkInsert:
    """An INSERT into some columns of a table.

    Parameters
    ----------
    columns : the names of the columns that each row gives a value for
    fixed : other columns, each with the SQL of what it is in every row that is made
    replaced : what a row that is there already (by its primary key) takes over; with none, it stays as it is
    returning : a column whose values of the rows written are given back
    """

    def __init__(
        self,
        table: Any,
        columns: Sequence[str],
        *,
        fixed: Mapping[str, str] | None = None,
        replaced: Sequence[str] = (),
        returning: str = "",
    ) -> None:
        self._table: Table = table
        self._columns = tuple(columns)
        self._fixed = dict(fixed or {})
        (key,) = self._table.primary_key.columns.keys()
        changes = ", ".join(f"{name} = excluded.{name}" for name in replaced)
        conflict = f"ON CONFLICT ({key}) DO UPDATE SET {changes}" if changes else "ON CONFLICT DO NOTHING"
        self._after = f"{conflict} RETURNING {returning}" if returning else conflict
        self._returns = bool(returning)
        self._text = lru_cache(_ROWS)(self._composed)
        self._binders = lru_cache(self._found)

    def insert(self, session: Session, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Write all rows, of different keys; gives the values that were asked for, of those that were written.

        A list among the values is given as a tuple. Give the rows in the order of their keys: two processes with the
        same rows in another order would wait for each other for ever.
        """
        connection = session.connection()
        driver: Any = connection.connection.driver_connection
        returned = list[Any]()
        for first in range(0, len(rows), _ROWS):
            some = rows[first : first + _ROWS]
            values = self._bound(connection.dialect, some)
            done = driver.execute(self._text(connection.dialect.paramstyle, len(some)), values)
            if self._returns:
                returned += [value for (value,) in done]
        return returned

    def _bound(self, dialect: Dialect, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The values of all rows one after the other, in the form that the database takes."""
        binders = self._binders(dialect)
        values = list[Any]()
        for row in rows:
            bound = list(row)
            for at, bind in binders:
                bound[at] = bind(bound[at])
            values += bound
        return values

    def _found(self, dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
        """Which columns need their values in another form, and how they get it."""
        types = (self._table.c[name].type for name in self._columns)
        binders = ((at, _binder(type_, dialect)) for at, type_ in enumerate(types))
        return [(at, bind) for at, bind in binders if bind is not None]

    def _composed(self, paramstyle: str, rows: int) -> str:
        mark = "?" if paramstyle == "qmark" else "%s"
        row = f"({', '.join([*[mark] * len(self._columns), *self._fixed.values()])})"
        into = f"INSERT INTO {self._table.name} ({', '.join([*self._columns, *self._fixed])})"
        return f"{into} VALUES {', '.join([row] * rows)} {self._after}"


def _binder(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What puts a value into the form that the database takes; None where it is that already."""
    if isinstance(type_, Moment) and dialect.name == "sqlite":
        return _sqlite_moment
    bind = type_.dialect_impl(dialect).bind_processor(dialect)
    return None if bind is None else lru_cache(_VALUES)(bind)


@lru_cache(_VALUES)
def _sqlite_moment(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it, in a fifth of the time; of a message the same moment goes into several tables."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a point in time needs its zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
