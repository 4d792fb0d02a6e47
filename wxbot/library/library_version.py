"""The library's version, which increases with every change, and whose row serialises all writers."""

from sqlalchemy import select, update

from wxbot.db import Session
from wxbot.library.tables import LibraryVersion

__all__ = ["identity", "next_version", "version"]


def version(session: Session) -> int:
    """Return the library's version, which increases with every change."""
    return session.scalar(select(LibraryVersion.version).where(LibraryVersion.id == 1)) or 0


def identity(session: Session) -> str:
    """Return the random hexadecimal id that was created with this library's tables."""
    return session.scalars(select(LibraryVersion.identity).where(LibraryVersion.id == 1)).one()


def next_version(session: Session) -> int:
    """Increase the library's version and return it; the row stays locked until the transaction ends.

    Objects that were read before are forgotten: another writer may have changed their rows until the lock was free.
    """
    increased = (
        update(LibraryVersion).where(LibraryVersion.id == 1).values(version=LibraryVersion.version + 1)
    )
    following = int(session.execute(increased.returning(LibraryVersion.version)).scalar_one())
    session.expire_all()
    return following
