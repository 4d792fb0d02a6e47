"""The form of one rule: the fields that an editor fills in, and the entry of the rule file that they make."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from wxbot.bot.rules.rulebook import BEFORE_ALL
from wxbot.errors import UsageError
from wxbot.web.console.settings.parts import field as form_field
from wxbot.web.console.settings.parts import lines_of

__all__ = ["ANSWERS", "DAYS", "MATCHES", "PRIORITIES", "RuleFields", "describe_rule"]

MATCHES = {
    "contains": "会员的话里有",
    "exact": "会员整句话就是",
    "pattern": "会员的话符合（正则）",
    "menu": "点了菜单，key 是",
    "scene": "扫了二维码，场景是",
    "event": "发生了事件",
}
ANSWERS = {
    "text": "一段文字",
    "card": "一篇文章或一期的卡片",
    "search": "当作检索这个词",
    "picture": "一张图片（素材编号）",
    "transfer": "转给人工客服（可以写一位客服的账号）",
}
DAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}
PRIORITIES = {0: "照常", 10: "先于别的规则", BEFORE_ALL: "先于一切，「帮助」「退订」这些固定的词也由它回答"}
_KEYS = (
    "match",
    "values",
    *ANSWERS,
    "priority",
    "from",
    "until",
    "weekdays",
    "hours",
    "examples",
)


@dataclass(slots=True)
class RuleFields:
    """The fields of the form, as texts; `kept` are keys of the entry that the form does not have."""

    match: str = "contains"
    values: str = ""
    answer: str = "text"
    answers: dict[str, str] = field(default_factory=dict)
    priority: str = "0"
    since: str = ""
    until: str = ""
    weekdays: list[str] = field(default_factory=lambda: list(DAYS))
    start: str = ""
    end: str = ""
    examples: str = ""
    kept: list[str] = field(default_factory=list)

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> "RuleFields":
        """Return the fields for an entry, even for one with mistakes."""
        hours = entry.get("hours")
        start, end = hours if isinstance(hours, list) and len(hours) == 2 else ("", "")
        return cls(
            match=str(entry.get("match", "")),
            values=_as_lines(entry.get("values")),
            answer=next((name for name in ANSWERS if name in entry), ""),
            # `transfer = true` is the staff, whoever is free: an empty field.
            answers={
                name: "" if entry[name] is True else str(entry[name]).strip("\n")
                for name in ANSWERS
                if name in entry
            },
            priority=str(entry.get("priority", 0)),
            since=str(entry.get("from", "")),
            until=str(entry.get("until", "")),
            weekdays=list(map(str, entry.get("weekdays", DAYS))),
            start=str(start),
            end=str(end),
            examples=_as_lines(entry.get("examples")),
            kept=sorted(set(entry) - set(_KEYS)),
        )

    @classmethod
    def of_request(cls, kept: list[str]) -> "RuleFields":
        """Return the fields as an editor sent them."""
        return cls(
            match=form_field("match"),
            values="\n".join(lines_of("values")),
            answer=form_field("answer"),
            answers={name: form_field(name) for name in ANSWERS},
            priority=form_field("priority") or "0",
            since=form_field("from"),
            until=form_field("until"),
            weekdays=[day for day in DAYS if day in request.form.getlist("weekdays")],
            start=form_field("start"),
            end=form_field("end"),
            examples="\n".join(lines_of("examples")),
            kept=kept,
        )

    @property
    def first_words(self) -> str:
        """A message that the rule should answer: the first example, else the first value."""
        return (self.examples or self.values).partition("\n")[0]

    def entry(self) -> dict[str, Any]:
        """Return the values of the entry; None removes a key. Raises UsageError for a malformed hour or day."""
        has_hours = bool(self.start or self.end)
        given: str | bool = self.answers.get(self.answer, "") or self.answer == "transfer" or ""
        answers = {name: given if name == self.answer else None for name in ANSWERS}
        return {
            "match": self.match,
            "values": self.values.split("\n") if self.values else [],
            **(answers if self.answer else {}),
            "priority": _number(self.priority) if self.priority != "0" else None,
            "from": _day(self.since, "from") if self.since else None,
            "until": _day(self.until, "until") if self.until else None,
            "weekdays": self.weekdays if 0 < len(self.weekdays) < len(DAYS) else None,
            "hours": [_hour(self.start or "0", "start"), _hour(self.end or "24", "end")]
            if has_hours
            else None,
            "examples": self.examples.split("\n") if self.examples else None,
        }


def describe_rule(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return a rule in words: when it answers, what it answers, and when it is valid."""
    fields = RuleFields.of_entry(entry)
    answer = fields.answers.get(fields.answer, "")
    return {
        "match": MATCHES.get(fields.match, fields.match),
        "words": "、".join(f"「{value}」" for value in fields.values.split("\n")),
        "answer": answer if fields.answer else "、".join(fields.kept),
        "answer_label": ANSWERS.get(fields.answer, "另一种回答"),
        "valid": _validity(fields),
        "priority": "" if fields.priority == "0" else f"优先级 {fields.priority}",
    }


def _validity(fields: RuleFields) -> str:
    parts = [f"从 {fields.since}" if fields.since else "", f"到 {fields.until}" if fields.until else ""]
    if len(fields.weekdays) < len(DAYS):
        parts.append("星期" + "".join(DAYS.get(day, day) for day in fields.weekdays))
    if fields.start or fields.end:
        parts.append(f"{fields.start}:00 至 {fields.end}:00")
    return " ".join(filter(None, parts))


def _as_lines(values: object) -> str:
    return "\n".join(map(str, values)) if isinstance(values, list) else ""


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 8 else text


def _hour(text: str, name: str) -> int:
    number = _number(text)
    if isinstance(number, int) and 0 <= number <= 24:
        return number
    raise UsageError(f"钟点「{text}」不对", remedy="写 0 到 24 的整点，如 9。", field=name)


def _day(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"日期「{text}」不对", remedy="写成 2026-12-01 的样子。", field=name) from None
