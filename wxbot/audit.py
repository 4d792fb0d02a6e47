"""Audit log: records who did what and when; entries are added and never changed.

An entry is written in the transaction of the action it records, so both are committed or neither is.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment, Session
from wxbot.text import escape_controls

__all__ = ["AuditEntry", "AuditFilter", "history", "kinds", "note", "search"]

MAX_CHARS = 120  # of who acted and on what

Id = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(Base):
    """One action of an editor or of a background process.

    `subject` names what was acted on, such as `campaign 7` or `issue 2021-02`.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(session: Session, *, who: str, what: str, subject: str, now: dt.datetime, **details: Any) -> None:
    """Add an entry in the caller's transaction; `details` are JSON values and never secrets."""
    # Names come from files, forms and headers: a terminal that shows the log must not obey what they hold.
    who, subject = (escape_controls(each)[:MAX_CHARS] for each in (who, subject))
    session.add(AuditEntry(at=now, who=who, what=what, subject=subject, details=details))


def history(session: Session, subject: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """Return up to `limit` entries, newest first; with `subject` only the entries on that subject."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject is not None:
        found = found.where(AuditEntry.subject == subject)
    return list(session.scalars(found))


@dataclass(frozen=True)
class AuditFilter:
    """Entries to look for; what is empty or None matches all. `before` is the id of the entry after the page."""

    who: str = ""
    what: str = ""
    text: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None


def search(session: Session, wanted: AuditFilter, limit: int) -> list[AuditEntry]:
    """Return up to `limit` entries that match, newest first; `text` is looked for in their subjects."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if wanted.who:
        found = found.where(AuditEntry.who == wanted.who)
    if wanted.what:
        found = found.where(AuditEntry.what == wanted.what)
    if wanted.text:
        found = found.where(AuditEntry.subject.contains(wanted.text, autoescape=True))
    if wanted.since is not None:
        found = found.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(AuditEntry.at < wanted.until)
    if wanted.before is not None:
        found = found.where(AuditEntry.id < wanted.before)
    return list(session.scalars(found))


def kinds(session: Session) -> list[str]:
    """Return the kinds of actions that occur, sorted."""
    return sorted(session.scalars(select(AuditEntry.what).distinct()))
