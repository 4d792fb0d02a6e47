"""Scene codes (reference, section K3) and the JS-SDK ticket (section K6)."""

__all__ = ["create_code", "get_js_ticket"]

import secrets
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, whole_number
from wechat_simulator.api_errors import ApiError

LONGEST_SECONDS = 2_592_000
DEFAULT_SECONDS = 60
MOST_PERMANENT = 100_000
TICKET_SECONDS = 7200
HIGHEST = {"QR_SCENE": (1 << 32) - 1, "QR_LIMIT_SCENE": 100_000}
NAMED = ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE")


def create_code(account: Account, call: ApiCall) -> Answer:
    """Create a code for a number or a name, temporary or permanent (at most 100,000)."""
    action = call.body.get("action_name")
    if action not in (*HIGHEST, *NAMED):
        raise ApiError(40052)
    scene = _scene(call.body, str(action))
    permanent = "LIMIT" in str(action)
    if permanent and sum(not code["expires"] for code in account.qrcodes.values()) >= MOST_PERMANENT:
        raise ApiError(40053)
    seconds = (
        0
        if permanent
        else whole_number(call.body, "expire_seconds", 40053, 1, LONGEST_SECONDS, DEFAULT_SECONDS)
    )
    call.spend_quota()
    key = "gQ" + secrets.token_urlsafe(66).replace("-", "A")
    account.qrcodes[key] = {"scene": scene, "expires": call.now + seconds if seconds else 0}
    answer: dict[str, Any] = {"ticket": key}
    if seconds:
        answer["expire_seconds"] = seconds
    return answer | {"url": f"http://weixin.qq.com/q/{secrets.token_urlsafe(16)}"}


def _scene(body: dict[str, Any], action: str) -> int | str:
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise ApiError(40053)
    if action in HIGHEST:
        return whole_number(scene, "scene_id", 40053, 1, HIGHEST[action])
    name = scene.get("scene_str")
    if not isinstance(name, str) or not 1 <= len(name) <= 64:
        raise ApiError(40053)
    return name


def get_js_ticket(account: Account, call: ApiCall) -> Answer:
    """Return the current JS-SDK ticket, or a new one when it has expired."""
    kind = call.query.get("type")
    if kind not in ("jsapi", "wx_card"):
        raise ApiError(40035, "type")
    held = [name for name in account.tickets if name.startswith(f"{kind} ")]
    current = next((name for name in held if account.tickets[name] > call.now), None)
    call.spend_quota()
    if current is None:
        for name in held:
            del account.tickets[name]
        current = f"{kind} {secrets.token_urlsafe(64)[:86]}"
        account.tickets[current] = call.now + TICKET_SECONDS
    seconds = int(account.tickets[current] - call.now)
    return OK | {"ticket": current.partition(" ")[2], "expires_in": seconds}
