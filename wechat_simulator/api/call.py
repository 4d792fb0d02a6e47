"""One API call on its way through the checks, and the arguments that handlers take out of it."""

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
UNSTATED_DAILY_LIMIT = 100_000  # calls a day where the reference names no limit


@dataclass(frozen=True, slots=True)
class Binary:
    """An answer of bytes: a medium that is downloaded."""

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
    """A call that has passed method, token, right and body; `admit` counts it once its arguments are good."""

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
        """Spend one call of the quota (45009, 45011): after the arguments are checked, before anything changes."""
        if not self.quota_spent:
            point = self.endpoint
            self.account.quotas.spend(point.path, point.daily, point.per_minute, self.now)
            self.quota_spent = True


Handler = Callable[[Account, ApiCall], Answer]


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """One interface: how it is called, who may, how often, and who carries it out.

    `body` is json, form (multipart), loose (a body may be missing) or none; `key` says what opens it: an
    access_token, or appid and secret. `escapes` says what becomes of `\\uXXXX` in the body: decode, literal, refuse.
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
    plain: bool = False  # answered as text/plain without a charset, as some are


def required_text(body: dict[str, Any], key: str, code: int = 40035) -> str:
    """A string that is there and not empty, else the refusal `code`; 47001 for another type."""
    value = body.get(key)
    if value is None or value == "":
        raise ApiError(code, key if code == 40035 else "")
    if not isinstance(value, str):
        raise ApiError(47001)
    return value


def whole_number(
    body: dict[str, Any], key: str, code: int, low: int, high: int, default: int | None = None
) -> int:
    """A whole number from `low` to `high`, else the refusal `code`; digits in a string count, as on the platform."""
    value = body.get(key, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ApiError(code)
    return value


def required_list(body: dict[str, Any], key: str, code: int) -> list[Any]:
    value = body.get(key)
    if not isinstance(value, list):
        raise ApiError(code)
    return value


def subscribed_follower(account: Account, openid: str) -> FollowerRecord:
    """One who follows: 40003 for somebody unknown, 43004 for who does not, or no longer."""
    found = account.followers.find(openid)
    if found is None:
        raise ApiError(40003)
    if not found.subscribed:
        raise ApiError(43004)
    return found


def openid_list(body: dict[str, Any], key: str, most: int) -> list[str]:
    """A list of 1 to `most` openids: 40031 for another thing, 40032 for its length."""
    values = required_list(body, key, 40031)
    if not 1 <= len(values) <= most:
        raise ApiError(40032)
    if not all(isinstance(value, str) for value in values):
        raise ApiError(40031)
    return values
