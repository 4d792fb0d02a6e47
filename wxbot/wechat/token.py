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

__all__ = [
    "TOKEN_SECONDS",
    "AccessTokens",
    "Fetch",
    "MemoryTokenStore",
    "StoredValue",
    "TokenStore",
    "token_name",
]

# Refresh within the five minutes in which the platform hands out the next token, not before them.
_AHEAD = timedelta(seconds=285)
# The refresh lease: longer than the call can take, so that a process that died with it does not block the others.
_CLAIM = timedelta(seconds=30)
_LATELY = timedelta(seconds=1)
# Upper bound of a token's lifetime, whatever number the platform sends.
TOKEN_SECONDS = 7200
_POLLS, _POLL_SECONDS = 75, 0.2


class StoredValue(Protocol):
    """A stored value and the aware time at which it expires."""

    @property
    def value(self) -> str:
        """Return the value."""

    @property
    def expires_at(self) -> datetime:
        """Return the time of expiry."""


class TokenStore(Protocol):
    """A key-value store shared by all processes; each call is atomic."""

    def get(self, name: str) -> StoredValue | None:
        """Return the value stored under the name, expired or not."""

    def put(self, name: str, value: str, expires_at: datetime) -> None:
        """Store a value, replacing the present one."""

    def claim(self, name: str, until: datetime, now: datetime) -> bool:
        """Take the lease `name` until `until`; return False while another process holds it."""

    def release(self, name: str) -> None:
        """Release the lease."""


# Requests a token from the platform (True: force a refresh); returns it and its lifetime in seconds.
Fetch = Callable[[bool], tuple[str, int]]


def token_name(app_id: str) -> str:
    """Return the name under which an account's access token is kept."""
    return f"access_token:{app_id}"


class AccessTokens:
    """The access tokens of one account; safe for threads and processes that share the store.

    `fetch` requests a token from the platform, `clock` returns the aware time, `pause` sleeps between looks into the
    store while another process refreshes.
    """

    def __init__(
        self,
        app_id: str,
        fetch: Fetch,
        store: TokenStore,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = token_name(app_id)
        self._forced = f"access_token_forced:{app_id}"
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._pause = pause
        self._seen: tuple[str, datetime] | None = None

    def current_cached(self) -> str:
        """Return the current token, reading the store at most once a second: for many calls in a row."""
        seen, now = self._seen, self._clock()
        if seen is not None and seen[1] <= now < seen[1] + _LATELY:
            return seen[0]
        token = self.current()
        self._seen = token, now
        return token

    def current(self) -> str:
        """Return a valid token; refresh it shortly before it expires.

        Raises Misconfigured (secret, allow-list), ConfirmationNeeded, QuotaSpent or TryLater when none can be had.
        """
        kept, now = self._store.get(self._name), self._clock()
        if kept and kept.expires_at - now > _AHEAD:
            return kept.value
        good = kept.value if kept and kept.expires_at > now else None
        try:
            return self._find_or_refresh(
                lambda found: found.expires_at - self._clock() > _AHEAD, None, wait=not good
            )
        except WxbotError:
            # The old token is valid for some minutes more, so a failed refresh is no failure yet.
            if good is None:
                raise
            return good

    def renew(self, stale: str) -> str:
        """Return another token than the one that the platform called stale; force a refresh if necessary."""
        self._seen = None
        return self._find_or_refresh(lambda found: found.value != stale, stale, wait=True)

    def _find_or_refresh(self, fine: Callable[[StoredValue], bool], stale: str | None, *, wait: bool) -> str:
        """Return an acceptable token: from the store, requested here, or requested by another process meanwhile."""
        for _ in range(_POLLS if wait else 1):
            kept = self._store.get(self._name)
            if kept and fine(kept):
                return kept.value
            now = self._clock()
            if self._store.claim(self._name, now + _CLAIM, now):
                try:
                    return self._fetch_and_store(fine, stale)
                finally:
                    self._store.release(self._name)
            if wait:
                self._pause(_POLL_SECONDS)
        raise TryLater("另一个进程正在获取 access_token，还没有完成。")

    def _fetch_and_store(self, fine: Callable[[StoredValue], bool], stale: str | None) -> str:
        kept = self._store.get(self._name)
        if kept and fine(kept):
            return kept.value  # refreshed between the look into the store and the claim
        value, seconds = self._fetch(False)
        if value == stale:
            self._count_forced_refresh()
            value, seconds = self._fetch(True)
        life = timedelta(seconds=max(0, min(seconds, TOKEN_SECONDS)))
        self._store.put(self._name, value, self._clock() + life)
        return value

    def _count_forced_refresh(self) -> None:
        """Count a forced refresh before it is requested. Raises TryLater when the platform would refuse it."""
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


class _MemoryValue(NamedTuple):
    value: str
    expires_at: datetime


class MemoryTokenStore:
    """A TokenStore for one process, such as a short command or a test."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _MemoryValue] = {}
        self._claims: dict[str, datetime] = {}

    def get(self, name: str) -> StoredValue | None:
        """See TokenStore."""
        with self._lock:
            return self._kept.get(name)

    def put(self, name: str, value: str, expires_at: datetime) -> None:
        """See TokenStore."""
        with self._lock:
            self._kept[name] = _MemoryValue(value, expires_at)

    def claim(self, name: str, until: datetime, now: datetime) -> bool:
        """See TokenStore."""
        with self._lock:
            if name in self._claims and self._claims[name] > now:
                return False
            self._claims[name] = until
            return True

    def release(self, name: str) -> None:
        """See TokenStore."""
        with self._lock:
            self._claims.pop(name, None)
