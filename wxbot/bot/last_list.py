"""The last numbered list of each member, remembered for 更多, 上一页, 只看…, or a number from it.

Stored as it was shown, so that a number means the same article in every process and after a restart.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import JSON, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, BulkInsert, Moment, Session

__all__ = ["Dialog", "Listing", "clear", "load", "prune", "save"]


class Dialog(Base):
    """The last list of one member."""

    __tablename__ = "dialog"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    query: Mapped[str] = mapped_column(Text, default="")
    ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    shown: Mapped[int] = mapped_column(default=0)
    first: Mapped[int] = mapped_column(default=1, server_default="1")
    mark: Mapped[str] = mapped_column(String(16), default="", server_default="")
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Listing:
    """A numbered list.

    query : the list's title
    ids : public ids of all its articles, in order
    first, shown : numbers of the first and last article on the page shown last, from 1
    click_token : the token of the question that it answers (`wxbot.clicks.ClickTokens`); "" when it answers none
    """

    query: str
    ids: tuple[str, ...]
    shown: int
    first: int = 1
    click_token: str = ""


_OF_MEMBER = select(Dialog.query, Dialog.ids, Dialog.shown, Dialog.first, Dialog.mark)


def load(session: Session, openid: str, now: dt.datetime) -> Listing | None:
    """Return the member's last list; None when there is none or it has expired."""
    row = session.execute(_OF_MEMBER.where(Dialog.openid == openid, Dialog.expires_at > now)).first()
    return Listing(row.query, tuple(row.ids), row.shown, row.first, row.mark) if row else None


def save(session: Session, lists: Mapping[str, tuple[Listing, dt.datetime]]) -> None:
    """Write lists by openid, each with the moment at which it expires; each replaces the member's one before."""
    rows = (
        (openid, listing.query, listing.ids, listing.shown, listing.first, listing.click_token, until)
        for openid, (listing, until) in sorted(lists.items())
    )
    _UPSERT.insert(session, list(rows))


def clear(session: Session, openid: str) -> None:
    """Delete the member's list, for example when the member leaves."""
    session.execute(delete(Dialog).where(Dialog.openid == openid))


def prune(session: Session, now: dt.datetime) -> int:
    """Delete expired lists; return how many."""
    return session.connection().execute(delete(Dialog).where(Dialog.expires_at <= now)).rowcount


_CHANGING = ("query", "ids", "shown", "first", "mark", "expires_at")
_UPSERT = BulkInsert(Dialog.__table__, ("openid", *_CHANGING), replaced=_CHANGING)
