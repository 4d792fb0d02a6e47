"""Subscription notices (订阅通知): what a template's fields say of an issue, within the platform's limits.

The form is a setting: for each field of the template a text with {title}, {number}, {date}, {digest} and {count} in it.
A field's type stands in its key (thing1, date2) and bounds its value (reference, J3): what is too long is cut and said
to the editor, what has the wrong form cannot be sent at all and is refused with the plan.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from wxbot import library
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound
from wxbot.local_time import chinese_date
from wxbot.push.planning.content import compose_card
from wxbot.push.push_settings import EditorChoice, NoticeTemplate, PushSettings
from wxbot.text import one_line, strip_controls

__all__ = ["PLACES", "NoticeContent", "compose_notice", "fill_template"]

PLACES = ("title", "number", "date", "digest", "count")
_KEY = re.compile(r"([a-z_]+?)\d+")
# Units of time, digits and what stands between them; a range is written with ~.
_MOMENT = re.compile(r"[\d年月日时分秒:：/. ~-]{4,48}")
_HOW = "设置 notice_fields 里改好这一项（说明见 config/wxbot.toml），或换一个模板。"


@dataclass(frozen=True)
class NoticeContent:
    """A notice as it goes out: the template, its values, the page that it opens, and what was cut."""

    template: str
    values: Mapping[str, str]
    page: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Type:
    """A field's type: characters it may have, how many of them, and what it is called for an editor."""

    allowed: re.Pattern[str]
    longest: int
    says: str


_TYPES = {
    "thing": _Type(re.compile(r".+", re.DOTALL), 20, "20 个字以内"),
    "const": _Type(re.compile(r".+", re.DOTALL), 20, "20 个字以内"),
    "character_string": _Type(re.compile(r"[\x20-\x7e]+"), 32, "32 个以内的数字、字母或符号"),
    "letter": _Type(re.compile(r"[A-Za-z]+"), 32, "32 个以内的字母"),
    "number": _Type(re.compile(r"[\d.]+"), 32, "32 位以内的数字"),
    "symbol": _Type(re.compile(r"[^\w\s]+"), 5, "5 个以内的符号"),
    "phrase": _Type(re.compile(r"[\u4e00-\u9fff]+"), 5, "5 个以内的汉字"),
    "car_number": _Type(re.compile(r".+"), 8, "8 位以内的车牌号"),
    "time": _Type(_MOMENT, 48, "时间或日期"),
    "date": _Type(_MOMENT, 48, "日期"),
    "amount": _Type(re.compile(r"[^\d.]{0,3}\d{1,10}(?:\.\d+)?元?"), 16, "金额"),
    "phone_number": _Type(re.compile(r"[\d+ -]+"), 17, "17 位以内的电话号码"),
}
# May be cut without becoming untrue; a number or a date may not.
_MAY_BE_CUT = ("thing", "const", "character_string", "letter", "symbol", "phrase", "name")


def compose_notice(
    session: Session, number: str, settings: PushSettings, choice: EditorChoice | None = None
) -> NoticeContent:
    """The notice that tells of an issue.

    Raises Forbidden when no form is set or the form's values have not the form that their types want, NotFound when
    there is no such issue.
    """
    if settings.notice is None:
        raise Forbidden(
            "没有设置订阅通知的模板",
            remedy="在 config/wxbot.toml 里写 notice_template 和 notice_fields，再重新计划。",
        )
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    card = compose_card(session, number, settings, choice)
    places = {
        "title": card.title,
        "number": number,
        "date": chinese_date(issue.date),
        "digest": card.description,
        "count": str(len(library.articles(session, number))),
    }
    return fill_template(settings.notice, places, card.url)


def fill_template(form: NoticeTemplate, places: Mapping[str, str], page: str) -> NoticeContent:
    """Fill a form in; Forbidden with what is wrong of it. Pure."""
    values, warnings, wrong = {}, [], []
    for key, text in form.fields.items():
        no = _malformed(text)
        if no:
            wrong.append(f"{key}：{no}")
            continue
        whole = one_line(strip_controls(text.format_map(places)))
        values[key] = value = _within(key, whole)
        if not _fits(key, value):
            wrong.append(f"{key} 要{_says(key)}，不能是「{whole}」")
        elif value != whole:
            warnings.append(f"通知的 {key} 超过{_says(key)}，已缩短为「{value}」")
    if not form.fields:
        wrong.append("没有写模板的字段")
    if wrong:
        raise Forbidden("订阅通知填不出来：" + "；".join(wrong), remedy=_HOW)
    return NoticeContent(form.template, values, page, tuple(warnings))


def _malformed(text: str) -> str:
    """What is wrong with the places that a field's text names."""
    try:
        named = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return "花括号没有成对"
    unknown = [name for name in named if name not in PLACES]
    return f"没有「{{{unknown[0]}}}」这样的位置，可用的是 {'、'.join(PLACES)}" if unknown else ""


def _kind(key: str) -> str:
    found = _KEY.fullmatch(key)
    return found[1] if found else ""


def _within(key: str, value: str) -> str:
    """The value, cut where its type may be cut; Chinese texts end with … when there is room for it."""
    kind = _kind(key)
    if kind not in _MAY_BE_CUT:
        return value
    longest = 20 if kind == "name" and value.isascii() else 10 if kind == "name" else _TYPES[kind].longest
    if len(value) <= longest:
        return value
    mark = "…" if kind in {"thing", "const"} else ""
    return value[: longest - len(mark)].rstrip() + mark


def _fits(key: str, value: str) -> bool:
    """Whether a value has the form that the type of its key wants; keys of no known type take any text."""
    kind = _kind(key)
    if kind == "name":
        return re.fullmatch(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}", value) is not None
    rule = _TYPES.get(kind)
    if rule is None:
        return bool(value)
    return len(value) <= rule.longest and rule.allowed.fullmatch(value) is not None


def _says(key: str) -> str:
    kind = _kind(key)
    if kind == "name":
        return "10 个汉字或 20 个字母以内的名字"
    return _TYPES[kind].says if kind in _TYPES else "文字"
