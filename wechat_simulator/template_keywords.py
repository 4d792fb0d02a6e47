"""Typed keywords of template messages and subscription notices (reference, section J3)."""

__all__ = ["NOTICE_LIBRARY", "is_valid_value", "key_for_name"]

import re

LIMITS: dict[str, re.Pattern[str]] = {
    "thing": re.compile(r".{1,20}", re.DOTALL),
    "number": re.compile(r"[\d.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(r"[\d年月日时分秒:：/. ~-]{4,48}"),
    "date": re.compile(r"[\d年月日时分秒:：/. ~-]{4,48}"),
    "amount": re.compile(r"[^\d.]{0,3}\d{1,10}(?:\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+ -]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[一-鿿·]{1,10}|[A-Za-z .]{1,20}"),
    "phrase": re.compile(r"[一-鿿]{1,5}"),
    "const": re.compile(r".{1,20}"),
}
TYPE = re.compile(r"([a-z_]+?)\d+")
BY_NAME = (
    ("时间", "time"),
    ("日期", "date"),
    ("编号", "character_string"),
    ("单号", "character_string"),
    ("金额", "amount"),
    ("电话", "phone_number"),
    ("数量", "number"),
)
# A small public library of subscription notices: tid -> (title, {kid: (keyword, type)}).
NOTICE_LIBRARY: dict[int, tuple[str, dict[int, tuple[str, str]]]] = {
    2001: ("刊物更新提醒", {1: ("刊物名称", "thing"), 2: ("更新时间", "time"), 3: ("内容摘要", "thing")}),
    2002: ("活动开始提醒", {1: ("活动名称", "thing"), 2: ("开始时间", "time"), 3: ("活动地点", "thing")}),
    2003: (
        "会员到期提醒",
        {1: ("会员姓名", "name"), 2: ("到期日期", "date"), 3: ("会员编号", "character_string")},
    ),
}


def key_for_name(name: str, number: int) -> str:
    """Return the key of a keyword, such as time2 for 更新时间 in second place."""
    kind = next((kind for word, kind in BY_NAME if word in name), "thing")
    return f"{kind}{number}"


def is_valid_value(key: str, value: str) -> bool:
    """Return whether a value fits the type of its key; keys of an unknown type accept any text."""
    found = TYPE.fullmatch(key)
    limit = LIMITS.get(found[1]) if found else None
    return bool(value) and (limit is None or limit.fullmatch(value) is not None)
