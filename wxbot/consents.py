"""Consents (订阅同意): who agreed to receive how many subscription notices of a template.

One accept is one notice, with no end (wechat-platform.md, J3). The platform tells of each accept as it happens and is
never asked: what stands here is what it told, less what was sent. When it says that none is left (43101), none is.
Whoever consents need not follow: the question stands in an article, too.
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
    """How many notices of one template one person still agreed to."""

    __tablename__ = "consent"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    left: Mapped[int] = mapped_column(Integer, default=0)
    changed_at: Mapped[dt.datetime] = mapped_column(Moment)


def add(session: Session, openid: str, template_id: str, now: dt.datetime) -> None:
    """Note that somebody agreed to one more notice."""
    first = {"openid": openid, "template_id": template_id, "left": 1, "changed_at": now}
    row = insert_into(session, Consent).values(first)
    more = {"left": Consent.left + 1, "changed_at": now}
    session.execute(row.on_conflict_do_update(index_elements=["openid", "template_id"], set_=more))


def clear(session: Session, openids: Sequence[str], template_id: str, now: dt.datetime) -> None:
    """Note that these want no more of them, or that the platform says that none is left."""
    here = Consent.openid.in_(openids), Consent.template_id == template_id
    session.execute(update(Consent).where(*here).values(left=0, changed_at=now))


def spend(session: Session, openids: Sequence[str], template_id: str, now: dt.datetime) -> None:
    """Note that a notice went to each of these."""
    here = Consent.openid.in_(openids), Consent.template_id == template_id, Consent.left > 0
    session.execute(update(Consent).where(*here).values(left=Consent.left - 1, changed_at=now))


def forget(session: Session, openids: Sequence[str]) -> None:
    """Delete what is kept of these: they left, and the platform's rules want their data gone."""
    session.execute(delete(Consent).where(Consent.openid.in_(openids)))


def remaining(session: Session, openids: Sequence[str], template_id: str) -> Mapping[str, int]:
    """How many notices each of these still agreed to; who agreed to none is left out."""
    here = Consent.openid.in_(openids), Consent.template_id == template_id, Consent.left > 0
    return {
        row.openid: row.left for row in session.execute(select(Consent.openid, Consent.left).where(*here))
    }


def consenting_openids(session: Session, template_id: str, after: str, limit: int) -> Sequence[str]:
    """The next `limit` people behind `after`, by openid, who agreed to a notice of this template."""
    here = Consent.template_id == template_id, Consent.left > 0, Consent.openid > after
    return session.scalars(select(Consent.openid).where(*here).order_by(Consent.openid).limit(limit)).all()


def count(session: Session, template_id: str) -> int:
    """How many people would take a notice of this template now."""
    here = Consent.template_id == template_id, Consent.left > 0
    return session.scalar(select(func.count()).select_from(Consent).where(*here)) or 0
