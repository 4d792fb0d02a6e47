"""One-time links by which an editor sets a password that nobody else knows: a first one, or instead of a lost one."""

import datetime as dt
import secrets

from sqlalchemy import delete, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import passwords
from wxbot.editors.accounts import audit_subject, find, set_password
from wxbot.editors.login_limit import digest
from wxbot.editors.tables import Editor, PasswordLink
from wxbot.errors import NotFound

__all__ = ["LINK_LIFETIME", "create_link", "find_link_editor", "use_link"]

LINK_LIFETIME = dt.timedelta(hours=24)


def create_link(db: Database, name: str, *, by: str, now: dt.datetime) -> str:
    """Return the token of a new link for an account; an earlier link of the account ends."""
    token = secrets.token_urlsafe(32)
    with db.begin() as session:
        editor = find(session, name)
        session.execute(delete(PasswordLink).where(PasswordLink.editor_id == editor.id))
        session.execute(delete(PasswordLink).where(PasswordLink.expires_at <= now))
        session.add(PasswordLink(token=digest(token), editor_id=editor.id, expires_at=now + LINK_LIFETIME))
        audit.note(session, who=by, what="password link", subject=audit_subject(editor.name), now=now)
    return token


def find_link_editor(session: Session, token: str, now: dt.datetime) -> Editor:
    """Return the account of a link; raise NotFound for an unknown, used or expired one."""
    valid = (PasswordLink.token == digest(token)) & (PasswordLink.expires_at > now)
    found = select(Editor).join(PasswordLink, PasswordLink.editor_id == Editor.id).where(valid)
    editor = session.scalar(found)
    if editor is None:
        raise NotFound(
            "这个链接已经用过，或者过期了", remedy="请管理账号的同事再给一个：链接一天内有效，只能用一次。"
        )
    return editor


def use_link(db: Database, token: str, password: str, now: dt.datetime) -> Editor:
    """Set the password of a link's account, which ends the link; raise NotFound, UsageError or Busy."""
    with db.read() as session:
        name = find_link_editor(session, token, now).name
    passwords.require_strong(password, name)
    with passwords.hashing_place(0.0):
        hashed = passwords.hash_password(password)
    with db.begin() as session:
        editor = find_link_editor(session, token, now)
        set_password(session, editor, hashed, by=editor.person, now=now)
        return editor
