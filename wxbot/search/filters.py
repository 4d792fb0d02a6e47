"""Filters in plain words: 2021年第2期, 一月, 去年, 上一期, 投融界, alone or beside what is looked for."""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from wxbot.numbers import parse_number

__all__ = ["FilterValues", "Filters", "both", "read"]

_COUNT = r"\d{1,4}|[一二三四五六七八九十]{1,3}"
_YEAR = r"\d{4}|[一二三四五六七八九零〇]{4}|[今去前本]"
_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元]"
_DAY = r"3[01]|[12]\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"


@dataclass(frozen=True)
class FilterValues:
    """What there is to ask for: section names (as `tokenizer.key`), issue numbers and days, each in order."""

    sections: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters:
    """Where a hit must come from; None does not matter. `since` and `until` are days, both included.

    `loose` when the words of the filter may as well be what is looked for: 投融界 or 2021年 may stand in a text.
    """

    section: str | None = None
    number: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    loose: bool = True

    def __bool__(self) -> bool:
        return any((self.section, self.number, self.since))


def read(text: str, known: FilterValues, today: dt.date | None) -> tuple[Filters, str]:
    """Take the filters out of a `tokenizer.fold` text; gives them and what is left.

    `today` is what 去年 and 昨天 count from; without it only absolute words are understood.
    """
    wanted, rest = Filters(), text
    for pattern, means in _PATTERNS:
        match = pattern.search(rest)
        meant = means(match, known, today) if match else None
        if match and meant:
            wanted = both(wanted, meant)
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    return _section(wanted, rest, known)


def both(first: Filters, second: Filters) -> Filters:
    """Two filters at once; where both say something the first, which was the more definite, stands."""
    return Filters(
        section=first.section or second.section,
        number=first.number or second.number,
        since=first.since or second.since,
        until=first.until or second.until,
        loose=first.loose and second.loose,
    )


def _section(wanted: Filters, rest: str, known: FilterValues) -> tuple[Filters, str]:
    if rest.replace(" ", "") in known.sections:  # spaced out, as sections are printed
        return replace(wanted, section=rest.replace(" ", "")), ""
    for name in sorted(known.sections, key=len, reverse=True):
        if len(name) > 1 and name in rest:
            return replace(wanted, section=name), rest.replace(name, " ", 1)
    return wanted, rest


def _issue(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """第2期, with or without a year; without one the newest of that count, whatever its year."""
    count, year = _number(match["count"]), match["year"]
    if year is None:
        same = [number for number in known.numbers if number.endswith(f"-{count:02d}")]
        year = same[-1][:4] if same else str(today.year if today else 0)
    return Filters(number=f"{year}-{count:02d}", loose=False)


def _dashed(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """2021-02 is an issue where there is such a one, and a month otherwise."""
    number = f"{match['year']}-{int(match['month']):02d}"
    if number in known.numbers:
        return Filters(number=number, loose=False)
    return _date(match, known, today)


def _latest(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:  # noqa: ARG001  one shape
    """最新一期 and 上一期: the last issue, and the one before it where there is one."""
    if not known.numbers:
        return None
    before = match[0].startswith(("上", "前")) and len(known.numbers) > 1
    return Filters(number=known.numbers[-2 if before else -1], loose=False)


def _date(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """A year, a month or a day; a month without its year is the last one of which there is anything."""
    groups = match.groupdict()
    month = _number(groups["month"]) if groups.get("month") else None
    day = _number(groups["day"]) if groups.get("day") else None
    year = _year(groups["year"], today) if groups.get("year") else _last_year(known, today, month, day)
    if year is None:
        return None
    since_month, until_month = (month, month) if month else (1, 12)
    try:
        since = dt.date(year, since_month, day or 1)
        until = dt.date(year, until_month, day or calendar.monthrange(year, until_month)[1])
    except ValueError:  # such as the 31st of February: no filter, just words
        return None
    absolute = not (groups.get("year") and groups["year"] in _RELATIVE_YEARS)
    return Filters(since=since, until=until, loose=absolute)


_RELATIVE_YEARS = {"今": 0, "本": 0, "去": -1, "前": -2}


def _year(written: str, today: dt.date | None) -> int | None:
    if written in _RELATIVE_YEARS:
        return today.year + _RELATIVE_YEARS[written] if today else None
    return parse_number(written)


def _last_year(known: FilterValues, today: dt.date | None, month: int | None, day: int | None) -> int | None:
    sought = f"-{month:02d}-" + (f"{day:02d}" if day else "")
    latest = today.isoformat() if today else "9999"
    years = [int(each[:4]) for each in known.days if sought in each and each <= latest]
    return max(years) if years else today.year if today else None


def _ago(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:  # noqa: ARG001  one shape
    """昨天, 上周, 上个月 and the like."""
    if today is None:
        return None
    monday, first = today - dt.timedelta(days=today.weekday()), today.replace(day=1)
    day, week = dt.timedelta(days=1), dt.timedelta(days=7)
    spans = {
        "今天": (today, today),
        "昨天": (today - day, today - day),
        "前天": (today - 2 * day, today - 2 * day),
        "本周": (monday, monday + week - day),
        "上周": (monday - week, monday - day),
        "本月": (first, (first + 31 * day).replace(day=1) - day),
        "上月": ((first - day).replace(day=1), first - day),
    }
    since, until = spans[_AGO[match[0]]]
    return Filters(since=since, until=until, loose=False)


_AGO = {word: word for word in ("今天", "昨天", "前天", "本周", "上周", "本月", "上月")}
_AGO |= {
    "今日": "今天",
    "昨日": "昨天",
    "这周": "本周",
    "这个星期": "本周",
    "本星期": "本周",
    "这星期": "本周",
}
_AGO |= {
    "上个星期": "上周",
    "上星期": "上周",
    "上个月": "上月",
    "这个月": "本月",
    "这月": "本月",
    "当月": "本月",
}


def _number(written: str) -> int:
    """Return the value of 2, 02, 二, 十二, 二十, 二十一, and of 元 in 元月 (January)."""
    return 1 if written == "元" else parse_number(written) or 0


_Means = Callable[[re.Match[str], FilterValues, dt.date | None], Filters | None]

# In order: what is more definite first, because it takes its words away from the rest.
_PATTERNS: list[tuple[re.Pattern[str], _Means]] = [
    (re.compile(rf"(?:(?P<year>\d{{4}})\s*年?\s*)?(?<!总)第\s*(?P<count>{_COUNT})\s*期"), _issue),
    (re.compile(rf"(?P<year>\d{{4}})\s*年\s*(?P<count>{_COUNT})\s*期"), _issue),
    (re.compile(r"(?:最新|最近|最后|上|前|这|本)的?一?期|[当本]期"), _latest),
    (
        re.compile(
            r"(?<![\d-])(?P<year>\d{4})[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
        ),
        _date,
    ),
    (re.compile(r"(?<![\d-])(?P<year>\d{4})-(?P<month>1[0-2]|0?[1-9])(?![\d-])"), _dashed),
    (
        re.compile(
            rf"(?:(?P<year>{_YEAR})\s*年\s*)?(?<![\d十])(?P<month>{_MONTH})\s*月份?(?:\s*(?P<day>{_DAY})\s*[日号])?"
        ),
        _date,
    ),
    (re.compile(rf"(?P<year>{_YEAR})年(?![度代级来前后间内底初末龄会])"), _date),
    (re.compile("|".join(sorted(_AGO, key=len, reverse=True))), _ago),
]
