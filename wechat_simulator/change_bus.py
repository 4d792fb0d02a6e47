"""What changed, told to whoever watches: the page listens here and fetches anew what it shows.

A watcher that is slow gets each change once, however often it happened meanwhile, so that ten thousand
calls a second never pile up behind an open page.
"""

__all__ = ["ChangeBus", "ChangeListener"]

import threading
from typing import Any


class ChangeListener:
    """One listener's pending changes; `take` waits for them."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str | None], None] = {}
        self._ready = threading.Condition()
        self.closed = False

    def put(self, what: str, openid: str | None) -> None:
        with self._ready:
            self._pending[what, openid] = None
            self._ready.notify()

    def wait_for_changes(self, seconds: float) -> list[dict[str, Any]]:
        """The changes since the last call, oldest first; an empty list when `seconds` brought none."""
        with self._ready:
            if not self._pending and not self.closed:
                self._ready.wait(seconds)
            pending, self._pending = self._pending, {}
        return [{"what": what, "openid": openid} for what, openid in pending]

    def close(self) -> None:
        with self._ready:
            self.closed = True
            self._ready.notify_all()


class ChangeBus:
    """Spreads changes to all watchers; costs nothing while there is none."""

    def __init__(self) -> None:
        self._watchers: list[ChangeListener] = []

    def subscribe(self) -> ChangeListener:
        watcher = ChangeListener()
        self._watchers.append(watcher)
        return watcher

    def unsubscribe(self, watcher: ChangeListener) -> None:
        watcher.close()
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def publish(self, what: str, openid: str | None = None) -> None:
        for watcher in self._watchers:
            watcher.put(what, openid)

    def close(self) -> None:
        for watcher in list(self._watchers):
            self.unsubscribe(watcher)
