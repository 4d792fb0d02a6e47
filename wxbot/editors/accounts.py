"""Editor accounts: add, remove, change a password, look up."""

import datetime as dt
import re
import unicodedata

from sqlalchemy import delete, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import passwords
from wxbot.editors.tables import Editor, EditorSession
from wxbot.errors import Forbidden, NotFound, UsageError

__all__ = [
    "add",
    "all_editors",
    "audit_subject",
    "by_name",
    "change_password",
    "find",
    "normalize_name",
    "remove",
]

# Names appear in page addresses and in lists of approvers, so they hold no spaces and no separators.
_NAME = re.compile(r"[\w.@-]{1,30}")
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,39}")


def add(db: Database, name: str, password: str, *, openid: str | None, by: str, now: dt.datetime) -> Editor:
    """Create an account and return it; `by` is the operator, for the audit log.

    Raises UsageError for an invalid name, openid or password, and Forbidden if the person already has an account.
    """
    name = normalize_name(name)
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"名字「{name}」不行", remedy="用 1 到 30 个汉字、字母、数字，或 . @ - _，中间不留空格。"
        )
    if openid is not None and not _OPENID.fullmatch(openid):
        raise UsageError(f"「{openid}」不像 openid", remedy="用 wxbot followers list 查看，照原样抄下来。")
    hashed = passwords.hash_password(password)
    with db.begin() as session:
        _require_unused(session, name, openid)
        editor = Editor(name=name, openid=openid, password=hashed, made_at=now)
        session.add(editor)
        audit.note(session, who=by, what="add editor", subject=audit_subject(name), now=now, openid=openid)
        return editor


def _require_unused(session: Session, name: str, openid: str | None) -> None:
    """Raise Forbidden if the name or openid is already in use as anybody's name or openid.

    Otherwise one person could approve a campaign twice, or approve as somebody else.
    """
    for other in all_editors(session):
        if other.name == name:
            raise Forbidden(f"已经有「{name}」了", remedy=f"改密码：wxbot editors password {name}")
        if {name, openid} & {other.name, other.openid} - {None}:
            raise Forbidden(
                f"这个名字或 openid 已经属于「{other.name}」",
                remedy="一个人用一个账号；wxbot editors list 查看。",
            )


def remove(db: Database, name: str, *, by: str, now: dt.datetime) -> None:
    """Delete an account and its sessions; NotFound if there is no such account."""
    with db.begin() as session:
        editor = find(session, name)
        _end_sessions(session, editor)
        session.delete(editor)
        audit.note(session, who=by, what="remove editor", subject=audit_subject(editor.name), now=now)


def change_password(db: Database, name: str, password: str, *, by: str, now: dt.datetime) -> None:
    """Set a new password and end the account's sessions; NotFound or, for an invalid password, UsageError."""
    with db.read() as session:
        find(session, name)
    hashed = passwords.hash_password(password)
    with db.begin() as session:
        editor = find(session, name)
        editor.password = hashed
        _end_sessions(session, editor)
        audit.note(session, who=by, what="password", subject=audit_subject(editor.name), now=now)


def all_editors(session: Session) -> list[Editor]:
    """Return all accounts, ordered by name."""
    return list(session.scalars(select(Editor).order_by(Editor.name)))


def find(session: Session, name: str) -> Editor:
    """Return the account of this name; NotFound if there is none."""
    editor = by_name(session, normalize_name(name))
    if editor is None:
        raise NotFound(f"没有编辑「{name}」", remedy="wxbot editors list 列出所有的编辑。")
    return editor


def by_name(session: Session, name: str) -> Editor | None:
    """Return the account of a normalized name; None if there is none, or if it is not a valid name."""
    if not _NAME.fullmatch(name):
        return None
    return session.scalar(select(Editor).where(Editor.name == name))


def normalize_name(typed: str) -> str:
    """Return a typed name as it is stored: NFKC, without surrounding spaces."""
    return unicodedata.normalize("NFKC", typed).strip()


def audit_subject(name: str) -> str:
    """Return the audit log's subject for an account."""
    return f"editor {name}"


def _end_sessions(session: Session, editor: Editor) -> None:
    session.execute(delete(EditorSession).where(EditorSession.editor_id == editor.id))
