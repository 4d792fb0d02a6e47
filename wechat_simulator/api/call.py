"""An API call after the general checks, its endpoint, and helpers that check the handler's arguments."""

__all__ = [
    "OK",
    "Answer",
    "ApiCall",
    "ApiEndpoint",
    "Binary",
    "Handler",
    "Upload",
    "openid_list",
    "required_list",
    "required_text",
    "subscribed_follower",
    "whole_number",
]

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import FollowerRecord
from wechat_simulator.world import World

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
UNSTATED_DAILY_LIMIT = 100_000  # calls a day, assumed where the reference gives no limit


@dataclass(frozen=True, slots=True)
class Binary:
    """A response of bytes: a downloaded medium."""

    data: bytes
    filename: str
    mime: str


Answer = dict[str, Any] | Binary


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body."""

    filename: str
    mime: str
    data: bytes


@dataclass(slots=True)
class ApiCall:
    """A call that passed the checks of method, token, right and body; its handler checks the rest."""

    world: World
    account: Account
    endpoint: "ApiEndpoint"
    now: float
    query: dict[str, str]
    body: dict[str, Any]
    files: dict[str, Upload]
    ip: str
    escapes: bool = False
    quota_spent: bool = field(default=False)

    def spend_quota(self) -> None:
        """Count the call towards its quota (45009, 45011), once; handlers do so after all checks, before any change."""
        if not self.quota_spent:
            point = self.endpoint
            self.account.quotas.spend(point.path, point.daily, point.per_minute, self.now)
            self.quota_spent = True


Handler = Callable[[Account, ApiCall], Answer]


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """One endpoint: method, path, required right, quotas and handler.

    `body` is json, form (multipart), loose (may be missing) or none. `key` names the credential: an access_token, or
    appid and secret. `escapes` says how `\\uXXXX` in the body is treated: decode, literal, refuse.
    """

    method: str
    path: str
    right: str
    handler: Handler
    daily: int = UNSTATED_DAILY_LIMIT
    per_minute: int | None = None
    body: str = "json"
    key: str = "token"
    escapes: str = "decode"
    plain: bool = False  # answered as text/plain without a charset, as on the platform


def required_text(body: dict[str, Any], key: str, code: int = 40035) -> str:
    """Return a non-empty string; raise the error `code` if it is missing, and 47001 if it is no string."""
    value = body.get(key)
    if value is None or value == "":
        raise ApiError(code, key if code == 40035 else "")
    if not isinstance(value, str):
        raise ApiError(47001)
    return value


def whole_number(
    body: dict[str, Any], key: str, code: int, low: int, high: int, default: int | None = None
) -> int:
    """Return a whole number from `low` to `high`, else raise `code`; digits in a string count, as on the platform."""
    value = body.get(key, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ApiError(code)
    return value


def required_list(body: dict[str, Any], key: str, code: int) -> list[Any]:
    """Return a list, else raise `code`."""
    value = body.get(key)
    if not isinstance(value, list):
        raise ApiError(code)
    return value


def subscribed_follower(account: Account, openid: str) -> FollowerRecord:
    """Return a present follower; 40003 for an unknown openid, 43004 for a user who does not follow."""
    found = account.followers.find(openid)
    if found is None:
        raise ApiError(40003)
    if not found.subscribed:
        raise ApiError(43004)
    return found


def openid_list(body: dict[str, Any], key: str, most: int) -> list[str]:
    """Return a list of 1 to `most` openids; 40031 for another type, 40032 for another length."""
    values = required_list(body, key, 40031)
    if not 1 <= len(values) <= most:
        raise ApiError(40032)
    if not all(isinstance(value, str) for value in values):
        raise ApiError(40031)
    return values
