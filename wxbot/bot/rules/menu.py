"""The account's menu, from [[menu]] in config/rules.toml: its entries, their mistakes, and the platform's form.

    read_menu        the entries and mistakes of a rule file's text
    read_buttons     the menu as the platform takes it (reference, K4)
    present_buttons  the menu that the platform has
    menu_difference  what applying the one would change in the other

An entry has one action, given by its fields: `key` (click), `url` (view), `appid` with `pagepath` and `url` (a
mini-program), `media_id`, `article_id`, or `items` (a sub-menu). `type` names a less common action, such as a scan.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wxbot.errors import UsageError
from wxbot.wechat import WeChat, limits

__all__ = [
    "ACTION_FIELDS",
    "ENTRY_KEYS",
    "MenuEntry",
    "MenuProblem",
    "action_of",
    "button_lines",
    "check_entries",
    "menu_difference",
    "menu_tables",
    "platform_buttons",
    "present_buttons",
    "read_buttons",
    "read_menu",
]

_KEYED = (
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
)
ACTION_FIELDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_KEYED, ("key",)),
    "view": ("url",),
    "miniprogram": ("appid", "pagepath", "url"),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
"""The fields that each action of the platform needs."""

ENTRY_KEYS = frozenset(
    {"name", "type", "items", *(name for fields in ACTION_FIELDS.values() for name in fields)}
)
_GUESSED = (  # the action of an entry without `type`, by a field that it has; appid before its fallback url
    ("appid", "miniprogram"),
    ("pagepath", "miniprogram"),
    ("url", "view"),
    ("key", "click"),
    ("media_id", "media_id"),
    ("article_id", "article_id"),
)
_BYTES = {"key": limits.MENU_KEY_BYTES, "url": limits.URL_BYTES}
_URL = re.compile(r"https?://[^\s/]+\S*")
_APP_ID = re.compile(r"wx[0-9a-f]{16}")
_FIELD_LABELS = {
    "key": "点了发什么",
    "url": "网址",
    "appid": "小程序的编号",
    "pagepath": "小程序的页面",
    "media_id": "素材编号",
    "article_id": "文章编号",
}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the menu.

    place : its position, such as 2, or 2.3 for the third item below the second entry
    action : the platform's type, "" for an entry with items and for one whose action is unclear
    """

    place: str
    name: str = ""
    action: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    items: tuple["MenuEntry", ...] = ()


@dataclass(frozen=True, slots=True)
class MenuProblem:
    """One mistake: the place of its entry ("" for the whole menu), and what is wrong."""

    place: str
    says: str


def read_menu(text: str) -> tuple[list[MenuEntry], list[MenuProblem]]:
    """Return the entries of a rule file, and the mistakes in them; raises TOMLDecodeError."""
    return check_entries(tomllib.loads(text.removeprefix("\ufeff")).get("menu", []))


def check_entries(value: object) -> tuple[list[MenuEntry], list[MenuProblem]]:
    """Return the entries in the value of `menu`, and the mistakes in them."""
    tables = menu_tables(value)
    problems = list[MenuProblem]()
    if not isinstance(value, list) or len(tables) != len(value):
        problems.append(MenuProblem("", "菜单要写成 [[menu]]"))
    if len(tables) > limits.MENU_BUTTONS:
        says = f"一级菜单最多 {limits.MENU_BUTTONS} 个，现在 {len(tables)} 个"
        problems.append(MenuProblem("", says))
    entries = []
    for at, table in enumerate(tables, start=1):
        entries.append(_entry(str(at), table))
        problems += [MenuProblem(place, says) for place, says in _mistakes(str(at), table)]
    return entries, problems


def menu_tables(value: object) -> list[dict[str, Any]]:
    """Return the tables of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def action_of(table: Mapping[str, Any]) -> str:
    """Return the action of an entry: its `type`, or what its fields tell; "" for none."""
    if isinstance(given := table.get("type"), str) and given:
        return given
    return next((action for name, action in _GUESSED if name in table), "")


def _entry(place: str, table: Mapping[str, Any]) -> MenuEntry:
    below = menu_tables(table.get("items"))
    return MenuEntry(
        place,
        str(table.get("name", "")),
        "" if below else action_of(table),
        {name: str(table[name]) for name in _FIELD_LABELS if name in table},
        tuple(_entry(f"{place}.{at}", each) for at, each in enumerate(below, start=1)),
    )


def _mistakes(place: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the mistakes of an entry and of the items below it."""
    is_top = "." not in place
    name = table.get("name", "")
    longest = limits.MENU_NAME_BYTES if is_top else limits.MENU_SUB_NAME_BYTES
    if not isinstance(name, str) or not name.strip() or len(name.encode()) > longest:
        yield place, f"菜单名「{name}」应为 1 到 {longest} 个字节（一个汉字 3 个）"
    for unknown in sorted(set(table) - ENTRY_KEYS):
        yield place, f"不认识「{unknown}」；可用的：{'、'.join(sorted(ENTRY_KEYS))}"
    if "items" in table:
        yield from _item_mistakes(place, table, is_top=is_top)
    else:
        yield from ((place, says) for says in _action_mistakes(table))


def _item_mistakes(place: str, table: Mapping[str, Any], *, is_top: bool) -> Iterator[tuple[str, str]]:
    name, value = table.get("name", ""), table["items"]
    items = menu_tables(value)
    if not isinstance(value, list) or len(items) != len(value) or not items:
        yield place, f"「{name}」的 items 是一列 {{ name = …, key = … }}，至少一项"
    if not is_top or len(items) > limits.MENU_SUB_BUTTONS:
        yield place, f"「{name}」下最多 {limits.MENU_SUB_BUTTONS} 项，且不能再分级"
        return
    if beside := sorted((set(table) & ENTRY_KEYS) - {"name", "items"}):
        yield place, f"「{name}」下面有子菜单，点它只会展开，{beside[0]} 用不上"
    for at, item in enumerate(items, start=1):
        yield from _mistakes(f"{place}.{at}", item)


def _action_mistakes(table: Mapping[str, Any]) -> Iterator[str]:
    name, action = table.get("name", ""), action_of(table)
    if not action:
        yield f"菜单「{name}」缺少 key、url 或 items"
        return
    needs = ACTION_FIELDS.get(action)
    if needs is None:
        yield f"菜单「{name}」的 type 没有「{action}」这一种，可用的：{'、'.join(ACTION_FIELDS)}"
        return
    for missing in (each for each in needs if each not in table):
        yield f"菜单「{name}」缺少 {missing}（{_FIELD_LABELS[missing]}）{_WHY_URL if action == 'miniprogram' else ''}"
    if beside := sorted((set(table) & set(_FIELD_LABELS)) - set(needs)):
        yield f"菜单「{name}」只能有一种作用：{'、'.join(needs)} 和 {beside[0]} 不能同时写"
    for each in (each for each in needs if each in table):
        yield from _value_mistakes(str(name), each, table[each])


_WHY_URL = "；小程序要有 appid、pagepath 和 url，太旧的微信打不开小程序，改开这个网址"


def _value_mistakes(name: str, field_name: str, value: object) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield f"菜单「{name}」的 {field_name} 是空的"
        return
    size, most = len(value.encode()), _BYTES.get(field_name, limits.MENU_FIELD_BYTES)
    if size > most:
        yield f"菜单「{name}」的 {field_name} 有 {size} 个字节，最多 {most} 个"
    if field_name == "url" and not _URL.fullmatch(value):
        yield f"菜单「{name}」的 url「{value}」不是网址，应以 https:// 开头"
    if field_name == "appid" and not _APP_ID.fullmatch(value):
        yield f"菜单「{name}」的 appid「{value}」不对：wx 和十六位小写字母、数字"


def platform_buttons(entries: Sequence[MenuEntry]) -> list[dict[str, Any]]:
    """Return the entries, which have no mistakes, in the platform's form."""
    return [
        {"name": each.name, "sub_button": platform_buttons(each.items)}
        if each.items
        else {
            "name": each.name,
            "type": each.action,
            **{name: each.fields[name] for name in ACTION_FIELDS[each.action]},
        }
        for each in entries
    ]


def button_lines(buttons: Sequence[Mapping[str, Any]], depth: int = 0) -> list[str]:
    """Return the platform's buttons as lines, with the items below each."""
    lines = list[str]()
    for button in buttons:
        below = button.get("sub_button") or []
        kind = str(button.get("type", ""))
        values = [str(button[name]) for name in ACTION_FIELDS.get(kind, _FIELD_LABELS) if button.get(name)]
        what = "" if below else "  " + " ".join((kind, *values))
        lines += [f"{'  ' * depth}{button['name']}{what}", *button_lines(below, depth + 1)]
    return lines


def read_buttons(file: Path) -> list[dict[str, Any]]:
    """Return the menu of a rule file in the platform's form; raises UsageError with the first mistake."""
    try:
        entries, problems = read_menu(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"没有 {file}", remedy="菜单写在 config/rules.toml 的 [[menu]] 里。") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} 不是 UTF-8 编码", remedy="用编辑器另存为 UTF-8。") from None
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise UsageError(
            f"{file} 不是正确的 TOML：{wrong}", remedy="wxbot rules check 说出在哪一行。"
        ) from None
    if problems:
        raise UsageError(f"{file}：{problems[0].says}", remedy="wxbot rules check 列出全部问题。")
    return platform_buttons(entries)


def present_buttons(wechat: WeChat) -> list[dict[str, Any]]:
    """Return the menu that the platform has; calls the platform."""
    found = wechat.fetch_menu()
    return list(found["menu"]["button"]) if found else []


def menu_difference(now: Sequence[Mapping[str, Any]], then: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what would change on the platform, as lines of a unified diff; empty if nothing would."""
    lines = difflib.unified_diff(
        button_lines(now), button_lines(then), "平台", "rules.toml", lineterm="", n=9
    )
    return list(lines)
