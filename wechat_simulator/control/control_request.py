"""What every control request has in common: its world, its JSON, its account, and how a wrong one is told."""

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

from flask import Response, current_app, request

from wechat_simulator.account import Account
from wechat_simulator.json_codec import decode, reject_constant
from wechat_simulator.world import World

MAX_WAIT_SECONDS = 60.0  # seconds for a callback's three tries


class InvalidControlRequest(ValueError):
    """A control request that cannot be carried out as it is."""


def invalid_request(wrong: Exception) -> tuple[dict[str, Any], int]:
    """The answer to a request that raised ValueError."""
    return {"error": str(wrong)}, 400


def callback_timeout(_: Exception) -> tuple[dict[str, Any], int]:
    """The answer to a request whose callback takes longer than anybody waits."""
    return {"error": "the callback is still under way; see /_sim/callbacks"}, 408


def world() -> World:
    found: World = current_app.config["WORLD"]
    return found


def json_body() -> dict[str, Any]:
    """The JSON object of the body; an empty one for an empty body."""
    raw = request.get_data()
    try:
        found = json.loads(raw, parse_constant=reject_constant) if raw else {}
    except (ValueError, RecursionError):
        raise InvalidControlRequest("the body is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidControlRequest("the body is not a JSON object")
    return found


def account(body: dict[str, Any] | None = None) -> Account:
    """The account that the request means."""
    app_id = request.args.get("account") or (body or {}).get("account")
    if app_id is None:
        return world().account
    found = world().accounts.get(str(app_id))
    if found is None:
        raise InvalidControlRequest(f"no account {app_id}")
    return found


def required_text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidControlRequest(f"{key} is needed")
    return value


def body_value(kind: Any, body: dict[str, Any], key: str) -> Any:
    """The value of a key, of the type `kind`."""
    try:
        return decode(kind, body.get(key))
    except ValueError as wrong:
        raise InvalidControlRequest(f"{key}: {wrong}") from None


def query_number(name: str, default: int, most: int = 1 << 53) -> int:
    """A whole number of the query, from 0."""
    said = request.args.get(name)
    if said is None:
        return default
    if not (said.isascii() and said.isdigit() and len(said) < 17):
        raise InvalidControlRequest(f"{name} is a whole number")
    return min(int(said), most)


def json_list(values: list[Any]) -> Response:
    """A JSON array; text stays readable, and half characters cannot break it."""
    return Response(
        json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"), mimetype="application/json"
    )
