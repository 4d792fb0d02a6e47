"""The last numbered list of each member, kept while it may be asked for: 更多, 上一页, 只看…, or a number from it.

Frozen as it was shown: a number means the same article in every process, and after a restart.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import JSON, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, BulkInsert, Moment, Session

__all__ = ["Dialog", "Listing", "forget", "prune", "recall", "remember"]


class Dialog(Base):
    """What one member was shown last."""

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
    """A list: the ids of its articles in order; the page shown last goes from the `first` to the `shown`, from 1.

    `mark` is that of the question it answers (`wxbot.clicks.ClickTokens`), "" when it answers none.
    """

    query: str
    ids: tuple[str, ...]
    shown: int
    first: int = 1
    click_token: str = ""


_OF_MEMBER = select(Dialog.query, Dialog.ids, Dialog.shown, Dialog.first, Dialog.mark)


def recall(session: Session, openid: str, now: dt.datetime) -> Listing | None:
    """The member's last list; None when there is none, or its time is over."""
    row = session.execute(_OF_MEMBER.where(Dialog.openid == openid, Dialog.expires_at > now)).first()
    return Listing(row.query, tuple(row.ids), row.shown, row.first, row.mark) if row else None


def remember(session: Session, lists: Mapping[str, tuple[Listing, dt.datetime]]) -> None:
    """Keep each member's list, by openid, until the moment beside it, in place of the one before."""
    rows = (
        (openid, kept.query, kept.ids, kept.shown, kept.first, kept.click_token, until)
        for openid, (kept, until) in sorted(lists.items())
    )
    _KEEP.insert(session, list(rows))


def forget(session: Session, openid: str) -> None:
    """Drop the member's list, as when the member leaves."""
    session.execute(delete(Dialog).where(Dialog.openid == openid))


def prune(session: Session, now: dt.datetime) -> int:
    """Drop the lists whose time is over; gives how many."""
    return session.connection().execute(delete(Dialog).where(Dialog.expires_at <= now)).rowcount


_CHANGING = ("query", "ids", "shown", "first", "mark", "expires_at")
_KEEP = BulkInsert(Dialog.__table__, ("openid", *_CHANGING), replaced=_CHANGING)
