"""What stays of answered messages: entries in the journal, who was heard, lists, wishes, orders, reports of jobs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import update

from wxbot import consents, followers, journal
from wxbot.bot import editor_orders, last_list, late
from wxbot.bot.answer import Answer
from wxbot.bot.last_list import Listing
from wxbot.bot.late import Debt
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

__all__ = ["Note", "keep", "keep_late"]

_ASKED_CHARS = 500
_KIND_CHARS = 40
_OPENID_CHARS = 64
_TEMPLATE_CHARS = 64
# The deeds of a person. Other events come by themselves, or are not about a follower at all.
_TAPPED = frozenset({"click", "view", "scan", "view_miniprogram", "scancode_push", "scancode_waitmsg"})


@dataclass(frozen=True, slots=True)
class Note:
    """One answered message; `stored` is the answer as it goes out, before encryption."""

    incoming: Incoming
    answer: Answer
    stored: str
    now: dt.datetime

    @property
    def openid(self) -> str:
        """The sender, as the tables can hold it."""
        return self.incoming.openid[:_OPENID_CHARS]


def keep(session: Session, notes: Sequence[Note], list_minutes: int) -> list[str]:
    """Write all that these messages leave behind; gives the answer that counts for each, in their order.

    Of a message that was answered before nothing is written, and the answer of that time counts: the
    platform's tries, however many and wherever they arrive, all get the same.
    """
    keys = [idempotency_key(note.incoming) for note in notes]
    first = dict(zip(reversed(keys), reversed(notes), strict=True))
    new = journal.record_all(session, [_entry(key, note) for key, note in first.items()])
    _keep_deeds(session, [note for key, note in first.items() if key in new], list_minutes)
    counts = {key: note.stored for key, note in first.items() if key in new}
    if len(counts) < len(first):
        counts |= journal.answers_of(session, {key: first[key].openid for key in first.keys() - new})
    return [
        counts.get(key, note.stored) if note.openid == first[key].openid else note.stored
        for key, note in zip(keys, notes, strict=True)
    ]


def keep_late(session: Session, note: Note, answer: Answer, list_minutes: int) -> bool:
    """Write the answer that came after `note` had promised it; False when it is owed no more.

    What the answer asks for (a wish, an order) happens with it, its list is kept when it is given. The promise is
    written too where that was not possible before.
    """
    keep(session, [note], list_minutes)
    key = idempotency_key(note.incoming)
    if not late.finish(session, note.openid, key, answer):
        return False
    if answer.hits is not None:
        session.execute(update(JournalEntry).where(JournalEntry.key == key).values(hits=answer.hits))
    deeds = replace(note, answer=replace(answer, remembered=None))
    _keep_dialogs(session, [deeds], list_minutes)
    return True


def _debt(note: Note, list_minutes: int) -> Debt:
    until = note.now + dt.timedelta(minutes=list_minutes)
    return Debt(idempotency_key(note.incoming), note.incoming, until)


def _keep_deeds(session: Session, notes: Sequence[Note], list_minutes: int) -> None:
    wrote: dict[str, dt.datetime] = {}
    tapped: dict[str, dt.datetime] = {}
    for note in notes:
        incoming = note.incoming
        if incoming.event in {"subscribe", "unsubscribe"}:
            _come_or_go(session, note)
        elif incoming.kind != "event" or incoming.event in _TAPPED:
            # A tap on a line of ours arrives as a message, and is none to the platform (reference, E).
            (tapped if incoming.kind == "event" or incoming.menu_id else wrote)[note.openid] = note.now
        if incoming.job is not None:
            _report(session, note)
    if wrote:
        followers.record_messages(session, wrote)
    if tapped:
        followers.record_taps(session, tapped)
    _keep_dialogs(session, notes, list_minutes)
    _keep_debts(session, notes, list_minutes)


def _keep_dialogs(session: Session, notes: Sequence[Note], list_minutes: int) -> None:
    """Lists, wishes and orders; of a member who leaves, or wants nothing any more, only what came afterwards."""
    lists: dict[str, tuple[Listing, dt.datetime]] = {}
    wishes: dict[str, Preferences] = {}
    for note in notes:
        if _leaves(note):
            lists.pop(note.openid, None)
            wishes.pop(note.openid, None)
            last_list.forget(session, note.openid)
            editor_orders.forget(session, note.openid)
        if note.answer.remembered is not None:
            lists[note.openid] = note.answer.remembered, note.now + dt.timedelta(minutes=list_minutes)
        if note.answer.deed is not None:
            editor_orders.keep_deed(session, note.openid, note.answer.deed, note.now)
        if note.answer.wish is not None:
            wishes[note.openid] = note.answer.wish
    if lists:
        last_list.remember(session, lists)
    for openid, wanted in wishes.items():
        followers.save_preferences(session, openid, wanted)


def _leaves(note: Note) -> bool:
    """Whether the member leaves, or wants nothing any more."""
    return note.answer.forgets or note.incoming.event == "unsubscribe"


def _keep_debts(session: Session, notes: Sequence[Note], list_minutes: int) -> None:
    """What members are owed from now on, and what no longer."""
    debts: dict[str, Debt] = {}
    for note in notes:
        if note.answer.settles or _leaves(note):
            debts.pop(note.openid, None)
            late.forget(session, note.openid)
        if note.answer.owes:
            debts[note.openid] = _debt(note, list_minutes)
    if debts:
        late.owe(session, debts)


def _come_or_go(session: Session, note: Note) -> None:
    if note.incoming.event == "subscribe":
        followers.record_follow(session, note.openid, note.now)
        return
    followers.record_unfollow(session, note.openid, note.now)
    consents.forget(session, [note.openid])


def _report(session: Session, note: Note) -> None:
    """Keep what the platform reports of a job; which push it belongs to may be known only later."""
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
        case NoticesEvent(items):
            for place, notice in enumerate(items):
                _notice(session, note, place, notice)


def _notice(session: Session, note: Note, place: int, notice: Notice) -> None:
    """What a follower decided about the notices of a template, or how one notice fared."""
    template = notice.template_id[:_TEMPLATE_CHARS]
    if note.incoming.event == "subscribe_msg_sent_event":
        report = asdict(notice) | {"template_id": template}
        journal.record_job_event(
            session,
            key=f"{idempotency_key(note.incoming)}:{place}",
            event=note.incoming.event,
            job=note.openid,
            report=report,
            now=note.now,
        )
    elif notice.status == "accept":
        consents.add(session, note.openid, template, note.now)
    else:
        consents.clear(session, [note.openid], template, note.now)


def _entry(key: str, note: Note) -> journal.NewEntry:
    incoming = note.incoming
    return journal.NewEntry(
        key=key,
        openid=note.openid,
        kind=(incoming.event or incoming.kind)[:_KIND_CHARS],
        asked=(incoming.content or incoming.key)[:_ASKED_CHARS],
        hits=note.answer.hits,
        answer=note.stored,
        received_at=note.now,
    )
