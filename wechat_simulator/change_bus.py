"""Change notifications for open pages: the page subscribes here and reloads what has changed.

A slow listener receives each kind of change once, however often it occurred in between. Thousands of calls a second
therefore do not queue up behind an open page.
"""

__all__ = ["ChangeBus", "ChangeListener"]

import threading
from typing import Any


class ChangeListener:
    """Pending changes of one subscriber."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str | None], None] = {}
        self._ready = threading.Condition()
        self.closed = False

    def put(self, what: str, openid: str | None) -> None:
        """Add a change unless the same one is already pending."""
        with self._ready:
            self._pending[what, openid] = None
            self._ready.notify()

    def wait_for_changes(self, seconds: float) -> list[dict[str, Any]]:
        """Return the changes since the last call, oldest first; wait up to `seconds` for the first one."""
        with self._ready:
            if not self._pending and not self.closed:
                self._ready.wait(seconds)
            pending, self._pending = self._pending, {}
        return [{"what": what, "openid": openid} for what, openid in pending]

    def close(self) -> None:
        """Close the listener and wake up a waiting `wait_for_changes`."""
        with self._ready:
            self.closed = True
            self._ready.notify_all()


class ChangeBus:
    """Distribute changes to all listeners."""

    def __init__(self) -> None:
        self._watchers: list[ChangeListener] = []

    def subscribe(self) -> ChangeListener:
        """Add a listener and return it."""
        watcher = ChangeListener()
        self._watchers.append(watcher)
        return watcher

    def unsubscribe(self, watcher: ChangeListener) -> None:
        """Close a listener and remove it."""
        watcher.close()
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def publish(self, what: str, openid: str | None = None) -> None:
        """Tell all listeners that `what` changed, for one follower or in general."""
        for watcher in self._watchers:
            watcher.put(what, openid)

    def close(self) -> None:
        """Close all listeners."""
        for watcher in list(self._watchers):
            self.unsubscribe(watcher)
