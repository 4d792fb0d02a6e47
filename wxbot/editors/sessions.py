"""Sessions: from a right password to the logout, the end of the day, or the end of the account."""

import datetime as dt
import hashlib
import secrets
from enum import StrEnum

from sqlalchemy import delete, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import passwords, rate_limit
from wxbot.editors.accounts import named, read_name, subject
from wxbot.editors.tables import Editor, EditorSession

__all__ = ["VALID", "Refusal", "editor_of", "log_in", "log_out"]

VALID = dt.timedelta(hours=12)


class Refusal(StrEnum):
    """Why somebody is not let in; never whether it was the name or the password."""

    WRONG = "wrong"
    TOO_OFTEN = "too often"


def log_in(db: Database, *, name: str, password: str, address: str, now: dt.datetime) -> str | Refusal:
    """Begin a session: its token, or why not. `address` is where the try comes from.

    A wrong password takes as long as a name that does not exist.
    """
    name = read_name(name)
    if not rate_limit.may_try(db, name, address, now):
        return Refusal.TOO_OFTEN
    with db.read() as session:
        editor = named(session, name)
    right = passwords.matches(password, editor.password if editor else passwords.DECOY)
    with db.begin() as session:
        # Looked up again: while the digest was made, the account may have been taken away or got another password.
        found = named(session, name)
        if right and editor and found and found.password == editor.password:
            rate_limit.forget(session, name, address)
            return _begin(session, found, address, now)
        audit.note(
            session,
            who=address,
            what="login failed",
            subject=subject(found.name if found else "?"),
            now=now,
        )
        return Refusal.WRONG


def _begin(session: Session, editor: Editor, address: str, now: dt.datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(delete(EditorSession).where(EditorSession.expires_at <= now))
    session.add(EditorSession(token=_kept(token), editor_id=editor.id, expires_at=now + VALID))
    editor.last_login_at = now
    audit.note(
        session, who=editor.person, what="login", subject=subject(editor.name), now=now, address=address
    )
    return token


def editor_of(session: Session, token: str, now: dt.datetime) -> Editor | None:
    """Whose session this token is, while it lasts."""
    mine = (EditorSession.token == _kept(token)) & (EditorSession.expires_at > now)
    return session.scalar(
        select(Editor).join(EditorSession, EditorSession.editor_id == Editor.id).where(mine)
    )


def log_out(db: Database, token: str, now: dt.datetime) -> None:
    """End a session; one that is over already stays over."""
    with db.begin() as session:
        editor = editor_of(session, token, now)
        session.execute(delete(EditorSession).where(EditorSession.token == _kept(token)))
        if editor is not None:
            audit.note(session, who=editor.person, what="logout", subject=subject(editor.name), now=now)


def _kept(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
