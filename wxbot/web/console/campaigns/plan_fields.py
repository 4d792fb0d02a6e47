"""The fields of the form that plans a campaign: whom, how, when, and which articles; each problem beside its field."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wxbot.local_time import moment_label, read_moment
from wxbot.push import EditorChoice, Route

__all__ = ["FIELDS", "PlanForm", "describe_time", "read_fields", "read_form"]

FIELDS = (
    "to", "tag", "section", "publication", "active", "unreached", "route", "at", "lead", "without", "again",
)  # fmt: skip
MAX_FIELD_CHARS = 200
_TEXT_PROBLEMS = {"tag": "请写标签的名字，与公众平台后台的完全一致", "section": "请选一个栏目"}
_NUMBER_PROBLEMS = {"active": "请写天数，如 30", "unreached": "请写计划的编号，如 7"}
_FIELD_LABELS = {"tag": "标签", "section": "栏目", "active": "天数", "unreached": "计划的编号"}
_AUDIENCE_KINDS = {"all", "recent", "consented", "publication", *_TEXT_PROBLEMS, *_NUMBER_PROBLEMS}


@dataclass(frozen=True)
class PlanForm:
    """An editor's entries: kind and text of the audience, route, time (aware; None for at once), and choice of content.

    `again` allows a second campaign for the issue.
    """

    kind: str
    audience: str
    route: Route | None
    at: dt.datetime | None
    choice: EditorChoice
    again: bool


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form as they were entered, so that the page can show them again."""
    return {name: form.get(name, "").strip()[:MAX_FIELD_CHARS].replace("\0", "") for name in FIELDS}


def read_form(
    fields: Mapping[str, str], numbers: Collection[int | None], tz: ZoneInfo, now: dt.datetime
) -> tuple[PlanForm | None, dict[str, str]]:
    """Return the form, or None and the problems by field. `numbers` are those of the issue's articles."""
    errors: dict[str, str] = {}
    kind, audience = _read_audience(fields, errors)
    at, wrong_time = _read_time(fields.get("at", ""), tz, now)
    if wrong_time:
        errors["at"] = wrong_time
    lead = _read_numbers("lead", fields, numbers, errors)
    without = _read_numbers("without", fields, numbers, errors)
    if not errors and set(lead) & set(without):
        errors["without"] = "有一篇既要放在最前，又不要推送"
    if not errors and set(without) >= set(numbers):
        errors["without"] = "一篇也不剩了"
    route = fields.get("route", "")
    if route and route not in set(Route):
        errors["route"] = "没有这种方式"
    if errors:
        return None, errors
    return PlanForm(
        kind,
        audience,
        Route(route) if route else None,
        at,
        EditorChoice(lead, without),
        bool(fields.get("again")),
    ), {}


def _read_audience(fields: Mapping[str, str], errors: dict[str, str]) -> tuple[str, str]:
    """Return kind and text of the audience; add problems to `errors`."""
    kind = fields.get("to", "")
    if kind not in _AUDIENCE_KINDS:
        errors["to"] = "请选发给谁"
    elif others := [_FIELD_LABELS[other] for other in _FIELD_LABELS if other != kind and fields.get(other)]:
        # An editor who fills in a tag and leaves 全部粉丝 chosen must not reach all followers.
        errors["to"] = f"{others[0]}也填了，选的却是另一种：请选一种，不要的清空"
    if kind == "publication":
        if not (name := fields.get(kind, "")):
            errors["to"] = "这个账号只有一份刊物，请另选发给谁"
        return kind, f"{kind}:{name}"
    if kind not in _TEXT_PROBLEMS | _NUMBER_PROBLEMS:
        return kind, kind
    name = fields.get(kind, "")
    if kind in _TEXT_PROBLEMS and not name:
        errors[kind] = _TEXT_PROBLEMS[kind]
    elif kind in _NUMBER_PROBLEMS and not (
        name.isascii() and name.isdecimal() and 0 < len(name) < 6 and int(name)
    ):
        errors[kind] = _NUMBER_PROBLEMS[kind]
    return kind, f"{kind}:{name}"


def describe_time(text: str, tz: ZoneInfo, now: dt.datetime) -> str:
    """Return how an entered time is understood, or what is wrong with it; "" for none."""
    moment, problem = _read_time(text, tz, now)
    return problem or (f"就是 {moment_label(moment, tz)}" if moment else "")


def _read_time(text: str, tz: ZoneInfo, now: dt.datetime) -> tuple[dt.datetime | None, str]:
    """Return the time that people write or browsers send, None for at once; and what is wrong with it, "" if nothing.

    A time that is over is returned too, so that an editor sees how it was understood.
    """
    if not text:
        return None, ""
    moment = read_moment(text, now, tz)
    if moment is None:
        return None, "看不懂这个时刻，请写成 明天 9:00 或 2026-12-01 9:00"
    return moment, f"这个时刻已经过去：{moment_label(moment, tz)}" if moment < now else ""


def _read_numbers(
    field: str, fields: Mapping[str, str], known: Collection[int | None], errors: dict[str, str]
) -> tuple[int, ...]:
    """Return numbers of articles as in `5,1,9`, each once; () for none or a problem."""
    text = fields.get(field, "").replace("，", ",").replace("、", ",").replace(" ", ",")
    parts = [part for part in text.split(",") if part]
    if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        errors[field] = "请写文章的编号，用逗号隔开，如 5,1,9"
        return ()
    found = tuple(int(part) for part in parts)
    if len(set(found)) < len(found):
        errors[field] = "有一篇写了两遍"
    elif unknown := [n for n in found if n not in known]:
        errors[field] = f"这一期没有第 {'、'.join(map(str, unknown))} 篇"
    return found
