"""Answers that were not ready in time: what was asked, and the answer once it is there, for the member's next message.

    promised ──(the thread that overran comes to its end)──> finished ──(the member sends 1)──> given

Kept in the database, so that whichever process gets the 1 has the answer, after a restart too. Of each member the
last promise counts.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, String, delete, exists, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.bot.answer import Answer
from wxbot.bot.last_list import Dialog, Listing
from wxbot.db import Base, Moment, Session, insert_into
from wxbot.wechat import Card, ImageReply, Incoming, News, Nothing, Reply, Text

__all__ = ["HEARD", "SCANNED", "Debt", "Late", "Owed", "finish", "forget", "owe", "owed", "prune"]


class Late(Base):
    """What one member is owed."""

    __tablename__ = "late"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255))  # of the message, as in the journal
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Debt:
    """A promise: the message under its `key`, and until when its answer may be asked for."""

    key: str
    incoming: Incoming
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """What a member is owed: the message that was not answered in time, and its answer, if that is there by now."""

    incoming: Incoming
    answer: Answer | None


# Fields of a message that are answered besides: what was understood of a voice, and what a code holds.
HEARD = "Recognition"
SCANNED = "ScanCodeInfo.ScanResult"


def owe(session: Session, debts: Mapping[str, Debt]) -> None:
    """Write down promises, by openid, each in place of the one before."""
    rows = [
        {
            "openid": openid,
            "key": debt.key,
            "asked": _asked(debt.incoming),
            "answer": None,
            "expires_at": debt.until,
        }
        for openid, debt in sorted(debts.items())
    ]
    insert = insert_into(session, Late)
    values = {name: insert.excluded[name] for name in ("key", "asked", "answer", "expires_at")}
    keep = insert.on_conflict_do_update(index_elements=[Late.openid], set_=values)
    session.connection().execute(keep, rows)


def finish(session: Session, openid: str, key: str, answer: Answer) -> bool:
    """Keep the answer to the message of that key; False when it is not owed, or not any more, or there already."""
    here = (Late.openid == openid) & (Late.key == key) & Late.answer.is_(None)
    kept = update(Late).where(here).values(answer=_packed(answer))
    return session.connection().execute(kept).rowcount == 1


def owed(session: Session, openid: str, now: dt.datetime) -> Owed | None:
    """What the member is owed; None when there is nothing, its time is over, or a list was shown since."""
    # Both are kept for the same time: what ends later began later.
    newer = exists().where(Dialog.openid == Late.openid, Dialog.expires_at > Late.expires_at)
    found = select(Late.asked, Late.answer).where(Late.openid == openid, Late.expires_at > now, ~newer)
    row = session.execute(found).first()
    if row is None:
        return None
    return Owed(_incoming(openid, row.asked), None if row.answer is None else _unpacked(row.answer))


def forget(session: Session, openid: str) -> None:
    """Drop what the member is owed: it was given, or the member leaves."""
    session.execute(delete(Late).where(Late.openid == openid))


def prune(session: Session, now: dt.datetime) -> int:
    """Drop what nobody asked for in time; gives how many."""
    return session.connection().execute(delete(Late).where(Late.expires_at <= now)).rowcount


def _asked(incoming: Incoming) -> dict[str, Any]:
    return {
        "kind": incoming.kind,
        "account": incoming.account,
        "sent_at": incoming.sent_at,
        "content": incoming.content,
        "event": incoming.event,
        "key": incoming.key,
        "fields": {name: incoming.fields[name] for name in (HEARD, SCANNED) if name in incoming.fields},
    }


def _incoming(openid: str, asked: Mapping[str, Any]) -> Incoming:
    return Incoming(openid=openid, **asked)


def _packed(answer: Answer) -> dict[str, Any]:
    """The answer as JSON: its reply, and the list that it shows."""
    listing = answer.remembered
    return {
        "reply": _packed_reply(answer.reply),
        "list": None
        if listing is None
        else [listing.query, list(listing.ids), listing.shown, listing.first, listing.mark],
    }


def _unpacked(kept: Mapping[str, Any]) -> Answer:
    answer = Answer(_unpacked_reply(kept["reply"]))
    if kept["list"] is None:
        return answer
    query, ids, shown, first, mark = kept["list"]
    return replace(answer, remembered=Listing(query, tuple(ids), shown, first, mark))


def _packed_reply(reply: Reply) -> list[Any]:
    match reply:
        case Text(content):
            return ["text", content]
        case Card():
            return ["card", _packed_card(reply)]
        case News(cards):
            return ["news", *map(_packed_card, cards)]
        case ImageReply(media_id):
            return ["picture", media_id]
        case Nothing():
            return ["nothing"]


def _unpacked_reply(kept: list[Any]) -> Reply:
    match kept:
        case ["text", content]:
            return Text(content)
        case ["card", card]:
            return Card(*card)
        case ["news", *cards]:
            return News(tuple(Card(*card) for card in cards))
        case ["picture", media_id]:
            return ImageReply(media_id)
    return Nothing()


def _packed_card(card: Card) -> list[str]:
    return [card.title, card.description, card.picture_url, card.url]
