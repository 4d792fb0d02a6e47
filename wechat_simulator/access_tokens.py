"""The two kinds of access tokens (reference, section D); they do not affect each other.

token()         issues a new token with each call; the previous one stays valid for a short overlap
stable_token    returns the same token until shortly before it expires; `force_refresh` revokes it at once
"""

__all__ = ["LIFETIME", "AccessToken", "AccountTokens"]

import re
import secrets
from dataclasses import dataclass, field

from wechat_simulator.api_errors import ApiError
from wechat_simulator.platform_clock import day

LIFETIME = 7200
ROTATION = 300  # seconds before expiry at which a stable token is replaced; both then work
FORCED_A_DAY = 20
FORCED_APART = 30
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,1024}")


@dataclass
class AccessToken:
    """One token: expiry, whether it was revoked, whether a newer one replaced it."""

    value: str
    expires: float
    revoked: bool = False
    replaced: bool = False


@dataclass
class AccountTokens:
    """All tokens of one account."""

    by_value: dict[str, AccessToken] = field(default_factory=dict, metadata={"stored_as": "known"})
    plain: str = ""
    stable: str = ""
    forced: list[float] = field(default_factory=list)

    def issue(self, now: float, overlap: float) -> tuple[str, int]:
        """Return a new token and its lifetime in seconds; the previous one expires after `overlap` seconds."""
        if self.plain in self.by_value:
            previous = self.by_value[self.plain]
            previous.expires = min(previous.expires, now + overlap)
            previous.replaced = True
        self.plain = self._mint(now)
        return self.plain, LIFETIME

    def issue_stable(self, now: float, force: bool) -> tuple[str, int]:
        """Return the stable token and its remaining seconds; a new one is issued near its expiry or with `force`."""
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
        """Raise an error for a token that is malformed (40014), unknown or revoked (40001), or expired (42001)."""
        token = self.by_value.get(value)
        if token is None:
            raise ApiError(40001 if WELL_FORMED.fullmatch(value) else 40014)
        if token.revoked:
            raise ApiError(40001)
        if token.expires <= now:
            raise ApiError(40001 if token.replaced else 42001)  # the message of 40001 says "not latest"

    def revoke_all(self) -> int:
        """Revoke every token, as a changed secret does; return how many were valid."""
        alive = [token for token in self.by_value.values() if not token.revoked]
        for token in alive:
            token.revoked = True
        return len(alive)
