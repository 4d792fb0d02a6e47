"""Public library of subscription notices, and the templates an account has added from it (reference, section J3)."""

__all__ = [
    "add_notice_template",
    "delete_notice_template",
    "list_categories",
    "list_keywords",
    "list_notice_templates",
    "list_titles",
]

import secrets

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_list, required_text, whole_number
from wechat_simulator.api_errors import ApiError
from wechat_simulator.template_keywords import NOTICE_LIBRARY

CATEGORY = 616
MAX_NOTICE_TEMPLATES = 25


def list_categories(_account: Account, _call: ApiCall) -> Answer:
    return OK | {"data": [{"id": CATEGORY, "name": "资讯"}]}


def list_titles(_account: Account, call: ApiCall) -> Answer:
    """List the titles of a category, at most thirty a page."""
    if not call.query.get("ids"):
        raise ApiError(200018)
    start = _query_number(call, "start", 200016, 0, 10_000)
    limit = _query_number(call, "limit", 200017, 1, 30)
    inside = str(CATEGORY) in call.query["ids"].split(",")
    found = [
        {"tid": tid, "title": title, "type": 2, "categoryId": str(CATEGORY)}
        for tid, (title, _) in NOTICE_LIBRARY.items()
        if inside
    ]
    return OK | {"count": len(found), "data": found[start : start + limit]}


def _query_number(call: ApiCall, key: str, code: int, low: int, high: int) -> int:
    return whole_number(dict(call.query), key, code, low, high)


def list_keywords(_account: Account, call: ApiCall) -> Answer:
    tid = _query_number(call, "tid", 200014, 1, 1 << 40)
    if tid not in NOTICE_LIBRARY:
        raise ApiError(200014)
    found = [
        {"kid": kid, "name": name, "example": name, "rule": rule}
        for kid, (name, rule) in NOTICE_LIBRARY[tid][1].items()
    ]
    return OK | {"count": len(found), "data": found}


def add_notice_template(account: Account, call: ApiCall) -> Answer:
    """Add a title with two to five of its keywords, in the given order."""
    tid = whole_number(call.body, "tid", 200014, 1, 1 << 40)
    if tid not in NOTICE_LIBRARY:
        raise ApiError(200014)
    title, known = NOTICE_LIBRARY[tid]
    chosen = required_list(call.body, "kidList", 200020)
    if not 2 <= len(chosen) <= 5 or not all(isinstance(kid, int) and kid in known for kid in chosen):
        raise ApiError(200020)
    scene = call.body.get("sceneDesc", "")
    if not isinstance(scene, str) or len(scene) > 15:
        raise ApiError(200021)
    if sum(one["kind"] == "notice" for one in account.templates.values()) >= MAX_NOTICE_TEMPLATES:
        raise ApiError(200012)
    call.spend_quota()
    template_id = secrets.token_urlsafe(32)
    keys = [[f"{known[kid][1]}{kid}", known[kid][0]] for kid in chosen]
    account.templates[template_id] = {"kind": "notice", "title": title, "keys": keys}
    return OK | {"priTmplId": template_id}


def list_notice_templates(account: Account, _call: ApiCall) -> Answer:
    found = [
        {
            "priTmplId": template_id,
            "title": one["title"],
            "content": "\n".join(f"{name}:{{{{{key}.DATA}}}}" for key, name in one["keys"]),
            "example": "",
            "type": 2,
        }
        for template_id, one in account.templates.items()
        if one["kind"] == "notice"
    ]
    return OK | {"data": found}


def delete_notice_template(account: Account, call: ApiCall) -> Answer:
    template_id = required_text(call.body, "priTmplId", 200014)
    found = account.templates.get(template_id)
    if found is None or found["kind"] != "notice":
        raise ApiError(200014)
    call.spend_quota()
    del account.templates[template_id]
    return OK
