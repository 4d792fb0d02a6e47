"""What a database says when it cannot go on, and which of our errors that is."""

from wxbot.errors import Busy, DatabaseDamaged, DatabaseUnavailable, WxbotError
from wxbot.text import one_line

__all__ = ["UNANSWERED", "meaning"]

UNANSWERED = "the server gave no answer in time"

# How each database says that it waited long enough for somebody else's lock; and how we say that it says nothing.
_BUSY = ("locked", "deadlock", "lock timeout", "statement timeout", UNANSWERED, "connection timeout")

# How SQLite says that its file is out of reach; whatever PostgreSQL calls operational is of that kind.
_AWAY = ("disk is full", "disk I/O error", "unable to open database file", "readonly database")

# How SQLite says that its file is none.
_DAMAGED = ("file is not a database", "disk image is malformed", "malformed database schema")


def meaning(wrong: Exception, *, sqlite: bool) -> WxbotError | None:
    """The error of ours that a driver's exception is, if it is about the database and not about what was asked of it.

    Busy when somebody else holds what is needed, DatabaseUnavailable when the database cannot be had,
    DatabaseDamaged when it is broken.
    """
    # What the driver said, without the statement and its values: those may hold any words.
    said = one_line(str(getattr(wrong, "orig", None) or wrong))
    if any(sign in said for sign in _BUSY):
        return Busy("数据库正被另一个进程占用")
    if not sqlite or any(sign in said for sign in _AWAY):
        return DatabaseUnavailable(f"数据库不可用（{said}）")
    if any(sign in said for sign in _DAMAGED):
        return DatabaseDamaged(f"数据库文件已经损坏，或者不是数据库（{said}）")
    return None
