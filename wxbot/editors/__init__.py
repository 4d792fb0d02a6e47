"""Editors (编辑): their accounts, passwords and login sessions in the console.

    add, remove, change_password      manage accounts; for operators
    all_editors                       list the accounts
    log_in, log_out, session_editor   start, end and look up a login session

An account with an openid and the editor who sends commands from that openid are one person: see `Editor.person`.
Every change and every failed login is recorded in the audit log.
"""

from wxbot.editors.accounts import add, all_editors, change_password, remove
from wxbot.editors.sessions import SESSION_LIFETIME, LoginRefusal, log_in, log_out, session_editor
from wxbot.editors.tables import Editor

__all__ = [
    "SESSION_LIFETIME",
    "Editor",
    "LoginRefusal",
    "add",
    "all_editors",
    "change_password",
    "log_in",
    "log_out",
    "remove",
    "session_editor",
]
