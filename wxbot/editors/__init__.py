"""Editors (编辑): their accounts at the console, their passwords, their sessions.

    add, remove, change_password    what an operator does with accounts
    everybody                       look at them
    log_in, log_out, editor_of      a session, from a right password to its end

Whoever has an openid is one person with the editor of that openid on the phone: see `Editor.person`. Each of these
deeds, and each login that fails, leaves a line in the audit log.
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
