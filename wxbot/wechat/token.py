"""The access token: kept where every process finds it, refreshed by one of them.

    Tokens        the token that is good now, and a newer one when the platform calls it stale
    Store         where tokens and claims are kept; the database's stands in wxbot.db
    MemoryTokenStore   a Store for one process

Source: wechat-platform.md D. `stable_token` gives the same token until near its end, and rotates it in the
last five minutes, when the old one is good as well: so a process that does not get to refresh goes on with
the old one.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from wxbot.errors import TryLater, WxbotError
from wxbot.local_time import BEIJING
from wxbot.wechat.limits import FORCED_REFRESH_GAP_SECONDS, FORCED_REFRESHES_A_DAY

__all__ = ["AccessTokens", "Fetch", "Kept", "MemoryTokenStore", "TokenStore"]

# Into the five minutes in which the platform hands out the next token, not before them.
_AHEAD = timedelta(seconds=285)
# Longer than a call for a token can take; a process that died with the claim blocks the others no longer.
_CLAIM = timedelta(seconds=30)
_LATELY = timedelta(seconds=1)
# No token lives longer, whatever number comes with it.
_LIFETIME_SECONDS = 7200
_POLLS, _POLL_SECONDS = 75, 0.2


class Kept(Protocol):
    """A value in the store and the aware time until which it is good."""

    @property
    def value(self) -> str:
        """What was put."""

    @property
    def expires_at(self) -> datetime:
        """When it ends."""


class TokenStore(Protocol):
    """What every process sees; each call by itself is atomic."""

    def get(self, name: str) -> Kept | None:
        """The value kept under the name, also one that has expired."""

    def put(self, name: str, value: str, expires_at: datetime) -> None:
        """Keep a value in place of whatever is there."""

    def claim(self, name: str, until: datetime, now: datetime) -> bool:
        """Take the right to do something; False while another holds it and its time has not come."""

    def release(self, name: str) -> None:
        """Give the right back."""


# Asks the platform for a token, by force or not: the token and the seconds that it is still good.
Fetch = Callable[[bool], tuple[str, int]]


class AccessTokens:
    """The tokens of one account. Safe for threads and processes that share the store.

    `fetch` asks the platform, `clock` gives the aware time, `pause` waits between two looks at what another
    process does.
    """

    def __init__(
        self,
        app_id: str,
        fetch: Fetch,
        store: TokenStore,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = f"access_token:{app_id}"
        self._forced = f"access_token_forced:{app_id}"
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._pause = pause
        self._seen: tuple[str, datetime] | None = None

    def current_cached(self) -> str:
        """The same as `current`, with at most one look into the store a second: for many calls in a row."""
        seen, now = self._seen, self._clock()
        if seen is not None and seen[1] <= now < seen[1] + _LATELY:
            return seen[0]
        token = self.current()
        self._seen = token, now
        return token

    def current(self) -> str:
        """A token that is good now.

        Raises Misconfigured (secret, allow-list), ConfirmationNeeded, QuotaSpent or TryLater when none can be had.
        """
        kept, now = self._store.get(self._name), self._clock()
        if kept and kept.expires_at - now > _AHEAD:
            return kept.value
        good = kept.value if kept and kept.expires_at > now else None
        try:
            return self._refreshed(
                lambda found: found.expires_at - self._clock() > _AHEAD, None, wait=not good
            )
        except WxbotError:
            # What is still good for minutes beats any failure to get the next one.
            if good is None:
                raise
            return good

    def renew(self, stale: str) -> str:
        """Another token than the one that the platform called stale; by force if need be, and allowed."""
        self._seen = None
        return self._refreshed(lambda found: found.value != stale, stale, wait=True)

    def _refreshed(self, fine: Callable[[Kept], bool], stale: str | None, *, wait: bool) -> str:
        """What is fine in the store by now, or what we fetch, or what another process fetches meanwhile."""
        for _ in range(_POLLS if wait else 1):
            kept = self._store.get(self._name)
            if kept and fine(kept):
                return kept.value
            now = self._clock()
            if self._store.claim(self._name, now + _CLAIM, now):
                try:
                    return self._fetched(fine, stale)
                finally:
                    self._store.release(self._name)
            if wait:
                self._pause(_POLL_SECONDS)
        raise TryLater("另一个进程正在获取 access_token，还没有完成。")

    def _fetched(self, fine: Callable[[Kept], bool], stale: str | None) -> str:
        kept = self._store.get(self._name)
        if kept and fine(kept):
            return kept.value  # refreshed between our look and our claim
        value, seconds = self._fetch(False)
        if value == stale:
            self._note_force()
            value, seconds = self._fetch(True)
        life = timedelta(seconds=max(0, min(seconds, _LIFETIME_SECONDS)))
        self._store.put(self._name, value, self._clock() + life)
        return value

    def _note_force(self) -> None:
        """Count one forced refresh before it is asked for; TryLater where the platform would take no more."""
        now = self._clock()
        kept = self._store.get(self._forced)
        day, count = str(now.astimezone(BEIJING).date()), 0
        if kept and kept.value.startswith(f"{day} "):
            count = int(kept.value.split(" ")[1])
        if count >= FORCED_REFRESHES_A_DAY:
            raise TryLater("平台说 access_token 已失效，但今天强制刷新的次数已用完。")
        if kept and kept.expires_at > now:
            raise TryLater("平台说 access_token 已失效，刚刚强制刷新过，还要等一会儿。")
        gap = timedelta(seconds=FORCED_REFRESH_GAP_SECONDS)
        self._store.put(self._forced, f"{day} {count + 1}", now + gap)


class _Kept(NamedTuple):
    value: str
    expires_at: datetime


class MemoryTokenStore:
    """A Store for one process, such as a command that is over in a second, or a test."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._claims: dict[str, datetime] = {}

    def get(self, name: str) -> Kept | None:
        """See Store."""
        with self._lock:
            return self._kept.get(name)

    def put(self, name: str, value: str, expires_at: datetime) -> None:
        """See Store."""
        with self._lock:
            self._kept[name] = _Kept(value, expires_at)

    def claim(self, name: str, until: datetime, now: datetime) -> bool:
        """See Store."""
        with self._lock:
            if name in self._claims and self._claims[name] > now:
                return False
            self._claims[name] = until
            return True

    def release(self, name: str) -> None:
        """See Store."""
        with self._lock:
            self._claims.pop(name, None)
