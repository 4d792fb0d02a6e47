"""Template messages, one-time messages and subscription notices (reference, sections J1 to J3)."""

__all__ = [
    "add_template",
    "delete_template",
    "get_industry",
    "list_blocked",
    "list_templates",
    "send_notice",
    "send_one_time_message",
    "send_template",
    "set_industry",
]

import secrets
from typing import Any

from wechat_simulator import inbox
from wechat_simulator.account import Account
from wechat_simulator.api.call import (
    OK,
    Answer,
    ApiCall,
    required_list,
    required_text,
    subscribed_follower,
    whole_number,
)
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import FollowerRecord
from wechat_simulator.template_keywords import is_valid_value, key_for_name

MAX_TEMPLATES = 25
CLIENT_MSG_ID_SECONDS = 600  # how long a client_msg_id is remembered


def add_template(account: Account, call: ApiCall) -> Answer:
    """Add a template from the category library with the named keywords."""
    short = required_text(call.body, "template_id_short", 40036)
    names = required_list(call.body, "keyword_name_list", 40246)
    if not names:
        raise ApiError(40246)
    if len(names) > 5 or not all(isinstance(name, str) and name for name in names):
        raise ApiError(40247)
    if sum(one["kind"] == "template" for one in account.templates.values()) >= MAX_TEMPLATES:
        raise ApiError(45026)
    call.spend_quota()
    template_id = secrets.token_urlsafe(32)
    keys = [[key_for_name(name, at), name] for at, name in enumerate(names, start=1)]
    account.templates[template_id] = {"kind": "template", "title": f"模板 {short}", "keys": keys}
    return OK | {"template_id": template_id}


def list_templates(account: Account, _call: ApiCall) -> Answer:
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


def _find_template(account: Account, call: ApiCall, kind: str) -> dict[str, Any]:
    found = account.templates.get(required_text(call.body, "template_id", 40037))
    if found is None or found["kind"] != kind:
        raise ApiError(40037)
    return found


def delete_template(account: Account, call: ApiCall) -> Answer:
    _find_template(account, call, "template")
    call.spend_quota()
    del account.templates[call.body["template_id"]]
    return OK


def set_industry(account: Account, call: ApiCall) -> Answer:
    ids = [whole_number(call.body, key, 40035, 1, 41) for key in ("industry_id1", "industry_id2")]
    call.spend_quota()
    account.counters |= {"industry 1": ids[0], "industry 2": ids[1]}
    return OK


def get_industry(account: Account, _call: ApiCall) -> Answer:
    def class_of(key: str) -> dict[str, str]:
        return {"first_class": "IT科技", "second_class": str(account.counters.get(key, ""))}

    return {"primary_industry": class_of("industry 1"), "secondary_industry": class_of("industry 2")}


def list_blocked(_account: Account, call: ApiCall) -> Answer:
    """List the template messages that the platform blocked; the simulator blocks none."""
    required_text(call.body, "tmpl_msg_id", 40035)
    return OK | {"msginfo": []}


def _filled_fields(template: dict[str, Any], data: object) -> list[list[str]]:
    """Return the message's fields: each keyword with its value, which must fit its type (47003)."""
    if not isinstance(data, dict):
        raise ApiError(47001)
    fields = []
    for key, name in template["keys"]:
        given = data.get(key)
        value = given.get("value") if isinstance(given, dict) else None
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int | float)
            or not is_valid_value(key, str(value))
        ):
            raise ApiError(47003, f"data.{key}.value")
        fields.append([name, str(value)])
    return fields


def _link_target(body: dict[str, Any]) -> str:
    """Return the link of a message: a mini-program takes precedence over a url; "" for none."""
    mini = body.get("miniprogram")
    if isinstance(mini, dict) and mini.get("appid"):
        return f"miniprogram:{mini['appid']}/{mini.get('pagepath', '')}"
    url = body.get("url") or body.get("page") or ""
    if not isinstance(url, str):
        raise ApiError(47001)
    if len(url) > 1024:
        raise ApiError(40039)
    return url


def _notice_entry(title: str, fields: list[list[str]], url: str) -> dict[str, Any]:
    content = "\n".join([title, *(f"{name}：{value}" for name, value in fields)])
    return {"type": "notice", "title": title, "content": content, "fields": fields, "url": url}


def _place(follower: FollowerRecord) -> dict[str, Any]:
    """Return where a notice is shown: in the account's chat, or in 服务通知 to a person who does not follow."""
    return {} if follower.subscribed else {"place": "services"}


def send_template(account: Account, call: ApiCall) -> Answer:
    """Send a template message; one with the same client_msg_id and openid within ten minutes is not sent again."""
    openid = required_text(call.body, "touser", 40003)
    template = _find_template(account, call, "template")
    filled, url = _filled_fields(template, call.body.get("data")), _link_target(call.body)
    follower = subscribed_follower(account, openid)
    key = f"{openid} {call.body.get('client_msg_id') or ''}"
    earlier = account.template_ids.get(key)
    if call.body.get("client_msg_id") and earlier and call.now - earlier[1] < CLIENT_MSG_ID_SECONDS:
        return OK | {"msgid": int(earlier[0])}
    call.spend_quota()
    msg_id = account.next_number("template message", 3_910_000_001)
    if call.body.get("client_msg_id"):
        account.template_ids[key] = (float(msg_id), call.now)
    if _delivery_status(account, follower) == "success":
        notice = _notice_entry(template["title"], filled, url)
        inbox.add_entry(call.world, account, follower, "template", notice)
    fields = {"MsgID": msg_id, "Status": _delivery_status(account, follower)}
    _schedule_report(account, call, openid, "TEMPLATESENDJOBFINISH", fields)
    return OK | {"msgid": msg_id}


def _delivery_status(account: Account, follower: FollowerRecord) -> str:
    """Return the delivery's Status as its event reports it (section B3)."""
    if follower.blocks_templates:
        return "failed:user block"
    return "failed: system failed" if account.identity.template_fails else "success"


def _schedule_report(
    account: Account, call: ApiCall, openid: str, event: str, fields: dict[str, Any]
) -> None:
    delay = account.identity.template_delay
    call.world.schedule_action(account, delay, "report", openid=openid, event=event, fields=fields)


def send_one_time_message(account: Account, call: ApiCall) -> Answer:
    """Send the one message that a user agreed to for a scene (section J2)."""
    openid = required_text(call.body, "touser", 40003)
    template_id = required_text(call.body, "template_id", 40037)
    scene = whole_number(call.body, "scene", 40035, 0, 10_000)
    title = required_text(call.body, "title", 40062)
    if len(title) > 15:
        raise ApiError(40062)
    data = call.body.get("data")
    content = data.get("content") if isinstance(data, dict) else None
    if not isinstance(content, dict) or not isinstance(content.get("value"), str):
        raise ApiError(47003, "data.content.value")
    url = _link_target(call.body)
    follower = _consenting_user(account, openid, f"{template_id} {scene}")
    call.spend_quota()
    follower.consents[f"{template_id} {scene}"] -= 1
    notice = {"type": "notice", "title": title, "content": f"{title}\n{content['value']}", "url": url}
    inbox.add_entry(call.world, account, follower, "one-time", notice | _place(follower))
    return OK


def _consenting_user(account: Account, openid: str, key: str) -> FollowerRecord:
    """Return a user with an unused consent (43101); following is not required."""
    follower = account.followers.find(openid)
    if follower is None:
        raise ApiError(40003)
    if follower.consents.get(key, 0) < 1:
        raise ApiError(43101)
    return follower


def send_notice(account: Account, call: ApiCall) -> Answer:
    """Send a subscription notice; each consent allows one (section J3)."""
    openid = required_text(call.body, "touser", 40003)
    template = _find_template(account, call, "notice")
    template_id = call.body["template_id"]
    filled, url = _filled_fields(template, call.body.get("data")), _link_target(call.body)
    follower = _consenting_user(account, openid, template_id)
    call.spend_quota()
    follower.consents[template_id] -= 1
    notice = _notice_entry(template["title"], filled, url) | _place(follower)
    inbox.add_entry(call.world, account, follower, "notice", notice)
    sent_event = {
        "TemplateId": template_id,
        "MsgID": account.next_number("notice", 1_700_827_132_819_554_304),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    fields = {"SubscribeMsgSentEvent": {"List": sent_event}}
    _schedule_report(account, call, openid, "subscribe_msg_sent_event", fields)
    return OK
