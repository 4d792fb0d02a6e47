"""Editors (编辑): their accounts, passwords and login sessions in the console.

    add, remove, change_password      manage accounts; for operators and admins
    change_role, change_openid
    all_editors                       list the accounts
    EditorRole, EditorRight                       who may do what: one table in `roles`
    create_link, use_link             let an editor set a password by a one-time link
    create_binding_phrase, bind_sender   let an editor bind the own WeChat without knowing its openid
    log_in, log_out, session_editor   start, end and look up a login session
    list_sessions, end_session        see who is logged in where, and end it

An account with an openid and the editor who sends commands from that openid are one person: see `Editor.person`.
Every change and every failed login is recorded in the audit log.
"""

from wxbot.editors.accounts import add, all_editors, change_openid, change_password, change_role, remove
from wxbot.editors.password_links import create_link, find_link_editor, use_link
from wxbot.editors.roles import EditorRight, EditorRole, parse_role
from wxbot.editors.sessions import (
    DEVICE_LIFETIME,
    SESSION_LIFETIME,
    LoginClient,
    LoginRefusal,
    LoginTokens,
    end_session,
    list_sessions,
    log_in,
    log_out,
    session_editor,
    session_key,
    touch_session,
)
from wxbot.editors.tables import Editor
from wxbot.editors.wechat_binding import (
    bind_sender,
    create_binding_phrase,
    find_binding_phrase,
    is_binding_phrase,
)

__all__ = [
    "DEVICE_LIFETIME",
    "SESSION_LIFETIME",
    "Editor",
    "EditorRight",
    "EditorRole",
    "LoginClient",
    "LoginRefusal",
    "LoginTokens",
    "add",
    "all_editors",
    "bind_sender",
    "change_openid",
    "change_password",
    "change_role",
    "create_binding_phrase",
    "create_link",
    "end_session",
    "find_binding_phrase",
    "find_link_editor",
    "is_binding_phrase",
    "list_sessions",
    "log_in",
    "log_out",
    "parse_role",
    "remove",
    "session_editor",
    "session_key",
    "touch_session",
    "use_link",
]
