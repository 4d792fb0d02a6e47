"""Editors' login sessions in the console: log in, look up the editor of a session token, log out.

The login rate limit bounds how many passwords may be tried per name and per address in a quarter of an hour. Attempts
are counted in the database, so that the limit holds over all server processes together.
"""

import datetime as dt
import hashlib
import secrets
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import passwords
from wxbot.editors.accounts import audit_subject, by_name, normalize_name
from wxbot.editors.tables import Editor, EditorSession, LoginAttempt

__all__ = [
    "ATTEMPT_WINDOW",
    "SESSION_LIFETIME",
    "LoginRefusal",
    "clear_attempts",
    "log_in",
    "log_out",
    "record_attempt",
    "session_editor",
]

SESSION_LIFETIME = dt.timedelta(hours=12)

ATTEMPT_WINDOW = dt.timedelta(minutes=15)
# Attempts in one window of the rate limit. The limit for a name from all addresses is wide: a stranger who knows an
# editor's name must not be able to lock the editor out easily.
PER_NAME_AND_ADDRESS = 5
PER_NAME = 30
PER_ADDRESS = 30


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
    if not record_attempt(db, name, address, now):
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
            clear_attempts(session, name, address)
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


def record_attempt(db: Database, name: str, address: str, now: dt.datetime) -> bool:
    """Record one login attempt and return whether it is within the rate limit.

    The attempt is written first and counted afterwards, so that of many simultaneous attempts in any number of
    processes no more than the limit pass. A rejected attempt is removed again: it does not extend the wait.
    """
    attempt = LoginAttempt(name=_digest(name), address=address[:64], at=now)
    with db.begin() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - ATTEMPT_WINDOW))
        session.add(attempt)
    with db.read() as session:
        allowed = _is_within_limits(session, attempt)
    if not allowed:
        with db.begin() as session:
            session.execute(delete(LoginAttempt).where(LoginAttempt.id == attempt.id))
    return allowed


def clear_attempts(session: Session, name: str, address: str) -> None:
    """Delete the attempts of this name from this address after a successful login."""
    same = (LoginAttempt.name == _digest(name)) & (LoginAttempt.address == address[:64])
    session.execute(delete(LoginAttempt).where(same))


def _is_within_limits(session: Session, attempt: LoginAttempt) -> bool:
    same_name = LoginAttempt.name == attempt.name
    same_address = LoginAttempt.address == attempt.address
    return (
        _count(session, same_name & same_address) <= PER_NAME_AND_ADDRESS
        and _count(session, same_name) <= PER_NAME
        and _count(session, same_address) <= PER_ADDRESS
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(LoginAttempt).where(condition)) or 0


def _digest(text: str) -> str:
    # Tokens are stored only as their SHA-256, and so are the names of attempts: people type their password into the
    # name field by mistake.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
