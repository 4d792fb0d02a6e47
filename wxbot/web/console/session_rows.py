"""Rows of the lists of open sessions."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from wxbot.editors import Editor, session_key
from wxbot.editors.login_limit import digest
from wxbot.editors.tables import EditorSession
from wxbot.local_time import moment_label

__all__ = ["session_rows"]


def session_rows(
    found: Iterable[tuple[Editor, EditorSession]], own_token: str, tz: dt.tzinfo
) -> list[dict[str, Any]]:
    """Return the values that a page shows of sessions; the one in which the page is open is marked."""
    return [
        {
            "who": editor.name,
            "key": session_key(row),
            "browser": row.browser or "不知道的浏览器",
            "address": row.address,
            "seen": moment_label(row.seen_at, tz),
            "is_this": row.token == digest(own_token),
        }
        for editor, row in found
    ]
