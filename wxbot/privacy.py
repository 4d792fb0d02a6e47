"""Erase personal data of members who leave, or who ask for it, over all tables.

    at once, with the event     last list, preferences, consents, deferred answer and waiting orders are deleted
                                (`bot.record`)
    after ten minutes           the journal's rows lose the openid: the platform no longer retries a message
    after `journal_days`        the ledger's deliveries lose it too, and the follower's row is deleted

The platform requires that personal data is deleted when somebody unfollows (wechat-platform.md, A5). Questions stay
for the statistics; each gets a pseudonym made of its row's id, so nothing links them to the person or to each other.
The ledger waits longer, because nobody may receive an issue twice, even after leaving and coming back the next day.

The audit log and the names of approvers stay: they are the association's record of what its editors did.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, literal, select, update

from wxbot import audit, consents
from wxbot.bot import deferred
from wxbot.bot.deferred import DeferredAnswer
from wxbot.bot.editor_notices import EditorNotice
from wxbot.bot.editor_orders import PhoneOrder
from wxbot.bot.last_list import Dialog
from wxbot.consents import Consent
from wxbot.db import Database, Session
from wxbot.followers import Follower
from wxbot.journal import JobEvent, JournalEntry
from wxbot.push import Delivery, DeliveryState
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import ListedOpenid

__all__ = ["PSEUDONYM", "RETRY_WINDOW", "StoredRows", "count_rows", "erase_leavers", "erase_person"]

RETRY_WINDOW = dt.timedelta(minutes=10)  # generous: the platform's last retry comes within 15 seconds
PSEUDONYM = "left-"
BATCH = 500  # rows that are changed in one transaction
IN_FLIGHT = (DeliveryState.CLAIMED, DeliveryState.UNKNOWN)
OPEN = (DeliveryState.PLANNED, *IN_FLIGHT)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Numbers of rows about one person; `in_flight` counts deliveries whose message may be under way."""

    follower: int
    wishes_and_dialog: int
    journal: int
    ledger: int
    in_flight: int

    @property
    def any(self) -> bool:
        """Tell if any row is about this person."""
        return any(getattr(self, each.name) for each in fields(self))


def count_rows(session: Session, openid: str) -> StoredRows:
    """Return how many rows are stored about one person."""

    def count(where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(where)) or 0

    delivery = Delivery.recipient == openid
    dialog_tables = (Dialog, DeferredAnswer, PhoneOrder, EditorNotice, Consent, ListedOpenid)
    return StoredRows(
        follower=count(Follower.openid == openid),
        wishes_and_dialog=sum(count(table.openid == openid) for table in dialog_tables),
        journal=count(JournalEntry.openid == openid) + count(_sender(session) == openid),
        ledger=count(delivery),
        in_flight=count(delivery & Delivery.state.in_(IN_FLIGHT)),
    )


def erase_person(session: Session, openid: str, by: str, now: dt.datetime) -> StoredRows:
    """Erase what is stored about one person, at the person's request; return what was there before.

    Planned deliveries are skipped. Deliveries that may be under way keep the openid: erase again when they are
    settled. The audit log names `by`, the editor who did it, and not the openid.
    """
    found = count_rows(session, openid)
    is_recipient = Delivery.recipient == openid
    move_deliveries(session, is_recipient, "skip", now, reason="本人要求删除资料", segment=None)
    _pseudonymise_deliveries(session, is_recipient)
    _pseudonymise_journal(session, JournalEntry.openid == openid)
    _pseudonymise_job_events(session, _sender(session) == openid)
    consents.forget(session, [openid])
    deferred.delete_promise(session, openid)
    for table in (Dialog, PhoneOrder, EditorNotice, ListedOpenid, Follower):
        session.execute(delete(table).where(table.openid == openid))
    audit.note(session, who=by, what="forget", subject="a follower", now=now, in_flight=found.in_flight)
    return found


def erase_leavers(db: Database, now: dt.datetime, days: int, batch: int = BATCH) -> int:
    """Remove the openids of those who left; return how many rows were changed or deleted.

    `days` is how long the ledger keeps the openid of somebody who left, `batch` how many rows one transaction changes.
    Reading a long journal takes a while, so the
    rows are found first and then changed in short transactions, which do not hold up answers to members.
    """
    recently, long_ago = _left_before(now - RETRY_WINDOW), _left_before(now - dt.timedelta(days=days))
    with db.read() as session:
        entries = session.scalars(select(JournalEntry.id).where(_journal_of_leavers(recently, now))).all()
        reports = session.scalars(select(JobEvent.id).where(_sender(session).in_(_openids(recently)))).all()
        people = session.scalars(select(Follower.openid).where(long_ago)).all()
        deliveries = _settled_deliveries(session, long_ago) if people else []
    batches = _Batches(db, batch)
    rows = batches.change(entries, lambda s, ids: _pseudonymise_journal(s, JournalEntry.id.in_(ids)))
    rows += batches.change(reports, lambda s, ids: _pseudonymise_job_events(s, JobEvent.id.in_(ids)))
    rows += batches.change(deliveries, lambda s, ids: _pseudonymise_deliveries(s, Delivery.id.in_(ids)))
    return rows + batches.change(people, lambda s, openids: _delete_followers(s, long_ago, openids))


@dataclass(frozen=True, slots=True)
class _Batches:
    """Changes rows in transactions of at most `size` rows."""

    db: Database
    size: int

    def change(self, keys: Sequence[Key], change: Callable[[Session, Sequence[Key]], int]) -> int:
        """Call `change` with some of the keys at a time; return how many rows it changed in all."""
        rows = 0
        for start in range(0, len(keys), self.size):
            with self.db.begin() as session:
                rows += change(session, keys[start : start + self.size])
        return rows


def _left_before(moment: dt.datetime) -> ColumnElement[bool]:
    return Follower.following.is_(False) & (Follower.left_at <= moment)


def _openids(where: ColumnElement[bool]) -> Select[str]:
    return select(Follower.openid).where(where)


def _journal_of_leavers(left: ColumnElement[bool], now: dt.datetime) -> ColumnElement[bool]:
    """Select journal rows of those who left, and of those who left before this program knew them as followers."""
    unknown_leaver = (
        (JournalEntry.kind == "unsubscribe")
        & (JournalEntry.received_at <= now - RETRY_WINDOW)
        & JournalEntry.openid.not_in(select(Follower.openid))
        & JournalEntry.openid.not_like(f"{PSEUDONYM}%")
    )
    return JournalEntry.openid.in_(_openids(left)) | JournalEntry.openid.in_(
        select(JournalEntry.openid).where(unknown_leaver)
    )


def _settled_deliveries(session: Session, left: ColumnElement[bool]) -> Sequence[int]:
    where = Delivery.recipient.in_(_openids(left)) & Delivery.state.not_in(OPEN)
    return session.scalars(select(Delivery.id).where(where)).all()


def _delete_followers(session: Session, long_ago: ColumnElement[bool], openids: Sequence[str]) -> int:
    """Delete the rows of people who left long ago, unless a message to them may still be under way."""
    session.execute(delete(ListedOpenid).where(ListedOpenid.openid.in_(openids)))
    open_ = select(Delivery.recipient).where(Delivery.recipient.in_(openids), Delivery.state.in_(OPEN))
    gone = delete(Follower).where(long_ago, Follower.openid.in_(openids), Follower.openid.not_in(open_))
    return session.connection().execute(gone).rowcount


def _pseudonym(id_: ColumnElement[int]) -> ColumnElement[str]:
    """Return the pseudonym of a row: unique, and made of nothing but the row's id."""
    return literal(PSEUDONYM) + cast(id_, String)


def _pseudonymise_journal(session: Session, where: ColumnElement[bool]) -> int:
    """Replace the openid in journal rows; the keys of events and the answers contain it too."""
    name = _pseudonym(JournalEntry.__table__.c.id)
    values = {
        column: func.replace(getattr(JournalEntry, column), JournalEntry.openid, name)
        for column in ("key", "asked", "answer")
    }
    changed = update(JournalEntry).where(where).values(openid=name, **values)
    return session.connection().execute(changed).rowcount


def _pseudonymise_deliveries(session: Session, where: ColumnElement[bool]) -> int:
    """Replace the openid in deliveries, except in those that a worker may still need it for."""
    name = _pseudonym(Delivery.__table__.c.id)
    changed = update(Delivery).where(where, Delivery.state.not_in(OPEN)).values(recipient=name)
    return session.connection().execute(changed).rowcount


def _pseudonymise_job_events(session: Session, where: ColumnElement[bool]) -> int:
    """Replace the openid in reports on messages to single followers, who are the senders of such an event."""
    key = func.replace(JobEvent.key, _sender(session), _pseudonym(JobEvent.__table__.c.id))
    changed = update(JobEvent).where(where).values(key=key)
    return session.connection().execute(changed).rowcount


def _sender(session: Session) -> ColumnElement[str]:
    """Return the sender of a report's event: the start of its key (see `wechat.idempotency_key`)."""
    if session.connection().dialect.name == "sqlite":
        return func.substr(JobEvent.key, 1, func.instr(JobEvent.key, "@") - 1)
    return func.split_part(JobEvent.key, "@", 1)
