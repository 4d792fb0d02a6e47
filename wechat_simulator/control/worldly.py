"""The world by remote control: accounts and their settings, clock, faults, decisions, reset, snapshot and restore."""

__all__ = ["worldly"]

import json
from dataclasses import fields
from typing import Any, get_type_hints

from flask import Blueprint, Response

from wechat_simulator import callbacks, mass
from wechat_simulator.account import Account, Identity, check_settings, make_identity
from wechat_simulator.clock import iso, midnight_after, moment
from wechat_simulator.control.request import (
    LONGEST_WAIT,
    Unusable,
    account,
    given,
    listed,
    needed,
    typed,
    unusable,
    world,
)
from wechat_simulator.state import restore, snapshot
from wechat_simulator.views import account_view, job_view

SETTINGS = {one.name for one in fields(Identity)} - {"app_id"}

worldly = Blueprint("worldly", __name__, url_prefix="/_sim")
worldly.register_error_handler(ValueError, unusable)


@worldly.get("/account")
def show_account() -> dict[str, Any]:
    return account_view(account())


@worldly.post("/account")
def set_account() -> dict[str, Any]:
    """Change settings of an account while it runs: callback, mode, token, admin_confirms, originality and so on."""
    body = given()
    chosen = account(body)
    values = _settings(body)
    with world().lock:
        for name, value in values.items():
            setattr(chosen.identity, name, value)
    return account_view(chosen)


def _settings(body: dict[str, Any]) -> dict[str, Any]:
    """The settings in a request, each of its type; ValueError for what is none."""
    unknown = body.keys() - SETTINGS - {"account", "app_id"}
    if unknown:
        raise Unusable(f"no such setting: {', '.join(sorted(unknown))}")
    hints = get_type_hints(Identity)
    values = {name: typed(hints[name], body, name) for name in SETTINGS & body.keys()}
    check_settings(values)
    return values


@worldly.get("/accounts")
def list_accounts() -> Response:
    return listed([account_view(one) for one in world().accounts.values()])


@worldly.post("/accounts")
def add_account() -> dict[str, Any]:
    """One more account; what is not given is made up."""
    body = given()
    app_id = {"app_id": needed(body, "app_id")} if "app_id" in body else {}
    identity = make_identity(world().chance, **_settings(body), **app_id)
    with world().lock:
        if identity.app_id in world().accounts:
            raise Unusable(f"there is an account {identity.app_id}")
        # Another dict, not one more entry: calls that look for the owner of a token go through it without the lock.
        world().accounts = world().accounts | {identity.app_id: Account.of(identity)}
    return account_view(world().accounts[identity.app_id])


@worldly.get("/clock")
def show_clock() -> dict[str, Any]:
    now = world().now()
    return {
        "now": iso(now),
        "timestamp": round(now, 3),
        "virtual": world().clock.virtual,
        "stamp_by_clock": world().stamp_by_clock,
    }


@worldly.post("/clock")
def move_clock() -> dict[str, Any]:
    """Move a virtual clock by `advance` seconds or `to` a time or "midnight"; returns when what fell due has been told.

    `stamp_by_clock: true` signs callbacks with this clock's time instead of the machine's.
    """
    body = given()
    if "stamp_by_clock" in body:
        world().stamp_by_clock = body["stamp_by_clock"] is True
        return show_clock()
    if "advance" in body:
        seconds = body["advance"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e10:
            raise Unusable("advance is a number of seconds from 0")
        world().advance(world().now() + seconds)
    elif "to" in body:
        to = body["to"]
        world().advance(midnight_after(world().now()) if to == "midnight" else moment(to))
    else:
        raise Unusable("advance or to is needed")
    world().settle(LONGEST_WAIT)
    return show_clock()


@worldly.get("/faults")
def list_faults() -> Response:
    return listed(world().faults.shown())


@worldly.post("/faults")
def order_fault() -> Response:
    world().faults.order(given())
    world().bus.tell("fault")
    return list_faults()


@worldly.delete("/faults")
def clear_faults() -> Response:
    world().faults.clear()
    world().bus.tell("fault")
    return list_faults()


@worldly.post("/tokens/revoke")
def revoke_tokens() -> dict[str, Any]:
    """Take back all tokens of an account, as a reset of its secret does."""
    with world().lock:
        return {"revoked": account(given()).tokens.revoke()}


@worldly.post("/quotas")
def set_quota() -> dict[str, Any]:
    """Set one interface's `limit` a day, `per_minute`, or what is `used` today: `{"path", "limit", "used"}`."""
    body = given()
    path = needed(body, "path")
    if path not in world().limits:
        raise Unusable(f"no interface {path}")
    values = {key: typed(int | None, body, key) for key in ("limit", "per_minute", "used") if key in body}
    with world().lock:
        usage = account(body).quotas.usage(path, world().now())
        usage.daily = values.get("limit", usage.daily)
        usage.per_minute = values.get("per_minute", usage.per_minute)
        usage.today = values.get("used", usage.today) or 0
    return {"path": path, "used": usage.today, "limit": usage.daily, "per_minute": usage.per_minute}


@worldly.post("/templates")
def add_template() -> dict[str, str]:
    """Give an account a template of a given id: `{"template_id", "title", "keys": ["thing1", "time2"], "kind"}`.

    `kind` is template (messages) or notice (subscription notices).
    """
    body = given()
    template_id = needed(body, "template_id")
    keys = typed(list[str], body, "keys")
    kind = body.get("kind", "template")
    if kind not in ("template", "notice"):
        raise Unusable("kind is template or notice")
    with world().lock:
        account(body).templates[template_id] = {
            "kind": kind,
            "title": needed(body, "title"),
            "keys": [[key, key] for key in keys],
        }
    return {"template_id": template_id}


@worldly.post("/admin")
def decide() -> dict[str, Any]:
    """The administrator confirms or refuses a mass message: `{"msg_id", "accept": true}`."""
    body = given()
    chosen = account(body)
    with world().lock:
        job = chosen.masses.jobs.get(typed(int, body, "msg_id"))
        if job is None:
            raise Unusable("no such msg_id")
        mass.confirm(world(), chosen, job, body.get("accept") is True)
        return job_view(job)


@worldly.post("/verify")
def verify() -> dict[str, Any]:
    """Ask the callback URL for its echostr, as the console does when the URL is entered."""
    attempt = callbacks.verify(world(), account(given()))
    return attempt.shown() | {"verified": attempt.status == 200 and not attempt.error}


@worldly.post("/reset")
def reset() -> dict[str, Any]:
    world().reset()
    return {"total": world().account.followers.total}


@worldly.get("/state")
def show_state() -> Response:
    state = snapshot(world())
    return Response(json.dumps(state), mimetype="application/json")


@worldly.put("/state")
def put_state() -> dict[str, Any]:
    restore(world(), given())
    return {"total": world().account.followers.total}
