"""Template messages, one-time subscriptions and subscription notices (reference, sections J1 to J3)."""

__all__ = [
    "add_template",
    "delete_template",
    "industry",
    "list_blocked",
    "list_templates",
    "send_notice",
    "send_once",
    "send_template",
    "set_industry",
]

import secrets
from typing import Any

from wechat_simulator import inbox
from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, listing, subscriber, text, whole
from wechat_simulator.errcodes import Refusal
from wechat_simulator.followers import Follower
from wechat_simulator.keywords import key_for, value_fits

MOST_TEMPLATES = 25
DELIVERED_ONCE = 600  # seconds for which a client_msg_id is remembered


def add_template(account: Account, call: Call) -> Answer:
    """Take a template of the category library into the account's own, with the keywords named."""
    short = text(call.body, "template_id_short", 40036)
    names = listing(call.body, "keyword_name_list", 40246)
    if not names:
        raise Refusal(40246)
    if len(names) > 5 or not all(isinstance(name, str) and name for name in names):
        raise Refusal(40247)
    if sum(one["kind"] == "template" for one in account.templates.values()) >= MOST_TEMPLATES:
        raise Refusal(45026)
    call.admit()
    template_id = secrets.token_urlsafe(32)
    keys = [[key_for(name, at), name] for at, name in enumerate(names, start=1)]
    account.templates[template_id] = {"kind": "template", "title": f"模板 {short}", "keys": keys}
    return OK | {"template_id": template_id}


def list_templates(account: Account, _call: Call) -> Answer:
    found = [
        {
            "template_id": template_id,
            "title": one["title"],
            "primary_industry": "",
            "deputy_industry": "",
            "content": "\n".join(f"{name}:{{{{{key}.DATA}}}}" for key, name in one["keys"]),
            "example": "",
        }
        for template_id, one in account.templates.items()
        if one["kind"] == "template"
    ]
    return {"template_list": found}


def _template(account: Account, call: Call, kind: str) -> dict[str, Any]:
    found = account.templates.get(text(call.body, "template_id", 40037))
    if found is None or found["kind"] != kind:
        raise Refusal(40037)
    return found


def delete_template(account: Account, call: Call) -> Answer:
    _template(account, call, "template")
    call.admit()
    del account.templates[call.body["template_id"]]
    return OK


def set_industry(account: Account, call: Call) -> Answer:
    ids = [whole(call.body, key, 40035, 1, 41) for key in ("industry_id1", "industry_id2")]
    call.admit()
    account.counters |= {"industry 1": ids[0], "industry 2": ids[1]}
    return OK


def industry(account: Account, _call: Call) -> Answer:
    def class_of(key: str) -> dict[str, str]:
        return {"first_class": "IT科技", "second_class": str(account.counters.get(key, ""))}

    return {"primary_industry": class_of("industry 1"), "secondary_industry": class_of("industry 2")}


def list_blocked(_account: Account, call: Call) -> Answer:
    """Template messages that the platform stopped; here it stops none."""
    text(call.body, "tmpl_msg_id", 40035)
    return OK | {"msginfo": []}


def _lines(template: dict[str, Any], data: object) -> list[str]:
    """The lines of a message: each keyword of the template with its value, of the length its type allows (47003)."""
    if not isinstance(data, dict):
        raise Refusal(47001)
    lines = []
    for key, name in template["keys"]:
        given = data.get(key)
        value = given.get("value") if isinstance(given, dict) else None
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int | float)
            or not value_fits(key, str(value))
        ):
            raise Refusal(47003, f"data.{key}.value")
        lines.append(f"{name}：{value}")
    return lines


def _target(body: dict[str, Any]) -> str:
    """Where a tap leads: a mini-program before a url, else nowhere."""
    mini = body.get("miniprogram")
    if isinstance(mini, dict) and mini.get("appid"):
        return f"miniprogram:{mini['appid']}/{mini.get('pagepath', '')}"
    url = body.get("url") or body.get("page") or ""
    if not isinstance(url, str):
        raise Refusal(47001)
    if len(url) > 1024:
        raise Refusal(40039)
    return url


def _notice(template: dict[str, Any], lines: list[str], url: str) -> dict[str, Any]:
    content = "\n".join([template["title"], *lines])
    return {"type": "notice", "title": template["title"], "content": content, "url": url}


def send_template(account: Account, call: Call) -> Answer:
    """A template message; the same client_msg_id to the same reader within ten minutes is delivered once."""
    openid = text(call.body, "touser", 40003)
    template = _template(account, call, "template")
    lines, url = _lines(template, call.body.get("data")), _target(call.body)
    follower = subscriber(account, openid)
    key = f"{openid} {call.body.get('client_msg_id') or ''}"
    earlier = account.template_ids.get(key)
    if call.body.get("client_msg_id") and earlier and call.now - earlier[1] < DELIVERED_ONCE:
        return OK | {"msgid": int(earlier[0])}
    call.admit()
    msg_id = account.next("template message", 3_910_000_001)
    if call.body.get("client_msg_id"):
        account.template_ids[key] = (float(msg_id), call.now)
    if _status(account, follower) == "success":
        inbox.note(call.world, account, follower, "template", _notice(template, lines, url))
    fields = {"MsgID": msg_id, "Status": _status(account, follower)}
    _report(account, call, openid, "TEMPLATESENDJOBFINISH", fields)
    return OK | {"msgid": msg_id}


def _status(account: Account, follower: Follower) -> str:
    """What becomes of a template message, in the words of its event (section B3)."""
    if follower.blocks_templates:
        return "failed:user block"
    return "failed: system failed" if account.identity.template_fails else "success"


def _report(account: Account, call: Call, openid: str, event: str, fields: dict[str, Any]) -> None:
    delay = account.identity.template_delay
    call.world.later(account, delay, "report", openid=openid, event=event, fields=fields)


def send_once(account: Account, call: Call) -> Answer:
    """The one message that a reader confirmed for a scene (section J2)."""
    openid = text(call.body, "touser", 40003)
    template_id = text(call.body, "template_id", 40037)
    scene = whole(call.body, "scene", 40035, 0, 10_000)
    title = text(call.body, "title", 40062)
    if len(title) > 15:
        raise Refusal(40062)
    data = call.body.get("data")
    content = data.get("content") if isinstance(data, dict) else None
    if not isinstance(content, dict) or not isinstance(content.get("value"), str):
        raise Refusal(47003, "data.content.value")
    url = _target(call.body)
    follower = _consenting(account, openid, f"{template_id} {scene}")
    call.admit()
    follower.consents[f"{template_id} {scene}"] -= 1
    notice = _notice({"title": title}, [content["value"]], url)
    inbox.note(call.world, account, follower, "one-time", notice)
    return OK


def _consenting(account: Account, openid: str, key: str) -> Follower:
    """A reader who agreed to one more message; following is not needed for that (43101 when used up)."""
    follower = account.followers.find(openid)
    if follower is None:
        raise Refusal(40003)
    if follower.consents.get(key, 0) < 1:
        raise Refusal(43101)
    return follower


def send_notice(account: Account, call: Call) -> Answer:
    """A subscription notice: one accept, one message (section J3)."""
    openid = text(call.body, "touser", 40003)
    template = _template(account, call, "notice")
    template_id = call.body["template_id"]
    lines, url = _lines(template, call.body.get("data")), _target(call.body)
    follower = _consenting(account, openid, template_id)
    call.admit()
    follower.consents[template_id] -= 1
    inbox.note(call.world, account, follower, "notice", _notice(template, lines, url))
    told = {
        "TemplateId": template_id,
        "MsgID": account.next("notice", 1_700_827_132_819_554_304),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    fields = {"SubscribeMsgSentEvent": {"List": told}}
    _report(account, call, openid, "subscribe_msg_sent_event", fields)
    return OK
