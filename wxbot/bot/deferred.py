"""Deferred answers: a message that was not answered in time, and its answer, for the member who then sends 1.

    promised ──(the computation ends)──> stored ──(the member sends 1)──> given

Kept in the database, so that any process can give the answer, after a restart too. Each member has at most one: a
new promise replaces the one before.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, String, delete, exists, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.bot.answer import Answer
from wxbot.bot.intent.meaning import WORD_FIELDS
from wxbot.bot.last_list import Dialog
from wxbot.bot.lists import Listing
from wxbot.db import Base, Moment, Session, insert_into
from wxbot.wechat import Card, ImageReply, Incoming, News, Nothing, Reply, Text, Transfer

__all__ = [
    "DeferredAnswer",
    "Promise",
    "PromisedAnswer",
    "delete_promise",
    "fetch",
    "prune",
    "store_answer",
    "store_promises",
]


class DeferredAnswer(Base):
    """The message of one member that still has to be answered; `answer` is NULL until it is computed."""

    __tablename__ = "late"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255))  # of the message, as in the journal
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise of an answer: the message, its journal key, and until when the member may fetch the answer."""

    key: str
    incoming: Incoming
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class PromisedAnswer:
    """A message that was not answered in time, and its answer; None if that is not computed yet."""

    incoming: Incoming
    answer: Answer | None


def store_promises(session: Session, promises: Mapping[str, Promise]) -> None:
    """Write promises by openid; each replaces the member's one before."""
    rows = [
        {
            "openid": openid,
            "key": promise.key,
            "asked": _pack_message(promise.incoming),
            "answer": None,
            "expires_at": promise.until,
        }
        for openid, promise in sorted(promises.items())
    ]
    insert = insert_into(session, DeferredAnswer)
    values = {name: insert.excluded[name] for name in ("key", "asked", "answer", "expires_at")}
    upsert = insert.on_conflict_do_update(index_elements=[DeferredAnswer.openid], set_=values)
    session.connection().execute(upsert, rows)


def store_answer(session: Session, openid: str, key: str, answer: Answer) -> bool:
    """Write the answer to the message with this key; False if it is no longer promised, or has an answer already."""
    here = DeferredAnswer.openid == openid, DeferredAnswer.key == key, DeferredAnswer.answer.is_(None)
    stored = update(DeferredAnswer).where(*here).values(answer=_pack_answer(answer))
    return session.connection().execute(stored).rowcount == 1


def fetch(session: Session, openid: str, now: dt.datetime) -> PromisedAnswer | None:
    """Return what the member was promised; None without a promise, after its time, or after a newer list."""
    # Lists and promises are kept for the same time: what expires later was shown later.
    newer_list = exists().where(
        Dialog.openid == DeferredAnswer.openid, Dialog.expires_at > DeferredAnswer.expires_at
    )
    promised = select(DeferredAnswer.asked, DeferredAnswer.answer).where(
        DeferredAnswer.openid == openid, DeferredAnswer.expires_at > now, ~newer_list
    )
    row = session.execute(promised).first()
    if row is None:
        return None
    answer = None if row.answer is None else _unpack_answer(row.answer)
    return PromisedAnswer(Incoming(openid=openid, **row.asked), answer)


def delete_promise(session: Session, openid: str) -> None:
    """Delete the member's promise: its answer was given, or the member leaves."""
    session.execute(delete(DeferredAnswer).where(DeferredAnswer.openid == openid))


def prune(session: Session, now: dt.datetime) -> int:
    """Delete the promises that were not fetched in time; returns how many."""
    expired = delete(DeferredAnswer).where(DeferredAnswer.expires_at <= now)
    return session.connection().execute(expired).rowcount


def _pack_message(incoming: Incoming) -> dict[str, Any]:
    """Return the fields of a message that decide its answer, as JSON."""
    return {
        "kind": incoming.kind,
        "account": incoming.account,
        "sent_at": incoming.sent_at,
        "content": incoming.content,
        "event": incoming.event,
        "key": incoming.key,
        "fields": {name: incoming.fields[name] for name in WORD_FIELDS if name in incoming.fields},
        "forgeable": incoming.forgeable,
    }


def _pack_answer(answer: Answer) -> dict[str, Any]:
    """Return the answer's reply, its list and the ids it shows, as JSON."""
    listing = answer.listing
    return {
        "reply": _pack_reply(answer.reply),
        "list": None
        if listing is None
        else [listing.query, list(listing.ids), listing.shown, listing.first, listing.click_token],
        "shown_ids": list(answer.shown_ids),
    }


def _unpack_answer(packed: Mapping[str, Any]) -> Answer:
    # Rows of an earlier version have no shown_ids.
    answer = Answer(_unpack_reply(packed["reply"]), shown_ids=tuple(packed.get("shown_ids", ())))
    if packed["list"] is None:
        return answer
    query, ids, shown, first, mark = packed["list"]
    return replace(answer, listing=Listing(query, tuple(ids), shown, first, mark))


def _pack_reply(reply: Reply) -> list[Any]:
    match reply:
        case Text(content):
            return ["text", content]
        case Card():
            return ["card", _pack_card(reply)]
        case News(cards):
            return ["news", *map(_pack_card, cards)]
        case ImageReply(media_id):
            return ["picture", media_id]
        case Transfer(account):
            return ["transfer", account]
        case Nothing():
            return ["nothing"]


def _unpack_reply(packed: list[Any]) -> Reply:
    match packed:
        case ["text", content]:
            return Text(content)
        case ["card", card]:
            return Card(*card)
        case ["news", *cards]:
            return News(tuple(Card(*card) for card in cards))
        case ["picture", media_id]:
            return ImageReply(media_id)
        case ["transfer", account]:
            return Transfer(account)
    return Nothing()


def _pack_card(card: Card) -> list[str]:
    return [card.title, card.description, card.picture_url, card.url]
