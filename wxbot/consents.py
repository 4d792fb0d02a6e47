"""Consents (订阅同意): how many subscription notices of a template each person still accepts.

One consent allows one notice and does not expire (wechat-platform.md, section J3). The platform reports each consent in
an event and offers no query, so the count is what it reported, less the notices sent. If the platform refuses a notice
for lack of consent (43101), the count becomes 0. A person who consents need not follow: articles ask for consent, too.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Integer, String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment, Session, insert_into

__all__ = [
    "Consent",
    "add",
    "clear",
    "consenting_openids",
    "count",
    "forget",
    "remaining",
    "spend",
]


class Consent(Base):
    """The number of notices of one template that one person still accepts."""

    __tablename__ = "consent"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    left: Mapped[int] = mapped_column(Integer, default=0)
    changed_at: Mapped[dt.datetime] = mapped_column(Moment)


def add(session: Session, openid: str, template_id: str, now: dt.datetime) -> None:
    """Record one more consent of a person."""
    first = {"openid": openid, "template_id": template_id, "left": 1, "changed_at": now}
    row = insert_into(session, Consent).values(first)
    more = {"left": Consent.left + 1, "changed_at": now}
    session.execute(row.on_conflict_do_update(index_elements=["openid", "template_id"], set_=more))


def clear(session: Session, openids: Sequence[str], template_id: str, now: dt.datetime) -> None:
    """Set the counts of these people to 0: they refused, or the platform reported that no consent is left."""
    here = Consent.openid.in_(openids), Consent.template_id == template_id
    session.execute(update(Consent).where(*here).values(left=0, changed_at=now))


def spend(session: Session, openids: Sequence[str], template_id: str, now: dt.datetime) -> None:
    """Use up one consent of each of these people, to whom a notice was sent."""
    here = Consent.openid.in_(openids), Consent.template_id == template_id, Consent.left > 0
    session.execute(update(Consent).where(*here).values(left=Consent.left - 1, changed_at=now))


def forget(session: Session, openids: Sequence[str]) -> None:
    """Delete the consents of people who left, as the platform's rules require."""
    session.execute(delete(Consent).where(Consent.openid.in_(openids)))


def remaining(session: Session, openids: Sequence[str], template_id: str) -> Mapping[str, int]:
    """Return the remaining consents by openid; people without any are left out."""
    here = Consent.openid.in_(openids), Consent.template_id == template_id, Consent.left > 0
    return {
        row.openid: row.left for row in session.execute(select(Consent.openid, Consent.left).where(*here))
    }


def consenting_openids(session: Session, template_id: str, after: str, limit: int) -> Sequence[str]:
    """Return the next `limit` openids after `after`, in order, of people with a consent for this template."""
    here = Consent.template_id == template_id, Consent.left > 0, Consent.openid > after
    return session.scalars(select(Consent.openid).where(*here).order_by(Consent.openid).limit(limit)).all()


def count(session: Session, template_id: str) -> int:
    """Count the people with a consent for this template."""
    here = Consent.template_id == template_id, Consent.left > 0
    return session.scalar(select(func.count()).select_from(Consent).where(*here)) or 0
