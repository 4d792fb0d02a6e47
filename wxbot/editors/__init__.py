"""Editors (编辑): their accounts, passwords and login sessions in the console.

    add, remove, change_password      manage accounts; for operators and admins
    change_role, change_openid
    all_editors                       list the accounts
    EditorRole, EditorRight                       who may do what: one table in `roles`
    log_in, log_out, session_editor   start, end and look up a login session

An account with an openid and the editor who sends commands from that openid are one person: see `Editor.person`.
Every change and every failed login is recorded in the audit log.
"""

from wxbot.editors.accounts import add, all_editors, change_openid, change_password, change_role, remove
from wxbot.editors.roles import EditorRight, EditorRole, parse_role
from wxbot.editors.sessions import SESSION_LIFETIME, LoginRefusal, log_in, log_out, session_editor
from wxbot.editors.tables import Editor

__all__ = [
    "SESSION_LIFETIME",
    "Editor",
    "EditorRight",
    "EditorRole",
    "LoginRefusal",
    "add",
    "all_editors",
    "change_openid",
    "change_password",
    "change_role",
    "log_in",
    "log_out",
    "parse_role",
    "remove",
    "session_editor",
]
