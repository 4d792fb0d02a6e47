"""Sessions: from a right password to the logout, the end of the day, or the end of the account."""

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
    """Why somebody is not let in; never whether it was the name or the password."""

    WRONG = "wrong"
    TOO_OFTEN = "too often"


def log_in(db: Database, *, name: str, password: str, address: str, now: dt.datetime) -> str | LoginRefusal:
    """Begin a session: its token, or why not. `address` is where the try comes from.

    A wrong password takes as long as a name that does not exist.
    """
    name = normalize_name(name)
    if not login_rate_limit.record_attempt(db, name, address, now):
        return LoginRefusal.TOO_OFTEN
    with db.read() as session:
        editor = by_name(session, name)
    right = passwords.verify_password(password, editor.password if editor else passwords.DECOY_HASH)
    with db.begin() as session:
        # Looked up again: while the digest was made, the account may have been taken away or got another password.
        found = by_name(session, name)
        if right and editor and found and found.password == editor.password:
            login_rate_limit.clear_attempts(session, name, address)
            return _start_session(session, found, address, now)
        audit.note(
            session,
            who=address,
            what="login failed",
            subject=audit_subject(found.name if found else "?"),
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
    """Whose session this token is, while it lasts."""
    mine = (EditorSession.token == _digest(token)) & (EditorSession.expires_at > now)
    return session.scalar(
        select(Editor).join(EditorSession, EditorSession.editor_id == Editor.id).where(mine)
    )


def log_out(db: Database, token: str, now: dt.datetime) -> None:
    """End a session; one that is over already stays over."""
    with db.begin() as session:
        editor = session_editor(session, token, now)
        session.execute(delete(EditorSession).where(EditorSession.token == _digest(token)))
        if editor is not None:
            audit.note(session, who=editor.person, what="logout", subject=audit_subject(editor.name), now=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
