"""The number of an issue, such as `2021-02`: its form in addresses, its Chinese label, and its order.

Members and editors name an issue by a part of its number, such as 第2期 or 第43周; `IssueReference` is that part.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter

from wxbot.numbers import NUMERAL, parse_number

__all__ = [
    "IssueNumber",
    "IssueReference",
    "NumberKind",
    "newest_match",
    "number_label",
    "number_order",
    "running_label",
]


class NumberKind(StrEnum):
    """Kinds of issue numbers."""

    COUNT = "count"
    SUPPLEMENT = "supplement"
    RUNNING = "running"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_MAX_COUNT = 999_999
_MAX_COMBINED = 12
"""Issues printed as one, at most: a whole year of a monthly."""

_FORMS: tuple[tuple[NumberKind, re.Pattern[str]], ...] = (
    (NumberKind.DAY, re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")),
    (NumberKind.COUNT, re.compile(r"(?P<year>\d{4})-(?P<counts>\d{2,6}(?:\+\d{2,6})*)")),
    (NumberKind.SUPPLEMENT, re.compile(r"(?P<year>\d{4})-s(?P<counts>[1-9]\d{0,3})")),
    (NumberKind.WEEK, re.compile(r"(?P<year>\d{4})-w(?P<counts>\d{2})")),
    (NumberKind.MONTH, re.compile(r"(?P<year>\d{4})-m(?P<counts>\d{2})")),
    (NumberKind.RUNNING, re.compile(r"no(?P<counts>[1-9]\d{0,5}(?:\+[1-9]\d{0,5})*)")),
)


@dataclass(frozen=True, slots=True)
class IssueNumber:
    """The number of an issue within its publication; raises ValueError for a number that cannot be.

    `counts` holds the number itself: the counts of a combined issue in order, the week, the month, or month and day.
    `year` is None for a running number only.
    """

    kind: NumberKind
    year: int | None
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if (self.year is None) != (self.kind is NumberKind.RUNNING) or not self._is_possible():
            raise ValueError(f"no issue number: {self.kind} {self.year} {self.counts}")

    def _is_possible(self) -> bool:
        match self.kind:
            case NumberKind.DAY:
                return len(self.counts) == 2 and _is_day(self.year or 0, *self.counts)
            case NumberKind.WEEK:
                return len(self.counts) == 1 and _is_week(self.year or 0, self.counts[0])
            case NumberKind.MONTH:
                return len(self.counts) == 1 and 1 <= self.counts[0] <= 12
            case NumberKind.SUPPLEMENT:
                return len(self.counts) == 1 and 1 <= self.counts[0] <= 9999
        in_order = all(before < after for before, after in pairwise(self.counts))
        return (
            in_order
            and 1 <= len(self.counts) <= _MAX_COMBINED
            and 0 <= min(self.counts) <= max(self.counts) <= _MAX_COUNT
        )

    @classmethod
    def parse(cls, text: str) -> "IssueNumber | None":
        """Return the number that an address or the library holds, such as `2021-07+08`; None for any other text."""
        for kind, form in _FORMS:
            if not (text.isascii() and (found := form.fullmatch(text))):
                continue
            parts = found.groupdict()
            year = int(parts["year"]) if parts.get("year") else None
            written = (parts["month"], parts["day"]) if kind is NumberKind.DAY else parts["counts"].split("+")
            try:
                return cls(kind, year, tuple(map(int, written)))
            except ValueError:
                return None
        return None

    @classmethod
    def of_day(cls, day: dt.date) -> "IssueNumber":
        """Return the number of an issue that is numbered by its day."""
        return cls(NumberKind.DAY, day.year, (day.month, day.day))

    @classmethod
    def of_period(cls, start: dt.date, end: dt.date) -> "IssueNumber":
        """Return the number of an issue about a period: the week from Monday to Sunday, else the last day."""
        year, week, weekday = start.isocalendar()
        if weekday == 1 and end - start == dt.timedelta(days=6):
            return cls(NumberKind.WEEK, year, (week,))
        return cls.of_day(end)

    def __str__(self) -> str:
        """Return the form in addresses and in the library, such as `2021-02`."""
        match self.kind:
            case NumberKind.COUNT:
                return f"{self.year}-{'+'.join(f'{count:02d}' for count in self.counts)}"
            case NumberKind.SUPPLEMENT:
                return f"{self.year}-s{self.counts[0]}"
            case NumberKind.RUNNING:
                return f"no{'+'.join(map(str, self.counts))}"
            case NumberKind.DAY:
                return f"{self.year}-{self.counts[0]:02d}-{self.counts[1]:02d}"
            case NumberKind.WEEK:
                return f"{self.year}-w{self.counts[0]:02d}"
        return f"{self.year}-m{self.counts[0]:02d}"

    @property
    def label(self) -> str:
        """The number in words: 2021年第2期, 2021年第7、8期合刊, 总第111期, 2026年第43周."""
        return f"{self.year}年{self.short_label}" if self.year is not None else self.short_label

    @property
    def short_label(self) -> str:
        """The number in words without its year: 第2期, 增刊, 第43周, 11月, 1月15日."""
        first = self.counts[0]
        match self.kind:
            case NumberKind.COUNT:
                return f"第{_counts_label(self.counts)}"
            case NumberKind.SUPPLEMENT:
                return "增刊" if first == 1 else f"增刊第{first}期"
            case NumberKind.RUNNING:
                return f"总第{_counts_label(self.counts)}"
            case NumberKind.DAY:
                return f"{first}月{self.counts[1]}日"
            case NumberKind.WEEK:
                return f"第{first}周"
        return f"{first}月"

    @property
    def order(self) -> tuple[int, int]:
        """Sort key: year, then the place in it; a supplement stands before the counted issues of its year."""
        match self.kind:
            case NumberKind.DAY | NumberKind.WEEK | NumberKind.MONTH:
                return self.year or 0, self.last_day.timetuple().tm_yday
            case NumberKind.SUPPLEMENT:
                return self.year or 0, self.counts[0] - 10_000
        return self.year or 0, self.counts[-1]

    @property
    def last_day(self) -> dt.date:
        """The last day of the day, week or month that is the number; 31 December for the other kinds."""
        year = self.year or 1
        match self.kind:
            case NumberKind.DAY:
                return dt.date(year, *self.counts)
            case NumberKind.WEEK:
                return min(dt.date.fromisocalendar(year, self.counts[0], 7), dt.date(year, 12, 31))
            case NumberKind.MONTH if self.counts[0] < 12:
                return dt.date(year, self.counts[0] + 1, 1) - dt.timedelta(days=1)
        return dt.date(year, 12, 31)


def _counts_label(counts: tuple[int, ...]) -> str:
    """Return counts in words: 2期, 7、8期合刊, 10—12期合刊."""
    if len(counts) == 1:
        return f"{counts[0]}期"
    if len(counts) > 2 and counts == tuple(range(counts[0], counts[-1] + 1)):
        return f"{counts[0]}—{counts[-1]}期合刊"
    return f"{'、'.join(map(str, counts))}期合刊"


def _is_day(year: int, month: int, day: int) -> bool:
    """Tell if a calendar has a day."""
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _is_week(year: int, week: int) -> bool:
    """Tell if a year has a week by ISO 8601."""
    try:
        dt.date.fromisocalendar(year, week, 1)
    except ValueError:
        return False
    return True


def running_label(first: int, last: int | None = None) -> str:
    """Return one running number, or several, in words: 总第107期, 总第107-108期."""
    return f"总第{first}期" if last is None else f"总第{first}-{last}期"


def number_label(number: str) -> str:
    """Return the label of a number in the library's form; any other text, as in an archive, is its own label."""
    parsed = IssueNumber.parse(number)
    return parsed.label if parsed else number


def number_order(number: str) -> tuple[int, int, str]:
    """Sort key of numbers in the library's form; any other text stands before them."""
    parsed = IssueNumber.parse(number)
    return (*(parsed.order if parsed else (-1, 0)), number)


@dataclass(frozen=True, slots=True)
class IssueReference:
    """An issue as a person names it: 第2期, 2021年第2期, 总第301期, 第43周, 11月号, 增刊.

    `issue` is the count, the running number, the week, the month or the supplement; 0 stands for any supplement.
    Without a year the newest issue that fits is meant.
    """

    issue: int
    year: int | None = None
    kind: NumberKind = NumberKind.COUNT

    def matches(self, number: IssueNumber) -> bool:
        """Tell if an issue's number is meant; 第301期 means a running number too."""
        if self.year is not None and self.year != number.year:
            return False
        if self.kind is NumberKind.SUPPLEMENT and self.issue == 0:
            return number.kind is NumberKind.SUPPLEMENT
        counted = {NumberKind.COUNT, NumberKind.RUNNING}
        same_kind = number.kind is self.kind or {number.kind, self.kind} <= counted
        return same_kind and self.issue in number.counts

    def __str__(self) -> str:
        """Return the reference in words: 2021年第2期, or 第2期 without a year."""
        forms = {
            NumberKind.COUNT: f"第{self.issue}期",
            NumberKind.RUNNING: f"总第{self.issue}期",
            NumberKind.WEEK: f"第{self.issue}周",
            NumberKind.MONTH: f"{self.issue}月号",
            NumberKind.SUPPLEMENT: f"增刊第{self.issue}期" if self.issue else "增刊",
        }
        return f"{self.year}年{forms[self.kind]}" if self.year else forms[self.kind]

    @classmethod
    def parse(cls, text: str) -> "IssueReference | None":
        """Return the reference that a whole text without blanks is; None for any other text."""
        for kind, form in _REFERENCES:
            if found := form.fullmatch(text):
                return _reference(kind, found)
        return None


_NEIGHBOURS = re.compile("一二|二三|三四|四五|五六|六七|七八|八九")
_YEAR = "(?:(?P<year>[0-9０-９]{4}|[一二][〇零○一二三四五六七八九]{3})年?)"
_REFERENCES: tuple[tuple[NumberKind, re.Pattern[str]], ...] = (
    (
        NumberKind.COUNT,
        re.compile(
            rf"{_YEAR}?度?第(?P<issue>{NUMERAL}{{1,6}})(?:[、,，/和至—–~～-]第?{NUMERAL}{{1,6}})*期(?:合刊)?"
        ),
    ),
    # 2期 means an issue, but 二期 usually means the second phase of a building project.
    (NumberKind.COUNT, re.compile(r"(?P<year>)(?P<issue>[0-9０-９]{1,6})期")),
    (NumberKind.COUNT, re.compile(rf"(?P<year>[0-9]{{4}})年(?P<issue>{NUMERAL}{{1,6}})期")),
    (NumberKind.COUNT, re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-./](?P<issue>[0-9]{1,3})期?")),
    (NumberKind.RUNNING, re.compile(rf"(?P<year>)总(?:期号)?第?(?P<issue>{NUMERAL}{{1,6}})期?")),
    (NumberKind.WEEK, re.compile(rf"{_YEAR}?第(?P<issue>{NUMERAL}{{1,3}})周")),
    (NumberKind.MONTH, re.compile(rf"{_YEAR}?(?P<issue>{NUMERAL}{{1,2}}|元)月[号刊]")),
    (
        NumberKind.SUPPLEMENT,
        re.compile(rf"{_YEAR}?(?:增刊|特刊|专刊|号外)(?:第?(?P<issue>{NUMERAL}{{1,4}})[期号]?)?"),
    ),
    (
        NumberKind.SUPPLEMENT,
        re.compile(rf"{_YEAR}?第(?P<issue>{NUMERAL}{{1,4}})[期号](?:增刊|特刊|专刊|号外)"),
    ),
)


def _reference(kind: NumberKind, found: re.Match[str]) -> IssueReference | None:
    """Return the reference in a match; None for a number zero."""
    written = found["issue"] or ""
    # 第五六期 means the fifth and the sixth, as 二〇 would not.
    written = written[0] if _NEIGHBOURS.fullmatch(written) else written
    issue = 1 if written == "元" else parse_number(written)
    if not issue and not (kind is NumberKind.SUPPLEMENT and not written):
        return None
    return IssueReference(issue or 0, parse_number(found["year"] or ""), kind)


def newest_match(reference: IssueReference, numbers: Iterable[str]) -> str | None:
    """Return the newest of several numbers that a reference means; None where none is meant."""
    parsed = filter(None, map(IssueNumber.parse, numbers))
    found = max(filter(reference.matches, parsed), key=attrgetter("order"), default=None)
    return str(found) if found else None
