"""The audit log: who did what, when; lines are only ever added.

Written in the transaction of the deed itself: there is no deed without its line, and no line without its deed.
"""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment, Session

__all__ = ["AuditEntry", "history", "note"]

Id = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(Base):
    """One deed of an editor or of the machine."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)  # "campaign 7", "issue 2021-02"
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(session: Session, *, who: str, what: str, subject: str, now: dt.datetime, **details: Any) -> None:
    """Add a line; part of the caller's transaction. `details` are plain JSON values, never secrets."""
    session.add(AuditEntry(at=now, who=who[:120], what=what, subject=subject, details=details))


def history(session: Session, subject: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest lines, newest first; of one subject only, when named."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject is not None:
        found = found.where(AuditEntry.subject == subject)
    return list(session.scalars(found))
