"""Translate database drivers' errors into Busy, DatabaseUnavailable and DatabaseDamaged."""

from wxbot.errors import Busy, DatabaseDamaged, DatabaseUnavailable, Deadlock, WxbotError
from wxbot.text import one_line

__all__ = ["UNANSWERED", "translate_error"]

UNANSWERED = "the server gave no answer in time"

# Messages of a lock or statement timeout, and our own for a server that does not answer.
_BUSY = ("locked", "deadlock", "lock timeout", "statement timeout", UNANSWERED, "connection timeout")

# SQLite's messages for an unreachable file. On PostgreSQL every other OperationalError counts as unavailable.
_AWAY = ("disk is full", "disk I/O error", "unable to open database file", "readonly database")

# SQLite's messages for a file that is corrupt or no database.
_DAMAGED = ("file is not a database", "disk image is malformed", "malformed database schema")


def translate_error(wrong: Exception, *, sqlite: bool) -> WxbotError | None:
    """The error of ours that a driver's exception is, if it is about the database and not about what was asked of it.

    Busy when somebody else holds what is needed, Deadlock when each waited for the other, DatabaseUnavailable when the
    database cannot be had, DatabaseDamaged when it is broken.
    """
    # Only the driver's message: the statement's values may hold any text.
    said = one_line(str(getattr(wrong, "orig", None) or wrong))
    if any(sign in said for sign in _BUSY):
        return (Deadlock if "deadlock" in said else Busy)("数据库正被另一个进程占用")
    if not sqlite or any(sign in said for sign in _AWAY):
        return DatabaseUnavailable(f"数据库不可用（{said}）")
    if any(sign in said for sign in _DAMAGED):
        return DatabaseDamaged(f"数据库文件已经损坏，或者不是数据库（{said}）")
    return None
