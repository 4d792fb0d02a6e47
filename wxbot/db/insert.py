"""An INSERT that knows what to do with a row that is there already, for each kind of database."""

from typing import TYPE_CHECKING

from sqlalchemy.dialects import sqlite

from wxbot.db.base import Base
from wxbot.db.engine import Session
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql
else:
    postgresql = LazyModule("sqlalchemy.dialects.postgresql")

__all__ = ["insert_into"]


def insert_into(session: Session, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
    """`INSERT INTO table`, to be given `values` and `on_conflict_do_…`; both databases take the same words for it."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
