"""Helpers for control requests: world, JSON body, account, parameters, error responses."""

__all__ = [
    "MAX_WAIT_SECONDS",
    "InvalidControlRequest",
    "account",
    "body_value",
    "callback_timeout",
    "invalid_request",
    "json_body",
    "json_list",
    "query_number",
    "required_text",
    "world",
]

import json
from typing import Any

from flask import Response, request

from wechat_simulator.account import Account
from wechat_simulator.json_codec import decode, reject_constant
from wechat_simulator.world import WORLD_KEY, World

MAX_WAIT_SECONDS = 60.0  # a callback makes three attempts of five seconds


class InvalidControlRequest(ValueError):
    """A control request with missing or invalid parameters."""


def invalid_request(error: Exception) -> tuple[dict[str, Any], int]:
    """Return the response to a request that raised ValueError."""
    return {"error": str(error)}, 400


def callback_timeout(_: Exception) -> tuple[dict[str, Any], int]:
    """Return the response to a request whose callback takes longer than MAX_WAIT_SECONDS."""
    return {"error": "the callback has not finished yet; see /_sim/callbacks"}, 408


def world() -> World:
    """Return the world that the dispatcher gives with the request."""
    found: World = request.environ[WORLD_KEY]
    return found


def json_body() -> dict[str, Any]:
    """Return the JSON object of the body; an empty one for an empty body."""
    raw = request.get_data()
    try:
        found = json.loads(raw, parse_constant=reject_constant) if raw else {}
    except (ValueError, RecursionError):
        raise InvalidControlRequest("the body is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidControlRequest("the body is not a JSON object")
    return found


def account(body: dict[str, Any] | None = None) -> Account:
    """Return the account that the query or the body selects, else the first."""
    app_id = request.args.get("account") or (body or {}).get("account")
    if app_id is None:
        return world().account
    found = world().accounts.get(str(app_id))
    if found is None:
        raise InvalidControlRequest(f"no account {app_id}")
    return found


def required_text(body: dict[str, Any], key: str) -> str:
    """Return a non-empty string from the body."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidControlRequest(f"{key} is required")
    return value


def body_value(kind: Any, body: dict[str, Any], key: str) -> Any:
    """Return a value from the body, decoded as type `kind`."""
    try:
        return decode(kind, body.get(key))
    except ValueError as error:
        raise InvalidControlRequest(f"{key}: {error}") from None


def query_number(name: str, default: int, most: int = 1 << 53) -> int:
    """Return a whole number from the query, at least 0 and at most `most`."""
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise InvalidControlRequest(f"{name} must be a whole number")
    return min(int(text), most)


def json_list(values: list[Any]) -> Response:
    """Return a JSON array as response, in plain UTF-8; lone surrogates are replaced."""
    return Response(
        json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"), mimetype="application/json"
    )
