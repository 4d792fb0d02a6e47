"""Filters in a query: a publication, an issue, a date or a section, such as 政策快讯, 2021年第2期, 去年, 投融界."""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from wxbot.bulletin.issue_number import IssueReference, NumberKind, newest_match
from wxbot.numbers import parse_number
from wxbot.search.names import NO_NAMES, LibraryNames
from wxbot.search.tokenizer import key

__all__ = ["FilterValues", "Filters", "combine", "extract_filters", "section_filter"]

_COUNT = r"\d{1,4}|[一二三四五六七八九十]{1,3}"
_YEAR = r"\d{4}|[一二三四五六七八九零〇]{4}|[今去前本]"
_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元]"
_DAY = r"3[01]|[12]\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"


@dataclass(frozen=True)
class FilterValues:
    """All filter values of the index: section names (as `tokenizer.key`), keys of issues, oldest first, and days.

    Issues of one publication stand together. `latest` is the newest issue of all publications; None where there is
    none, or where the last of `numbers` is the newest.
    """

    sections: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    latest: str | None = None

    def of_publication(self, slug: str) -> "FilterValues":
        """Return these values with the issues of one publication only."""
        return replace(self, numbers=tuple(key for key in self.numbers if _slug(key) == slug), latest=None)


@dataclass(frozen=True)
class Filters:
    """Conditions that hits must meet; None means any. `since` and `until` are days, both included.

    `publication` is a slug, `number` the key of an issue, `other_sections` are further names of the section.
    `loose` is True if the words of the filter may also be words to search, such as 投融界 or 2021年.
    """

    section: str | None = None
    number: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    loose: bool = True
    publication: str | None = None
    other_sections: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.section, self.number, self.since, self.publication is not None))


def extract_filters(
    text: str, known: FilterValues, today: dt.date | None, names: LibraryNames = NO_NAMES
) -> tuple[Filters, str]:
    """Extract the filters from a folded text; return them and the remaining text.

    Words such as 去年 and 昨天 refer to `today`; without it only absolute dates are recognised. `names` are those of
    the publications, and former ones of sections.
    """
    wanted, rest = Filters(), text
    if publication := names.find_publication(text):
        wanted, rest = Filters(publication=publication.slug), publication.rest
        known = known.of_publication(publication.slug)
    for pattern, parse in _PATTERNS:
        match = pattern.search(rest)
        found = parse(match, known, today) if match else None
        if match and found:
            wanted = combine(wanted, found)
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    return _section(wanted, rest, known, names)


def combine(first: Filters, second: Filters) -> Filters:
    """Combine two filters; where both have a condition, that of the first holds."""
    return Filters(
        section=first.section or second.section,
        number=first.number or second.number,
        since=first.since or second.since,
        until=first.until or second.until,
        loose=first.loose and second.loose,
        publication=second.publication if first.publication is None else first.publication,
        other_sections=first.other_sections if first.section else second.other_sections,
    )


def section_filter(name: str, names: LibraryNames = NO_NAMES) -> Filters:
    """Return the filter for a section by any of its names."""
    first, *others = dict.fromkeys((key(name), *map(key, names.spellings(name))))
    return Filters(section=first, other_sections=tuple(others))


def _section(wanted: Filters, rest: str, known: FilterValues, names: LibraryNames) -> tuple[Filters, str]:
    """Extract the name of a section, the longest first, if the text contains one."""
    sections = {*known.sections, *(key(name) for group in names.renamed for name in group)}
    whole = rest.replace(" ", "")
    if whole in sections:  # bulletins print section names with spaces
        return combine(wanted, section_filter(whole, names)), ""
    for name in sorted(sections, key=lambda each: (-len(each), each)):
        if len(name) > 1 and name in rest:
            return combine(wanted, section_filter(name, names)), rest.replace(name, " ", 1)
    return wanted, rest


def _slug(issue: str) -> str:
    """Return the slug in the key of an issue; "" for the default publication."""
    return issue.rpartition("/")[0]


def _find_issue(of: IssueReference, known: FilterValues) -> str | None:
    """Return the key of the newest issue that is meant, of the default publication if it has one."""
    for slug in sorted({*map(_slug, known.numbers)}):
        numbers = (each.rpartition("/")[2] for each in known.numbers if _slug(each) == slug)
        if found := newest_match(of, numbers):
            return f"{slug}/{found}" if slug else found
    return None


def _issue(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """Return the filter for 第2期 with or without a year; without one the latest issue with that number."""
    count, written = _number(match["count"]), match["year"]
    year = int(written) if written else None
    found = _find_issue(IssueReference(count, year), known)
    return Filters(number=found or f"{year or (today.year if today else 0)}-{count:02d}", loose=False)


def _supplement(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:  # noqa: ARG001  same signature as the others
    """Return the filter for 增刊, with or without a year, if there is one; else it is a word to search."""
    year = int(match["year"]) if match["year"] else None
    found = _find_issue(IssueReference(0, year, NumberKind.SUPPLEMENT), known)
    return Filters(number=found) if found else None


def _issue_or_month(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:
    """Return the filter for 2021-02: the issue if it exists, or else the month."""
    found = _find_issue(IssueReference(int(match["month"]), int(match["year"])), known)
    if found is not None:
        return Filters(number=found, loose=False)
    return _date(match, known, today)


def _latest(match: re.Match[str], known: FilterValues, today: dt.date | None) -> Filters | None:  # noqa: ARG001  same signature as the others
    """Return the filter for 最新一期 (the last issue) or 上一期 (the issue before it, if it exists)."""
    if not known.numbers:
        return None
    latest = known.latest or known.numbers[-1]
    of_publication = known.of_publication(_slug(latest)).numbers
    before = match[0].startswith(("上", "前")) and len(of_publication) > 1
    return Filters(number=of_publication[-2] if before else latest, loose=False)


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
    (
        re.compile(
            rf"(?:(?P<year>\d{{4}})\s*年?\s*)?(?<!总)第\s*(?P<count>{_COUNT})(?:[、,和](?:{_COUNT}))*\s*期(?:合刊)?"
        ),
        _issue,
    ),
    (re.compile(rf"(?P<year>\d{{4}})\s*年\s*(?P<count>{_COUNT})\s*期"), _issue),
    (re.compile(r"(?:(?P<year>\d{4})\s*年\s*)?(?:增刊|特刊|号外)"), _supplement),
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
