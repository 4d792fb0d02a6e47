"""Filters in a query: an issue, a date or a section named in words, such as 2021年第2期, 一月, 去年, 上一期, 投融界."""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from wxbot.bulletin.issue_number import IssueReference, newest_match
from wxbot.numbers import parse_number

__all__ = ["FilterValues", "Filters", "combine", "extract_filters"]

_COUNT = r"\d{1,4}|[一二三四五六七八九十]{1,3}"
_YEAR = r"\d{4}|[一二三四五六七八九零〇]{4}|[今去前本]"
_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元]"
_DAY = r"3[01]|[12]\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"


@dataclass(frozen=True)
class FilterValues:
    """All filter values of the index: section names (as `tokenizer.key`), issue numbers, oldest first, and days."""

    sections: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters:
    """Conditions that hits must meet; None means any. `since` and `until` are days, both included.

    `loose` is True if the words of the filter may also be words to search, such as 投融界 or 2021年.
    """

    section: str | None = None
    number: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    loose: bool = True

    def __bool__(self) -> bool:
        return any((self.section, self.number, self.since))


def extract_filters(text: str, known: FilterValues, today: dt.date | None) -> tuple[Filters, str]:
    """Extract the filters from a folded text; return them and the remaining text.

    Words such as 去年 and 昨天 refer to `today`; without it only absolute dates are recognised.
    """
    wanted, rest = Filters(), text
    for pattern, parse in _PATTERNS:
        match = pattern.search(rest)
        found = parse(match, known, today) if match else None
        if match and found:
            wanted = combine(wanted, found)
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    return _section(wanted, rest, known)


def combine(first: Filters, second: Filters) -> Filters:
    """Combine two filters; where both have a condition, that of the first holds."""
    return Filters(
        section=first.section or second.section,
        number=first.number or second.number,
        since=first.since or second.since,
        until=first.until or second.until,
        loose=first.loose and second.loose,
    )


def _section(wanted: Filters, rest: str, known: FilterValues) -> tuple[Filters, str]:
    """Extract the name of a section, the longest first, if the text contains one."""
    if rest.replace(" ", "") in known.sections:  # bulletins print section names with spaces
        return replace(wanted, section=rest.replace(" ", "")), ""
    for name in sorted(known.sections, key=len, reverse=True):
        if len(name) > 1 and name in rest:
            return replace(wanted, section=name), rest.replace(name, " ", 1)
    return wanted, rest


def _issue(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """Return the filter for 第2期 with or without a year; without one the latest issue with that number."""
    count, written = _number(match["count"]), match["year"]
    year = int(written) if written else None
    found = newest_match(IssueReference(count, year), known.numbers)
    return Filters(number=found or f"{year or (today.year if today else 0)}-{count:02d}", loose=False)


def _issue_or_month(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """Return the filter for 2021-02: the issue if it exists, or else the month."""
    number = f"{match['year']}-{int(match['month']):02d}"
    if number in known.numbers:
        return Filters(number=number, loose=False)
    return _date(match, known, today)


def _latest(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:  # noqa: ARG001  same signature as the others
    """Return the filter for 最新一期 (the last issue) or 上一期 (the issue before it, if it exists)."""
    if not known.numbers:
        return None
    before = match[0].startswith(("上", "前")) and len(known.numbers) > 1
    return Filters(number=known.numbers[-2 if before else -1], loose=False)


def _date(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """Return the filter for a year, month or day; without a year it is the latest year with articles."""
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
    except ValueError:  # such as 31 February: words, not a filter
        return None
    absolute = not (groups.get("year") and groups["year"] in _RELATIVE_YEARS)
    return Filters(since=since, until=until, loose=absolute)


_RELATIVE_YEARS = {"今": 0, "本": 0, "去": -1, "前": -2}


def _year(written: str, today: dt.date | None) -> int | None:
    """Return the value of a year such as 2021, 二〇二一 or 去 (last year)."""
    if written in _RELATIVE_YEARS:
        return today.year + _RELATIVE_YEARS[written] if today else None
    return parse_number(written)


def _last_year(known: FilterValues, today: dt.date | None, month: int | None, day: int | None) -> int | None:
    """Return the latest year, up to `today`, with articles in a month or on a day; else the year of `today`."""
    sought = f"-{month:02d}-" + (f"{day:02d}" if day else "")
    latest = today.isoformat() if today else "9999"
    years = [int(each[:4]) for each in known.days if sought in each and each <= latest]
    return max(years) if years else today.year if today else None


def _relative_day(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:  # noqa: ARG001  same signature as the others
    """Return the filter for a relative period such as 昨天, 上周, 上个月."""
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
    since, until = spans[_RELATIVE_PERIODS[match[0]]]
    return Filters(since=since, until=until, loose=False)


_RELATIVE_PERIODS = {word: word for word in ("今天", "昨天", "前天", "本周", "上周", "本月", "上月")}
_RELATIVE_PERIODS |= {
    "今日": "今天",
    "昨日": "昨天",
    "这周": "本周",
    "这个星期": "本周",
    "本星期": "本周",
    "这星期": "本周",
}
_RELATIVE_PERIODS |= {
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


_Parser = Callable[[re.Match[str], FilterValues, dt.date | None], Filters | None]

# The most specific pattern comes first, because its words are removed from the text.
_PATTERNS: list[tuple[re.Pattern[str], _Parser]] = [
    (re.compile(rf"(?:(?P<year>\d{{4}})\s*年?\s*)?(?<!总)第\s*(?P<count>{_COUNT})\s*期"), _issue),
    (re.compile(rf"(?P<year>\d{{4}})\s*年\s*(?P<count>{_COUNT})\s*期"), _issue),
    (re.compile(r"(?:最新|最近|最后|上|前|这|本)的?一?期|[当本]期"), _latest),
    (
        re.compile(
            r"(?<![\d-])(?P<year>\d{4})[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
        ),
        _date,
    ),
    (re.compile(r"(?<![\d-])(?P<year>\d{4})-(?P<month>1[0-2]|0?[1-9])(?![\d-])"), _issue_or_month),
    (
        re.compile(
            rf"(?:(?P<year>{_YEAR})\s*年\s*)?(?<![\d十])(?P<month>{_MONTH})\s*月份?(?:\s*(?P<day>{_DAY})\s*[日号])?"
        ),
        _date,
    ),
    (re.compile(rf"(?P<year>{_YEAR})年(?![度代级来前后间内底初末龄会])"), _date),
    (re.compile("|".join(sorted(_RELATIVE_PERIODS, key=len, reverse=True))), _relative_day),
]
