"""The two families of access tokens (reference, section D), neither of which disturbs the other.

token()         each call mints a new one; the one before lives on for a short overlap
stable_token    the same one until near its end; `force_refresh` kills it at once
"""

__all__ = ["LIFETIME", "AccessToken", "TokenStore"]

import re
import secrets
from dataclasses import dataclass, field

from wechat_simulator.api_errors import ApiError
from wechat_simulator.platform_clock import day

LIFETIME = 7200
ROTATION = 300  # within its last five minutes a stable token is replaced, and both work
FORCED_A_DAY = 20
FORCED_APART = 30
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,1024}")


@dataclass
class AccessToken:
    """One token: until when it works, whether it was taken back, whether a newer one stands in its place."""

    value: str
    expires: float
    revoked: bool = False
    replaced: bool = False


@dataclass
class TokenStore:
    """All tokens of one account."""

    by_value: dict[str, AccessToken] = field(default_factory=dict, metadata={"stored_as": "known"})
    plain: str = ""
    stable: str = ""
    forced: list[float] = field(default_factory=list)

    def issue(self, now: float, overlap: float) -> tuple[str, int]:
        """A new token, and seconds to live; the previous one dies after `overlap` seconds."""
        if self.plain in self.by_value:
            previous = self.by_value[self.plain]
            previous.expires = min(previous.expires, now + overlap)
            previous.replaced = True
        self.plain = self._mint(now)
        return self.plain, LIFETIME

    def issue_stable(self, now: float, force: bool) -> tuple[str, int]:
        """The standing token, or a new one near its end or by force, and seconds to live."""
        current = self.by_value.get(self.stable)
        if force and current is not None:
            self._count_force(now)
            current.revoked = True
            current = None
        if current is None or current.revoked or current.expires - now <= ROTATION:
            self.stable = self._mint(now)
        return self.stable, int(self.by_value[self.stable].expires - now)

    def _count_force(self, now: float) -> None:
        today = [at for at in self.forced if day(at) == day(now)]
        if len(today) >= FORCED_A_DAY:
            raise ApiError(45009)
        if today and now - today[-1] < FORCED_APART:
            raise ApiError(45011)
        self.forced = [*today, now]

    def _mint(self, now: float) -> str:
        self.by_value = {v: t for v, t in self.by_value.items() if t.expires > now - 86400}
        value = "90_" + secrets.token_urlsafe(99)
        self.by_value[value] = AccessToken(value, now + LIFETIME)
        return value

    def check(self, value: str, now: float) -> None:
        """Refuse a token that is malformed (40014), unknown or taken back (40001), or expired (42001)."""
        token = self.by_value.get(value)
        if token is None:
            raise ApiError(40001 if WELL_FORMED.fullmatch(value) else 40014)
        if token.revoked:
            raise ApiError(40001)
        if token.expires <= now:
            raise ApiError(40001 if token.replaced else 42001)  # "not latest" is 40001's own wording

    def revoke_all(self) -> int:
        """Take back every token, as a changed secret does; how many there were."""
        alive = [token for token in self.by_value.values() if not token.revoked]
        for token in alive:
            token.revoked = True
        return len(alive)
