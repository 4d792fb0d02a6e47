"""Accept unencrypted pushes beside a configured key, for an hour at most, while an operator switches the mode.

The signature of an unencrypted push does not cover its body: whoever has seen one address of ours in a log could write
a message in any member's name. So they are refused by default, and the exception ends by itself.

    allow            accept them until a time
    refuse           end that at once
    allowed_until    return until when they are accepted
    last_refused     return when the platform last sent one in vain
    last_unreadable  return when the platform last sent one that no configured key decrypts
    PlainPushes      decide about each push in a server process, without asking the database
"""

import datetime as dt

from wxbot import audit
from wxbot.db import Database, KeyValueStore
from wxbot.errors import UsageError

__all__ = [
    "MAX_MINUTES",
    "PlainPushes",
    "allow",
    "allowed_until",
    "last_refused",
    "last_unreadable",
    "refuse",
]

MAX_MINUTES = 60
_STORE_KEY, _REFUSED_KEY, _UNREADABLE_KEY = "plain-pushes", "plain-refused", "unreadable-push"
_KEEP_REFUSED = dt.timedelta(hours=1)
_SUBJECT = "webhook"


def allow(db: Database, minutes: int, *, by: str, now: dt.datetime) -> dt.datetime:
    """Accept unencrypted pushes from now on for some minutes; return until when."""
    if not 1 <= minutes <= MAX_MINUTES:
        raise UsageError(f"最多 {MAX_MINUTES} 分钟", remedy="到时还没有换好，再运行一次。")
    until = now + dt.timedelta(minutes=minutes)
    KeyValueStore(db).put(_STORE_KEY, by, until)
    with db.begin() as session:
        audit.note(session, who=by, what="allow plain pushes", subject=_SUBJECT, now=now, minutes=minutes)
    return until


def refuse(db: Database, *, by: str, now: dt.datetime) -> None:
    """Refuse unencrypted pushes from now on."""
    KeyValueStore(db).put(_STORE_KEY, by, now)
    with db.begin() as session:
        audit.note(session, who=by, what="refuse plain pushes", subject=_SUBJECT, now=now)


def allowed_until(db: Database, now: dt.datetime) -> dt.datetime | None:
    """Return until when unencrypted pushes are accepted; None if they are refused."""
    stored = KeyValueStore(db).get(_STORE_KEY)
    return stored.expires_at if stored is not None and stored.expires_at > now else None


def last_refused(db: Database, now: dt.datetime) -> dt.datetime | None:
    """Return when, within the last hour, a rightly signed unencrypted push was refused; None if none was."""
    return _read_note(db, _REFUSED_KEY, now)


def last_unreadable(db: Database, now: dt.datetime) -> dt.datetime | None:
    """Return when, within the last hour, a rightly signed push came that no key decrypts; None if none came."""
    return _read_note(db, _UNREADABLE_KEY, now)


def _read_note(db: Database, key: str, now: dt.datetime) -> dt.datetime | None:
    stored = KeyValueStore(db).get(key)
    return None if stored is None or stored.expires_at <= now else stored.expires_at - _KEEP_REFUSED


class PlainPushes:
    """Decide in a server process whether an unencrypted push is accepted; threads may share it.

    `refresh`, called every second, reads what an operator allowed, and stores when one was refused or unreadable;
    without the database the last state counts until its time is over.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._until: dt.datetime | None = None
        self._noted: dict[str, dt.datetime] = {}

    def refresh(self) -> None:
        """Read until when they are accepted, and store the last refusal and the last unreadable push."""
        stored = KeyValueStore(self._db).get(_STORE_KEY)
        self._until = None if stored is None else stored.expires_at
        for key, at in list(self._noted.items()):
            KeyValueStore(self._db).put(key, "", at + _KEEP_REFUSED)
            del self._noted[key]

    def admit(self, now: dt.datetime) -> bool:
        """Return whether an unencrypted push that arrives at this time is accepted; note a refusal."""
        if self._until is not None and now < self._until:
            return True
        self._noted[_REFUSED_KEY] = now
        return False

    def note_unreadable(self, now: dt.datetime) -> None:
        """Note a rightly signed push that no configured key decrypts."""
        self._noted[_UNREADABLE_KEY] = now
