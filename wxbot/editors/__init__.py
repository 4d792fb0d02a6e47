"""Editors (编辑): their accounts at the console, their passwords, their sessions.

    add, remove, change_password    what an operator does with accounts
    everybody                       look at them
    log_in, log_out, editor_of      a session, from a right password to its end

Whoever has an openid is one person with the editor of that openid on the phone: see `Editor.person`. Each of these
deeds, and each login that fails, leaves a line in the audit log.
"""

from wxbot.editors.accounts import add, change_password, everybody, remove
from wxbot.editors.sessions import VALID, Refusal, editor_of, log_in, log_out
from wxbot.editors.tables import Editor

__all__ = [
    "VALID",
    "Editor",
    "Refusal",
    "add",
    "change_password",
    "editor_of",
    "everybody",
    "log_in",
    "log_out",
    "remove",
]
