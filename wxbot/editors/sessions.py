"""Editors' login sessions in the console: log in, look up the editor of a session token, list sessions, end them."""

import datetime as dt
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import passwords
from wxbot.editors.accounts import audit_subject, by_name, normalize_name
from wxbot.editors.login_limit import (
    clear_attempts,
    digest,
    is_known_device,
    note_failure,
    record_attempt,
)
from wxbot.editors.tables import Editor, EditorDevice, EditorSession
from wxbot.errors import NotFound

__all__ = [
    "DEVICE_LIFETIME",
    "SESSION_LIFETIME",
    "LoginClient",
    "LoginRefusal",
    "LoginTokens",
    "end_session",
    "list_sessions",
    "log_in",
    "log_out",
    "session_editor",
    "session_key",
    "touch_session",
]

SESSION_LIFETIME = dt.timedelta(hours=12)
DEVICE_LIFETIME = dt.timedelta(days=180)
_SEEN_STEP = dt.timedelta(minutes=5)  # a page writes the time of its session at most this often
_KNOWN_WAIT = 3.0  # seconds that a known browser waits for a place to hash; others are refused at once
_KEY_CHARS = 16


class LoginRefusal(StrEnum):
    """Reason for a refused login; it never tells whether the name or the password was wrong."""

    WRONG = "wrong"
    TOO_OFTEN = "too often"


@dataclass(frozen=True)
class LoginClient:
    """Origin of a login: the address that the rate limit counts, the whole address, the browser, its device cookie."""

    address: str
    shown_address: str = ""
    browser: str = ""
    device: str = ""


@dataclass(frozen=True)
class LoginTokens:
    """The tokens of a successful login, for the cookies of the session and of the device."""

    session: str
    device: str


def log_in(
    db: Database, *, name: str, password: str, client: LoginClient, now: dt.datetime
) -> LoginTokens | LoginRefusal:
    """Check the password and start a session; return its tokens, or the reason why the login is refused.

    An unknown name takes as long as a wrong password. A hash of an older format is replaced after it was verified.
    Raises Busy when too many others are logging in.
    """
    name = normalize_name(name)
    with db.read() as session:
        editor = by_name(session, name)
        is_known = editor is not None and is_known_device(session, client.device, editor, now)
    device = digest(client.device) if is_known else ""
    with passwords.hashing_place(_KNOWN_WAIT if is_known else 0.0, known=is_known):
        if not record_attempt(db, name, client.address, now, device=device):
            return LoginRefusal.TOO_OFTEN
        stored = editor.password if editor else passwords.DECOY_HASH
        is_right = passwords.verify_password(password, stored)
        rehashed = passwords.hash_password(password) if is_right and passwords.needs_rehash(stored) else None
    with db.begin() as session:
        # Read again: during the slow hash computation the account may have been removed or given a new password.
        current = by_name(session, name)
        if is_right and current and current.password == stored:
            current.password = rehashed or stored
            clear_attempts(session, name, client.address, device=device)
            token = client.device if is_known else secrets.token_urlsafe(32)
            _remember_device(session, current, token, now)
            return LoginTokens(start_session(session, current, client, now), token)
        note_failure(
            session, address=client.address, subject=audit_subject(current.name if current else "?"), now=now
        )
        return LoginRefusal.WRONG


def start_session(session: Session, editor: Editor, client: LoginClient, now: dt.datetime) -> str:
    """Start a session in the caller's transaction, and return its token."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(EditorSession).where(EditorSession.expires_at <= now))
    address = (client.shown_address or client.address)[:64]
    times = {"started_at": now, "seen_at": now, "expires_at": now + SESSION_LIFETIME}
    row = EditorSession(
        token=digest(token), editor_id=editor.id, address=address, browser=client.browser[:80]
    )
    for name, value in times.items():
        setattr(row, name, value)
    session.add(row)
    editor.last_login_at = now
    about = audit_subject(editor.name)
    audit.note(session, who=editor.person, what="login", subject=about, now=now, address=client.address)
    return token


def session_editor(session: Session, token: str, now: dt.datetime) -> Editor | None:
    """Return the editor who is logged in with this session token; None for an unknown or expired one."""
    valid = (EditorSession.token == digest(token)) & (EditorSession.expires_at > now)
    return session.scalar(
        select(Editor).join(EditorSession, EditorSession.editor_id == Editor.id).where(valid)
    )


def touch_session(db: Database, token: str, now: dt.datetime) -> None:
    """Note that the session is in use, unless that was noted a few minutes ago."""
    with db.read() as session:
        row = session.get(EditorSession, digest(token))
        if row is None or (row.seen_at is not None and now - row.seen_at < _SEEN_STEP):
            return
    with db.begin() as session:
        row = session.get(EditorSession, digest(token))
        if row is not None:
            row.seen_at = now


def list_sessions(session: Session, now: dt.datetime) -> list[tuple[Editor, EditorSession]]:
    """Return the open sessions with their editors, the one used last first."""
    found = (
        select(Editor, EditorSession)
        .join(EditorSession, EditorSession.editor_id == Editor.id)
        .where(EditorSession.expires_at > now)
    )
    rows = [(editor, row) for editor, row in session.execute(found)]
    return sorted(rows, key=lambda each: each[1].seen_at or each[1].expires_at, reverse=True)


def session_key(row: EditorSession) -> str:
    """Return the name of a session in forms, from which its token cannot be derived."""
    return row.token[:_KEY_CHARS]


def end_session(db: Database, key: str, *, by: Editor, others: bool, now: dt.datetime) -> None:
    """End the session of this key; NotFound if it has ended, or is another editor's and `others` is False."""
    with db.begin() as session:
        for editor, row in list_sessions(session, now):
            if session_key(row) == key and (others or editor.id == by.id):
                session.delete(row)
                about = audit_subject(editor.name)
                audit.note(session, who=by.person, what="end session", subject=about, now=now)
                return
    raise NotFound("这个登录已经结束了", remedy="刷新这一页，看还有哪些。")


def log_out(db: Database, token: str, now: dt.datetime) -> None:
    """End the session of this token; do nothing if it has already ended."""
    with db.begin() as session:
        editor = session_editor(session, token, now)
        session.execute(delete(EditorSession).where(EditorSession.token == digest(token)))
        if editor is not None:
            audit.note(session, who=editor.person, what="logout", subject=audit_subject(editor.name), now=now)


def _remember_device(session: Session, editor: Editor, token: str, now: dt.datetime) -> None:
    session.execute(delete(EditorDevice).where(EditorDevice.expires_at <= now))
    session.merge(EditorDevice(token=digest(token), editor_id=editor.id, expires_at=now + DEVICE_LIFETIME))
