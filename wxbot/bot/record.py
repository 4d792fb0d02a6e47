"""Write what answered messages leave behind: journal rows, followers heard from, lists, preferences, orders, reports.

The only place where answering writes: the bot itself reads, and its answers say what has to be written.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import update

from wxbot import consents, followers, journal
from wxbot.bot import deferred, editor_orders, last_list
from wxbot.bot.answer import Answer
from wxbot.bot.deferred import Promise
from wxbot.bot.lists import Listing
from wxbot.db import Session
from wxbot.followers import Preferences
from wxbot.journal import JournalEntry
from wxbot.wechat import (
    Incoming,
    MassJobEvent,
    Notice,
    NoticesEvent,
    PublishJobEvent,
    TemplateJobEvent,
    idempotency_key,
)

__all__ = ["AnsweredMessage", "record_answers", "record_deferred"]

_ASKED_CHARS = 500
_KIND_CHARS = 40
_OPENID_CHARS = 64
_TEMPLATE_CHARS = 64
# Events that a follower causes by a tap or a scan. Other events come by themselves, or are not about a follower.
_TAPPED = frozenset({"click", "view", "scan", "view_miniprogram", "scancode_push", "scancode_waitmsg"})


@dataclass(frozen=True, slots=True)
class AnsweredMessage:
    """One answered message; `stored` is the reply's XML before encryption, `now` the moment of arrival."""

    incoming: Incoming
    answer: Answer
    stored: str
    now: dt.datetime

    @property
    def openid(self) -> str:
        """Return the sender's openid, cut to the length of the columns that hold it."""
        return self.incoming.openid[:_OPENID_CHARS]


def record_answers(session: Session, notes: Sequence[AnsweredMessage], list_minutes: int) -> list[str]:
    """Write all that these messages leave behind; return for each the reply that counts, in order.

    Retries of one message share their `idempotency_key`: they write nothing, and the reply stored first counts, so that
    the platform gets the same reply to all of them, from any process.
    """
    keys = [idempotency_key(note.incoming) for note in notes]
    first: dict[str, AnsweredMessage] = {}
    for key, note in zip(keys, notes, strict=True):
        first.setdefault(key, note)
    new = journal.record_all(session, [_entry(key, note) for key, note in first.items()])
    _record_effects(session, [note for key, note in first.items() if key in new], list_minutes)
    replies = {key: note.stored for key, note in first.items() if key in new}
    if len(replies) < len(first):
        replies |= journal.answers_of(session, {key: first[key].openid for key in first.keys() - new})
    return [
        replies.get(key, note.stored) if note.openid == first[key].openid else note.stored
        for key, note in zip(keys, notes, strict=True)
    ]


def record_deferred(session: Session, note: AnsweredMessage, answer: Answer, list_minutes: int) -> bool:
    """Write the answer that `note` promised; return False if it is no longer promised.

    The changes that the answer confirms are written with it, its list only when it is given. If the promise itself
    could not be written before, it is written too.
    """
    record_answers(session, [note], list_minutes)
    key = idempotency_key(note.incoming)
    if not deferred.store_answer(session, note.openid, key, answer):
        return False
    if answer.hits is not None:
        values = {"hits": answer.hits, "shown_ids": answer.shown_ids or None}
        session.execute(update(JournalEntry).where(JournalEntry.key == key).values(values))
    _record_dialogs(session, [replace(note, answer=replace(answer, listing=None))], list_minutes)
    return True


def _record_effects(session: Session, notes: Sequence[AnsweredMessage], list_minutes: int) -> None:
    """Write everything but the journal rows of new messages."""
    wrote: dict[str, dt.datetime] = {}
    tapped: dict[str, dt.datetime] = {}
    for note in notes:
        incoming = note.incoming
        if incoming.event in {"subscribe", "unsubscribe"}:
            if not (incoming.forgeable and incoming.event == "unsubscribe"):
                _record_following(session, note)
                if incoming.event == "unsubscribe":
                    wrote.pop(note.openid, None)
                    tapped.pop(note.openid, None)
        elif incoming.kind != "event" or incoming.event in _TAPPED:
            # A tap on a link in our reply arrives as a message, but the platform does not count it as one
            # (reference, E).
            (tapped if incoming.kind == "event" or incoming.menu_id else wrote)[note.openid] = note.now
        if incoming.job is not None:
            _record_job(session, note)
    if wrote or tapped:
        followers.record_activity(session, wrote, tapped)
    _record_dialogs(session, notes, list_minutes)
    _record_promises(session, notes, list_minutes)


def _record_dialogs(session: Session, notes: Sequence[AnsweredMessage], list_minutes: int) -> None:
    """Write lists, preferences and orders; a member who leaves or unsubscribes keeps only what comes afterwards."""
    lists: dict[str, tuple[Listing, dt.datetime]] = {}
    preferences: dict[str, Preferences] = {}
    for note in notes:
        if _leaves(note):
            lists.pop(note.openid, None)
            preferences.pop(note.openid, None)
            last_list.clear(session, note.openid)
            editor_orders.delete_unconfirmed(session, note.openid)
        if note.answer.listing is not None:
            lists[note.openid] = note.answer.listing, note.now + dt.timedelta(minutes=list_minutes)
        if note.answer.editor_action is not None:
            editor_orders.record_action(session, note.openid, note.answer.editor_action, note.now)
        if note.answer.preferences is not None:
            preferences[note.openid] = note.answer.preferences
    if lists:
        last_list.save(session, lists)
    for openid, wanted in preferences.items():
        followers.save_preferences(session, openid, wanted)


def _leaves(note: AnsweredMessage) -> bool:
    """Tell if the member unfollows, or declines every push; a forgeable message never says so."""
    says_so = note.answer.erases_dialog or note.incoming.event == "unsubscribe"
    return says_so and not note.incoming.forgeable


def _record_promises(session: Session, notes: Sequence[AnsweredMessage], list_minutes: int) -> None:
    """Write promises of deferred answers, and delete those that were kept or whose member leaves."""
    promises: dict[str, Promise] = {}
    for note in notes:
        if note.answer.settles_deferred or _leaves(note):
            promises.pop(note.openid, None)
            deferred.delete_promise(session, note.openid)
        if note.answer.deferred:
            until = note.now + dt.timedelta(minutes=list_minutes)
            promises[note.openid] = Promise(idempotency_key(note.incoming), note.incoming, until)
    if promises:
        deferred.store_promises(session, promises)


def _record_following(session: Session, note: AnsweredMessage) -> None:
    if note.incoming.event == "subscribe":
        followers.record_follow(session, note.openid, note.now)
        return
    followers.record_unfollow(session, note.openid, note.now)
    consents.forget(session, [note.openid])


def _record_job(session: Session, note: AnsweredMessage) -> None:
    """Write the platform's report on a job; the push that it belongs to may be known only later."""
    match note.incoming.job:
        case MassJobEvent(msg_id=job) | TemplateJobEvent(msg_id=job) | PublishJobEvent(publish_id=job):
            journal.record_job_event(
                session,
                key=idempotency_key(note.incoming),
                event=note.incoming.event,
                job=str(job),
                report=asdict(note.incoming.job),
                now=note.now,
            )
        case NoticesEvent(items) if not note.incoming.forgeable:
            for index, notice in enumerate(items):
                _record_notice(session, note, index, notice)


def _record_notice(session: Session, note: AnsweredMessage, index: int, notice: Notice) -> None:
    """Write a follower's decision about a notice template, or the outcome of one notice."""
    template = notice.template_id[:_TEMPLATE_CHARS]
    if note.incoming.event == "subscribe_msg_sent_event":
        report = asdict(notice) | {"template_id": template}
        journal.record_job_event(
            session,
            key=f"{idempotency_key(note.incoming)}:{index}",
            event=note.incoming.event,
            job=note.openid,
            report=report,
            now=note.now,
        )
    elif notice.status == "accept":
        consents.add(session, note.openid, template, note.now)
    else:
        consents.clear(session, [note.openid], template, note.now)


def _entry(key: str, note: AnsweredMessage) -> journal.NewEntry:
    incoming = note.incoming
    return journal.NewEntry(
        key=key,
        openid=note.openid,
        kind=(incoming.event or incoming.kind)[:_KIND_CHARS],
        asked=(incoming.content or incoming.key)[:_ASKED_CHARS],
        hits=note.answer.hits,
        answer=note.stored,
        received_at=note.now,
        shown_ids=note.answer.shown_ids,
    )
