"""The public library of subscription notices, and the account's own choice from it (reference, section J3)."""

__all__ = ["add", "categories", "delete", "keywords", "list_own", "titles"]

import secrets

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, listing, text, whole
from wechat_simulator.errcodes import Refusal
from wechat_simulator.keywords import LIBRARY

CATEGORY = 616
MOST_OWN = 25


def categories(_account: Account, _call: Call) -> Answer:
    return OK | {"data": [{"id": CATEGORY, "name": "资讯"}]}


def titles(_account: Account, call: Call) -> Answer:
    """The titles of a category, thirty at most a page."""
    if not call.query.get("ids"):
        raise Refusal(200018)
    start = _number(call, "start", 200016, 0, 10_000)
    limit = _number(call, "limit", 200017, 1, 30)
    inside = str(CATEGORY) in call.query["ids"].split(",")
    found = [
        {"tid": tid, "title": title, "type": 2, "categoryId": str(CATEGORY)}
        for tid, (title, _) in LIBRARY.items()
        if inside
    ]
    return OK | {"count": len(found), "data": found[start : start + limit]}


def _number(call: Call, key: str, code: int, low: int, high: int) -> int:
    return whole(dict(call.query), key, code, low, high)


def keywords(_account: Account, call: Call) -> Answer:
    tid = _number(call, "tid", 200014, 1, 1 << 40)
    if tid not in LIBRARY:
        raise Refusal(200014)
    found = [
        {"kid": kid, "name": name, "example": name, "rule": rule}
        for kid, (name, rule) in LIBRARY[tid][1].items()
    ]
    return OK | {"count": len(found), "data": found}


def add(account: Account, call: Call) -> Answer:
    """Choose a title and two to five of its keywords, in the order given."""
    tid = whole(call.body, "tid", 200014, 1, 1 << 40)
    if tid not in LIBRARY:
        raise Refusal(200014)
    title, known = LIBRARY[tid]
    chosen = listing(call.body, "kidList", 200020)
    if not 2 <= len(chosen) <= 5 or not all(isinstance(kid, int) and kid in known for kid in chosen):
        raise Refusal(200020)
    scene = call.body.get("sceneDesc", "")
    if not isinstance(scene, str) or len(scene) > 15:
        raise Refusal(200021)
    if sum(one["kind"] == "notice" for one in account.templates.values()) >= MOST_OWN:
        raise Refusal(200012)
    call.admit()
    template_id = secrets.token_urlsafe(32)
    keys = [[f"{known[kid][1]}{kid}", known[kid][0]] for kid in chosen]
    account.templates[template_id] = {"kind": "notice", "title": title, "keys": keys}
    return OK | {"priTmplId": template_id}


def list_own(account: Account, _call: Call) -> Answer:
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


def delete(account: Account, call: Call) -> Answer:
    template_id = text(call.body, "priTmplId", 200014)
    found = account.templates.get(template_id)
    if found is None or found["kind"] != "notice":
        raise Refusal(200014)
    call.admit()
    del account.templates[template_id]
    return OK
