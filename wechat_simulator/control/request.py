"""What every control request has in common: its world, its JSON, its account, and how a wrong one is told."""

__all__ = [
    "LONGEST_WAIT",
    "Unusable",
    "account",
    "given",
    "listed",
    "needed",
    "number",
    "typed",
    "unusable",
    "waiting",
    "world",
]

import json
from typing import Any

from flask import Response, current_app, request

from wechat_simulator.account import Account
from wechat_simulator.codec import decode, no_constant
from wechat_simulator.world import World

LONGEST_WAIT = 60.0  # seconds for a callback's three tries


class Unusable(ValueError):
    """A control request that cannot be carried out as it is."""


def unusable(wrong: Exception) -> tuple[dict[str, Any], int]:
    """The answer to a request that raised ValueError."""
    return {"error": str(wrong)}, 400


def waiting(_: Exception) -> tuple[dict[str, Any], int]:
    """The answer to a request whose callback takes longer than anybody waits."""
    return {"error": "the callback is still under way; see /_sim/callbacks"}, 408


def world() -> World:
    found: World = current_app.config["WORLD"]
    return found


def given() -> dict[str, Any]:
    """The JSON object of the body; an empty one for an empty body."""
    raw = request.get_data()
    try:
        found = json.loads(raw, parse_constant=no_constant) if raw else {}
    except (ValueError, RecursionError):
        raise Unusable("the body is not JSON") from None
    if not isinstance(found, dict):
        raise Unusable("the body is not a JSON object")
    return found


def account(body: dict[str, Any] | None = None) -> Account:
    """The account that the request means."""
    app_id = request.args.get("account") or (body or {}).get("account")
    if app_id is None:
        return world().account
    found = world().accounts.get(str(app_id))
    if found is None:
        raise Unusable(f"no account {app_id}")
    return found


def needed(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise Unusable(f"{key} is needed")
    return value


def typed(kind: Any, body: dict[str, Any], key: str) -> Any:
    """The value of a key, of the type `kind`."""
    try:
        return decode(kind, body.get(key))
    except ValueError as wrong:
        raise Unusable(f"{key}: {wrong}") from None


def number(name: str, default: int, most: int = 1 << 53) -> int:
    """A whole number of the query, from 0."""
    said = request.args.get(name)
    if said is None:
        return default
    if not (said.isascii() and said.isdigit() and len(said) < 17):
        raise Unusable(f"{name} is a whole number")
    return min(int(said), most)


def listed(values: list[Any]) -> Response:
    """A JSON array; text stays readable, and half characters cannot break it."""
    return Response(
        json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"), mimetype="application/json"
    )
