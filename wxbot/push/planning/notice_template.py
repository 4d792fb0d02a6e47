"""Fill in the template of a subscription notice (订阅通知).

The settings give a text for each field of the platform's template, with the placeholders {title}, {number}, {date},
{digest} and {count}. The type of a field is part of its key (`thing1`, `date2`) and limits its value
(wechat-platform.md, section J3): a text that is too long is shortened, with a warning; a value of the wrong form is
refused when the campaign is planned.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from wxbot.errors import Forbidden
from wxbot.push.push_settings import NoticeTemplate
from wxbot.text import one_line, strip_controls

__all__ = ["NoticeContent", "fill_template"]

PLACEHOLDERS = ("title", "number", "date", "digest", "count")
_KEY = re.compile(r"([a-z_]+?)\d+")
# Units of time, digits and separators; a range is written with ~.
_MOMENT = re.compile(r"[\d年月日时分秒:：/. ~-]{4,48}")
_REMEDY = "设置 notice_fields 里改好这一项（说明见 config/wxbot.toml），或换一个模板。"


@dataclass(frozen=True)
class NoticeContent:
    """A filled-in notice: template id, values by field, address that it opens, and warnings about shortened values."""

    template: str
    values: Mapping[str, str]
    page: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _FieldType:
    """Limits of a field type: allowed form, greatest length in characters, and a description in Chinese."""

    allowed: re.Pattern[str]
    longest: int
    description: str


_FIELD_TYPES = {
    "thing": _FieldType(re.compile(r".+", re.DOTALL), 20, "20 个字以内"),
    "const": _FieldType(re.compile(r".+", re.DOTALL), 20, "20 个字以内"),
    "character_string": _FieldType(re.compile(r"[\x20-\x7e]+"), 32, "32 个以内的数字、字母或符号"),
    "letter": _FieldType(re.compile(r"[A-Za-z]+"), 32, "32 个以内的字母"),
    "number": _FieldType(re.compile(r"[\d.]+"), 32, "32 位以内的数字"),
    "symbol": _FieldType(re.compile(r"[^\w\s]+"), 5, "5 个以内的符号"),
    "phrase": _FieldType(re.compile(r"[\u4e00-\u9fff]+"), 5, "5 个以内的汉字"),
    "car_number": _FieldType(re.compile(r".+"), 8, "8 位以内的车牌号"),
    "time": _FieldType(_MOMENT, 48, "时间或日期"),
    "date": _FieldType(_MOMENT, 48, "日期"),
    "amount": _FieldType(re.compile(r"[^\d.]{0,3}\d{1,10}(?:\.\d+)?元?"), 16, "金额"),
    "phone_number": _FieldType(re.compile(r"[\d+ -]+"), 17, "17 位以内的电话号码"),
}
# A shortened text is still true; a shortened number or date is not.
_MAY_BE_SHORTENED = ("thing", "const", "character_string", "letter", "symbol", "phrase", "name")


def fill_template(template: NoticeTemplate, placeholders: Mapping[str, str], page: str) -> NoticeContent:
    """Fill in a notice template; pure. Raises Forbidden with all fields that cannot be filled in."""
    values: dict[str, str] = {}
    warnings, problems = [], []
    for key, text in template.fields.items():
        problem = _placeholder_problem(text)
        if problem:
            problems.append(f"{key}：{problem}")
            continue
        whole = one_line(strip_controls(text.format_map(placeholders)))
        values[key] = value = _shorten(key, whole)
        if not _fits(key, value):
            problems.append(f"{key} 要{_description(key)}，不能是「{whole}」")
        elif value != whole:
            warnings.append(f"通知的 {key} 超过{_description(key)}，已缩短为「{value}」")
    if not template.fields:
        problems.append("没有写模板的字段")
    if problems:
        raise Forbidden("订阅通知填不出来：" + "；".join(problems), remedy=_REMEDY)
    return NoticeContent(template.template, values, page, tuple(warnings))


def _placeholder_problem(text: str) -> str:
    """Return what is wrong with the placeholders of a field's text, in Chinese; "" if nothing is."""
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return "花括号没有成对"
    unknown = [name for name in names if name not in PLACEHOLDERS]
    return f"没有「{{{unknown[0]}}}」这样的位置，可用的是 {'、'.join(PLACEHOLDERS)}" if unknown else ""


def _field_type(key: str) -> str:
    match = _KEY.fullmatch(key)
    return match[1] if match else ""


def _shorten(key: str, value: str) -> str:
    """Return the value within the length of its field type, if that may be shortened; Chinese texts then end with …."""
    kind = _field_type(key)
    if kind not in _MAY_BE_SHORTENED:
        return value
    longest = (
        20 if kind == "name" and value.isascii() else 10 if kind == "name" else _FIELD_TYPES[kind].longest
    )
    if len(value) <= longest:
        return value
    ellipsis = "…" if kind in {"thing", "const"} else ""
    return value[: longest - len(ellipsis)].rstrip() + ellipsis


def _fits(key: str, value: str) -> bool:
    """Return whether a value has the form of its field type; a field of unknown type takes any text."""
    kind = _field_type(key)
    if kind == "name":
        return re.fullmatch(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}", value) is not None
    limits = _FIELD_TYPES.get(kind)
    if limits is None:
        return bool(value)
    return len(value) <= limits.longest and limits.allowed.fullmatch(value) is not None


def _description(key: str) -> str:
    kind = _field_type(key)
    if kind == "name":
        return "10 个汉字或 20 个字母以内的名字"
    return _FIELD_TYPES[kind].description if kind in _FIELD_TYPES else "文字"
