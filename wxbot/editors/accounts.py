"""Accounts: what an operator does with them."""

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

# Names and openids stand together in `approved_by`, two of them with 、 between.
_NAME = re.compile(r"[\w.@-]{1,30}")
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,39}")


def add(db: Database, name: str, password: str, *, openid: str | None, by: str, now: dt.datetime) -> Editor:
    """A new account.

    UsageError for a name, openid or password that will not do; Forbidden when the person has an account already.
    """
    name = normalize_name(name)
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"名字「{name}」不行", remedy="用 1 到 30 个汉字、字母、数字，或 . @ - _，中间不留空格。"
        )
    if openid is not None and not _OPENID.fullmatch(openid):
        raise UsageError(f"「{openid}」不像 openid", remedy="用 wxbot followers list 查看，照原样抄下来。")
    kept = passwords.hash_password(password)
    with db.begin() as session:
        _require_unused(session, name, openid)
        editor = Editor(name=name, openid=openid, password=kept, made_at=now)
        session.add(editor)
        audit.note(session, who=by, what="add editor", subject=audit_subject(name), now=now, openid=openid)
        return editor


def _require_unused(session: Session, name: str, openid: str | None) -> None:
    """One person has one account, and nobody's name is another's openid: two persons have to approve."""
    for other in all_editors(session):
        if other.name == name:
            raise Forbidden(f"已经有「{name}」了", remedy=f"改密码：wxbot editors password {name}")
        if {name, openid} & {other.name, other.openid} - {None}:
            raise Forbidden(
                f"这个名字或 openid 已经属于「{other.name}」",
                remedy="一个人用一个账号；wxbot editors list 查看。",
            )


def remove(db: Database, name: str, *, by: str, now: dt.datetime) -> None:
    """Take an account away, and every session with it. NotFound when there is none of that name."""
    with db.begin() as session:
        editor = find(session, name)
        _end_sessions(session, editor)
        session.delete(editor)
        audit.note(session, who=by, what="remove editor", subject=audit_subject(editor.name), now=now)


def change_password(db: Database, name: str, password: str, *, by: str, now: dt.datetime) -> None:
    """A new password; whoever is logged in with the old one is out. NotFound, or UsageError when it will not do."""
    with db.read() as session:
        find(session, name)
    kept = passwords.hash_password(password)
    with db.begin() as session:
        editor = find(session, name)
        editor.password = kept
        _end_sessions(session, editor)
        audit.note(session, who=by, what="password", subject=audit_subject(editor.name), now=now)


def all_editors(session: Session) -> list[Editor]:
    """All accounts, by name."""
    return list(session.scalars(select(Editor).order_by(Editor.name)))


def find(session: Session, name: str) -> Editor:
    """The account of this name; NotFound when there is none."""
    editor = by_name(session, normalize_name(name))
    if editor is None:
        raise NotFound(f"没有编辑「{name}」", remedy="wxbot editors list 列出所有的编辑。")
    return editor


def by_name(session: Session, name: str) -> Editor | None:
    """The account of this name, as `read_name` gives it; None where there is none, and for what can be no name."""
    if not _NAME.fullmatch(name):
        return None
    return session.scalar(select(Editor).where(Editor.name == name))


def normalize_name(typed: str) -> str:
    """A name as it is kept, however it was typed."""
    return unicodedata.normalize("NFKC", typed).strip()


def audit_subject(name: str) -> str:
    """What the audit log calls an account."""
    return f"editor {name}"


def _end_sessions(session: Session, editor: Editor) -> None:
    session.execute(delete(EditorSession).where(EditorSession.editor_id == editor.id))
