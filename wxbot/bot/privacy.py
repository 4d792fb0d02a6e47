"""Forgetting (忘记): what becomes of what is kept about a member who leaves, or who asks that it be deleted.

    at once, with the event     list, wishes, consents, the waiting answer, orders that wait: erased (`bot.keep`)
    after some minutes          the journal's rows lose the openid: no try of a message comes any more
    after so many days          the ledger's lines lose it too, and the row goes that says that somebody followed

The platform's rules want personal data gone when somebody leaves (wechat-platform.md, A5). Questions stay, to be
counted, each under a name of its own that is made of its row's number: nothing ties them to the person or to each
other. The ledger waits, because nobody may get an issue twice, also who leaves and comes back the next day.

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
from wxbot.bot.editor_orders import PhoneOrder
from wxbot.bot.last_list import Dialog
from wxbot.consents import Consent
from wxbot.db import Database, Session
from wxbot.followers import Follower
from wxbot.journal import JobEvent, JournalEntry
from wxbot.push import Delivery, DeliveryState
from wxbot.push.ledger.states import move_deliveries
from wxbot.push.ledger.tables import ListedOpenid

__all__ = ["DEDUP", "Traces", "forget", "forget_leavers", "traces"]

DEDUP = dt.timedelta(minutes=10)  # the platform asks a third time within a quarter of a minute
NAMELESS = "left-"
PART = 500  # rows that are changed in one transaction
IN_FLIGHT = (DeliveryState.CLAIMED, DeliveryState.UNKNOWN)
WAITS = (DeliveryState.PLANNED, *IN_FLIGHT)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Traces:
    """How many rows tell of one person: `in_flight` are lines of the ledger whose message may be under way."""

    follower: int
    wishes_and_dialog: int
    journal: int
    ledger: int
    in_flight: int

    @property
    def any(self) -> bool:
        """Whether anything is known of this person."""
        return any(getattr(self, each.name) for each in fields(self))


def traces(session: Session, openid: str) -> Traces:
    """What is kept about one person."""

    def count(here: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(here)) or 0

    line = Delivery.recipient == openid
    about = (Dialog, DeferredAnswer, PhoneOrder, Consent, ListedOpenid)
    return Traces(
        follower=count(Follower.openid == openid),
        wishes_and_dialog=sum(count(table.openid == openid) for table in about),
        journal=count(JournalEntry.openid == openid) + count(_sender(session) == openid),
        ledger=count(line),
        in_flight=count(line & Delivery.state.in_(IN_FLIGHT)),
    )


def forget(session: Session, openid: str, by: str, now: dt.datetime) -> Traces:
    """Delete what is kept about one person, who asked for it; gives what was found.

    Lines of the ledger that wait are left out of the push. Those whose message may be under way keep the openid: forget
    again when they are settled. `by` stands in the audit log, the openid does not.
    """
    found = traces(session, openid)
    move_deliveries(
        session, Delivery.recipient == openid, "skip", now, reason="本人要求删除资料", segment=None
    )
    _nameless_lines(session, Delivery.recipient == openid)
    _nameless_journal(session, JournalEntry.openid == openid)
    _nameless_reports(session, _sender(session) == openid)
    consents.forget(session, [openid])
    deferred.delete_promise(session, openid)
    for table in (Dialog, PhoneOrder, ListedOpenid, Follower):
        session.execute(delete(table).where(table.openid == openid))
    audit.note(session, who=by, what="forget", subject="a follower", now=now, in_flight=found.in_flight)
    return found


def forget_leavers(db: Database, now: dt.datetime, days: int) -> int:
    """Take the names out of what is kept of those who left; gives how many rows lost one.

    `days` is how long the ledger knows who left. Takes `db`: a journal takes long to look through, and whoever answers
    members must not wait for it, so what is found is changed a few rows at a time.
    """
    soon, long_ago = _left_before(now - DEDUP), _left_before(now - dt.timedelta(days=days))
    with db.read() as session:
        entries = session.scalars(select(JournalEntry.id).where(_of_leavers(soon, now))).all()
        reports = session.scalars(select(JobEvent.id).where(_sender(session).in_(_openids(soon)))).all()
        people = session.scalars(select(Follower.openid).where(long_ago)).all()
        lines = _settled_lines(session, long_ago) if people else []
    rows = _by_parts(db, entries, lambda session, ids: _nameless_journal(session, JournalEntry.id.in_(ids)))
    rows += _by_parts(db, reports, lambda session, ids: _nameless_reports(session, JobEvent.id.in_(ids)))
    rows += _by_parts(db, lines, lambda session, ids: _nameless_lines(session, Delivery.id.in_(ids)))
    return rows + _by_parts(db, people, lambda session, part: _gone(session, long_ago, part))


def _by_parts(db: Database, found: Sequence[Found], change: Callable[[Session, Sequence[Found]], int]) -> int:
    rows = 0
    for start in range(0, len(found), PART):
        with db.begin() as session:
            rows += change(session, found[start : start + PART])
    return rows


def _left_before(moment: dt.datetime) -> ColumnElement[bool]:
    return Follower.following.is_(False) & (Follower.left_at <= moment)


def _openids(here: ColumnElement[bool]) -> Select[str]:
    return select(Follower.openid).where(here)


def _of_leavers(left: ColumnElement[bool], now: dt.datetime) -> ColumnElement[bool]:
    """Rows of the journal of those who left; also of one whom no row knows: followed before this program did."""
    stranger = (
        (JournalEntry.kind == "unsubscribe")
        & (JournalEntry.received_at <= now - DEDUP)
        & JournalEntry.openid.not_in(select(Follower.openid))
        & JournalEntry.openid.not_like(f"{NAMELESS}%")
    )
    return JournalEntry.openid.in_(_openids(left)) | JournalEntry.openid.in_(
        select(JournalEntry.openid).where(stranger)
    )


def _settled_lines(session: Session, left: ColumnElement[bool]) -> Sequence[int]:
    here = Delivery.recipient.in_(_openids(left)) & Delivery.state.not_in(WAITS)
    return session.scalars(select(Delivery.id).where(here)).all()


def _gone(session: Session, long_ago: ColumnElement[bool], openids: Sequence[str]) -> int:
    """Drop the rows of people who left long ago, unless a message to them may still be under way."""
    session.execute(delete(ListedOpenid).where(ListedOpenid.openid.in_(openids)))
    waits = select(Delivery.recipient).where(Delivery.recipient.in_(openids), Delivery.state.in_(WAITS))
    gone = delete(Follower).where(long_ago, Follower.openid.in_(openids), Follower.openid.not_in(waits))
    return session.connection().execute(gone).rowcount


def _nameless(id_: ColumnElement[int]) -> ColumnElement[str]:
    """What stands in place of an openid: made of the row's number, so that it tells nothing and is there once."""
    return literal(NAMELESS) + cast(id_, String)


def _nameless_journal(session: Session, here: ColumnElement[bool]) -> int:
    """Take the openid out of rows of the journal; the keys of events and the answers hold it too."""
    name = _nameless(JournalEntry.__table__.c.id)
    values = {
        column: func.replace(getattr(JournalEntry, column), JournalEntry.openid, name)
        for column in ("key", "asked", "answer")
    }
    changed = update(JournalEntry).where(here).values(openid=name, **values)
    return session.connection().execute(changed).rowcount


def _nameless_lines(session: Session, here: ColumnElement[bool]) -> int:
    """Take the openid out of lines of the ledger, but of those that a worker may still ask for."""
    name = _nameless(Delivery.__table__.c.id)
    changed = update(Delivery).where(here, Delivery.state.not_in(WAITS)).values(recipient=name)
    return session.connection().execute(changed).rowcount


def _nameless_reports(session: Session, here: ColumnElement[bool]) -> int:
    """Take the openid out of reports on messages to single persons: they are the senders of such an event."""
    key = func.replace(JobEvent.key, _sender(session), _nameless(JobEvent.__table__.c.id))
    changed = update(JobEvent).where(here).values(key=key)
    return session.connection().execute(changed).rowcount


def _sender(session: Session) -> ColumnElement[str]:
    """Who sent the event of a report: what its key begins with (`wechat.identity`)."""
    if session.connection().dialect.name == "sqlite":
        return func.substr(JobEvent.key, 1, func.instr(JobEvent.key, "@") - 1)
    return func.split_part(JobEvent.key, "@", 1)
