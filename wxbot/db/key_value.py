"""A key-value table shared by all processes: small values with an expiry, and a lease on renewing each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, Text, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db.base import Base, Moment
from wxbot.db.engine import Database
from wxbot.db.upsert import insert_into

__all__ = ["ExpiringValue", "KeyValue", "KeyValueStore"]


class KeyValue(Base):
    """One value by name; `claimed_until` is the end of the lease of the process that renews it."""

    __tablename__ = "kept"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class ExpiringValue:
    """A value and the time at which it expires."""

    value: str
    expires_at: datetime


class KeyValueStore:
    """The key-value store of one database; each call is a transaction of its own."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, name: str) -> ExpiringValue | None:
        """Return the value, expired or not; None when there is none."""
        with self._db.read() as session:
            row = session.get(KeyValue, name)
            if row is None or row.expires_at is None:
                return None
            return ExpiringValue(row.value, row.expires_at)

    def put(self, name: str, value: str, expires_at: datetime) -> None:
        """Store `value`, replacing the present one."""
        given = {"value": value, "expires_at": expires_at}
        with self._db.begin() as session:
            # One statement, because two processes may store the first value of a name at once.
            stored = insert_into(session, KeyValue).values(name=name, **given)
            session.execute(stored.on_conflict_do_update(index_elements=[KeyValue.name], set_=given))

    def claim(self, name: str, until: datetime, now: datetime) -> bool:
        """Take the lease on renewing `name` until `until`; return False while another process holds it."""
        with self._db.begin() as session:
            session.execute(
                insert_into(session, KeyValue).values(name=name, value="").on_conflict_do_nothing()
            )
            free = or_(KeyValue.claimed_until.is_(None), KeyValue.claimed_until <= now)
            won = update(KeyValue).where(KeyValue.name == name, free).values(claimed_until=until)
            return session.connection().execute(won).rowcount == 1

    def release(self, name: str) -> None:
        """Release the lease on `name`."""
        with self._db.begin() as session:
            session.execute(update(KeyValue).where(KeyValue.name == name).values(claimed_until=None))
