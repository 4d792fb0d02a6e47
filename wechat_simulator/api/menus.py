"""Menus of the account: default and conditional (reference, section K4)."""

__all__ = [
    "add_conditional_menu",
    "create_menu",
    "delete_conditional_menu",
    "delete_menus",
    "get_current_menu",
    "get_menus",
    "menu_for",
    "try_match",
]

import re
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_text, whole_number
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import FollowerRecord

Button = dict[str, Any]
KEYED = ("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin")
TYPES = {  # required fields of each button type
    **dict.fromkeys((*KEYED, "location_select"), ("key",)),
    "view": ("url",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "miniprogram": ("appid", "pagepath", "url"),
}
URL = re.compile(r"https?://[^\s/]+")
# Error codes for top-level buttons and sub-buttons: type, name, key, url length, url format.
TOP = (40017, 40018, 40019, 40020, 40055)
BELOW = (40024, 40025, 40026, 40027, 40054)


def create_menu(account: Account, call: ApiCall) -> Answer:
    """Replace the default menu."""
    buttons = _buttons(account, call.body)
    call.spend_quota()
    account.menu = {"button": buttons, "menuid": account.next_number("menu id", 429_000_001)}
    call.world.changes.publish("menu")
    return OK


def _buttons(account: Account, body: dict[str, Any]) -> list[Button]:
    fields = body.get("button")
    if not isinstance(fields, list) or not 1 <= len(fields) <= 3:
        raise ApiError(40016)
    return [_top_button(account, button) for button in fields]


def _top_button(account: Account, fields: object) -> Button:
    if not isinstance(fields, dict):
        raise ApiError(47001)
    below = fields.get("sub_button") or []
    if not isinstance(below, list):
        raise ApiError(47001)
    if len(below) > 5:
        raise ApiError(40023)
    if not below:
        return _action_button(account, fields, 16, TOP)
    return {
        "name": _button_name(fields, 16, TOP[1]),
        "sub_button": [_sub_button(account, one) for one in below],
    }


def _sub_button(account: Account, fields: object) -> Button:
    if not isinstance(fields, dict):
        raise ApiError(47001)
    if fields.get("sub_button"):
        raise ApiError(40022)
    return _action_button(account, fields, 60, BELOW)


def _button_name(fields: Button, most: int, code: int) -> str:
    name = fields.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode("utf-8", "replace")) <= most:
        raise ApiError(code)
    return name


def _action_button(account: Account, fields: Button, longest_name: int, codes: tuple[int, ...]) -> Button:
    """Return a button with an action, with the fields that its type requires, within their sizes."""
    type_code, name_code, key_code, url_code, form_code = codes
    name = _button_name(fields, longest_name, name_code)
    kind = fields.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ApiError(type_code)
    button: Button = {"type": kind, "name": name}
    for field in TYPES[kind]:
        value = fields.get(field)
        most, code = {"key": (128, key_code), "url": (1024, url_code)}.get(field, (256, 40035))
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= most:
            raise ApiError(code)
        button[field] = value
    if "url" in button and not URL.match(button["url"]):
        raise ApiError(form_code)
    _check_references(account, button)
    return button | {"sub_button": []}


def _check_references(account: Account, button: Button) -> None:
    if "media_id" in button and button["media_id"] not in account.media.materials:
        raise ApiError(40007)
    articles = {one.article_id for one in account.publications.values() if one.status == 0}
    if "article_id" in button and button["article_id"] not in articles:
        raise ApiError(53600)


def get_menus(account: Account, _call: ApiCall) -> Answer:
    """Return the menus created through the API; 46003 when there are none."""
    if account.menu is None:
        raise ApiError(46003)
    answer: dict[str, Any] = {"menu": account.menu}
    return answer | ({"conditionalmenu": account.conditional_menus} if account.conditional_menus else {})


def delete_menus(account: Account, call: ApiCall) -> Answer:
    """Delete all menus, conditional ones included."""
    call.spend_quota()
    account.menu = None
    account.conditional_menus = []
    call.world.changes.publish("menu")
    return OK


def get_current_menu(account: Account, _call: ApiCall) -> Answer:
    """Return the current menu in the format of get_current_selfmenu_info."""
    if account.menu is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    return {
        "is_menu_open": 1,
        "selfmenu_info": {"button": [_current_menu_button(one) for one in account.menu["button"]]},
    }


def _current_menu_button(button: Button) -> Button:
    kept = {key: value for key, value in button.items() if key != "sub_button"}
    below = button["sub_button"]
    return kept | ({"sub_button": {"list": [_current_menu_button(one) for one in below]}} if below else {})


def add_conditional_menu(account: Account, call: ApiCall) -> Answer:
    """Add a menu for the followers who match a rule."""
    if account.menu is None:
        raise ApiError(65303)
    rule = call.body.get("matchrule")
    if not isinstance(rule, dict) or not any(rule.values()):
        raise ApiError(65304)
    kept = {key: str(rule[key]) for key in ("tag_id", "client_platform_type") if rule.get(key)}
    if not kept or kept.get("client_platform_type", "1") not in ("1", "2", "3"):
        raise ApiError(65312)
    if "tag_id" in kept and kept["tag_id"] not in {str(tag) for tag in (*account.tags, 2)}:
        raise ApiError(65312)
    buttons = _buttons(account, call.body)
    call.spend_quota()
    menuid = account.next_number("menu id", 429_000_001)
    account.conditional_menus.insert(0, {"button": buttons, "matchrule": kept, "menuid": menuid})
    call.world.changes.publish("menu")
    return {"menuid": str(menuid)}


def delete_conditional_menu(account: Account, call: ApiCall) -> Answer:
    menuid = whole_number(call.body, "menuid", 65301, 0, 1 << 60)
    kept = [menu for menu in account.conditional_menus if menu["menuid"] != menuid]
    if len(kept) == len(account.conditional_menus):
        raise ApiError(65301)
    call.spend_quota()
    account.conditional_menus = kept
    call.world.changes.publish("menu")
    return OK


def try_match(account: Account, call: ApiCall) -> Answer:
    """Return the menu that one follower sees, given by openid or WeChat name."""
    user_id = required_text(call.body, "user_id", 40003)
    by_name = account.followers.find_by_wx_name(user_id)
    openid = by_name.openid if by_name is not None else user_id
    if not account.followers.follows(openid):
        raise ApiError(40003)
    return {"button": menu_for(account, openid)}


def menu_for(account: Account, openid: str) -> list[Button]:
    """Return the newest conditional menu that matches the follower's tags and client, else the default menu."""
    known = account.followers.by_openid.get(openid)
    for menu in account.conditional_menus:
        if known is not None and _rule_matches(menu["matchrule"], known):
            return list(menu["button"])
    return list(account.menu["button"]) if account.menu is not None else []


def _rule_matches(rule: dict[str, str], follower: FollowerRecord) -> bool:
    tags = {str(tag) for tag in follower.tags}
    return rule.get("tag_id", "") in tags | {""} and rule.get("client_platform_type", "") in (
        "",
        str(follower.client),
    )
