"""The account's menu: default and personalised (reference, section K4)."""

__all__ = [
    "add_conditional",
    "create",
    "delete",
    "delete_conditional",
    "get",
    "self_menu",
    "shown_to",
    "try_match",
]

import re
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, text, whole
from wechat_simulator.errcodes import Refusal
from wechat_simulator.followers import Follower

Button = dict[str, Any]
KEYED = ("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin")
TYPES = {  # the fields that each type needs
    **dict.fromkeys((*KEYED, "location_select"), ("key",)),
    "view": ("url",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "miniprogram": ("appid", "pagepath", "url"),
}
URL = re.compile(r"https?://[^\s/]+")
# errcodes of a top button and of one below it: type, name, key, url, the url's form
TOP = (40017, 40018, 40019, 40020, 40055)
BELOW = (40024, 40025, 40026, 40027, 40054)


def create(account: Account, call: Call) -> Answer:
    """A new default menu in the place of the old one."""
    buttons = _buttons(account, call.body)
    call.admit()
    account.menu = {"button": buttons, "menuid": account.next("menu id", 429_000_001)}
    call.world.bus.tell("menu")
    return OK


def _buttons(account: Account, body: dict[str, Any]) -> list[Button]:
    given = body.get("button")
    if not isinstance(given, list) or not 1 <= len(given) <= 3:
        raise Refusal(40016)
    return [_top(account, button) for button in given]


def _top(account: Account, given: object) -> Button:
    if not isinstance(given, dict):
        raise Refusal(47001)
    below = given.get("sub_button") or []
    if not isinstance(below, list):
        raise Refusal(47001)
    if len(below) > 5:
        raise Refusal(40023)
    if not below:
        return _leaf(account, given, 16, TOP)
    return {"name": _name(given, 16, TOP[1]), "sub_button": [_below(account, one) for one in below]}


def _below(account: Account, given: object) -> Button:
    if not isinstance(given, dict):
        raise Refusal(47001)
    if given.get("sub_button"):
        raise Refusal(40022)
    return _leaf(account, given, 60, BELOW)


def _name(given: Button, most: int, code: int) -> str:
    name = given.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode("utf-8", "replace")) <= most:
        raise Refusal(code)
    return name


def _leaf(account: Account, given: Button, longest_name: int, codes: tuple[int, ...]) -> Button:
    """A button that does something: its type, and the fields that the type needs, within their sizes."""
    type_code, name_code, key_code, url_code, form_code = codes
    name = _name(given, longest_name, name_code)
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refusal(type_code)
    button: Button = {"type": kind, "name": name}
    for field in TYPES[kind]:
        value = given.get(field)
        most, code = {"key": (128, key_code), "url": (1024, url_code)}.get(field, (256, 40035))
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= most:
            raise Refusal(code)
        button[field] = value
    if "url" in button and not URL.match(button["url"]):
        raise Refusal(form_code)
    _check_references(account, button)
    return button | {"sub_button": []}


def _check_references(account: Account, button: Button) -> None:
    if "media_id" in button and button["media_id"] not in account.shelf.materials:
        raise Refusal(40007)
    articles = {one.article_id for one in account.publications.values() if one.status == 0}
    if "article_id" in button and button["article_id"] not in articles:
        raise Refusal(53600)


def get(account: Account, _call: Call) -> Answer:
    """The menus made by API; 46003 when there is none."""
    if account.menu is None:
        raise Refusal(46003)
    answer: dict[str, Any] = {"menu": account.menu}
    return answer | ({"conditionalmenu": account.conditional_menus} if account.conditional_menus else {})


def delete(account: Account, call: Call) -> Answer:
    """All menus, personalised ones too."""
    call.admit()
    account.menu = None
    account.conditional_menus = []
    call.world.bus.tell("menu")
    return OK


def self_menu(account: Account, _call: Call) -> Answer:
    """The menu in force, in the shape of get_current_selfmenu_info."""
    if account.menu is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    return {
        "is_menu_open": 1,
        "selfmenu_info": {"button": [_self_shape(one) for one in account.menu["button"]]},
    }


def _self_shape(button: Button) -> Button:
    kept = {key: value for key, value in button.items() if key != "sub_button"}
    below = button["sub_button"]
    return kept | ({"sub_button": {"list": [_self_shape(one) for one in below]}} if below else {})


def add_conditional(account: Account, call: Call) -> Answer:
    """A menu for those whom a rule matches."""
    if account.menu is None:
        raise Refusal(65303)
    rule = call.body.get("matchrule")
    if not isinstance(rule, dict) or not any(rule.values()):
        raise Refusal(65304)
    kept = {key: str(rule[key]) for key in ("tag_id", "client_platform_type") if rule.get(key)}
    if not kept or kept.get("client_platform_type", "1") not in ("1", "2", "3"):
        raise Refusal(65312)
    if "tag_id" in kept and kept["tag_id"] not in {str(tag) for tag in (*account.tags, 2)}:
        raise Refusal(65312)
    buttons = _buttons(account, call.body)
    call.admit()
    menuid = account.next("menu id", 429_000_001)
    account.conditional_menus.insert(0, {"button": buttons, "matchrule": kept, "menuid": menuid})
    call.world.bus.tell("menu")
    return {"menuid": str(menuid)}


def delete_conditional(account: Account, call: Call) -> Answer:
    menuid = whole(call.body, "menuid", 65301, 0, 1 << 60)
    kept = [menu for menu in account.conditional_menus if menu["menuid"] != menuid]
    if len(kept) == len(account.conditional_menus):
        raise Refusal(65301)
    call.admit()
    account.conditional_menus = kept
    call.world.bus.tell("menu")
    return OK


def try_match(account: Account, call: Call) -> Answer:
    """The menu that one follower sees, named by openid or wx name."""
    who = text(call.body, "user_id", 40003)
    named = account.followers.by_name(who)
    openid = named.openid if named is not None else who
    if not account.followers.follows(openid):
        raise Refusal(40003)
    return {"button": shown_to(account, openid)}


def shown_to(account: Account, openid: str) -> list[Button]:
    """The newest personalised menu whose rule fits the follower's tags and telephone, else the default."""
    known = account.followers.known.get(openid)
    for menu in account.conditional_menus:
        if known is not None and _fits(menu["matchrule"], known):
            return list(menu["button"])
    return list(account.menu["button"]) if account.menu is not None else []


def _fits(rule: dict[str, str], follower: Follower) -> bool:
    tags = {str(tag) for tag in follower.tags}
    return rule.get("tag_id", "") in tags | {""} and rule.get("client_platform_type", "") in (
        "",
        str(follower.client),
    )
