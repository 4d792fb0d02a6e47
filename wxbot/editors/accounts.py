"""Editor accounts: add, remove, change role, openid or password, look up."""

import datetime as dt
import unicodedata

from sqlalchemy import delete, func, select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editors import passwords
from wxbot.editors.account_names import is_name, require_usable_name, require_valid_openid
from wxbot.editors.roles import EditorRight, EditorRole, require
from wxbot.editors.tables import Editor, EditorDevice, EditorSession, PasswordLink
from wxbot.errors import Forbidden, NotFound

__all__ = [
    "add",
    "all_editors",
    "audit_subject",
    "by_name",
    "by_openid",
    "change_openid",
    "change_password",
    "change_role",
    "find",
    "normalize_name",
    "remove",
    "require_right_by_phone",
    "set_password",
]


def add(
    db: Database,
    name: str,
    password: str | None,
    *,
    openid: str | None,
    by: str,
    now: dt.datetime,
    role: EditorRole | None = None,
) -> Editor:
    """Create an account and return it; `by` is who creates it, for the audit log.

    Without `role` the first account is an admin, and every later one a writer. Without `password` nobody can log in
    until a password was set by a one-time link. Raises UsageError for an invalid name, openid or password, and
    Forbidden if the person already has an account.
    """
    name = normalize_name(name)
    require_usable_name(name)
    if openid is not None:
        require_valid_openid(openid)
    if password is not None:
        passwords.require_strong(password, name)
        with passwords.hashing_place():
            hashed = passwords.hash_password(password)
    else:
        hashed = passwords.unusable_hash()
    with db.begin() as session:
        _require_unused(session, name, openid)
        is_first = session.scalar(select(func.count()).select_from(Editor)) == 0
        role = role or (EditorRole.ADMIN if is_first else EditorRole.WRITER)
        editor = Editor(name=name, openid=openid, password=hashed, role=role, made_at=now)
        session.add(editor)
        about = audit_subject(name)
        audit.note(session, who=by, what="add editor", subject=about, now=now, openid=openid, role=role)
        return editor


def _require_unused(session: Session, name: str, openid: str | None, *, of: Editor | None = None) -> None:
    """Raise Forbidden if the name or openid is in use as the name or openid of an account other than `of`.

    Otherwise one person could approve a campaign twice, or approve as somebody else.
    """
    for other in all_editors(session):
        if of is not None and other.id == of.id:
            continue
        if other.name == name:
            raise Forbidden(
                f"已经有「{name}」了", remedy=f"改密码：wxbot editors password {name}", field="name"
            )
        if {name, openid} & {other.name, other.openid} - {None}:
            raise Forbidden(
                f"这个名字或 openid 已经属于「{other.name}」",
                remedy="一个人用一个账号；wxbot editors list 查看。",
                field="openid" if openid in {other.name, other.openid} - {None} else "name",
            )


def remove(db: Database, name: str, *, by: str, now: dt.datetime) -> None:
    """Delete an account and its sessions; NotFound if there is none, Forbidden for the last admin."""
    with db.begin() as session:
        editor = find(session, name)
        _require_another_admin(session, editor, "移除")
        _end_sessions(session, editor)
        session.flush()
        session.delete(editor)
        audit.note(session, who=by, what="remove editor", subject=audit_subject(editor.name), now=now)


def change_role(
    db: Database, name: str, role: EditorRole, *, by: str, now: dt.datetime, seen: str | None = None
) -> None:
    """Give an account another role, which holds from its next page on; Forbidden for the last admin.

    `seen` is the role that whoever changes it has seen, None to change it whatever it is; Forbidden for another one.
    """
    with db.begin() as session:
        editor = find(session, name)
        _require_seen(editor, "角色", seen, editor.role)
        if editor.role == role:
            return
        if role is not EditorRole.ADMIN:
            _require_another_admin(session, editor, "降级")
        before, editor.role = editor.role, role
        about = audit_subject(editor.name)
        audit.note(session, who=by, what="role", subject=about, now=now, before=before, after=role)


def change_openid(
    db: Database, name: str, openid: str | None, *, by: str, now: dt.datetime, seen: str | None = None
) -> None:
    """Bind an account to another openid, or to none; Forbidden if that belongs to another account.

    `seen` is the openid that whoever changes it has seen, "" for none, as with `change_role`.
    """
    if openid is not None:
        require_valid_openid(openid)
    with db.begin() as session:
        editor = find(session, name)
        _require_seen(editor, "openid", seen, editor.openid or "")
        if editor.openid == openid:
            return
        _require_unused(session, editor.name, openid, of=editor)
        before, editor.openid = editor.openid, openid
        about = audit_subject(editor.name)
        audit.note(session, who=by, what="openid", subject=about, now=now, before=before, after=openid)


def _require_seen(editor: Editor, what: str, seen: str | None, present: str) -> None:
    """Raise Forbidden if somebody else has changed a value meanwhile; `seen` None skips the comparison."""
    if seen is not None and seen != present:
        raise Forbidden(
            f"您看过之后，「{editor.name}」的{what}刚被别人改过，什么也没有做",
            remedy="请看清楚下面现在的样子，再改。",
        )


def _require_another_admin(session: Session, editor: Editor, what: str) -> None:
    """Raise Forbidden if this account is the only admin; locks the admins until the transaction ends."""
    admins = session.scalars(select(Editor).where(Editor.role == EditorRole.ADMIN).with_for_update()).all()
    if [each.id for each in admins] == [editor.id]:
        raise Forbidden(
            f"「{editor.name}」是唯一的管理，不能{what}",
            remedy="先把另一位设为管理：wxbot editors role 名字 admin。",
        )


def change_password(db: Database, name: str, password: str, *, by: str, now: dt.datetime) -> None:
    """Set a new password and end the account's sessions; NotFound or, for an invalid password, UsageError."""
    with db.read() as session:
        name = find(session, name).name
    passwords.require_strong(password, name)
    with passwords.hashing_place():
        hashed = passwords.hash_password(password)
    with db.begin() as session:
        set_password(session, find(session, name), hashed, by=by, now=now)


def set_password(session: Session, editor: Editor, hashed: str, *, by: str, now: dt.datetime) -> None:
    """Store the hash of a new password, and end the account's sessions, known devices and one-time links."""
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
    return session.scalar(select(Editor).where(Editor.name == name)) if is_name(name) else None


def by_openid(session: Session, openid: str) -> Editor | None:
    """Return the account that is bound to an openid; None if there is none."""
    return session.scalar(select(Editor).where(Editor.openid == openid))


def require_right_by_phone(session: Session, openid: str, right: EditorRight) -> None:
    """Raise Forbidden if the openid's account has a role without the right; the settings allow openids without one."""
    editor = by_openid(session, openid)
    if editor is not None:
        require(EditorRole(editor.role), right)


def normalize_name(typed: str) -> str:
    """Return a typed name as it is stored: NFKC, without surrounding spaces."""
    return unicodedata.normalize("NFKC", typed).strip()


def audit_subject(name: str) -> str:
    """Return the audit log's subject for an account."""
    return f"editor {name}"


def _end_sessions(session: Session, editor: Editor) -> None:
    for table in (EditorSession, EditorDevice, PasswordLink):
        session.execute(delete(table).where(table.editor_id == editor.id))
