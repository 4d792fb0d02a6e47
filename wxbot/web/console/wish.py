"""The form of a plan: what was typed, read field by field; what is wrong is said at its field."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wxbot.push import EditorChoice, Route

__all__ = ["FIELDS", "Wish", "read", "typed"]

FIELDS = ("to", "tag", "section", "active", "unreached", "route", "at", "lead", "without", "again")
_LONGEST = 200
_NAMED = {"tag": "请写标签的名字，与公众平台后台的完全一致", "section": "请选一个栏目"}
_COUNTED = {"active": "请写天数，如 30", "unreached": "请写计划的编号，如 7"}
_FILLED = {"tag": "标签", "section": "栏目", "active": "天数", "unreached": "计划的编号"}
_KINDS = {"all", "recent", "consented", *_NAMED, *_COUNTED}


@dataclass(frozen=True)
class Wish:
    """What an editor wants: `to` as `push` names audiences, its kind, the hour (aware, None for at once)."""

    kind: str
    to: str
    route: Route | None
    at: dt.datetime | None
    choice: EditorChoice
    again: bool


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were typed, so that the page can show them again."""
    return {name: form.get(name, "").strip()[:_LONGEST].replace("\0", "") for name in FIELDS}


def read(
    given: Mapping[str, str], numbers: Collection[int | None], tz: ZoneInfo, now: dt.datetime
) -> tuple[Wish | None, dict[str, str]]:
    """What was meant, or None and what is wrong, by field. `numbers` are those of the issue's articles."""
    wrong: dict[str, str] = {}
    kind, to = _audience(given, wrong)
    at = _hour(given.get("at", ""), tz, now, wrong)
    lead = _numbers("lead", given, numbers, wrong)
    without = _numbers("without", given, numbers, wrong)
    if not wrong and set(lead) & set(without):
        wrong["without"] = "有一篇既要放在最前，又不要推送"
    if not wrong and set(without) >= set(numbers):
        wrong["without"] = "一篇也不剩了"
    route = given.get("route", "")
    if route and route not in set(Route):
        wrong["route"] = "没有这种方式"
    if wrong:
        return None, wrong
    return Wish(
        kind, to, Route(route) if route else None, at, EditorChoice(lead, without), bool(given.get("again"))
    ), {}


def _audience(given: Mapping[str, str], wrong: dict[str, str]) -> tuple[str, str]:
    kind = given.get("to", "")
    if kind not in _KINDS:
        wrong["to"] = "请选发给谁"
    elif besides := [_FILLED[other] for other in _FILLED if other != kind and given.get(other)]:
        # Whoever fills in a tag and leaves 全部粉丝 chosen must not reach everybody.
        wrong["to"] = f"{besides[0]}也填了，选的却是另一种：请选一种，不要的清空"
    if kind not in _NAMED | _COUNTED:
        return kind, kind
    name = given.get(kind, "")
    if kind in _NAMED and not name:
        wrong[kind] = _NAMED[kind]
    elif kind in _COUNTED and not (name.isascii() and name.isdecimal() and 0 < len(name) < 6 and int(name)):
        wrong[kind] = _COUNTED[kind]
    return kind, f"{kind}:{name}"


def _hour(text: str, tz: ZoneInfo, now: dt.datetime, wrong: dict[str, str]) -> dt.datetime | None:
    """A moment of the association's clock, as browsers send it (`2026-12-01T09:00`); None for at once."""
    if not text:
        return None
    try:
        read = dt.datetime.fromisoformat(text.replace("：", ":"))
    except ValueError:
        wrong["at"] = "看不懂这个时刻，请写成 2026-12-01T09:00"
        return None
    moment = read if read.tzinfo is not None else read.replace(tzinfo=tz)
    if moment < now:
        wrong["at"] = "这个时刻已经过去"
    return moment


def _numbers(
    field: str, given: Mapping[str, str], known: Collection[int | None], wrong: dict[str, str]
) -> tuple[int, ...]:
    """Numbers of articles, `5,1,9`, each once."""
    text = given.get(field, "").replace("，", ",").replace("、", ",").replace(" ", ",")
    parts = [part for part in text.split(",") if part]
    if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        wrong[field] = "请写文章的编号，用逗号隔开，如 5,1,9"
        return ()
    found = tuple(int(part) for part in parts)
    if len(set(found)) < len(found):
        wrong[field] = "有一篇写了两次"
    elif unknown := [n for n in found if n not in known]:
        wrong[field] = f"这一期没有第 {'、'.join(map(str, unknown))} 篇"
    return found
