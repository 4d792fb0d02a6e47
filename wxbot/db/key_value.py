"""Small values that every process must find, each with an expiry and one holder at a time who may renew it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, Text, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db.base import Base, Moment
from wxbot.db.engine import Database
from wxbot.db.insert import insert_into

__all__ = ["ExpiringValue", "KeyValue", "KeyValueStore"]


class KeyValue(Base):
    """One value by name; `claimed_until` is set while somebody fetches a fresh one."""

    __tablename__ = "kept"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class ExpiringValue:
    """A value and when it ends."""

    value: str
    expires_at: datetime


class KeyValueStore:
    """The values of one database; each call is a transaction of its own."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, name: str) -> ExpiringValue | None:
        """The value, expired or not; None when there is none."""
        with self._db.read() as session:
            row = session.get(KeyValue, name)
            if row is None or row.expires_at is None:
                return None
            return ExpiringValue(row.value, row.expires_at)

    def put(self, name: str, value: str, expires_at: datetime) -> None:
        """Keep `value`, in place of what was there."""
        with self._db.begin() as session:
            session.merge(KeyValue(name=name, value=value, expires_at=expires_at))

    def claim(self, name: str, until: datetime, now: datetime) -> bool:
        """Become the one who renews `name`; False when another is at it and its time is not over."""
        with self._db.begin() as session:
            session.execute(
                insert_into(session, KeyValue).values(name=name, value="").on_conflict_do_nothing()
            )
            free = or_(KeyValue.claimed_until.is_(None), KeyValue.claimed_until <= now)
            won = update(KeyValue).where(KeyValue.name == name, free).values(claimed_until=until)
            return session.connection().execute(won).rowcount == 1

    def release(self, name: str) -> None:
        """Let the next one renew `name`."""
        with self._db.begin() as session:
            session.execute(update(KeyValue).where(KeyValue.name == name).values(claimed_until=None))
