"""The form of the menu: its entries as fields, moves of rows, and the entries of the rule file that they make."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wxbot.bot.rules.menu import ACTION_FIELDS, action_of, menu_tables
from wxbot.web.console.settings.parts import field as form_field
from wxbot.wechat import limits

__all__ = ["ACTION_LABELS", "MenuRow", "edit_rows", "menu_rows", "rows_of_request", "tables_of_rows"]

ACTION_LABELS: Mapping[str, str] = {
    "click": "当作会员发来这句话",
    "view": "打开网页",
    "miniprogram": "打开小程序",
    "scancode_waitmsg": "扫一扫，由公众号回答",
    "scancode_push": "扫一扫",
    "pic_sysphoto": "拍照发来",
    "pic_photo_or_album": "拍照或从相册发来",
    "pic_weixin": "从相册发来",
    "location_select": "发来位置",
    "media_id": "发素材",
    "view_limited": "打开素材里的图文",
    "article_id": "发已发布的文章",
    "article_view_limited": "打开已发布的文章",
}
_FIELDS = ("key", "url", "appid", "pagepath", "media_id", "article_id")
_SHORT = frozenset({"click", "view", "miniprogram"})  # actions that need no `type` in the file


@dataclass(slots=True)
class MenuRow:
    """One entry in the form.

    place : its place in the form, such as 2 or 2.3
    table : the place of the entry in the file from which it comes, "" for a new one; its unknown keys are kept
    """

    place: str
    table: str = ""
    name: str = ""
    action: str = "click"
    values: dict[str, str] = field(default_factory=dict)
    items: list["MenuRow"] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """True for a row in which nothing is written: it is no entry."""
        return not self.name and not any(self.values.values()) and all(each.is_empty for each in self.items)

    @property
    def bytes_used(self) -> int:
        """Size of the name."""
        return len(self.name.encode())

    @property
    def bytes_most(self) -> int:
        """Largest size of a name in this row."""
        return limits.MENU_SUB_NAME_BYTES if "." in self.place else limits.MENU_NAME_BYTES


def menu_rows(value: object) -> list[MenuRow]:
    """Return the rows for the menu in a rule file, with an empty row where another entry is allowed."""
    rows = [_row(str(at), table) for at, table in enumerate(menu_tables(value), start=1)]
    return _with_empty_rows(rows)


def _row(place: str, table: Mapping[str, Any]) -> MenuRow:
    items = [_row(f"{place}.{at}", each) for at, each in enumerate(menu_tables(table.get("items")), start=1)]
    values = {name: str(table[name]) for name in _FIELDS if name in table}
    return MenuRow(place, place, str(table.get("name", "")), action_of(table) or "click", values, items)


def rows_of_request() -> list[MenuRow]:
    """Return the rows as an editor sent them, without the empty ones."""
    tops = [_sent_row(str(at)) for at in range(1, limits.MENU_BUTTONS + 2)]
    for top in tops:
        sent = (_sent_row(f"{top.place}.{at}") for at in range(1, limits.MENU_SUB_BUTTONS + 2))
        top.items = [each for each in sent if not each.is_empty]
    return [each for each in tops if not each.is_empty]


def _sent_row(place: str) -> MenuRow:
    values = {name: form_field(f"{name}-{place}") for name in _FIELDS}
    return MenuRow(
        place,
        form_field(f"table-{place}"),
        form_field(f"name-{place}"),
        form_field(f"action-{place}") or "click",
        {name: value for name, value in values.items() if value},
    )


def edit_rows(rows: list[MenuRow], order: str) -> list[MenuRow]:
    """Return the rows after a button beside one of them, such as up:2.3 or drop:1; with empty rows to fill in."""
    verb, _, place = order.partition(":")
    for siblings in (rows, *(each.items for each in rows)):
        at = next((i for i, each in enumerate(siblings) if each.place == place), None)
        if at is None:
            continue
        if verb == "drop":
            del siblings[at]
        elif verb in {"up", "down"}:
            to = at + (-1 if verb == "up" else 1)
            siblings.insert(min(max(to, 0), len(siblings) - 1), siblings.pop(at))
    return _with_empty_rows(rows)


def _with_empty_rows(rows: list[MenuRow]) -> list[MenuRow]:
    """Return the rows with an empty one behind them where the platform allows one more, and their places anew."""
    shown = [*rows, MenuRow("")] if len(rows) < limits.MENU_BUTTONS else list(rows)
    for at, row in enumerate(shown, start=1):
        row.place = str(at)
        if len(row.items) < limits.MENU_SUB_BUTTONS:
            row.items = [*row.items, MenuRow("")]
        for below, item in enumerate(row.items, start=1):
            item.place = f"{at}.{below}"
    return shown


def tables_of_rows(rows: list[MenuRow], before: object) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """Yield the entries of the file: the position of the entry that each replaces (None: a new one), and its values.

    A value of None removes the key. Unknown keys of an item are kept, as `before` has them.
    """
    old = _tables_by_place(before)
    for row in rows:
        items = [
            _values(item, before_item) | _unknown_keys(before_item)
            for item in row.items
            if not item.is_empty
            for before_item in (old.get(item.table, {}),)
        ]
        keys: dict[str, Any] = dict.fromkeys(("type", *_FIELDS, "items"))
        before_row = old.get(row.table, {})
        if items:
            values = {"name": row.name, "items": items} | _written_fields(row, before_row, ())
        else:
            values = _values(row, before_row)
        at = int(row.table) - 1 if row.table.isdecimal() and row.table in old else None
        yield at, keys | values


def _values(row: MenuRow, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an entry with an action."""
    needed = ACTION_FIELDS.get(row.action, ())
    values: dict[str, Any] = {"name": row.name}
    if row.action not in _SHORT:
        values["type"] = row.action
    return values | {name: row.values.get(name, "") for name in needed} | _written_fields(row, before, needed)


def _written_fields(row: MenuRow, before: Mapping[str, Any], needed: Sequence[str]) -> dict[str, str]:
    """Return the fields of the entry, without those of an earlier action that the editor left as they were.

    A field of another action in which the editor wrote is kept: the check then says that only one can stand.
    """
    return {name: value for name, value in row.values.items() if name in needed or value != before.get(name)}


def _unknown_keys(table: Mapping[str, Any]) -> dict[str, Any]:
    known = {"name", "type", "items", *_FIELDS}
    return {name: value for name, value in table.items() if name not in known}


def _tables_by_place(value: object) -> dict[str, dict[str, Any]]:
    found = dict[str, dict[str, Any]]()
    for at, table in enumerate(menu_tables(value), start=1):
        found[str(at)] = table
        for below, item in enumerate(menu_tables(table.get("items")), start=1):
            found[f"{at}.{below}"] = item
    return found
