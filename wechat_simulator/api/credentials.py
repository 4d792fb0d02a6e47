"""Access tokens, quotas and diagnostics (reference, section D)."""

__all__ = [
    "authenticate",
    "check_callback",
    "clear_one_quota",
    "clear_quota",
    "clear_quota_by_secret",
    "find_rid",
    "get_quota",
    "issue_stable_token",
    "issue_token",
    "list_api_addresses",
    "list_callback_addresses",
]

import re
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_text
from wechat_simulator.api_errors import ApiError
from wechat_simulator.rights import is_allowed
from wechat_simulator.world import World

RID_SECONDS = 7 * 86400
ADDRESSES = ["203.0.113.64", "203.0.113.65", "203.0.113.66"]  # documentation range of RFC 5737
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")
GRANT = "client_credential"


def authenticate(world: World, credentials: dict[str, Any], ip: str) -> Account:
    """Return the account of an appid with its secret, if the caller's address is allowed."""
    app_id = required_text(credentials, "appid", 41002)
    secret = credentials.get("secret") or credentials.get("appsecret")
    if not secret:
        raise ApiError(41004)
    account = world.accounts.get(app_id)
    if account is None:
        raise ApiError(40013)
    identity = account.identity
    if secret != identity.secret:
        raise ApiError(40125)
    if identity.account_frozen:
        raise ApiError(50007)
    if identity.secret_frozen:
        raise ApiError(40243)
    if identity.ip_allow and ip not in identity.ip_allow:
        raise ApiError(40164, ip=ip)
    return account


def issue_token(account: Account, call: ApiCall) -> Answer:
    """Issue a new token of the first kind; the previous one expires after the overlap."""
    if call.query.get("grant_type") != GRANT:
        raise ApiError(40002)
    call.spend_quota()
    value, seconds = account.tokens.issue(call.now, account.identity.token_overlap)
    return {"access_token": value, "expires_in": seconds}


def issue_stable_token(account: Account, call: ApiCall) -> Answer:
    """Return the stable token, or with `force_refresh` a new one."""
    if call.body.get("grant_type") != GRANT:
        raise ApiError(40002)
    force = call.body.get("force_refresh", False)
    if not isinstance(force, bool):
        raise ApiError(47001)
    call.spend_quota()
    value, seconds = account.tokens.issue_stable(call.now, force)
    return {"access_token": value, "expires_in": seconds}


def clear_quota(account: Account, call: ApiCall) -> Answer:
    """Set all daily counters to 0; allowed ten times a month."""
    if required_text(call.body, "appid", 41002) != account.identity.app_id:
        raise ApiError(40013)
    account.quotas.clear(call.now)
    call.quota_spent = True
    return OK


def clear_quota_by_secret(account: Account, call: ApiCall) -> Answer:
    """Set all daily counters to 0 with appid and secret, for when the token quota itself is used up."""
    account.quotas.clear(call.now)
    call.quota_spent = True
    return OK


def clear_one_quota(account: Account, call: ApiCall) -> Answer:
    """Set one endpoint's counter to 0; allowed fifty times a month."""
    path = _callable_path(account, call)
    account.quotas.clear_one(path, call.now)
    call.quota_spent = True
    return OK


def _callable_path(account: Account, call: ApiCall) -> str:
    """Return the path in `cgi_path` if it exists (76021) and the account has the right to it (76022)."""
    path = required_text(call.body, "cgi_path", 76021)
    limits = call.world.limits.get(path)
    if limits is None:
        raise ApiError(76021)
    if not is_allowed(account.identity.kind, limits.right):
        raise ApiError(76022)
    return path


def get_quota(account: Account, call: ApiCall) -> Answer:
    """Return used and remaining calls of one endpoint today."""
    path = _callable_path(account, call)
    limits = call.world.limits[path]
    usage = account.quotas.usage(path, call.now)
    daily = limits.daily if usage.daily is None else usage.daily
    per_minute = limits.per_minute if usage.per_minute is None else usage.per_minute
    rate = {"call_count": per_minute, "refresh_second": 60} if per_minute else {}
    return OK | {
        "quota": {"daily_limit": daily, "used": usage.today, "remain": max(0, daily - usage.today)},
        "rate_limit": rate,
        "component_rate_limit": {},
    }


def find_rid(account: Account, call: ApiCall) -> Answer:
    """Return the request to which a rid in an error message belongs, for seven days."""
    rid = required_text(call.body, "rid", 76001)
    if not re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", rid):
        raise ApiError(76001)
    found = next((one for one in call.world.calls.all() if one.rid == rid), None)
    if found is None or call.now - found.at > RID_SECONDS:
        raise ApiError(76001)
    if found.app_id != account.identity.app_id:
        raise ApiError(76002)
    request = {
        "invoke_time": int(found.at),
        "cost_in_ms": int(found.seconds * 1000),
        "request_url": "&".join(
            f"{key}={value}" for key, value in found.query.items() if key != "access_token"
        ),
        "request_body": found.body.decode("utf-8", "replace"),
        "response_body": found.answer.decode("utf-8", "replace"),
        "client_ip": found.ip,
    }
    return OK | {"request": request}


def list_callback_addresses(_account: Account, _call: ApiCall) -> Answer:
    return {"ip_list": ADDRESSES}


def list_api_addresses(_account: Account, _call: ApiCall) -> Answer:
    return {"ip_list": ADDRESSES[:1]}


def check_callback(account: Account, call: ApiCall) -> Answer:
    """Report whether the platform can resolve and reach the callback's host; here it always can."""
    action = call.body.get("action")
    operator = call.body.get("check_operator")
    if action not in ("all", "dns", "ping"):
        raise ApiError(40202)
    if operator not in OPERATORS:
        raise ApiError(40203)
    if not account.identity.callback:
        raise ApiError(40201)
    address = "127.0.0.1"
    dns = [{"ip": address, "real_operator": operator}]
    ping = [{"ip": address, "from_operator": operator, "package_loss": "0%", "time": "0.05ms"}]
    return {"dns": dns if action != "ping" else [], "ping": ping if action != "dns" else []}
