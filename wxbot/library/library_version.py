"""The library's version, which increases with every change, and whose row serialises all writers."""

import secrets

from sqlalchemy import select, update

from wxbot.db import Session
from wxbot.library.tables import LibraryVersion

__all__ = ["identity", "next_version", "renew_identity", "version"]


def version(session: Session) -> int:
    """Return the library's version, which increases with every change."""
    return session.scalar(select(LibraryVersion.version).where(LibraryVersion.id == 1)) or 0


def identity(session: Session) -> str:
    """Return the random hexadecimal id that was created with this library's tables."""
    return session.scalars(select(LibraryVersion.identity).where(LibraryVersion.id == 1)).one()


def renew_identity(session: Session, above: int) -> None:
    """Make this another library with a version above a given one, so that indexes and caches of the former are unused.

    A library restored from a backup may otherwise reach the version of an index with other contents.
    """
    library = session.get_one(LibraryVersion, 1)
    library.identity = secrets.token_hex(16)
    library.version = max(library.version, above) + 1


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
