"""Editors' login sessions in the console: log in, look up the editor of a session token, log out."""

import datetime as dt
import hashlib
import secrets
from enum import StrEnum

from sqlalchemy import delete, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import login_rate_limit, passwords
from wxbot.editors.accounts import audit_subject, by_name, normalize_name
from wxbot.editors.tables import Editor, EditorSession

__all__ = ["SESSION_LIFETIME", "LoginRefusal", "log_in", "log_out", "session_editor"]

SESSION_LIFETIME = dt.timedelta(hours=12)


class LoginRefusal(StrEnum):
    """Reason for a refused login; it never tells whether the name or the password was wrong."""

    WRONG = "wrong"
    TOO_OFTEN = "too often"


def log_in(db: Database, *, name: str, password: str, address: str, now: dt.datetime) -> str | LoginRefusal:
    """Check the password and start a session; return its token, or the reason why the login is refused.

    `address` is the client's IP address, used by the login rate limit. An unknown name takes as long as a wrong
    password. A hash of an older format is replaced after it was verified.
    """
    name = normalize_name(name)
    if not login_rate_limit.record_attempt(db, name, address, now):
        return LoginRefusal.TOO_OFTEN
    with db.read() as session:
        editor = by_name(session, name)
    stored = editor.password if editor else passwords.DECOY_HASH
    is_right = passwords.verify_password(password, stored)
    rehashed = passwords.hash_password(password) if is_right and passwords.needs_rehash(stored) else None
    with db.begin() as session:
        # Read again: during the slow hash computation the account may have been removed or given a new password.
        current = by_name(session, name)
        if is_right and current and current.password == stored:
            current.password = rehashed or stored
            login_rate_limit.clear_attempts(session, name, address)
            return _start_session(session, current, address, now)
        audit.note(
            session,
            who=address,
            what="login failed",
            subject=audit_subject(current.name if current else "?"),
            now=now,
        )
        return LoginRefusal.WRONG


def _start_session(session: Session, editor: Editor, address: str, now: dt.datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(delete(EditorSession).where(EditorSession.expires_at <= now))
    session.add(EditorSession(token=_digest(token), editor_id=editor.id, expires_at=now + SESSION_LIFETIME))
    editor.last_login_at = now
    audit.note(
        session, who=editor.person, what="login", subject=audit_subject(editor.name), now=now, address=address
    )
    return token


def session_editor(session: Session, token: str, now: dt.datetime) -> Editor | None:
    """Return the editor who is logged in with this session token; None for an unknown or expired one."""
    valid = (EditorSession.token == _digest(token)) & (EditorSession.expires_at > now)
    return session.scalar(
        select(Editor).join(EditorSession, EditorSession.editor_id == Editor.id).where(valid)
    )


def log_out(db: Database, token: str, now: dt.datetime) -> None:
    """End the session of this token; do nothing if it has already ended."""
    with db.begin() as session:
        editor = session_editor(session, token, now)
        session.execute(delete(EditorSession).where(EditorSession.token == _digest(token)))
        if editor is not None:
            audit.note(session, who=editor.person, what="logout", subject=audit_subject(editor.name), now=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
