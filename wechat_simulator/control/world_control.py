"""Control interface, platform: accounts, clock, faults, quotas, templates, reset, snapshot and restore."""

__all__ = ["world_control"]

import json
import time
from dataclasses import fields
from typing import Any, get_type_hints

from flask import Blueprint, Response

from wechat_simulator import callbacks, mass_jobs
from wechat_simulator.account import Account, Identity, check_settings, make_identity
from wechat_simulator.control.control_request import (
    MAX_WAIT_SECONDS,
    InvalidControlRequest,
    account,
    body_value,
    invalid_request,
    json_body,
    json_list,
    required_text,
    world,
)
from wechat_simulator.control.views import account_view, job_view
from wechat_simulator.platform_clock import iso, midnight_after, parse_time
from wechat_simulator.state import restore, snapshot

SETTINGS = {one.name for one in fields(Identity)} - {"app_id"}

world_control = Blueprint("worldly", __name__, url_prefix="/_sim")
world_control.register_error_handler(ValueError, invalid_request)


@world_control.get("/account")
def show_account() -> dict[str, Any]:
    """Return the account with its settings."""
    return account_view(account())


@world_control.post("/account")
def set_account() -> dict[str, Any]:
    """Change settings of a running account: callback, mode, token, admin_confirms, originality and so on."""
    body = json_body()
    target = account(body)
    values = _settings(body)
    with world().lock:
        for name, value in values.items():
            setattr(target.identity, name, value)
    return account_view(target)


def _settings(body: dict[str, Any]) -> dict[str, Any]:
    """Return the settings in a request, each of its type. Raise ValueError for an unknown or invalid one."""
    unknown = body.keys() - SETTINGS - {"account", "app_id"}
    if unknown:
        raise InvalidControlRequest(f"no such setting: {', '.join(sorted(unknown))}")
    hints = get_type_hints(Identity)
    values = {name: body_value(hints[name], body, name) for name in SETTINGS & body.keys()}
    check_settings(values)
    return values


@world_control.get("/accounts")
def list_accounts() -> Response:
    """List all accounts."""
    return json_list([account_view(one) for one in world().accounts.values()])


@world_control.post("/accounts")
def add_account() -> dict[str, Any]:
    """Add an account; settings that are missing are generated."""
    body = json_body()
    app_id = {"app_id": required_text(body, "app_id")} if "app_id" in body else {}
    identity = make_identity(world().random, **_settings(body), **app_id)
    with world().lock:
        if identity.app_id in world().accounts:
            raise InvalidControlRequest(f"there already is an account {identity.app_id}")
        # A new dict instead of a new entry: API calls iterate over it without the lock.
        world().accounts = world().accounts | {identity.app_id: Account.create(identity)}
    return account_view(world().accounts[identity.app_id])


@world_control.get("/clock")
def show_clock() -> dict[str, Any]:
    """Return the clock's time and kind; `ahead` is by how many seconds one that runs is ahead of the machine's."""
    now = world().now()
    return {
        "now": iso(now),
        "timestamp": round(now, 3),
        "virtual": world().clock.virtual,
        "movable": world().clock.virtual or world().clock.movable,
        "ahead": round(now - time.time()) if world().clock.movable else 0,
        "stamp_by_clock": world().stamp_by_clock,
    }


@world_control.post("/clock")
def move_clock() -> dict[str, Any]:
    """Move the clock by `advance` seconds or `to` a time or "midnight"; due callbacks are sent before it returns.

    `stamp_by_clock: true` signs callbacks with this clock's time instead of the machine's.
    """
    body = json_body()
    if "stamp_by_clock" in body:
        world().stamp_by_clock = body["stamp_by_clock"] is True
        return show_clock()
    if "advance" in body:
        seconds = body["advance"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e10:
            raise InvalidControlRequest("advance must be a number of seconds, at least 0")
        world().advance(world().now() + seconds)
    elif "to" in body:
        to = body["to"]
        world().advance(midnight_after(world().now()) if to == "midnight" else parse_time(to))
    else:
        raise InvalidControlRequest("advance or to is required")
    world().wait_for_callbacks(MAX_WAIT_SECONDS)
    return show_clock()


@world_control.get("/faults")
def list_faults() -> Response:
    """List the pending faults."""
    return json_list(world().faults.to_json())


@world_control.post("/faults")
def order_fault() -> Response:
    """Add a fault."""
    world().faults.add(json_body())
    world().changes.publish("fault")
    return list_faults()


@world_control.delete("/faults")
def clear_faults() -> Response:
    """Remove all faults."""
    world().faults.clear()
    world().changes.publish("fault")
    return list_faults()


@world_control.post("/tokens/revoke")
def revoke_tokens() -> dict[str, Any]:
    """Revoke all tokens of an account, as a reset of its secret does."""
    with world().lock:
        return {"revoked": account(json_body()).tokens.revoke_all()}


@world_control.post("/quotas")
def set_quota() -> dict[str, Any]:
    """Set an endpoint's `limit` a day, its `per_minute`, or the calls `used` today: `{"path", "limit", "used"}`."""
    body = json_body()
    path = required_text(body, "path")
    if path not in world().limits:
        raise InvalidControlRequest(f"unknown endpoint {path}")
    values = {
        key: body_value(int | None, body, key) for key in ("limit", "per_minute", "used") if key in body
    }
    with world().lock:
        usage = account(body).quotas.usage(path, world().now())
        usage.daily = values.get("limit", usage.daily)
        usage.per_minute = values.get("per_minute", usage.per_minute)
        usage.today = values.get("used", usage.today) or 0
    return {"path": path, "used": usage.today, "limit": usage.daily, "per_minute": usage.per_minute}


@world_control.post("/templates")
def add_template() -> dict[str, str]:
    """Add a template with a given id: `{"template_id", "title", "keys": ["thing1", "time2"], "kind"}`.

    `kind` is template (for messages) or notice (for subscription notices); `names` are the keywords' names on the card.
    """
    body = json_body()
    template_id = required_text(body, "template_id")
    keys = body_value(list[str], body, "keys")
    names = body_value(list[str], {"names": keys} | body, "names")
    if len(names) != len(keys):
        raise InvalidControlRequest("names must be as many as keys")
    kind = body.get("kind", "template")
    if kind not in ("template", "notice"):
        raise InvalidControlRequest("kind must be template or notice")
    with world().lock:
        account(body).templates[template_id] = {
            "kind": kind,
            "title": required_text(body, "title"),
            "keys": [[key, name] for key, name in zip(keys, names, strict=True)],
        }
    return {"template_id": template_id}


@world_control.post("/admin")
def decide_mass_job() -> dict[str, Any]:
    """Confirm or refuse a mass message as the administrator: `{"msg_id", "accept": true}`."""
    body = json_body()
    target = account(body)
    with world().lock:
        job = target.mass_messages.jobs.get(body_value(int, body, "msg_id"))
        if job is None:
            raise InvalidControlRequest("unknown msg_id")
        mass_jobs.decide_job(world(), target, job, body.get("accept") is True)
        return job_view(job)


@world_control.post("/verify")
def verify_callback() -> dict[str, Any]:
    """Verify the callback URL with an echostr, as the console does when it is entered."""
    attempt = callbacks.verify_url(world(), account(json_body()))
    return attempt.to_json() | {"verified": attempt.status == 200 and not attempt.error}


@world_control.post("/reset")
def reset() -> dict[str, Any]:
    """Remove all state but the accounts' identities."""
    world().reset()
    return {"total": world().account.followers.total}


@world_control.get("/state")
def show_state() -> Response:
    """Return a snapshot of the whole state."""
    state = snapshot(world())
    return Response(json.dumps(state), mimetype="application/json")


@world_control.put("/state")
def put_state() -> dict[str, Any]:
    """Replace the whole state by a snapshot."""
    restore(world(), json_body())
    return {"total": world().account.followers.total}
